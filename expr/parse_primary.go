package expr

import "strings"

// primary = number | name | name "[" sum [ "," sum ] "]" | call | "(" expression ")" | list.
func (p *parser) primary() *node {
	t := p.take()
	switch t.kind {
	case tokNumber:
		return &node{kind: numberNode, pos: t.pos, val: t.value}
	case '(':
		defer p.enter(t.pos)()
		n := p.expression()
		p.closing(t, ')', "an operator or )")
		return n
	case '[':
		return p.list(t)
	case tokName:
		name := p.text(t)
		if name == "π" {
			name = "pi"
		}
		if _, ok := constants[name]; ok {
			return p.constant(t, name)
		}
		if p.peek().kind == '(' {
			return p.call(t, name)
		}
		if lookup(name) != nil {
			p.bareFunction(t, name)
		}
		return p.name(t, name)
	case tokQuoted:
		return p.name(t, p.nameOf(t))
	}
	p.operand(t)
	return &node{kind: numberNode, pos: t.pos}
}

// list = "[" sum { "," sum } "]"; the bracket is taken already.
func (p *parser) list(open token) *node {
	defer p.enter(open.pos)()
	n := &node{kind: listNode, pos: open.pos}
	if next := p.peek(); next.kind == ']' {
		p.fail(next.pos, "a list has at least one number: [0.5]", "there is nothing between [ and ]")
	}
	n.args = append(n.args, p.sum())
	for p.accept(',') {
		n.args = append(n.args, p.sum())
	}
	p.closing(open, ']', "an operator, a comma or ]")
	if next := p.peek(); next.kind == '[' {
		p.fail(next.pos, "bind the list to a name: a = […]; a[1]", "only a name can have an index")
	}
	return n
}

// operand complains that t stands where a value was expected.
func (p *parser) operand(t token) {
	hint := ""
	switch {
	case t.kind == '=' && p.next >= 2 && p.tokens[p.next-2].kind == '=':
		hint = "equality is == without a blank"
	case t.kind == '=':
		hint = "equality is =="
	case t.kind == ')' && p.next >= 2 && p.tokens[p.next-2].kind == '(':
		hint = "there is nothing between ( and )"
	case t.kind == '*' && p.next >= 2 && p.tokens[p.next-2].kind == '*':
		hint = "a power is ^ or **, without a blank"
	case t.kind == tokSuper:
		hint = "a power follows its base: x², sin(x)²"
	}
	p.fail(t.pos, hint, "expected a number, a name or ( but found %s", p.describe(t))
}

// unexpected complains that t does not continue the formula.
func (p *parser) unexpected(t token, want string) {
	hint := ""
	var before token
	if p.err == nil && p.next > 0 {
		before = p.tokens[p.next-1]
	}
	isName := before.kind == tokName || before.kind == tokQuoted
	switch t.kind {
	case ')':
		p.fail(t.pos, "", "this ) closes nothing: no ( is open")
		return
	case ']':
		p.fail(t.pos, "", "this ] closes nothing: no [ is open")
		return
	case tokName, tokQuoted, '(':
		hint = "to multiply, write * between them"
		if isName && t.kind != '(' {
			hint = "to multiply, write " + p.text(before) + "*" + p.text(t)
		}
	case tokNumber:
		hint = "to multiply, write * between them; a power is ^"
		if before.kind == tokNumber {
			hint = "write an operator between the two numbers"
		}
	case '=':
		hint = "equality is ==; a binding a = … is a statement of its own"
		if before.kind == ')' {
			hint = "a function cannot be defined; bind an expression instead: a = …"
		}
	case '[':
		hint = "only a name can have an index: x[1]"
	case ',':
		hint = "the decimal sign is the point: 0.5"
	case tokDots:
		hint = "a range stands in a sum: sum(i=1..n, x[i])"
	case tokNot:
		hint = "join conditions with and, or"
	case tokSuper:
		hint = "use brackets to raise a power to a power"
	}
	p.fail(t.pos, hint, "expected %s but found %s", want, p.describe(t))
}

// closing takes the bracket that closes open, or complains: at the opening one
// where the formula ends without closing it.
func (p *parser) closing(open token, kind tokenKind, want string) {
	if p.accept(kind) || p.err != nil {
		return
	}
	switch t := p.peek(); t.kind {
	case tokEOF, tokNewline, ')', ']':
		p.fail(open.pos, "", "this %s is never closed: expected %c but found %s", p.text(open), rune(kind), p.describe(t))
	default:
		p.unexpected(t, want)
	}
}

