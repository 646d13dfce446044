package optim

import "math"

// moreThuente searches a step that satisfies the strong Wolfe conditions
//
//	φ(α) ≤ φ(0) + c₁·α·φ'(0)   and   |φ'(α)| ≤ c₂·|φ'(0)|
//
// (Moré and Thuente, ACM Trans. Math. Software 20 (1994) 286). It keeps two
// ends: x, the best step so far, and y, such that a minimiser of
// ψ(α) = φ(α) − φ(0) − c₁·α·φ'(0) lies between once the interval is closed. The
// next trial comes from cubics and secants through both ends and the last
// trial (§4); first for ψ, and for φ as soon as a trial had ψ ≤ 0 and φ' ≥ 0.
type moreThuente[T Float] struct {
	line[T]
	c1, c2 float64
	limit  int // evaluations at most
}

// mtInterval is the state of one search.
type mtInterval struct {
	x, y         trial
	closed       bool
	least, most  float64 // where the next trial may lie
	width, older float64 // of the interval, and before
}

// Factors of the paper: where the next trial may lie while the interval is
// open, and by how much two trials have to shorten it once it is closed.
const (
	mtNear   = 1.1
	mtFar    = 4
	mtShrink = 0.66
	mtLimit  = 1e20 // the longest step
)

func (m *moreThuente[T]) search(start trial, first, noise float64) (t trial, ok bool, err error) {
	test := m.c1 * start.slope
	v := mtInterval{x: start, y: start, most: first + mtFar*first, width: mtLimit, older: 2 * mtLimit}
	alpha, modified, wall := first, true, mtLimit
	for n := range m.limit {
		if t, err = m.eval(alpha); err != nil {
			return t, false, err
		}
		if !t.finite() {
			if m.high = t; alpha > v.x.alpha {
				wall = alpha
			}
			alpha = v.x.alpha + 0.1*(alpha-v.x.alpha)
			continue
		}
		above := t.f - (start.f + alpha*test)
		if (above <= 0 || math.Abs(t.f-start.f) <= noise) && math.Abs(t.slope) <= -m.c2*start.slope {
			return t, true, nil
		}
		if above <= 0 && !v.closed && n >= stretches {
			return t, true, nil // it falls for ever, which is the caller's to judge
		}
		modified = modified && (above > 0 || t.slope < 0)
		if modified && t.f <= v.x.f && above > 0 {
			alpha = v.tilted(t, test)
		} else {
			alpha = v.step(t)
		}
		alpha, ok = v.safeguard(alpha, wall)
		if !ok {
			break
		}
	}
	m.high = v.y
	return m.retake(start, v.x)
}

// safeguard keeps the next trial inside of the interval, and bisects one that
// is shortened too slowly. It is not ok when no number lies between.
func (v *mtInterval) safeguard(alpha, wall float64) (float64, bool) {
	if v.closed {
		if math.Abs(v.y.alpha-v.x.alpha) >= mtShrink*v.older {
			alpha = v.x.alpha + 0.5*(v.y.alpha-v.x.alpha)
		}
		v.older, v.width = v.width, math.Abs(v.y.alpha-v.x.alpha)
		v.least, v.most = min(v.x.alpha, v.y.alpha), max(v.x.alpha, v.y.alpha)
	} else {
		v.least = alpha + mtNear*(alpha-v.x.alpha)
		v.most = alpha + mtFar*(alpha-v.x.alpha)
	}
	if alpha >= wall {
		alpha = v.x.alpha/2 + wall/2
	}
	return alpha, alpha != v.x.alpha && !(v.closed && (alpha <= v.least || alpha >= v.most))
}

// tilted takes a step for ψ instead of φ.
func (v *mtInterval) tilted(t trial, test float64) float64 {
	tilt := func(t trial, by float64) trial { return trial{t.alpha, t.f - by*t.alpha, t.slope - by} }
	v.x, v.y = tilt(v.x, test), tilt(v.y, test)
	next := v.step(tilt(t, test))
	v.x, v.y = tilt(v.x, -test), tilt(v.y, -test)
	return next
}

