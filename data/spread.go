package data

import (
	"math"
	"slices"
)

// spread is what rows say about a column of numbers.
type spread struct {
	present, missing int
	lo, hi           float64
	median           float64
	mean, sd         float64 // of all rows, with the median where one is missing
	infinite         int     // the first row with an infinity, from 1; 0: none
	bad              float64 // what it holds
	dates            variety // of a column of dates
}

// spreadOf is of the given rows of a column.
func spreadOf(c *Column, rows []int) spread {
	s := spread{lo: math.Inf(1), hi: math.Inf(-1)}
	p := valuesOf(c, rows)
	defer p.recycle()
	present := p.values
	s.present, s.missing = len(present), len(rows)-len(present)
	if p.infinite >= 0 {
		s.infinite, s.bad = p.infinite+1, c.Numbers[p.infinite]
		return s
	}
	if s.present == 0 {
		return s
	}
	if c.Kind.moment() {
		for _, v := range present {
			s.dates.see(v)
		}
	}
	s.lo, s.hi = p.lo, p.hi
	s.median = middle(present) + 0 // no negative zero
	var m moments
	m.start(len(rows), s.lo, s.hi)
	m.see(present)
	m.repeat(s.median, s.missing)
	m.turn(s.lo, s.hi)
	m.see(present)
	m.repeat(s.median, s.missing)
	s.mean, s.sd = m.end()
	return s
}

// search finds the value of a rank among many, in some passes over all of them:
// each counts the values that are left by the next bits of their keys, until
// few enough are left to be kept and sorted.
type search struct {
	rank  int // of the value among those left, from 0
	lo    uint64
	shift int      // the keys left are lo and the next 1<<shift − 1
	bits  int      // that this pass counts by
	hist  []uint32 // values by these bits; nil where they are kept
	keep  []uint64
	found bool
	value float64
}

const (
	searchBits = 12
	searchKeep = 1 << 10
)

func newSearch() *search {
	return &search{shift: 64, bits: searchBits, hist: make([]uint32, 1<<searchBits)}
}

// key orders as numbers do.
func key(v float64) uint64 {
	b := math.Float64bits(v + 0)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

func unkey(k uint64) float64 {
	if k>>63 == 1 {
		return math.Float64frombits(k &^ (1 << 63))
	}
	return math.Float64frombits(^k)
}

// see takes a value in a pass.
func (s *search) see(v float64) {
	k := key(v) - s.lo
	if k>>s.shift != 0 {
		return // shifts of 64 leave 0
	}
	if s.hist == nil {
		s.keep = append(s.keep, k)
		return
	}
	s.hist[k>>(s.shift-s.bits)]++
}

// settle ends a pass.
func (s *search) settle() {
	if s.found {
		return
	}
	if s.hist == nil {
		slices.Sort(s.keep)
		s.found, s.value = true, unkey(s.lo+s.keep[s.rank])
		return
	}
	b := 0
	for s.rank >= int(s.hist[b]) {
		s.rank -= int(s.hist[b])
		b++
	}
	count := int(s.hist[b])
	s.shift -= s.bits
	s.lo += uint64(b) << s.shift
	switch {
	case s.shift == 0:
		s.found, s.value = true, unkey(s.lo)
	case count <= searchKeep:
		s.hist, s.keep = nil, make([]uint64, 0, count)
	default:
		s.bits = min(searchBits, s.shift)
		clear(s.hist)
	}
}

// fork is a search for another rank that has seen the same values.
func (s *search) fork(rank int) *search {
	t := *s
	t.rank, t.hist = rank, slices.Clone(s.hist)
	return &t
}
