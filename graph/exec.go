package graph

import "math"

// exec runs the instructions. Operations on registers that cost less than a
// call are cases of this switch; a test holds them to the table.
func (p *Program[T]) exec() {
	r := p.regs
	for i := range p.code.instrs {
		in := &p.code.instrs[i]
		switch in.op {
		case Neg:
			r[in.d] = -r[in.a]
		case Add:
			r[in.d] = r[in.a] + r[in.b]
		case Sub:
			r[in.d] = r[in.a] - r[in.b]
		case Mul:
			r[in.d] = r[in.a] * r[in.b]
		case Div:
			r[in.d] = r[in.a] / r[in.b]
		case opSquare:
			r[in.d] = r[in.a] * r[in.a]
		case opPowInt:
			r[in.d] = powInt(r[in.a], int(in.b))
		case Sqrt:
			r[in.d] = math.Sqrt(r[in.a])
		case Exp:
			r[in.d] = math.Exp(r[in.a])
		case opLoad:
			for k, v := range p.mem[in.a][in.b : in.b+in.c] {
				r[int(in.d)+k] = float64(v)
			}
		case opPut:
			p.mem[in.d][in.b] = T(r[in.a])
		case opAddTo:
			p.mem[in.d][in.b] += T(r[in.a])
		case opBlock:
			p.execBlock(&p.code.blocks[in.a])
		case opLoop:
			p.execLoop(&p.code.loops[in.a])
		default:
			r[in.d] = evalScalar(in, r)
		}
	}
}

// evalScalar is the value of any elementwise operation on registers.
func evalScalar(in *instr, r []float64) float64 {
	row := &table[in.op]
	switch {
	case row.f1 != nil:
		return row.f1(r[in.a])
	case row.f2 != nil:
		return row.f2(r[in.a], r[in.b])
	}
	return row.f3(r[in.a], r[in.b], r[in.c])
}

// powInt is x to a whole power, by repeated squaring.
func powInt[T Float](x T, n int) T {
	m := n
	if m < 0 {
		m = -m
	}
	y := T(1)
	for m > 0 {
		if m&1 == 1 {
			y *= x
		}
		x *= x
		m >>= 1
	}
	if n < 0 {
		return 1 / y
	}
	return y
}

// at is the memory of an operand.
func (p *Program[T]) at(o *operand) []T { return p.mem[o.space][o.off : o.off+o.n] }

func (p *Program[T]) execBlock(b *block) {
	if b.dst.reg >= 0 {
		p.regs[b.dst.reg] = p.reduceAll(b)
		return
	}
	dst := p.at(&b.dst)
	switch b.op {
	case opFill:
		fill(dst, T(p.regs[b.args[0].reg]))
	case opCopy:
		copy(dst, p.at(&b.args[0]))
	case opAddRows:
		addRows(dst, p.at(&b.args[0]), b)
	case Sum, LogSumExp, Maximum:
		p.reduceAxis(dst, p.at(&b.args[0]), b)
	case Broadcast:
		repeat(dst, p.at(&b.args[0]), b.dims, b.strides)
	case Transpose:
		transpose(dst, p.at(&b.args[0]), b.n, b.inner)
	case MatMul:
		e := finish(p, b)
		matMul(dst, p.at(&b.args[0]), p.at(&b.args[1]), b, &e)
	case opSparse:
		p.sparseProduct(dst, b)
	case Slice, Gather:
		takeRows(dst, p.at(&b.args[0]), b)
	}
}
