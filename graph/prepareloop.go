package graph

// prepare looks at all nodes before the first step is emitted.
func (e *loopEmitter) prepare() {
	period := 0
	for i, n := range e.u.nodes {
		for k, a := range e.low[n.id].args {
			r := e.root[a.id]
			e.last[r] = i
			if e.readsInStep(n, k, e.u.n) {
				e.whole[r]++
				if e.inLoop(r) {
					e.left[r]++
				}
			} else if e.expands(n, k) == repeatsRow {
				p := a.Len()
				period = max(period, 1) / gcd(max(period, 1), p) * p
			}
		}
	}
	e.l.size, e.rows = sizeFor(e.u.n, period)
	for _, n := range e.u.nodes {
		e.prepareNode(n)
	}
	for i := len(e.u.nodes) - 1; i >= 0; i-- {
		e.findScaled(i, e.u.nodes[i])
	}
}

// expands says how argument k of n is written out, or noPattern.
func (e *loopEmitter) expands(n *Node, k int) pattern {
	l := &e.low[n.id]
	a := l.args[k]
	if a.Len() == 1 && l.op != Broadcast || a.Len() == e.u.n || !e.elementwise(l) && l.op != Broadcast {
		return noPattern
	}
	return rowPattern(a.Shape, n.Shape)
}

// inLoop reports whether the loop makes n.
func (e *loopEmitter) inLoop(n *Node) bool {
	return !e.leaf(n) && e.unitOf[n.id] == e.unit
}

// stored reports whether others than this loop read n.
func (e *loopEmitter) stored(n *Node) bool { return e.pinned[n.id] || e.lastUse[n.id] != e.unit }

// prepareNode emits what must come before the loop: arguments in arrangements
// that no step writes out, and the destinations of rows.
func (e *loopEmitter) prepareNode(n *Node) {
	l := &e.low[n.id]
	switch {
	case l.op == Pad:
		e.preparePad(n)
	case l.op == opAddRows:
		e.prepareAddRows(n)
	case e.elementwise(l):
		for k, a := range l.args {
			if a.Len() == 1 || a.Len() == e.u.n || e.expands(n, k) != noPattern {
				continue
			}
			t := e.emitRepeat(e.at(a), a.Shape, n.Shape)
			e.temps = append(e.temps, t)
			e.repeated[repeatKey{a, n, noPattern}] = whole(t.ref)
		}
	}
}

// preparePad finds memory for the array that a Pad writes its rows to and
// clears the rest of it, or all of it if rows are added ahead of the Pad's.
func (e *loopEmitter) preparePad(n *Node) {
	dst := e.destination(n)
	x := e.low[n.id].args[0]
	from := n.Start * size(n.Shape[1:])
	to := from + x.Len()
	if e.addedAhead(n) {
		e.clear(dst, 0, n.Len())
		return
	}
	e.clear(dst, 0, from)
	e.clear(dst, to, n.Len())
	if v := e.root[x.id]; v == x && e.inLoop(v) && !e.stored(v) && e.left[v] == 1 && e.makesArray(v) {
		e.direct[v] = n
	}
}

// addedAhead reports whether this loop adds rows to those of the Pad n further
// on than the Pad has come.
func (e *loopEmitter) addedAhead(pad *Node) bool {
	for _, n := range e.u.nodes {
		l := &e.low[n.id]
		if l.op == opAddRows && e.padOf(n) == pad && l.rows.Start > pad.Start {
			return true
		}
	}
	return false
}

// padOf is the Pad of this loop whose array n adds rows to.
func (e *loopEmitter) padOf(n *Node) *Node {
	for e.low[n.id].op == opAddRows {
		acc := e.low[n.id].args[0]
		if e.root[acc.id] != acc || !e.inLoop(acc) {
			return nil
		}
		n = acc
	}
	return n
}

func (e *loopEmitter) clear(dst operand, from, to int) {
	if from < to {
		e.emitBlock(block{op: opFill, dst: dst.view(from, to-from), args: [3]operand{{reg: regZero}}})
	}
}

// prepareAddRows finds memory for a sum of rows: that of the array added to, if
// nothing else reads it.
func (e *loopEmitter) prepareAddRows(n *Node) {
	acc := e.low[n.id].args[0]
	if e.root[acc.id] == acc && e.inLoop(acc) {
		e.setPlace(n, e.place[acc.id])
		e.lastUse[acc.id] = -1 // its memory now belongs to n
		return
	}
	src := e.at(acc)
	if dst := e.destination(n); dst.ref != src.ref {
		e.emitBlock(block{op: opCopy, dst: dst, args: [3]operand{src}})
	}
}

// makesArray reports whether n is an elementwise operation, or repeats rows.
func (e *loopEmitter) makesArray(n *Node) bool {
	l := &e.low[n.id]
	return n.Len() == e.u.n && (e.elementwise(l) || l.op == Broadcast)
}

// findScaled marks a product with a number that a following sum can do:
// x + s*y, x - s*y, and rows of s*y that are added.
func (e *loopEmitter) findScaled(i int, n *Node) {
	l := &e.low[n.id]
	var candidates []*Node
	switch l.op {
	case Add:
		candidates = l.args
	case Sub, opAddRows:
		candidates = l.args[1:]
	default:
		return
	}
	if l.op != opAddRows && (l.args[0].Len() != e.u.n || l.args[1].Len() != e.u.n) {
		return
	}
	for _, m := range candidates {
		if e.root[m.id] != m || !e.inLoop(m) || e.stored(m) || e.low[m.id].op != Mul || e.reads[m.id] != 1 || e.direct[m] != nil {
			continue
		}
		if _, v := e.factors(m); v != nil {
			e.scaled[m] = true
			e.last[e.root[v.id]] = max(e.last[e.root[v.id]], i)
			return
		}
	}
}

// factors splits a product into a number and an array of the loop's length.
func (e *loopEmitter) factors(m *Node) (s, v *Node) {
	a := e.low[m.id].args
	for i := range a {
		if a[i].Len() == 1 && a[1-i].Len() == e.u.n {
			return a[i], a[1-i]
		}
	}
	return nil, nil
}
