package optim

import (
	"context"
	"iter"
	"math"

	"descent/internal/kernel"
)

// Audit takes stock of each step, for tables and for teaching: what the
// gradient promised, what the step brought, and the angle between them. It
// allocates nothing after NewAudit.
//
//	audit := optim.NewAudit(run.State())
//	for s := range run.All(ctx) {
//		row := audit.Observe(s)
//		...
//	}
type Audit[T Float] struct {
	row  Row[T]
	x, g []T // the last observed point and the gradient there
	f    float64
}

// Row is the account of one step from the point x to x + u. Its slices are
// overwritten by the next Observe.
type Row[T Float] struct {
	Iter     int
	From     []T     // the point before the step
	Gradient []T     // the gradient there
	Step     []T     // u
	Rate     float64 // State.Step
	Value    float64 // f(x)
	GradNorm float64 // |g|
	StepNorm float64 // |u|
	// Predicted is the decrease that the tangent promises, −g·u: η|g|² for
	// gradient descent. Actual is f(x) − f(x+u), NaN where the two values
	// belong to different batches. Ratio is Actual/Predicted; it tends to 1 as
	// the step gets short.
	Predicted, Actual, Ratio float64
	// Angle is the angle β between step and gradient in degrees: 180 is straight
	// downhill. Cosine is cos β, so that −1 is straight downhill:
	// Predicted = −|g|·|u|·cos β. Both are NaN when step or gradient is zero.
	Angle, Cosine float64
}

// Audited is All with the account of each step. The row is overwritten by the
// next step.
//
//	for s, row := range run.Audited(ctx) {
//		fmt.Println(s.Iter, row.Predicted, row.Actual, row.Ratio, row.Cosine)
//	}
func (r *Run[T]) Audited(ctx context.Context) iter.Seq2[*State[T], *Row[T]] {
	return func(yield func(*State[T], *Row[T]) bool) {
		audit := NewAudit(&r.state)
		for r.Next(ctx) {
			if !yield(&r.state, audit.Observe(&r.state)) {
				return
			}
		}
	}
}

// NewAudit begins at s, the state before the first step.
func NewAudit[T Float](s *State[T]) *Audit[T] {
	n := len(s.X)
	a := &Audit[T]{x: make([]T, n), g: make([]T, n)}
	a.row.From, a.row.Gradient, a.row.Step = make([]T, n), make([]T, n), make([]T, n)
	a.note(s)
	return a
}

func (a *Audit[T]) note(s *State[T]) {
	copy(a.x, s.X)
	copy(a.g, s.G)
	a.f = s.F
}

// Observe accounts for the step that led to s since the last call.
func (a *Audit[T]) Observe(s *State[T]) *Row[T] {
	r := &a.row
	copy(r.From, a.x)
	copy(r.Gradient, a.g)
	r.Value, r.Actual = a.f, a.f-s.F
	if !s.Fresh { // value and gradient in s are those of the point before
		copy(r.Gradient, s.G)
		r.Value, r.Actual = s.F, math.NaN()
	}
	for i, x := range s.X {
		r.Step[i] = x - a.x[i]
	}
	r.Iter, r.Rate = s.Iter, s.Step
	r.GradNorm, r.StepNorm = norm(r.Gradient), norm(r.Step)
	slope := kernel.Dot(r.Gradient, r.Step)
	r.Predicted = -slope
	r.Ratio = r.Actual / r.Predicted
	r.Angle, r.Cosine = math.NaN(), math.NaN()
	if d := r.GradNorm * r.StepNorm; d > 0 {
		r.Cosine = max(-1, min(1, slope/d))
		r.Angle = math.Acos(r.Cosine) * 180 / math.Pi
	}
	a.note(s)
	return r
}
