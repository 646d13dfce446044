package optim

import "math"

// hagerZhang searches a step that satisfies the Wolfe conditions
//
//	φ(α) ≤ φ(0) + δ·α·φ'(0)   and   φ'(α) ≥ σ·φ'(0)
//
// or the approximate ones
//
//	(2δ − 1)·φ'(0) ≥ φ'(α) ≥ σ·φ'(0)   and   φ(α) ≤ φ(0) + ε,
//
// whose slopes are accurate where differences of φ are rounding (Hager and
// Zhang, SIAM J. Optim. 16 (2005) 170, §4; the steps are named as there). It
// keeps an interval [a, b] with
//
//	φ(a) ≤ φ(0) + ε,  φ'(a) < 0,  φ'(b) ≥ 0
//
// and narrows it by two secant steps, and by bisection where that is slow.
type hagerZhang[T Float] struct {
	line[T]
	delta, sigma float64
	limit        int // evaluations at most

	start  trial
	ceil   float64 // φ(0) + ε
	evals  int
	ok     bool // the newest trial is accepted
	newest trial
}

// Parameters of the paper: ε relative to |φ(0)|, the growth ρ of the interval,
// and γ, by which two secant steps have to shorten it.
const (
	hzEps    = 1e-6
	hzExpand = 5
	hzShrink = 0.66
)

func (h *hagerZhang[T]) search(start trial, first, noise float64) (trial, bool, error) {
	h.start, h.ok, h.evals = start, false, 0
	h.ceil = start.f + max(noise, hzEps*math.Abs(start.f))
	a, b, err := h.bracket(first)
	for err == nil && !h.spent() {
		low, high, width := a, b, b.alpha-a.alpha
		if a, b, err = h.secant2(a, b); err != nil || h.spent() {
			break
		}
		if b.alpha-a.alpha > hzShrink*width {
			a, b, err = h.update(a, b, a.alpha/2+b.alpha/2)
		}
		if a == low && b == high {
			break // no number lies between
		}
	}
	if h.ok || err != nil {
		return h.newest, err == nil, err
	}
	h.high = b
	return h.retake(start, a)
}

// spent reports that the search is over: accepted, or out of evaluations.
func (h *hagerZhang[T]) spent() bool { return h.ok || h.evals >= h.limit }

// try evaluates a step. The search is over when it is accepted.
func (h *hagerZhang[T]) try(alpha float64) (t trial, err error) {
	t, err = h.eval(alpha)
	h.evals++
	wolfe := t.f-h.start.f <= h.delta*alpha*h.start.slope
	approximate := t.f <= h.ceil && t.slope <= (2*h.delta-1)*h.start.slope
	h.ok = err == nil && t.finite() && t.slope >= h.sigma*h.start.slope && (wolfe || approximate)
	h.newest = t
	return t, err
}

// bracket finds a first interval (B0 to B3). A trial that is not finite is
// stepped back from.
func (h *hagerZhang[T]) bracket(alpha float64) (a, b trial, err error) {
	a, b = h.start, trial{alpha: math.Inf(1)}
	for {
		t, err := h.try(alpha)
		switch {
		case err != nil || h.spent():
			return a, t, err
		case !t.finite():
			b = t
			alpha = a.alpha + 0.1*(t.alpha-a.alpha)
		case t.slope >= 0:
			return a, t, nil
		case t.f > h.ceil:
			return h.bisect(h.start, t)
		default:
			a = t
			if alpha = hzExpand * t.alpha; alpha >= b.alpha {
				alpha = t.alpha/2 + b.alpha/2
			}
		}
	}
}

// bisect finds an interval in [a, b], where φ'(b) < 0 but φ(b) is too high (U3).
func (h *hagerZhang[T]) bisect(a, b trial) (trial, trial, error) {
	for {
		mid := a.alpha/2 + b.alpha/2
		if mid <= a.alpha || mid >= b.alpha {
			return a, b, nil
		}
		t, err := h.try(mid)
		switch {
		case err != nil || h.spent():
			return a, b, err
		case t.finite() && t.slope >= 0:
			return a, t, nil
		case t.finite() && t.f <= h.ceil:
			a = t
		default:
			b = t
		}
	}
}

// update narrows [a, b] by the step c (U0 to U3).
func (h *hagerZhang[T]) update(a, b trial, c float64) (trial, trial, error) {
	if !(c > a.alpha && c < b.alpha) {
		return a, b, nil
	}
	t, err := h.try(c)
	switch {
	case err != nil || h.spent():
		return a, b, err
	case t.finite() && t.slope >= 0:
		return a, t, nil
	case t.finite() && t.f <= h.ceil:
		return t, b, nil
	}
	return h.bisect(a, t)
}

// secant2 narrows [a, b] by the secant of its slopes, and where an end moved
// there, by the secant of that end's old and new slopes (S1 to S4).
func (h *hagerZhang[T]) secant2(a, b trial) (trial, trial, error) {
	c := secant(a, b)
	low, high, err := h.update(a, b, c)
	if err != nil || h.spent() {
		return low, high, err
	}
	switch c {
	case high.alpha:
		return h.update(low, high, secant(b, high))
	case low.alpha:
		return h.update(low, high, secant(a, low))
	}
	return low, high, nil
}

// secant is where the slope would vanish if it were linear.
func secant(a, b trial) float64 {
	return (a.alpha*b.slope - b.alpha*a.slope) / (b.slope - a.slope)
}
