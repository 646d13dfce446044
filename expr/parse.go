package expr

import (
	"fmt"
	"strings"
)

// maxDepth is how deep brackets, powers and signs may nest.
const maxDepth = 1000

// maxLoops is how deep sums over an index may nest.
const maxLoops = 8

// Parse reads a formula. The error is an *Error.
func Parse(src string) (*Formula, error) {
	tokens, err := scan(src)
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, tokens: tokens, bound: map[string]int32{}, free: map[string]int32{}, closed: map[string]int32{}}
	f := &Formula{src: src}
	p.program(f)
	if p.err != nil {
		return nil, p.err
	}
	if err := f.analyse(); err != nil {
		return nil, err
	}
	return f, nil
}

// parser builds the tree by recursive descent. The first mistake is kept in
// err; from then on every token reads as the end, so all loops run out.
type parser struct {
	src    string
	tokens []token
	next   int
	err    error
	depth  int

	bound   map[string]int32 // names of bindings so far, and where
	free    map[string]int32 // variables so far, and where
	loops   []loop           // the enclosing sums
	closed  map[string]int32 // indices of sums that are over, and where
	freeUse []freeUse
}

// loop is an enclosing sum(i=…, …).
type loop struct {
	index string
	pos   int32
}

func (p *parser) peek() token {
	if p.err != nil {
		return token{kind: tokEOF, pos: int32(len(p.src)), end: int32(len(p.src))}
	}
	return p.tokens[p.next]
}

func (p *parser) take() token {
	t := p.peek()
	if t.kind != tokEOF {
		p.next++
	}
	return t
}

func (p *parser) accept(kind tokenKind) bool {
	if p.peek().kind == kind {
		p.next++
		return true
	}
	return false
}

// fail keeps the first mistake.
func (p *parser) fail(pos int32, hint, format string, args ...any) {
	if p.err == nil {
		p.err = errorAt(p.src, int(pos), hint, format, args...)
	}
}

// place names an earlier place in the formula.
func (p *parser) place(at int32) string {
	line, col := position(p.src, int(at))
	return place(p.src, line, col)
}

// text is a token as it stands in the source.
func (p *parser) text(t token) string { return p.src[t.pos:t.end] }

// nameOf is the name that a name token means.
func (p *parser) nameOf(t token) string {
	if t.kind == tokQuoted {
		return p.src[t.pos+1 : t.end-1]
	}
	return p.text(t)
}

// describe names a token in a message.
func (p *parser) describe(t token) string {
	switch t.kind {
	case tokEOF:
		return "the end of the formula"
	case tokNewline:
		if p.text(t) == ";" {
			return ";"
		}
		return "the end of the line"
	case tokNumber:
		return "the number " + shorten(p.text(t), 30)
	}
	return shorten(p.text(t), 30)
}

// program = statement { separator statement }.
func (p *parser) program(f *Formula) {
	for p.err == nil {
		for p.accept(tokNewline) {
		}
		t := p.peek()
		if t.kind == tokEOF {
			break
		}
		if f.value != nil {
			p.unusedValue(f.value, t)
			return
		}
		if (t.kind == tokName || t.kind == tokQuoted) && p.tokens[p.next+1].kind == '=' {
			f.bindings = append(f.bindings, p.binding())
		} else {
			f.value = p.expression()
		}
		if t := p.peek(); t.kind != tokNewline && t.kind != tokEOF {
			p.unexpected(t, "an operator or the end of the formula")
		}
	}
	if p.err == nil && f.value == nil {
		p.noValue(f)
	}
	f.free = p.freeUse
}

// unusedValue complains about an expression that another statement follows.
func (p *parser) unusedValue(value *node, next token) {
	hint := "only the last statement is the value; bind the others: a = …"
	if strings.ContainsRune("+-*/^", rune(next.kind)) {
		hint = "a line end ends the statement: put the operator at the end of the line before, or use brackets"
	}
	p.fail(next.pos, hint, "the value of the statement before this one is never used")
}

func (p *parser) noValue(f *Formula) {
	if len(f.bindings) == 0 {
		p.fail(0, "for example x^2 + x*y + y^2", "the formula is empty")
		return
	}
	last := f.bindings[len(f.bindings)-1]
	p.fail(last.pos, fmt.Sprintf("leave %q away, or add what is to be computed: %s = …; %s^2",
		quoteName(last.name)+" =", quoteName(last.name), quoteName(last.name)),
		"the last statement only binds a name; expected an expression, the formula's value")
}

// binding = name "=" expression.
func (p *parser) binding() binding {
	t := p.take()
	name := p.nameOf(t)
	if t.kind == tokName && reserved(name) {
		p.fail(t.pos, "choose another name, or put it between backquotes", "%s has a fixed meaning and cannot be bound", name)
	}
	if at, ok := p.bound[name]; ok {
		p.fail(t.pos, "", "%s is already bound at %s", quoteName(name), p.place(at))
	}
	if at, ok := p.free[name]; ok {
		p.fail(t.pos, "bind it before its first use", "%s is already used as a variable at %s", quoteName(name), p.place(at))
	}
	p.take() // =
	value := p.expression()
	p.bound[name] = t.pos
	return binding{name: name, pos: t.pos, value: value}
}

