package model

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"descent/graph"
	"descent/param"
)

// Input is a Data node of a model's graph and the features bound to it: an
// array [rows, len(Columns)], or [rows] where Vector is set. Its name has
// brackets ⟨ ⟩, which keep it apart from the names of parameters.
type Input struct {
	Name    string
	Columns []int
	Vector  bool
}

// Net is a model laid out for a number of rows.
type Net struct {
	Inputs []Input
	Output *graph.Node   // [rows], or [rows, outputs] for two or more
	Layout *param.Layout // blocks in the order of the graph's parameters
	Hidden []*graph.Node // outputs of the hidden layers of an MLP, [rows, units] each
	Weight []bool        // for each block: a weight, which penalties may shrink; not a bias
	Masks  []Mask        // of a network in training; otherwise nil
}

// Expression is a formula that has been parsed elsewhere: over features by
// name and free parameters.
type Expression struct {
	Columns []string // names of the features, in their order
	Params  []Free
	Lower   func(g *graph.Graph, scope map[string]*graph.Node) (*graph.Node, error)
}

// Free is a free parameter of a formula: a number, a vector of Len numbers, or a
// matrix of Len numbers in rows of Cols.
type Free struct {
	Name  string
	Len   int // 0 for a number
	Cols  int `json:",omitempty"` // of a matrix, otherwise 0
	Start float64
}

// Build lays a resolved recipe out in g for a number of rows, features a row
// and outputs a row. A Formula needs its expression; other kinds take nil.
func (s Spec) Build(g *graph.Graph, rows, features, outputs int, e *Expression) (*Net, error) {
	return s.build(&builder{g: g, net: &Net{Layout: new(param.Layout)}}, rows, features, outputs, e)
}

// BuildTraining is Build for the steps of training, in which outputs of hidden
// layers drop out: the masks of the net say which.
func (s Spec) BuildTraining(g *graph.Graph, rows, features, outputs int, e *Expression) (*Net, error) {
	return s.build(&builder{g: g, net: &Net{Layout: new(param.Layout)}, training: true}, rows, features, outputs, e)
}

// BuildSparse is Build for features that are mostly zeros: the Data node of the
// one input is a sparse matrix (graph.Graph.Sparse). A formula reads columns, of
// which none is sparse. training: for the steps of training, as BuildTraining.
func (s Spec) BuildSparse(g *graph.Graph, rows, features, outputs int, training bool) (*Net, error) {
	if s.Kind == Formula {
		return nil, fmt.Errorf("model: a formula reads columns of numbers, not a sparse matrix")
	}
	return s.build(&builder{g: g, net: &Net{Layout: new(param.Layout)}, sparse: true, training: training}, rows, features, outputs, nil)
}

func (s Spec) build(b *builder, rows, features, outputs int, e *Expression) (*Net, error) {
	if rows < 1 || outputs < 1 {
		return nil, fmt.Errorf("model: %d rows and %d outputs; both are at least 1", rows, outputs)
	}
	if len(s.Hidden) > maxLayers {
		return nil, fmt.Errorf("model: %d hidden layers; at most %d", len(s.Hidden), maxLayers)
	}
	for _, n := range s.Hidden {
		if n < 1 || n > maxUnits {
			return nil, fmt.Errorf("model: a layer of %d units; a size is a whole number from 1 to %d", n, maxUnits)
		}
	}
	if s.Kind == Formula {
		return b.formula(rows, e)
	}
	if features < 1 {
		return nil, fmt.Errorf("model: %s has no features to predict from", s.Kind)
	}
	x := b.features(rows, features)
	switch s.Kind {
	case Linear, Logistic, Poisson:
		if outputs > 1 { // for several targets
			b.net.Output = b.dense(x, "", outputs, param.Zeros, param.Zeros)
			break
		}
		b.net.Output = b.single(x)
	case Softmax:
		b.net.Output = b.dense(x, "", outputs, param.Zeros, param.Zeros)
	case MLP:
		b.net.Output = b.mlp(x, s, outputs)
	default:
		return nil, fmt.Errorf("model: no model of kind %q; %s", s.Kind, choices)
	}
	return b.net, b.err
}

// builder collects the blocks of one Net; the first error sticks.
type builder struct {
	g      *graph.Graph
	net    *Net
	sparse bool // the features are
	err    error

	training bool // outputs may drop out
}

// features declares the one input of a model over all features.
func (b *builder) features(rows, n int) *graph.Node {
	in := Input{Name: "⟨features⟩", Columns: make([]int, n)}
	for i := range n {
		in.Columns[i] = i
	}
	b.net.Inputs = append(b.net.Inputs, in)
	if b.sparse {
		return b.g.Sparse(in.Name, rows, n)
	}
	return b.g.Data(in.Name, rows, n)
}

