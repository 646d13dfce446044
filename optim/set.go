package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Set is a closed convex set that confines all parameters together.
type Set[T Float] struct {
	Name string        // as people write it: "|x| ≤ 1"
	Onto Projection[T] // the nearest point of the set
}

// A SetKeeper is a Solver for problems with a Set: all the points that it moves to
// lie in it. A Run refuses a problem with one where its solver is none.
type SetKeeper interface{ KeepsSet() bool }

func keepsSet[T Float](s Solver[T]) bool {
	k, ok := s.(SetKeeper)
	return ok && k.KeepsSet()
}

// setOf is the set that the rule of a solver keeps by Projected, nil without one.
func setOf[T Float](s Solver[T]) *Set[T] {
	o, ok := s.(*FirstOrder[T])
	if !ok {
		return nil
	}
	var inner []*Projected[T] // the outermost first
	for r := o.Rule; r != nil; {
		if p, ok := r.(*Projected[T]); ok {
			inner = append(inner, p)
		}
		w, wraps := r.(Wrapper[T])
		if !wraps {
			break
		}
		r = w.Unwrap()
	}
	return intersection(inner)
}

// intersection is the set of projections that follow one another, the last one
// first. That is the projection onto what they have in common where the others are
// onto cones such as x ≥ 0.
func intersection[T Float](all []*Projected[T]) *Set[T] {
	if len(all) == 0 {
		return nil
	}
	var names []string
	for _, p := range slices.Backward(all) {
		name := p.Name
		if name == "" {
			name = "the set"
		}
		names = append(names, name)
	}
	return &Set[T]{strings.Join(names, " and "), func(x []T) {
		for _, p := range slices.Backward(all) {
			if p.Onto != nil {
				p.Onto(x)
			}
		}
	}}
}

// projectedStep stores P(x − step·g) − x in out, and returns its length: it is zero
// where x is stationary on the set. It is NaN if any element is.
func (c *Set[T]) projectedStep(x, g []T, step float64, out []T) float64 {
	if !finite(norm(g)) {
		return math.NaN()
	}
	for i, v := range x {
		out[i] = v - T(step)*g[i]
	}
	c.Onto(out)
	for i, v := range x {
		out[i] -= v
	}
	return norm(out)
}

// confineToSet moves the start into the set of the problem. Where only the rule has
// one, the first step leads into it.
func (r *Run[T]) confineToSet() error {
	p, s := &r.problem, &r.state
	given := p.Set != nil
	if !given {
		p.Set = setOf(r.solver)
	}
	switch {
	case p.Set == nil:
		return nil
	case p.Set.Onto == nil:
		return errors.New("optim: the set of the problem has no projection")
	case p.Bounds != nil || p.Term != nil:
		return fmt.Errorf("optim: a problem has bounds, a term or the set %s, not two of them; leave all but one out", p.Set.Name)
	case !keepsSet(r.solver):
		return fmt.Errorf("optim: %s cannot keep the set %s; use spg, gd or momentum", solverName(r.solver), p.Set.Name)
	}
	r.work, s.measure = make([]T, p.Dim), "projected gradient"
	if given {
		p.Set.Onto(s.X)
	}
	return nil
}
