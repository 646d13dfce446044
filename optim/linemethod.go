package optim

import (
	"fmt"

	"descent/internal/kernel"
)

// lineMethod is what the methods share that look for each step along a direction: the
// search, the rounding noise seen so far, and the count of steps that changed
// nothing.
type lineMethod[T Float] struct {
	search searcher[T]
	line   *line[T] // of search
	dir    []T      // the direction
	memo   []T      // the numbers below and those of the method, in T so that a saved state is the whole state
}

// The entries of memo that all such methods have.
const (
	walkRough = iota // rounding noise seen in f beyond what its size explains
	walkStale        // steps in a row that lowered neither f nor the least gradient
	walkLeast        // least |∇f| of those steps
	walkAlpha        // α of the last step; 0 before the first
	walkSlope        // slope at its start
	walkFall         // how much it lowered f
	walkMemo
)

// prepare makes the search and the memory, with own numbers for the method. It
// refuses problems that draw a batch for each step.
func (w *lineMethod[T]) prepare(p *Problem[T], name string, kind, def LineSearch, c1, c2 float64, own int) (err error) {
	if p.Draw != nil {
		return fmt.Errorf("optim: %s compares values of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam", name)
	}
	if w.search, err = newSearcher[T](name, kind, def, c1, c2, p.Dim); err != nil {
		return err
	}
	w.line = w.search.ray()
	w.dir = make([]T, p.Dim)
	w.memo = make([]T, walkMemo+own)
	return nil
}

// ready brings the state up to date and sets s.Why where steps lead nowhere.
func (w *lineMethod[T]) ready(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if w.memo[walkStale] > staleSteps {
		s.Why = stalled(s)
	}
	return nil
}

// descend searches along dir, beginning with the step first. A search that
// failed by a rise where no step could fall is repeated with that much noise, or
// a little more. A wrong gradient does not pass for noise: the rises that it
// causes shrink with the step.
func (w *lineMethod[T]) descend(p *Problem[T], s *State[T], first float64) (trial, bool, error) {
	start := trial{f: s.F, slope: kernel.Dot(s.G, w.dir)}
	w.line.high = start
	if !(start.slope < 0) || !start.finite() {
		return start, false, nil
	}
	w.line.along(p, s.X, w.dir)
	rough := w.memo[walkRough]
	for tries := 0; ; tries++ {
		best, ok, err := w.search.search(start, first, w.noise(s.F))
		rise := w.line.high.f - s.F
		if ok || err != nil {
			return best, ok, err
		}
		if tries == 2 || !finite(rise) || rise <= w.noise(s.F) {
			w.memo[walkRough] = rough
			return best, false, nil
		}
		w.memo[walkRough] = T(32 * rise)
	}
}

// noise is the difference between two values of f that may be rounding alone.
func (w *lineMethod[T]) noise(f float64) float64 {
	return max(rounding[T](f), float64(w.memo[walkRough]))
}

// take makes the accepted trial the state's point and notes what the next first
// step is made from.
func (w *lineMethod[T]) take(s *State[T], t trial) {
	w.memo[walkAlpha], w.memo[walkSlope] = T(t.alpha), T(kernel.Dot(s.G, w.dir))
	w.memo[walkFall] = T(s.F - t.f)
	stagnate(&w.memo[walkStale], &w.memo[walkLeast], s.F-t.f > w.noise(s.F), w.line.grad)
	advance(s, t, w.line.at, w.line.grad)
}

// first is a guess of the step along dir, for directions that have no length of
// their own: a step of length 1 or |∇f|, whichever is shorter, at the start, and
// then as long as promises the change to first order that the step before made,
// α·φ'(0) unchanged (Nocedal and Wright, §3.5), but at most ten times as far.
func (w *lineMethod[T]) first(s *State[T]) float64 {
	length := kernel.Norm2(w.dir)
	if w.memo[walkAlpha] == 0 {
		return min(1, 1/kernel.Norm2(s.G)) * kernel.Norm2(s.G) / length
	}
	last := float64(w.memo[walkAlpha])
	guess := last * float64(w.memo[walkSlope]) / kernel.Dot(s.G, w.dir)
	if !(guess > 0) || !finite(guess) {
		return last
	}
	return min(guess, 10*last)
}

// downhill makes −∇f the direction.
func (w *lineMethod[T]) downhill(g []T) {
	for i, v := range g {
		w.dir[i] = -v
	}
}
