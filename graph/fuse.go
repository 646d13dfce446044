package graph

// Fusion gathers operations on arrays of one length into loops. A loop runs all
// its steps on one block of elements before it goes on to the next, so that
// what one step leaves for another stays in the first cache, and what no other
// unit reads never becomes an array at all. A loop may end in sums, and in rows
// that are added to a longer array.

// unit is what runs at once: one instruction, or a loop.
type unit struct {
	nodes   []*Node // in order; several only in a loop
	n       int     // elements that a loop runs over, otherwise 0
	touched map[*Node]bool
}

// fuse orders the nodes as units. It goes from the last node to the first, so
// that work is done where its result is used: a node joins the loop of its
// readers unless one of them needs it complete.
func (c *compiler) fuse() {
	n := len(c.live)
	after := make([]int, n)  // a unit's place counted from the end that a node must reach,
	inside := make([]int, n) // or may share, with those who read it
	for id := range inside {
		inside[id] = -1
	}
	var rev []*unit
	for id := n - 1; id >= 0; id-- {
		node := c.g.nodes[id]
		if !c.live[id] || c.root[id] != node || c.leaf(node) {
			continue
		}
		at := c.unitFor(node, rev, after[id], inside[id])
		if at == len(rev) {
			rev = append(rev, &unit{n: c.loopLen(node), touched: map[*Node]bool{}})
		}
		u := rev[at]
		u.nodes = append(u.nodes, node)
		u.touched[node] = true
		c.unitOf[id] = at
		for i, a := range c.low[id].args {
			r := c.root[a.id]
			u.touched[r] = true
			if u.n > 0 && c.readsInStep(node, i, u.n) {
				inside[r.id] = max(inside[r.id], at)
			} else {
				after[r.id] = max(after[r.id], at+1)
			}
		}
	}
	c.arrange(rev)
}

// unitFor chooses the place for a node, counted from the end: that of a loop, or
// len(rev) for a new unit.
func (c *compiler) unitFor(n *Node, rev []*unit, after, inside int) int {
	size := c.loopLen(n)
	if size == 0 {
		return len(rev)
	}
	if inside >= after && rev[inside].n == size {
		return inside
	}
	reduces := n.Len() == 1
	for at := len(rev) - 1; at >= max(after, inside); at-- {
		if rev[at].n != size {
			continue
		}
		for i, a := range c.low[n.id].args {
			if reduces || c.readsInStep(n, i, size) && rev[at].touched[c.root[a.id]] {
				return at
			}
		}
	}
	return len(rev)
}

// arrange puts the units, collected from the end, in order, and finds the last
// unit that reads each memory.
func (c *compiler) arrange(rev []*unit) {
	for i := len(rev) - 1; i >= 0; i-- {
		u := rev[i]
		for l, r := 0, len(u.nodes)-1; l < r; l, r = l+1, r-1 {
			u.nodes[l], u.nodes[r] = u.nodes[r], u.nodes[l]
		}
		at := len(c.units)
		c.units = append(c.units, u)
		for _, n := range u.nodes {
			c.unitOf[n.id] = at
			for _, a := range c.low[n.id].args {
				c.noteUse(c.root[a.id], at)
			}
		}
	}
	for _, o := range c.outs {
		c.noteUse(c.root[o.node.id], len(c.units))
	}
}

func (c *compiler) noteUse(r *Node, unit int) {
	c.reads[r.id]++
	if c.lastUse[r.id] != unit {
		c.lastUse[r.id], c.lastReads[r.id] = unit, 0
	}
	c.lastReads[r.id]++
}

// leaf reports whether n has its value from elsewhere.
func (c *compiler) leaf(n *Node) bool { return c.g.ops[min(c.low[n.id].op, numOps-1)].kind == Leaf }

// loopLen is the number of elements of the loop that can do n, or 0.
func (c *compiler) loopLen(n *Node) int {
	l := &c.low[n.id]
	switch {
	case l.view:
	case l.op == opAddRows && l.rows.Op == Pad && l.rows.Step == 1:
		return loopable(l.args[1].Len())
	case l.op == Pad && n.Step == 1, n.Len() == 1 && (l.op == Sum || l.op == opDot):
		return loopable(l.args[0].Len())
	case c.elementwise(l), l.op == Broadcast && rowPattern(l.args[0].Shape, n.Shape) != noPattern:
		return loopable(n.Len())
	}
	return 0
}

// loopable is n, but 0 for a single number, which is a register.
func loopable(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

// readsInStep reports whether the step for n in a loop of so many elements
// reads its argument i element by element, and may thus follow in the same loop
// what makes it.
func (c *compiler) readsInStep(n *Node, i, size int) bool {
	l := &c.low[n.id]
	a := l.args[i]
	r := c.root[a.id]
	if l.op == opAddRows && i == 0 {
		return a == r && c.uses[r.id] == 1 && c.addsRows(r) && c.loopLen(r) == size
	}
	return l.op != Broadcast && a.Len() == size && r.Len() == size && c.rootOff[a.id] == 0
}

// addsRows reports whether n puts or adds rows to an array.
func (c *compiler) addsRows(n *Node) bool {
	op := c.low[n.id].op
	return op == opAddRows || op == Pad
}
