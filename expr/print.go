package expr

import (
	"math"
	"strconv"
	"strings"
)

// How tightly the parts of a formula bind, loosest first.
const (
	looseLevel = iota // a whole expression
	orLevel
	andLevel
	notLevel
	compareLevel
	sumLevel
	mulLevel
	unaryLevel
	powLevel
	atomLevel
)

// level is how tightly a node binds when it is printed.
func (n *node) level() int {
	switch n.kind {
	case orNode:
		return orLevel
	case andNode:
		return andLevel
	case notNode:
		return notLevel
	case compareNode:
		return compareLevel
	case sumNode:
		return sumLevel
	case mulNode:
		return mulLevel
	case negNode:
		return unaryLevel
	case powNode:
		return powLevel
	}
	return atomLevel
}

var opSigns = [...]string{opAdd: " + ", opSub: " - ", opMul: "*", opDiv: "/",
	opLt: " < ", opLe: " <= ", opGt: " > ", opGe: " >= ", opEq: " == ", opNe: " != "}

// String is the formula as text, with the fewest brackets. Parsing it again
// gives the same formula.
func (f *Formula) String() string {
	p := printer{limit: math.MaxInt}
	for _, b := range f.bindings {
		p.write(quoteName(b.name) + " = ")
		p.text(b.value, looseLevel)
		p.write("; ")
	}
	p.text(f.value, looseLevel)
	return p.out.String()
}

// printer writes a tree. Beyond its limit of bytes it writes nothing more:
// trees that come from graphs share their parts, and the text of one may be
// exponentially longer than the graph.
type printer struct {
	out   strings.Builder
	limit int
	cut   bool // the limit was reached
}

func (p *printer) write(s string) {
	if p.out.Len()+len(s) > p.limit {
		p.cut = true
		return
	}
	p.out.WriteString(s)
}

// text writes n; in brackets if it binds looser than level.
func (p *printer) text(n *node, level int) {
	if p.cut {
		return
	}
	if n.level() < level {
		p.write("(")
		p.text(n, looseLevel)
		p.write(")")
		return
	}
	switch n.kind {
	case numberNode:
		p.write(formatNumber(n.val))
	case constNode:
		p.write(n.name)
	case nameNode:
		p.write(quoteName(n.name))
	case negNode:
		p.write("-")
		p.text(n.args[0], unaryLevel)
	case notNode:
		p.write("not ")
		p.text(n.args[0], notLevel)
	case orNode:
		p.join(n, func(int) string { return " or " }, orLevel)
	case andNode:
		p.join(n, func(int) string { return " and " }, andLevel)
	case sumNode, compareNode, mulNode:
		p.join(n, func(i int) string { return opSigns[n.ops[i]] }, n.level())
	case powNode:
		p.text(n.args[0], atomLevel)
		p.write("^")
		p.text(n.args[1], unaryLevel)
	case indexNode:
		p.write(quoteName(n.name) + "[")
		p.text(n.args[0], sumLevel)
		if len(n.args) > 1 {
			p.write(",")
			p.text(n.args[1], sumLevel)
		}
		p.write("]")
	case callNode:
		p.write(n.name + "(")
		p.items(n, looseLevel, (*printer).text)
		p.write(")")
	case listNode:
		p.write("[")
		p.items(n, sumLevel, (*printer).text)
		p.write("]")
	case reduceNode:
		p.write(n.name + "(" + quoteName(n.index) + "=")
		p.text(n.args[0], sumLevel)
		p.write("..")
		p.text(n.args[1], sumLevel)
		p.write(", ")
		p.text(n.args[2], looseLevel)
		p.write(")")
	}
}

// join writes a chain: its first part may bind as loosely as the chain itself,
// the others must bind tighter.
func (p *printer) join(n *node, sign func(i int) string, level int) {
	for i, a := range n.args {
		if i > 0 {
			p.write(sign(i - 1))
		}
		if i > 0 || n.kind == compareNode || a.kind == n.kind {
			p.text(a, level+1)
		} else {
			p.text(a, level)
		}
	}
}

// items writes arguments or entries, with commas between.
func (p *printer) items(n *node, level int, write func(*printer, *node, int)) {
	for i, a := range n.args {
		if i > 0 {
			p.write(", ")
		}
		write(p, a, level)
	}
}

// formatNumber is the shortest decimal that reads back as v, with an exponent
// only for very large and very small numbers.
func formatNumber(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	mantissa, exp, found := strings.Cut(s, "e")
	e, err := strconv.Atoi(exp)
	switch {
	case !found || err != nil:
		return s
	case e >= -6 && e < 16:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return mantissa + "e" + strconv.Itoa(e)
}
