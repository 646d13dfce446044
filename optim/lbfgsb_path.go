package optim

import (
	"math"

	"descent/internal/kernel"
)

// toCauchy stores the generalised Cauchy point in cauchy (algorithm CP of Byrd,
// Lu, Nocedal and Zhu): the first local minimum of the model along the path
// P(x − t·∇f), from one breakpoint, where a variable meets its bound, to the
// next. It leaves Wᵀ(xᶜ − x) in model.c, and reports whether the path leads
// anywhere.
func (l *LBFGSB[T]) toCauchy(s *State[T]) bool {
	q, size := &l.model, 2*l.model.count
	slope := l.startPath(s)
	if slope == 0 {
		return false
	}
	q.transposed(l.dir, q.p)
	clear(q.c[:size])
	q.times(q.p, q.mw)
	bend := -q.theta * slope
	least := epsilon[T]() * bend
	bend -= dot64(q.p[:size], q.mw[:size])
	best, reached := -slope/max(bend, least), 0.0
	for l.path.len > 0 {
		i, t := l.path.pop()
		stretch := t - reached
		if best < stretch {
			break
		}
		reached = t
		g := float64(s.G[i])
		l.cauchy[i] = l.box.end(i, l.dir[i])
		z := float64(l.cauchy[i]) - float64(s.X[i])
		l.dir[i] = 0
		slope += stretch*bend + g*g + q.theta*g*z
		bend -= q.theta * g * g
		if size > 0 {
			w := q.rowOf(i)
			kernel.Axpy(stretch, q.p[:size], q.c[:size])
			q.times(w, q.mw)
			mw := q.mw[:size]
			slope -= g * dot64(mw, q.c)
			bend -= 2*g*dot64(mw, q.p) + g*g*dot64(mw, w)
			kernel.Axpy(g, w, q.p[:size])
		}
		if bend = max(bend, least); !(slope < 0) {
			best = 0
			break
		}
		best = -slope / bend
	}
	best = max(best, 0)
	kernel.Axpy(best, q.p[:size], q.c[:size])
	for i, d := range l.dir {
		if d != 0 {
			l.cauchy[i] = l.box.clamp(i, s.X[i]+T(reached+best)*d)
		}
	}
	return true
}

// startPath stores the first direction of the path in dir and its breakpoints
// in path, and returns the slope along it, −|dir|².
func (l *LBFGSB[T]) startPath(s *State[T]) (slope float64) {
	l.path.len = 0
	copy(l.cauchy, s.X)
	for i, g := range s.G {
		t := math.Inf(1)
		switch {
		case g < 0:
			t = float64(s.X[i]-l.box.Upper[i]) / float64(g)
		case g > 0:
			t = float64(s.X[i]-l.box.Lower[i]) / float64(g)
		}
		if l.dir[i] = -g; t <= 0 {
			l.dir[i] = 0
		}
		slope -= float64(l.dir[i]) * float64(l.dir[i])
		if t > 0 && !math.IsInf(t, 1) {
			l.path.add(i, t)
		}
	}
	l.path.order()
	return slope
}

// end is the bound of parameter i that lies in the direction d.
func (b *Box[T]) end(i int, d T) T {
	if d > 0 {
		return b.Upper[i]
	}
	return b.Lower[i]
}

// toSubspace minimises the model over the variables that are free at the Cauchy
// point, without regard to bounds, by the direct primal method: with the
// reduced gradient r and W of the free rows,
//
//	step = −r/θ − W·v/θ²,  (K − WᵀW/θ)·v = Wᵀr.
//
// It stores the step from the Cauchy point in resid, zero for variables that
// are not free, and reports whether there is one.
func (l *LBFGSB[T]) toSubspace(s *State[T]) bool {
	q, size, free := &l.model, 2*l.model.count, 0
	q.times(q.c, q.mw)
	for i, c := range l.cauchy {
		l.resid[i] = -s.G[i] - T(q.theta)*(c-s.X[i])
		if l.open[i] = l.box.Lower[i] < c && c < l.box.Upper[i]; l.open[i] {
			free++
		}
	}
	if free == 0 {
		return false
	}
	q.add(1, q.mw, l.resid)
	for i, open := range l.open {
		if !open {
			l.resid[i] = 0
		}
	}
	q.transposed(l.resid, q.v)
	l.reduced(free)
	if !eliminate(q.work[:size*size], q.v[:size], size, 1) {
		return false
	}
	kernel.Scale(T(1/q.theta), l.resid)
	q.add(1/(q.theta*q.theta), q.v, l.resid)
	for i, open := range l.open {
		if !open {
			l.resid[i] = 0
		}
	}
	return finite(kernel.Norm2(l.resid))
}

// reduced stores K − WᵀW/θ over the free rows of W in the model's work: from
// the products of all rows less those of the fixed ones, or from the free ones
// where they are fewer.
func (l *LBFGSB[T]) reduced(free int) {
	q, n := &l.model, l.model.count
	size, fewer, sign := 2*n, free <= len(l.open)/2, -1/q.theta
	copy(q.work, q.k[:size*size])
	if !fewer {
		sign = 1 / q.theta
		for a := range n {
			ra := q.row(a)
			for b := range n {
				rb := q.row(b)
				q.work[a*size+b] -= q.yy[ra*q.m+rb] / q.theta
				q.work[a*size+n+b] -= q.sy[rb*q.m+ra]
				q.work[(n+a)*size+b] -= q.sy[ra*q.m+rb]
				q.work[(n+a)*size+n+b] -= q.theta * q.ss[ra*q.m+rb]
			}
		}
	}
	for i, open := range l.open {
		if open != fewer {
			continue
		}
		w := q.rowOf(i)
		for a, wa := range w {
			kernel.Axpy(sign*wa, w, q.work[a*size:(a+1)*size])
		}
	}
}

// breakpoints are the variables that meet a bound on the path, as a heap by the
// time when they do.
type breakpoints struct {
	len  int
	id   []int
	time []float64
}

func (h *breakpoints) alloc(n int) { h.id, h.time = make([]int, n), make([]float64, n) }

func (h *breakpoints) add(i int, t float64) {
	h.id[h.len], h.time[h.len] = i, t
	h.len++
}

// order makes a heap of what was added.
func (h *breakpoints) order() {
	for i := h.len/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
}

// pop takes the first one out; of those at one time, the variable with the
// least index.
func (h *breakpoints) pop() (i int, t float64) {
	i, t = h.id[0], h.time[0]
	h.len--
	h.id[0], h.time[0] = h.id[h.len], h.time[h.len]
	h.sink(0)
	return i, t
}

func (h *breakpoints) before(a, b int) bool {
	return h.time[a] < h.time[b] || h.time[a] == h.time[b] && h.id[a] < h.id[b]
}

func (h *breakpoints) sink(i int) {
	for {
		c := 2*i + 1
		if c >= h.len {
			return
		}
		if c+1 < h.len && h.before(c+1, c) {
			c++
		}
		if !h.before(c, i) {
			return
		}
		h.id[i], h.id[c] = h.id[c], h.id[i]
		h.time[i], h.time[c] = h.time[c], h.time[i]
		i = c
	}
}
