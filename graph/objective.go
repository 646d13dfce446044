package graph

import (
	"fmt"
	"maps"

	"descent/param"
)

// Objective is a scalar function of all parameters of a graph with its
// derivatives: value, gradient and Hessian-vector product, none of which
// allocates after its first call. It must not be used from several goroutines
// at once: give each its own Clone.
type Objective[T Float] struct {
	all              programs[T]
	blocks           []param.Block
	value, grad, hvp *Program[T]
	hvpCode          *lazy
	one              [1]T // the value, as a program writes it
}

// NewObjective compiles the value and the gradient of f with respect to the
// parameters declared so far.
func NewObjective[T Float](g *Graph, f *Node) (*Objective[T], error) {
	if !f.IsScalar() {
		return nil, fmt.Errorf("graph: an objective is a scalar, but this node has shape %v; reduce it with Sum", f.Shape)
	}
	o := &Objective[T]{blocks: g.Blocks()}
	g.sumsOfSquares(f)
	params, seeds := g.params(), g.seeds()
	grads := g.Grad(f, params...)
	value := g.splitSquares(f)
	o.hvpCode = &lazy{build: func() *code {
		return compile(g, flat(o.blocks, g.JVP(grads, params, seeds), 0), []int{param.Dim(o.blocks)})
	}}
	o.value = o.all.add(compile(g, []output{{node: value}}, []int{1}))
	outs := append([]output{{node: value}}, flat(o.blocks, grads, 1)...)
	o.grad = o.all.add(compile(g, outs, []int{1, g.dim}))
	return o, nil
}

// Clone is an objective that shares the code and the bound data, with scratch
// memory of its own.
func (o *Objective[T]) Clone() *Objective[T] {
	c := &Objective[T]{blocks: o.blocks, value: o.value.Clone(), grad: o.grad.Clone(), hvpCode: o.hvpCode}
	c.all = programs[T]{[]*Program[T]{c.value, c.grad}, maps.Clone(o.all.data), maps.Clone(o.all.matrices)}
	return c
}

// params are the nodes of all parameters in order.
func (g *Graph) params() []*Node {
	ps := make([]*Node, len(g.blocks))
	for i, b := range g.blocks {
		ps[i] = g.names[b.Name]
	}
	return ps
}

// seeds are nodes of the parameters' shapes that hold a direction.
func (g *Graph) seeds() []*Node {
	ts := make([]*Node, len(g.blocks))
	for i, b := range g.blocks {
		ts[i] = g.intern(Node{Op: seed, Shape: b.Shape, Offset: b.Offset, Name: b.Name})
	}
	return ts
}

// flat sends one node for each parameter to one flat buffer.
func flat(blocks []param.Block, ns []*Node, buf int) []output {
	outs := make([]output, len(ns))
	for i, n := range ns {
		outs[i] = output{n, buf, blocks[i].Offset}
	}
	return outs
}

// Dim is the number of parameters.
func (o *Objective[T]) Dim() int { return o.value.code.dim }

// Blocks names the parameters and their places in the flat vector.
func (o *Objective[T]) Blocks() []param.Block { return o.blocks }

// Bind gives the array for a Data node, as Program.Bind does. A name that the
// objective does not read is ignored.
func (o *Objective[T]) Bind(name string, v []T) error { return o.all.bind(name, v) }

// Eval is the value at x, in float64; it stores the gradient in grad unless
// that is nil. Value and gradient share all their common work.
func (o *Objective[T]) Eval(x, grad []T) (float64, error) {
	p := o.value
	if grad != nil {
		p = o.grad
		if len(grad) != p.code.dim {
			return 0, fmt.Errorf("graph: the gradient has %d elements, but its buffer %d", p.code.dim, len(grad))
		}
		p.mem[spaceOut+1] = grad
	}
	p.mem[spaceOut] = o.one[:]
	if err := p.runAt(x); err != nil {
		return 0, err
	}
	return p.regs[p.code.stores[0].reg], nil
}

// HVP stores the product of the Hessian at x with v in out. It is compiled at
// the first call.
func (o *Objective[T]) HVP(x, v, out []T) error {
	if o.hvp == nil {
		o.hvp = o.all.add(o.hvpCode.get())
	}
	if len(v) != o.Dim() || len(out) != o.Dim() {
		return fmt.Errorf("graph: the direction has %d elements and its product %d, but there are %d parameters", len(v), len(out), o.Dim())
	}
	return o.hvp.runAlong(x, v, out)
}

// EvalMany evaluates at n points: xs holds them row by row, values receives n
// numbers, and grads n gradients unless it is nil.
func (o *Objective[T]) EvalMany(xs []T, n int, values, grads []T) error {
	if grads == nil {
		return o.value.RunMany(xs, n, values)
	}
	return o.grad.RunMany(xs, n, values, grads)
}
