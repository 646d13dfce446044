package train

import (
	"fmt"
	"hash/maphash"
	"math"
	"slices"

	"descent/data"
)

// twins finds validation rows that are training rows, too: the same in every
// feature and in the target. Where columns have few values such rows must be
// expected, and prove nothing.
func (p *plan) twins() *Diagnosis {
	var s *twinSearch
	trained := p.train.n()
	if p.hand != nil { // all training rows have passed by
		s, trained = p.hand.twins, p.hand.trained
	} else if s = p.newTwinSearch(); s != nil {
		s.see(p.train.table, p.train.rows, 0)
	}
	if s == nil {
		return nil
	}
	d := &Diagnosis{Kind: Twins}
	for i, h := range s.asideHash {
		if twin := s.twin[h]; twin >= 0 {
			if d.Count++; d.Count == 1 {
				d.Rows = []int{s.aside.number(i) + 1, twin + 1}
			}
		}
	}
	const least, worth = 3, 0.02
	n := s.aside.n()
	d.Share = float64(d.Count) / float64(n)
	if d.Count < least || d.Share < worth || float64(d.Count) < 5*p.chanceTwins(s.names, s.aside.rows, trained, float64(d.Count)/5) {
		return nil
	}
	d.Message = fmt.Sprintf("%d of %d validation rows (%s) equal a training row in every column (row %d is like row %d), so the validation loss flatters: remove the doubles, or validate on other rows with --validation FILE",
		d.Count, n, percent(d.Share), d.Rows[0], d.Rows[1])
	return d
}

// twinSearch looks for rows that equal some validation rows.
type twinSearch struct {
	names     []string // of the columns, the one with the most different values first
	aside     part
	asideHash []uint64
	first     map[uint64]bool // hashes of the first column of the validation rows
	twin      map[uint64]int  // the number of a training row for each hash of them, −1 where there is none
	last      *rowHash        // of the training rows before those at hand
}

// newTwinSearch is nil where there is nothing to look for.
func (p *plan) newTwinSearch() *twinSearch {
	const most = 1 << 14 // validation rows that are looked at
	if p.valid.n() == 0 || len(p.encoder.Features) == 0 {
		return nil
	}
	s := &twinSearch{names: p.byVariety(), aside: part{table: p.valid.table, rows: evenly(p.valid.rows, most)}}
	if p.valid.numbers != nil {
		s.aside.numbers = evenly(p.valid.numbers, most)
	}
	v := newRowHash(s.aside.table, s.names, nil)
	if v == nil || newRowHash(p.train.table, s.names, nil) == nil {
		return nil
	}
	s.first, s.twin = map[uint64]bool{}, make(map[uint64]int, s.aside.n())
	s.asideHash = v.rows(s.aside.rows, nil)
	for i, row := range s.aside.rows {
		s.first[v.cell(0, row)] = true
		s.twin[s.asideHash[i]] = -1
	}
	return s
}

// see looks among training rows of t; first is the number of its first row among
// those of all tables.
func (s *twinSearch) see(t *data.Table, rows []int, first int) {
	h := newRowHash(t, s.names, s.last)
	s.last = h
	var like []int // of which the first column is that of a validation row
	var hashes []uint64
	look := func() {
		hashes = h.rows(like, hashes)
		for i, row := range like {
			if s.twin[hashes[i]] == -1 {
				s.twin[hashes[i]] = first + row
			}
		}
		like = like[:0]
	}
	const block = 2048
	for _, row := range rows {
		if !s.first[h.cell(0, row)] {
			continue
		}
		if like = append(like, row); len(like) == block {
			look()
		}
	}
	look()
}

// chanceTwins is how many of the rows would have a twin among so many training rows
// if the columns were independent of each other: the chance that two rows agree
// is then the product of the chances that they agree in each column. Columns are
// multiplied until it is at most enough.
func (p *plan) chanceTwins(names []string, aside []int, trained int, enough float64) (chance float64) {
	rows, agree := evenly(aside, 4096), 1.0
	var t hashTally
	for _, name := range names {
		agree *= p.agree(name, rows, &t)
		if chance = float64(len(aside)) * -math.Expm1(-agree*float64(trained)); chance <= enough {
			return chance
		}
	}
	return chance
}

// agree is the chance that two different rows have one value in a column.
func (p *plan) agree(name string, rows []int, t *hashTally) float64 {
	c, err := p.valid.table.Column(name)
	if err != nil || len(rows) < 2 {
		return 1
	}
	t.reset(len(rows))
	pairs, n := 0.0, float64(len(rows))
	for _, row := range rows {
		pairs += 2 * float64(t.add(cellHash(c, row))-1) // with each that was there before, both ways
	}
	return max(pairs, 1) / (n * (n - 1))
}

