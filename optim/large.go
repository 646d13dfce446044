package optim

import (
	"errors"
	"math"

	"descent/internal/kernel"
	"descent/internal/stream"
)

// large judges by the ends of the spectrum, for problems whose Hessian is too
// large to factor, and by the values around the point.
func (j *judge[T]) large(at point[T]) (Verdict, error) {
	ends, err := Extremes(j.p, at.x, Lanczos{})
	if err != nil {
		return j.v, err
	}
	cut := j.significant() * max(math.Abs(ends.Min), math.Abs(ends.Max))
	if ends.Min > -ends.MinError && ends.MinError > 1e-3*math.Abs(ends.Min) {
		if err := j.sharpen(at, &ends, cut); err != nil {
			return j.v, err
		}
	}
	j.v.Eigenvalues = []float64{ends.Min, ends.Max}
	low, high := max(cut, ends.MinError), max(cut, ends.MaxError)
	if j.v.GradNorm > j.tol {
		return j.largeRounded(at, ends.Min > low)
	}
	if ends.Min < -low {
		j.v.Downhill = ends.MinVector
	}
	switch {
	case ends.Min < -low && ends.Max > high:
		return j.named(Saddle, "a saddle", ""), nil
	case ends.Max < -high:
		return j.named(Maximum, "a maximum", ""), nil
	case ends.Min > low:
		return j.largeMinimum(at, ends)
	}
	return j.largeProbe(at, ends.MinVector)
}

// sharpen finds the smallest eigenvalue by inverse iteration, for a spectrum
// whose lower end Lanczos did not resolve. Where the equations cannot be
// solved, ends stay as they are.
func (j *judge[T]) sharpen(at point[T], ends *Spectrum, cut float64) error {
	v := append([]float64(nil), ends.MinVector...)
	for range 8 {
		w, solved, err := j.solve(at.x, v, cgOptions{tol: 1e-3, steps: 3000, cut: cut})
		if err != nil || !solved {
			return err
		}
		unit(w)
		hw, err := j.product(at.x, w)
		if err != nil {
			return err
		}
		ends.Min, ends.MinVector = kernel.Dot(w, hw), w
		kernel.Axpy(-ends.Min, w, hw)
		if ends.MinError = norm(hw); ends.MinError <= 1e-3*ends.Min {
			return nil
		}
		v = w
	}
	return nil
}

// largeMinimum looks whether a point with positive curvature holds still over
// one Newton step, and whether the values around it are higher.
func (j *judge[T]) largeMinimum(at point[T], ends Spectrum) (Verdict, error) {
	step, solved, err := j.newton(at.x, wide(at.g))
	if err != nil {
		return j.v, err
	}
	if !solved {
		return j.largeProbe(at, ends.MinVector)
	}
	mv := movement{first: norm(step)}
	if mv.first > j.tiny(at.x) {
		next, err := j.measure(shifted(at.x, step))
		if err != nil {
			return j.v, err
		}
		then, err := j.curvature(next.x, ends.MinVector)
		if err != nil {
			return j.v, err
		}
		second, _, err := j.newton(next.x, wide(next.g))
		if err != nil {
			return j.v, err
		}
		if mv.last = norm(second); mv.last > 0.97*mv.first {
			return j.drift(mv), nil
		}
		if mv.last > mv.first/2 || !same(ends.Min, then, changed) {
			return j.largeProbe(next, ends.MinVector, unit(step))
		}
	}
	return j.confirm(at, j.largeRays(ends.MinVector))
}

// probeLimit is the number of variables up to which every axis is probed.
const probeLimit = 2000

// largeProbe decides by values: along the directions given, some random ones
// and every axis. Where the axes are too many, nothing is called a minimum.
func (j *judge[T]) largeProbe(at point[T], along ...[]float64) (Verdict, error) {
	count, err := j.follow(at, nil, append(j.largeRays(along[0])[2:], j.axes()...))
	if err != nil {
		return j.v, err
	}
	count[sloping] = 0 // mixtures slope as the gradient left there says
	for _, v := range along {
		var broken error
		bend := func(g []float64) []float64 {
			step, _, err := j.solve(at.x, negated(g), cgOptions{tol: 1e-2, steps: 100, avoid: v})
			if err != nil {
				broken = err
			}
			return step
		}
		c, err := j.follow(at, bend, bothWays(v))
		if err = errors.Join(err, broken); err != nil {
			return j.v, err
		}
		for i, n := range c {
			count[i] += n
		}
	}
	if j.n > probeLimit && count[lower] == 0 {
		return j.named(Flat, "flat", "the smallest cannot be told from zero, so the point is degenerate or not reached yet, and its neighbours are too many to probe"), nil
	}
	return j.weigh(count, 0, 1, 0), nil
}

// axes are the coordinate directions, both ways; none beyond probeLimit.
func (j *judge[T]) axes() [][]float64 {
	var rays [][]float64
	for i := range j.n {
		if j.n > probeLimit {
			break
		}
		e := make([]float64, j.n)
		e[i] = 1
		rays = append(rays, bothWays(e)...)
	}
	return rays
}

// largeRounded is rounded for large problems.
func (j *judge[T]) largeRounded(at point[T], curved bool) (Verdict, error) {
	if !curved {
		return j.notStationary(at)
	}
	step, solved, err := j.newton(at.x, wide(at.g))
	if err != nil {
		return j.v, err
	}
	if !solved || !j.negligible(at, step) {
		return j.notStationary(at)
	}
	if ok, err := j.between(at, step); err != nil || !ok {
		v, _ := j.notStationary(at)
		return v, err
	}
	return j.confirm(at, j.largeRays(unit(step)))
}

// largeRays are v and some random directions, both ways.
func (j *judge[T]) largeRays(v []float64) [][]float64 {
	rays := bothWays(v)
	rng := stream.New(1, "verdict rays", 0)
	for range 4 {
		r := make([]float64, j.n)
		for i := range r {
			r[i] = rng.NormFloat64()
		}
		rays = append(rays, bothWays(unit(r))...)
	}
	return rays
}
