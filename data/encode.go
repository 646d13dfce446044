package data

import (
	"fmt"
	"sync"

	"descent/internal/kernel"
)

// encoding is the work of Encode: a block of rows a unit. A block takes all
// columns while its part of the matrix is in the cache.
type encoding[T kernel.Float] struct {
	e       *Encoder
	columns []*Column
	places  [][]int // of categories and sparse columns
	table   string
	rows    []int
	dst     []T       // nil: the rows are only looked at
	spare   sync.Pool // of *[]T, to look at them in
	width   int
	block   int // rows of a unit

	consecutive bool // the rows

	unseen []int
	errs   []error
}

// encodedAtOnce is about how many numbers a block of rows becomes.
const encodedAtOnce = 1 << 13

// prepare finds the columns of a table.
func (j *encoding[T]) prepare(t *Table) error {
	j.table, j.columns, j.places = t.Name, j.columns[:0], j.places[:0]
	j.consecutive = len(j.rows) > 0 && consecutive(j.rows)
	for i := range j.e.Features {
		f := &j.e.Features[i]
		c, err := column(f, t)
		if err != nil {
			return err
		}
		j.columns, j.places = append(j.columns, c), append(j.places, f.places(c))
	}
	return nil
}

// all encodes the rows. The error is that of the first block with one.
func (j *encoding[T]) all() (unseen int, err error) {
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
	if j.dst != nil {
		j.unseen[u], j.errs[u] = j.some(j.rows[lo:hi], j.dst[lo*j.width:hi*j.width])
		return
	}
	dst, _ := j.spare.Get().(*[]T)
	if dst == nil {
		dst = new([]T)
		*dst = make([]T, j.block*j.width)
	}
	defer j.spare.Put(dst)
	j.unseen[u], j.errs[u] = j.some(j.rows[lo:hi], *dst)
}

// some encodes some rows, a strip of them after the other.
func (j *encoding[T]) some(rows []int, dst []T) (unseen int, err error) {
	b := strips.Get().(*strip)
	defer strips.Put(b)
	b.consecutive = j.consecutive
	return j.inStrips(rows, dst, b)
}

func (j *encoding[T]) inStrips(rows []int, dst []T, b *strip) (unseen int, err error) {
	for len(rows) > 0 {
		n := min(stripRows, len(rows))
		k, err := j.oneStrip(rows[:n], dst, b)
		if err != nil {
			return 0, err
		}
		unseen += k
		rows, dst = rows[n:], dst[n*j.width:]
	}
	return unseen, nil
}

// encodeFew is Encode in memory that is lent.
func encodeFew[T kernel.Float](e *Encoder, t *Table, rows []int, dst []T) (unseen int, err error) {
	b := strips.Get().(*strip)
	defer strips.Put(b)
	j := encoding[T]{e: e, columns: b.lent.columns, places: b.lent.places, width: e.Width()}
	defer func() { b.lent.columns, b.lent.places = j.columns, j.places }()
	if err := j.prepare(t); err != nil {
		return 0, err
	}
	b.consecutive = len(rows) > 0 && consecutive(rows)
	return j.inStrips(rows, dst, b)
}

// oneStrip encodes the features of a few rows, neighbours that are plain numbers
// together.
func (j *encoding[T]) oneStrip(rows []int, dst []T, b *strip) (unseen int, err error) {
	features := j.e.Features
	for i := 0; i < len(features); {
		if k := plainNumbers(features[i:]); k > 0 && encodeStrip(features[i:i+k], j.columns[i:i+k], rows, dst, j.width, b) {
			i, dst = i+k, dst[k:]
			continue
		}
		f := &features[i]
		k, err := encode(f, j.columns[i], j.places[i], rows, dst, j.width)
		if err != nil {
			return 0, inColumn(err, f, j.table)
		}
		unseen += k
		i, dst = i+1, dst[f.Width:]
	}
	return unseen, nil
}

func inColumn(err error, f *Feature, table string) error {
	return fmt.Errorf("data: column %q of %s: %w", f.Column, table, err)
}
