package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// ProjectedGradient is the spectral projected gradient method for problems with
// bounds (Birgin, Martínez and Raydan, SIAM J. Optim. 10 (2000) 1196, algorithm
// SPG2): it searches along
//
//	d = P(x − λ·∇f) − x
//
// from x, with the rate λ = sᵀs/sᵀy of Barzilai and Borwein from the step before,
// and takes the first step α with
//
//	f(x + α·d) ≤ max of the last Memory values + c₁·α·∇f·d,
//
// so that f may rise for a while. The first rate is 1/κ, κ the curvature along
// the projected gradient. State.Step is α·λ.
type ProjectedGradient[T Float] struct {
	Memory int     // values that a step is compared with; 0 means 10
	C1     float64 // sufficient decrease; 0 means 1e-4

	line   line[T]
	inside Problem[T]
	box    *Box[T]
	set    *Set[T] // instead of the box; nil without one
	dir    []T
	memo   []T // the few numbers below
	values []T // the last values, a ring
}

// The entries of memo.
const (
	spgRate  = iota // the next λ; 0 before the first step
	spgCount        // values stored so far
	spgStale        // steps in a row without a new best value or a new least gradient
	spgLeast        // that gradient
	spgBest         // the best value
	spgMemo
)

// Init refuses settings out of range and problems that draw a batch for each
// step.
func (d *ProjectedGradient[T]) Init(p *Problem[T], s *State[T]) error {
	switch {
	case d.Memory < 0 || d.Memory > 1e6:
		return fmt.Errorf("optim: spg compares with at least one value, not %d", d.Memory)
	case d.C1 < 0 || d.C1 >= 0.5 || math.IsNaN(d.C1):
		return fmt.Errorf("optim: spg needs c1 in (0, ½), got %g", d.C1)
	case p.Draw != nil:
		return errors.New("optim: spg compares values of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam")
	}
	if d.box = p.Bounds; d.box == nil {
		d.box = Unbounded[T](p.Dim)
	}
	memory := d.Memory
	if memory == 0 {
		memory = 10
	}
	d.inside = *p
	if d.set = p.Set; d.set == nil { // between two points of a set all are its own
		d.inside.Eval = func(x, g []T) (float64, error) {
			d.box.snap(x)
			return p.Eval(x, g)
		}
	}
	d.line = line[T]{at: make([]T, p.Dim), grad: make([]T, p.Dim)}
	d.dir, d.memo, d.values = make([]T, p.Dim), make([]T, spgMemo), make([]T, memory)
	return nil
}

// KeepsBounds implements BoundKeeper.
func (d *ProjectedGradient[T]) KeepsBounds() bool { return true }

// KeepsSet implements SetKeeper.
func (d *ProjectedGradient[T]) KeepsSet() bool { return true }

// Buffers yields everything that a later step depends on.
func (d *ProjectedGradient[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("memo", d.memo) && yield("values", d.values)
}

// Next takes one step.
func (d *ProjectedGradient[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if d.memo[spgStale] > 4*staleSteps { // gradients rise and fall
		s.Why = stalled(s)
		return nil
	}
	if d.memo[spgRate] == 0 {
		if err := d.firstRate(s); err != nil {
			return err
		}
		d.memo[spgBest] = T(s.F)
	}
	count := int(d.memo[spgCount])
	d.values[count%len(d.values)] = T(s.F)
	if d.memo[spgCount]++; int(d.memo[spgCount]) >= 2*len(d.values) {
		d.memo[spgCount] -= T(len(d.values))
	}
	best, ok, err := d.search(s)
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, best)
		return nil
	}
	rate := d.memo[spgRate]
	d.spectral(s)
	fell := float64(d.memo[spgBest])-best.f > rounding[T](s.F)
	if fell {
		d.memo[spgBest] = T(best.f)
	}
	stationarity(p, d.line.at, d.line.grad, d.dir)
	climbing := best.f-float64(d.memo[spgBest]) > 8*rounding[T](s.F) // on the way to lower values, perhaps
	stagnate(&d.memo[spgStale], &d.memo[spgLeast], fell || climbing, d.dir)
	advance(s, best, d.line.at, d.line.grad)
	s.Step *= float64(rate)
	return nil
}

// firstRate measures the curvature along the projected gradient.
func (d *ProjectedGradient[T]) firstRate(s *State[T]) error {
	d.direction(s, 1)
	size := kernel.Norm2(d.dir)
	rate := min(1, 1/size)
	d.line.along(&d.inside, s.X, d.dir)
	h := min(1, math.Cbrt(epsilon[T]())*(1+kernel.Norm2(s.X))/size)
	t, err := d.line.eval(h)
	if err != nil {
		return err
	}
	if bend := (t.slope - kernel.Dot(s.G, d.dir)) / h; bend > 0 && finite(bend) && finite(t.f) {
		rate = size * size / bend
	}
	d.memo[spgRate] = d.tame(rate)
	return nil
}

// tame keeps a rate within the numbers that can be stepped with.
func (d *ProjectedGradient[T]) tame(rate float64) T {
	if !(rate >= 1e-30) {
		rate = 1e-30
	}
	return T(min(rate, 1e30))
}

// direction stores P(x − λ·∇f) − x in dir.
func (d *ProjectedGradient[T]) direction(s *State[T], rate T) {
	if d.set != nil {
		d.set.projectedStep(s.X, s.G, float64(rate), d.dir)
		return
	}
	for i, x := range s.X {
		d.dir[i] = d.box.clamp(i, x-rate*s.G[i]) - x
	}
}

// search backtracks along the direction of the present rate.
func (d *ProjectedGradient[T]) search(s *State[T]) (trial, bool, error) {
	d.direction(s, d.memo[spgRate])
	start := trial{f: s.F, slope: kernel.Dot(s.G, d.dir)}
	if !(start.slope < 0) || !start.finite() {
		return start, false, nil
	}
	c1, most := orDefault(d.C1, 1e-4), s.F
	for _, v := range d.values[:min(int(d.memo[spgCount]), len(d.values))] {
		most = max(most, float64(v))
	}
	d.line.along(&d.inside, s.X, d.dir)
	alpha, t := 1.0, start
	for range backtracks {
		var err error
		if t, err = d.line.eval(alpha); err != nil {
			return t, false, err
		}
		if t.finite() && t.f <= most+c1*alpha*start.slope+rounding[T](s.F) {
			return t, true, nil
		}
		alpha = backtrack(start, t)
	}
	return t, false, nil
}

// spectral finds the next rate from the accepted trial: sᵀs/sᵀy, or where f
// does not curve upwards a longer one than the last.
func (d *ProjectedGradient[T]) spectral(s *State[T]) {
	ss, sy := 0.0, 0.0
	for i, x := range s.X {
		step := float64(d.line.at[i]) - float64(x)
		ss += step * step
		sy += step * (float64(d.line.grad[i]) - float64(s.G[i]))
	}
	rate := ss / sy
	if !(sy > 0) || !finite(rate) {
		rate = 10 * float64(d.memo[spgRate])
	}
	d.memo[spgRate] = d.tame(rate)
}
