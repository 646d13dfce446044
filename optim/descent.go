package optim

import (
	"math"

	"descent/internal/kernel"
)

// refresh evaluates f and ∇f where the state does not hold them.
func refresh[T Float](p *Problem[T], s *State[T]) (err error) {
	if !s.Fresh {
		s.F, err = p.Eval(s.X, s.G)
		s.Fresh = err == nil
	}
	return err
}

// advance makes the accepted trial the state's point.
func advance[T Float](s *State[T], t trial, at, grad []T) {
	copy(s.X, at)
	copy(s.G, grad)
	s.F, s.Step, s.Fresh = t.f, t.alpha, true
}

// staleSteps is how many steps within the rounding noise of f may pass without
// a new least gradient before a descent method gives up.
const staleSteps = 12

// stagnate counts such steps: count is how many there were in a row and least
// the least |∇f| among them, fell says whether this one lowered f by more than
// its noise, and grad is the new gradient.
func stagnate[T Float](count, least *T, fell bool, grad []T) {
	g := T(kernel.Norm2(grad))
	if fell || *count == 0 || g < *least {
		*count, *least = 1, g
		return
	}
	*count++
}

func stalled[T Float](s *State[T]) Reason {
	return because(NoProgress, "%d steps in a row changed f = %s by no more than its rounding noise and left the gradient at %s; scale the variables, or loosen the tolerance",
		staleSteps, num(s.F, 6), num(s.GradNorm, 3))
}

// noDescent is the reason of a method for which no step along −∇f worked.
// last is the shortest step tried.
func noDescent[T Float](s *State[T], last trial) Reason {
	if !finite(kernel.Dot(s.G, s.G)) {
		return because(NoProgress, "the gradient %s is too large to compute with; the function may have a pole near the point, or wants scaling down", num(kernel.Norm2(s.G), 3))
	}
	if !last.finite() {
		return because(NoProgress, "the function or its gradient is not finite at any step tried from this point, down to a rate of %s; the last good point is kept", num(last.alpha, 2))
	}
	return because(NoProgress, "no step along the negative gradient lowers f = %s: the gradient %s is lost in the rounding noise of f, f has a kink here, or this is not its gradient; scale the variables, check the gradient, or loosen the tolerance",
		num(s.F, 6), num(s.GradNorm, 3))
}

// rounding is how much two values of f near this one may differ by rounding
// alone.
func rounding[T Float](f float64) float64 { return 8 * epsilon[T]() * math.Abs(f) }
