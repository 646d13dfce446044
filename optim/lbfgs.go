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
// A step costs 4·Memory + O(1) passes over a vector besides its evaluations,
// usually one, and allocates nothing. A trial point that is not finite is
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
	pairs  []T       // Memory rows s, then Memory rows y, as two rings
	inner  []T       // sᵀy of each pair
	memo   []T       // the few numbers below, in T so that a saved state is the whole state
	coef   []float64 // αᵢ of the two-loop recursion
}

// The entries of memo.
const (
	lbfgsCount = iota // pairs in use
	lbfgsNext         // row of the next pair
	lbfgsGamma        // γ; 0 before the first step
	lbfgsRough        // rounding noise seen in f beyond what its size explains
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
	l.pairs = make([]T, 2*m*n)
	l.inner = make([]T, m)
	l.memo = make([]T, lbfgsMemo)
	l.coef = make([]float64, m)
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
	_ = yield("pairs", l.pairs) && yield("inner", l.inner) && yield("memo", l.memo)
}

// Next moves s to the next point that satisfies the Wolfe conditions.
func (l *LBFGS[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if l.memo[lbfgsStale] > staleSteps {
		s.Why = stalled(s)
		return nil
	}
	if l.memo[lbfgsGamma] == 0 {
		l.forget(s.G)
	}
	best, ok, err := l.descend(p, s)
	if err == nil && !ok && l.memo[lbfgsCount] > 0 {
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
	l.remember(s, best.alpha)
	stagnate(&l.memo[lbfgsStale], &l.memo[lbfgsLeast], s.F-best.f > l.noise(s.F), l.line.grad)
	advance(s, best, l.line.at, l.line.grad)
	return nil
}

// forget drops all pairs and starts again from a step along −g of length 1, or
// |g| where that is shorter.
func (l *LBFGS[T]) forget(g []T) {
	l.memo[lbfgsCount] = 0
	l.memo[lbfgsGamma] = T(min(1, 1/kernel.Norm2(g)))
}

// descend searches along the quasi-Newton direction. A search that failed by a
// rise where no step could fall is repeated with that much noise, or a little
// more. A wrong gradient does not pass for noise: the rises that it causes
// shrink with the step.
func (l *LBFGS[T]) descend(p *Problem[T], s *State[T]) (trial, bool, error) {
	l.direction(s.G)
	start := trial{f: s.F, slope: kernel.Dot(s.G, l.dir)}
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

// direction stores −H·g in dir by the two-loop recursion:
//
//	q = −g
//	newest to oldest:  αᵢ = sᵢᵀq / sᵢᵀyᵢ;  q −= αᵢ·yᵢ
//	q *= γ
//	oldest to newest:  β = yᵢᵀq / sᵢᵀyᵢ;   q += (αᵢ − β)·sᵢ
func (l *LBFGS[T]) direction(g []T) {
	q := l.dir
	for i, v := range g {
		q[i] = -v
	}
	m, count, next := len(l.inner), int(l.memo[lbfgsCount]), int(l.memo[lbfgsNext])
	for k := 1; k <= count; k++ {
		i := (next - k + m) % m
		si, yi := l.pair(i)
		l.coef[i] = kernel.Dot(si, q) / float64(l.inner[i])
		kernel.Axpy(T(-l.coef[i]), yi, q)
	}
	kernel.Scale(l.memo[lbfgsGamma], q)
	for k := count; k >= 1; k-- {
		i := (next - k + m) % m
		si, yi := l.pair(i)
		beta := kernel.Dot(yi, q) / float64(l.inner[i])
		kernel.Axpy(T(l.coef[i]-beta), si, q)
	}
}

// pair is row i of the rings s and y.
func (l *LBFGS[T]) pair(i int) (s, y []T) {
	n, m := len(l.dir), len(l.inner)
	return l.pairs[i*n : (i+1)*n : (i+1)*n], l.pairs[(m+i)*n : (m+i+1)*n : (m+i+1)*n]
}

// remember stores the pair of the accepted step over the oldest one, unless its
// curvature sᵀy is not safely positive, which would spoil H. Where that leaves
// no pair, the next step starts with the length of this one.
func (l *LBFGS[T]) remember(s *State[T], alpha float64) {
	next := int(l.memo[lbfgsNext])
	si, yi := l.pair(next)
	at, grad, g := l.line.at, l.line.grad[:len(si)], s.G[:len(si)]
	yi = yi[:len(si)]
	for i, x := range s.X[:len(si)] {
		si[i] = at[i] - x
		yi[i] = grad[i] - g[i]
	}
	sy, yy := T(kernel.Dot(si, yi)), kernel.Dot(yi, yi)
	gamma, least := T(float64(sy)/yy), T(0)
	if l.memo[lbfgsCount] > 0 {
		least = T(epsilon[T]()) * l.memo[lbfgsGamma]
	}
	if !(gamma > least) || !finite(float64(gamma)) {
		l.memo[lbfgsCount] = min(l.memo[lbfgsCount], T(len(l.inner)-1)) // this row is spoilt
		if l.memo[lbfgsCount] == 0 {
			l.memo[lbfgsGamma] *= T(alpha)
		}
		return
	}
	l.inner[next], l.memo[lbfgsGamma] = sy, gamma
	l.memo[lbfgsNext] = T((next + 1) % len(l.inner))
	l.memo[lbfgsCount] = min(l.memo[lbfgsCount]+1, T(len(l.inner)))
}