// byVariety names the columns that training sees, features and target, the one
// with the most different values first: it alone tells most rows apart.
func (p *plan) byVariety() []string {
	var names []string
	var t hashTally
	most, rows := 0, evenly(p.train.rows, 256)
	for _, f := range p.encoder.Features {
		names = append(names, f.Column)
		c, err := p.train.table.Column(f.Column)
		if err != nil {
			continue
		}
		t.reset(len(rows))
		for _, row := range rows {
			t.add(cellHash(c, row))
		}
		if t.distinct > most {
			most = t.distinct
			names[0], names[len(names)-1] = names[len(names)-1], names[0]
		}
	}
	return append(names, p.names...)
}

// rowHash hashes the cells of rows.
type rowHash struct {
	columns []*data.Column
	levels  [][]uint64 // hashes of the levels, or of the names of entries, of each column, which tables number differently
}

// newRowHash is nil where the table lacks a column. What it needs of the levels and
// names that the table shares with the last one, which may be nil, it takes from that.
func newRowHash(t *data.Table, names []string, last *rowHash) *rowHash {
	h := new(rowHash)
	for k, name := range names {
		c, err := t.Column(name)
		if err != nil {
			return nil
		}
		if last != nil && sameList(last.columns[k].Levels, c.Levels) && sameList(last.columns[k].EntryNames, c.EntryNames) {
			h.columns, h.levels = append(h.columns, c), append(h.levels, last.levels[k])
			continue
		}
		levels := []uint64{0} // of a missing value
		for _, level := range slices.Concat(c.Levels, c.EntryNames) {
			levels = append(levels, maphash.String(hashSeed, level))
		}
		h.columns, h.levels = append(h.columns, c), append(h.levels, levels)
	}
	return h
}

// sameList says whether two lists are one.
func sameList(a, b []string) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

var hashSeed = maphash.MakeSeed()

// cell is the hash of column k.
func (h *rowHash) cell(k, row int) uint64 {
	switch c := h.columns[k]; {
	case c.Codes != nil:
		return h.levels[k][c.Codes[row]+1]
	case c.EntryNames != nil:
		sum := uint64(0) // in no order
		index, value := c.Entries.Row(row)
		for i, j := range index {
			sum += mix(h.levels[k][j+1], math.Float64bits(value[i]))
		}
		return sum
	}
	return cellHash(h.columns[k], row)
}

// rows are the hashes of all cells of each row, in dst where it is long enough: one
// column after the other, since the cells of a column lie side by side.
func (h *rowHash) rows(rows []int, dst []uint64) []uint64 {
	dst = slices.Grow(dst[:0], len(rows))[:len(rows)]
	clear(dst)
	for k, c := range h.columns {
		switch {
		case c.Numbers != nil:
			for i, row := range rows {
				dst[i] = mix(dst[i], numberHash(c.Numbers[row]))
			}
		default:
			for i, row := range rows {
				dst[i] = mix(dst[i], h.cell(k, row))
			}
		}
	}
	return dst
}

// mix takes one more value into a hash.
func mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9E3779B97F4A7C15
	return h ^ h>>29
}

// cellHash tells the values of a column of one table apart.
func cellHash(c *data.Column, row int) uint64 {
	switch {
	case c.Numbers != nil:
		return numberHash(c.Numbers[row])
	case c.Codes != nil:
		return uint64(c.Codes[row] + 1)
	case c.Entries != nil:
		h := uint64(c.Entries.Start[row+1] - c.Entries.Start[row])
		for k := c.Entries.Start[row]; k < c.Entries.Start[row+1]; k++ {
			h = mix(mix(h, uint64(c.Entries.Index[k])), math.Float64bits(c.Entries.Value[k]))
		}
		return h
	case c.Pixels != nil:
		n := c.Height * c.Width
		return maphash.Bytes(hashSeed, c.Pixels[row*n:(row+1)*n])
	}
	return maphash.String(hashSeed, c.Cell(row))
}

// numberHash tells numbers apart; all missing ones are one.
func numberHash(v float64) uint64 {
	if v == v {
		return math.Float64bits(v + 0) // −0 is 0
	}
	return math.MaxUint64
}

// hashTally counts hashes; its memory is used again.
type hashTally struct {
	keys     []uint64
	counts   []int // 0: the place is free
	distinct int
}

// reset forgets all, and makes room for n hashes.
func (t *hashTally) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if len(t.keys) < size {
		t.keys, t.counts = make([]uint64, size), make([]int, size)
	}
	clear(t.counts)
	t.distinct = 0
}

// add counts a hash and says how often it has been there.
func (t *hashTally) add(h uint64) int {
	mask := uint64(len(t.keys) - 1)
	at := mix(0, h) & mask
	for t.counts[at] > 0 && t.keys[at] != h {
		at = (at + 1) & mask
	}
	if t.counts[at] == 0 {
		t.keys[at] = h
		t.distinct++
	}
	t.counts[at]++
	return t.counts[at]
}
