// Package optim minimises functions over one flat vector of parameters.
//
// A Problem is a struct of functions, a Solver moves a State to its next
// accepted point, and a Run is an iterator over those points: the body of the
// caller's loop is the observer.
//
//	run, err := optim.Start(problem, x, &optim.FirstOrder[float64]{Rule: &optim.GD[float64]{Rate: 0.1}})
//	for s := range run.All(ctx) {
//		fmt.Println(s.Iter, s.F, s.GradNorm)
//	}
//	result := run.Result()
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
	Bounds *Box[T]                            // optional: where x may be
	Term   *Term[T]                           // optional: h of an objective f + h; Eval is f
	Parts  *Parts[T]                          // optional: f as a mean of parts
	Lines  *Pinball[T]                        // optional: absolute deviations of a linear model
	Set    *Set[T]                            // optional: a convex set that x must lie in
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
// this X and this batch; otherwise they were measured at the point before it,
// on the batch of the last step. With batches X and G may be other slices
// after a step.
//
// A Solver may set Why when it can take no further step: the Run then ends
// with that reason and the step does not count.
type State[T Float] struct {
	X, G     []T
	F        float64
	GradNorm float64 // Euclidean norm of G, or of what Bounds and Term leave of it; the Run keeps it
	Step     float64 // length factor of the last step along its direction: the rate for first-order rules
	Iter     int     // accepted steps so far
	Evals    int     // calls of Eval so far; the Run counts them
	Fresh    bool
	Batch    bool // F and G are those of one batch, not of the objective; the Run sets it
	Why      Reason
	measure  string // what GradNorm is the length of; "" is the gradient

	// With batches: memory for the next point. A solver that makes its point
	// there and leaves the old one in its place saves the keeper a copy.
	aside  []T
	normed bool // GradNorm is already that of G

	stall stillness[T]
	err   error // of the objective, asked by a rule
}

// A Rule turns a gradient into an update, in place: gradient descent,
// momentum, Adam, or a wrapper around another rule (a schedule, clipping,
// weight decay).
type Rule[T Float] interface {
	// Init checks the hyperparameters and allocates what Update needs.
	// It is called once for a run, and again when the rule starts another.
	Init(p *Problem[T]) error
	// Update gets the gradient in u and leaves there the step to be added to
	// s.X. On entry s.Step is the factor that schedules around this rule put
	// on its rate (1 without any); on return it is the rate that was used.
	// The number of this step, counted from 0, is s.Iter. Update allocates
	// nothing and changes nothing in s but s.Step.
	Update(u []T, s *State[T])
	// Buffers yields what the rule remembers between steps, in a fixed order
	// under unique names, so that a run can be saved and continued.
	Buffers(yield func(name string, b []T) bool)
}

// A Solver moves the state to its next accepted point: a first-order method, a
// line search, L-BFGS, Levenberg–Marquardt.
type Solver[T Float] interface {
	// Init prepares for the run that starts at s, where F and G are already
	// known and finite. It refuses an unsuitable problem, in words.
	Init(p *Problem[T], s *State[T]) error
	// Next takes one step: it leaves the new point in s.X, and its value and
	// gradient in s.F and s.G with Fresh true, or Fresh false when they are
	// those of the point before. It sets s.Step. The Run counts Iter and
	// Evals, and judges what comes back: a value or gradient that is not
	// finite ends the run. Where no step is possible Next sets s.Why.
	Next(p *Problem[T], s *State[T]) error
}

// Buffered is a Solver that can be saved and continued: what it remembers
// between steps are the buffers that it yields.
type Buffered[T Float] interface {
	Solver[T]
	Buffers(yield func(name string, b []T) bool)
}

// measured names what GradNorm is the length of.
func (s *State[T]) measured() string {
	if s.measure == "" {
		return "gradient"
	}
	return s.measure
}
