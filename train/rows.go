package train

import (
	"fmt"

	"descent/graph"
	"descent/internal/kernel"
	"descent/loss"
	"descent/model"
	"descent/param"
)

// Names of the Data nodes that every objective binds beside a model's inputs; no
// block and no parameter of a formula is called so.
const (
	targetName = "⟨target⟩"
	weightName = "⟨weight⟩"
)

// rowSet is a set of rows as numbers: what a model's inputs, the target and the
// weights are bound to.
type rowSet[T kernel.Float] struct {
	n      int
	inputs []matrix[T] // one for each input of the model
	target []T
	weight []T
	total  float64 // Σ weight

	// Rows that pass by come from here, in blocks of so many rows, in order or
	// for batches; nil where they are in memory.
	open    func(rows, batch int) *feed[T]
	targets int // that each of them has
}

// arrays lists the arrays of the set, target and weights included.
func (s *rowSet[T]) arrays() []matrix[T] {
	return append(s.inputs[:len(s.inputs):len(s.inputs)],
		matrix[T]{name: targetName, width: max(1, s.targets, len(s.target)/s.n), v: s.target}, matrix[T]{name: weightName, width: 1, v: s.weight})
}

func convert[T, U kernel.Float](v []U) []T {
	out := make([]T, len(v))
	for i, e := range v {
		out[i] = T(e)
	}
	return out
}

// shared is v itself where T is its type, and a copy otherwise; nobody writes to it.
func shared[T kernel.Float](v []float64) []T {
	if same, ok := any(v).([]T); ok {
		return same
	}
	return convert[T](v)
}

// recipe is what it takes to build the graph of a model and its loss.
type recipe struct {
	spec       model.Spec
	loss       loss.Loss
	features   int
	outputs    int
	expression *model.Expression
	targets    int  // 0 or 1: one
	training   bool // outputs of hidden layers drop out
	sparse     bool // the features are a sparse matrix
}

// net lays the model out for a number of rows.
func (r recipe) net(g *graph.Graph, rows int) (*model.Net, error) {
	switch {
	case r.sparse:
		return r.spec.BuildSparse(g, rows, r.features, r.outputs, r.training)
	case r.training:
		return r.spec.BuildTraining(g, rows, r.features, r.outputs, r.expression)
	}
	return r.spec.Build(g, rows, r.features, r.outputs, r.expression)
}

// build lays the model and the weighted sum of its loss, times factor, out for
// a number of rows.
func (r recipe) build(rows int, factor float64) (*graph.Graph, *model.Net, *graph.Node, error) {
	g := graph.New()
	net, err := r.net(g, rows)
	if err != nil {
		return nil, nil, nil, err
	}
	sum, err := r.sum(g, net.Output, rows)
	if err != nil {
		return nil, nil, nil, err
	}
	return g, net, g.Mul(g.Const(factor), sum), nil
}

// sum is the weighted sum of the losses of all rows; that of a row with several
// targets is the mean over them.
func (r recipe) sum(g *graph.Graph, output *graph.Node, rows int) (*graph.Node, error) {
	weight := g.Data(weightName, rows)
	if r.targets <= 1 {
		return r.loss.Sum(g, output, g.Data(targetName, rows), weight)
	}
	all := rows * r.targets
	each, err := r.loss.Rows(g, g.Reshape(output, all), g.Reshape(g.Data(targetName, rows, r.targets), all))
	if err != nil {
		return nil, err
	}
	share := g.Mul(g.Const(1/float64(r.targets)), weight)
	return g.Sum(g.Mul(g.Reshape(each, rows, r.targets), g.Reshape(share, rows, 1))), nil
}

