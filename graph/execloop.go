package graph

// execLoop runs all steps on one block after the other.
func (p *Program[T]) execLoop(l *loop) {
	if l.n == l.size {
		for k := range l.steps {
			p.step(&l.steps[k], 0, l.n, true)
		}
		return
	}
	first := 0
	for i := 0; i < l.n; i += l.size {
		n := min(l.size, l.n-i)
		for k := first; k < len(l.steps); k++ {
			p.step(&l.steps[k], i, n, i+n == l.n)
		}
		first = l.once
	}
}

// block is the address of the n elements from the i-th on.
func (p *Program[T]) block(a *loc, i, n int) *T {
	m := p.mem[a.space][a.off+i*a.stride:]
	_ = m[n-1] // kernels have no bounds checks of their own
	return &m[0]
}

// step runs one step on the n elements from the i-th on, the last ones or not.
func (p *Program[T]) step(st *step, i, n int, last bool) {
	a := &st.args[0]
	b := &st.args[1]
	switch st.kind {
	case stepAny:
		p.anyStep(st, i, n)
		return
	case stepSum:
		p.reduced(st, p.kernels.Sum(p.block(a, i, n), n), i, last)
		return
	case stepDot:
		p.reduced(st, p.kernels.Dot(p.block(a, i, n), p.block(b, i, n), n), i, last)
		return
	case stepRepeatRow:
		repeatRow(p.slice(&st.dst, i, n), p.mem[a.space][a.off:][:st.k], i)
		return
	case stepRepeatEach:
		repeatEach(p.slice(&st.dst, i, n), p.mem[a.space][a.off:], st.k, i)
		return
	case stepCopy:
		copy(p.slice(&st.dst, i, n), p.slice(a, i, n))
		return
	}
	dst, x := p.block(&st.dst, i, n), p.block(a, i, n)
	k := p.kernels
	switch {
	case st.kind >= stepNeg:
		k.unary[st.kind](dst, x, n)
	case st.kind >= stepAddScalar:
		k.scalar[st.kind](dst, x, p.number(st), n)
	case st.kind >= stepAdd:
		k.binary[st.kind](dst, x, p.block(b, i, n), n)
	case st.kind == stepPowInt:
		k.PowInt(dst, x, st.k, n)
	default: // stepAddScaled
		k.AddScaled(dst, x, p.block(b, i, n), p.number(st), n)
	}
}

// number is that of a step.
func (p *Program[T]) number(st *step) T {
	s := T(p.regs[st.s])
	if st.negate {
		return -s
	}
	return s
}

func (p *Program[T]) slice(a *loc, i, n int) []T { return p.mem[a.space][a.off+i*a.stride:][:n] }

// anyStep applies an operation that has no kernel.
func (p *Program[T]) anyStep(st *step, i, n int) {
	var args [3]vec[T]
	for k := range args {
		if a := &st.args[k]; a.space < 0 {
			args[k].s[0] = T(p.regs[a.reg])
		} else {
			args[k].v = p.slice(a, i, n)
		}
	}
	apply(st.op, st.k, p.slice(&st.dst, i, n), &args)
}

// reduced takes the sum of the block that begins at element i.
func (p *Program[T]) reduced(st *step, v float64, i int, last bool) {
	if i == 0 && last {
		p.regs[st.s] = v
		return
	}
	t := &p.totals[st.k]
	if i == 0 {
		t.Reset()
	}
	t.Add(v)
	if last {
		p.regs[st.s] = t.Sum()
	}
}

// repeatRow writes the row over and over; dst begins at element i of the result.
func repeatRow[T Float](dst, row []T, i int) {
	n := copy(dst, row[i%len(row):])
	if n == len(dst) {
		return
	}
	start := n
	n += copy(dst[n:], row)
	for n < len(dst) { // what is written is copied, and is twice as long then
		n += copy(dst[n:], dst[start:n])
	}
}

// repeatEach writes each element of x k times; dst begins at element i of the
// result.
func repeatEach[T Float](dst, x []T, k, i int) {
	x, i = x[i/k:], i%k
	for len(dst) > 0 {
		run := dst[:min(k-i, len(dst))]
		v := x[0]
		dst, x, i = dst[len(run):], x[1:], 0
		for len(run) >= 4 {
			run[0], run[1], run[2], run[3] = v, v, v, v
			run = run[4:]
		}
		for j := range run {
			run[j] = v
		}
	}
}
