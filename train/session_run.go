package train

import (
	"context"
	"slices"
	"time"

	"descent/optim"
)

// run walks downhill until a stop, the patience or the context ends it.
func (s *session[T]) run(ctx context.Context) error {
	if limit := s.plan.opts.Time; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	problem, steps, err := s.stepped()
	if err != nil {
		return err
	}
	run, err := s.ready(problem, steps)
	if err != nil {
		return err
	}
	if err := s.loop(ctx, run, steps); err != nil {
		return err
	}
	s.speed = s.pace.rowsPerSecond(s.steps, s.plan.perStep())
	if run.Err() != nil {
		return run.Err()
	}
	s.finish(run)
	return nil
}

// stepped is the problem of a step, and how many steps there are.
func (s *session[T]) stepped() (problem optim.Problem[T], steps int, err error) {
	var draw func(step int) error
	steps = s.plan.opts.Epochs
	if !s.plan.full() {
		if draw, steps, err = s.batches(); err != nil {
			return problem, 0, err
		}
	}
	problem = s.problem(draw)
	if k := s.plan.opts.Accumulate; k > 1 {
		problem, err = optim.Accumulate(problem, k)
		steps = (steps + k - 1) / k
	}
	return problem, steps, err
}

// ready is the run before its next step, with the solver and its start.
func (s *session[T]) ready(problem optim.Problem[T], steps int) (*optim.Run[T], error) {
	x, solver, err := s.solver(&problem, steps)
	if err != nil {
		return nil, err
	}
	if problem, err = s.freeze(problem, x); err != nil {
		return nil, err
	}
	s.start = slices.Clone(x)
	if err := s.checkGradient(&problem, x); err != nil {
		return nil, err
	}
	return s.begin(problem, x, solver, steps)
}

// begin is the run at its start, or where the last checkpoint left it.
func (s *session[T]) begin(problem optim.Problem[T], x []T, solver optim.Solver[T], steps int) (*optim.Run[T], error) {
	s.follow(solver)
	s.pace.began = time.Now()
	s.saver = newSaver(s.plan)
	if s.plan.opts.Resume {
		c, err := readCheckpoint(s.plan.opts.Dir)
		if err != nil {
			return nil, err
		}
		if !c.fresh() {
			return s.resume(c, problem, solver, s.stops(steps), steps)
		}
		s.plan.aside = append(s.plan.aside, fromTheStart)
	}
	return optim.Start(problem, x, solver, s.stops(steps)...)
}
