package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// LevenbergMarquardt solves least squares problems, f = ½·Scale·|r|², with a
// dense Jacobian J (Moré, The Levenberg–Marquardt algorithm, LNM 630 (1978)
// 105; Nielsen, report IMM-REP-1999-05): the step v minimises
//
//	|J·v + r|² + λ·|D·v|²,
//
// where D follows the norms of J's columns, so that the method does not depend
// on the units of the parameters. The damping λ falls after steps that the
// linear model predicted well and rises after others, also where r is not
// finite. Long steps are bent along the curve of the model, and refused where
// the bend is too sharp for a straight step to mean much (the geodesic
// acceleration of Transtrum and Sethna, arXiv:1201.5885).
//
// The run ends by tests that do not depend on units either, while the size of
// ∇f does: when the relative offset, the cosine of the angle between the
// residual and the tangent plane (Bates and Watts, Technometrics 23 (1981)
// 179), is at most Tol, or when what a step could still remove from the
// residual is within its rounding. State.Step is 1/(1+λ): 1 for a Gauss–Newton
// step. State.Evals counts residual vectors as evaluations.
//
// Within bounds a parameter that the gradient presses against its bound is held
// there, the step is made for the others and projected on the box, and the
// offset is that of the others (after Kanzow, Yamashita and Fukushima, J.
// Comput. Appl. Math. 172 (2004) 375).
//
// The algebra is float64 whatever T is, and holds a float64 copy of J.
type LevenbergMarquardt[T Float] struct {
	Tol     float64 // relative offset that counts as converged; 0 means 1e-10
	Damping float64 // first λ; 0 means 1e-3

	who    string // the method's name in messages; empty means levenberg-marquardt
	tol    float64
	resid  *Residuals[T]
	name   func(j int) string // of parameter j
	r, jac []T                // residuals and Jacobian, by columns, at the point
	sum    float64            // |r|²
	known  bool               // r, jac and sum belong to the state's point
	at     []T                // the trial point
	try    []T                // residuals there
	jacTry []T                // Jacobian there
	scale  []T                // D
	memo   []T                // the few numbers below
	qr     *dampedQR          // of J·D⁻¹
	v, w   []float64          // the step, and its bend times two
	second []float64          // the second derivative of r along v
	unit   []T                // a coordinate direction, where J comes from JVP
	offset float64            // relative offset at the point
	box    *Box[T]            // nil without bounds
	held   []bool             // parameters held at bounds in this step
	cut    bool               // the step in v met a bound
}

// The entries of memo.
const (
	lmDamping = iota // λ
	lmGrowth         // its factor at the next refusal
	lmStale          // steps in a row that changed |r|² within rounding
	lmLeast          // least relative offset of those
	lmMemo
)

// Numbers of the method: how fast D forgets larger columns; the shortest step,
// by predicted relative decrease of |r|², that is bent; where on the step the
// bend is measured; the largest bend, relative to the step, that is trusted;
// refusals at one point before the method gives up; steps within rounding
// noise before it ends.
const (
	scaleDecay  = 0.6
	bendFrom    = 1e-4
	bendAt      = 0.1
	bendMost    = 0.75
	refusals    = 100
	noisySteps  = 5
	leastDamped = 1e-18
)

// Init refuses problems without residuals or without their derivatives.
func (l *LevenbergMarquardt[T]) Init(p *Problem[T], s *State[T]) error {
	r := p.Resid
	l.tol = orDefault(l.Tol, 1e-10)
	damping := orDefault(l.Damping, 1e-3)
	if l.who == "" {
		l.who = "levenberg-marquardt"
	}
	switch {
	case r == nil || r.Eval == nil || r.Len < 1:
		return fmt.Errorf("optim: %s needs a sum of squares, given by its residuals; use lbfgs for other functions", l.who)
	case r.Jac == nil && r.JVP == nil:
		return fmt.Errorf("optim: %s needs the Jacobian of the residuals, or their directional derivative (JVP)", l.who)
	case !(r.Scale > 0):
		return fmt.Errorf("optim: the scale of the residuals must be positive, got %g", r.Scale)
	case p.Draw != nil:
		return fmt.Errorf("optim: %s needs the full data, but this problem draws a new batch for every step; use a rule such as adam", l.who)
	case !(l.tol > 0 && l.tol < 1) || !(damping > 0):
		return fmt.Errorf("optim: %s needs 0 < tol < 1 and a positive damping, got %g and %g", l.who, l.tol, damping)
	}
	l.resid, l.known, l.box = r, false, p.Bounds
	l.name = func(j int) string { return nameOf(p.Blocks, j) }
	l.alloc(p.Dim, r.Len)
	l.memo[lmDamping], l.memo[lmGrowth] = T(damping), 2
	return l.agree(s)
}

