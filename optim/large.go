package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// large judges by the ends of the spectrum, for problems whose Hessian is too
// large to factor.
func (j *judge[T]) large(at point[T]) (Verdict, error) {
	ends, err := Extremes(j.p, at.x, Lanczos{})
	if err != nil {
		return j.v, err
	}
	j.v.Eigenvalues = []float64{ends.Min, ends.Max}
	if j.v.GradNorm > j.tol {
		return j.notStationary(at)
	}
	largest := max(math.Abs(ends.Min), math.Abs(ends.Max))
	cut := j.significant() * largest
	low, high := max(cut, ends.MinError), max(cut, ends.MaxError)
	if ends.Min < -low {
		j.v.Downhill = ends.MinVector
	}
	switch {
	case ends.Min < -low && ends.Max > high:
		return j.named(Saddle, "a saddle", ""), nil
	case ends.Max < -high:
		return j.named(Maximum, "a maximum", ""), nil
	case !(ends.Min > low):
		return j.named(Unknown, "no verdict", "the smallest eigenvalue cannot be told from zero"), nil
	}
	return j.largeMinimum(at, ends)
}

// largeMinimum looks whether a point with positive curvature holds still over
// one Newton step.
func (j *judge[T]) largeMinimum(at point[T], ends Spectrum) (Verdict, error) {
	step, err := j.conjugateGradients(at)
	if err != nil {
		return j.v, err
	}
	mv := movement{first: norm(step)}
	if mv.first > j.tiny(at.x) {
		next, err := j.measure(shifted(at.x, step))
		if err != nil {
			return j.v, err
		}
		then, err := Extremes(j.p, next.x, Lanczos{})
		if err != nil {
			return j.v, err
		}
		// The next Newton step, as far as the gradient and the smallest curvature
		// tell: along exp(-x) it is as long as the first, along x⁴ 2/3 of it.
		shrunk := norm(next.g) / max(j.v.GradNorm, math.SmallestNonzeroFloat64)
		mv.last = mv.first * shrunk
		if then.Min > 0 {
			mv.last *= ends.Min / then.Min
		}
		switch {
		case !(mv.last <= 0.9*mv.first):
			return j.drift(mv), nil
		case shrunk > 0.5 || !same(ends.Min, then.Min, changed):
			return j.named(Flat, "flat", fmt.Sprintf("the smallest goes to %s over a Newton step, so the point is degenerate or not reached yet, and its neighbours are too many to probe", num(then.Min, 2))), nil
		}
	}
	return j.named(Minimum, "a minimum", ""), nil
}

// conjugateGradients solves ∇²f·d = −g roughly (Hestenes and Stiefel 1952) for
// a Hessian that is positive definite.
func (j *judge[T]) conjugateGradients(at point[T]) ([]float64, error) {
	n := j.n
	d, r, q := make([]float64, n), make([]float64, n), make([]float64, n)
	v, hv := make([]T, n), make([]T, n)
	for i, g := range at.g {
		r[i] = -float64(g)
		q[i] = r[i]
	}
	rr := kernel.Dot(r, r)
	goal := 1e-4 * rr
	for range min(4*n, 500) {
		if rr <= goal || rr == 0 {
			break
		}
		length := norm(q)
		for i, e := range q {
			v[i] = T(e / length)
		}
		if err := j.hvp(at.x, v, hv); err != nil {
			return nil, err
		}
		h := wide(hv)
		kernel.Scale(length, h)
		curve := kernel.Dot(q, h)
		if !finite(curve) {
			return nil, fmt.Errorf("optim: the Hessian is not finite there")
		}
		if curve <= 0 {
			break
		}
		alpha := rr / curve
		kernel.Axpy(alpha, q, d)
		kernel.Axpy(-alpha, h, r)
		next := kernel.Dot(r, r)
		for i := range q {
			q[i] = r[i] + next/rr*q[i]
		}
		rr = next
	}
	return d, nil
}
