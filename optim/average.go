package optim

import (
	"errors"
	"fmt"
	"math"
)

// Averaging is a Rule that reports another point than the one it walks on, an
// average of its way for example. FirstOrder takes the gradient where the rule
// walks, and leaves in the State the point that the rule reports: a run's
// result, its stops, a validation loss and a saved model are of that point,
// without anybody's asking. On a full objective that costs a second evaluation
// in each step; with batches it costs none.
type Averaging[T Float] interface {
	Rule[T]
	// Average follows each step. It turns shown, the point that was reported
	// before the step, into the one to report now; walked is where the step
	// led. s.Iter is still the number of the step, from 0, and s.X is walked.
	Average(walked, shown []T, s *State[T])
}

// averagingOf is the averaging rule in a chain, nil without one. Two make no
// sense: the point that one reports is not the one that the other walks on.
func averagingOf[T Float](r Rule[T]) (Averaging[T], error) {
	first, ok := Within[Averaging[T]](r)
	if !ok {
		return nil, nil
	}
	if w, wraps := first.(Wrapper[T]); wraps {
		if second, twice := Within[Averaging[T]](w.Unwrap()); twice {
			return nil, fmt.Errorf("optim: %s and %s both report an average; leave one out", ruleName[T](first), ruleName[T](second))
		}
	}
	return first, nil
}

// nextAveraged is Next for a rule that reports another point than the one it
// walks on: s.X is the reported point, o.walk the other.
func (o *FirstOrder[T]) nextAveraged(p *Problem[T], s *State[T]) error {
	shown, aside := s.X, s.aside
	copy(aside, shown) // with batches: the old point
	s.X, s.aside = o.walk, nil
	moved, err := o.walkOn(p, s)
	if moved {
		o.average.Average(o.walk, shown, s)
	}
	s.X, s.aside = shown, aside
	if !moved || err != nil {
		return err // where something is not finite, the Run names it
	}
	switch { // the average of points outside may lie outside
	case p.Bounds != nil:
		p.Bounds.Project(s.X)
	case p.Set != nil:
		p.Set.Onto(s.X)
	}
	return o.arrive(p, s)
}

// walkOn takes one step on the walk, where s.X is meanwhile.
func (o *FirstOrder[T]) walkOn(p *Problem[T], s *State[T]) (moved bool, err error) {
	if err := o.measure(p, s); err != nil || o.skips(p, s) || !finite(s.F) || !finite(norm(s.G)) {
		return false, err
	}
	err = o.step(p, s)
	return err == nil, err
}

// EMA reports the exponential moving average of the points that Rule walks on
// (Polyak and Juditsky 1992; as in Kingma and Ba, arXiv 1412.6980, section
// 7.2), without the bias of a zero start:
//
//	x̄ₜ = (1−d)/(1−dᵗ) · Σₖ dᵗ⁻ᵏ·xₖ
type EMA[T Float] struct {
	Rule[T]
	Decay float64 // d in [0, 1); 0 means 0.999
}

// Unwrap implements Wrapper.
func (r *EMA[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *EMA[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: EMA needs a rule")
	}
	if err := checkUnit("ema", "decay", r.decay()); err != nil {
		return err
	}
	return r.Rule.Init(p)
}

func (r *EMA[T]) decay() float64 { return orDefault(r.Decay, 0.999) }

// Begin implements Elementwise for a rule that does.
func (r *EMA[T]) Begin(s *State[T]) bool {
	inner, ok := r.Rule.(Elementwise[T])
	return ok && inner.Begin(s)
}

// Part implements Elementwise.
func (r *EMA[T]) Part(u, x []T, lo int) { r.Rule.(Elementwise[T]).Part(u, x, lo) }

// Average implements Averaging.
func (r *EMA[T]) Average(walked, shown []T, s *State[T]) {
	d := r.decay()
	approach(shown, walked, (1-d)/(1-math.Pow(d, float64(s.Iter+1))))
}

// approach moves x by the part w of the way to y: x ← x + w·(y − x).
func approach[T Float](x, y []T, w float64) {
	if w >= 1 {
		copy(x, y)
		return
	}
	part, y := T(w), y[:len(x)]
	for i, v := range y {
		x[i] += part * (v - x[i])
	}
}

// Mean reports the mean of the points that Rule walks on, those after the first
// After steps (Ruppert 1988; Polyak and Juditsky, SIAM J. Control Optim. 30
// (1992) 838; with After and a constant or cyclic rate it is stochastic weight
// averaging, Izmailov et al., arXiv 1803.05407). Until then it reports the
// point itself.
type Mean[T Float] struct {
	Rule[T]
	After int
}

// Unwrap implements Wrapper.
func (r *Mean[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Mean[T]) Init(p *Problem[T]) error {
	switch {
	case r.Rule == nil:
		return errors.New("optim: Mean needs a rule")
	case r.After < 0:
		return fmt.Errorf("optim: the mean cannot begin after %d steps", r.After)
	}
	return r.Rule.Init(p)
}

// Begin implements Elementwise for a rule that does.
func (r *Mean[T]) Begin(s *State[T]) bool {
	inner, ok := r.Rule.(Elementwise[T])
	return ok && inner.Begin(s)
}

// Part implements Elementwise.
func (r *Mean[T]) Part(u, x []T, lo int) { r.Rule.(Elementwise[T]).Part(u, x, lo) }

// Average implements Averaging.
func (r *Mean[T]) Average(walked, shown []T, s *State[T]) {
	approach(shown, walked, 1/max(1, float64(s.Iter+1-r.After)))
}

// ASGD is averaged stochastic gradient descent as PyTorch has it (Polyak and
// Juditsky 1992; Bottou, COMPSTAT 2010), with t counted from 0:
//
//	ηₜ = η/(1 + λ·η·t)^α,   x ← x − ηₜ·(λ·x + g),   x̄ ← x̄ + (x − x̄)/max(1, t − T0)
//
// It reports x̄.
type ASGD[T Float] struct {
	Rate  float64 // η; 0 means 0.01
	Decay float64 // λ; 0 means 1e-4
	Alpha float64 // α; 0 means 0.75
	T0    float64 // steps before the mean begins; 0 means 1e6
}

// Init implements Rule.
func (r *ASGD[T]) Init(*Problem[T]) error {
	if d, a := orDefault(r.Decay, 1e-4), orDefault(r.Alpha, 0.75); !(d >= 0 && a >= 0 && r.T0 >= 0) || math.IsInf(d+a, 0) {
		return fmt.Errorf("optim: asgd needs a decay, alpha and t0 that are not negative, got %v, %v and %v", d, a, r.T0)
	}
	return checkRate("asgd", orDefault(r.Rate, 0.01))
}

// Update implements Rule.
func (r *ASGD[T]) Update(u []T, s *State[T]) {
	rate, decay := orDefault(r.Rate, 0.01)*s.Step, orDefault(r.Decay, 1e-4)
	s.Step = rate / math.Pow(1+decay*rate*float64(s.Iter), orDefault(r.Alpha, 0.75))
	eta, shrink := T(s.Step), T(decay*s.Step)
	for i, g := range u {
		u[i] = -shrink*s.X[i] - eta*g
	}
}

// Average implements Averaging.
func (r *ASGD[T]) Average(walked, shown []T, s *State[T]) {
	approach(shown, walked, 1/max(1, float64(s.Iter)-orDefault(r.T0, 1e6)))
}

// Buffers implements Rule: the average is the reported point itself.
func (r *ASGD[T]) Buffers(func(string, []T) bool) {}
