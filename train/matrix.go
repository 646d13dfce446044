package train

import (
	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
)

// matrix is rows of width numbers: v, or the pixels of images, which stay
// bytes until a batch of them is put together, or columns of a table, which stay
// columns until a chunk of their rows is.
type matrix[T kernel.Float] struct {
	name   string
	width  int
	v      []T // nil for pixels and columns
	pixels []byte
	rows   []int // which images the rows are
	coder  *data.Coder[T]

	sparse *graph.Matrix[T] // nil: the matrix is dense
}

// copyTo writes n rows from lo on to dst as numbers.
func (m *matrix[T]) copyTo(dst []T, lo, n int) {
	if m.v != nil {
		copy(dst[:n*m.width], m.v[lo*m.width:])
		return
	}
	if m.coder != nil {
		m.coder.Rows(dst[:n*m.width], lo, n)
		return
	}
	for i := range n {
		at := m.rows[lo+i] * m.width
		kernel.Shares(dst[i*m.width:][:m.width], m.pixels[at:at+m.width])
	}
}

// take writes the listed rows to dst as numbers.
func (m *matrix[T]) take(dst []T, rows []int) {
	if m.width == 1 && m.v != nil {
		for i, row := range rows {
			dst[i] = m.v[row]
		}
		return
	}
	if m.coder != nil {
		m.coder.Take(dst, rows)
		return
	}
	for i, row := range rows {
		if i+ahead < len(rows) && m.v == nil {
			at := m.rows[rows[i+ahead]] * m.width
			kernel.Prefetch(m.pixels[at : at+m.width])
		}
		m.copyTo(dst[i*m.width:], row, 1)
	}
}

// ahead is how many rows before its turn an image is asked for: the rows of a
// batch lie all over the memory, and to wait for each would take longer than to
// turn it into numbers.
const ahead = 8

// gather puts batches together, on every thread where that pays.
type gather[T kernel.Float] struct {
	from, to []matrix[T]
	rows     []int
	share    int // rows of a unit
}

// worthGathering is the number of elements from which a second thread pays.
const worthGathering = 1 << 16

// run copies the listed rows of each matrix.
func (g *gather[T]) run(from, to []matrix[T], rows []int) {
	g.from, g.to, g.rows, g.share = from, to, rows, len(rows)
	elements := 0
	for k, m := range from {
		if m.sparse != nil {
			to[k].sparse.Gather(m.sparse, rows)
			continue
		}
		elements += m.width * len(rows)
	}
	if elements >= worthGathering {
		g.share = (len(rows) + 15) / 16
	}
	kernel.Share((len(rows)+g.share-1)/g.share, g)
}

// Unit copies one share of the rows.
func (g *gather[T]) Unit(i int) {
	lo, hi := i*g.share, min((i+1)*g.share, len(g.rows))
	for k := range g.from {
		m := &g.from[k]
		if m.sparse != nil {
			continue // gathered before
		}
		m.take(g.to[k].v[lo*m.width:hi*m.width], g.rows[lo:hi])
	}
}

// newRowSet arranges n rows of encoded features for the inputs of a model.
func newRowSet[T kernel.Float](inputs []model.Input, features []T, width, n int, target, weight []float64) *rowSet[T] {
	return &rowSet[T]{
		n: n, inputs: inputMatrices(inputs, features, width, n),
		target: shared[T](target), weight: shared[T](weight), total: kernel.Sum(weight),
	}
}

// inputMatrices arranges n rows of width features as a model's inputs want
// them: all of them together, or each column by itself.
func inputMatrices[T kernel.Float](inputs []model.Input, features []T, width, n int) []matrix[T] {
	var list []matrix[T]
	for _, in := range inputs {
		m := matrix[T]{name: in.Name, width: len(in.Columns), v: features}
		if in.Vector {
			m.v = make([]T, n)
			for i := range n {
				m.v[i] = features[i*width+in.Columns[0]]
			}
		}
		list = append(list, m)
	}
	return list
}

// fewNumbers is how many features fit in the third-level cache of most processors:
// a matrix of that many is as quick to read as to make. Tests change it.
var fewNumbers = 1 << 20

// columnSet is the rows of a part whose features are made from the columns of its
// table whenever a chunk is wanted, nil where a matrix of them is made once. It
// serves those who go through all rows in their order.
func (s *session[T]) columnSet(p *part, target []float64) (*rowSet[T], error) {
	e, in := s.plan.encoder, s.net.Inputs
	if p.n()*e.Width() < fewNumbers || !s.plan.readsColumns(in) {
		return nil, nil
	}
	coder, unseen, err := data.NewCoder[T](e, p.table, p.rows)
	if err != nil {
		return nil, err
	}
	p.unseen = unseen
	return &rowSet[T]{
		n: p.n(), inputs: []matrix[T]{{name: in[0].Name, width: e.Width(), coder: coder}},
		target: shared[T](target), weight: shared[T](p.w), total: kernel.Sum(p.w),
	}, nil
}

// readsColumns says whether method and features allow for rows without a matrix.
func (p *plan) readsColumns(in []model.Input) bool {
	whole := p.full() && !p.ownTests() && p.opts.ClipRows == 0
	return whole && len(in) == 1 && !in[0].Vector && p.encoder.Quick()
}

// imageSet is the rows of a part whose features are the pixels of one image,
// nil where they are something else.
func imageSet[T kernel.Float](inputs []model.Input, e *data.Encoder, p *part, target []float64) (*rowSet[T], error) {
	if len(inputs) != 1 || inputs[0].Vector {
		return nil, nil
	}
	pixels, err := e.Pixels(p.table)
	if pixels == nil || err != nil {
		return nil, err
	}
	in := matrix[T]{name: inputs[0].Name, width: e.Width(), pixels: pixels, rows: p.rows}
	return &rowSet[T]{
		n: p.n(), inputs: []matrix[T]{in},
		target: shared[T](target), weight: shared[T](p.w), total: kernel.Sum(p.w),
	}, nil
}
