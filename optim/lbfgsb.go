package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// LBFGSB is the limited-memory BFGS method for problems with bounds (Byrd, Lu,
// Nocedal and Zhu, SIAM J. Sci. Comput. 16 (1995) 1190). With the quadratic
// model of f whose Hessian is B = θ·I − W·M·Wᵀ, built from the last Memory pairs
// of steps and gradient changes in the compact form of that paper, a step
//
//  1. follows the projected path P(x − t·∇f) to the first local minimum of the
//     model, the generalised Cauchy point,
//  2. minimises the model over the variables that are free there, by the direct
//     primal method, and projects the result on the box (Morales and Nocedal,
//     ACM Trans. Math. Softw. 38 (2011) 7), or cuts the step at the first bound
//     where the projection leads uphill,
//  3. searches from x towards that point by the strong Wolfe conditions.
//
// Without bounds it is L-BFGS with another algebra. State.Step is the length
// factor of the last search. A step costs O(Memory·n) besides its evaluations,
// usually one, and O(Memory²) more for every variable that meets a bound or
// leaves one; it allocates nothing.
type LBFGSB[T Float] struct {
	Memory int     // pairs kept; 0 means 10
	C1     float64 // sufficient decrease of the Wolfe conditions; 0 means 1e-4
	C2     float64 // curvature of the Wolfe conditions; 0 means 0.9

	search wolfe[T]
	inside Problem[T] // its Eval stays in the box
	box    *Box[T]
	pairs  []T // Memory rows s, then Memory rows y, as two rings
	memo   []T // the few numbers below
	known  bool
	model  compact[T]
	path   breakpoints
	dir    []T // the direction of the search
	cauchy []T // the generalised Cauchy point
	resid  []T // negative gradient of the model there on the free variables, then the subspace step
	open   []bool
}

// The entries of memo.
const (
	lbfgsbCount = iota // pairs in use
	lbfgsbNext         // row of the next pair
	lbfgsbStale        // steps in a row that lowered neither f nor the least gradient
	lbfgsbLeast        // least projected gradient of those steps
	lbfgsbMemo
)

// Init refuses hyperparameters out of range and problems that draw a batch for
// each step.
func (l *LBFGSB[T]) Init(p *Problem[T], s *State[T]) error {
	m, n := l.memory(), p.Dim
	c1, c2 := orDefault(l.C1, 1e-4), orDefault(l.C2, 0.9)
	switch {
	case m < 1 || m > 1000:
		return fmt.Errorf("optim: lbfgsb keeps 1 to 1000 pairs, not %d; 5 to 50 are usual", l.Memory)
	case m > maxPairNumbers/max(n, 1):
		return fmt.Errorf("optim: %d pairs of %d numbers do not fit in memory; 5 to 50 pairs are usual for lbfgsb", m, n)
	case !(0 < c1 && c1 < c2 && c2 < 1):
		return fmt.Errorf("optim: the Wolfe conditions of lbfgsb need 0 < c1 < c2 < 1, got %g and %g", c1, c2)
	case p.Draw != nil:
		return errors.New("optim: lbfgsb compares values of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam")
	}
	if l.box = p.Bounds; l.box == nil {
		l.box = Unbounded[T](n)
	}
	l.search = wolfe[T]{line: line[T]{at: make([]T, n), grad: make([]T, n)}, c1: c1, c2: c2, limit: 40}
	l.inside = *p
	l.inside.Eval = func(x, g []T) (float64, error) {
		l.box.snap(x)
		return p.Eval(x, g)
	}
	l.pairs, l.memo, l.known = make([]T, 2*m*n), make([]T, lbfgsbMemo), false
	l.dir, l.cauchy, l.resid, l.open = make([]T, n), make([]T, n), make([]T, n), make([]bool, n)
	l.model.alloc(m, n)
	l.path.alloc(n)
	return nil
}

func (l *LBFGSB[T]) memory() int {
	if l.Memory == 0 {
		return 10
	}
	return l.Memory
}

