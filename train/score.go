package train

import (
	"fmt"
	"sync"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
)

// scoreRows is how many rows go through the program of a trained model at once.
const scoreRows = 256

// outputs runs a model on rows of a table: row-major outputs before the link, and
// how many cells have a level that training did not have. It may be called from
// several goroutines at once.
type outputs func(t *data.Table, rows []int) (z []float64, unseen int, err error)

// compiled is a model in its own element type.
type compiled[T kernel.Float] struct {
	*Model
	net  *model.Net
	code *graph.Program[T] // that each scorer has a copy of
	x    []T
	idle sync.Pool // of scorers
}

// scoring is the work of score: a run of rows a unit.
type scoring[T kernel.Float] struct {
	*compiled[T]
	table *data.Table
	rows  []int
	z     []float64
	share int // rows of a unit

	unseen []int
	errs   []error
}

// scorer has what one thread needs.
type scorer[T kernel.Float] struct {
	program       *graph.Program[T]
	features, out []T
}

// compile makes the program of the model.
func compile[T kernel.Float](m *Model) (*compiled[T], error) {
	r, err := m.Recipe.recipe()
	if err != nil {
		return nil, err
	}
	g := graph.New()
	net, err := r.net(g, scoreRows)
	if err != nil {
		return nil, err
	}
	program, err := graph.Compile[T](g, net.Output)
	if err != nil {
		return nil, fmt.Errorf("train: compiling the model: %w", err)
	}
	c := &compiled[T]{Model: m, net: net, code: program, x: convert[T](m.Weights)}
	c.idle.New = func() any {
		w := &scorer[T]{program: c.code.Clone(), out: make([]T, scoreRows*r.outputs)}
		if !r.sparse {
			w.features = make([]T, scoreRows*r.features)
		}
		return w
	}
	return c, nil
}

// score runs the model on every thread of the team that kernel.StartThreads
// started. Every row passes through the same program at the same size, so a
// prediction does not depend on the other rows of the table.
func (c *compiled[T]) score(t *data.Table, rows []int) (z []float64, unseen int, err error) {
	if err := c.checkColumns(t); err != nil {
		return nil, 0, err
	}
	s := &scoring[T]{compiled: c, table: t, rows: rows, z: make([]float64, len(rows)*c.Recipe.Outputs), share: 16 * scoreRows}
	units := (len(rows) + s.share - 1) / s.share
	s.unseen, s.errs = make([]int, units), make([]error, units)
	kernel.Share(units, s)
	for u, err := range s.errs {
		if err != nil {
			return nil, 0, err
		}
		unseen += s.unseen[u]
	}
	return s.z, unseen, c.blank(t, rows, s.z)
}

// Unit scores one run of rows.
func (s *scoring[T]) Unit(u int) {
	w := s.idle.Get().(*scorer[T])
	defer s.idle.Put(w)
	for lo := u * s.share; lo < min((u+1)*s.share, len(s.rows)); lo += scoreRows {
		n, err := s.some(w, lo, min(lo+scoreRows, len(s.rows)))
		if err != nil {
			s.errs[u] = err
			return
		}
		s.unseen[u] += n
	}
}

// some scores the rows from lo to hi.
func (s *scoring[T]) some(w *scorer[T], lo, hi int) (unseen int, err error) {
	outputs := s.Recipe.Outputs
	if unseen, err = bindRows(s.Model, w.program, s.net, s.table, s.rows[lo:hi], w.features); err != nil {
		return 0, err
	}
	if err := w.program.Run(s.x, w.out); err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	for i, v := range w.out[:(hi-lo)*outputs] {
		s.z[lo*outputs+i] = float64(v)
	}
	return unseen, nil
}

// bindRows encodes at most scoreRows rows of t for the program; features is
// memory for them, nil where they are sparse.
func bindRows[T kernel.Float](m *Model, program *graph.Program[T], net *model.Net, t *data.Table, rows []int, features []T) (unseen int, err error) {
	e := m.Recipe.Encoder
	width := e.Width()
	if features == nil {
		set, n, err := sparseMatrix[T](e, t, rows)
		if err != nil {
			return n, err
		}
		return n, program.BindSparse(net.Inputs[0].Name, set.Slice(0, len(rows), scoreRows))
	}
	if unseen, err = data.Encode(e, t, rows, features[:len(rows)*width]); err != nil {
		return unseen, err
	}
	for _, a := range inputMatrices(net.Inputs, features, width, scoreRows) {
		if err := program.Bind(a.name, a.v); err != nil {
			return unseen, fmt.Errorf("train: %w", err)
		}
	}
	return unseen, nil
}
