package expr

import (
	"fmt"

	"descent/graph"
)

// Scope gives every variable of a formula its node: a number (Const or a scalar
// Param), a vector x of shape [n] whose entries are x[1] … x[n], a matrix W of
// shape [m, n] whose entries are W[1,1] … W[m,n], or a column of data of shape
// [rows].
type Scope map[string]*graph.Node

// maxCells is the most elements that the arrays of one formula may have
// together.
const maxCells = 100_000_000

// Lower builds the formula in g. The result is a scalar, or a vector where the
// formula uses whole vectors or columns outside of sum, mean, prod, dot, norm2,
// min and max. Sums over an index become slices, elementwise operations and one
// reduction. The error is an *Error.
func (f *Formula) Lower(g *graph.Graph, scope Scope) (*graph.Node, error) {
	l := &lowerer{g: g, e: newEvaluator(f.src), scope: scope, bound: map[string]value{}}
	for _, u := range f.free {
		n, ok := scope[u.name]
		if !ok || n == nil {
			return nil, errorAt(f.src, int(u.pos), "", "%s has no value", quoteName(u.name))
		}
		if len(n.Shape) > 2 {
			return nil, errorAt(f.src, int(u.pos), "", "%s has the shape %v; a formula takes numbers, vectors, matrices and columns", quoteName(u.name), n.Shape)
		}
		if n.Op == graph.Const {
			l.e.known[u.name] = n.Value
		}
	}
	for _, b := range f.bindings {
		v, err := l.lower(b.value, &space{})
		if err != nil {
			return nil, err
		}
		l.bound[b.name] = v
		if v.node.Op == graph.Const {
			l.e.known[b.name] = v.node.Value
		}
	}
	v, err := l.lower(f.value, &space{})
	return v.node, err
}

// value is a lowered expression: an array over axes of the space, innermost
// first. A vector or column has its entries along one more, last axis; so has a
// matrix, row by row.
type value struct {
	node   *graph.Node
	vector bool
	cols   int // of a matrix, otherwise 0
}

// length is the number of entries of a vector.
func (v value) length() int { return v.node.Shape[len(v.node.Shape)-1] }

// rank is the number of axes of the space that the value has.
func (v value) rank() int { return len(v.node.Shape) - btoi(v.vector) }

type lowerer struct {
	g     *graph.Graph
	e     *evaluator
	scope Scope
	bound map[string]value
	cells int // elements of all arrays so far
}

func (l *lowerer) fail(n *node, hint, format string, args ...any) error {
	return errorAt(l.e.src, int(n.pos), hint, format, args...)
}

func (l *lowerer) lower(n *node, s *space) (value, error) {
	switch n.kind {
	case numberNode:
		return value{node: l.g.Const(n.val)}, nil
	case constNode:
		return value{node: l.g.Const(constants[n.name])}, nil
	case nameNode:
		return l.name(n, s)
	case indexNode:
		return l.entry(n, s)
	case listNode:
		return l.list(n)
	case reduceNode:
		return l.reduction(n, s)
	case callNode:
		return l.call(n, s)
	case sumNode, mulNode:
		return l.chain(n, s)
	}
	return l.elementwise(n, s)
}

func (l *lowerer) name(n *node, s *space) (value, error) {
	switch n.sym {
	case indexName:
		return l.table(n, s)
	case boundName:
		return l.bound[n.name], nil
	}
	return l.variable(n.name), nil
}

// table is an expression in loop indices alone, worked out now.
func (l *lowerer) table(n *node, s *space) (value, error) {
	axes, ok := s.axesOf(n)
	if !ok {
		return value{}, l.fail(n, "", "an index has no range here")
	}
	values, _, err := l.e.tabulate(n, s, axes)
	if err != nil {
		return value{}, err
	}
	return value{node: l.g.Tensor(values, s.shape(axes)...)}, l.count(n, len(values))
}

// count adds to the elements that the formula takes.
func (l *lowerer) count(n *node, cells int) error {
	if l.cells += cells; l.cells > maxCells {
		return l.fail(n, "fewer terms or rows", "the arrays of this formula have more than %d elements together", maxCells)
	}
	return nil
}

// elementwise lowers an operator or function of numbers, whose arguments are
// joined from the left.
func (l *lowerer) elementwise(n *node, s *space) (value, error) {
	if l.e.class(n) == onIndex {
		return l.table(n, s)
	}
	args, err := l.lowerAll(n.args, s)
	if err != nil {
		return value{}, err
	}
	if f := opOf(n, 0); f.Arity() != 2 {
		return l.apply(n, f, args...)
	}
	return l.fold(n, args, func(i int) graph.Op { return opOf(n, i) })
}

func (l *lowerer) lowerAll(ns []*node, s *space) ([]value, error) {
	vs := make([]value, len(ns))
	for i, n := range ns {
		var err error
		if vs[i], err = l.lower(n, s); err != nil {
			return nil, err
		}
	}
	return vs, nil
}

// fold joins values from the left; op(i) stands before value i+1.
func (l *lowerer) fold(n *node, vs []value, op func(i int) graph.Op) (value, error) {
	y := vs[0]
	for i, v := range vs[1:] {
		var err error
		if y, err = l.apply(n, op(i), y, v); err != nil {
			return value{}, err
		}
	}
	return y, nil
}

