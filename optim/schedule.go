package optim

import (
	"errors"
	"fmt"
	"math"
)

// A Schedule is a course of the rate over the steps: the factor on the rate of
// the rule at each step, counted from 0.
type Schedule interface {
	Factor(step int) float64
	// Check returns an error for settings that make no schedule.
	Check() error
}

// Scheduled is a rule whose rate follows a schedule. Schedules around each
// other multiply.
type Scheduled[T Float] struct {
	Rule[T]
	Schedule Schedule
}

// Init implements Rule.
func (r *Scheduled[T]) Init(p *Problem[T]) error {
	if r.Rule == nil || r.Schedule == nil {
		return errors.New("optim: Scheduled needs a rule and a schedule")
	}
	if err := r.Schedule.Check(); err != nil {
		return err
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Scheduled[T]) Update(u []T, s *State[T]) {
	s.Step *= r.Schedule.Factor(s.Iter)
	r.Rule.Update(u, s)
}

// Begin implements Elementwise for a rule that does.
func (r *Scheduled[T]) Begin(s *State[T]) bool {
	inner, ok := r.Rule.(Elementwise[T])
	if !ok {
		return false
	}
	s.Step *= r.Schedule.Factor(s.Iter)
	return inner.Begin(s)
}

// Part implements Elementwise.
func (r *Scheduled[T]) Part(u, x []T, lo int) { r.Rule.(Elementwise[T]).Part(u, x, lo) }

// Constant leaves the rate as it is.
type Constant struct{}

// Factor implements Schedule.
func (Constant) Factor(int) float64 { return 1 }

// Check implements Schedule.
func (Constant) Check() error { return nil }

// StepDecay multiplies the rate by By after every Every steps.
type StepDecay struct {
	Every int     // steps between two drops, at least 1
	By    float64 // 0 means 0.1
}

// Factor implements Schedule.
func (d StepDecay) Factor(step int) float64 {
	return math.Pow(orDefault(d.By, 0.1), float64(step/d.Every))
}

// Check implements Schedule.
func (d StepDecay) Check() error { return checkDecay("step", d.Every, orDefault(d.By, 0.1)) }

// Exponential multiplies the rate by By over every Every steps, smoothly:
// By^(step/Every).
type Exponential struct {
	Every int     // 0 means 1
	By    float64 // 0 means 0.999
}

// Factor implements Schedule.
func (d Exponential) Factor(step int) float64 {
	return math.Pow(orDefault(d.By, 0.999), float64(step)/float64(max(d.Every, 1)))
}

// Check implements Schedule.
func (d Exponential) Check() error {
	return checkDecay("exponential", max(d.Every, 1), orDefault(d.By, 0.999))
}

func checkDecay(name string, every int, by float64) error {
	switch {
	case every < 1:
		return fmt.Errorf("optim: the %s schedule needs at least 1 step between two drops, got %d", name, every)
	case !(by > 0) || math.IsInf(by, 0):
		return fmt.Errorf("optim: the %s schedule needs a positive factor, got %v; try 0.5", name, by)
	}
	return nil
}

// Cosine lets the rate fall from 1 to End over Steps steps along half a cosine
// and leaves it there (Loshchilov and Hutter, arXiv 1608.03983, without
// restarts):
//
//	End + (1−End)·(1 + cos(π·step/Steps))/2
type Cosine struct {
	Steps int
	End   float64 // in [0, 1]
}

// Factor implements Schedule.
func (c Cosine) Factor(step int) float64 {
	done := min(1, float64(step)/float64(c.Steps))
	return c.End + (1-c.End)*(1+math.Cos(math.Pi*done))/2
}

// Check implements Schedule.
func (c Cosine) Check() error {
	if c.Steps < 1 || !(c.End >= 0 && c.End <= 1) {
		return fmt.Errorf("optim: the cosine schedule needs at least 1 step and an end in [0, 1], got %d steps to %v", c.Steps, c.End)
	}
	return nil
}

// Warmup raises the rate over its first Steps steps, 1/Steps at step 0, and
// then follows Then, whose steps count from the end of the warmup.
type Warmup struct {
	Steps int
	Then  Schedule // nil means Constant
}

// Factor implements Schedule.
func (w Warmup) Factor(step int) float64 {
	if step < w.Steps {
		return float64(step+1) / float64(w.Steps)
	}
	if w.Then == nil {
		return 1
	}
	return w.Then.Factor(step - w.Steps)
}

// Check implements Schedule.
func (w Warmup) Check() error {
	if w.Steps < 0 {
		return fmt.Errorf("optim: the warmup needs a count of steps, got %d", w.Steps)
	}
	if w.Then == nil {
		return nil
	}
	return w.Then.Check()
}
