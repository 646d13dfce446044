package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// Parts is the structure of a finite sum f = (1/Len)·Σ fₖ: one part for each row
// of data, or for each batch of rows, the penalties being in every part.
type Parts[T Float] struct {
	Len  int
	Eval func(part int, x, grad []T) (float64, error) // fₖ at x; stores ∇fₖ in grad
}

// SVRG is stochastic gradient descent with the variance taken out by a full
// gradient (Johnson and Zhang, NIPS 26 (2013) 315). One step is Passes passes of
// updates
//
//	x ← x − η·(∇fₖ(x) − ∇fₖ(x̃) + ∇f(x̃)),   k at random,
//
// from the point x̃ of the state, and ends with the value and the gradient of
// all parts, so that convergence is a claim about ∇f. On a strongly convex f it
// is linear, with a rate that does not shrink.
//
// Without a Rate, η = 1/4L with L the largest curvature of a part that was seen.
// A step after which f is higher is taken back and repeated with half of η.
type SVRG[T Float] struct {
	Rate   float64 // η; 0: found
	Passes float64 // passes over the parts in a step; 0 means 2

	epochs[T]
	old []T // ∇fₖ(x̃)
}

// SAGA keeps the last gradient gₖ of every part (Defazio, Bach and
// Lacoste-Julien, NIPS 27 (2014) 1646). One step is a pass of updates
//
//	x ← x − η·(∇fₖ(x) − gₖ + mean(g)),   gₖ ← ∇fₖ(x),   k at random,
//
// and ends with the value and the gradient of all parts. It needs one gradient
// of a part for each update where SVRG needs two, and memory for Len gradients.
// η is as in SVRG, but 1/3L.
type SAGA[T Float] struct {
	Rate float64 // η; 0: found

	epochs[T]
	table []T // gₖ, Len rows
	mean  []T
}

// epochs is what both methods share.
type epochs[T Float] struct {
	parts *Parts[T]
	x, g  []T // the moving point and the gradient of a part there
	atG   []T // ∇f at the end of the step
	memo  []T
}

// The entries of memo.
const (
	sumL = iota // L; 0 before the first step
	sumStale
	sumLeast
	sumFilled // SAGA: the table is filled
	sumMemo
)

func (e *epochs[T]) begin(name string, p *Problem[T], rate float64) error {
	switch {
	case p.Parts == nil || p.Parts.Eval == nil || p.Parts.Len < 1:
		return fmt.Errorf("optim: %s needs a finite sum, given by its parts; use lbfgs for other functions", name)
	case p.Draw != nil:
		return fmt.Errorf("optim: %s picks the parts by itself, but this problem draws a batch for every step; use a rule such as adam", name)
	case rate < 0 || !finite(rate):
		return fmt.Errorf("optim: the rate of %s must be positive, got %g", name, rate)
	}
	n := p.Dim
	e.parts = p.Parts
	e.x, e.g, e.atG, e.memo = make([]T, n), make([]T, n), make([]T, n), make([]T, sumMemo)
	return nil
}

// pick is the part of update j of step iter: a fixed scrambling of both
// (Steele, Lea and Flood, OOPSLA 2014, the finaliser of SplitMix64).
func (e *epochs[T]) pick(iter, j int) int {
	z := uint64(iter)<<32 + uint64(j) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(e.parts.Len))
}

// probe finds the largest curvature of a part along its own gradients.
func (e *epochs[T]) probe(s *State[T]) error {
	h := math.Cbrt(epsilon[T]()) * (1 + kernel.Norm2(s.X))
	most := 0.0
	for k := range e.parts.Len {
		if _, err := e.parts.Eval(k, s.X, e.g); err != nil {
			return err
		}
		size := kernel.Norm2(e.g)
		if size == 0 || !finite(size) {
			continue
		}
		for i, x := range s.X {
			e.x[i] = x - T(h/size)*e.g[i]
		}
		if _, err := e.parts.Eval(k, e.x, e.atG); err != nil {
			return err
		}
		diff := 0.0
		for i, g := range e.g {
			d := float64(e.atG[i]) - float64(g)
			diff += d * d
		}
		if l := math.Sqrt(diff) / h; finite(l) {
			most = max(most, l)
		}
	}
	if most == 0 {
		most = max(1, kernel.Norm2(s.G))
	}
	e.memo[sumL] = T(most)
	return nil
}

// settle takes the point in x for the state's where f is not higher there, and
// otherwise halves the rate.
func (e *epochs[T]) settle(p *Problem[T], s *State[T], rate float64) (bool, error) {
	f := math.Inf(1)
	if kernel.AllFinite(e.x) {
		var err error
		if f, err = p.Eval(e.x, e.atG); err != nil {
			return false, err
		}
	}
	if !finite(f) || !finite(kernel.Norm2(e.atG)) || f > s.F+rounding[T](s.F) {
		e.memo[sumL] *= 2
		return false, nil
	}
	stagnate(&e.memo[sumStale], &e.memo[sumLeast], s.F-f > rounding[T](s.F), e.atG)
	copy(s.X, e.x)
	copy(s.G, e.atG)
	s.F, s.Step, s.Fresh = f, rate, true
	return true, nil
}

