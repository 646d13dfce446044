package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// A Projection moves a point, in place, to the nearest one of a convex set. It
// allocates nothing.
type Projection[T Float] func(x []T)

// Projected keeps the point in a convex set: each step of Rule is followed by a
// projection. It makes the Problem of its run one with a Set; where the Problem
// has none of its own, a start outside stays where it is until the first step.
// (Bounds of a Problem are kept by FirstOrder itself.)
//
//	x ← P(x + u)
type Projected[T Float] struct {
	Rule[T]
	Onto Projection[T]
	Name string // of the set, for people: "|x| ≤ 1"

	at []T
}

// Unwrap implements Wrapper.
func (r *Projected[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Projected[T]) Init(p *Problem[T]) error {
	if r.Rule == nil || r.Onto == nil {
		return errors.New("optim: Projected needs a rule and a projection")
	}
	r.at = make([]T, p.Dim)
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Projected[T]) Update(u []T, s *State[T]) {
	r.Rule.Update(u, s)
	kernel.Add(r.at, s.X, u)
	r.Onto(r.at)
	for i, v := range r.at {
		u[i] = v - s.X[i]
	}
}

// OntoNonNegative projects onto x ≥ 0.
func OntoNonNegative[T Float](x []T) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

// OntoInterval projects onto low ≤ x ≤ high, the same bounds for every element;
// Box.Project has some for each.
func OntoInterval[T Float](low, high float64) (Projection[T], error) {
	if !(low <= high) {
		return nil, fmt.Errorf("optim: there is no number from %v to %v to project onto", low, high)
	}
	lo, hi := T(low), T(high)
	return func(x []T) {
		for i, v := range x {
			x[i] = max(lo, min(v, hi))
		}
	}, nil
}

// OntoSimplex projects onto {x ≥ 0, Σx = sum}, by Michelot's method (J. Optim.
// Theory Appl. 50 (1986) 195): what is above the mean excess of the elements
// still positive stays.
func OntoSimplex[T Float](sum float64) (Projection[T], error) {
	if err := checkRadius("simplex", "sum", sum); err != nil {
		return nil, err
	}
	return func(x []T) {
		excess := threshold(x, sum, func(v T) float64 { return float64(v) })
		for i, v := range x {
			x[i] = T(max(float64(v)-excess, 0))
		}
	}, nil
}

// threshold is the τ with Σ max(size(x) − τ, 0) = sum. It grows from pass to
// pass, each over the elements above the last one.
func threshold[T Float](x []T, sum float64, size func(T) float64) float64 {
	tau, last := math.Inf(-1), -1
	for {
		n, total := 0, 0.0
		for _, v := range x {
			if w := size(v); w > tau {
				n++
				total += w
			}
		}
		if n == last || n == 0 {
			return tau
		}
		tau, last = (total-sum)/float64(n), n
	}
}

// OntoL1Ball projects onto Σ|x| ≤ radius (Duchi et al., ICML 2008).
func OntoL1Ball[T Float](radius float64) (Projection[T], error) {
	if err := checkRadius("l1 ball", "radius", radius); err != nil {
		return nil, err
	}
	size := func(v T) float64 { return math.Abs(float64(v)) }
	return func(x []T) {
		total := 0.0
		for _, v := range x {
			total += size(v)
		}
		if total <= radius {
			return
		}
		excess := threshold(x, radius, size)
		for i, v := range x {
			x[i] = T(math.Copysign(max(size(v)-excess, 0), float64(v)))
		}
	}, nil
}

// OntoL2Ball projects onto |x| ≤ radius.
func OntoL2Ball[T Float](radius float64) (Projection[T], error) {
	if err := checkRadius("l2 ball", "radius", radius); err != nil {
		return nil, err
	}
	return func(x []T) {
		if n := norm(x); n > radius {
			kernel.Scale(T(radius/n), x)
		}
	}, nil
}

// OntoLInfBall projects onto max|x| ≤ radius.
func OntoLInfBall[T Float](radius float64) (Projection[T], error) {
	if err := checkRadius("l∞ ball", "radius", radius); err != nil {
		return nil, err
	}
	return OntoInterval[T](-radius, radius)
}

// OntoHyperplane projects onto a·x = b.
func OntoHyperplane[T Float](a []T, b float64) (Projection[T], error) { return ontoPlane(a, b, false) }

// OntoHalfSpace projects onto a·x ≤ b.
func OntoHalfSpace[T Float](a []T, b float64) (Projection[T], error) { return ontoPlane(a, b, true) }

func ontoPlane[T Float](a []T, b float64, half bool) (Projection[T], error) {
	square := kernel.Dot(a, a)
	if !(square > 0) || !finite(square) || !finite(b) {
		return nil, fmt.Errorf("optim: a plane needs a finite normal vector that is not 0 and a finite offset, got a squared length of %v and %v", square, b)
	}
	return func(x []T) {
		if over := kernel.Dot(a, x) - b; over > 0 || !half {
			kernel.Axpy(-T(over/square), a, x)
		}
	}, nil
}

func checkRadius(set, what string, v float64) error {
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("optim: the %s to project onto needs a positive %s, got %v", set, what, v)
	}
	return nil
}