func (l *LevenbergMarquardt[T]) alloc(n, m int) {
	l.r, l.try = make([]T, m), make([]T, m)
	l.jac, l.jacTry = make([]T, m*n), make([]T, m*n)
	l.at, l.unit, l.scale, l.memo = make([]T, n), make([]T, n), make([]T, n), make([]T, lmMemo)
	l.v, l.w, l.second = make([]float64, n), make([]float64, n), make([]float64, m)
	l.qr = newDampedQR(m, n)
	l.held = make([]bool, n)
}

// agree refuses residuals whose sum of squares is not the problem's value.
func (l *LevenbergMarquardt[T]) agree(s *State[T]) error {
	if err := l.resid.Eval(s.X, l.r); err != nil {
		return err
	}
	if f := 0.5 * l.resid.Scale * sumSquares(l.r); !same(f, s.F, math.Sqrt(epsilon[T]())) {
		return fmt.Errorf("optim: the residuals give ½·%g·|r|² = %g at the start, but the function there is %g; they must describe the same thing", l.resid.Scale, f, s.F)
	}
	return nil
}

func (l *LevenbergMarquardt[T]) judges() {}

// KeepsBounds implements BoundKeeper.
func (l *LevenbergMarquardt[T]) KeepsBounds() bool { return true }

// Buffers yields what a later step depends on.
func (l *LevenbergMarquardt[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("scale", l.scale) && yield("memo", l.memo)
}

// Next takes one step, or sets s.Why at a point that it cannot better.
func (l *LevenbergMarquardt[T]) Next(p *Problem[T], s *State[T]) error {
	if !l.known || !s.Fresh {
		if err := l.start(s); err != nil {
			return err
		}
	}
	l.hold(s)
	l.factor()
	if s.Why = l.judge(s); s.Why.Status != Running {
		return nil
	}
	for range refusals {
		predicted := l.solve(s.X)
		if !l.moves(s.X) {
			break
		}
		if l.cut {
			predicted = l.shortened(s.X)
		}
		taken, err := l.take(s, predicted)
		if taken || err != nil {
			return err
		}
		l.memo[lmDamping] *= l.memo[lmGrowth]
		l.memo[lmGrowth] *= 2
	}
	s.Why = l.stuck(s)
	return nil
}

// take moves the state by the step in l.v if it lowers |r|² by a fair part of
// what was predicted; within rounding noise the prediction is trusted.
func (l *LevenbergMarquardt[T]) take(s *State[T], predicted float64) (bool, error) {
	if l.cut && !(predicted > 0) {
		return false, nil // what the bounds left of the step leads uphill
	}
	if predicted > bendFrom && !l.cut {
		if ok, err := l.bend(s); !ok || err != nil {
			return false, err
		}
	}
	sum, err := l.residuals(s)
	if err != nil || !finite(sum) {
		return false, err
	}
	actual := (l.sum - sum) / l.sum
	flat := max(math.Abs(actual), predicted) <= l.noise(s.X)
	if actual <= 1e-4*predicted && !flat {
		return false, nil
	}
	ok, err := l.jacobian(l.at, l.jacTry)
	if ok {
		l.accept(s, sum, actual/predicted, flat)
	}
	return ok, err
}

// accept moves the state to the trial and lowers the damping by how well
// the model predicted: λ *= max(⅓, 1 − (2ρ − 1)³).
func (l *LevenbergMarquardt[T]) accept(s *State[T], sum, gain float64, flat bool) {
	copy(s.X, l.at)
	l.r, l.try = l.try, l.r
	l.jac, l.jacTry = l.jacTry, l.jac
	l.sum = sum
	l.publish(s)
	s.Step = 1 / (1 + float64(l.memo[lmDamping]))
	if flat {
		gain = 1
		l.memo[lmStale]++
	} else {
		l.memo[lmStale] = 0
	}
	fall := 1 - math.Pow(2*gain-1, 3)
	l.memo[lmDamping] = max(l.memo[lmDamping]*T(max(1.0/3, fall)), leastDamped)
	l.memo[lmGrowth] = 2
}

// start computes r, J, f and ∇f at the state's point.
func (l *LevenbergMarquardt[T]) start(s *State[T]) error {
	if err := l.resid.Eval(s.X, l.r); err != nil {
		return err
	}
	s.Evals++
	ok, err := l.jacobian(s.X, l.jac)
	if err != nil {
		return err
	}
	l.sum = sumSquares(l.r)
	if !ok || !finite(l.sum) {
		return errors.New("optim: the residuals or their Jacobian are not finite at the start point")
	}
	l.known = true
	l.publish(s)
	return nil
}

// publish stores f and ∇f = Scale·Jᵀ·r in the state.
func (l *LevenbergMarquardt[T]) publish(s *State[T]) {
	m := len(l.r)
	s.F = 0.5 * l.resid.Scale * l.sum
	for j := range s.G {
		s.G[j] = T(l.resid.Scale * kernel.Dot(l.jac[j*m:(j+1)*m], l.r))
	}
	s.Fresh = true
}

func sumSquares[T Float](r []T) float64 {
	sum := 0.0
	for _, v := range r {
		sum += float64(v) * float64(v)
	}
	return sum
}