// rate is η, from the curvature unless it was given. A step that is repeated has
// doubled L, and halves a given rate as well.
func (e *epochs[T]) rate(given, share float64, tries int) float64 {
	if given > 0 {
		return given * math.Pow(0.5, float64(tries))
	}
	return share / float64(e.memo[sumL])
}

// retries is how often a step is repeated with half the rate.
const retries = 40

// Init refuses problems without parts.
func (r *SVRG[T]) Init(p *Problem[T], s *State[T]) error {
	if r.Passes < 0 || r.Passes > 1e6 {
		return fmt.Errorf("optim: svrg makes a positive number of passes a step, not %g", r.Passes)
	}
	r.old = make([]T, p.Dim)
	return r.begin("svrg", p, r.Rate)
}

// Buffers yields what a later step depends on.
func (r *SVRG[T]) Buffers(yield func(name string, b []T) bool) { yield("memo", r.memo) }

// Next takes one step of several passes.
func (r *SVRG[T]) Next(p *Problem[T], s *State[T]) error {
	if done, err := r.ready(p, s); done || err != nil {
		return err
	}
	updates := int(orDefault(r.Passes, 2) * float64(r.parts.Len))
	for try := range retries {
		rate := r.rate(r.Rate, 0.25, try)
		copy(r.x, s.X)
		for j := range max(updates, 1) {
			k := r.pick(s.Iter, j)
			if _, err := r.parts.Eval(k, r.x, r.g); err != nil {
				return err
			}
			if _, err := r.parts.Eval(k, s.X, r.old); err != nil {
				return err
			}
			r.update(s, T(rate))
		}
		if ok, err := r.settle(p, s, rate); ok || err != nil {
			return err
		}
	}
	s.Why = noDescent(s, trial{f: s.F})
	return nil
}

// ready makes the state fresh and knows a curvature; done says that the run is
// at its end.
func (e *epochs[T]) ready(p *Problem[T], s *State[T]) (done bool, err error) {
	if err := refresh(p, s); err != nil {
		return false, err
	}
	if e.memo[sumStale] > staleSteps {
		s.Why = stalled(s)
		return true, nil
	}
	if e.memo[sumL] == 0 {
		err = e.probe(s)
	}
	return false, err
}

// update moves x by the gradient of a part without its variance, and notes the
// curvature of the part between x and x̃.
func (r *SVRG[T]) update(s *State[T], rate T) {
	dg, dx := 0.0, 0.0
	for i, g := range r.g {
		d, e := float64(g)-float64(r.old[i]), float64(r.x[i])-float64(s.X[i])
		dg, dx = dg+d*d, dx+e*e
		r.x[i] -= rate * (g - r.old[i] + s.G[i])
	}
	if l := math.Sqrt(dg / dx); dx > 0 && l > float64(r.memo[sumL]) && finite(l) && math.Sqrt(dg) > 1e3*epsilon[T]()*kernel.Norm2(r.g) {
		r.memo[sumL] = T(l)
	}
}

// maxTable bounds the numbers that SAGA keeps.
const maxTable = 1 << 28

// Init refuses problems without parts, and with more than fit in memory.
func (r *SAGA[T]) Init(p *Problem[T], s *State[T]) error {
	if err := r.begin("saga", p, r.Rate); err != nil {
		return err
	}
	if p.Parts.Len > maxTable/p.Dim {
		return errors.New("optim: the gradients of all parts do not fit in memory; use svrg, or larger parts")
	}
	r.table, r.mean = make([]T, p.Parts.Len*p.Dim), make([]T, p.Dim)
	return nil
}

// Buffers yields what a later step depends on.
func (r *SAGA[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("memo", r.memo) && yield("table", r.table)
}

// Next takes one step of a pass over the parts.
func (r *SAGA[T]) Next(p *Problem[T], s *State[T]) error {
	if done, err := r.ready(p, s); done || err != nil {
		return err
	}
	for try := range retries {
		if err := r.fill(s); err != nil {
			return err
		}
		rate := r.rate(r.Rate, 1.0/3, try)
		copy(r.x, s.X)
		for j := range r.parts.Len {
			k := r.pick(s.Iter, j)
			if _, err := r.parts.Eval(k, r.x, r.g); err != nil {
				return err
			}
			last := r.table[k*len(r.x) : (k+1)*len(r.x)]
			share := 1 / T(r.parts.Len)
			for i, g := range r.g {
				d := g - last[i]
				r.x[i] -= T(rate) * (d + r.mean[i])
				r.mean[i] += share * d
				last[i] = g
			}
		}
		if ok, err := r.settle(p, s, rate); ok || err != nil {
			return err
		}
		r.memo[sumFilled] = 0 // the table belongs to points that are given up
	}
	s.Why = noDescent(s, trial{f: s.F})
	return nil
}

// fill takes the gradients of all parts at the state's point where the table
// has none, and their mean, which updates would otherwise let drift.
func (r *SAGA[T]) fill(s *State[T]) error {
	n := len(r.x)
	clear(r.mean)
	for k := range r.parts.Len {
		row := r.table[k*n : (k+1)*n]
		if r.memo[sumFilled] == 0 {
			if _, err := r.parts.Eval(k, s.X, row); err != nil {
				return err
			}
		}
		kernel.Axpy(1/T(r.parts.Len), row, r.mean)
	}
	r.memo[sumFilled] = 1
	return nil
}
