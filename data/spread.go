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
	present := make([]float64, 0, len(rows))
	for _, row := range rows {
		switch v := c.Numbers[row]; {
		case math.IsNaN(v):
			s.missing++
		default:
			if math.IsInf(v, 0) && s.infinite == 0 {
				s.infinite, s.bad = row+1, v
			}
			s.lo, s.hi = min(s.lo, v), max(s.hi, v)
			if c.Kind.moment() {
				s.dates.see(v)
			}
			present = append(present, v)
		}
	}
	if s.present = len(present); s.present == 0 || s.infinite > 0 {
		return s
	}
	s.median = median(slices.Clone(present)) + 0 // no negative zero
	s.mean, s.sd = meanSD(len(rows), func(i int) float64 {
		if i < len(present) {
			return present[i]
		}
		return s.median
	})
	return s
}

// moments takes the mean and the deviation of n values in the steps of meanSD,
// when the values come one by one: first all to add, then all to deviate.
type moments struct {
	n      float64
	mean   float64
	exp    int
	d1, d2 float64
	unit   float64
}

func (m *moments) add(v float64) { m.mean += v / m.n }

// begin ends the first pass, by the least and the greatest value.
func (m *moments) begin(lo, hi float64) {
	m.unit = max(math.Abs(lo-m.mean), math.Abs(hi-m.mean))
	_, m.exp = math.Frexp(m.unit)
}

func (m *moments) deviate(v float64) {
	d := math.Ldexp(v-m.mean, -m.exp)
	m.d1 += d
	m.d2 += d * d
}

// end is the mean and the standard deviation.
func (m *moments) end() (mean, sd float64) {
	if m.unit == 0 || math.IsInf(m.unit, 0) {
		return m.mean, m.unit
	}
	return m.mean + math.Ldexp(m.d1/m.n, m.exp), math.Ldexp(math.Sqrt(max(0, (m.d2-m.d1*m.d1/m.n)/m.n)), m.exp)
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
