package data

import "descent/internal/kernel"

// Coder encodes the same rows of a table again and again, a few at a time, for
// those who go through all of them in order: columns of a table are then read
// where they lie, and the matrix, as large as the table, is never made.
type Coder[T kernel.Float] struct{ j encoding[T] }

// NewCoder looks at all rows once: its errors are those of Encode, and so is the
// count of cells with a level that the training rows did not have.
func NewCoder[T kernel.Float](e *Encoder, t *Table, rows []int) (c *Coder[T], unseen int, err error) {
	c = &Coder[T]{encoding[T]{e: e, rows: rows, width: e.Width()}}
	if err := c.j.prepare(t); err != nil {
		return nil, 0, err
	}
	unseen, err = c.j.all()
	return c, unseen, err
}

// Rows stores n of the rows, from the one at place lo on, in dst, row-major [n,
// Width]. Any number of goroutines may call it.
func (c *Coder[T]) Rows(dst []T, lo, n int) {
	if _, err := c.j.some(c.j.rows[lo:lo+n], dst); err != nil {
		panic(err) // NewCoder has seen these rows
	}
}

// Take stores the rows at the listed places as Rows does.
func (c *Coder[T]) Take(dst []T, places []int) {
	rows := make([]int, len(places))
	for i, at := range places {
		rows[i] = c.j.rows[at]
	}
	b := strips.Get().(*strip)
	defer strips.Put(b)
	b.consecutive = false
	if _, err := c.j.inStrips(rows, dst, b); err != nil {
		panic(err) // as in Rows
	}
}

// Quick says whether a feature takes a few operations a cell at most: numbers,
// shifted and divided, booleans and categories.
func (e *Encoder) Quick() bool {
	for i := range e.Features {
		f := &e.Features[i]
		if f.Kind != Boolean && f.Kind != Category && (f.Kind != Number || f.Log) {
			return false
		}
	}
	return true
}
