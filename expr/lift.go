package expr

import (
	"math"
	"regexp"
	"slices"
	"strconv"

	"descent/graph"
)

// Text writes a node of a graph as a formula, the way a person would: terms and
// factors in one row, minus signs and fractions where they belong, 6.283… as
// 2*pi. It is best given a simplified node. Nodes on scalars, vectors and
// columns read back as formulas of equal value; what the language has no word
// for is written as a function call with the operation's name. A text beyond a
// million bytes ends in "…".
func Text(n *graph.Node) string {
	s, _ := render(n, 1<<20, (*printer).text)
	return s
}

// LaTeX is Text in LaTeX's mathematics, without dollar signs.
func LaTeX(n *graph.Node) string {
	s, _ := render(n, 1<<20, (*printer).latex)
	return s
}

// render prints a node; whole is false where it is longer than limit bytes.
func render(n *graph.Node, limit int, write func(*printer, *node, int)) (text string, whole bool) {
	l := &lifter{memo: map[*graph.Node]*node{}, budget: limit}
	p := &printer{limit: limit}
	write(p, l.product(n).tree(), looseLevel) // a condition as if(c, 1, 0)
	if l.budget < 0 || p.cut {
		return p.out.String() + "…", false
	}
	return p.out.String(), true
}

// lifter turns graphs into trees of the language.
type lifter struct {
	memo   map[*graph.Node]*node
	budget int // nodes that may still be visited: a graph may unfold to a far larger tree
}

// lift is the tree of a node.
func (l *lifter) lift(n *graph.Node) *node {
	if t := l.memo[n]; t != nil {
		return t
	}
	if l.budget--; l.budget < 0 {
		return name("…")
	}
	t := l.build(n)
	l.memo[n] = t
	return t
}

func (l *lifter) build(n *graph.Node) *node {
	switch n.Op {
	case graph.Add, graph.Sub:
		return l.sum(n)
	case graph.Const, graph.Mul, graph.Div, graph.Neg, graph.Xlogy:
		return l.product(n).tree()
	case graph.Pow:
		if n.Args[1].Op == graph.Const && n.Args[1].Value < 0 {
			return l.product(n).tree()
		}
		return &node{kind: powNode, args: l.liftAll(n.Args)}
	case graph.Param, graph.Data:
		return variable(n.Name)
	case graph.Tensor:
		if len(n.Values) == 1 {
			return l.constant(n.Values[0]).tree()
		}
		if len(n.Shape) == 1 {
			return l.list(n.Values)
		}
	case graph.Broadcast:
		return l.lift(n.Args[0])
	case graph.Reshape:
		return l.reshape(n)
	case graph.Sum:
		if n.Span == len(n.Args[0].Shape) && n.Span == 1 {
			return call("sum", l.lift(n.Args[0]))
		}
	case graph.Lt, graph.Le, graph.Gt, graph.Ge, graph.Eq, graph.Ne:
		o := op(slices.Index(graphOps[:], n.Op))
		return &node{kind: compareNode, ops: []op{o}, args: l.liftAll(n.Args)}
	case graph.Not:
		return &node{kind: notNode, args: l.liftAll(n.Args)}
	case graph.And:
		return &node{kind: andNode, args: l.liftAll(n.Args)}
	case graph.Or:
		return &node{kind: orNode, args: l.liftAll(n.Args)}
	}
	return l.other(n)
}

func (l *lifter) liftAll(ns []*graph.Node) []*node {
	ts := make([]*node, len(ns))
	for i, n := range ns {
		ts[i] = l.lift(n)
	}
	return ts
}

// list is a list of numbers.
func (l *lifter) list(values []float64) *node {
	const most = 1000
	t := &node{kind: listNode}
	for _, v := range values[:min(len(values), most)] {
		t.args = append(t.args, l.constant(v).tree())
	}
	if len(values) > most {
		t.args = append(t.args, name("…"))
	}
	return t
}

// other writes an operation as a call of its name, with its attributes.
func (l *lifter) other(n *graph.Node) *node {
	args := l.liftAll(n.Args)
	var more []int
	switch n.Op {
	case graph.Sum, graph.LogSumExp, graph.Maximum:
		more = []int{n.Axis, n.Span}
	case graph.Slice, graph.Pad:
		more = []int{n.Start, n.Step, n.Shape[0]}
	case graph.Gather, graph.Scatter:
		more = n.Index[:min(len(n.Index), 8)]
	case graph.Tensor:
		for _, v := range n.Values[:min(len(n.Values), 8)] {
			args = append(args, l.constant(v).tree())
		}
		if len(n.Values) > 8 {
			args = append(args, name("…"))
		}
	}
	for _, v := range more {
		args = append(args, &node{kind: numberNode, val: float64(v)})
	}
	return call(n.Op.String(), args...)
}

// entry is the name of a single entry of a vector or a matrix: x[3], W[1,2].
var entry = regexp.MustCompile(`^(.+)\[([0-9]{1,9})(?:,([0-9]{1,9}))?\]$`)

// variable is the tree of a parameter's or column's name.
func variable(s string) *node {
	if m := entry.FindStringSubmatch(s); m != nil {
		i, _ := strconv.Atoi(m[2])
		j, _ := strconv.Atoi(m[3]) // 0 in a vector
		return element(m[1], i, j)
	}
	return name(s)
}

func name(s string) *node { return &node{kind: nameNode, name: s} }

// element is x[i], or x[i,j] where j is not 0.
func element(name string, i, j int) *node {
	n := &node{kind: indexNode, name: name, args: []*node{{kind: numberNode, val: float64(i)}}}
	if j > 0 {
		n.args = append(n.args, &node{kind: numberNode, val: float64(j)})
	}
	return n
}