func (b *builder) param(name string, init param.Init, weight bool, shape ...int) *graph.Node {
	if _, err := b.net.Layout.Add(name, init, shape...); err != nil && b.err == nil {
		b.err = err
	}
	b.net.Weight = append(b.net.Weight, weight)
	return b.g.Param(name, shape...)
}

// single is x·w + b with a vector of weights, [rows].
func (b *builder) single(x *graph.Node) *graph.Node {
	g, rows, in := b.g, x.Shape[0], x.Shape[1]
	w := b.param("weight", param.Zeros, true, in)
	c := b.param("bias", param.Zeros, false)
	xw := g.MatMul(x, g.Reshape(w, in, 1))
	return g.Add(g.Reshape(xw, rows), c)
}

// dense is x·W + b, [rows, units].
func (b *builder) dense(x *graph.Node, prefix string, units int, weight, bias param.Init) *graph.Node {
	w := b.param(prefix+"weight", weight, true, x.Shape[1], units)
	c := b.param(prefix+"bias", bias, false, units)
	return b.g.Add(b.g.MatMul(x, w), c)
}

func (b *builder) formula(rows int, e *Expression) (*Net, error) {
	if e == nil || e.Lower == nil {
		return nil, fmt.Errorf("model: the formula has not been parsed")
	}
	scope := map[string]*graph.Node{}
	for i, name := range e.Columns {
		in := Input{Name: "⟨column⟩ " + name, Columns: []int{i}, Vector: true}
		b.net.Inputs = append(b.net.Inputs, in)
		scope[name] = b.g.Data(in.Name, rows)
	}
	for _, p := range e.Params {
		if strings.Contains(p.Name, "⟨") {
			return nil, fmt.Errorf("model: a parameter cannot be called %q; choose a plainer name", p.Name)
		}
		if _, twice := scope[p.Name]; twice || p.Name == "" {
			return nil, fmt.Errorf("model: the name %q stands for two things in the formula; every column and parameter needs one of its own", p.Name)
		}
		var shape []int
		switch {
		case p.Cols > 0:
			shape = []int{p.Len / p.Cols, p.Cols}
		case p.Len > 0:
			shape = []int{p.Len}
		}
		scope[p.Name] = b.param(p.Name, param.Constant(p.Start), true, shape...)
	}
	if b.err != nil {
		return nil, b.err
	}
	if len(e.Params) == 0 {
		return nil, fmt.Errorf("model: the formula has no free parameter to fit; every name in it is a column")
	}
	out, err := e.Lower(b.g, scope)
	if err != nil {
		return nil, err
	}
	switch {
	case out.IsScalar():
		out = b.g.Broadcast(out, rows)
	case !slices.Equal(out.Shape, []int{rows}):
		return nil, fmt.Errorf("model: the formula gives an array of shape %v; it must give one number a row", out.Shape)
	}
	b.net.Output = out
	return b.net, nil
}

// activation is an elementwise function between layers and the start that suits
// the weights before it.
type activation struct {
	apply func(g *graph.Graph, x *graph.Node) *graph.Node
	init  param.Init
}

func elementwise(op graph.Op) func(*graph.Graph, *graph.Node) *graph.Node {
	return func(g *graph.Graph, x *graph.Node) *graph.Node { return g.Apply(op, x) }
}

var activations = map[string]activation{
	"relu":     {elementwise(graph.Relu), param.HeUniform},
	"tanh":     {elementwise(graph.Tanh), param.GlorotUniform},
	"sigmoid":  {elementwise(graph.Sigmoid), param.GlorotUniform},
	"softplus": {elementwise(graph.Softplus), param.HeUniform},
	"silu":     {silu, param.HeUniform},
	"gelu":     {gelu, param.HeUniform},
}

// silu is x·sigmoid(x) (Elfwing, Uchibe and Doya 2017).
func silu(g *graph.Graph, x *graph.Node) *graph.Node {
	return g.Mul(x, g.Sigmoid(x))
}

// gelu is x·Φ(x), Φ the normal distribution function (Hendrycks and Gimpel
// 2016), exact rather than by tanh.
func gelu(g *graph.Graph, x *graph.Node) *graph.Node {
	erf := g.Apply(graph.Erf, g.Mul(x, g.Const(1/math.Sqrt2)))
	phi := g.Mul(g.Const(0.5), g.Add(g.Const(1), erf))
	return g.Mul(x, phi)
}

// Activations lists what may follow the sizes of an MLP, sorted.
func Activations() []string { return slices.Sorted(maps.Keys(activations)) }
