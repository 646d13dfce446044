package data

import (
	"fmt"

	"descent/internal/kernel"
)

// encoding is the work of Encode: a block of rows a unit. A block takes all
// columns while its part of the matrix is in the cache.
type encoding[T kernel.Float] struct {
	e       *Encoder
	columns []*Column
	places  [][]int // of categories
	table   string
	rows    []int
	dst     []T
	width   int
	block   int // rows of a unit

	unseen []int
	errs   []error
}

// encodedAtOnce is about how many numbers a block of rows becomes.
const encodedAtOnce = 1 << 13

// all encodes the rows. The error is that of the first block with one.
func (j *encoding[T]) all(t *Table) (unseen int, err error) {
	n := len(j.e.Features)
	j.table, j.columns, j.places = t.Name, make([]*Column, n), make([][]int, n)
	for i := range n {
		f := &j.e.Features[i]
		c, err := column(f, t)
		if err != nil {
			return 0, err
		}
		if j.columns[i] = c; f.Kind == Category {
			j.places[i] = f.places(c)
		}
	}
	j.block = max(16, encodedAtOnce/max(1, j.width))
	units := (len(j.rows) + j.block - 1) / j.block
	j.unseen, j.errs = make([]int, units), make([]error, units)
	kernel.Share(units, j)
	for u, err := range j.errs {
		if err != nil {
			return 0, err
		}
		unseen += j.unseen[u]
	}
	return unseen, nil
}

// Unit encodes one block of rows.
func (j *encoding[T]) Unit(u int) {
	lo, hi := u*j.block, min((u+1)*j.block, len(j.rows))
	rows, dst := j.rows[lo:hi], j.dst[lo*j.width:hi*j.width]
	for i := range j.e.Features {
		f := &j.e.Features[i]
		unseen, err := encode(f, j.columns[i], j.places[i], rows, dst, j.width)
		if err != nil {
			j.errs[u] = inColumn(err, f, j.table)
			return
		}
		j.unseen[u] += unseen
		dst = dst[f.Width:]
	}
}

// encodeBlock encodes rows that are few without sharing them.
func encodeBlock[T kernel.Float](e *Encoder, t *Table, rows []int, dst []T, width int) (unseen int, err error) {
	for i := range e.Features {
		f := &e.Features[i]
		c, err := column(f, t)
		if err != nil {
			return 0, err
		}
		var place []int
		if f.Kind == Category {
			place = f.places(c)
		}
		n, err := encode(f, c, place, rows, dst, width)
		if err != nil {
			return 0, inColumn(err, f, t.Name)
		}
		unseen += n
		dst = dst[f.Width:]
	}
	return unseen, nil
}

func inColumn(err error, f *Feature, table string) error {
	return fmt.Errorf("data: column %q of %s: %w", f.Column, table, err)
}