// chunked is the objective Σ w·loss·factor over chunks of rows: one compiled
// program serves minibatches, one chunk each, and the full set, chunk after
// chunk in a fixed order (pass). Only its buffers hold rows, so its memory does
// not grow with the set, and the numbers of a chunk stay in the caches between
// the layers.
type chunked[T kernel.Float] struct {
	set    *rowSet[T]
	rows   int // of a chunk
	obj    *graph.Objective[T]
	arrays []matrix[T] // of the set
	buffer []matrix[T] // of a chunk; the set itself where a chunk is all of it
	gather gather[T]
	feed   *feed[T]           // of rows that pass by, once it is needed
	masks  *masks[T]          // of dropout; nil without
	views  []*graph.Matrix[T] // of a sparse matrix: its chunks
	some   *graph.Matrix[T]   // of one that passes by: a batch
	list   []int              // whose rows these are
	all    pass[T]            // over all chunks
}

func newChunked[T kernel.Float](r recipe, set *rowSet[T], rows int, factor float64, seed uint64) (*chunked[T], error) {
	if r.sparse {
		rows = max(rows, 2)
	}
	g, net, f, err := r.build(rows, factor)
	if err != nil {
		return nil, err
	}
	obj, err := graph.NewObjective[T](g, f)
	if err != nil {
		return nil, fmt.Errorf("train: compiling the model: %w", err)
	}
	c := &chunked[T]{set: set, rows: rows, obj: obj, arrays: set.arrays()}
	if err := c.bindBuffers(); err != nil {
		return nil, err
	}
	if net.Masks != nil {
		c.masks = newMasks[T](net.Masks, rows, seed)
	}
	for i, m := range net.Masks {
		if err := obj.Bind(m.Name, c.masks.v[i]); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	c.all.prepare(c)
	return c, nil
}

// bindBuffers binds buffers for the rows of a chunk. Rows that pass by bring
// theirs.
func (c *chunked[T]) bindBuffers() error {
	if c.set.open != nil {
		return nil
	}
	for _, a := range c.arrays {
		if a.sparse != nil {
			if err := c.addSparse(a); err != nil {
				return err
			}
			continue
		}
		b := matrix[T]{name: a.name, width: a.width, v: a.v}
		if c.rows != c.set.n || a.v == nil {
			b.v = make([]T, c.rows*a.width)
		}
		if c.rows == c.set.n && a.v == nil {
			a.copyTo(b.v, 0, c.rows)
		}
		c.buffer = append(c.buffer, b)
		if err := c.obj.Bind(b.name, b.v); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// pick copies the listed rows to the buffers, as many as a chunk has, and draws
// what drops out in this step.
func (c *chunked[T]) pick(step int, rows []int) {
	if c.masks != nil {
		c.masks.draw(step)
	}
	if c.rows < c.set.n { // otherwise the buffers are the set
		c.gather.run(c.arrays, c.buffer, rows)
	}
}

// penalty is (λ/2)·|w|² over the blocks that are weights.
type penalty[T kernel.Float] struct {
	lambda float64
	blocks []param.Block
}

func newPenalty[T kernel.Float](lambda float64, net *model.Net) penalty[T] {
	p := penalty[T]{lambda: lambda}
	for i, b := range net.Layout.Blocks() {
		if net.Weight[i] {
			p.blocks = append(p.blocks, b)
		}
	}
	return p
}

// add returns the penalty at x and adds its gradient to grad unless that is
// nil.
func (p penalty[T]) add(x, grad []T) float64 {
	if p.lambda == 0 {
		return 0
	}
	var sum float64
	for _, b := range p.blocks {
		w := param.View(x, b)
		sum += kernel.Dot(w, w)
		if grad != nil {
			kernel.Axpy(T(p.lambda), w, param.View(grad, b))
		}
	}
	return p.lambda / 2 * sum
}

// addHVP adds the Hessian of the penalty, times v, to out.
func (p penalty[T]) addHVP(v, out []T) {
	if p.lambda == 0 {
		return
	}
	for _, b := range p.blocks {
		kernel.Axpy(T(p.lambda), param.View(v, b), param.View(out, b))
	}
}
