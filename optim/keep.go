package optim

import (
	"fmt"
	"math"
	"time"

	"descent/param"
)

// keeper holds the point that a run falls back on: the best one of a full
// objective, the last one with a finite value where each step has its own
// batch. In the latter case every step changes it, so slices change places
// rather than being copied.
type keeper[T Float] struct {
	known   bool // x, g, f and norm describe a finite point
	x, g    []T  // g is own, or the state's gradient of that point
	own     []T
	f, norm float64
	iter    int
	spare   []T  // batches: a second gradient, so that a bad one spoils nothing
	copies  bool // batches: the solver does not leave the old point in s.aside
	inPlace bool // batches: the solver moves the point where it lies, and goes back by itself
}

func (k *keeper[T]) init(s *State[T], solver Solver[T]) {
	if _, k.inPlace = solver.(interface{ inPlace() }); k.inPlace {
		k.x, k.own = s.X, s.G
		if sound(s) {
			k.note(s)
		}
		clear(s.G)
		return
	}
	k.x, k.own = make([]T, len(s.X)), make([]T, len(s.X))
	if s.Batch {
		s.aside, k.spare = make([]T, len(s.X)), make([]T, len(s.X))
		_, moves := solver.(interface{ makesAside() })
		k.copies = !moves
	}
	if sound(s) {
		k.store(s)
	}
}

// before is called ahead of each step.
func (k *keeper[T]) before(s *State[T]) {
	if !s.Batch || k.inPlace {
		return
	}
	if k.copies {
		copy(s.aside, s.X)
	}
	if !s.Fresh { // the step measures a gradient of its own
		s.G, k.spare = k.spare, s.G
	}
}

// after is called with a state that is finite.
func (k *keeper[T]) after(s *State[T]) {
	switch {
	case k.inPlace:
		k.note(s)
	case s.Batch && !s.Fresh: // F and G were measured at the previous point
		k.x, s.aside = s.aside, k.x
		k.g = s.G
		k.note(s)
	case s.Batch || s.F < k.f || !k.known:
		k.store(s)
	}
}

func (k *keeper[T]) store(s *State[T]) {
	copy(k.x, s.X)
	copy(k.own, s.G)
	k.g = k.own
	k.note(s)
}

func (k *keeper[T]) note(s *State[T]) {
	k.f, k.norm, k.iter, k.known = s.F, s.GradNorm, s.Iter, true
}

// sound reports whether value and gradient are finite.
func sound[T Float](s *State[T]) bool { return finite(s.F) && finite(s.GradNorm) }

// notFinite names what is not finite in a state: "the value is NaN".
func notFinite[T Float](s *State[T], blocks []param.Block) string {
	if !finite(s.F) {
		return fmt.Sprintf("the value is %v", s.F)
	}
	for i, g := range s.G {
		if !finite(float64(g)) {
			return fmt.Sprintf("the derivative by %s is %v", nameOf(blocks, i), g)
		}
	}
	return fmt.Sprintf("the norm of the gradient is %v", s.GradNorm)
}

// nonFinite is the reason of a run whose last step led to a value or gradient
// that is not finite.
func (r *Run[T]) nonFinite() Reason {
	s, k := &r.state, &r.keep
	if r.guard.falling(k.f) && !math.IsNaN(s.F) {
		return bottomless(k.f, k.iter)
	}
	return r.advised(because(Diverged, "%s at step %d; the point kept has value %s after %s", notFinite(s, r.problem.Blocks), s.Iter+1, num(k.f, 6), steps(k.iter)))
}

// bottomless is the reason of a run whose value falls without bound.
func bottomless(f float64, iter int) Reason {
	return because(Diverged, "the value falls without bound: %s after %s, far below the start; the function has no minimum that way",
		num(f, 3), steps(iter))
}

// advised adds to a divergence what would have worked, where the solver can
// say it: from the curvature at the best point. With batches there is no best
// point, only the last one before the numbers ended.
func (r *Run[T]) advised(why Reason) Reason {
	o, ok := r.solver.(*FirstOrder[T])
	if ok && why.Status == Diverged && r.keep.known && !r.state.Batch {
		why.Text += o.advise(&r.problem, &r.state, r.keep.x)
	}
	return why
}

// fallGuard sees a value that falls without bound: far below any scale that
// the start had, and faster with every step, or for many steps no more slowly,
// as a linear function does.
type fallGuard struct {
	floor, last, drop float64
	faster, steady    int // steps in a row
}

func (g *fallGuard) init(f float64) {
	g.floor = -1e12 * (1 + math.Abs(f))
	g.last = f
}

// falling reports whether f is already far below the start.
func (g *fallGuard) falling(f float64) bool { return f < 1e-6*g.floor }

func (g *fallGuard) step(f float64) bool {
	const slower = 1e-6 // what rounding may make of equal drops
	drop := g.last - f
	if g.steady++; drop < (1-slower)*g.drop || drop <= 0 {
		g.steady = 0
	}
	if g.faster++; drop <= g.drop {
		g.faster = 0
	}
	g.last, g.drop = f, drop
	return f < g.floor && (g.faster >= 3 || g.steady >= 100)
}

// Result is what a run reached. X is the point that proves the status: the
// present one for Converged and Target, otherwise the best one seen (with
// batches: the last one).
type Result[T Float] struct {
	X, G     []T     // point and gradient there; owned by the run
	F        float64 // value at X; with batches, on the last batch
	GradNorm float64 // Euclidean norm of G
	Status   Status
	Text     string
	Iter     int // accepted steps
	Evals    int
	Duration time.Duration
}

// Result is what the run has reached so far.
func (r *Run[T]) Result() Result[T] {
	s, k := &r.state, &r.keep
	out := Result[T]{
		X: s.X, G: s.G, F: s.F, GradNorm: s.GradNorm,
		Status: s.Why.Status, Text: s.Why.Text,
		Iter: s.Iter, Evals: s.Evals, Duration: r.took,
	}
	if s.Why.Status == Running {
		out.Duration = time.Since(r.began)
	}
	broken := s.Why.Status == Diverged || s.Why.Status == Failed
	proven := s.Why.Status == Converged || s.Why.Status == Target
	if k.known && (broken || !proven && !s.Batch) {
		out.X, out.G, out.F, out.GradNorm = k.x, k.g, k.f, k.norm
	}
	return out
}