func (p *parser) constant(t token, name string) *node {
	if next := p.peek(); next.kind == '(' {
		p.fail(next.pos, "to multiply, write "+name+"*(…)", "%s is a constant, not a function", name)
	}
	return &node{kind: constNode, pos: t.pos, name: name}
}

// bareFunction complains about a function's name without arguments.
func (p *parser) bareFunction(t token, name string) {
	hint := "for a column of that name write `" + name + "` between backquotes"
	switch next := p.peek(); next.kind {
	case '^', tokSuper:
		hint = "write " + name + "(x)^2 for a power of its value"
	case tokName, tokQuoted, tokNumber:
		hint = "write " + name + "(" + shorten(p.text(next), 30) + ")"
	}
	p.fail(t.pos, hint, "%s is a function: expected ( after its name", name)
}

// name is a variable, a bound name or a loop index, perhaps with an index.
func (p *parser) name(t token, name string) *node {
	n := &node{kind: nameNode, pos: t.pos, name: name, sym: p.resolve(t, name)}
	open := p.peek()
	if open.kind == '(' && t.kind == tokQuoted {
		p.fail(open.pos, "to multiply, write "+p.text(t)+"*(…)", "expected an operator after %s", p.text(t))
	}
	if open.kind != '[' {
		return n
	}
	defer p.enter(open.pos)()
	p.take()
	n.kind = indexNode
	n.args = []*node{p.sum()}
	if p.accept(',') {
		n.args = append(n.args, p.sum())
	}
	if next := p.peek(); next.kind == ',' {
		p.fail(next.pos, "number further ones in one of them: a[i, (j-1)*n + k]", "a vector has one index, a matrix two; there is no third")
	}
	p.closing(open, ']', "an operator, a comma or ]")
	if n.sym == indexName {
		p.fail(t.pos, "", "%s is the index of a sum, not a vector", quoteName(name))
	}
	return n
}

// resolve finds what a name means and notes a variable.
func (p *parser) resolve(t token, name string) symbol {
	if p.err != nil {
		return freeName
	}
	for _, l := range p.loops {
		if l.index == name {
			return indexName
		}
	}
	if _, ok := p.bound[name]; ok {
		return boundName
	}
	if at, ok := p.closed[name]; ok {
		p.fail(t.pos, "is a bracket closed too early? otherwise give the variable another name",
			"%s is the index of the sum at %s and means nothing outside of it", quoteName(name), p.place(at))
	}
	if _, ok := p.free[name]; !ok {
		p.free[name] = t.pos
		p.freeUse = append(p.freeUse, freeUse{name, t.pos})
	}
	return freeName
}

// call = function "(" arguments ")"; the name is taken already.
func (p *parser) call(t token, name string) *node {
	f := lookup(name)
	if f == nil {
		_, free := p.free[name]
		_, bound := p.bound[name]
		variable := free || bound || len(name) == 1
		for _, l := range p.loops {
			variable = variable || l.index == name
		}
		hint := unknownFunction(name, variable)
		if p.definition() {
			hint = "functions cannot be defined; bind an expression to a name: a = …"
		}
		p.fail(t.pos, hint, "%s is not a function", shorten(name, 30))
		return &node{kind: callNode, pos: t.pos, name: name}
	}
	open := p.take()
	defer p.enter(open.pos)()
	if first := p.peek(); reducers[f.name] && (first.kind == tokName || first.kind == tokQuoted) && p.tokens[p.next+1].kind == '=' {
		return p.reduction(t, open, f)
	}
	n := &node{kind: callNode, pos: t.pos, name: f.name}
	if p.peek().kind != ')' {
		n.args = append(n.args, p.expression())
		for p.accept(',') {
			n.args = append(n.args, p.expression())
		}
	}
	p.misplacedIndex(f)
	p.closing(open, ')', "an operator, a comma or )")
	p.arity(t, f, len(n.args))
	return n
}

// definition reports whether a call goes on as f(x, y) = ….
func (p *parser) definition() bool {
	i := p.next + 1
	for p.tokens[i].kind == tokName || p.tokens[i].kind == ',' {
		i++
	}
	return p.tokens[i].kind == ')' && p.tokens[i+1].kind == '='
}

