package expr

import (
	"math"
	"slices"
	"strconv"

	"descent/graph"
)

// product is a product of factors with its sign, on its way to a tree.
type product struct {
	negative     bool
	coefficient  float64     // the numbers among the factors
	above, below []*node     // the other factors
	conditions   []condition // factors that are 0 or 1
	outer        *product    // takes the factors that are numbers, if this is a product of columns
}

// condition is a factor that is 1 where cond is as wanted, and 0 elsewhere.
type condition struct {
	cond *node
	want bool
}

// product takes a node apart into factors.
func (l *lifter) product(n *graph.Node) *product {
	p := &product{coefficient: 1}
	l.factors(n, p, false)
	return p
}

// factors adds the factors of n to p, below the line if inverse.
func (l *lifter) factors(n *graph.Node, p *product, inverse bool) {
	if l.budget--; l.budget < 0 {
		p.put(name("…"), inverse)
		return
	}
	if p.outer != nil && n.Len() == 1 {
		p = p.outer
	}
	switch {
	case n.Op == graph.Const:
		p.number(n.Value, inverse)
	case n.Op == graph.Mul:
		l.factors(n.Args[0], p, inverse)
		l.factors(n.Args[1], p, inverse)
	case n.Op == graph.Div:
		l.factors(n.Args[0], p, inverse)
		l.factors(n.Args[1], p, !inverse)
	case n.Op == graph.Neg:
		p.negative = !p.negative
		l.factors(n.Args[0], p, inverse)
	case n.Op == graph.Broadcast || n.Op == graph.Reshape && n.Len() == 1 && n.Args[0].Op != graph.Slice:
		l.factors(n.Args[0], p, inverse)
	case n.Op == graph.Xlogy: // x*log(y); that it is 0 at x = 0 is lost in print
		l.factors(n.Args[0], p, inverse)
		p.put(call("log", l.lift(n.Args[1])), inverse)
	case n.Op == graph.Pow && n.Args[1].Op == graph.Const && n.Args[1].Value < 0:
		base, power := l.lift(n.Args[0]), -n.Args[1].Value
		if power != 1 {
			base = &node{kind: powNode, args: []*node{base, l.constant(power).tree()}}
		}
		p.put(base, !inverse)
	case !inverse && l.condition(n, p):
	case n.Op == graph.Sum && !inverse && n.Span == 1 && len(n.Args[0].Shape) == 1:
		l.average(n, p)
	case n.Op == graph.Add || n.Op == graph.Sub:
		l.factorSum(n, p, inverse)
	default:
		p.put(l.lift(n), inverse)
	}
}

// factorSum adds a sum in brackets. One whose terms are all negative gives its
// sign away.
func (l *lifter) factorSum(n *graph.Node, p *product, inverse bool) {
	t := l.lift(n)
	if t.kind == negNode {
		p.negative = !p.negative
		t = t.args[0]
	}
	p.put(t, inverse)
}

// condition adds a factor that is 0 or 1 and reports whether n is one.
func (l *lifter) condition(n *graph.Node, p *product) bool {
	switch n.Op {
	case graph.Lt, graph.Le, graph.Gt, graph.Ge, graph.Eq, graph.Ne, graph.And, graph.Or, graph.Not:
		p.conditions = append(p.conditions, condition{l.lift(n), true})
		return true
	case graph.Select:
		if n.Args[1].IsConst(1) && n.Args[2].IsConst(0) {
			p.conditions = append(p.conditions, condition{l.lift(n.Args[0]), true})
			return true
		}
		if n.Args[1].IsConst(0) && n.Args[2].IsConst(1) {
			p.conditions = append(p.conditions, condition{l.lift(n.Args[0]), false})
			return true
		}
	}
	return false
}

// average adds a sum over a column. Numbers go before the sum, and the sum may
// become a mean once all of them are known: its val is the column's length.
func (l *lifter) average(n *graph.Node, p *product) {
	column := &product{coefficient: 1, outer: p}
	l.factors(n.Args[0], column, false)
	p.negative = p.negative != column.negative
	t := call("sum", column.magnitude())
	t.val = float64(n.Args[0].Len())
	p.put(t, false)
}

func (p *product) put(t *node, inverse bool) {
	if inverse {
		p.below = append(p.below, t)
	} else {
		p.above = append(p.above, t)
	}
}

func (p *product) number(v float64, inverse bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		p.negative = p.negative != math.Signbit(v)
		p.put(infinite(v), inverse)
		return
	}
	if math.Signbit(v) && v != 0 {
		p.negative = !p.negative
		v = -v
	}
	c := p.coefficient * v
	if inverse {
		c = p.coefficient / v
	}
	if v == 0 && inverse || math.IsInf(c, 0) || c == 0 && v != 0 {
		p.put(&node{kind: numberNode, val: v}, inverse)
		return
	}
	p.coefficient = c
}

// constant is the product that a number stands for.
func (l *lifter) constant(v float64) *product {
	p := &product{coefficient: 1}
	p.number(v, false)
	return p
}

// tree is the product with its sign.
func (p *product) tree() *node { return signedTree(term{p.negative, p.magnitude()}) }

