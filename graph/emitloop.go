package graph

import "slices"

// loopEmitter turns a unit into a loop.
type loopEmitter struct {
	*compiler
	unit int
	u    *unit
	l    loop
	rows bool // blocks hold whole rows of the arguments that repeat a row

	values   map[*Node]loc     // values that only this loop reads
	left     map[*Node]int     // how many reads of them are left
	slots    map[*Node]int     // the scratch they lie in
	free     []int             // scratch that is free again
	all      []int             // all scratch
	repeated map[repeatKey]loc // arguments written out to the length of the loop
	temps    []operand         // the same, where that was done before the loop
	scaled   map[*Node]bool    // products with a number that the sum does
	last     map[*Node]int     // the last node, counted in the loop, that reads a memory
	whole    map[*Node]int     // how often it is read element by element
	direct   map[*Node]*Node   // values made right in the rows of a Pad
}

// repeatKey is an argument, and how it is written out: by a pattern, or the way
// that one node needs.
type repeatKey struct {
	arg, by *Node
	how     pattern
}

// emitLoop appends the loop of a unit and what must come before it.
func (c *compiler) emitLoop(at int, u *unit) {
	e := &loopEmitter{compiler: c, unit: at, u: u, values: map[*Node]loc{}, left: map[*Node]int{}, slots: map[*Node]int{},
		repeated: map[repeatKey]loc{}, scaled: map[*Node]bool{}, last: map[*Node]int{}, whole: map[*Node]int{}, direct: map[*Node]*Node{}}
	e.l.n = u.n
	e.prepare()
	for i, n := range u.nodes {
		e.emitNode(i, n)
	}
	c.emitInstr(instr{op: opLoop, a: int32(len(c.code.loops))})
	c.code.loops = append(c.code.loops, e.l)
	for _, off := range e.all {
		c.arena.release(off, e.l.size)
	}
	for _, t := range e.temps {
		c.arena.release(t.off, t.n)
	}
	c.release(at)
}

// emitNode appends the steps for one node.
func (e *loopEmitter) emitNode(i int, n *Node) {
	l := &e.low[n.id]
	if e.scaled[n] {
		return
	}
	switch {
	case l.op == Sum || l.op == opDot:
		e.emitSum(n, l)
	case l.op == Pad:
		e.emitPad(n, l)
	case l.op == opAddRows:
		e.emitAddRows(n, l)
	case l.op == Broadcast:
		src := whole(e.at(l.args[0]).ref)
		e.add(e.repeatStep(n, 0, src), i, n)
	default:
		e.emitElementwise(i, n, l)
	}
}

func (e *loopEmitter) emitSum(n *Node, l *lowered) {
	st := step{kind: stepSum, k: e.code.totals}
	for k, a := range l.args {
		st.args[k] = e.arg(n, k)
		e.done(a)
	}
	if l.op == opDot {
		st.kind = stepDot
	}
	e.code.totals++
	st.s = e.destination(n).reg
	e.l.steps = append(e.l.steps, st)
}

func (e *loopEmitter) emitPad(n *Node, l *lowered) {
	x := l.args[0]
	if e.direct[e.root[x.id]] == n {
		return
	}
	dst := e.rowsOf(n, n)
	st := step{kind: stepCopy, dst: dst, args: [3]loc{e.arg(n, 0)}}
	if e.addedAhead(n) {
		st.kind, st.args[1] = stepAdd, dst
	}
	e.done(x)
	e.l.steps = append(e.l.steps, st)
}

func (e *loopEmitter) emitAddRows(n *Node, l *lowered) {
	dst := e.rowsOf(n, l.rows)
	x := l.args[1]
	if e.scaled[x] {
		st := e.scaledStep(x, dst, false)
		st.dst = dst
		e.l.steps = append(e.l.steps, st)
		return
	}
	e.l.steps = append(e.l.steps, step{kind: stepAdd, dst: dst, args: [3]loc{dst, e.arg(n, 1)}})
	e.done(x)
}

// rowsOf is where the rows of a Pad lie in the array n.
func (e *loopEmitter) rowsOf(n, rows *Node) loc {
	at := whole(e.place[n.id].ref)
	at.off += rows.Start * size(rows.Shape[1:])
	return at
}

// scaledStep is b ± m, where m is a number times an array.
func (e *loopEmitter) scaledStep(m *Node, b loc, negate bool) step {
	s, v := e.factors(m)
	k := slices.Index(e.low[m.id].args, v)
	st := step{kind: stepAddScaled, s: e.at(s).reg, negate: negate, args: [3]loc{e.arg(m, k), b}}
	e.done(v)
	return st
}