// expression = conjunction { "or" conjunction }.
func (p *parser) expression() *node {
	return p.logical(orNode, tokOr, func() *node { return p.logical(andNode, tokAnd, p.negation) })
}

func (p *parser) logical(kind kind, joint tokenKind, operand func() *node) *node {
	first := operand()
	if p.peek().kind != joint {
		return first
	}
	n := &node{kind: kind, pos: p.peek().pos, args: []*node{first}}
	if first.kind == kind { // (a or b) or c is a or b or c
		n.args = first.args
	}
	for p.accept(joint) {
		n.args = append(n.args, operand())
	}
	return n
}

// negation = "not" negation | comparison.
func (p *parser) negation() *node {
	if t := p.peek(); t.kind == tokNot {
		defer p.enter(t.pos)()
		p.take()
		return &node{kind: notNode, pos: t.pos, args: []*node{p.negation()}}
	}
	return p.comparison()
}

var compareOps = map[tokenKind]op{'<': opLt, tokLe: opLe, '>': opGt, tokGe: opGe, tokEq: opEq, tokNe: opNe}

// comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ].
func (p *parser) comparison() *node {
	a := p.sum()
	t := p.peek()
	o, ok := compareOps[t.kind]
	if !ok {
		return a
	}
	p.take()
	n := &node{kind: compareNode, pos: t.pos, ops: []op{o}, args: []*node{a, p.sum()}}
	if t := p.peek(); isComparison(t.kind) {
		p.fail(t.pos, "join two comparisons: a < b and b < c", "a comparison cannot follow a comparison")
	}
	return n
}

// sum = product { ("+" | "-") product }.
func (p *parser) sum() *node {
	first := p.product()
	var n *node
	for {
		t := p.peek()
		o := opAdd
		if t.kind == '-' {
			o = opSub
		} else if t.kind != '+' {
			break
		}
		if n == nil {
			n = chain(sumNode, first, t.pos)
		}
		p.take()
		n.ops = append(n.ops, o)
		n.args = append(n.args, p.product())
	}
	if n == nil {
		return first
	}
	return n
}

// chain starts a chain with its first operand; (a + b) + c continues a + b.
func chain(kind kind, first *node, pos int32) *node {
	if first.kind == kind {
		return first
	}
	return &node{kind: kind, pos: pos, args: []*node{first}}
}

// product = unary { ["*" | "/"] unary }, the sign left out only after a number
// or a closing bracket: 2x, 2(x+1), (x+1)(x-1).
func (p *parser) product() *node {
	first := p.unary()
	var n *node
	for {
		t := p.peek()
		o := opMul
		if t.kind == '/' {
			o = opDiv
		} else if t.kind != '*' && !p.juxtaposed(t) {
			break
		}
		if n == nil {
			n = chain(mulNode, first, t.pos)
		}
		if t.kind == '*' || t.kind == '/' {
			p.take()
		}
		n.ops = append(n.ops, o)
		n.args = append(n.args, p.unary())
	}
	if n == nil {
		return first
	}
	return n
}

// juxtaposed reports whether t multiplies what stands before it without a sign.
func (p *parser) juxtaposed(t token) bool {
	if p.err != nil || p.next == 0 || t.kind != tokName && t.kind != tokQuoted && t.kind != '(' {
		return false
	}
	before := p.tokens[p.next-1].kind
	return before == tokNumber || before == tokSuper || before == ')'
}

// unary = ("-" | "+") unary | power.
func (p *parser) unary() *node {
	t := p.peek()
	if t.kind != '-' && t.kind != '+' {
		return p.power()
	}
	defer p.enter(t.pos)()
	p.take()
	a := p.unary()
	if t.kind == '+' {
		return a
	}
	return &node{kind: negNode, pos: t.pos, args: []*node{a}}
}

// power = primary [ "^" unary | superscript ].
func (p *parser) power() *node {
	a := p.primary()
	t := p.peek()
	switch t.kind {
	case '^':
		defer p.enter(t.pos)()
		p.take()
		return &node{kind: powNode, pos: t.pos, args: []*node{a, p.unary()}}
	case tokSuper:
		p.take()
		n := &node{kind: powNode, pos: t.pos, args: []*node{a, signed(t.value, t.pos)}}
		if t := p.peek(); t.kind == '^' {
			p.fail(t.pos, "use brackets", "a power cannot follow a superscript")
		}
		return n
	}
	return a
}

// signed is the tree of a number that may be negative.
func signed(v float64, pos int32) *node {
	if v < 0 {
		return &node{kind: negNode, pos: pos, args: []*node{{kind: numberNode, pos: pos, val: -v}}}
	}
	return &node{kind: numberNode, pos: pos, val: v}
}

// enter counts a level of nesting; call what it returns on the way out.
func (p *parser) enter(pos int32) func() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(pos, "bind parts of the formula to names: a = …; b = …", "the formula is nested more than %d levels deep", maxDepth)
	}
	return func() { p.depth-- }
}

func isComparison(k tokenKind) bool {
	_, ok := compareOps[k]
	return ok
}
