package graph

import "slices"

func (c *compiler) emitInstr(in instr) { c.code.instrs = append(c.code.instrs, in) }

func (c *compiler) emitBlock(b block) {
	c.emitInstr(instr{op: opBlock, a: int32(len(c.code.blocks))})
	c.code.blocks = append(c.code.blocks, b)
}

// at is where the value of n lies.
func (c *compiler) at(n *Node) operand { return c.place[n.id] }

func (c *compiler) reg(n *Node) int32 { return int32(c.place[n.id].reg) }

// emit appends the instructions for n.
func (c *compiler) emit(n *Node) {
	l := &c.low[n.id]
	switch {
	case c.root[n.id] != n:
		at := c.at(c.root[n.id])
		if at.reg < 0 {
			at.off += c.rootOff[n.id]
			at.n = n.Len()
		}
		c.setPlace(n, at)
		return
	case l.view: // one element of an array
		src := c.at(l.args[0])
		c.release(n)
		dst := c.destination(n)
		c.emitInstr(instr{op: opLoad, d: int32(dst.reg), a: int32(src.space), b: int32(src.off + l.off), c: 1})
	case n.Len() == 1 && c.elementwise(l):
		c.emitScalar(n, l)
	case c.elementwise(l):
		c.emitElementwise(n, l)
	default:
		c.emitArray(n, l)
	}
	c.release(n)
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
	c.release(n)
	in.d = int32(c.destination(n).reg)
	c.emitInstr(in)
}

// emitElementwise runs an operation over rows: the result is seen as
// [outer, inner], and each argument is whole, repeats one row, gives one
// element to each row, or is a single number.
func (c *compiler) emitElementwise(n *Node, l *lowered) {
	b := block{op: l.op, outer: 1, inner: n.Len(), k: l.exponent}
	for _, a := range l.args {
		if outer, inner, ok := rowPattern(a.Shape, n.Shape); ok && a.Len() > 1 && a.Len() < n.Len() {
			b.outer, b.inner = outer, inner
			break
		}
	}
	var temps []operand
	for i, a := range l.args {
		arg := c.at(a)
		switch outer, inner, ok := rowPattern(a.Shape, n.Shape); {
		case a.Len() == 1:
		case a.Len() == n.Len():
			arg.step = b.inner
		case ok && outer == b.outer && inner == b.inner:
			if arg.one = a.Len() == outer && !isSuffix(a.Shape, n.Shape); arg.one {
				arg.step = 1
			}
		default:
			arg = c.emitRepeat(arg, a.Shape, n.Shape)
			temps = append(temps, arg)
			arg.step = b.inner
		}
		b.args[i] = arg
	}
	b.dst = c.destination(n)
	c.emitBlock(b)
	for _, t := range temps {
		c.arena.release(t.off, t.n)
	}
}

// rowPattern splits shape into outer rows of inner elements such that an
// argument of shape arg repeats one row or gives one element to each row.
func rowPattern(arg, shape []int) (outer, inner int, ok bool) {
	if isSuffix(arg, shape) {
		inner = size(arg)
		return size(shape) / inner, inner, true
	}
	if len(arg) != len(shape) {
		return 0, 0, false
	}
	k := len(arg)
	for k > 0 && arg[k-1] == 1 {
		k--
	}
	if !slices.Equal(arg[:k], shape[:k]) {
		return 0, 0, false
	}
	outer = size(arg)
	return outer, size(shape) / outer, true
}

// isSuffix reports whether arg, but for leading ones, is the end of shape.
func isSuffix(arg, shape []int) bool {
	for len(arg) > 0 && arg[0] == 1 {
		arg = arg[1:]
	}
	return len(arg) <= len(shape) && slices.Equal(arg, shape[len(shape)-len(arg):])
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
	case opDot:
		b.args[1] = c.at(l.args[1])
	case opFill:
	case Broadcast:
		c.emitBroadcast(dst, arg, x.Shape, n.Shape)
		return
	case Transpose:
		b.n, b.inner = x.Shape[0], x.Shape[1]
	case MatMul:
		b.args[1] = c.at(l.args[1])
		b.transA, b.transB = l.transA, l.transB
		b.outer, b.inner, b.n = n.Shape[0], n.Shape[1], n.Args[0].Shape[1]
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
