package optim

import (
	"errors"
	"fmt"

	"descent/internal/kernel"
)

// LBFGS is the limited-memory BFGS method with a strong Wolfe line search
// (Liu and Nocedal, Math. Programming 45 (1989) 503; Nocedal and Wright,
// Numerical Optimization, algorithm 7.4): the direction −H·∇f, where H is built
// from the last Memory pairs of steps sₖ = xₖ₊₁ − xₖ and gradient changes
// yₖ = ∇fₖ₊₁ − ∇fₖ, on top of γ·I with γ = sᵀy/yᵀy of the newest pair.
// State.Step is the factor α of the step along that direction, mostly 1.
//
// Besides its evaluations, usually one, a step reads every pair twice, 4·Memory
// vectors in two passes over memory, and allocates nothing. A trial point that is not finite is
// backed off from. When no step along −H·∇f lowers f, the pairs are dropped and
// −∇f is tried; when that fails too, the run ends with NoProgress.
type LBFGS[T Float] struct {
	Memory int        // pairs kept; 0 means 10
	C1     float64    // sufficient decrease of the Wolfe conditions; 0 means 1e-4
	C2     float64    // curvature of the Wolfe conditions; 0 means 0.9
	Search LineSearch // how the step is found; 0 means StrongWolfe

	search searcher[T]
	line   *line[T] // of search
	dir    []T
	pairs  *history[T]
	memo   []T // the few numbers below, in T so that a saved state is the whole state
}

// The entries of memo.
const (
	lbfgsRough = iota // rounding noise seen in f beyond what its size explains
	lbfgsStale        // steps in a row that lowered neither f nor the least gradient
	lbfgsLeast        // least |∇f| of those steps
	lbfgsMemo
)

// maxPairNumbers bounds the numbers in one half of the stored pairs.
const maxPairNumbers = 1 << 30

// Init refuses hyperparameters out of range and problems that draw a batch for
// each step: a line search would compare the losses of different batches.
func (l *LBFGS[T]) Init(p *Problem[T], s *State[T]) error {
	m := l.memory()
	c1, c2 := orDefault(l.C1, 1e-4), orDefault(l.C2, 0.9)
	switch {
	case m < 1:
		return fmt.Errorf("optim: lbfgs keeps at least one pair, not %d", l.Memory)
	case m > maxPairNumbers/max(p.Dim, 1):
		return fmt.Errorf("optim: %d pairs of %d numbers do not fit in memory; 5 to 50 pairs are usual for lbfgs", m, p.Dim)
	case p.Draw != nil:
		return errors.New("optim: lbfgs compares values of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam")
	}
	n := p.Dim
	var err error
	if l.search, err = newSearcher[T]("lbfgs", l.Search, StrongWolfe, c1, c2, n); err != nil {
		return err
	}
	l.line = l.search.ray()
	l.dir = make([]T, n)
	l.pairs = newHistory[T](m, n)
	l.memo = make([]T, lbfgsMemo)
	return nil
}

func (l *LBFGS[T]) memory() int {
	if l.Memory == 0 {
		return 10
	}
	return l.Memory
}

// Buffers yields everything that a later step depends on.
func (l *LBFGS[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("pairs", l.pairs.rows.Data()) && yield("products", l.pairs.gram) && yield("pairs memo", l.pairs.memo) && yield("memo", l.memo)
}

// Next moves s to the next point that satisfies the Wolfe conditions.
func (l *LBFGS[T]) Next(p *Problem[T], s *State[T]) error {
	if !s.Fresh {
		l.pairs.known = false
	}
	if err := refresh(p, s); err != nil {
		return err
	}
	if l.memo[lbfgsStale] > staleSteps {
		s.Why = stalled(s)
		return nil
	}
	if l.pairs.gamma() == 0 {
		l.forget(s.G)
	}
	best, ok, err := l.descend(p, s)
	if err == nil && !ok && l.pairs.count() > 0 {
		l.forget(s.G)
		best, ok, err = l.descend(p, s)
	}
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, l.line.high)
		return nil
	}
	l.pairs.remember(l.line.at, s.X, l.line.grad, s.G, best.alpha, l.dir)
	stagnate(&l.memo[lbfgsStale], &l.memo[lbfgsLeast], s.F-best.f > l.noise(s.F), l.line.grad)
	advance(s, best, l.line.at, l.line.grad)
	return nil
}

// forget drops all pairs and starts again from a step along −g of length 1, or
// |g| where that is shorter.
func (l *LBFGS[T]) forget(g []T) {
	l.pairs.forget(min(1, 1/kernel.Norm2(g)))
}

// descend searches along the quasi-Newton direction. A search that failed by a
// rise where no step could fall is repeated with that much noise, or a little
// more. A wrong gradient does not pass for noise: the rises that it causes
// shrink with the step.
func (l *LBFGS[T]) descend(p *Problem[T], s *State[T]) (trial, bool, error) {
	start := trial{f: s.F, slope: l.pairs.direction(l.dir, s.G)}
	l.line.high = start
	if !(start.slope < 0) || !start.finite() {
		return start, false, nil
	}
	l.line.along(p, s.X, l.dir)
	rough := l.memo[lbfgsRough]
	for tries := 0; ; tries++ {
		best, ok, err := l.search.search(start, 1, l.noise(s.F))
		rise := l.line.high.f - s.F
		if ok || err != nil {
			return best, ok, err
		}
		if tries == 2 || !finite(rise) || rise <= l.noise(s.F) {
			l.memo[lbfgsRough] = rough
			return best, false, nil
		}
		l.memo[lbfgsRough] = T(32 * rise)
	}
}

// noise is the difference between two values of f that may be rounding alone.
func (l *LBFGS[T]) noise(f float64) float64 {
	return max(rounding[T](f), float64(l.memo[lbfgsRough]))
}