func call(f string, args ...*node) *node { return &node{kind: callNode, name: f, args: args} }

// reshape sees through a change of shape that does not matter to a reader, and
// finds the single entries of vectors.
func (l *lifter) reshape(n *graph.Node) *node {
	a := n.Args[0]
	if a.Op != graph.Slice || a.Len() > 1 || len(a.Args[0].Shape) != 1 {
		return l.lift(a)
	}
	x := a.Args[0]
	if x.Op == graph.Reshape && len(x.Args[0].Shape) == 2 { // a matrix, row by row
		x = x.Args[0]
	}
	switch {
	case x.Op != graph.Param && x.Op != graph.Data:
		return l.lift(a)
	case len(x.Shape) == 2:
		return element(x.Name, a.Start/x.Shape[1]+1, a.Start%x.Shape[1]+1)
	}
	return element(x.Name, a.Start+1, 0)
}

// term is a summand with its sign.
type term struct {
	negative bool
	tree     *node
}

// sum writes a sum as one row of terms. It starts with a term that has no
// minus, if there is one: y - x rather than -x + y.
func (l *lifter) sum(n *graph.Node) *node {
	terms := l.joinChoices(l.terms(n, false, nil))
	if i := slices.IndexFunc(terms, func(t term) bool { return !t.negative }); i > 0 {
		first := terms[i]
		copy(terms[1:i+1], terms[:i])
		terms[0] = first
	}
	if len(terms) == 1 {
		return signedTree(terms[0])
	}
	t := &node{kind: sumNode, args: []*node{signedTree(terms[0])}}
	for _, s := range terms[1:] {
		o := opAdd
		if s.negative {
			o = opSub
		}
		t.ops = append(t.ops, o)
		t.args = append(t.args, s.tree)
	}
	return t
}

func (l *lifter) terms(n *graph.Node, negative bool, out []term) []term {
	if l.budget--; l.budget < 0 {
		return append(out, term{negative, name("…")})
	}
	switch n.Op {
	case graph.Add:
		return l.terms(n.Args[1], negative, l.terms(n.Args[0], negative, out))
	case graph.Sub:
		return l.terms(n.Args[1], !negative, l.terms(n.Args[0], negative, out))
	case graph.Neg:
		return l.terms(n.Args[0], !negative, out)
	case graph.Broadcast:
		return l.terms(n.Args[0], negative, out)
	}
	p := l.product(n)
	t := term{tree: p.magnitude(), negative: p.negative != negative}
	return append(out, t)
}

// signedTree is a term with its minus, if it has one, at the first factor.
func signedTree(t term) *node {
	switch {
	case !t.negative:
		return t.tree
	case t.tree.kind == mulNode:
		c := *t.tree
		c.args = slices.Clone(c.args)
		c.args[0] = &node{kind: negNode, args: []*node{t.tree.args[0]}}
		return &c
	}
	return &node{kind: negNode, args: []*node{t.tree}}
}

// joinChoices writes if(c, a, 0) + if(not c, b, 0) as if(c, a, b).
func (l *lifter) joinChoices(terms []term) []term {
	var out []term
	var choices []int // the places in out of choices that may still be joined
	for _, t := range terms {
		c, want, rest := asChoice(t.tree)
		at := -1
		for _, i := range choices {
			if d, other, _ := asChoice(out[i].tree); c != nil && d != nil && sameTree(c, d) && want != other {
				at = i
			}
		}
		switch {
		case at >= 0:
			_, _, before := asChoice(out[at].tree)
			a, b := signedTree(term{t.negative, rest}), signedTree(term{out[at].negative, before})
			if !want {
				a, b = b, a
			}
			out[at] = term{tree: call("if", c, a, b)}
		case c != nil && len(choices) < 64:
			choices = append(choices, len(out))
			fallthrough
		default:
			out = append(out, t)
		}
	}
	return out
}

var zero = &node{kind: numberNode}

// asChoice takes if(c, rest, 0) apart; want is false for if(c, 0, rest). The
// condition is written with < <= == so that opposite ones are recognised.
func asChoice(t *node) (cond *node, want bool, rest *node) {
	if t.kind != callNode || t.name != "if" {
		return nil, false, nil
	}
	c := t.args[0]
	switch {
	case isZero(t.args[2]):
		want, rest = true, t.args[1]
	case isZero(t.args[1]):
		want, rest = false, t.args[2]
	default:
		return nil, false, nil
	}
	if c.kind == compareNode && (c.ops[0] == opGt || c.ops[0] == opGe || c.ops[0] == opNe) {
		c, want = opposite(c), !want
	}
	return c, want, rest
}

// opposite is the comparison that holds where c does not; for NaN neither does.
func opposite(c *node) *node {
	o := [...]op{opLt: opGe, opGe: opLt, opGt: opLe, opLe: opGt, opEq: opNe, opNe: opEq}[c.ops[0]]
	return &node{kind: compareNode, ops: []op{o}, args: c.args}
}

func isZero(t *node) bool { return t.kind == numberNode && t.val == 0 }

// sameTree reports whether two lifted conditions are the same: equal nodes of a
// graph are lifted to the same tree.
func sameTree(a, b *node) bool {
	return a == b || a.kind == b.kind && slices.Equal(a.ops, b.ops) && slices.Equal(a.args, b.args) && a.kind == compareNode
}

// infinite is the tree of a number that has no digits.
func infinite(v float64) *node {
	top := 1.0
	if math.IsNaN(v) {
		top = 0
	}
	return &node{kind: mulNode, ops: []op{opDiv}, args: []*node{{kind: numberNode, val: top}, zero}}
}
