package optim

import "descent/internal/kernel"

// escape is how a method leaves a stationary point that is no minimum.
type escape[T Float] struct {
	down []float64 // a direction in which f falls from the state's point; nil where none is known
}

// leave implements leaver: it asks what kind of point the state is at, and
// keeps the direction that leads down from a saddle or a maximum.
func (e *escape[T]) leave(p *Problem[T], s *State[T]) bool {
	e.down = Judge(p, s.X, s.GradNorm).Downhill
	return e.down != nil
}

// leap goes along the direction, one way or the other, as far as f is seen to
// fall.
func (e *escape[T]) leap(p *Problem[T], s *State[T], l *line[T]) error {
	down := e.down
	e.down = nil
	for far := 0.5 * (1 + kernel.Norm2(s.X)); far > 1e-8; far /= 4 {
		for _, way := range [2]float64{far, -far} {
			for i, d := range down {
				l.at[i] = T(float64(s.X[i]) + way*d)
			}
			f, err := p.Eval(l.at, l.grad)
			if err != nil {
				return err
			}
			if finite(f) && finite(kernel.Norm2(l.grad)) && f < s.F-rounding[T](s.F) {
				advance(s, trial{alpha: far, f: f}, l.at, l.grad)
				return nil
			}
		}
	}
	s.Why = because(NoProgress, "the point is no minimum, yet no lower value was found along the direction that leads down from it; the value is %s", num(s.F, 6))
	return nil
}
