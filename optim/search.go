package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// LineSearch is a way to find the length of a step along a direction.
type LineSearch int

// The line searches. Zero stands for the one that the method has by default.
const (
	_           LineSearch = iota
	Armijo                 // backtracking to sufficient decrease
	StrongWolfe            // bracketing to the strong Wolfe conditions (Nocedal and Wright, §3.5)
	HagerZhang             // bracketing to the Wolfe or approximate Wolfe conditions (2005)
	MoreThuente            // safeguarded cubic steps to the strong Wolfe conditions (1994)
	ExactSearch            // the minimum along the line of a quadratic, backtracked elsewhere
)

var lineSearchNames = []string{"armijo", "wolfe", "hager-zhang", "more-thuente", "exact"}

// searcher finds a step along the line that its ray is set to. It looks from
// start (alpha 0), beginning with the step first; differences of values up to
// noise say nothing. It returns the accepted trial, whose point and gradient
// are those of the ray, and whether one was found; if not, the high of the ray
// is the shortest step that went too far.
type searcher[T Float] interface {
	ray() *line[T]
	search(start trial, first, noise float64) (best trial, ok bool, err error)
}

// newSearcher makes the search that kind names, or def where it names none, for
// n variables. name is the method's, for messages.
func newSearcher[T Float](name string, kind, def LineSearch, c1, c2 float64, n int) (searcher[T], error) {
	if kind == 0 {
		kind = def
	}
	own := line[T]{at: make([]T, n), grad: make([]T, n)}
	if one := kind == Armijo || kind == ExactSearch; one && !(0 < c1 && c1 < 0.5) {
		return nil, fmt.Errorf("optim: the sufficient decrease of %s needs 0 < c1 < 0.5, got %g", name, c1)
	} else if !one && !(0 < c1 && c1 < c2 && c2 < 1) {
		return nil, fmt.Errorf("optim: the Wolfe conditions of %s need 0 < c1 < c2 < 1, got %g and %g", name, c1, c2)
	}
	switch kind {
	case Armijo:
		return &armijo[T]{line: own, c1: c1}, nil
	case StrongWolfe:
		return &wolfe[T]{line: own, c1: c1, c2: c2, limit: 40}, nil
	case HagerZhang:
		return &hagerZhang[T]{line: own, delta: min(c1, 0.49), sigma: c2, limit: 50}, nil
	case MoreThuente:
		return &moreThuente[T]{line: own, c1: c1, c2: c2, limit: 40}, nil
	case ExactSearch:
		return &exact[T]{armijo[T]{line: own, c1: c1}}, nil
	}
	return nil, fmt.Errorf("optim: there is no line search number %d", kind)
}

func (l *line[T]) ray() *line[T] { return l }

// retake moves the trial point back to an earlier trial, which decreased f.
func (l *line[T]) retake(start, t trial) (trial, bool, error) {
	if t.alpha == 0 || !(t.f < start.f) {
		return start, false, nil
	}
	t, err := l.eval(t.alpha)
	return t, err == nil && t.finite(), err
}

// armijo shortens a step until it decreases f sufficiently,
//
//	φ(α) ≤ φ(0) + slack + c₁·α·φ'(0)
//
// (Armijo, Pacific J. Math. 16 (1966) 1), by the minimiser of the parabola
// through what is known (Nocedal and Wright, §3.5), at least by half. Where the
// values are noise, a step is taken that does not make the slope worse. A slack
// above zero makes it the non-monotone search of Grippo, Lampariello and
// Lucidi (SIAM J. Numer. Anal. 23 (1986) 707): φ(0) + slack is then the largest
// of the last values.
type armijo[T Float] struct {
	line[T]
	c1, slack float64
}

// backtracks bounds the trials of one step, each at most half the last.
const backtracks = 60

func (a *armijo[T]) search(start trial, first, noise float64) (t trial, ok bool, err error) {
	alpha := first
	for range backtracks {
		if t, err = a.eval(alpha); err != nil {
			return t, false, err
		}
		decreased := t.f <= start.f+a.slack+a.c1*alpha*start.slope
		flat := math.Abs(t.f-start.f) <= noise && math.Abs(t.slope) <= -start.slope
		if t.finite() && (decreased || flat) {
			return t, true, nil
		}
		alpha = backtrack(start, t)
	}
	a.high = t
	return t, false, nil
}

// exact goes to the minimum of the parabola that has the slope and curvature of
// φ at 0, α = −φ'(0)/φ”(0): that of φ itself where f is quadratic. The
// curvature is dᵀ·∇²f·d, by HVP or a difference of slopes. Where it is not
// positive, the step first is tried; a step that does not decrease f
// sufficiently is shortened.
type exact[T Float] struct{ armijo[T] }

func (e *exact[T]) search(start trial, first, noise float64) (trial, bool, error) {
	curve, err := e.curvature(start)
	if err != nil {
		return start, false, err
	}
	if alpha := -start.slope / curve; alpha > 0 && finite(alpha) {
		first = alpha
	}
	return e.armijo.search(start, first, noise)
}

// curvature is φ”(0).
func (e *exact[T]) curvature(start trial) (float64, error) {
	if e.p.HVP != nil {
		err := e.p.HVP(e.x, e.d, e.grad)
		return kernel.Dot(e.grad, e.d), err
	}
	h := math.Sqrt(epsilon[T]()) * (1 + kernel.Norm2(e.x)) / kernel.Norm2(e.d)
	t, err := e.eval(h)
	return (t.slope - start.slope) / h, err
}