// apply makes an elementwise operation. Vectors go with vectors of the same
// length and with numbers; n is the place for messages.
func (l *lowerer) apply(n *node, op graph.Op, args ...value) (value, error) {
	var y value // its kind, for now
	for i, a := range args {
		if !a.vector {
			continue
		}
		if y.vector && (a.length() != y.length() || a.cols != y.cols) {
			return value{}, l.misfit(n, y, a)
		}
		y = args[i]
	}
	nodes := make([]*graph.Node, len(args))
	var shape []int
	for i, a := range args {
		nodes[i] = a.node
		if y.vector && !a.vector && a.rank() > 0 {
			nodes[i] = l.g.Reshape(a.node, append(append([]int{}, a.node.Shape...), 1)...)
		}
		var err error
		if shape, err = graph.BroadcastShapes(shape, nodes[i].Shape); err != nil {
			panic("expr: arrays over one index space do not fit: " + err.Error())
		}
	}
	if err := l.count(n, elements(shape)); err != nil {
		return value{}, err
	}
	y.node = l.g.Apply(op, nodes...)
	return y, nil
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// chainBlock is how many operands a chain joins from the left; longer chains
// are joined in a balanced tree, which keeps the graph shallow.
const chainBlock = 32

// chain lowers a sum or a product.
func (l *lowerer) chain(n *node, s *space) (value, error) {
	if l.e.class(n) == onIndex {
		return l.table(n, s)
	}
	args, err := l.lowerAll(n.args, s)
	if err != nil {
		return value{}, err
	}
	signs := append([]op{plain(n.kind)}, n.ops...)
	v, _, err := l.balanced(n, args, signs)
	return v, err
}

// plain is the sign that a chain's first operand has.
func plain(k kind) op {
	if k == mulNode {
		return opMul
	}
	return opAdd
}

// balanced joins operands with their signs: a - b - c - d is a - b - (c + d).
// It returns the sign that goes before the result, that of the first operand.
func (l *lowerer) balanced(n *node, vs []value, signs []op) (value, op, error) {
	// Relative to a first operand that is subtracted, a subtraction adds.
	relative := func(i int) graph.Op {
		if signs[i] == signs[0] {
			return graphOps[plain(n.kind)]
		}
		return graphOps[plain(n.kind)+1]
	}
	if len(vs) <= chainBlock {
		y, err := l.fold(n, vs, func(i int) graph.Op { return relative(i + 1) })
		return y, signs[0], err
	}
	half := len(vs) / 2
	a, _, err := l.balanced(n, vs[:half], signs[:half])
	if err != nil {
		return value{}, 0, err
	}
	b, _, err := l.balanced(n, vs[half:], signs[half:])
	if err != nil {
		return value{}, 0, err
	}
	y, err := l.apply(n, relative(half), a, b)
	return y, signs[0], err
}

// call lowers a function.
func (l *lowerer) call(n *node, s *space) (value, error) {
	if n.name == "if" {
		return l.choice(n, s)
	}
	if opOf(n, 0) != noOp {
		return l.elementwise(n, s)
	}
	args, err := l.lowerAll(n.args, s)
	if err != nil {
		return value{}, err
	}
	for i, a := range args {
		if !a.vector {
			return value{}, l.fail(n.args[i], fmt.Sprintf("%s runs over a column, or over a vector such as one whose start is the list [0,0,0]; over an index it is %s", n.name, overIndex(n.name)),
				"%s takes a vector, but this is a number", n.name)
		}
	}
	switch n.name {
	case "dot":
		if args[0], err = l.apply(n, graph.Mul, args...); err != nil {
			return value{}, err
		}
	case "norm2":
		if args[0], err = l.apply(n, graph.Pow, args[0], value{node: l.g.Const(2)}); err != nil {
			return value{}, err
		}
	}
	v := args[0]
	y := value{node: l.along(n.name, v)}
	if n.name == "norm2" {
		y.node = l.g.Sqrt(y.node)
	}
	return y, nil
}

func overIndex(name string) string {
	switch name {
	case "dot":
		return "sum(i=1..n, x[i]*y[i])"
	case "norm2":
		return "sqrt(sum(i=1..n, x[i]^2))"
	}
	return name + "(i=1..n, x[i])"
}

// choice lowers if(c, a, b). Where c depends on loop indices alone, indices
// that are out of range in the branch not taken do no harm.
func (l *lowerer) choice(n *node, s *space) (value, error) {
	class := l.e.class(n)
	if class == onIndex {
		return l.table(n, s)
	}
	cond := n.args[0]
	branches := [2]*space{s, s}
	switch l.e.class(cond) {
	case 0:
		v, err := l.e.value(cond)
		if err != nil {
			return value{}, err
		}
		return l.lower(n.args[2-btoi(v != 0)], s)
	case onIndex:
		branches = [2]*space{s.within(cond, true), s.within(cond, false)}
	}
	c, err := l.lower(cond, s)
	if err != nil {
		return value{}, err
	}
	a, err := l.lower(n.args[1], branches[0])
	if err != nil {
		return value{}, err
	}
	b, err := l.lower(n.args[2], branches[1])
	if err != nil {
		return value{}, err
	}
	return l.apply(n, graph.Select, c, a, b)
}
