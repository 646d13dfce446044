package optim

import (
	"errors"
	"fmt"
	"math"
)

// Scaled runs a solver on u with x = d∘u in place of x: a diagonal
// preconditioner. It helps a method without curvature of its own, such as
// L-BFGS, where parameters are of very different sizes; with dⱼ near
// 1/√(∂²f/∂xⱼ²) they all bend alike.
//
// The factors d are powers of two, so nothing is rounded on the way between the
// two: the state and every test of the run see x and its gradient. Bounds and
// terms belong to x, so a problem with either is refused. A step costs four
// passes over a vector more.
type Scaled[T Float] struct {
	Solver Buffered[T]
	Factor []T // d, one for each parameter; see PowerOfTwo

	outer *Problem[T] // the present step's
	inner Problem[T]
	state State[T]
	x, v  []T // a point and a direction in the units of outer
}

// PowerOfTwo is the power of two nearest to v > 0 on the scale of logarithms,
// within 2⁻³⁰ and 2³⁰; 1 for what is no positive number.
func PowerOfTwo(v float64) float64 {
	if !(v > 0) {
		return 1
	}
	return math.Ldexp(1, int(max(-30, min(30, math.Round(math.Log2(v))))))
}

// Init refuses factors that are not powers of two, and what the solver refuses.
func (w *Scaled[T]) Init(p *Problem[T], s *State[T]) error {
	switch {
	case w.Solver == nil:
		return errors.New("optim: Scaled needs a solver")
	case len(w.Factor) != p.Dim:
		return fmt.Errorf("optim: %d factors for %d parameters", len(w.Factor), p.Dim)
	case p.Bounds != nil || p.Term != nil:
		return errors.New("optim: Scaled has no units for bounds and terms; leave it out")
	}
	for i, d := range w.Factor {
		if fraction, _ := math.Frexp(float64(d)); fraction != 0.5 {
			return fmt.Errorf("optim: the factor of %s is %v; it must be a power of two", nameOf(p.Blocks, i), d)
		}
	}
	n := p.Dim
	w.x, w.v = make([]T, n), make([]T, n)
	w.state = State[T]{X: make([]T, n), G: make([]T, n)}
	w.inner = Problem[T]{Dim: n, Blocks: p.Blocks, Draw: p.Draw, Eval: w.eval}
	if p.HVP != nil {
		w.inner.HVP = w.hvp
	}
	w.take(p, s)
	return w.Solver.Init(&w.inner, &w.state)
}

// Buffers yields those of the solver: the point in its units is exact.
func (w *Scaled[T]) Buffers(yield func(name string, b []T) bool) { w.Solver.Buffers(yield) }

// Next takes one step of the solver.
func (w *Scaled[T]) Next(p *Problem[T], s *State[T]) error {
	w.take(p, s)
	if err := w.Solver.Next(&w.inner, &w.state); err != nil {
		return err
	}
	for i, d := range w.Factor {
		s.X[i], s.G[i] = w.state.X[i]*d, w.state.G[i]/d
	}
	s.F, s.Step, s.Fresh, s.Why = w.state.F, w.state.Step, w.state.Fresh, w.state.Why
	return nil
}

// take copies the state into the units of the solver.
func (w *Scaled[T]) take(p *Problem[T], s *State[T]) {
	w.outer = p
	for i, d := range w.Factor {
		w.state.X[i], w.state.G[i] = s.X[i]/d, s.G[i]*d
	}
	t := &w.state
	t.F, t.GradNorm, t.Step, t.Iter, t.Evals, t.Fresh, t.Batch, t.Why = s.F, s.GradNorm, s.Step, s.Iter, s.Evals, s.Fresh, s.Batch, s.Why
}

func (w *Scaled[T]) eval(u, grad []T) (float64, error) {
	for i, d := range w.Factor {
		w.x[i] = u[i] * d
	}
	f, err := w.outer.Eval(w.x, grad)
	if grad != nil {
		for i, d := range w.Factor {
			grad[i] *= d
		}
	}
	return f, err
}

func (w *Scaled[T]) hvp(u, v, out []T) error {
	for i, d := range w.Factor {
		w.x[i], w.v[i] = u[i]*d, v[i]*d
	}
	err := w.outer.HVP(w.x, w.v, out)
	for i, d := range w.Factor {
		out[i] *= d
	}
	return err
}