// step chooses the next trial after t and updates the ends (§4, cases 1 to 4).
func (v *mtInterval) step(t trial) (next float64) {
	x := v.x
	turned := t.slope*math.Copysign(1, x.slope) < 0
	switch {
	case t.f > x.f:
		next = v.higher(t)
		v.closed = true
	case turned:
		c, s := stationary(t, x), linearRoot(t, x)
		next = c
		if math.Abs(c-t.alpha) <= math.Abs(s-t.alpha) {
			next = s
		}
		v.closed = true
	case math.Abs(t.slope) < math.Abs(x.slope):
		next = v.flatter(t)
	case v.closed:
		next = stationary(t, v.y)
	case t.alpha > x.alpha:
		next = v.most
	default:
		next = v.least
	}
	switch {
	case t.f > x.f:
		v.y = t
	case turned:
		v.x, v.y = t, x
	default:
		v.x = t
	}
	return next
}

// higher is case 1: t is higher than x, so a minimum lies between.
func (v *mtInterval) higher(t trial) float64 {
	x, h := v.x, t.alpha-v.x.alpha
	c := stationary(x, t)
	q := x.alpha + x.slope/((x.f-t.f)/h+x.slope)/2*h
	if math.Abs(c-x.alpha) < math.Abs(q-x.alpha) {
		return c
	}
	return c + (q-c)/2
}

// flatter is case 3: lower than x, with a slope of the same sign but smaller.
func (v *mtInterval) flatter(t trial) float64 {
	x := v.x
	c, s := v.beyond(t), linearRoot(t, x)
	nearer := math.Abs(c-t.alpha) < math.Abs(s-t.alpha)
	if !v.closed {
		next := s
		if math.Abs(c-t.alpha) > math.Abs(s-t.alpha) {
			next = c
		}
		return min(max(next, v.least), v.most)
	}
	next := s
	if nearer {
		next = c
	}
	if edge := t.alpha + mtShrink*(v.y.alpha-t.alpha); t.alpha > x.alpha {
		return min(edge, next)
	} else {
		return max(edge, next)
	}
}

// beyond is the minimiser of the cubic through x and t where it lies beyond t,
// and otherwise the end of the range in that direction.
func (v *mtInterval) beyond(t trial) float64 {
	x := v.x
	theta := 3*(x.f-t.f)/(t.alpha-x.alpha) + x.slope + t.slope
	s := max(math.Abs(theta), math.Abs(x.slope), math.Abs(t.slope))
	root := s * math.Sqrt(max(0, (theta/s)*(theta/s)-x.slope/s*(t.slope/s)))
	if t.alpha > x.alpha {
		root = -root
	}
	r := (root - t.slope + theta) / (root + (x.slope - t.slope) + root)
	switch {
	case r < 0 && root != 0:
		return t.alpha + r*(x.alpha-t.alpha)
	case t.alpha > x.alpha:
		return v.most
	}
	return v.least
}

// stationary is the minimiser between a and b of the cubic with their values
// and slopes, seen from a.
func stationary(a, b trial) float64 {
	theta := 3*(a.f-b.f)/(b.alpha-a.alpha) + a.slope + b.slope
	s := max(math.Abs(theta), math.Abs(a.slope), math.Abs(b.slope))
	root := s * math.Sqrt((theta/s)*(theta/s)-a.slope/s*(b.slope/s))
	if b.alpha < a.alpha {
		root = -root
	}
	r := (root - a.slope + theta) / (root - a.slope + root + b.slope)
	return a.alpha + r*(b.alpha-a.alpha)
}

// linearRoot is where the slope through both would vanish, seen from a.
func linearRoot(a, b trial) float64 {
	return a.alpha + a.slope/(a.slope-b.slope)*(b.alpha-a.alpha)
}
