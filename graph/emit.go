package graph

import "slices"

func (c *compiler) emitInstr(in instr) { c.code.instrs = append(c.code.instrs, in) }

func (c *compiler) emitBlock(b block) {
	c.emitInstr(instr{op: opBlock, a: int32(len(c.code.blocks))})
	c.code.blocks = append(c.code.blocks, b)
}

// at is where the value of n lies.
func (c *compiler) at(n *Node) operand {
	at := c.place[c.root[n.id].id]
	if at.reg >= 0 {
		return at
	}
	return at.view(c.rootOff[n.id], n.Len())
}

func (c *compiler) reg(n *Node) int32 { return int32(c.at(n).reg) }

// emit appends the instructions for n, which is not a loop's.
func (c *compiler) emit(n *Node) {
	l := &c.low[n.id]
	switch {
	case l.view: // one element of an array, or an array of one element
		src := c.at(l.args[0])
		c.release(c.unitOf[n.id])
		dst := c.destination(n)
		c.emitInstr(instr{op: opLoad, d: int32(dst.reg), a: int32(src.space), b: int32(src.off + l.off), c: 1})
	case c.elementwise(l):
		c.emitScalar(n, l)
	default:
		c.emitArray(n, l)
	}
	c.release(c.unitOf[n.id])
}

func (c *compiler) elementwise(l *lowered) bool {
	return l.op == opSquare || l.op == opPowInt || l.op < numOps && c.g.ops[l.op].kind == Elementwise
}

// emitScalar works on registers only. An instruction reads before it writes,
// so the result may take the register of an argument.
func (c *compiler) emitScalar(n *Node, l *lowered) {
	in := instr{op: l.op}
	for i, dst := range []*int32{&in.a, &in.b, &in.c} {
		if i < len(l.args) {
			*dst = c.reg(l.args[i])
		}
	}
	if l.op == opPowInt {
		in.b = int32(l.exponent)
	}
	c.release(c.unitOf[n.id])
	in.d = int32(c.destination(n).reg)
	c.emitInstr(in)
}

// emitRepeat writes an array out to a larger shape, in scratch memory.
func (c *compiler) emitRepeat(arg operand, from, to []int) operand {
	dst := operand{ref: ref{spaceArena, c.arena.alloc(size(to)), size(to)}, reg: -1}
	c.emitBroadcast(dst, arg, from, to)
	return dst
}

func (c *compiler) emitBroadcast(dst, arg operand, from, to []int) {
	b := block{op: Broadcast, dst: dst, args: [3]operand{arg}}
	stride := 1
	for i := len(to) - 1; i >= 0; i-- {
		j := i - len(to) + len(from)
		s := 0
		if j >= 0 && from[j] == to[i] {
			s = stride
			stride *= from[j]
		}
		b.dims, b.strides = append(b.dims, to[i]), append(b.strides, s)
	}
	slices.Reverse(b.dims)
	slices.Reverse(b.strides)
	c.emitBlock(b)
}

// emitArray makes the instructions of structural operations.
func (c *compiler) emitArray(n *Node, l *lowered) {
	x := l.args[0]
	arg := c.at(x)
	if l.op == Stack {
		c.emitStack(n, l)
		return
	}
	dst := c.destination(n)
	b := block{op: l.op, dst: dst, args: [3]operand{arg}, start: n.Start, step: n.Step, index: n.Index}
	switch l.op {
	case Sum, LogSumExp, Maximum:
		b.outer, b.n, b.inner = split(x.Shape, n.Axis, n.Span)
	case opFill:
	case Broadcast:
		c.emitBroadcast(dst, arg, x.Shape, n.Shape)
		return
	case Transpose:
		b.n, b.inner = x.Shape[0], x.Shape[1]
	case MatMul:
		for i, a := range l.args {
			b.args[i] = c.at(a)
		}
		b.transA, b.transB, b.epilogue = l.transA, l.transB, l.epilogue
		b.outer, b.inner, b.n = l.product.Shape[0], l.product.Shape[1], l.product.Args[0].Shape[1]
	case opSparse:
		b.args[1], b.transA, b.inner = c.at(l.args[1]), l.transA, n.Shape[1]
	case Slice, Gather:
		b.inner, b.n = size(n.Shape[1:]), n.Shape[0]
	case Pad, Scatter:
		c.emitBlock(block{op: opFill, dst: dst, args: [3]operand{{reg: regZero}}})
		c.emitAddRows(dst, x, n)
		return
	case opAddRows:
		if arg.ref != dst.ref {
			c.emitBlock(block{op: opCopy, dst: dst, args: [3]operand{arg}})
		}
		c.emitAddRows(dst, l.args[1], l.rows)
		return
	}
	c.emitBlock(b)
}

// emitAddRows adds x to the rows of dst that the Pad or Scatter names.
func (c *compiler) emitAddRows(dst operand, x, rows *Node) {
	arg := c.at(x)
	if arg.reg < 0 {
		c.emitBlock(block{op: opAddRows, dst: dst, args: [3]operand{arg}, n: x.Shape[0], inner: size(x.Shape[1:]),
			start: rows.Start, step: rows.Step, index: rows.Index})
		return
	}
	c.emitInstr(instr{op: opAddTo, a: int32(arg.reg), d: int32(dst.space), b: int32(dst.off + rows.Start)})
}

func (c *compiler) emitStack(n *Node, l *lowered) {
	dst := c.destination(n)
	for i, a := range l.args {
		part, arg := dst, c.at(a)
		part.n = a.Len()
		part.off += i * part.n
		if arg.reg >= 0 {
			c.emitInstr(instr{op: opPut, a: int32(arg.reg), d: int32(part.space), b: int32(part.off)})
		} else {
			c.emitBlock(block{op: opCopy, dst: part, args: [3]operand{arg}})
		}
	}
}

// emitOutputs copies what was not computed in place to the caller's buffers.
func (c *compiler) emitOutputs() {
	for _, o := range c.outs {
		at := c.at(o.node)
		dst := operand{ref: ref{spaceOut + o.buf, o.off, o.node.Len()}, reg: -1}
		switch {
		case at.reg >= 0:
			c.code.stores = append(c.code.stores, store{at.reg, o.buf, o.off})
		case at.ref != dst.ref:
			c.emitBlock(block{op: opCopy, dst: dst, args: [3]operand{at}})
		}
	}
}