// magnitude is the product without its sign.
func (p *product) magnitude() *node {
	p.means()
	above, below := p.above, p.below
	slices.SortStableFunc(above, func(a, b *node) int { return rankOf(a) - rankOf(b) })
	if p.coefficient != 1 {
		top, bottom := numerals(p.coefficient, len(above) == 0 && len(below) == 0)
		above, below = append(top, above...), append(bottom, below...)
		if whole := math.Round(1 / p.coefficient); len(p.above) == 0 && len(p.below) > 0 && whole > 1 && whole <= 1000 && 1/whole == p.coefficient {
			above, below = nil, append([]*node{{kind: numberNode, val: whole}}, p.below...) // 1/(2*x), not 0.5/x
		}
	}
	if len(above) == 0 {
		above = []*node{{kind: numberNode, val: 1}}
	}
	t := row(above)
	if len(below) > 0 {
		t = over(t, row(below))
	}
	if c := p.condition(); c != nil {
		return call("if", c, t, zero)
	}
	return t
}

// condition joins the conditions of the product into one; nil if there is none.
func (p *product) condition() *node {
	var all []*node
	for _, c := range p.conditions {
		switch {
		case c.want:
			all = append(all, c.cond)
		case c.cond.kind == compareNode:
			all = append(all, opposite(c.cond))
		default:
			all = append(all, &node{kind: notNode, args: []*node{c.cond}})
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return &node{kind: andNode, args: all}
}

// row writes factors side by side.
func row(factors []*node) *node {
	if len(factors) == 1 {
		return factors[0]
	}
	return &node{kind: mulNode, args: factors, ops: slices.Repeat([]op{opMul}, len(factors)-1)}
}

// over is a fraction.
func over(a, b *node) *node {
	if a.kind != mulNode {
		return &node{kind: mulNode, ops: []op{opDiv}, args: []*node{a, b}}
	}
	c := *a
	c.ops, c.args = append(slices.Clone(a.ops), opDiv), append(slices.Clone(a.args), b)
	return &c
}

// rankOf orders factors: names and their powers, polynomials in brackets,
// functions, exponentials, other sums in brackets.
func rankOf(n *node) int {
	switch n.kind {
	case powNode:
		return rankOf(n.args[0])
	case numberNode, constNode:
		return 0
	case nameNode, indexNode:
		return 1
	case callNode:
		if n.name == "exp" {
			return 4
		}
	case sumNode:
		if isPolynomial(n) {
			return 2
		}
		return 5
	}
	return 3
}

// isPolynomial reports that a small tree calls no function.
func isPolynomial(n *node) bool {
	if n.kind == callNode || n.kind == reduceNode || len(n.args) > 20 {
		return false
	}
	for _, a := range n.args {
		if !isPolynomial(a) {
			return false
		}
	}
	return true
}

// means turns c*sum(column) into a mean where c is a whole number over the
// column's length.
func (p *product) means() {
	for i, t := range p.above {
		if t.kind != callNode || t.name != "sum" || t.val <= 1 {
			continue
		}
		c := p.coefficient * t.val
		if whole := math.Round(c); whole >= 1 && math.Abs(c-whole) < 1e-12*whole && p.coefficient != math.Round(p.coefficient) {
			p.coefficient = whole
			p.above[i] = call("mean", t.args[0])
			return
		}
	}
}

// numerals writes a positive number as a person would: 2*pi, 1/3, 0.1. alone
// says that no other factors stand beside it.
func numerals(v float64, alone bool) (above, below []*node) {
	if v == math.Round(v) && v < 1e15 {
		return []*node{{kind: numberNode, val: v}}, nil
	}
	for _, s := range symbols {
		if top, bottom, ok := fraction(v, s.value, s.most); ok {
			if top != 1 {
				above = append(above, &node{kind: numberNode, val: top})
			}
			if s.above != nil {
				above = append(above, s.above)
			}
			if bottom != 1 {
				below = append(below, &node{kind: numberNode, val: bottom})
			}
			if s.below != nil {
				below = append(below, s.below)
			}
			if len(above) == 0 && alone {
				above = append(above, &node{kind: numberNode, val: 1})
			}
			return above, below
		}
	}
	return []*node{{kind: numberNode, val: v}}, nil
}

// symbols are the values that are written with their names, and the largest
// whole number beside them.
var symbols = []struct {
	value        float64
	above, below *node
	most         float64
}{
	{value: 1, most: 1000},
	{value: math.Pi, above: &node{kind: constNode, name: "pi"}, most: 1000},
	{value: math.E, above: &node{kind: constNode, name: "e"}, most: 12},
	{value: math.Pi * math.Pi, above: &node{kind: powNode, args: []*node{{kind: constNode, name: "pi"}, {kind: numberNode, val: 2}}}, most: 100},
	{value: 1 / math.Pi, below: &node{kind: constNode, name: "pi"}, most: 100},
	{value: 1 / math.SqrtPi, below: call("sqrt", &node{kind: constNode, name: "pi"}), most: 12},
	{value: 1 / math.Ln2, below: call("log", &node{kind: numberNode, val: 2}), most: 12},
	{value: math.Ln2, above: call("log", &node{kind: numberNode, val: 2}), most: 12},
	{value: math.Ln10, above: call("log", &node{kind: numberNode, val: 10}), most: 12},
	{value: 1 / math.Ln10, below: call("log", &node{kind: numberNode, val: 10}), most: 12},
}

// fraction finds whole numbers with v = top*unit/bottom, exactly in floating
// point, for numbers whose digits say nothing to a reader.
func fraction(v, unit, most float64) (top, bottom float64, ok bool) {
	if len(strconv.FormatFloat(v, 'f', -1, 64)) < 14 {
		return 0, 0, false
	}
	for bottom = 1; bottom <= 60; bottom++ {
		top = math.Round(v / unit * bottom)
		if top >= 1 && top <= most && (top*unit/bottom == v || top/bottom*unit == v || top*(unit/bottom) == v) {
			return top, bottom, true
		}
	}
	return 0, 0, false
}
