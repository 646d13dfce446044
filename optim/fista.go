package optim

import (
	"errors"
	"math"

	"descent/internal/kernel"
)

// FISTA is the accelerated proximal gradient method for f + h, f smooth and h a
// Term or the bounds of a box (Beck and Teboulle, SIAM J. Imaging Sci. 2 (2009)
// 183), with backtracking and adaptive restart:
//
//	x₊ = prox(y − ∇f(y)/L; 1/L)
//	t₊ = (1 + √(1 + 4t²))/2
//	y₊ = x₊ + (t − 1)/t₊·(x₊ − x)
//
// L is doubled until the curvature seen between y and x₊ is at most L, and
// lowered by a tenth after every step. When the step leads against the momentum,
// (y − x₊)ᵀ(x₊ − x) > 0, t starts again at 1 (O'Donoghue and Candès, Found.
// Comput. Math. 15 (2015) 715), which makes the method linear on strongly convex
// f without knowing how convex f is. State.Step is 1/L. A step costs two
// evaluations and allocates nothing.
type FISTA[T Float] struct {
	last  []T // the point before
	y     []T // the point with momentum
	grad  []T // ∇f there
	at    []T // the next point
	atG   []T // ∇f there
	memo  []T
	start []T // scratch of stationarity
}

// The entries of memo.
const (
	fistaL     = iota // L; 0 before the first step
	fistaT            // t
	fistaStale        // steps in a row within rounding noise
	fistaLeast        // least measure of those
	fistaMemo
)

// Init refuses problems with batches.
func (a *FISTA[T]) Init(p *Problem[T], s *State[T]) error {
	if p.Draw != nil {
		return errors.New("optim: fista compares values of one function, but this problem draws a new batch for every step; use the full data")
	}
	n := p.Dim
	a.last, a.y, a.grad, a.at, a.atG, a.start = make([]T, n), make([]T, n), make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	a.memo = make([]T, fistaMemo)
	copy(a.last, s.X)
	return nil
}

// KeepsBounds implements BoundKeeper.
func (a *FISTA[T]) KeepsBounds() bool { return true }

// TakesTerm implements TermTaker.
func (a *FISTA[T]) TakesTerm() bool { return true }

