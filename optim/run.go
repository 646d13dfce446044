package optim

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"descent/internal/kernel"
)

// Run is a minimisation under way: an iterator over accepted points. It counts
// evaluations, keeps the best point, refuses what is not finite and knows why
// it ended. A Run is not safe for concurrent use.
type Run[T Float] struct {
	problem Problem[T]
	solver  Solver[T]
	stops   []Stop[T]
	state   State[T]
	keep    keeper[T]
	guard   fallGuard
	work    []T // of stationarity, where the problem has bounds or a term
	memo    scalars[T]
	err     error
	began   time.Time
	took    time.Duration
}

// Start evaluates the problem at a copy of x and prepares the solver. Without
// stops the run ends by DefaultStops. A start point that already meets a stop
// ends the run before its first step; so does one where the value or the
// gradient is not finite, with status Diverged. Start returns an error for a
// problem, point or solver that does not fit, and for an error of Eval.
func Start[T Float](p Problem[T], x []T, solver Solver[T], stops ...Stop[T]) (*Run[T], error) {
	return begin(p, x, 0, solver, nil, stops)
}

// Resume continues a run that was saved after iter steps. For x and each buffer
// that Run.Buffers yielded, load fills a slice of the same length under the
// same name. The solver carries the same settings as in the saved run.
func Resume[T Float](p Problem[T], iter int, solver Solver[T], load func(name string, b []T) error, stops ...Stop[T]) (*Run[T], error) {
	if load == nil || iter < 0 {
		return nil, fmt.Errorf("optim: resume needs a load function and a step count, got %d steps", iter)
	}
	x := make([]T, max(p.Dim, 0))
	if err := load("x", x); err != nil {
		return nil, fmt.Errorf("optim: resume after %s: %w", steps(iter), err)
	}
	return begin(p, x, iter, solver, load, stops)
}

func begin[T Float](p Problem[T], x []T, iter int, solver Solver[T], load func(string, []T) error, stops []Stop[T]) (*Run[T], error) {
	if err := check(p, x, solver); err != nil {
		return nil, err
	}
	if len(stops) == 0 {
		stops = stopsFor(solver)
	}
	r := &Run[T]{problem: p, solver: solver, stops: stops, began: time.Now()}
	if err := r.confine(x); err != nil {
		return nil, err
	}
	s := &r.state
	s.X, s.G, s.Iter, s.Batch = slices.Clone(x), make([]T, p.Dim), iter, p.Draw != nil
	s.stall = stillness[T]{x: make([]T, p.Dim), since: -1}
	if err := r.confineToSet(); err != nil {
		return nil, err
	}
	eval := p.Eval
	r.problem.Eval = func(x, grad []T) (float64, error) {
		s.Evals++
		return eval(x, grad)
	}
	if err := r.arrive(load); err != nil {
		return nil, err
	}
	if s.Why.Status != Running {
		return r, nil
	}
	if err := solver.Init(&r.problem, s); err != nil {
		return nil, err
	}
	if load != nil {
		if err := r.restore(load); err != nil {
			return nil, err
		}
	}
	if why := r.stopped(); why.Status != Running {
		r.end(why)
	}
	return r, nil
}

// arrive measures the point where the run starts. Where a run with batches goes
// on, what was measured there before counts, and the next step draws its batch.
func (r *Run[T]) arrive(load func(string, []T) error) error {
	p, s := &r.problem, &r.state
	if s.Batch && load != nil {
		r.keep.init(s, r.solver)
		if err := r.recall(load); err != nil || r.memo.at(memoFresh) == 0 {
			return err
		}
	}
	if p.Draw != nil {
		if err := p.Draw(s.Iter); err != nil {
			return fmt.Errorf("optim: drawing the batch of step %d: %w", s.Iter, err)
		}
	}
	f, err := p.Eval(s.X, s.G)
	if err != nil {
		return fmt.Errorf("optim: evaluating the start point: %w", err)
	}
	if p.Term != nil {
		f += p.Term.Value(s.X)
	}
	s.F, s.GradNorm, s.Fresh = f, stationarity(p, s.X, s.G, r.work), true
	r.keep.init(s, r.solver)
	if p.Set != nil && apart(p.Set, s.X) > 1e-9*(1+norm(s.X)) {
		r.keep.known = false // a start outside is not to be kept
	}
	r.guard.init(f)
	if !sound(s) {
		r.end(because(Diverged, "%s at the start point; start where the function is defined", notFinite(s, p.Blocks)))
	}
	return nil
}

