package optim

import (
	"fmt"
	"math"
)

// riseGuard sees values that rise step after step: the mark of a rate above
// the limit of stability.
type riseGuard struct {
	far               float64 // the rise that counts, see farUp
	start, best, last float64
	rising            int
}

// The number of rises in a row, and the rise over the best value in units of
// the scale that the run had so far, that together count as divergence. A
// method with a memory may climb far out of a valley and come back.
const (
	manyRises       = 5
	farUp           = 10
	farUpWithMemory = 1e3
)

func (o *FirstOrder[T]) watch(f float64) {
	o.rise = riseGuard{far: farUpWithMemory, start: f, best: f, last: f}
	if _, memoryless := bare(o.Rule).(*GD[T]); memoryless {
		o.rise.far = farUp
	}
}

func (g *riseGuard) step(f float64) bool {
	if f > g.last {
		g.rising++
	} else {
		g.rising = 0
	}
	g.last = f
	if f < g.best {
		g.best = f
		return false
	}
	return g.rising >= manyRises && f-g.best > g.far*max(g.start-g.best, math.Abs(g.start), math.Abs(g.best))
}

// limited is a rule whose rate must stay below a limit set by the largest
// curvature λ, or the steps grow. The formula of the limit is for people.
type limited interface {
	rateLimit(curvature float64) (limit float64, formula string)
}

var (
	_ limited = (*GD[float64])(nil)
	_ limited = (*Momentum[float64])(nil)
	_ limited = (*Nesterov[float64])(nil)
)

// bare is the rule inside schedules and decay, whose limit is that of the
// whole.
func bare[T Float](r Rule[T]) Rule[T] {
	for {
		switch w := r.(type) {
		case *Scheduled[T]:
			r = w.Rule
		case *WeightDecay[T]:
			r = w.Rule
		default:
			return r
		}
	}
}

// diverged is the reason of a run whose values rise.
func (o *FirstOrder[T]) diverged(s *State[T]) Reason {
	return because(Diverged, "the values rise: %s at step %d, %s at best before", num(s.F, 3), s.Iter+1, num(o.rise.best, 3))
}

// StableRate is a rate at which the rule does not blow up along the curvature λ:
// half the limit of stability. ok is false for rules without such a limit.
func (o *FirstOrder[T]) StableRate(curvature float64) (rate float64, ok bool) {
	rule, ok := bare(o.Rule).(limited)
	if !ok || !(curvature > 0) {
		return 0, false
	}
	limit, _ := rule.rateLimit(curvature)
	return limit / 2, true
}

// advise says which rate would have worked, from the curvature at x: the
// second half of a sentence.
func (o *FirstOrder[T]) advise(p *Problem[T], s *State[T], x []T) string {
	rule, ok := bare(o.Rule).(limited)
	if !ok {
		return fmt.Sprintf("; try a rate well below %s", num(s.Step, 3))
	}
	at, err := Extremes(p, x, Lanczos{Tol: 1e-3, Steps: 60})
	if err != nil || !(at.Max > 0) {
		return fmt.Sprintf("; the function does not curve upwards at the best point, so no rate can be named: try one well below %s, or another start", num(s.Step, 3))
	}
	limit, formula := rule.rateLimit(at.Max)
	if s.Step < limit {
		return fmt.Sprintf("; the rate %s is below the limit %s of the best point, so the function is steeper, or undefined, where the step went: try %s, or another start",
			num(s.Step, 3), num(limit, 3), num(s.Step/10, 2))
	}
	return fmt.Sprintf("; the rate %s is above the limit %s = %s for the largest curvature λ = %s found: try %s",
		num(s.Step, 3), num(limit, 3), formula, num(at.Max, 3), num(limit/2, 2))
}
