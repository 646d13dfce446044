package graph

import (
	"fmt"

	"descent/param"
)

// Objective is a scalar function of all parameters of a graph with its
// derivatives: value, gradient and Hessian-vector product, none of which
// allocates after its first call. It must not be used from several goroutines
// at once.
type Objective[T Float] struct {
	g      *Graph
	f      *Node
	params []*Node
	data   map[string][]T

	value, grad, hvp *Program[T]
	one              [1]T // the value, as a program writes it
}

// NewObjective compiles the value and the gradient of f with respect to the
// parameters declared so far.
func NewObjective[T Float](g *Graph, f *Node) (*Objective[T], error) {
	if !f.IsScalar() {
		return nil, fmt.Errorf("graph: an objective is a scalar, but this node has shape %v; reduce it with Sum", f.Shape)
	}
	o := &Objective[T]{g: g, f: f, params: g.params(), data: map[string][]T{}}
	o.value = newProgram[T](compile(g, []output{{node: f}}, []int{1}))
	outs := append([]output{{node: f}}, g.flat(g.Grad(f, o.params...), 1)...)
	o.grad = newProgram[T](compile(g, outs, []int{1, g.dim}))
	return o, nil
}

// params are the nodes of all parameters in order.
func (g *Graph) params() []*Node {
	ps := make([]*Node, len(g.blocks))
	for i, b := range g.blocks {
		ps[i] = g.names[b.Name]
	}
	return ps
}

// flat sends one node for each parameter to one flat buffer.
func (g *Graph) flat(ns []*Node, buf int) []output {
	outs := make([]output, len(ns))
	for i, n := range ns {
		outs[i] = output{n, buf, g.blocks[i].Offset}
	}
	return outs
}

// seeds are nodes of the parameters' shapes that hold a direction.
func (g *Graph) seeds() []*Node {
	ts := make([]*Node, len(g.blocks))
	for i, b := range g.blocks {
		ts[i] = g.intern(Node{Op: seed, Shape: b.Shape, Offset: b.Offset, Name: b.Name})
	}
	return ts
}

// Dim is the number of parameters.
func (o *Objective[T]) Dim() int { return o.value.code.dim }

// Blocks names the parameters and their places in the flat vector.
func (o *Objective[T]) Blocks() []param.Block { return o.g.Blocks()[:len(o.params)] }

// Bind gives the array for a Data node, as Program.Bind does. A name that the
// objective does not read is ignored.
func (o *Objective[T]) Bind(name string, v []T) error {
	for _, p := range []*Program[T]{o.value, o.grad, o.hvp} {
		if p == nil {
			continue
		}
		if err := p.Bind(name, v); err != nil {
			return err
		}
	}
	o.data[name] = v
	return nil
}

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
	if err := p.checkPoint(x); err != nil {
		return 0, err
	}
	p.mem[spaceOut] = o.one[:]
	p.run(x)
	return p.regs[p.code.stores[0].reg], nil
}

// HVP stores the product of the Hessian at x with v in out. It is compiled at
// the first call.
func (o *Objective[T]) HVP(x, v, out []T) error {
	if o.hvp == nil {
		if err := o.compileHVP(); err != nil {
			return err
		}
	}
	p := o.hvp
	if len(v) != p.code.dim || len(out) != p.code.dim {
		return fmt.Errorf("graph: the direction has %d elements and its product %d, but there are %d parameters", len(v), len(out), p.code.dim)
	}
	if err := p.checkPoint(x); err != nil {
		return err
	}
	p.mem[spaceSeed], p.mem[spaceOut] = v, out
	p.run(x)
	return nil
}

// compileHVP differentiates the gradient in forward mode along a direction.
func (o *Objective[T]) compileHVP() error {
	grads := o.g.Grad(o.f, o.params...)
	hv := o.g.JVP(grads, o.params, o.g.seeds()[:len(o.params)])
	o.hvp = newProgram[T](compile(o.g, o.g.flat(hv, 0), []int{o.Dim()}))
	for name, v := range o.data {
		if err := o.hvp.Bind(name, v); err != nil {
			return err
		}
	}
	return nil
}

// EvalMany evaluates at n points: xs holds them row by row, values receives n
// numbers, and grads n gradients unless it is nil.
func (o *Objective[T]) EvalMany(xs []T, n int, values, grads []T) error {
	if grads == nil {
		return o.value.RunMany(xs, n, values)
	}
	return o.grad.RunMany(xs, n, values, grads)
}
