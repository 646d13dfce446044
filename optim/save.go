package optim

// What Run.memo holds: the numbers that a run carries from step to step, beside
// its point and what the solver remembers.
const (
	memoF = iota
	memoGradNorm
	memoStep
	memoEvals
	memoBestF
	memoBestNorm
	memoBestIter
	memoFloor // of the guard against falling without bound
	memoLast
	memoDrop
	memoFaster
	memoSteady
	memoStallF
	memoStallSince
	memoStallIter
	memoRiseStart // of the guard of first-order methods
	memoRiseBest
	memoRiseLast
	memoRising
	memoFresh // F and G belong to the point
	memoSize
)

// Buffers yields the point under the name "x", what the solver remembers
// between steps, and under names that begin with "run." what the run does: with
// State().Iter all that Resume needs to go on to the same bits.
func (r *Run[T]) Buffers(yield func(name string, b []T) bool) {
	if !yield("x", r.state.X) {
		return
	}
	if b, ok := r.solver.(Buffered[T]); ok {
		more := true
		b.Buffers(func(name string, b []T) bool {
			more = yield(name, b)
			return more
		})
		if !more {
			return
		}
	}
	r.remember()
	_ = yield("run.memo", r.memo) && yield("run.best", r.keep.x) && yield("run.still", r.state.stall.x)
}

// remember writes the numbers to the memo.
func (r *Run[T]) remember() {
	if r.memo == nil {
		r.memo = newScalars[T](memoSize)
	}
	s, k, g, w := &r.state, &r.keep, &r.guard, &r.state.stall
	for i, v := range [memoRiseStart]float64{
		s.F, s.GradNorm, s.Step, float64(s.Evals), k.f, k.norm, float64(k.iter),
		g.floor, g.last, g.drop, float64(g.faster), float64(g.steady), w.f, float64(w.since), float64(w.iter),
	} {
		r.memo.set(i, v)
	}
	r.memo.set(memoFresh, 0)
	if s.Fresh {
		r.memo.set(memoFresh, 1)
	}
	if o, ok := r.solver.(*FirstOrder[T]); ok {
		for i, v := range []float64{o.rise.start, o.rise.best, o.rise.last, float64(o.rise.rising)} {
			r.memo.set(memoRiseStart+i, v)
		}
	}
}

// recall takes back what remember wrote.
func (r *Run[T]) recall(load func(string, []T) error) error {
	r.memo = newScalars[T](memoSize)
	s, k, g, w := &r.state, &r.keep, &r.guard, &r.state.stall
	best := make([]T, len(s.X))
	for _, b := range []struct {
		name string
		b    []T
	}{{"run.memo", r.memo}, {"run.best", best}, {"run.still", w.x}} {
		if err := load(b.name, b.b); err != nil {
			return err
		}
	}
	at := func(i int) int { return int(r.memo.at(i)) }
	s.F, s.GradNorm, s.Step, s.Evals = r.memo.at(memoF), r.memo.at(memoGradNorm), r.memo.at(memoStep), at(memoEvals)
	copy(k.x, best)
	k.f, k.norm, k.iter, k.known = r.memo.at(memoBestF), r.memo.at(memoBestNorm), at(memoBestIter), true
	if k.g == nil {
		k.g = k.own
	}
	g.floor, g.last, g.drop = r.memo.at(memoFloor), r.memo.at(memoLast), r.memo.at(memoDrop)
	g.faster, g.steady = at(memoFaster), at(memoSteady)
	w.f, w.since, w.iter = r.memo.at(memoStallF), at(memoStallSince), at(memoStallIter)
	if o, ok := r.solver.(*FirstOrder[T]); ok {
		o.rise.start, o.rise.best, o.rise.last, o.rise.rising = r.memo.at(memoRiseStart), r.memo.at(memoRiseBest), r.memo.at(memoRiseLast), at(memoRising)
	}
	return nil
}
