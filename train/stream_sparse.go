package train

import (
	"runtime"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
)

// sparseBlock is the features of a block whose rows are mostly zeros.
type sparseBlock[T kernel.Float] struct {
	rows   *data.CSR[T] // as they are encoded
	matrix *graph.Matrix[T]
}

// newSparseBlock is a block for so many rows; with from it shares the memory of
// products.
func newSparseBlock[T kernel.Float](p *plan, rows int, from *graph.Matrix[T]) *sparseBlock[T] {
	entries := int(float64(rows)*p.encoder.Entries()*1.1) + 64
	return &sparseBlock[T]{rows: data.NewCSR[T](from.Cols, rows, entries), matrix: from.Slice(0, 0, rows)}
}

// seal makes the matrix of the rows that were encoded, and of empty ones behind
// them.
func (b *sparseBlock[T]) seal() {
	m := b.rows
	m.Start = b.matrix.Take(m.Start, m.Index, m.Value)
}

// encodeSparse appends rows of the table to the block.
func (w *filler[T]) encodeSparse(b *block[T], at int, rows []int) (err error) {
	if w.sparse == nil {
		if w.sparse, err = data.NewSparseEncoder[T](w.plan.encoder, w.table); err != nil {
			return err
		}
	}
	if at == 0 {
		b.sparse.rows.Reset()
	}
	const some = 256 // rows, after which others have their turn
	for n := 0; len(rows) > 0 && err == nil; rows = rows[n:] {
		n = min(len(rows), some)
		_, err = w.sparse.Append(b.sparse.rows, rows[:n])
		runtime.Gosched()
	}
	return err
}

// gathered copies rows of a block, from that one on, to the matrix of a batch.
func (c *chunked[T]) gathered(b *block[T], from int) *graph.Matrix[T] {
	if b.sparse.matrix.Rows == c.rows {
		return b.sparse.matrix
	}
	if c.some == nil {
		c.some, c.list = b.sparse.matrix.Slice(0, 0, c.rows), make([]int, c.rows)
	}
	for i := range c.list {
		c.list[i] = from + i
	}
	c.some.Gather(b.sparse.matrix, c.list)
	return c.some
}

// isSparse says whether the features are a sparse matrix; of rows that pass by it
// is empty.
func (s *rowSet[T]) isSparse() bool { return len(s.inputs) == 1 && s.inputs[0].sparse != nil }

// sparseBlocks shows the sparse matrix of the set with its targets and weights:
// all of it, or its rows in order as they pass by, chunk after chunk. n is how many
// rows belong to the set.
func (c *chunked[T]) sparseBlocks(show func(m *graph.Matrix[T], target, weight []T, n int)) error {
	in := c.set
	if in.open == nil {
		show(in.inputs[0].sparse, in.target, in.weight, in.n)
		return nil
	}
	if c.feed == nil {
		c.feed = in.open(c.rows, 0)
	}
	for lo := 0; lo < in.n; lo += c.rows {
		b, err := c.feed.get(lo / c.rows)
		if err != nil {
			return err
		}
		show(b.sparse.matrix, b.target, b.weight, min(c.rows, in.n-lo))
	}
	return nil
}
