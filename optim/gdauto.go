package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"

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
// agree; Quotient chooses otherwise. A rate is halved or more until the step
// decreases f sufficiently (Armijo): f never rises by more than rounding, and a
// step too long for a smooth f is taken back instead of diverging. With a
// Window above 1, f has to fall below the largest of its last Window values
// only, which lets the quotients work as they are (Grippo, Lampariello and
// Lucidi, SIAM J. Numer. Anal. 23 (1986) 707; Raydan, SIAM J. Optim. 7 (1997)
// 26). State.Step reports the rate.
type SteepestDescent[T Float] struct {
	C1       float64 // sufficient decrease; 0 means 1e-4
	Quotient Quotient
	Window   int // values that a step is compared with; 0 means 1

	search armijo[T]
	dir    []T // −∇f, then y
	memo   []T // what a later step depends on, see below
}

// Quotient is a choice between the quotients of Barzilai and Borwein.
type Quotient int

// The choices. Zero is that of ABBmin.
const (
	_                   Quotient = iota
	LongQuotient                 // sᵀs/sᵀy in every step
	ShortQuotient                // sᵀy/yᵀy in every step
	AlternatingQuotient          // one after the other (Dai and Fletcher, Numer. Math. 100 (2005) 21)
)

var quotientNames = []string{"long", "short", "alternating"}

// The entries of memo; the last Window values follow the short quotients of the
// last steps.
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
	case d.Quotient < 0 || d.Quotient > AlternatingQuotient || d.Window < 0 || d.Window > 1000:
		return fmt.Errorf("optim: gradient descent has no quotient number %d with a window of %d values (at most 1000)", d.Quotient, d.Window)
	case p.Draw != nil:
		return errors.New("optim: a rate by line search compares values of one function, but this problem draws a new batch for every step; use the full data, or give a fixed rate")
	}
	own := line[T]{at: make([]T, p.Dim), grad: make([]T, p.Dim)}
	d.search = armijo[T]{line: own, c1: orDefault(d.C1, 1e-4)}
	d.dir = make([]T, p.Dim)
	d.memo = make([]T, autoMemo+max(d.Window, 1))
	for i := range d.memo[autoMemo:] {
		d.memo[autoMemo+i] = T(math.Inf(-1))
	}
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
	d.search.along(p, s.X, d.dir)
	d.search.slack = d.slack(s)
	t, ok, err := d.search.search(start, float64(d.memo[autoRate]), rounding[T](s.F))
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, t)
		return nil
	}
	d.learn(s, t)
	stagnate(&d.memo[autoStale], &d.memo[autoLeast], s.F-t.f > rounding[T](s.F), d.search.grad)
	advance(s, t, d.search.at, d.search.grad)
	return nil
}

// probe is the first rate: the inverse curvature along the gradient, or a step
// of length 1 where that is not positive. gg is |∇f|².
func (d *SteepestDescent[T]) probe(p *Problem[T], s *State[T], gg float64) (float64, error) {
	unit := min(1, 1/math.Sqrt(gg))
	if err := curvatureAlong(p, s, d.dir, d.search.at, d.search.grad); err != nil {
		return 0, err
	}
	kappa := kernel.Dot(d.search.grad, d.dir) / gg
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

// slack keeps the value of this step among the last ones, and is how far the
// largest of them lies above it. A window
// of one value has none.
func (d *SteepestDescent[T]) slack(s *State[T]) float64 {
	last := d.memo[autoMemo:]
	if len(last) == 1 {
		return 0
	}
	copy(last[1:], last)
	last[0] = T(s.F)
	return max(0, float64(slices.Max(last))-s.F)
}

// learn chooses the next rate from the step just found.
func (d *SteepestDescent[T]) learn(s *State[T], t trial) {
	y := d.dir
	for i, g := range s.G {
		y[i] = d.search.grad[i] - g
	}
	gy, yy := kernel.Dot(s.G, y), kernel.Dot(y, y)
	if !(gy < 0) {
		d.memo[autoRate] = T(min(4*t.alpha, 1e30)) // f curves downwards: dare more
		return
	}
	long, short := -t.alpha*kernel.Dot(s.G, s.G)/gy, -t.alpha*gy/yy
	n := int(d.memo[autoSteps])
	d.memo[autoShort+n%shortQuotients] = T(short)
	if n++; n == 3*shortQuotients {
		n = shortQuotients
	}
	d.memo[autoSteps] = T(n)
	rate := long
	switch {
	case d.Quotient == ShortQuotient || d.Quotient == AlternatingQuotient && n%2 == 0:
		rate = short
	case d.Quotient == 0 && short < agreement*long:
		rate = short
		for _, q := range d.memo[autoShort:][:min(n, shortQuotients)] {
			rate = min(rate, float64(q))
		}
	}
	if finite(rate) && rate > 0 {
		d.memo[autoRate] = T(rate)
	}
}
