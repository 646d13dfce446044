package optim

import (
	"math"
	"time"

	"descent/internal/kernel"
	"descent/internal/numtext"
)

// A Stop says whether the run ends here, and why; the zero Reason lets it go
// on. It is called with the start point and after each accepted step, in the
// order in which the stops were given, and the first reason counts. A stop
// belongs to one run: it may keep what it needs to remember.
type Stop[T Float] func(s *State[T]) Reason

// DefaultStops are the stops of a run that was given none: GradTol(1e-8),
// Stall(0) and MaxIter(10000). A solver that knows by tests of its own when it
// is done, as LevenbergMarquardt does, gets them without GradTol: the size of a
// gradient depends on units, and its tests do not.
func DefaultStops[T Float]() []Stop[T] {
	return []Stop[T]{GradTol[T](1e-8), Stall[T](0), MaxIter[T](10000)}
}

// judging is a solver that knows by tests of its own when it is done.
type judging interface{ judges() }

func stopsFor[T Float](solver Solver[T]) []Stop[T] {
	stops := DefaultStops[T]()
	if _, ok := solver.(judging); ok {
		stops = stops[1:]
	}
	return stops
}

// GradTol ends the run as Converged when the Euclidean norm of the gradient is
// at most tol. With batches it never does: the gradient of one batch proves
// nothing.
func GradTol[T Float](tol float64) Stop[T] {
	return func(s *State[T]) Reason {
		if !s.Fresh || s.Batch || !(s.GradNorm <= tol) {
			return Reason{}
		}
		return because(Converged, "%s %s ≤ %s after %s", s.measured(), num(s.GradNorm, 2), num(tol, 2), steps(s.Iter))
	}
}

// GradMaxTol ends the run as Converged when no entry of the gradient is larger
// than tol: the test of SciPy's L-BFGS-B and of Ceres. It is for problems
// without bounds or term, and with batches it never ends a run.
func GradMaxTol[T Float](tol float64) Stop[T] {
	return func(s *State[T]) Reason {
		// The largest entry is at least |g|/√n, and |g| is known.
		if !s.Fresh || s.Batch || !(s.GradNorm*(1-1e-6) <= tol*math.Sqrt(float64(len(s.G)))) {
			return Reason{}
		}
		largest := kernel.NormInf(s.G)
		if !(largest <= tol) {
			return Reason{}
		}
		return because(Converged, "largest entry of the gradient %s ≤ %s after %s", num(largest, 2), num(tol, 2), steps(s.Iter))
	}
}

// MaxIter ends the run as Budget when n steps are taken.
func MaxIter[T Float](n int) Stop[T] {
	return func(s *State[T]) Reason {
		if s.Iter < n {
			return Reason{}
		}
		return because(Budget, "stopped at the limit of %s: the gradient is still %s, the value %s",
			steps(n), num(s.GradNorm, 2), num(s.F, 6))
	}
}

// MaxEvals ends the run as Budget when the objective was evaluated n times or
// more. A step is not cut short, so a line search may go a little over.
func MaxEvals[T Float](n int) Stop[T] {
	return func(s *State[T]) Reason {
		if s.Evals < n {
			return Reason{}
		}
		return because(Budget, "stopped after %s, the limit is %d: the gradient is still %s, the value %s",
			numtext.Count(s.Evals, "evaluation"), n, num(s.GradNorm, 2), num(s.F, 6))
	}
}

// TimeLimit ends the run as Time when d has passed since its start. The clock
// is read about once in a millisecond, however short the steps are.
func TimeLimit[T Float](d time.Duration) Stop[T] {
	var began, last time.Time
	every, left := 1, 0
	return func(s *State[T]) Reason {
		if left > 0 {
			left--
			return Reason{}
		}
		now := time.Now()
		if began.IsZero() {
			began, last = now, now
		}
		if now.Sub(last) < time.Millisecond {
			every = min(2*every, 1<<16)
		} else {
			every = max(1, every/4)
		}
		last, left = now, every-1
		if now.Sub(began) < d {
			return Reason{}
		}
		return because(Time, "the time limit of %v passed after %s: the gradient is still %s, the value %s",
			d, steps(s.Iter), num(s.GradNorm, 2), num(s.F, 6))
	}
}

// TargetValue ends the run as Target when the value is at most f. With batches
// it never does: the value of one batch is not the objective.
func TargetValue[T Float](f float64) Stop[T] {
	return func(s *State[T]) Reason {
		if !s.Fresh || s.Batch || !(s.F <= f) {
			return Reason{}
		}
		return because(Target, "value %s ≤ %s after %s", num(s.F, 6), num(f, 6), steps(s.Iter))
	}
}

// Stall ends the run as NoProgress when neither the value nor any parameter moved by
// more than rounding for k steps together; 0 means 20. A slow method that
// still moves goes on: every parameter is compared with its own size, over the
// whole window. With batches it never ends a run.
func Stall[T Float](k int) Stop[T] {
	if k <= 0 {
		k = 20
	}
	return func(s *State[T]) Reason {
		if !s.Fresh || s.Batch || s.stall.see(s) <= k {
			return Reason{}
		}
		return because(NoProgress, "for %s value %s and point did not change beyond rounding, and the gradient is still %s after %s; "+
			"accept a larger gradient tolerance, rescale the variables, or try a larger rate or another method",
			steps(k), num(s.F, 6), num(s.GradNorm, 2), steps(s.Iter))
	}
}

// stillness is where a run has stood still, and since when.
type stillness[T Float] struct {
	x     []T
	f     float64
	since int // steps without a move; -1: x and f are not noted yet
	iter  int // of the state last seen
}

// see takes the state after a step and counts the steps without a move.
func (w *stillness[T]) see(s *State[T]) int {
	switch {
	case w.iter == s.Iter && w.since >= 0:
		return w.since // another stop has asked
	case w.since < 0 || !same(s.F, w.f, 4*epsilon[float64]()):
		w.f, w.since = s.F, 0
	case w.since == 0:
		copy(w.x, s.X)
		w.since = 1
	case unmoved(s.X, w.x):
		w.since++
	default:
		w.f, w.since = s.F, 0
	}
	w.iter = s.Iter
	return w.since
}

func unmoved[T Float](x, y []T) bool {
	eps := 2 * epsilon[T]()
	for i := range x {
		if !same(float64(x[i]), float64(y[i]), eps) {
			return false
		}
	}
	return true
}
