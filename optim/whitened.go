package optim

import (
	"errors"
	"fmt"
	"math"
)

// Whitened runs a solver on u with x = L⁻ᵀ·u in place of x, L·Lᵀ close to the
// Hessian: a full preconditioner for few parameters (Nocedal and Wright, Numerical
// Optimization, §5.1). Where L·Lᵀ is the Hessian, the function bends by 1 in every
// direction of u, and a method without curvature of its own, such as L-BFGS, is
// left with what changes on the way.
//
// The state and every test of the run see x and its gradient. Bounds and terms
// belong to x, so a problem with either is refused. A step costs some triangular
// products, of n² each.
type Whitened[T Float] struct {
	Solver Buffered[T]
	Root   []float64 // L, lower triangular, row-major [n, n], with a positive diagonal; see Cholesky

	outer *Problem[T] // the present step's
	inner Problem[T]
	state State[T] // in u
	x     []T
	work  []float64
}

// Cholesky stores in h, a symmetric matrix [n, n] of which the lower triangle is
// read, the lower triangular L with L·Lᵀ = h. It says whether h is safely positive
// definite.
func Cholesky(h []float64, n int) bool {
	for i := range n {
		for k := range i + 1 {
			v := h[i*n+k]
			for j := range k {
				v -= h[i*n+j] * h[k*n+j]
			}
			if k < i {
				h[i*n+k] = v / h[k*n+k]
				continue
			}
			if !(v > 1e-12*h[i*n+i]) || !finite(v) {
				return false
			}
			h[i*n+i] = math.Sqrt(v)
		}
	}
	return true
}

// Init refuses a root that does not fit, and what the solver refuses.
func (w *Whitened[T]) Init(p *Problem[T], s *State[T]) error {
	n := p.Dim
	switch {
	case w.Solver == nil:
		return errors.New("optim: Whitened needs a solver")
	case len(w.Root) != n*n:
		return fmt.Errorf("optim: a root of %d elements for %d parameters; it has the square of their number", len(w.Root), n)
	case p.Bounds != nil || p.Term != nil:
		return errors.New("optim: Whitened has no units for bounds and terms; leave it out")
	}
	for i := range n {
		if d := w.Root[i*n+i]; !(d > 0) || !finite(d) {
			return fmt.Errorf("optim: element %d of the diagonal of the root is %v; it must be positive", i, d)
		}
	}
	w.x, w.work = make([]T, n), make([]float64, n)
	w.state = State[T]{X: make([]T, n), G: make([]T, n)}
	w.inner = Problem[T]{Dim: n, Blocks: p.Blocks, Draw: p.Draw, Eval: w.eval}
	w.take(s)
	return w.Solver.Init(&w.inner, &w.state)
}

// Buffers yields the point and the gradient in u, which those in x give only up to
// rounding, and what the solver has.
func (w *Whitened[T]) Buffers(yield func(name string, b []T) bool) {
	if yield("whitened.point", w.state.X) && yield("whitened.gradient", w.state.G) {
		w.Solver.Buffers(yield)
	}
}

// Next takes one step of the solver.
func (w *Whitened[T]) Next(p *Problem[T], s *State[T]) error {
	w.outer = p
	t := &w.state
	if !s.Fresh {
		w.take(s)
	}
	t.F, t.GradNorm, t.Step, t.Iter, t.Evals, t.Fresh, t.Batch, t.Why = s.F, s.GradNorm, s.Step, s.Iter, s.Evals, s.Fresh, s.Batch, s.Why
	if err := w.Solver.Next(&w.inner, t); err != nil {
		return err
	}
	w.out(t.X, s.X)
	w.times(t.G, s.G)
	s.F, s.Step, s.Fresh, s.Why = t.F, t.Step, t.Fresh, t.Why
	return nil
}

// take copies point and gradient into u: Lᵀ·x and L⁻¹·g.
func (w *Whitened[T]) take(s *State[T]) {
	n := len(w.x)
	for i := range n {
		v := 0.0
		for k := i; k < n; k++ {
			v += w.Root[k*n+i] * float64(s.X[k])
		}
		w.work[i] = v
	}
	for i, v := range w.work {
		w.state.X[i] = T(v)
	}
	copy(w.state.G, s.G)
	w.solve(w.state.G)
}

// solve stores L⁻¹·g in g.
func (w *Whitened[T]) solve(g []T) {
	n := len(g)
	for i := range n {
		v := float64(g[i])
		for k := range i {
			v -= w.Root[i*n+k] * w.work[k]
		}
		w.work[i] = v / w.Root[i*n+i]
	}
	for i, v := range w.work {
		g[i] = T(v)
	}
}

// out stores L⁻ᵀ·u in x.
func (w *Whitened[T]) out(u, x []T) {
	n := len(u)
	for i := n - 1; i >= 0; i-- {
		v := float64(u[i])
		for k := i + 1; k < n; k++ {
			v -= w.Root[k*n+i] * w.work[k]
		}
		w.work[i] = v / w.Root[i*n+i]
	}
	for i, v := range w.work {
		x[i] = T(v)
	}
}

// times stores L·g in to.
func (w *Whitened[T]) times(g, to []T) {
	n := len(g)
	for i := range n {
		v := 0.0
		for k := range i + 1 {
			v += w.Root[i*n+k] * float64(g[k])
		}
		to[i] = T(v)
	}
}

func (w *Whitened[T]) eval(u, grad []T) (float64, error) {
	w.out(u, w.x)
	f, err := w.outer.Eval(w.x, grad)
	if grad != nil {
		w.solve(grad)
	}
	return f, err
}
