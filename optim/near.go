package optim

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// rounded judges a point whose gradient is above the tolerance: it may be the
// nearest to a minimum that rounding allows. The Newton step is then negligible
// beside the point, and the value rises both along it and against it.
func (j *judge[T]) rounded(at point[T], m *model) (Verdict, error) {
	step := m.newton(wide(at.g))
	if !j.negligible(at, step) {
		return j.notStationary(at)
	}
	end, m, moved, err := j.settle(at, m)
	if err != nil {
		return j.v, err
	}
	if _, _, positive := m.signs(); moved.drifts || positive < m.n {
		return j.notStationary(at)
	}
	if ok, err := j.between(at, step); err != nil || !ok {
		v, _ := j.notStationary(at)
		return v, err
	}
	return j.confirm(end, curvedRays(m))
}

func (j *judge[T]) negligible(at point[T], step []float64) bool {
	size := 0.0
	for _, v := range at.x {
		size = max(size, math.Abs(float64(v)))
	}
	return maxAbs(step) <= 1e-6*(1+size)
}

// between reports whether the value rises both along a step and against it, and
// the step itself does not lower it by more than noise.
func (j *judge[T]) between(at point[T], step []float64) (bool, error) {
	if norm(step) == 0 {
		return false, nil
	}
	noise, err := j.noise(at)
	if err != nil {
		return false, err
	}
	if f, err := j.p.Eval(shifted(at.x, step), nil); err != nil || f < at.f-noise {
		return false, err // it is not rounding that is left, but a step
	}
	count, err := j.follow(at, nil, bothWays(unit(append([]float64(nil), step...))))
	return count[higher] == 2, err
}

// floor looks whether the little curvature that variables of very different
// size have is only that of a point beside the floor of a valley: it is gone
// after a Newton step down to the floor, as that of x²y² along y is. The model
// at the floor, unscaled, then comes back; otherwise none.
func (j *judge[T]) floor(at point[T], h *mat.SymDense, scaled *model) (point[T], *model, error) {
	m, err := newModel(h, ones(j.n), 0)
	if err != nil {
		return at, nil, err
	}
	m.cut = j.significant() * m.largest()
	if scaled.null() > 0 || m.null() == 0 {
		return at, nil, nil
	}
	before := m.nullCurvature(h, 0)
	next, ok := j.along(at.x, m.newton(wide(at.g)))
	if !ok {
		return at, nil, nil
	}
	if h, err = j.hessian(next.x); err != nil {
		return at, nil, err
	}
	then, err := newModel(h, m.scale, m.cut)
	if err != nil {
		return at, nil, err
	}
	if after := then.nullCurvature(h, 1e-15); after > before/4 {
		return at, nil, nil
	}
	return next, then, nil
}

// nullCurvature is the largest curvature of h along the null eigenvectors of m,
// but for what is lost in rounding: the part eps of the terms summed.
func (m *model) nullCurvature(h *mat.SymDense, eps float64) float64 {
	most := 0.0
	for c := range m.n {
		if m.sign(c) != 0 {
			continue
		}
		sum, size := 0.0, 0.0
		for i := range m.n {
			for k := range m.n {
				t := m.vectors.At(i, c) * h.At(i, k) * m.vectors.At(k, c)
				sum, size = sum+t, size+math.Abs(t)
			}
		}
		if v := math.Abs(sum); v > eps*size {
			most = max(most, v)
		}
	}
	return most
}
