package optim

import (
	"fmt"
	"math"
)

// notStationary is the verdict on a point with a gradient. Where the value
// rises even against the gradient, at every distance and in proportion to it,
// the point sits in a kink such as that of |x|; where it falls in proportion to
// the distance as far as numbers reach, the function has no minimum that way.
func (j *judge[T]) notStationary(at point[T]) (Verdict, error) {
	j.v.Kind = Unknown
	j.v.Text = fmt.Sprintf("not a stationary point: the gradient is still %s", num(j.v.GradNorm, 2))
	noise, err := j.noise(at)
	if err != nil {
		return j.v, err
	}
	if f, far := j.abyss(at); far > 0 {
		j.v.Text += fmt.Sprintf(", and against it the value falls on and on (%s at a distance of %s): no minimum that way", num(f, 2), num(far, 2))
		return j.v, nil
	}
	last := math.Inf(1)
	for h := 1e-8 * (1 + norm(at.x)); h < 1e-3*(1+norm(at.x)); h *= 10 {
		f, err := j.against(at, h)
		if err != nil || !(f > at.f+noise) || f-at.f > 30*last {
			return j.v, err // a curved wall rises by 100 when h does by 10
		}
		last = f - at.f
	}
	j.v.Text = fmt.Sprintf("a kink: the gradient is %s, yet the value rises against it at every distance probed; derivatives cannot prove a minimum here", num(j.v.GradNorm, 2))
	return j.v, nil
}

// against is the value at the distance h against the gradient.
func (j *judge[T]) against(at point[T], h float64) (float64, error) {
	step := make([]float64, j.n)
	for i, g := range at.g {
		step[i] = -h * float64(g) / j.v.GradNorm
	}
	return j.p.Eval(shifted(at.x, step), nil)
}

// abyss follows the value against the gradient as far as it falls at least a
// tenth as fast as at the point, through all scales. It returns the last value
// and how far away it is; 0 where the value does not fall so, or where the points
// on the way are not allowed.
func (j *judge[T]) abyss(at point[T]) (f, far float64) {
	most := 1e30
	if isFloat32[T]() {
		most = 1e15
	}
	for h := 1 + norm(at.x); h <= most; h *= 10 {
		v, err := j.against(at, h)
		if err != nil || !(v <= at.f-0.1*h*j.v.GradNorm) {
			return 0, 0
		}
		if f, far = v, h; math.IsInf(v, -1) {
			break
		}
	}
	if j.inside != nil && far > 0 {
		step := make([]float64, j.n)
		for i, g := range at.g {
			step[i] = -far * float64(g) / j.v.GradNorm
		}
		if !j.inside(shifted(at.x, step)) {
			return 0, 0
		}
	}
	return f, far
}
