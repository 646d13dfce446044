package optim

import "math"

// movement is what Newton steps from a point did.
type movement struct {
	first, last float64 // lengths of the first and the last step
	drifts      bool    // the steps do not get shorter, or lead far away
}

// significant is the size, relative to the largest, from which an eigenvalue
// of the scaled Hessian is taken for more than rounding: rounding of an exact
// product, or the error of differences.
func (j *judge[T]) significant() float64 {
	switch exact := j.p.HVP != nil; {
	case isFloat32[T]() && exact:
		return 1e-4
	case isFloat32[T]():
		return 1e-2
	case exact:
		return 1e-10
	}
	return 1e-6
}

// changed is the part of its curvature that a point may lose over one Newton
// step and still count as holding still.
const changed = 0.1

// settle takes Newton steps from a stationary point until they are negligible.
// One is enough where the curvature holds still. At a degenerate point the
// steps shrink slowly (by 2/3 for x⁴) and the curvature goes to zero in some
// directions, which then are null in the model that comes back. Where the steps
// do not shrink, the point drifts.
func (j *judge[T]) settle(at point[T], m *model) (point[T], *model, movement, error) {
	var mv movement
	limit := 60
	if j.n > 40 {
		limit = 6
	}
	start, first, largest := at.x, m.values, m.largest()
	growing := 0
	for k := range limit {
		step := m.newton(wide(at.g))
		length := norm(step)
		if k == 0 {
			mv.first = length
		}
		if k > 0 && length > 0.97*mv.last {
			growing++
		}
		mv.last = length
		if length <= 4*epsilon[T]()*norm(at.x) || length == 0 {
			m.fade(first, largest)
			return at, m, mv, nil
		}
		next, ok := j.along(at.x, step)
		if !ok {
			mv.drifts = true // the step leaves the region where f is defined
			return at, m, mv, nil
		}
		h, err := j.hessian(next.x)
		if err != nil {
			return at, m, mv, err
		}
		if j.p.HVP == nil {
			dropNoise(h)
		}
		before := m
		if m, err = newModel(h, m.scale, m.cut); err != nil {
			return at, m, mv, err
		}
		held := before.holds(m.h)
		shorter := norm(m.newton(wide(next.g))) <= 0.5*length
		at = next
		if held && (shorter || length <= j.tiny(at.x)) {
			return at, m, mv, nil
		}
		if growing >= 3 || distance(at.x, start) > 1e-2*(1+norm(start)) && growing > 0 {
			mv.drifts = true
			return at, m, mv, nil
		}
	}
	mv.drifts = growing > 0
	m.cut = max(m.cut, largest/2) // the curvature still goes; let values decide about all but the largest
	return at, m, mv, nil
}

// along is the point at the end of a step, or a part of the way where the end
// is not finite: it may be the very point where a formula divides 0 by 0.
func (j *judge[T]) along(x []T, step []float64) (point[T], bool) {
	part := make([]float64, len(step))
	for _, share := range []float64{1, 0.75, 0.5} {
		for i, v := range step {
			part[i] = share * v
		}
		if at, err := j.measure(shifted(x, part)); err == nil {
			return at, true
		}
	}
	return point[T]{}, false
}

// tiny is a length that rounding alone may put between a point and the
// stationary point it stands for.
func (j *judge[T]) tiny(x []T) float64 {
	return math.Sqrt(epsilon[T]()) * 1e-2 * (1 + norm(x))
}

// shifted is x + step.
func shifted[T Float](x []T, step []float64) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = T(float64(v) + step[i])
	}
	return out
}

func distance[T Float](x, y []T) float64 {
	sum := 0.0
	for i, v := range x {
		d := float64(v) - float64(y[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}
