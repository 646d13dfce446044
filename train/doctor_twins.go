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
	const most = 1 << 14 // validation rows that are looked at
	if p.valid.n() == 0 || len(p.encoder.Features) == 0 {
		return nil
	}
	aside := evenly(p.valid.rows, most)
	names := p.byVariety()
	t, v := newRowHash(p.train.table, names), newRowHash(p.valid.table, names)
	if t == nil || v == nil {
		return nil
	}
	first, hashes := map[uint64]bool{}, make(map[uint64]int, len(aside))
	for _, row := range aside {
		first[v.cell(0, row)] = true
		hashes[v.row(row)] = -1
	}
	for _, row := range p.train.rows {
		if first[t.cell(0, row)] {
			if h := t.row(row); hashes[h] == -1 {
				hashes[h] = row
			}
		}
	}
	d := &Diagnosis{Kind: Twins}
	for _, row := range aside {
		if twin := hashes[v.row(row)]; twin >= 0 {
			if d.Count++; d.Count == 1 {
				d.Rows = []int{row + 1, twin + 1}
			}
		}
	}
	const least, worth = 3, 0.02
	d.Share = float64(d.Count) / float64(len(aside))
	if d.Count < least || d.Share < worth || float64(d.Count) < 5*p.chanceTwins(aside) {
		return nil
	}
	d.Message = fmt.Sprintf("%d of %d validation rows (%s) equal a training row in every column (row %d is like row %d), so the validation loss flatters: remove the doubles, or validate on other rows with --validation FILE",
		d.Count, len(aside), percent(d.Share), d.Rows[0], d.Rows[1])
	return d
}

// chanceTwins is how many of the rows would have a twin among the training rows
// if the columns were independent of each other: the chance that two rows agree
// is then the product of the chances that they agree in each column.
func (p *plan) chanceTwins(aside []int) float64 {
	rows := evenly(aside, 4096)
	agree := p.agree(p.target.Column, rows)
	for _, f := range p.encoder.Features {
		agree *= p.agree(f.Column, rows)
	}
	return float64(len(aside)) * -math.Expm1(-agree*float64(p.train.n()))
}

// agree is the chance that two different rows have one value in a column.
func (p *plan) agree(name string, rows []int) float64 {
	c, err := p.valid.table.Column(name)
	if err != nil || len(rows) < 2 {
		return 1
	}
	counts := map[uint64]float64{}
	for _, row := range rows {
		counts[cellHash(c, row)]++
	}
	pairs, n := 0.0, float64(len(rows))
	for _, k := range counts {
		pairs += k * (k - 1)
	}
	return max(pairs, 1) / (n * (n - 1))
}

// byVariety names the columns that training sees, features and target, the one
// with the most different values first: it alone tells most rows apart.
func (p *plan) byVariety() []string {
	var names []string
	most, rows := 0, evenly(p.train.rows, 256)
	for _, f := range p.encoder.Features {
		names = append(names, f.Column)
		c, err := p.train.table.Column(f.Column)
		if err != nil {
			continue
		}
		seen := map[uint64]bool{}
		for _, row := range rows {
			seen[cellHash(c, row)] = true
		}
		if len(seen) > most {
			most = len(seen)
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

// newRowHash is nil where the table lacks a column.
func newRowHash(t *data.Table, names []string) *rowHash {
	h := new(rowHash)
	for _, name := range names {
		c, err := t.Column(name)
		if err != nil {
			return nil
		}
		levels := []uint64{0} // of a missing value
		for _, level := range slices.Concat(c.Levels, c.EntryNames) {
			levels = append(levels, maphash.String(hashSeed, level))
		}
		h.columns, h.levels = append(h.columns, c), append(h.levels, levels)
	}
	return h
}

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

// row is the hash of all cells.
func (h *rowHash) row(row int) uint64 {
	var sum uint64
	for k := range h.columns {
		sum = mix(sum, h.cell(k, row))
	}
	return sum
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
		if v := c.Numbers[row]; v == v {
			return math.Float64bits(v + 0) // −0 is 0
		}
		return math.MaxUint64
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