// emitElementwise appends an elementwise operation, by its kernel if it has one.
func (e *loopEmitter) emitElementwise(i int, n *Node, l *lowered) {
	for k, m := range l.args {
		if e.scaled[m] {
			b := e.arg(n, 1-k)
			e.done(l.args[1-k])
			e.add(e.scaledStep(m, b, l.op == Sub), i, n)
			return
		}
	}
	none := number(regZero)
	st := step{op: l.op, k: l.exponent, args: [3]loc{none, none, none}}
	for k := range l.args {
		st.args[k] = e.arg(n, k)
	}
	for _, a := range l.args {
		e.done(a)
	}
	e.choose(&st, len(l.args))
	e.add(st, i, n)
}

// choose finds a kernel for a step.
func (e *loopEmitter) choose(st *step, arity int) {
	a, b := &st.args[0], &st.args[1]
	switch {
	case arity == 1:
		st.kind = unaryKernels[st.op]
	case st.op == Gt && b.space < 0 && b.reg == regZero && a.space >= 0:
		st.kind = stepPositive
	case arity == 2:
		kinds, ok := binaryKernels[st.op]
		switch {
		case !ok:
		case a.space >= 0 && b.space >= 0:
			st.kind = kinds[0]
		case a.space >= 0:
			st.kind, st.s, st.negate = kinds[1], b.reg, st.op == Sub
		default:
			st.kind, st.s = kinds[2], a.reg
			*a = *b
		}
	}
}

// add appends a step that makes the array n.
func (e *loopEmitter) add(st step, i int, n *Node) {
	switch pad := e.direct[n]; {
	case pad != nil:
		st.dst = e.rowsOf(pad, pad)
	case e.stored(n):
		st.dst = whole(e.store(i, n).ref)
	default:
		slot := e.slot()
		e.slots[n] = slot
		st.dst = loc{space: spaceArena, off: slot}
	}
	e.values[n] = st.dst
	e.l.steps = append(e.l.steps, st)
}

// store finds memory for an array that others read: that of an argument which
// nothing needs after this step, or new memory.
func (e *loopEmitter) store(i int, n *Node) operand {
	if !e.pinned[n.id] {
		for _, m := range e.u.nodes {
			for _, a := range e.low[m.id].args {
				if r := e.root[a.id]; e.overwritable(r, i) {
					e.setPlace(n, e.place[r.id])
					e.lastUse[r.id] = -1
					return e.place[n.id]
				}
			}
		}
	}
	return e.destination(n)
}

// overwritable reports whether node i of the loop may write to the memory of r,
// which this loop is the last to read, and only element by element.
func (e *loopEmitter) overwritable(r *Node, i int) bool {
	at := &e.place[r.id]
	return e.lastUse[r.id] == e.unit && e.lastReads[r.id] == e.whole[r] && e.last[r] <= i &&
		!e.inLoop(r) && !e.pinned[r.id] && r.Len() == e.u.n && at.reg < 0 && at.space == spaceArena
}

// arg is where the step for n finds its argument k.
func (e *loopEmitter) arg(n *Node, k int) loc {
	a := e.low[n.id].args[k]
	r := e.root[a.id]
	switch {
	case a.Len() == 1 && e.low[n.id].op != Broadcast:
		return number(e.at(a).reg)
	case e.readsInStep(n, k, e.u.n) && e.inLoop(r):
		return e.values[r]
	case a.Len() == e.u.n:
		return whole(e.at(a).ref)
	}
	key := repeatKey{a, nil, e.expands(n, k)}
	if key.how == noPattern {
		key.by = n
	}
	at, ok := e.repeated[key]
	if !ok {
		st := e.repeatStep(n, k, whole(e.at(a).ref))
		st.dst = loc{space: spaceArena, off: e.newSlot()}
		at = st.dst
		if st.kind == stepRepeatRow && e.rows {
			e.l.steps = slices.Insert(e.l.steps, e.l.once, st)
			e.l.once++
		} else {
			e.l.steps = append(e.l.steps, st)
		}
		e.repeated[key] = at
	}
	return at
}

// repeatStep writes argument k of n, which lies at src, out to the length of
// the loop.
func (e *loopEmitter) repeatStep(n *Node, k int, src loc) step {
	a := e.low[n.id].args[k]
	src.stride = 0
	if e.expands(n, k) == repeatsRow {
		return step{kind: stepRepeatRow, k: a.Len(), args: [3]loc{src}}
	}
	return step{kind: stepRepeatEach, k: e.u.n / a.Len(), args: [3]loc{src}}
}

// done notes that a step has read a; its scratch may be free then.
func (e *loopEmitter) done(a *Node) {
	r := e.root[a.id]
	if slot, ok := e.slots[r]; ok {
		if e.left[r]--; e.left[r] == 0 {
			e.free = append(e.free, slot)
		}
	}
}

// slot is scratch for one block.
func (e *loopEmitter) slot() int {
	if k := len(e.free) - 1; k >= 0 {
		s := e.free[k]
		e.free = e.free[:k]
		return s
	}
	return e.newSlot()
}

func (e *loopEmitter) newSlot() int {
	s := e.arena.alloc(e.l.size)
	e.all = append(e.all, s)
	return s
}
