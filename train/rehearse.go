package train

import (
	"context"
	"math"

	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// manyRows are the rows from which on the fit of a dense linear model begins with
// a rehearsal, which sees at most rehearsalRows. Tests change them.
var manyRows, rehearsalRows = 1 << 16, 1 << 15

// The most parameters for which a fit is rehearsed, how many numbers that sees, and
// when it ends.
const (
	fewParameters    = 128
	rehearsalNumbers = 1 << 20
	rehearsalSteps   = 50
	rehearsalTol     = 1e-6 // of the gradient
	curvatureFloor   = 1e-5 // of a direction, as a share of the mean curvature
)

// rehearsal is the problem of a dense linear model on some of the rows.
type rehearsal[T kernel.Float] struct {
	*session[T]
	set   *rowSet[T]
	width int
	bend  float64             // Σᵢ wᵢ·ℓ″ᵢ/Σᵢ wᵢ where the root was made last
	rows  *graph.Objective[T] // the loss, of which the parameters are the outputs of the rows
}

// rehearse begins a fit to many dense rows where some of them, in runs at equal
// distances, have their minimum, and lets L-BFGS see the weights in directions in
// which the loss of these bends alike there: a few passes over all rows then do
// what takes several times as many otherwise. What the few rows are off costs
// steps, not exactness. Where they have no minimum, and where patience may end the
// fit early, for which the way from the start matters, x stays as it is.
func (s *session[T]) rehearse(lbfgs *optim.LBFGS[T], x []T) (optim.Solver[T], error) {
	if !s.rehearsable(x) {
		return lbfgs, nil
	}
	r, err := s.newRehearsal(len(x) - 1)
	if err != nil {
		return nil, err
	}
	if !r.telling() {
		return lbfgs, nil
	}
	root, err := r.root(x)
	if root == nil || err != nil {
		return lbfgs, err
	}
	if s.plan.opts.Patience <= 0 {
		there, bent, err := r.minimum(x, root)
		if err != nil {
			return nil, err
		}
		if bent != nil {
			copy(x, there)
			root, s.rehearsed = bent, r.set.n
		}
	}
	return &optim.Whitened[T]{Solver: lbfgs, Root: root}, nil
}

// rehearsable says whether the model is linear with one output and an intercept,
// and has few weights for its many dense rows.
func (s *session[T]) rehearsable(x []T) bool {
	p, set := s.plan, s.whole.set
	linear := p.spec.Convex() && p.spec.Kind != model.Softmax && p.outputs() == 1 && len(p.opts.Freeze) == 0
	if !linear || set.n < manyRows || len(x) > fewParameters || len(set.inputs) != 1 {
		return false
	}
	blocks, in := s.net.Layout.Blocks(), &set.inputs[0]
	return len(blocks) == 2 && in.width+1 == len(x) && in.width == len(param.View(x, blocks[0])) && in.pixels == nil && in.sparse == nil
}

func (s *session[T]) newRehearsal(width int) (*rehearsal[T], error) {
	most := min(rehearsalRows, rehearsalNumbers/width)
	few := &rowSet[T]{target: make([]T, 0, most), weight: make([]T, 0, most)}
	features := make([]T, 0, most*width)
	err := s.whole.someRows(most, func(row []T, target, weight T) {
		features = append(features, row...)
		few.target, few.weight = append(few.target, target), append(few.weight, weight)
		few.total += float64(weight)
	})
	if err != nil {
		return nil, err
	}
	few.n = len(few.target)
	few.inputs = inputMatrices(s.net.Inputs, features, width, few.n)
	r := &rehearsal[T]{session: s, set: few, width: width}
	recipe, err := s.plan.recipe()
	if err != nil {
		return nil, err
	}
	g := graph.New()
	sum, err := recipe.sum(g, g.Param("output", few.n), few.n)
	if err != nil {
		return nil, err
	}
	if r.rows, err = graph.NewObjective[T](g, g.Mul(g.Const(1/few.total/s.plan.divide), sum)); err != nil {
		return nil, err
	}
	if err := r.rows.Bind(targetName, few.target); err != nil {
		return nil, err
	}
	return r, r.rows.Bind(weightName, few.weight)
}

// minimum is where the few rows have theirs, and the root there, nil where there is
// none.
func (r *rehearsal[T]) minimum(x []T, root []float64) (there []T, bent []float64, err error) {
	few, err := r.objective(r.set, r.chunkRows(r.set.n), 1/r.set.total, false)
	if err != nil {
		return nil, nil, err
	}
	problem := optim.Problem[T]{Dim: len(x), Blocks: r.net.Layout.Blocks(), Eval: func(x, grad []T) (float64, error) {
		v, err := few.evalAll(x, grad)
		return v + r.penalty.add(x, grad), err
	}}
	solver := &optim.Whitened[T]{Solver: &optim.LBFGS[T]{}, Root: root}
	run, err := optim.Minimize(context.Background(), problem, x, solver, optim.GradTol[T](rehearsalTol), optim.MaxIter[T](rehearsalSteps))
	if err != nil {
		return nil, nil, err
	}
	end := run.Result()
	if end.Status != optim.Converged {
		return nil, nil, nil
	}
	const flat = 1.0 / 32 // of the curvature at the start: the rows are apart, or nearly
	before := r.bend
	if bent, err = r.root(end.X); r.bend < flat*before {
		return nil, nil, err
	}
	return end.X, bent, err
}

// root is the Cholesky factor of the Hessian that the few rows have at x,
//
//	Σᵢ wᵢ·ℓ″ᵢ·(xᵢ, 1)·(xᵢ, 1)ᵀ/Σᵢ wᵢ + λ,
//
// nil where they do not bend.
func (r *rehearsal[T]) root(x []T) ([]float64, error) {
	bends, err := r.curvatures(x)
	if err != nil {
		return nil, err
	}
	n := r.width + 1
	h := r.products(bends)
	mean := 0.0
	for i := range n {
		mean += h[i*n+i] / float64(n)
	}
	if !(mean > 0) || math.IsInf(mean, 0) {
		return nil, nil
	}
	r.bend = h[n*n-1]
	for i := range n {
		h[i*n+i] += curvatureFloor * mean
		if i < r.width {
			h[i*n+i] += r.penalty.lambda
		}
	}
	if !optim.Cholesky(h, n) {
		return nil, nil
	}
	return h, nil
}

// telling says whether the few rows stand for all: enough of them have weight, and
// their features have about the variance 1 that they have in all rows, which those do
// not that differ in few.
func (r *rehearsal[T]) telling() bool {
	const rowsOfParameter = 32
	square := kernel.Dot(r.set.weight, r.set.weight)
	if !(r.set.total*r.set.total >= rowsOfParameter*float64(r.width+1)*float64(square)) {
		return false
	}
	opts, at := r.plan.featureOptions(), 0
	for k := range r.plan.encoder.Features {
		f := &r.plan.encoder.Features[k]
		if opts.Standardised(f) {
			sum := 0.0
			for i := range r.set.n {
				v := float64(r.set.inputs[0].v[i*r.width+at])
				sum += v * v
			}
			if share := sum / float64(r.set.n); !(share > 0.5 && share < 2) {
				return false
			}
		}
		at += f.Width
	}
	return true
}

// products are Σᵢ cᵢ·(xᵢ, 1)·(xᵢ, 1)ᵀ over the few rows.
func (r *rehearsal[T]) products(c []T) []float64 {
	const together = 512
	n := r.width + 1
	h, rows, times := make([]float64, n*n), make([]float64, together*n), make([]float64, together*n)
	for lo := 0; lo < r.set.n; lo += together {
		k := min(together, r.set.n-lo)
		for i := range k {
			row, scaled := rows[i*n:][:n], times[i*n:][:n]
			for j, v := range r.set.inputs[0].v[(lo+i)*r.width:][:r.width] {
				row[j] = float64(v)
			}
			row[r.width] = 1
			kernel.MulScalar(scaled, row, float64(c[lo+i]))
		}
		kernel.Gemm(true, false, n, n, k, 1, times, n, rows, n, 1, h, n)
	}
	return h
}

// curvatures are the second derivatives of the weighted loss of each row by its
// output, at x: the Hessian by all outputs is diagonal, so that its product with
// ones is what stands there.
func (r *rehearsal[T]) curvatures(x []T) ([]T, error) {
	z, ones, out := make([]T, r.set.n), make([]T, r.set.n), make([]T, r.set.n)
	features := r.set.inputs[0].v
	for k := range z {
		z[k] = T(float64(kernel.Dot(x[:r.width], features[k*r.width:][:r.width]))) + x[r.width]
		ones[k] = 1
	}
	return out, r.rows.HVP(z, ones, out)
}

// runRows is how many neighbours someRows shows, which lie in one line of a cache.
const runRows = 8

// someRows shows up to about most rows, in runs at equal distances and in order:
// the same ones whether they are in memory or pass by.
func (c *chunked[T]) someRows(most int, show func(features []T, target, weight T)) error {
	in := c.set
	step := max(1, (in.n+most-1)/most) * runRows
	if in.open == nil {
		in.someRows(step, show)
		return nil
	}
	if c.feed == nil {
		c.feed = in.open(c.rows, 0)
	}
	width := in.inputs[0].width
	for i := 0; i < in.n; i = afterRow(i, step) {
		b, err := c.feed.get(i / c.rows)
		if err != nil {
			return err
		}
		at := i % c.rows
		show(b.inputs[0][at*width:(at+1)*width], b.target[at], b.weight[at])
	}
	return nil
}

// afterRow is the row that is shown behind row i.
func afterRow(i, step int) int {
	if i++; i%runRows == 0 {
		i += step - runRows
	}
	return i
}

// someRows shows the rows of every run.
func (s *rowSet[T]) someRows(step int, show func(features []T, target, weight T)) {
	const together = 256
	m := &s.inputs[0]
	rows, features := make([]int, 0, together), make([]T, together*m.width)
	for i := 0; i < s.n; {
		for rows = rows[:0]; i < s.n && len(rows) < together; i = afterRow(i, step) {
			rows = append(rows, i)
		}
		m.take(features, rows)
		for k, row := range rows {
			show(features[k*m.width:(k+1)*m.width], s.target[row], s.weight[row])
		}
	}
}
