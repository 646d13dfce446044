package optim

import (
	"math"

	"descent/internal/kernel"
)

// steihaug minimises a quadratic model within a ball by conjugate gradients on
// Hessian products (Steihaug, SIAM J. Numer. Anal. 20 (1983) 626; Nocedal and
// Wright, Numerical Optimization, algorithm 7.2). It ends at the edge where the
// iterates leave the ball, and goes to the edge along a direction of negative
// curvature; without an edge, it ends there.
type steihaug[T Float] struct {
	hvp      func(x, v, out []T) error
	v, r     []T // the step and the residual H·v + g
	d, hd    []T // the direction and H·d
	negative bool
}

func newSteihaug[T Float](p *Problem[T]) *steihaug[T] {
	n := p.Dim
	return &steihaug[T]{hvp: hessianProduct(p), v: make([]T, n), r: make([]T, n), d: make([]T, n), hd: make([]T, n)}
}

// within stores the step in v and returns the decrease that the model predicts.
// The residual is reduced by the factor min(0.1, √|g|), which makes Newton's
// method superlinear (eq. 7.3). A direction of no positive curvature sets
// negative.
func (c *steihaug[T]) within(x, g []T, radius float64) (predicted float64, err error) {
	clear(c.v)
	c.negative = false
	for i, e := range g {
		c.r[i], c.d[i] = e, -e
	}
	rr := kernel.Dot(g, g)
	goal := min(0.1, math.Sqrt(math.Sqrt(rr)))
	goal *= goal * rr
	for range 2 * len(g) {
		if err := c.hvp(x, c.d, c.hd); err != nil {
			return 0, err
		}
		curve := kernel.Dot(c.d, c.hd)
		if !finite(curve) {
			return 0, errNoCurvature
		}
		alpha := rr / curve
		c.negative = curve <= 0
		if c.negative && math.IsInf(radius, 1) {
			break
		}
		edge := c.edge(radius)
		if c.negative || alpha >= edge {
			kernel.Axpy(T(edge), c.d, c.v)
			return predicted + edge*rr - edge*edge/2*curve, nil
		}
		kernel.Axpy(T(alpha), c.d, c.v)
		kernel.Axpy(T(alpha), c.hd, c.r)
		predicted += alpha * rr / 2
		next := kernel.Dot(c.r, c.r)
		if next <= goal {
			break
		}
		beta := T(next / rr)
		for i, r := range c.r {
			c.d[i] = beta*c.d[i] - r
		}
		rr = next
	}
	return predicted, nil
}

// edge is the τ > 0 with |v + τ·d| = radius.
func (c *steihaug[T]) edge(radius float64) float64 {
	if math.IsInf(radius, 1) {
		return radius
	}
	dd, vd, vv := kernel.Dot(c.d, c.d), kernel.Dot(c.v, c.d), kernel.Dot(c.v, c.v)
	left := max(0, (radius-math.Sqrt(vv))*(radius+math.Sqrt(vv)))
	root := math.Sqrt(vd*vd + dd*left)
	if vd > 0 {
		return left / (vd + root)
	}
	return (root - vd) / dd
}
