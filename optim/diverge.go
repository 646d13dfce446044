package optim

// riseGuard sees values that rise step after step: the mark of a rate above
// the limit of stability.
type riseGuard struct {
	start, best, last float64
	rising            int
}

// The number of rises in a row, and the rise over the best value in units of
// the scale that the run had so far, that together count as divergence. A
// method with momentum may climb out of a valley, but not that far.
const (
	manyRises = 5
	farUp     = 1e3
)

func (g *riseGuard) init(f float64) { g.start, g.best, g.last, g.rising = f, f, f, 0 }

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
	return g.rising >= manyRises && f-g.best > farUp*max(g.start-g.best, abs(g.start), abs(g.best))
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}

// limited is a rule whose rate must stay below a limit set by the largest
// curvature, or the steps grow: 2/λ for gradient descent.
type limited interface {
	rateLimit(curvature float64) float64
}

var (
	_ limited = (*GD[float64])(nil)
	_ limited = (*Momentum[float64])(nil)
	_ limited = (*Nesterov[float64])(nil)
)

// diverged is the reason of a run whose values rise.
func (o *FirstOrder[T]) diverged(p *Problem[T], s *State[T]) Reason {
	return because(Diverged, "the values rise: %s at step %d after %s at best; the rate %s is too high",
		num(s.F, 3), s.Iter+1, num(o.rise.best, 3), num(s.Step, 3))
}
