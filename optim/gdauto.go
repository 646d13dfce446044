package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// SteepestDescent is gradient descent that finds its own rate: x ← x − α·∇f(x).
// The first rate is 1/κ, with κ the curvature of f along the gradient, measured
// by one more gradient (or by HVP). Every later one comes from the step before,
// s = −α·∇f, and its gradient change y, as one of the quotients of Barzilai and
// Borwein (IMA J. Numer. Anal. 8 (1988) 141),
//
//	long sᵀs/sᵀy   short sᵀy/yᵀy,
//
// chosen as in the method ABBmin of Frassoldati, Zanni and Zanghirati (J. Ind.
// Manag. Optim. 4 (2008) 299): the least short quotient of the last nine steps
// where the two disagree by more than a fifth, and the long one where they
// agree. A rate is halved or more until the step decreases f sufficiently
// (Armijo): f never rises by more than rounding, and a step too long for a
// smooth f is taken back instead of diverging. State.Step reports the rate.
type SteepestDescent[T Float] struct {
	C1 float64 // sufficient decrease; 0 means 1e-4

	line line[T]
	dir  []T // −∇f, then y
	memo []T // what a later step depends on, see below
}

// The entries of memo; the short quotients of the last steps follow them.
const (
	autoRate       = iota // the next rate; 0 before the first step
	autoStale             // steps in a row within rounding noise
	autoLeast             // least |∇f| of those
	autoSteps             // quotients stored so far, counted on from the full ring
	autoShort             // the first of the ring of shortQuotients
	autoMemo       = autoShort + shortQuotients
	shortQuotients = 9
)

// agreement is the ratio of short to long quotient above which the long one is
// safe.
const agreement = 0.8

// Init refuses a C1 outside (0, ½) and problems that draw a batch for each step.
func (d *SteepestDescent[T]) Init(p *Problem[T], s *State[T]) error {
	switch {
	case d.C1 < 0 || d.C1 >= 0.5 || math.IsNaN(d.C1):
		return fmt.Errorf("optim: the sufficient decrease of gradient descent needs 0 < c1 < 0.5, got %g", d.C1)
	case p.Draw != nil:
		return errors.New("optim: a rate by line search compares values of one function, but this problem draws a new batch for every step; use the full data, or give a fixed rate")
	}
	d.line.alloc(p.Dim)
	d.dir = make([]T, p.Dim)
	d.memo = make([]T, autoMemo)
	return nil
}

// Buffers yields what a later step depends on.
func (d *SteepestDescent[T]) Buffers(yield func(name string, b []T) bool) {
	yield("memo", d.memo)
}

// Next takes one step of gradient descent.
func (d *SteepestDescent[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if d.memo[autoStale] > staleSteps {
		s.Why = stalled(s)
		return nil
	}
	for i, g := range s.G {
		d.dir[i] = -g
	}
	start := trial{f: s.F, slope: -kernel.Dot(s.G, s.G)}
	if !start.finite() {
		s.Why = noDescent(s, start)
		return nil
	}
	if d.memo[autoRate] == 0 {
		rate, err := d.probe(p, s, -start.slope)
		if err != nil {
			return err
		}
		d.memo[autoRate] = T(rate)
	}
	d.line.along(p, s.X, d.dir)
	t, ok, err := d.search(start)
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, t)
		return nil
	}
	d.learn(s, t)
	stagnate(&d.memo[autoStale], &d.memo[autoLeast], s.F-t.f > rounding[T](s.F), d.line.grad)
	advance(s, t, d.line.at, d.line.grad)
	return nil
}

// probe is the first rate: the inverse curvature along the gradient, or a step
// of length 1 where that is not positive. gg is |∇f|².
func (d *SteepestDescent[T]) probe(p *Problem[T], s *State[T], gg float64) (float64, error) {
	unit := min(1, 1/math.Sqrt(gg))
	if err := curvatureAlong(p, s, d.dir, d.line.at, d.line.grad); err != nil {
		return 0, err
	}
	kappa := kernel.Dot(d.line.grad, d.dir) / gg
	if kappa > 0 && finite(1/kappa) {
		return 1 / kappa, nil
	}
	return unit, nil
}

// curvatureAlong stores ∇²f·v in out, by HVP or by one forward difference of
// the gradient; at is scratch.
func curvatureAlong[T Float](p *Problem[T], s *State[T], v, at, out []T) error {
	if p.HVP != nil {
		return p.HVP(s.X, v, out)
	}
	h := T(math.Sqrt(epsilon[T]()) * (1 + kernel.Norm2(s.X)) / kernel.Norm2(v))
	copy(at, s.X)
	kernel.Axpy(h, v, at)
	if _, err := p.Eval(at, out); err != nil {
		return err
	}
	for i, g := range s.G {
		out[i] = (out[i] - g) / h
	}
	return nil
}

// search shortens the rate until the step decreases f sufficiently, or, where
// the difference is within rounding, until it does not make the slope worse.
func (d *SteepestDescent[T]) search(start trial) (t trial, ok bool, err error) {
	c1 := orDefault(d.C1, 1e-4)
	alpha, noise := float64(d.memo[autoRate]), rounding[T](start.f)
	for range backtracks {
		if t, err = d.line.eval(alpha); err != nil {
			return t, false, err
		}
		decreased := t.f <= start.f+c1*alpha*start.slope
		flat := math.Abs(t.f-start.f) <= noise && math.Abs(t.slope) <= -start.slope
		if t.finite() && (decreased || flat) {
			return t, true, nil
		}
		alpha = backtrack(start, t)
	}
	return t, false, nil
}

// learn chooses the next rate from the step just found.
func (d *SteepestDescent[T]) learn(s *State[T], t trial) {
	y := d.dir
	for i, g := range s.G {
		y[i] = d.line.grad[i] - g
	}
	gy, yy := kernel.Dot(s.G, y), kernel.Dot(y, y)
	if !(gy < 0) {
		d.memo[autoRate] = T(min(4*t.alpha, 1e30)) // f curves downwards: dare more
		return
	}
	long, short := -t.alpha*kernel.Dot(s.G, s.G)/gy, -t.alpha*gy/yy
	n := int(d.memo[autoSteps])
	d.memo[autoShort+n%shortQuotients] = T(short)
	if n++; n == 2*shortQuotients {
		n = shortQuotients
	}
	d.memo[autoSteps] = T(n)
	rate := long
	if short < agreement*long {
		rate = short
		for _, q := range d.memo[autoShort:][:min(n, shortQuotients)] {
			rate = min(rate, float64(q))
		}
	}
	if finite(rate) && rate > 0 {
		d.memo[autoRate] = T(rate)
	}
}
