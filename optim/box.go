package optim

import (
	"fmt"
	"math"
	"slices"

	"descent/param"
)

// Box bounds the parameters of a Problem: Lower[i] ≤ x[i] ≤ Upper[i]. An
// infinite entry is no bound, and a nil slice no bound on that side. Equal
// bounds hold a parameter fixed.
type Box[T Float] struct{ Lower, Upper []T }

// Unbounded is the box of n parameters without any bound, to be narrowed.
func Unbounded[T Float](n int) *Box[T] {
	b := &Box[T]{Lower: make([]T, n), Upper: make([]T, n)}
	for i := range n {
		b.Lower[i], b.Upper[i] = T(math.Inf(-1)), T(math.Inf(1))
	}
	return b
}

// whole is a copy of the box with both slices, checked for n parameters.
func (b *Box[T]) whole(n int, blocks []param.Block) (*Box[T], error) {
	w := Unbounded[T](n)
	for side, v := range map[string][]T{"lower": b.Lower, "upper": b.Upper} {
		if v != nil && len(v) != n {
			return nil, fmt.Errorf("optim: %d %s bounds for %d parameters", len(v), side, n)
		}
	}
	if b.Lower != nil {
		copy(w.Lower, b.Lower)
	}
	if b.Upper != nil {
		copy(w.Upper, b.Upper)
	}
	for i, low := range w.Lower {
		high := w.Upper[i]
		if !(low <= high) || math.IsInf(float64(low), 1) || math.IsInf(float64(high), -1) {
			return nil, fmt.Errorf("optim: the bounds of %s are %v to %v; the lower one must be a number below the upper one", nameOf(blocks, i), low, high)
		}
	}
	return w, nil
}

// outside is the first parameter of x beyond its bounds, or −1.
func (b *Box[T]) outside(x []T) int {
	for i, v := range x {
		if !(b.Lower[i] <= v && v <= b.Upper[i]) {
			return i
		}
	}
	return -1
}

// Project moves x to the nearest point of the box. Both slices must be there,
// as those of the Problem that a Run passes to its solver are. NaN stays.
func (b *Box[T]) Project(x []T) {
	low, high := b.Lower[:len(x)], b.Upper[:len(x)]
	for i, v := range x {
		if v < low[i] {
			x[i] = low[i]
		} else if v > high[i] {
			x[i] = high[i]
		}
	}
}

// clamp is v moved into the bounds of parameter i.
func (b *Box[T]) clamp(i int, v T) T {
	if v < b.Lower[i] {
		return b.Lower[i]
	}
	if v > b.Upper[i] {
		return b.Upper[i]
	}
	return v
}

// Clone is a copy that shares nothing with b.
func (b *Box[T]) Clone() *Box[T] {
	if b == nil {
		return nil
	}
	return &Box[T]{Lower: slices.Clone(b.Lower), Upper: slices.Clone(b.Upper)}
}

// A BoundKeeper is a Solver for problems with bounds: all the points that it
// moves to lie within Problem.Bounds, which is complete then. A Run refuses a
// problem with bounds where its solver is none.
type BoundKeeper interface{ KeepsBounds() bool }

func keepsBounds[T Float](s Solver[T]) bool {
	k, ok := s.(BoundKeeper)
	return ok && k.KeepsBounds()
}

// stationarity is the length of what must vanish at a minimum, which it leaves
// in work where the problem has bounds or a term: ∇f without the entries that
// press a variable against a bound it is at; for a term Σ wᵢ·|xᵢ| the shortest
// subgradient of the sum; for other terms prox(x − ∇f) − x, and P(x − ∇f) − x for
// a set. It is NaN if any
// element is.
func stationarity[T Float](p *Problem[T], x, g, work []T) float64 {
	switch {
	case p.Bounds != nil:
		low, high := p.Bounds.Lower, p.Bounds.Upper
		for i, v := range g {
			if v > 0 && x[i] == low[i] || v < 0 && x[i] == high[i] {
				v = 0
			}
			work[i] = v
		}
	case p.Set != nil:
		return p.Set.projectedStep(x, g, 1, work)
	case p.Term == nil:
		return norm(g)
	case p.Term.L1 != nil:
		for i, w := range p.Term.L1 {
			work[i] = shortest(x[i], g[i], w)
		}
	default:
		for i, v := range x {
			work[i] = v - g[i]
		}
		p.Term.Prox(work, 1)
		for i, v := range x {
			work[i] -= v
		}
		if !finite(norm(g)) {
			return math.NaN()
		}
	}
	return norm(work)
}

// shortest is the element nearest to zero of the subdifferential g + w·∂|x|.
func shortest[T Float](x, g, w T) T {
	switch {
	case x > 0:
		return g + w
	case x < 0:
		return g - w
	}
	return soft(g, w)
}
