package expr

import (
	"errors"
	"math"
	"slices"

	"descent/graph"
)

// Limits on the work that a formula may ask for.
const (
	maxTerms = 4_000_000   // index tuples of one nest of sums
	maxWork  = 100_000_000 // operations spent on working out indices
)

// space is the set of index tuples of the enclosing sums. Each sum is an axis;
// where the range of an inner sum depends on an outer index, the tuples are
// listed one by one along a single axis. Values that depend on the indices are
// arrays with the innermost axis first, so that a value of the outer sums is
// also one of the inner sums: arrays align at the right.
type space struct {
	extents []int // outermost first
	vars    []indexVar
	guards  []guard
}

// indexVar is a loop index and its values along one axis.
type indexVar struct {
	name   string
	axis   int
	first  int   // of a plain range
	values []int // of a listed axis, otherwise nil
}

func (v indexVar) at(k int) int {
	if v.values == nil {
		return v.first + k
	}
	return v.values[k]
}

// guard is the condition of an enclosing if: where it does not hold, the branch
// is not taken and its indices may be out of range.
type guard struct {
	cond *node
	want bool
}

// find is the loop index of that name.
func (s *space) find(name string) (indexVar, bool) {
	for i := len(s.vars) - 1; i >= 0; i-- {
		if s.vars[i].name == name {
			return s.vars[i], true
		}
	}
	return indexVar{}, false
}

// size is the number of index tuples.
func (s *space) size() int {
	n := 1
	for _, d := range s.extents {
		n *= d
	}
	return n
}

// within is the space with one more guard.
func (s *space) within(cond *node, want bool) *space {
	t := *s
	t.guards = append(slices.Clip(s.guards), guard{cond, want})
	return &t
}

// shape is the shape of an array over the given axes: innermost first, with
// extent 1 for axes in between that are not used.
func (s *space) shape(axes []int) []int {
	if len(axes) == 0 {
		return nil
	}
	top := slices.Max(axes)
	shape := make([]int, top+1)
	for i := range shape {
		shape[i] = 1
		if slices.Contains(axes, top-i) {
			shape[i] = s.extents[top-i]
		}
	}
	return shape
}

// errVaries says that an expression has no value that is known without the
// variables' values.
var errVaries = errors.New("not a constant")

// evaluator works out constants: bounds, indices and their like.
type evaluator struct {
	src     string
	known   map[string]float64 // names with a constant value
	current map[string]float64 // loop indices during an enumeration
	work    int
}

func newEvaluator(src string) *evaluator {
	return &evaluator{src: src, known: map[string]float64{}, current: map[string]float64{}, work: maxWork}
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
	case indexNode, reduceNode:
		return 0, errVaries
	}
	return e.operation(n)
}

func (e *evaluator) operation(n *node) (float64, error) {
	f := opOf(n, 0)
	if f == noOp {
		return 0, errVaries
	}
	a, err := e.value(n.args[0])
	if err != nil {
		return 0, err
	}
	if f.Arity() == 1 {
		return f.Value(a), nil
	}
	for i := 1; i < len(n.args); i++ {
		b, err := e.value(n.args[i])
		if err != nil {
			return 0, err
		}
		if n.kind == callNode && n.name == "if" {
			// Only the branch taken needs a value.
			return e.value(n.args[2-btoi(a != 0)])
		}
		a = opOf(n, i-1).Value(a, b)
	}
	return a, nil
}

// axesOf lists the axes that an expression depends on, outermost first, the
// axes of the guards included. ok is false where it depends on an index whose
// range is not known.
func (s *space) axesOf(n *node) (axes []int, ok bool) {
	ok = true
	var visit func(n *node)
	visit = func(n *node) {
		if n.kind == nameNode && n.sym == indexName {
			v, found := s.find(n.name)
			ok = ok && found
			if found && !slices.Contains(axes, v.axis) {
				axes = append(axes, v.axis)
			}
		}
		for _, a := range n.args {
			visit(a)
		}
	}
	visit(n)
	for _, g := range s.guards {
		visit(g.cond)
	}
	slices.Sort(axes)
	return axes, ok
}

