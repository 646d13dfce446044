package graph

import "math"

// placeLeaves gives the inputs and constants their places. Inputs of one
// element are loaded into registers at the start.
func (c *compiler) placeLeaves() {
	c.placeConsts()
	spaceData := spaceOut + len(c.code.lens)
	for id, n := range c.g.nodes[:len(c.live)] {
		if !c.live[id] || c.where[id] {
			continue
		}
		switch c.low[id].op {
		case Param:
			c.placeInput(n, spaceX, n.Offset)
		case seed:
			c.placeInput(n, spaceSeed, n.Offset)
			c.code.seed = max(c.code.seed, n.Offset+n.Len())
		case Data:
			c.placeInput(n, spaceData+len(c.code.inputs), 0)
			c.code.inputs = append(c.code.inputs, input{n.Name, n.Shape, n.Sparse})
		case Tensor:
			v := n.Values
			if f := c.folded[n]; f != nil {
				v = f
			}
			off := len(c.code.tensors)
			c.code.tensors = append(c.code.tensors, v...)
			c.code.tensors = append(c.code.tensors, make([]float64, rounded(len(v))-len(v))...)
			c.setPlace(n, operand{ref: ref{spaceTensor, off, len(v)}, reg: -1})
		}
	}
}

// placeConsts gives the first registers to the numbers.
func (c *compiler) placeConsts() {
	c.code.consts = append(c.code.consts, 0)
	byBits := map[uint64]int{0: c.regs.alloc()} // regZero
	for id, n := range c.g.nodes[:len(c.live)] {
		v := n.Value
		switch {
		case !c.live[id]:
			continue
		case n.Len() == 1 && c.folded[n] != nil:
			v = c.folded[n][0]
		case n.Len() == 1 && n.Op == Tensor:
			v = n.Values[0]
		case n.Op != Const:
			continue
		}
		reg, ok := byBits[math.Float64bits(v)]
		if !ok {
			reg = c.regs.alloc()
			byBits[math.Float64bits(v)] = reg
			c.code.consts = append(c.code.consts, v)
		}
		c.setPlace(n, operand{reg: reg})
		c.lastUse[id] = len(c.units)
	}
}

// placeInput leaves an array where it is and loads a single number. Loads of
// neighbours become one.
func (c *compiler) placeInput(n *Node, space, off int) {
	if n.Len() > 1 {
		c.setPlace(n, operand{ref: ref{space, off, n.Len()}, reg: -1})
		return
	}
	reg := c.regs.alloc()
	c.setPlace(n, operand{reg: reg})
	if k := len(c.code.instrs) - 1; k >= 0 {
		last := &c.code.instrs[k]
		if int(last.a) == space && int(last.b+last.c) == off && int(last.d+last.c) == reg {
			last.c++
			return
		}
	}
	c.emitInstr(instr{op: opLoad, d: int32(reg), a: int32(space), b: int32(off), c: 1})
}

func (c *compiler) setPlace(n *Node, at operand) {
	c.place[n.id], c.where[n.id] = at, true
}

// placeOutputs lets arrays be computed right in the caller's buffers.
func (c *compiler) placeOutputs() {
	for _, o := range c.outs {
		r := c.root[o.node.id]
		at := operand{ref: ref{spaceOut + o.buf, o.off, o.node.Len()}, reg: -1}
		for r.Len() == o.node.Len() && r.Len() > 1 && !c.where[r.id] && !c.pinned[r.id] {
			c.pinned[r.id] = true
			c.place[r.id] = at
			// What this node adds rows to can be made there too.
			l := &c.low[r.id]
			if l.op != opAddRows {
				break
			}
			next := c.root[l.args[0].id]
			if c.lastUse[next.id] != c.unitOf[r.id] || c.lastReads[next.id] != 1 {
				break
			}
			r = next
		}
	}
}

// destination finds memory for the result of n.
func (c *compiler) destination(n *Node) operand {
	if c.pinned[n.id] {
		c.where[n.id] = true
		return c.place[n.id]
	}
	at := operand{reg: -1}
	if n.Len() == 1 {
		at.reg = c.regs.alloc()
	} else if r := c.reusable(n); r != nil {
		at.ref = c.place[r.id].ref
		c.lastUse[r.id] = -1 // its memory now belongs to n
	} else {
		at.ref = ref{spaceArena, c.arena.alloc(n.Len()), n.Len()}
	}
	c.setPlace(n, at)
	return at
}

// reusable is the array that n adds rows to, if n is the last to read it and may
// overwrite it.
func (c *compiler) reusable(n *Node) *Node {
	l := &c.low[n.id]
	if l.op != opAddRows {
		return nil
	}
	r := c.root[l.args[0].id]
	if c.lastUse[r.id] != c.unitOf[n.id] || c.lastReads[r.id] != 1 || c.pinned[r.id] || r.Len() != n.Len() || c.place[r.id].space != spaceArena {
		return nil
	}
	return r
}

// release frees the memory that a unit was the last to read.
func (c *compiler) release(unit int) {
	for _, n := range c.units[unit].nodes {
		for _, a := range c.low[n.id].args {
			r := c.root[a.id]
			if c.lastUse[r.id] != unit || c.pinned[r.id] || !c.where[r.id] {
				continue
			}
			c.lastUse[r.id] = -1
			if at := c.place[r.id]; at.reg >= 0 {
				c.regs.release(at.reg)
			} else if at.space == spaceArena {
				c.arena.release(at.off, at.n)
			}
		}
	}
}
