// Package optim minimises functions over one flat vector of parameters.
//
// A Problem is a struct of functions, a Solver moves a State to its next
// accepted point, and a Run is an iterator over those points: the body of the
// caller's loop is the observer.
package optim

import (
	"descent/internal/kernel"
	"descent/param"
)

// Float is the element type of parameters and gradients. Losses, steps and
// tolerances are always float64.
type Float = kernel.Float

// Problem is an objective with a gradient over a flat vector of Dim parameters.
// Only Dim and Eval are required; a method that needs more refuses a Problem
// without it, in words, when the run starts.
type Problem[T Float] struct {
	Dim    int
	Eval   func(x, grad []T) (float64, error) // value at x; stores ∇f in grad unless it is nil
	Draw   func(step int) error               // optional: fixes the batch of this step
	HVP    func(x, v, out []T) error          // optional: out = ∇²f(x)·v
	Resid  *Residuals[T]                      // optional: least squares structure
	Blocks []param.Block                      // optional: names and shapes
}

// Residuals is the structure of a least squares problem f = ½·Scale·Σ rᵢ².
// Len is the number of residuals.
type Residuals[T Float] struct {
	Len   int
	Scale float64                    // f = ½·Scale·|r|²
	Eval  func(x, r []T) error       // r(x)
	JVP   func(x, v, out []T) error  // out = J·v, Len numbers
	VJP   func(x, u, out []T) error  // out = Jᵀ·u, Dim numbers
	Jac   func(x []T, jac []T) error // J by columns: jac[j*Len+i] = ∂rᵢ/∂xⱼ
}

// State is what moves: allocated once, reused. When Fresh, F and G belong to
// this X and this batch.
type State[T Float] struct {
	X, G  []T
	F     float64
	Step  float64 // length factor of the last step along its direction: the rate for first-order rules
	Iter  int     // accepted steps so far
	Evals int     // calls of Eval so far
	Fresh bool
	Why   Reason
}
