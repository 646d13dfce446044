package optim

import (
	"math"

	"descent/internal/kernel"
)

// lagSteps is after how many steps all rows are brought up to date: a pass over
// all parameters for so many steps costs nothing beside them, and the products
// of so many factors stay within the numbers.
const lagSteps = 1024

// lags keeps what penalties and decay have not done yet to the rows of a table.
type lags[T Float] struct {
	of      *RowWise[T]
	on      bool
	adagrad *Adagrad[T] // whose parameters have rates of their own; nil: one rate for all

	// counts: the steps since all rows were up to date. Of these steps shrunk is
	// what is left of a weight after so many, and less what λ₁ takes of it, over
	// shrunk.
	counts, shrunk, less scalars[T]
	last                 []T // the step, so counted, up to which a row is up to date
	now                  int
	rate                 float64   // of this step
	left, taken          []float64 // of this step, by when a row was up to date: the factor, and what λ₁ takes
	all                  []T       // the parameters to be settled
}

func (l *lags[T]) init(o *RowWise[T]) {
	*l = lags[T]{of: o, on: o.L1 > 0 || o.L2 > 0 || o.Decay > 0}
	if !l.on {
		return
	}
	l.adagrad, _ = Within[*Adagrad[T]](o.Rule)
	l.counts, l.last = newScalars[T](1), make([]T, o.Rows)
	l.shrunk, l.less = newScalars[T](lagSteps+1), newScalars[T](lagSteps+1)
	l.left, l.taken = make([]float64, lagSteps+1), make([]float64, lagSteps+1)
	l.shrunk.set(0, 1)
}

// buffers yields what a later run needs.
func (l *lags[T]) buffers(yield func(name string, b []T) bool) {
	if l.on {
		_ = yield("rows.counts", l.counts) && yield("rows.shrunk", l.shrunk) && yield("rows.less", l.less) && yield("rows.last", l.last)
	}
}

// begin notes the rate of a step.
func (l *lags[T]) begin(rate float64) {
	if !l.on {
		return
	}
	o := l.of
	l.until(int(l.counts.at(0)))
	l.rate = rate
	kept := max(1-rate*o.Decay, 0)
	p := l.shrunk.at(l.now)
	l.shrunk.set(l.now+1, p*kept/(1+rate*o.L2))
	l.less.set(l.now+1, l.less.at(l.now)+rate*o.L1/max(p*kept, math.SmallestNonzeroFloat64))
}

// until works out what became of a weight since each step before that one.
func (l *lags[T]) until(now int) {
	l.now = now
	p, less := l.shrunk.at(now), l.less.at(now)
	for t := range now {
		l.left[t], l.taken[t] = p/l.shrunk.at(t), p*(less-l.less.at(t))
	}
}

// end counts the step.
func (l *lags[T]) end() {
	if l.on {
		l.counts.set(0, float64(l.now+1))
	}
}

// due says whether all rows must be brought up to date before the next step.
func (l *lags[T]) due() bool {
	const small = 1e-100
	if !l.on {
		return false
	}
	n := int(l.counts.at(0))
	return n == lagSteps || l.shrunk.at(n) < small
}

// catchUp does to copies of rows what was left out before this step.
func (l *lags[T]) catchUp(w []T, rows []int32) {
	if !l.on {
		return
	}
	width := l.of.Width
	for i, row := range rows {
		l.reach(w[i*width:][:width], int(row))
	}
}

// reach brings a row up to date.
func (l *lags[T]) reach(w []T, row int) {
	last := int(l.last[row])
	if last == l.now {
		return
	}
	if l.adagrad != nil {
		l.alone(w, l.of.table[0][row*len(w):][:len(w)], l.now-last)
		return
	}
	factor, taken := T(l.left[last]), T(l.taken[last])
	if taken == 0 {
		for i := range w {
			w[i] *= factor
		}
		return
	}
	for i, v := range w {
		w[i] = soft(v*factor, taken)
	}
}

// mark says that rows are up to date after this step.
func (l *lags[T]) mark(rows []int32) {
	if !l.on {
		return
	}
	for _, row := range rows {
		l.last[row] = T(l.now + 1)
	}
}

// penalise does to the parameters y, which were was before this step, what its
// penalties and decay do; at is where the rule's memory for them begins.
func (l *lags[T]) penalise(y, was []T, at int) {
	if !l.on {
		return
	}
	o := l.of
	if o.Decay > 0 {
		kernel.Axpy(T(-l.rate*o.Decay), was, y)
	}
	if l.adagrad != nil {
		l.alone(y, o.held[0][at:at+len(y)], 1)
		return
	}
	if o.L1 > 0 {
		by := T(l.rate * o.L1)
		for i, v := range y {
			y[i] = soft(v, by)
		}
	}
	if o.L2 > 0 {
		kernel.Scale(T(1/(1+l.rate*o.L2)), y)
	}
}

// alone is the penalties of n steps on parameters with rates of their own, by the
// sums of their squares: 0 before the first derivative.
func (l *lags[T]) alone(w, sums []T, n int) {
	r := l.adagrad
	for i, v := range w {
		if float64(sums[i]) != r.Initial {
			w[i] = T(proximal(float64(v), r.rate()/(math.Sqrt(float64(sums[i]))+r.eps()), l.of.L1, l.of.L2, n))
		}
	}
}

// settle brings all rows up to date, and begins to count anew.
func (l *lags[T]) settle(x []T, anew bool) {
	if !l.on || l.counts.at(0) == 0 {
		return
	}
	l.all = x
	l.until(int(l.counts.at(0)))
	kernel.Share((l.of.Rows+lagRows-1)/lagRows, l)
	if l.all = nil; anew {
		clear(l.last)
		l.counts.set(0, 0)
	}
}

// lagRows is how many rows a unit settles.
const lagRows = 512

// Unit settles some rows.
func (l *lags[T]) Unit(i int) {
	width := l.of.Width
	for row := i * lagRows; row < min((i+1)*lagRows, l.of.Rows); row++ {
		l.reach(l.all[row*width:][:width], row)
	}
}
