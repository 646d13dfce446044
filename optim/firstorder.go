package optim

import (
	"errors"
	"fmt"
	"slices"

	"descent/internal/kernel"
)

// FirstOrder is the Solver that applies a Rule: x ← x + u, where the rule made
// u from the gradient. It needs one evaluation a step. With Draw, the gradient
// of a step belongs to the batch of that step and the state is not Fresh
// afterwards.
//
// Within bounds each step is projected: x ← P(x + u).
//
// On a full objective it sees a rate that is too high: the values rise step
// after step. The run then ends as Diverged, and says which rate would work.
type FirstOrder[T Float] struct {
	Rule Rule[T]
	// Skip lets so many batches in a row pass without a step whose value or
	// gradient is not finite; one more ends the run, as the first one does
	// without it. A full objective gives no second chance.
	Skip int

	u       []T
	parts   parts[T]
	rise    riseGuard
	average Averaging[T] // of Rule; nil without one
	walk    []T          // where that rule is
	skipped scalars[T]   // see skip.go; nil without Skip
}

// Init implements Solver.
func (o *FirstOrder[T]) Init(p *Problem[T], s *State[T]) (err error) {
	if o.Rule == nil {
		return errors.New("optim: FirstOrder needs a rule, such as GD")
	}
	o.parts.rule, _ = o.Rule.(Elementwise[T])
	o.parts.mover, _ = moverOf(o.Rule)
	o.watch(s.F)
	if o.average, err = averagingOf(o.Rule); err != nil {
		return err
	}
	if o.walk = nil; o.average != nil {
		o.walk = slices.Clone(s.X)
	}
	if o.u = nil; s.aside == nil || o.average != nil {
		o.u = make([]T, p.Dim)
	}
	o.beginSkipping(s)
	return o.Rule.Init(p)
}

// KeepsBounds implements BoundKeeper.
func (o *FirstOrder[T]) KeepsBounds() bool { return true }

// KeepsSet implements SetKeeper.
func (o *FirstOrder[T]) KeepsSet() bool { return true }

// Buffers implements Buffered.
func (o *FirstOrder[T]) Buffers(yield func(name string, b []T) bool) {
	if o.walk != nil && !yield("walk", o.walk) || o.skipped != nil && !yield("skipped", o.skipped) {
		return
	}
	o.Rule.Buffers(yield)
}

// Next implements Solver.
func (o *FirstOrder[T]) Next(p *Problem[T], s *State[T]) error {
	if o.average != nil {
		return o.nextAveraged(p, s)
	}
	if !s.Fresh {
		if err := o.measure(p, s); err != nil {
			return err
		}
		if o.skips(p, s) || !finite(s.F) {
			return nil // the Run names it; the point stays
		}
	}
	if err := o.step(p, s); err != nil {
		return err
	}
	return o.arrive(p, s)
}

// step moves s.X along s.G.
func (o *FirstOrder[T]) step(p *Problem[T], s *State[T]) error {
	o.move(s)
	if s.err != nil {
		return s.err
	}
	switch {
	case p.Bounds != nil:
		p.Bounds.Project(s.X)
		s.normed = false
	case p.Set != nil:
		p.Set.Onto(s.X)
		s.normed = false
	}
	return nil
}

// arrive evaluates a full objective at the new point.
func (o *FirstOrder[T]) arrive(p *Problem[T], s *State[T]) error {
	if p.Draw != nil {
		s.Fresh = false
		return nil
	}
	f, err := p.Eval(s.X, s.G)
	if err != nil {
		return err
	}
	s.F = f
	if o.rise.step(f) {
		s.Why = o.diverged(s)
	}
	return nil
}

// move applies the rule. With batches the new point is made in s.aside and
// changes places with s.X, so that the old one is kept without a copy.
func (o *FirstOrder[T]) move(s *State[T]) {
	to, u := s.X, o.u
	if s.aside != nil {
		to, u = s.aside, s.aside
	}
	s.Step = 1
	if o.parts.rule != nil && o.parts.rule.Begin(s) {
		s.GradNorm = o.parts.step(to, s.X, s.G, u, s.aside != nil)
		s.normed = s.aside != nil
	} else {
		s.Step = 1
		copy(u, s.G)
		o.Rule.Update(u, s)
		kernel.Add(to, s.X, u)
	}
	if s.aside != nil {
		s.X, s.aside = s.aside, s.X
	}
}

// makesAside says that the old point is in s.aside after a step with batches.
func (o *FirstOrder[T]) makesAside() {}

// measure draws the batch of this step and evaluates it at the present point.
func (o *FirstOrder[T]) measure(p *Problem[T], s *State[T]) (err error) {
	if p.Draw != nil {
		if err := p.Draw(s.Iter); err != nil {
			return fmt.Errorf("drawing the batch: %w", err)
		}
	}
	s.F, err = p.Eval(s.X, s.G)
	s.Fresh = err == nil
	return err
}
