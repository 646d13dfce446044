package expr

import (
	"errors"
	"slices"

	"descent/graph"
)

// errVaries says that an expression has no value that is known without the
// variables' values.
var errVaries = errors.New("not a constant")

// evaluator works out constants: bounds, indices and their like.
type evaluator struct {
	src     string
	known   map[string]float64 // names with a constant value
	current map[string]float64 // loop indices during an enumeration
	classes map[*node]uint8    // what expressions depend on, once known
	work    int
}

func newEvaluator(src string) *evaluator {
	return &evaluator{src: src, known: map[string]float64{}, current: map[string]float64{}, classes: map[*node]uint8{}, work: maxWork}
}

// value is the value of a constant expression, errVaries if it is none.
func (e *evaluator) value(n *node) (float64, error) {
	if e.work--; e.work < 0 {
		return 0, errorAt(e.src, int(n.pos), "fewer terms, or simpler indices", "working out the indices of the sums takes more than %d operations", maxWork)
	}
	switch n.kind {
	case numberNode:
		return n.val, nil
	case constNode:
		return constants[n.name], nil
	case nameNode:
		from := e.known
		if n.sym == indexName {
			from = e.current
		}
		if v, ok := from[n.name]; ok {
			return v, nil
		}
		return 0, errVaries
	case indexNode, listNode, reduceNode:
		return 0, errVaries
	}
	return e.operation(n)
}

// operation is the value of an operator or function of constants.
func (e *evaluator) operation(n *node) (float64, error) {
	f := opOf(n, 0)
	if f == noOp {
		return 0, errVaries
	}
	a, err := e.value(n.args[0])
	if err != nil {
		return 0, err
	}
	switch f.Arity() {
	case 1:
		return f.Value(a), nil
	case 3: // if: only the branch taken needs a value
		return e.value(n.args[2-btoi(a != 0)])
	}
	for i, arg := range n.args[1:] {
		b, err := e.value(arg)
		if err != nil {
			return 0, err
		}
		a = opOf(n, i).Value(a, b)
	}
	return a, nil
}

// What an expression depends on.
const (
	onIndex    = 1 << iota // on the index of an enclosing sum
	onVariable             // on a value that is not known beforehand
	seen
)

// class says what an expression depends on.
func (e *evaluator) class(n *node) uint8 {
	if c := e.classes[n]; c&seen != 0 {
		return c &^ seen
	}
	var c uint8
	_, known := e.known[n.name]
	switch {
	case n.kind == nameNode && n.sym == indexName:
		c = onIndex
	case n.kind == nameNode && !known, n.kind == indexNode, n.kind == listNode, n.kind == reduceNode,
		n.kind == callNode && opOf(n, 0) == noOp:
		c = onVariable
	}
	for _, a := range n.args {
		c |= e.class(a)
	}
	e.classes[n] = c | seen
	return c
}

// tabulate works out an expression for every index tuple of the axes, in the
// order of an array with the innermost axis first. taken says for each tuple
// whether the guards hold; where they do not, the value is 0.
func (e *evaluator) tabulate(n *node, s *space, axes []int) (values []float64, taken []bool, err error) {
	total := 1
	for _, a := range axes {
		total *= s.extents[a]
	}
	type place struct{ v, axis int }
	var places []place
	for i, v := range s.vars {
		if j := slices.Index(axes, v.axis); j >= 0 {
			places = append(places, place{i, j})
		}
	}
	values, taken = make([]float64, total), make([]bool, total)
	defer clear(e.current)
	at := make([]int, len(axes)) // outermost first: the first one runs fastest
	for k := range values {
		for _, p := range places {
			v := &s.vars[p.v]
			e.current[v.name] = float64(v.at(at[p.axis]))
		}
		if taken[k], err = e.taken(s); err == nil && taken[k] {
			values[k], err = e.value(n)
		}
		if err != nil {
			return nil, nil, err
		}
		for i := range at {
			if at[i]++; at[i] < s.extents[axes[i]] {
				break
			}
			at[i] = 0
		}
	}
	return values, taken, nil
}

// taken reports whether all guards hold for the current indices.
func (e *evaluator) taken(s *space) (bool, error) {
	for _, g := range s.guards {
		v, err := e.value(g.cond)
		if err != nil {
			return false, err
		}
		if (v != 0) != g.want {
			return false, nil
		}
	}
	return true, nil
}

// noOp marks what is no elementwise operation.
const noOp = graph.Const

// opOf is the operation that joins argument i+1 to those before it.
func opOf(n *node, i int) graph.Op {
	switch n.kind {
	case negNode:
		return graph.Neg
	case notNode:
		return graph.Not
	case andNode:
		return graph.And
	case orNode:
		return graph.Or
	case powNode:
		return graph.Pow
	case sumNode, mulNode, compareNode:
		return graphOps[n.ops[i]]
	case callNode:
		if f := lookup(n.name); f.op.Kind() == graph.Elementwise && f.op != graph.Mul && (len(n.args) > 1 || f.max == 1) {
			return f.op
		}
	}
	return noOp
}

var graphOps = [...]graph.Op{opAdd: graph.Add, opSub: graph.Sub, opMul: graph.Mul, opDiv: graph.Div,
	opLt: graph.Lt, opLe: graph.Le, opGt: graph.Gt, opGe: graph.Ge, opEq: graph.Eq, opNe: graph.Ne}
