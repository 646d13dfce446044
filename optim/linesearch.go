package optim

import (
	"math"

	"descent/internal/kernel"
)

// trial is what a line search knows of one step length: φ(α) = f(x + α·d) and
// φ'(α) = ∇f(x + α·d)·d.
type trial struct{ alpha, f, slope float64 }

func (t trial) finite() bool {
	return finite(t.f) && finite(t.slope)
}

// line evaluates a problem along one direction and owns the trial point.
type line[T Float] struct {
	at, grad []T   // the newest trial point and its gradient
	high     trial // after a failed search: the shortest step that went too far
	p        *Problem[T]
	x, d     []T
}

// along sets where the line starts and where it goes.
func (l *line[T]) along(p *Problem[T], x, d []T) {
	l.p, l.x, l.d = p, x, d
}

// eval moves the trial point to x + α·d. A value that is not finite is no
// error: the search backs off from it.
func (l *line[T]) eval(alpha float64) (trial, error) {
	kernel.AddScaled(l.at, T(alpha), l.d, l.x)
	f, err := l.p.Eval(l.at, l.grad)
	if err != nil {
		return trial{}, err
	}
	return trial{alpha, f, kernel.Dot(l.grad, l.d)}, nil
}

// wolfe searches a step that satisfies the strong Wolfe conditions
//
//	φ(α) ≤ φ(0) + c₁·α·φ'(0)   and   |φ'(α)| ≤ c₂·|φ'(0)|
//
// (Nocedal and Wright, Numerical Optimization, §3.1 and §3.5). It keeps an
// interval [low, high] with low.alpha < high.alpha where
//
//	low   has sufficient decrease and still falls steeply,
//	high  has not, or rises steeply, or is not finite.
//
// Such an interval always contains a point that satisfies both conditions, and
// any trial inside is accepted or becomes its new low or high end.
//
// Where φ differs from φ(0) by no more than noise, the difference says nothing:
// there the slope alone decides (the approximate Wolfe conditions of Hager and
// Zhang, SIAM J. Optim. 16 (2005) 170), which is what lets a search find
// gradients of 1e-12 near a minimum with f = 1.
type wolfe[T Float] struct {
	line[T]
	c1, c2 float64
	limit  int     // evaluations at most
	top    float64 // no step is longer; 0: any may be tried
}

// The growth of a step while φ still falls steeply, and how often it may grow
// before the point is taken as it is: a function that falls for ever is the
// caller's to judge.
const (
	maxStretch = 10
	stretches  = 12
)

// search looks along the line from start (alpha 0), beginning with the step
// first. It returns the accepted trial, whose point and gradient are w.at and
// w.grad, and whether one was found: without a Wolfe point the best one with
// sufficient decrease is taken, and if there is none ok is false.
func (w *wolfe[T]) search(start trial, first, noise float64) (best trial, ok bool, err error) {
	low, high, prev := start, trial{alpha: math.Inf(1)}, start
	alpha, newest := first, start
	narrow := 0
	for n := range w.limit {
		if newest, err = w.eval(alpha); err != nil {
			return newest, false, err
		}
		width := high.alpha - low.alpha
		switch w.judge(start, newest, noise) {
		case accepted:
			return newest, true, nil
		case falls:
			prev, low = low, newest
		case rises:
			high = newest
		}
		if math.IsInf(high.alpha, 1) {
			if n == stretches || w.top > 0 && newest.alpha >= w.top {
				return newest, true, nil
			}
			if alpha = extrapolate(prev, low); w.top > 0 {
				alpha = min(alpha, w.top)
			}
			continue
		}
		if high.alpha-low.alpha > 0.66*width {
			narrow++
		} else {
			narrow = 0
		}
		alpha = interpolate(low, high, noise, narrow >= 2)
		if alpha <= low.alpha || alpha >= high.alpha {
			break // no number lies between
		}
		if high.finite() && high.f > start.f+noise && -16*high.alpha*start.slope < noise {
			break // what rises here is noise, more of it than was thought
		}
	}
	if low.alpha == 0 || low.f >= start.f {
		w.high = high
		return start, false, nil
	}
	if newest.alpha != low.alpha {
		low, err = w.eval(low.alpha)
	}
	return low, err == nil && low.finite(), err
}

// side says where a trial belongs.
type side uint8

const (
	accepted side = iota
	falls         // good, but the minimum lies further on
	rises         // too far
)

func (w *wolfe[T]) judge(start, t trial, noise float64) side {
	flat := math.Abs(t.f-start.f) <= noise
	switch {
	case !t.finite():
		return rises
	case t.f > start.f+w.c1*t.alpha*start.slope && !flat:
		return rises
	case math.Abs(t.slope) <= -w.c2*start.slope:
		return accepted
	case t.slope < 0:
		return falls
	}
	return rises
}

// extrapolate guesses the minimum beyond b from two points that fall: the
// secant of the slopes, between 1.1 and maxStretch times the last stretch on.
func extrapolate(a, b trial) float64 {
	h := b.alpha - a.alpha
	next := math.Inf(1)
	if b.slope > a.slope {
		next = b.slope * h / (a.slope - b.slope)
	}
	return b.alpha + h*min(max(next/h, 1.1), maxStretch)
}

// interpolate guesses the minimum between low and high: by the cubic through
// both values and slopes (Nocedal and Wright, eq. 3.59), by the secant of the
// slopes where the values are noise, by bisection when asked or where high is
// not finite. The guess keeps a distance from both ends.
func interpolate(low, high trial, noise float64, bisect bool) float64 {
	h := high.alpha - low.alpha
	if !high.finite() {
		if low.alpha == 0 {
			return 0.1 * high.alpha
		}
		bisect = true
	}
	t := 0.5
	if !bisect {
		if math.Abs(high.f-low.f) <= noise {
			t = low.slope / (low.slope - high.slope)
		} else {
			t = cubic(low.f, low.slope*h, high.f, high.slope*h)
		}
		if !finite(t) || t <= 0 || t >= 1 {
			t = 0.5
		}
	}
	return low.alpha + h*min(max(t, 0.02), 0.9)
}

// cubic is the minimiser of the cubic with values f0, f1 and slopes g0, g1 at
// 0 and 1; NaN when it has none.
func cubic(f0, g0, f1, g1 float64) float64 {
	theta := g0 + g1 - 3*(f1-f0)
	s := max(math.Abs(theta), math.Abs(g0), math.Abs(g1))
	root := s * math.Sqrt((theta/s)*(theta/s)-(g0/s)*(g1/s))
	return 1 - (g1+root-theta)/(g1-g0+2*root)
}

// backtrack is the next step after t failed the Armijo condition: the
// minimiser of the parabola through start's value and slope and t's value,
// between 0.1 and 0.5 times t's step.
func backtrack(start, t trial) float64 {
	if !finite(t.f) {
		return 0.1 * t.alpha
	}
	rise := t.f - start.f - start.slope*t.alpha
	best := -0.5 * start.slope * t.alpha * t.alpha / rise
	if !finite(best) {
		return 0.5 * t.alpha
	}
	return min(max(best, 0.1*t.alpha), 0.5*t.alpha)
}