// KeepsBounds implements BoundKeeper.
func (l *LBFGSB[T]) KeepsBounds() bool { return true }

// Buffers yields everything that a later step depends on.
func (l *LBFGSB[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("pairs", l.pairs) && yield("memo", l.memo)
}

// Next moves s to the next point of the box that satisfies the Wolfe conditions.
func (l *LBFGSB[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if !l.known {
		l.model.load(l.pairs, int(l.memo[lbfgsbCount]), int(l.memo[lbfgsbNext]))
		l.known = true
	}
	if l.memo[lbfgsbStale] > staleSteps {
		s.Why = stalled(s)
		return nil
	}
	best, ok, err := l.descend(s)
	if err == nil && !ok && l.model.count > 0 {
		l.model.drop()
		best, ok, err = l.descend(s)
	}
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, l.search.high)
		return nil
	}
	l.model.push(s.X, s.G, l.search.at, l.search.grad)
	l.memo[lbfgsbCount], l.memo[lbfgsbNext] = T(l.model.count), T(l.model.next)
	stationarity(p, l.search.at, l.search.grad, l.dir)
	fell := s.F-best.f > rounding[T](s.F)
	stagnate(&l.memo[lbfgsbStale], &l.memo[lbfgsbLeast], fell, l.dir)
	advance(s, best, l.search.at, l.search.grad)
	return nil
}

// descend finds the direction and searches along it.
func (l *LBFGSB[T]) descend(s *State[T]) (trial, bool, error) {
	l.search.high = trial{f: s.F}
	if !l.direction(s) {
		return l.search.high, false, nil
	}
	start := trial{f: s.F, slope: kernel.Dot(s.G, l.dir)}
	if l.search.high = start; !(start.slope < 0) || !start.finite() {
		return start, false, nil
	}
	l.search.along(&l.inside, s.X, l.dir)
	l.search.top = max(1, l.box.room(s.X, l.dir))
	first := 1.0
	if l.model.count == 0 {
		first = min(1, 1/kernel.Norm2(l.dir))
	}
	return l.search.search(start, first, rounding[T](s.F))
}

// direction stores in dir the way from x to the minimum of the model, first
// along the projected path, then over the free variables. It reports whether
// the model allows one.
func (l *LBFGSB[T]) direction(s *State[T]) bool {
	if !l.model.factor() {
		l.model.drop()
	}
	if !l.toCauchy(s) {
		return false
	}
	if l.model.count > 0 && l.toSubspace(s) {
		for i, c := range l.cauchy {
			l.dir[i] = l.box.clamp(i, c+l.resid[i]) - s.X[i]
		}
		if kernel.Dot(s.G, l.dir) < 0 {
			return true
		}
		share := T(min(1, l.box.room(l.cauchy, l.resid)))
		for i, c := range l.cauchy {
			l.dir[i] = l.box.clamp(i, c+share*l.resid[i]) - s.X[i]
		}
		if kernel.Dot(s.G, l.dir) < 0 {
			return true
		}
	}
	for i, c := range l.cauchy {
		l.dir[i] = c - s.X[i]
	}
	return true
}

// room is the longest step along d that stays in the box, +Inf where none is
// met.
func (b *Box[T]) room(x, d []T) float64 {
	most := math.Inf(1)
	for i, v := range d {
		switch {
		case v > 0:
			most = min(most, float64(b.Upper[i]-x[i])/float64(v))
		case v < 0:
			most = min(most, float64(b.Lower[i]-x[i])/float64(v))
		}
	}
	return most
}

// snap projects x, and puts on a bound what misses it by rounding alone.
func (b *Box[T]) snap(x []T) {
	eps := T(4 * epsilon[T]())
	for i, v := range x {
		low, high := b.Lower[i], b.Upper[i]
		if near := eps * max(v, -v); v-low <= near && v-low <= high-v {
			x[i] = low
		} else if high-v <= near {
			x[i] = high
		}
	}
}
