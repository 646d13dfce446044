package graph

import (
	"errors"
	"fmt"
)

// Residual is a vector function r of all parameters with its first derivatives,
// the structure a least squares method needs. No method allocates after its
// first call. It must not be used from several goroutines at once.
type Residual[T Float] struct {
	all     programs[T]
	n, dim  int
	eval    *Program[T]
	columns *Program[T] // the Jacobian at once, where every parameter is a number
	jvp     *Program[T]
	vjp     *Program[T]
	unit    []T // of length dim or n: one 1 among zeros
	row     []T // of length dim
}

// NewResidual compiles the residuals r, of any shape, with respect to the
// parameters declared so far.
func NewResidual[T Float](g *Graph, r *Node) (*Residual[T], error) {
	if g.dim == 0 {
		return nil, errors.New("graph: residuals need at least one parameter")
	}
	s := &Residual[T]{n: r.Len(), dim: g.dim}
	params, blocks := g.params(), g.Blocks()
	s.eval = s.all.add(compile(g, []output{{node: r}}, []int{s.n}))

	along := g.JVP([]*Node{r}, params, g.seeds())
	s.jvp = s.all.add(compile(g, []output{{node: along[0]}}, []int{s.n}))
	u := g.intern(Node{Op: seed, Shape: r.Shape, Name: "\x00cotangent"})
	back := g.VJP([]*Node{r}, []*Node{u}, params)
	s.vjp = s.all.add(compile(g, flat(blocks, back, 0), []int{s.dim}))
	if s.dim == len(params) {
		s.columns = s.all.add(compile(g, jacobian(g, r, params), []int{s.dim * s.n}))
	}
	s.unit, s.row = make([]T, max(s.n, s.dim)), make([]T, s.dim)
	return s, nil
}

// jacobian is one column for each parameter, each a single number.
func jacobian(g *Graph, r *Node, params []*Node) []output {
	outs := make([]output, len(params))
	for j, p := range params {
		one := g.Broadcast(g.Const(1), p.Shape...)
		outs[j] = output{g.JVP([]*Node{r}, []*Node{p}, []*Node{one})[0], 0, j * r.Len()}
	}
	return outs
}

// Dim is the number of parameters.
func (s *Residual[T]) Dim() int { return s.dim }

// Len is the number of residuals.
func (s *Residual[T]) Len() int { return s.n }

// Bind gives the array for a Data node, as Program.Bind does.
func (s *Residual[T]) Bind(name string, v []T) error { return s.all.bind(name, v) }

// Eval stores the residuals at x in r.
func (s *Residual[T]) Eval(x, r []T) error { return s.eval.Run(x, r) }

// JVP stores J·v in out, Len numbers.
func (s *Residual[T]) JVP(x, v, out []T) error {
	if err := s.fits(v, s.dim, out, s.n); err != nil {
		return err
	}
	return s.jvp.runAlong(x, v, out)
}

// VJP stores Jᵀ·u in out, Dim numbers.
func (s *Residual[T]) VJP(x, u, out []T) error {
	if err := s.fits(u, s.n, out, s.dim); err != nil {
		return err
	}
	return s.vjp.runAlong(x, u, out)
}

func (s *Residual[T]) fits(v []T, nv int, out []T, nout int) error {
	if len(v) != nv || len(out) != nout {
		return fmt.Errorf("graph: a Jacobian of %d residuals and %d parameters does not map %d elements to %d", s.n, s.dim, len(v), len(out))
	}
	return nil
}

// Jac stores the Jacobian at x by columns: jac[j*Len+i] = ∂rᵢ/∂xⱼ.
func (s *Residual[T]) Jac(x, jac []T) error {
	if len(jac) != s.n*s.dim {
		return fmt.Errorf("graph: the Jacobian of %d residuals and %d parameters has %d elements, but its buffer %d", s.n, s.dim, s.n*s.dim, len(jac))
	}
	if s.columns != nil {
		return s.columns.Run(x, jac)
	}
	if s.dim <= s.n {
		return s.jacByColumns(x, jac)
	}
	return s.jacByRows(x, jac)
}

func (s *Residual[T]) jacByColumns(x, jac []T) error {
	e := s.unit[:s.dim]
	for j := range e {
		e[j] = 1
		err := s.jvp.runAlong(x, e, jac[j*s.n:(j+1)*s.n])
		e[j] = 0
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Residual[T]) jacByRows(x, jac []T) error {
	e := s.unit[:s.n]
	for i := range e {
		e[i] = 1
		err := s.vjp.runAlong(x, e, s.row)
		e[i] = 0
		if err != nil {
			return err
		}
		for j, v := range s.row {
			jac[j*s.n+i] = v
		}
	}
	return nil
}
