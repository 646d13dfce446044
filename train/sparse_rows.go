package train

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
)

// keepSparse says whether the features go to the model as a sparse matrix:
// where they are mostly zeros (data.Encoder.MostlyZero), unless a formula reads
// them column by column or the method wants a Jacobian.
func (p *plan) keepSparse() bool {
	return p.spec.Kind != model.Formula && p.encoder.MostlyZero() && !p.ownTests() && p.train.n() > 2
}

// sparseRows is how many rows of a sparse matrix go through a program at once: as
// many as have chunkEntries entries for each feature, since the gradient of each
// chunk is a vector of all parameters, or leastEntries, and as keep the layers
// behind the matrix within bounds.
func (p *plan) sparseRows(n int) int {
	const elements, chunkEntries, leastEntries, leastRows = 1 << 22, 16, 1 << 18, 1024
	widest := max(p.outputs(), slices.Max(append(p.spec.Hidden, 1)))
	entries := max(chunkEntries*p.encoder.Width(), leastEntries)
	rows := max(min(elements/widest, int(float64(entries)/max(p.encoder.Entries(), 1))), leastRows)
	chunks := (n + rows - 1) / rows
	return (n + chunks - 1) / chunks
}

// sparseMatrix encodes rows of a table.
func sparseMatrix[T kernel.Float](e *data.Encoder, t *data.Table, rows []int) (m *graph.Matrix[T], unseen int, err error) {
	c, unseen, err := data.EncodeSparse[T](e, t, rows)
	if err != nil {
		return nil, unseen, err
	}
	if m, err = graph.NewMatrix(c.Rows(), c.Cols, c.Start, c.Index, c.Value); err != nil {
		err = fmt.Errorf("train: %w", err)
	}
	return m, unseen, err
}

// sparseSet is the rows of a part whose features are a sparse matrix.
func (s *session[T]) sparseSet(p *part, target []float64) (*rowSet[T], error) {
	m, unseen, err := sparseMatrix[T](s.plan.encoder, p.table, p.rows)
	if err != nil {
		return nil, err
	}
	p.unseen = unseen
	return &rowSet[T]{
		n: p.n(), inputs: []matrix[T]{{name: s.net.Inputs[0].Name, width: m.Cols, sparse: m}},
		target: shared[T](target), weight: shared[T](p.w), total: kernel.Sum(p.w),
	}, nil
}

// addSparse gives the objective a sparse matrix: all of it, or chunks of it and
// a buffer for batches.
func (c *chunked[T]) addSparse(a matrix[T]) error {
	b := matrix[T]{name: a.name, width: a.width, sparse: a.sparse}
	if c.rows != c.set.n {
		b.sparse = a.sparse.Slice(0, 0, c.rows)
	}
	c.buffer = append(c.buffer, b)
	c.views = make([]*graph.Matrix[T], (c.set.n+c.rows-1)/c.rows)
	if err := c.obj.BindSparse(b.name, b.sparse); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// bindChunk binds the chunk of a sparse matrix that begins with row lo.
func (c *chunked[T]) bindChunk(a matrix[T], lo int) error {
	i := lo / c.rows
	if c.views[i] == nil {
		c.views[i] = a.sparse.Slice(lo, min(lo+c.rows, c.set.n), c.rows)
	}
	if err := c.obj.BindSparse(a.name, c.views[i]); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}
