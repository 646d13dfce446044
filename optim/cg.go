package optim

import (
	"fmt"

	"descent/internal/kernel"
)

// cgOptions steer conjugate gradients.
type cgOptions struct {
	tol   float64   // residual, relative to the right side
	steps int       // the most products
	cut   float64   // curvature up to which a direction ends the search
	avoid []float64 // a unit direction to which all is kept orthogonal; may be nil
}

// newton solves ∇²f(x)·d = −g.
func (j *judge[T]) newton(x []T, g []float64) (d []float64, solved bool, err error) {
	return j.solve(x, negated(g), cgOptions{tol: 1e-2, steps: 3000})
}

func negated(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, e := range v {
		out[i] = -e
	}
	return out
}

// solve solves ∇²f(x)·d = b by conjugate gradients (Hestenes and Stiefel 1952),
// for a Hessian that is positive definite. It is not solved where a direction
// of no positive curvature turns up, or the steps are spent.
func (j *judge[T]) solve(x []T, b []float64, o cgOptions) (d []float64, solved bool, err error) {
	d = make([]float64, j.n)
	r := append([]float64(nil), b...)
	o.project(r)
	q := append([]float64(nil), r...)
	rr := kernel.Dot(r, r)
	goal := o.tol * o.tol * rr
	for range o.steps {
		if rr <= goal || rr == 0 {
			return d, true, nil
		}
		h, err := j.product(x, q)
		if err != nil {
			return nil, false, err
		}
		o.project(h)
		curve := kernel.Dot(q, h)
		if curve <= o.cut*kernel.Dot(q, q) {
			return d, false, nil
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
	return d, false, nil
}

func (o *cgOptions) project(v []float64) {
	if o.avoid != nil {
		kernel.Axpy(-kernel.Dot(o.avoid, v), o.avoid, v)
	}
}

// product is ∇²f(x)·v, computed for the unit vector along v, so that a short v
// is not lost in differences.
func (j *judge[T]) product(x []T, v []float64) ([]float64, error) {
	length := norm(v)
	in, out := make([]T, j.n), make([]T, j.n)
	for i, e := range v {
		in[i] = T(e / length)
	}
	if err := j.hvp(x, in, out); err != nil {
		return nil, err
	}
	h := wide(out)
	kernel.Scale(length, h)
	if !finite(kernel.Dot(v, h)) {
		return nil, fmt.Errorf("%w: a product with it is not", errNoCurvature)
	}
	return h, nil
}

// curvature is vᵀ·∇²f(x)·v.
func (j *judge[T]) curvature(x []T, v []float64) (float64, error) {
	h, err := j.product(x, v)
	if err != nil {
		return 0, err
	}
	return kernel.Dot(v, h), nil
}
