package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Term is a convex part h of an objective f + h that need not be smooth, given
// by its proximal operator. Problem.Eval is then f alone; the values that a Run
// reports are those of f + h.
type Term[T Float] struct {
	// Value is h(x).
	Value func(x []T) float64
	// Prox replaces x by the z that minimises h(z) + |z − x|²/(2·step).
	Prox func(x []T, step float64)
	// L1 are the weights of the parameters, Dim numbers, where h is
	// Σ L1[i]·|x[i]|; nil for other terms.
	L1 []T
}

// L1 is the term h(x) = Σ weights[i]·|x[i]| of the lasso. A weight of zero
// leaves a parameter, such as an intercept, without penalty. Its Prox is soft
// thresholding (Donoho, IEEE Trans. Inf. Theory 41 (1995) 613):
//
//	x[i] ← sign(x[i])·max(0, |x[i]| − step·weights[i])
func L1[T Float](weights []T) *Term[T] {
	w := slices.Clone(weights)
	return &Term[T]{
		L1: w,
		Value: func(x []T) float64 {
			sum := 0.0
			for i, v := range x {
				sum += float64(w[i]) * math.Abs(float64(v))
			}
			return sum
		},
		Prox: func(x []T, step float64) {
			for i, v := range x {
				x[i] = soft(v, T(step)*w[i])
			}
		},
	}
}

// soft moves v towards zero by t, and not beyond.
func soft[T Float](v, t T) T {
	switch {
	case v > t:
		return v - t
	case v < -t:
		return v + t
	case v != v:
		return v
	}
	return 0
}

// check refuses a term that cannot be one of n parameters.
func (t *Term[T]) check(n int) error {
	if t.Value == nil || t.Prox == nil {
		return errors.New("optim: the term of the problem needs both Value and Prox")
	}
	if t.L1 != nil && len(t.L1) != n {
		return fmt.Errorf("optim: %d l1 weights for %d parameters", len(t.L1), n)
	}
	for i, w := range t.L1 {
		if !(w >= 0) || !finite(float64(w)) {
			return fmt.Errorf("optim: the l1 weights must be finite and not negative; weight %d is %v", i, w)
		}
	}
	return nil
}

// A TermTaker is a Solver for problems with a Term. A Run refuses a problem with
// one where its solver is none.
type TermTaker interface{ TakesTerm() bool }

func takesTerm[T Float](s Solver[T]) bool {
	k, ok := s.(TermTaker)
	return ok && k.TakesTerm()
}
