package train

import (
	"math"

	"descent/internal/kernel"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// The rows from which on the curvature of a dense linear model is looked at before
// the first step, the most parameters for which it is, and how many rows show it.
const (
	manyRows       = 1 << 16
	fewParameters  = 128
	curvatureRows  = 1 << 14
	curvatureFloor = 1e-3 // of a direction, as a share of the mean curvature
)

// whiten lets L-BFGS see the weights of a linear model on many dense rows in
// directions in which the loss bends alike at the start: a few passes over all rows
// then do what takes several times as many otherwise. The curvature is
//
//	c·Σᵢ wᵢ·(xᵢ, 1)·(xᵢ, 1)ᵀ/Σᵢ wᵢ + λ
//
// c that of the intercept, over rows at equal distances: what it is off costs
// steps, not exactness.
func (s *session[T]) whiten(lbfgs *optim.LBFGS[T], x []T) (optim.Solver[T], error) {
	p, set := s.plan, s.whole.set
	dense := p.spec.Convex() && p.spec.Kind != model.Softmax && len(set.inputs) == 1 && set.inputs[0].pixels == nil && set.inputs[0].sparse == nil
	if !dense || p.outputs() != 1 || set.n < manyRows || len(x) > fewParameters || len(p.opts.Freeze) > 0 {
		return lbfgs, nil
	}
	blocks := s.net.Layout.Blocks()
	width := len(param.View(x, blocks[0]))
	if len(blocks) != 2 || width+1 != len(x) || width != set.inputs[0].width {
		return lbfgs, nil
	}
	c, err := s.interceptCurvature(x)
	if err != nil || !(c > 0) || math.IsInf(c, 0) {
		return lbfgs, err // no curvature: a loss without it here
	}
	h, err := s.moments(width)
	if err != nil {
		return nil, err
	}
	n := width + 1
	mean := 0.0
	for i := range n {
		mean += h[i*n+i] / float64(n)
	}
	for i := range n * n {
		h[i] *= c
	}
	for i := range n {
		h[i*n+i] += curvatureFloor * c * mean
		if i < width {
			h[i*n+i] += s.penalty.lambda
		}
	}
	if !optim.Cholesky(h, n) {
		return lbfgs, nil
	}
	return &optim.Whitened[T]{Solver: lbfgs, Root: h}, nil
}

// interceptCurvature is ∂²f/∂b² at x, by a product with the Hessian; the intercept
// is the last parameter.
func (s *session[T]) interceptCurvature(x []T) (float64, error) {
	unit, out := make([]T, len(x)), make([]T, len(x))
	unit[len(x)-1] = 1
	err := s.whole.hvpAll(x, unit, out)
	return float64(out[len(x)-1]), err
}

// moments are the weighted means of the products of the features and 1, of rows
// at equal distances.
func (s *session[T]) moments(width int) ([]float64, error) {
	n := width + 1
	h, row, total := make([]float64, n*n), make([]float64, n), 0.0
	row[width] = 1
	err := s.whole.someRows(curvatureRows, func(features []T, weight T) {
		for j, v := range features {
			row[j] = float64(v)
		}
		w := float64(weight)
		total += w
		for i, v := range row {
			kernel.Axpy(w*v, row[:i+1], h[i*n:i*n+i+1])
		}
	})
	if err != nil || !(total > 0) {
		return h, err
	}
	for i := range n {
		for k := range i + 1 {
			h[i*n+k] /= total
			h[k*n+i] = h[i*n+k]
		}
	}
	return h, nil
}

// someRows shows up to about most rows at equal distances, in order: the same
// ones whether they are in memory or pass by.
func (c *chunked[T]) someRows(most int, show func(features []T, weight T)) error {
	in := c.set
	step := (in.n + most - 1) / most
	if in.open == nil {
		in.someRows(step, show)
		return nil
	}
	if c.feed == nil {
		c.feed = in.open(c.rows, 0)
	}
	width := in.inputs[0].width
	for i := 0; i < in.n; i += step {
		b, err := c.feed.get(i / c.rows)
		if err != nil {
			return err
		}
		at := i % c.rows
		show(b.inputs[0][at*width:(at+1)*width], b.weight[at])
	}
	return nil
}

// someRows shows every step-th row.
func (s *rowSet[T]) someRows(step int, show func(features []T, weight T)) {
	const together = 256
	m := &s.inputs[0]
	rows, features := make([]int, 0, together), make([]T, together*m.width)
	for i := 0; i < s.n; {
		for rows = rows[:0]; i < s.n && len(rows) < together; i += step {
			rows = append(rows, i)
		}
		m.take(features, rows)
		for k, row := range rows {
			show(features[k*m.width:(k+1)*m.width], s.weight[row])
		}
	}
}