// Buffers yields everything that a later step depends on.
func (a *FISTA[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("last", a.last) && yield("memo", a.memo)
}

// Next takes one step.
func (a *FISTA[T]) Next(p *Problem[T], s *State[T]) error {
	if a.memo[fistaStale] > 4*staleSteps {
		s.Why = stalled(s)
		return nil
	}
	if !s.Fresh {
		f, err := p.Eval(s.X, s.G)
		if err != nil {
			return err
		}
		s.F, s.Fresh = f+termValue(p, s.X), true
	}
	fy, err := a.momentum(p, s)
	if err != nil {
		return err
	}
	f, ok, err := a.search(p, fy)
	if err != nil || !ok {
		s.Why = noDescent(s, trial{alpha: 1 / float64(a.memo[fistaL]), f: f})
		return err
	}
	f += termValue(p, a.at)
	stationarity(p, a.at, a.atG, a.start)
	stagnate(&a.memo[fistaStale], &a.memo[fistaLeast], s.F-f > rounding[T](s.F), a.start)
	a.accept(s, f)
	return nil
}

func termValue[T Float](p *Problem[T], x []T) float64 {
	if p.Term == nil {
		return 0
	}
	return p.Term.Value(x)
}

// momentum stores y and ∇f(y) and returns f(y). Before the first step it also
// guesses L from the curvature along the gradient.
func (a *FISTA[T]) momentum(p *Problem[T], s *State[T]) (float64, error) {
	if a.memo[fistaL] == 0 {
		a.memo[fistaT] = 1
		size := kernel.Norm2(s.G)
		h := T(math.Cbrt(epsilon[T]()) * (1 + kernel.Norm2(s.X)) / max(size, 1e-300))
		for i, x := range s.X {
			a.at[i] = x - h*s.G[i]
		}
		a.project(p, a.at)
		f, err := p.Eval(a.at, a.atG)
		if err != nil {
			return 0, err
		}
		a.memo[fistaL] = T(max(1, size))
		if l := a.curvature(s.X, s.G); finite(f) && l > 0 && finite(l) {
			a.memo[fistaL] = T(l)
		}
	}
	t := float64(a.memo[fistaT])
	next := (1 + math.Sqrt(1+4*t*t)) / 2
	beta := T((t - 1) / next)
	a.memo[fistaT] = T(next)
	if beta == 0 {
		copy(a.y, s.X)
		copy(a.grad, s.G)
		return s.F - termValue(p, s.X), nil
	}
	for i, x := range s.X {
		a.y[i] = x + beta*(x-a.last[i])
	}
	a.project(p, a.y)
	f, err := p.Eval(a.y, a.grad)
	if err == nil && (!finite(f) || !finite(kernel.Norm2(a.grad))) { // beyond the region where f is defined
		copy(a.y, s.X)
		copy(a.grad, s.G)
		a.memo[fistaT] = 1
		return s.F - termValue(p, s.X), nil
	}
	return f, err
}

// project keeps trial points of a bounded problem inside.
func (a *FISTA[T]) project(p *Problem[T], x []T) {
	if p.Bounds != nil {
		p.Bounds.Project(x)
	}
}

// curvature is that of f between x and at, from the gradients there.
func (a *FISTA[T]) curvature(x, g []T) float64 {
	dd, dg := 0.0, 0.0
	for i, v := range x {
		d := float64(a.at[i]) - float64(v)
		dd += d * d
		dg += d * (float64(a.atG[i]) - float64(g[i]))
	}
	if dd == 0 || dg <= 64*epsilon[T]()*kernel.Norm2(g)*math.Sqrt(dd) {
		return 0 // what is left is rounding
	}
	return dg / dd
}

// search doubles L until the proximal step from y stays within the parabola of
// curvature L: by the gradients at both ends, which see curvature where values
// are lost in rounding, and by the values where they differ by more.
func (a *FISTA[T]) search(p *Problem[T], fy float64) (f float64, ok bool, err error) {
	for range backtracks {
		l := a.memo[fistaL]
		for i, y := range a.y {
			a.at[i] = y - a.grad[i]/l
		}
		if p.Term != nil {
			p.Term.Prox(a.at, 1/float64(l))
		}
		a.project(p, a.at)
		if f, err = p.Eval(a.at, a.atG); err != nil {
			return f, false, err
		}
		if finite(f) && finite(kernel.Norm2(a.atG)) && a.curvature(a.y, a.grad) <= float64(l)*(1+1e-12) && a.below(f, fy) {
			return f, true, nil
		}
		a.memo[fistaL] *= 2
	}
	return f, false, nil
}

// below reports whether f(x₊) ≤ f(y) + ∇f(y)ᵀd + L/2·|d|², d = x₊ − y. Values
// that nearly agree prove nothing, as f may be the difference of larger numbers.
func (a *FISTA[T]) below(f, fy float64) bool {
	slope, dd := 0.0, 0.0
	for i, y := range a.y {
		d := float64(a.at[i]) - float64(y)
		slope += d * float64(a.grad[i])
		dd += d * d
	}
	return f <= fy+slope+float64(a.memo[fistaL])/2*dd+math.Sqrt(epsilon[T]())/100*math.Abs(fy)
}

// accept moves the state to the new point and restarts where the step leads
// against the momentum.
func (a *FISTA[T]) accept(s *State[T], f float64) {
	against := 0.0
	for i, v := range a.at {
		against += (float64(a.y[i]) - float64(v)) * (float64(v) - float64(s.X[i]))
	}
	if against > 0 {
		a.memo[fistaT] = 1
	}
	copy(a.last, s.X)
	copy(s.X, a.at)
	copy(s.G, a.atG)
	s.F, s.Step, s.Fresh = f, 1/float64(a.memo[fistaL]), true
	a.memo[fistaL] *= accEase
}
