package graph

// How many points RunMany evaluates at once: at most maxLanes, fewer where the
// registers of all of them would leave the cache, and not under minLanes.
const (
	maxLanes  = 256
	minLanes  = 16
	laneCache = 1 << 17 // float64 numbers
)

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
	width := p.code.laneWidth()
	if width < minLanes {
		return p.runEach(xs, n, outs)
	}
	if p.lanes == nil {
		p.lanes = make([]float64, p.code.numRegs*width)
	}
	for start := 0; start < n; start += width {
		w := min(width, n-start)
		p.execLanes(xs[start*p.code.dim:], width, w)
		for _, s := range p.code.stores {
			p.storeLanes(s, outs[s.buf][start*p.code.lens[s.buf]:], width, w)
		}
	}
	return nil
}

// laneWidth is how many points fit side by side; 0 for code that does not work
// on registers alone.
func (c *code) laneWidth() int {
	for i := range c.instrs {
		if op := c.instrs[i].op; op == opPut || op == opAddTo || op == opBlock || op == opLoop {
			return 0
		}
	}
	if c.seed > 0 {
		return 0
	}
	return min(maxLanes, laneCache/max(c.numRegs, 1))
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

// execLanes runs the instructions with an array of w numbers, width apart, in
// each register.
func (p *Program[T]) execLanes(xs []T, width, w int) {
	lane := func(reg int32) vec[float64] {
		if int(reg) < len(p.code.consts) {
			return vec[float64]{s: [1]float64{p.code.consts[reg]}}
		}
		return vec[float64]{v: p.lanes[int(reg)*width:][:w]}
	}
	for i := range p.code.instrs {
		in := &p.code.instrs[i]
		switch in.op {
		case opLoad:
			p.loadLanes(in, xs, width, w)
		case opPowInt:
			args := [3]vec[float64]{lane(in.a)}
			apply(in.op, int(in.b), lane(in.d).v, &args)
		default:
			args := [3]vec[float64]{lane(in.a), lane(in.b), lane(in.c)}
			apply(in.op, 0, lane(in.d).v, &args)
		}
	}
}

// loadLanes fills registers from the parameters of each point, or from data,
// which all points share.
func (p *Program[T]) loadLanes(in *instr, xs []T, width, w int) {
	for k := range int(in.c) {
		lane := p.lanes[(int(in.d)+k)*width:][:w]
		at := int(in.b) + k
		if in.a != spaceX {
			fill(lane, float64(p.mem[in.a][at]))
			continue
		}
		for i := range lane {
			lane[i] = float64(xs[at])
			at += p.code.dim
		}
	}
}

// storeLanes writes one register of w points to an output buffer.
func (p *Program[T]) storeLanes(s store, out []T, width, w int) {
	at, step := s.off, p.code.lens[s.buf]
	if s.reg < len(p.code.consts) {
		for range w {
			out[at] = T(p.code.consts[s.reg])
			at += step
		}
		return
	}
	for _, v := range p.lanes[s.reg*width:][:w] {
		out[at] = T(v)
		at += step
	}
}