// check refuses what cannot be run.
func check[T Float](p Problem[T], x []T, solver Solver[T]) error {
	switch {
	case p.Eval == nil:
		return errors.New("optim: the problem has no Eval function")
	case p.Dim < 1:
		return fmt.Errorf("optim: the problem has %d parameters, needs at least 1", p.Dim)
	case len(x) != p.Dim:
		return fmt.Errorf("optim: the start point has %d numbers, the problem %d parameters", len(x), p.Dim)
	case solver == nil:
		return errors.New("optim: no solver given")
	}
	for i, v := range x {
		if !finite(float64(v)) {
			return fmt.Errorf("optim: the start point is not finite: element %d is %v", i, v)
		}
	}
	return nil
}

// confine completes and checks the bounds and the term of the problem, and
// refuses a start outside and a solver that would leave them.
func (r *Run[T]) confine(x []T) (err error) {
	p := &r.problem
	if p.Bounds == nil && p.Term == nil {
		return nil
	}
	r.work = make([]T, p.Dim)
	switch {
	case p.Bounds != nil:
		r.state.measure = "projected gradient"
	case p.Term.L1 != nil:
		r.state.measure = "subgradient"
	default:
		r.state.measure = "proximal step"
	}
	switch {
	case p.Bounds != nil && p.Term != nil:
		return errors.New("optim: a problem has bounds or a term, not both")
	case p.Bounds != nil && !keepsBounds(r.solver):
		return fmt.Errorf("optim: %s cannot keep bounds; use lbfgsb, spg, a rule such as adam, or lm for a sum of squares", solverName(r.solver))
	case p.Term != nil && !takesTerm(r.solver):
		return fmt.Errorf("optim: %s needs a smooth objective, but this one has a term that is not; use fista", solverName(r.solver))
	case p.Term != nil:
		return p.Term.check(p.Dim)
	}
	if p.Bounds, err = p.Bounds.whole(p.Dim, p.Blocks); err != nil {
		return err
	}
	if i := p.Bounds.outside(x); i >= 0 {
		return fmt.Errorf("optim: the start %s = %v lies outside its bounds, %v to %v; start within them", nameOf(p.Blocks, i), x[i], p.Bounds.Lower[i], p.Bounds.Upper[i])
	}
	return nil
}

func (r *Run[T]) restore(load func(string, []T) error) (err error) {
	b, ok := r.solver.(Buffered[T])
	if !ok {
		return fmt.Errorf("optim: %s cannot be resumed: it yields no buffers", solverName(r.solver))
	}
	b.Buffers(func(name string, b []T) bool {
		err = load(name, b)
		return err == nil
	})
	if err == nil {
		err = r.recall(load)
	}
	if err != nil {
		return fmt.Errorf("optim: resume after %s: %w", steps(r.state.Iter), err)
	}
	return nil
}

// Next takes one step and reports whether it was accepted; the point is then
// in State. The step that meets a stop is still reported; the call after it
// returns false. A cancelled context ends the run with status Interrupted, one
// past its deadline with status Time.
func (r *Run[T]) Next(ctx context.Context) bool {
	s := &r.state
	if s.Why.Status != Running {
		return false
	}
	if err := ctx.Err(); err != nil {
		r.end(cut(err, s.Iter))
		return false
	}
	r.keep.before(s)
	if err := r.solver.Next(&r.problem, s); err != nil {
		r.fail(ctx, err)
		return false
	}
	if !s.normed {
		s.GradNorm = stationarity(&r.problem, s.X, s.G, r.work)
	}
	s.normed = false
	if !sound(s) {
		r.end(r.nonFinite())
		return false
	}
	if s.Why.Status != Running {
		return r.gaveUp()
	}
	s.Iter++
	r.keep.after(s)
	if why := r.stopped(); why.Status != Running {
		r.end(why)
	} else if !s.Batch && r.guard.step(s.F) {
		r.end(bottomless(s.F, s.Iter))
	}
	return true
}