// misplacedIndex catches sum(x[i], i=1..n) and if(a = b, …).
func (p *parser) misplacedIndex(f *function) {
	t := p.peek()
	if t.kind != '=' {
		return
	}
	hint := "equality is =="
	if reducers[f.name] {
		hint = "the index comes first: " + f.name + "(i=1..n, x[i])"
	}
	p.fail(t.pos, hint, "expected an operator, a comma or ) but found =")
}

func (p *parser) arity(t token, f *function, n int) {
	if n >= f.min && (f.max < 0 || n <= f.max) {
		return
	}
	hint := ""
	switch {
	case f.name == "if":
		hint = "if(condition, value if true, value if false)"
	case f.name == "log" && n == 2:
		hint = "log is the natural logarithm; to the base b it is log(x)/log(b)"
	case reducers[f.name]:
		hint = f.name + "(i=1..n, x[i]) runs over an index, " + f.name + "(x) over a vector"
	case f.name == "atan" && n == 2:
		hint = "write atan2(y, x)"
	case f.name == "hypot":
		hint = "write norm2(x) for a vector, or sqrt(x^2 + y^2 + z^2)"
	}
	p.fail(t.pos, hint, "%s takes %s, not %d", f.name, counted(f), n)
}

func counted(f *function) string {
	switch {
	case f.max < 0:
		return "at least one argument"
	case f.min == 1:
		return "one argument"
	case f.min == 2:
		return "two arguments"
	}
	return "three arguments"
}

// reduction = name "(" index "=" sum ".." sum "," body ")", where body is an
// expression or, to shorten nested sums, another index.
func (p *parser) reduction(t, open token, f *function) *node {
	n := &node{kind: reduceNode, pos: t.pos, name: f.name}
	it := p.take()
	n.index = p.nameOf(it)
	p.declareIndex(it, n.index)
	p.take() // =
	lo := p.sum()
	if next := p.peek(); next.kind != tokDots {
		p.fail(next.pos, "a range is 1..n", "expected .. but found %s", p.describe(next))
	}
	p.take()
	hi := p.sum()
	if next := p.peek(); next.kind != ',' && p.err == nil {
		hint := "after the range comes what to add: " + f.name + "(" + n.index + "=1..n, x[" + n.index + "])"
		if next.kind == tokDots {
			hint = "a range has no step: put it into the formula, x[2*i]"
		}
		p.fail(next.pos, hint, "expected a comma but found %s", p.describe(next))
	}
	p.take()
	if len(p.loops) == maxLoops {
		p.fail(t.pos, "", "sums nest more than %d levels deep", maxLoops)
	}
	p.loops = append(p.loops, loop{n.index, it.pos})
	var body *node
	if b := p.peek(); (b.kind == tokName || b.kind == tokQuoted) && p.tokens[p.next+1].kind == '=' {
		bodyDepth := p.enter(b.pos)
		body = p.reduction(t, open, f)
		bodyDepth()
	} else {
		body = p.expression()
		if next := p.peek(); next.kind == ',' {
			p.fail(next.pos, "", "%s over an index has one body; expected ) but found a comma", f.name)
		}
		p.misplacedIndex(f)
		p.closing(open, ')', "an operator or )")
	}
	p.loops = p.loops[:len(p.loops)-1]
	p.closed[n.index] = t.pos
	n.args = []*node{lo, hi, body}
	return n
}

// declareIndex refuses an index whose name already means something.
func (p *parser) declareIndex(t token, name string) {
	if p.err != nil {
		return
	}
	where := func(at int32, what string) {
		p.fail(t.pos, "choose another name for the index", "%s is already %s at %s", quoteName(name), what, p.place(at))
	}
	if t.kind == tokName && reserved(name) {
		p.fail(t.pos, "choose another name for the index", "%s has a fixed meaning and cannot be an index", name)
	}
	for _, l := range p.loops {
		if l.index == name {
			where(l.pos, "the index of the enclosing sum")
		}
	}
	if at, ok := p.bound[name]; ok {
		where(at, "bound")
	}
	if at, ok := p.free[name]; ok {
		where(at, "used as a variable")
	}
}

// quoteName is a name as it is written in a formula.
func quoteName(name string) string {
	if name != "" && nameLength(name) == len(name) && !reserved(name) || strings.ContainsAny(name, "`\n\r") {
		return name
	}
	return "`" + name + "`"
}
