package optim

import (
	"fmt"

	"descent/internal/kernel"
)

// LineDescent is gradient descent with a line search,
//
//	x ← x − α·∇f(x),   α by the search
//
// (Cauchy 1847 with ExactSearch; Armijo, Pacific J. Math. 16 (1966) 1, by
// default). A search begins where twice the last decrease of f would come from
// (Nocedal and Wright, Numerical Optimization, eq. 3.60).
type LineDescent[T Float] struct {
	Search LineSearch // 0 means Armijo
	C1     float64    // sufficient decrease; 0 means 1e-4
	C2     float64    // curvature, where the search has such a condition; 0 means 0.1

	lineMethod[T]
}

// Init refuses constants out of range and problems with batches.
func (d *LineDescent[T]) Init(p *Problem[T], s *State[T]) error {
	return d.prepare(p, "gd-line", d.Search, Armijo, orDefault(d.C1, 1e-4), orDefault(d.C2, 0.1), 0)
}

// Buffers yields what a later step depends on.
func (d *LineDescent[T]) Buffers(yield func(name string, b []T) bool) { yield("memo", d.memo) }

// Next takes one step.
func (d *LineDescent[T]) Next(p *Problem[T], s *State[T]) error {
	if err := d.ready(p, s); err != nil || s.Why.Status != Running {
		return err
	}
	d.downhill(s.G)
	alpha := d.first(s)
	if fall := 2 * float64(d.memo[walkFall]) / kernel.Dot(s.G, s.G); d.memo[walkAlpha] > 0 && fall > 0 && finite(fall) {
		alpha = min(fall, 10*float64(d.memo[walkAlpha]))
	}
	t, ok, err := d.descend(p, s, alpha)
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, d.line.high)
		return nil
	}
	d.take(s, t)
	return nil
}

// PolyakDescent is gradient descent with the step of Polyak (USSR Comput. Math.
// Math. Phys. 9 (1969) 14),
//
//	x ← x − (f(x) − f*)/|∇f(x)|² · ∇f(x),
//
// for a convex f whose least value f* is known. It needs no other number, and
// takes the distance to the minimum, not f, down in every step.
type PolyakDescent[T Float] struct {
	Least float64 // f*
}

// Init refuses problems with batches and starts below f*.
func (d *PolyakDescent[T]) Init(p *Problem[T], s *State[T]) error {
	switch {
	case p.Draw != nil:
		return fmt.Errorf("optim: gd-polyak needs values of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam")
	case !finite(d.Least):
		return fmt.Errorf("optim: the least value of gd-polyak must be a number, got %v", d.Least)
	}
	return nil
}

// Buffers yields nothing: a step depends on the point alone.
func (d *PolyakDescent[T]) Buffers(func(name string, b []T) bool) {}

// Next takes one step.
func (d *PolyakDescent[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	gap := s.F - d.Least
	if gap <= rounding[T](s.F) {
		s.Why = because(NoProgress, "the value %s is as low as the least value %s that was given, yet the gradient is still %s; give a lower one",
			num(s.F, 6), num(d.Least, 6), num(kernel.Norm2(s.G), 3))
		return nil
	}
	s.Step = gap / kernel.Dot(s.G, s.G)
	if !finite(s.Step) {
		s.Why = because(NoProgress, "the step of length (%s − %s)/|g|² is not finite: the gradient %s vanishes above the least value given; give a higher one, or another start",
			num(s.F, 6), num(d.Least, 6), num(kernel.Norm2(s.G), 3))
		return nil
	}
	kernel.Axpy(T(-s.Step), s.G, s.X)
	f, err := p.Eval(s.X, s.G)
	s.F = f
	return err
}