// tabulate works out an expression for every index tuple of its axes, in the
// order of an array with the innermost axis first. taken says for each tuple
// whether the guards hold.
func (e *evaluator) tabulate(n *node, s *space) (values []float64, taken []bool, axes []int, err error) {
	axes, ok := s.axesOf(n)
	if !ok {
		return nil, nil, nil, errVaries
	}
	total := 1
	for _, a := range axes {
		total *= s.extents[a]
	}
	values, taken = make([]float64, total), make([]bool, total)
	defer clear(e.current)
	at := make([]int, len(axes)) // outermost first: the first one runs fastest
	for k := range values {
		for _, v := range s.vars {
			if i := slices.Index(axes, v.axis); i >= 0 {
				e.current[v.name] = float64(v.at(at[i]))
			}
		}
		if taken[k], err = e.taken(s); err != nil {
			return nil, nil, nil, err
		}
		if taken[k] {
			if values[k], err = e.value(n); err != nil {
				return nil, nil, nil, err
			}
		}
		for i := range at {
			if at[i]++; at[i] < s.extents[axes[i]] {
				break
			}
			at[i] = 0
		}
	}
	return values, taken, axes, nil
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

// entries works out the index of an entry x[…] for every index tuple, from 0;
// it must lie in 1..length, where length 0 is no limit. Tuples for which the
// entry is not used get index 0.
func (e *evaluator) entries(n *node, s *space, length int) (index, axes []int, err error) {
	values, taken, axes, err := e.tabulate(n.args[0], s)
	if err != nil {
		return nil, nil, err
	}
	index = make([]int, len(values))
	for k, v := range values {
		if !taken[k] {
			continue
		}
		name := quoteName(n.name)
		where := s.tuple(k, axes)
		switch {
		case v != math.Floor(v):
			return nil, nil, errorAt(e.src, int(n.args[0].pos), "floor(…) and mod(…) make whole numbers", "the index of %s is %s%s, not a whole number", name, formatNumber(v), where)
		case v < 1:
			return nil, nil, errorAt(e.src, int(n.args[0].pos), "the first entry is "+name+"[1]", "%s[%s]%s: indices start at 1", name, formatNumber(v), where)
		case length == 0 && v > maxLength:
			return nil, nil, errorAt(e.src, int(n.args[0].pos), "", "%s[%s]%s: a vector has at most %d entries", name, formatNumber(v), where, maxLength)
		case length > 0 && v > float64(length):
			return nil, nil, errorAt(e.src, int(n.args[0].pos), "", "%s[%s]%s is out of range: %s has %d entries", name, formatNumber(v), where, name, length)
		}
		index[k] = int(v) - 1
	}
	return index, axes, nil
}

// maxLength is the most entries that a vector may get from its indices.
const maxLength = 100_000_000

// tuple names the k-th index tuple of the given axes for a message.
func (s *space) tuple(k int, axes []int) string {
	text := ""
	for _, a := range axes {
		i := k % s.extents[a]
		k /= s.extents[a]
		for _, v := range s.vars {
			if v.axis == a {
				text += map[bool]string{true: " at ", false: ", "}[text == ""] + v.name + " = " + formatNumber(float64(v.at(i)))
			}
		}
	}
	return text
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
		if f := lookup(n.name); f.op.Kind() == graph.Elementwise && (f.op != graph.Mul && len(n.args) > 1 || f.max == 1 && f.op != graph.Mul) {
			return f.op
		}
	}
	return noOp
}

var graphOps = [...]graph.Op{opAdd: graph.Add, opSub: graph.Sub, opMul: graph.Mul, opDiv: graph.Div,
	opLt: graph.Lt, opLe: graph.Le, opGt: graph.Gt, opGe: graph.Ge, opEq: graph.Eq, opNe: graph.Ne}