// gaveUp ends a run whose solver found no further step, unless the point that
// it holds already meets a goal.
func (r *Run[T]) gaveUp() bool {
	why := r.state.Why
	r.state.Why = Reason{}
	if why.Status != Diverged {
		r.keep.after(&r.state)
		if w := r.stopped(); w.Status == Converged || w.Status == Target {
			why = w
		} else if r.guard.falling(r.state.F) {
			why = bottomless(r.state.F, r.state.Iter)
		}
	}
	r.end(r.advised(why))
	return false
}

func (r *Run[T]) stopped() Reason {
	for _, stop := range r.stops {
		why := stop(&r.state)
		if why.Status == Running {
			continue
		}
		if l, ok := r.solver.(leaver[T]); ok && why.Status == Converged && l.leave(&r.problem, &r.state) {
			continue
		}
		return why
	}
	return Reason{}
}

// leaver is a solver that can go on from a point where the run has converged: it
// reports that the point is a saddle or a maximum, which its next step leaves.
type leaver[T Float] interface {
	leave(p *Problem[T], s *State[T]) bool
}

func (r *Run[T]) fail(ctx context.Context, err error) {
	if cause := ctx.Err(); cause != nil && errors.Is(err, cause) {
		r.end(cut(cause, r.state.Iter))
		return
	}
	r.err = fmt.Errorf("optim: step %d: %w", r.state.Iter+1, err)
	r.end(because(Failed, "the objective failed at step %d: %v", r.state.Iter+1, err))
}

// end ends the run. Where the point kept is not the one that the reason speaks
// of, the reason says so.
func (r *Run[T]) end(why Reason) {
	s, k := &r.state, &r.keep
	if why.Status == Budget || why.Status == Time || why.Status == Interrupted {
		if !s.Batch && k.f < s.F {
			why.Text += fmt.Sprintf("; kept the best point instead, that of step %d with value %s", k.iter, num(k.f, 6))
		}
	}
	s.Why = why
	r.took = time.Since(r.began)
}

// cut is the reason of a run that its context ended.
func cut(err error, iter int) Reason {
	if errors.Is(err, context.DeadlineExceeded) {
		return because(Time, "the deadline passed after %s", steps(iter))
	}
	return because(Interrupted, "interrupted after %s", steps(iter))
}

// All is the run as a sequence: the state after each accepted step. The start
// point is not among them; State has it before the first step. A loop that
// breaks off may be continued by calling All again.
func (r *Run[T]) All(ctx context.Context) iter.Seq[*State[T]] {
	return func(yield func(*State[T]) bool) {
		for r.Next(ctx) {
			if !yield(&r.state) {
				return
			}
		}
	}
}

// State is the present state, owned by the run and overwritten by Next.
func (r *Run[T]) State() *State[T] { return &r.state }

// Err is the error of the objective or the solver that ended the run, if any.
func (r *Run[T]) Err() error { return r.err }

// Problem is the problem as the run sees it, with Eval counted.
func (r *Run[T]) Problem() *Problem[T] { return &r.problem }

// Minimize starts a run and takes steps until it ends. The error is that of
// Start or of the objective; how the run ended is in its Result.
func Minimize[T Float](ctx context.Context, p Problem[T], x []T, solver Solver[T], stops ...Stop[T]) (*Run[T], error) {
	r, err := Start(p, x, solver, stops...)
	if err != nil {
		return nil, err
	}
	for r.Next(ctx) {
	}
	return r, r.err
}

// norm is the Euclidean norm, NaN if any element is. Short vectors take the
// plain loop: it is the whole cost of a step in a few variables.
func norm[T Float](v []T) float64 {
	if len(v) <= 16 {
		sum := 0.0
		for _, e := range v {
			sum += float64(e) * float64(e)
		}
		if sum > 1e-30 && sum < 1e30 {
			return math.Sqrt(sum)
		}
	}
	return kernel.Norm2(v)
}
