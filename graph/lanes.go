package graph

// laneWidth is how many points RunMany evaluates at once.
const laneWidth = 256

// RunMany evaluates at n points: xs holds them row by row, [n, Dim], and
// outs[i] receives node i for each point, [n, size]. The data is the same for
// all. The results equal those of Run up to the last bits of elementary
// functions: one number goes through package math, many through vector kernels.
//
// Programs on single numbers run many points side by side; others run point by
// point.
func (p *Program[T]) RunMany(xs []T, n int, outs ...[]T) error {
	if err := p.check(xs, n, outs); err != nil {
		return err
	}
	if len(p.code.blocks) > 0 || p.code.seed > 0 || !p.code.lanes() {
		return p.runEach(xs, n, outs)
	}
	if p.lanes == nil {
		p.lanes = make([]float64, p.code.numRegs*laneWidth)
		for i, v := range p.code.consts {
			fill(p.lane(i, laneWidth), v)
		}
	}
	for start := 0; start < n; start += laneWidth {
		w := min(laneWidth, n-start)
		p.execLanes(xs[start*p.code.dim:], w)
		for _, s := range p.code.stores {
			k := p.code.lens[s.buf]
			for i, v := range p.lane(s.reg, w) {
				outs[s.buf][(start+i)*k+s.off] = T(v)
			}
		}
	}
	return nil
}

// lanes reports whether the code works on registers alone.
func (c *code) lanes() bool {
	for i := range c.instrs {
		if op := c.instrs[i].op; op == opPut || op == opAddTo {
			return false
		}
	}
	return true
}

// runEach runs point by point.
func (p *Program[T]) runEach(xs []T, n int, outs [][]T) error {
	c := p.code
	for i := range n {
		for k, o := range outs {
			p.mem[spaceOut+k] = o[i*c.lens[k] : (i+1)*c.lens[k]]
		}
		p.run(xs[i*c.dim : (i+1)*c.dim])
	}
	return nil
}

// lane is the register i of w points.
func (p *Program[T]) lane(i, w int) []float64 { return p.lanes[i*laneWidth : i*laneWidth+w] }

// execLanes runs the instructions with an array of w numbers in each register.
func (p *Program[T]) execLanes(xs []T, w int) {
	for i := range p.code.instrs {
		in := &p.code.instrs[i]
		if in.op == opLoad {
			p.loadLanes(in, xs, w)
			continue
		}
		args := [3]vec[float64]{p.laneArg(in.a, w), p.laneArg(in.b, w), p.laneArg(in.c, w)}
		if in.op == opPowInt {
			args[1] = vec[float64]{}
		}
		apply(in.op, int(in.b), p.lane(int(in.d), w), &args)
	}
}

// laneArg is an argument; the constants are the first registers and the same
// in all lanes.
func (p *Program[T]) laneArg(reg int32, w int) vec[float64] {
	if reg < 0 || int(reg) >= p.code.numRegs {
		return vec[float64]{}
	}
	return vec[float64]{v: p.lane(int(reg), w)}
}

// loadLanes fills registers from the parameters of each point, or from data,
// which all points share.
func (p *Program[T]) loadLanes(in *instr, xs []T, w int) {
	for k := range int(in.c) {
		lane := p.lane(int(in.d)+k, w)
		if in.a != spaceX {
			fill(lane, float64(p.mem[in.a][int(in.b)+k]))
			continue
		}
		at := int(in.b) + k
		for i := range lane {
			lane[i] = float64(xs[at])
			at += p.code.dim
		}
	}
}
