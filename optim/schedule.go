package optim

import (
	"errors"
	"fmt"
	"math"
)

// A Schedule is a course over the steps of a run: the factor on a
// hyperparameter, which is the rate unless said otherwise, at each step,
// counted from 0. It is a function of the step alone, so that a run can be
// continued anywhere; ReduceOnPlateau, which depends on losses, is a rule.
type Schedule interface {
	Factor(step int) float64
	// Check returns an error for settings that make no schedule.
	Check() error
}

// Scheduled is a rule one of whose hyperparameters follows a schedule:
// its own value times the factor of each step. Schedules around each other
// multiply.
type Scheduled[T Float] struct {
	Rule[T]
	Schedule Schedule
	// Name is that of the hyperparameter, an exported float64 field of the rule
	// or of one that it wraps, written as in the table of methods: "beta1",
	// "decay". "" or "rate" is the rate.
	Name string

	field, partner *float64 // nil: the rate alone
	cycle          Schedule // of the partner, in its own units
}

// Unwrap implements Wrapper.
func (r *Scheduled[T]) Unwrap() Rule[T] { return r.Rule }

// partnered is a schedule of the rate that moves the momentum of the rule
// along, where it has one.
type partnered interface{ momentum() Schedule }

// Init implements Rule.
func (r *Scheduled[T]) Init(p *Problem[T]) error {
	if r.Rule == nil || r.Schedule == nil {
		return errors.New("optim: Scheduled needs a rule and a schedule")
	}
	if err := r.Schedule.Check(); err != nil {
		return err
	}
	if err := r.Rule.Init(p); err != nil {
		return err
	}
	return r.attach()
}

// attach finds the fields that the schedule moves.
func (r *Scheduled[T]) attach() error {
	r.field, r.partner, r.cycle = nil, nil, nil
	if r.Name != "" && r.Name != "rate" {
		if r.field = hyperparameter(r.Rule, r.Name); r.field == nil {
			return unknownHyperparameter(r.Rule, r.Name)
		}
		if *r.field == 0 {
			return fmt.Errorf("optim: %s follows a schedule, so it needs a value of its own; give it one, as in %s=0.1", r.Name, r.Name)
		}
		return nil
	}
	if c, ok := r.Schedule.(partnered); ok {
		if r.cycle = c.momentum(); r.cycle == nil {
			return nil
		}
		for _, name := range []string{"beta", "beta1"} {
			if r.partner = hyperparameter(r.Rule, name); r.partner != nil {
				return nil
			}
		}
	}
	return nil
}

// Update implements Rule.
func (r *Scheduled[T]) Update(u []T, s *State[T]) {
	r.scheduled(s, func() { r.Rule.Update(u, s) })
}

// Begin implements Elementwise for a rule that does.
func (r *Scheduled[T]) Begin(s *State[T]) (ok bool) {
	inner, ok := r.Rule.(Elementwise[T])
	if ok {
		r.scheduled(s, func() { ok = inner.Begin(s) })
	}
	return ok
}

// Part implements Elementwise.
func (r *Scheduled[T]) Part(u, x []T, lo int) { r.Rule.(Elementwise[T]).Part(u, x, lo) }

// scheduled calls f with the rate and the fields that the schedule sets for this
// step. The fields have their own values again afterwards, so that nothing of a
// run stays in them.
func (r *Scheduled[T]) scheduled(s *State[T], f func()) {
	factor := r.Schedule.Factor(s.Iter)
	field, value := r.field, 0.0
	switch {
	case field != nil:
		value = *field * factor
	case r.partner != nil:
		field, value = r.partner, r.cycle.Factor(s.Iter)
		s.Step *= factor
	default:
		s.Step *= factor
	}
	if field == nil {
		f()
		return
	}
	own := *field
	*field = orTiny(value)
	f()
	*field = own
}

// orTiny is v, or the smallest number in place of a zero that would mean the
// default of a field.
func orTiny(v float64) float64 { return orDefault(v, math.SmallestNonzeroFloat64) }

// Constant leaves the rate as it is.
type Constant struct{}

// Factor implements Schedule.
func (Constant) Factor(int) float64 { return 1 }

// Check implements Schedule.
func (Constant) Check() error { return nil }

// Warmup raises the rate over its first Steps steps along a line, from 1/Steps
// at step 0, and then follows Then, whose steps count from the end of the
// warmup.
type Warmup struct {
	Steps int
	// From is the factor at step 0, from which it rises by (1−From)/Steps a
	// step, as PyTorch's LinearLR does; 0 means the convention above.
	From float64
	Then Schedule // nil means Constant
}

// Factor implements Schedule.
func (w Warmup) Factor(step int) float64 {
	switch {
	case step < w.Steps && w.From > 0:
		return w.From + (1-w.From)*float64(step)/float64(w.Steps)
	case step < w.Steps:
		return float64(step+1) / float64(w.Steps)
	case w.Then == nil:
		return 1
	}
	return w.Then.Factor(step - w.Steps)
}

// Check implements Schedule.
func (w Warmup) Check() error {
	if w.Steps < 0 {
		return fmt.Errorf("optim: the warmup needs a count of steps, got %d", w.Steps)
	}
	if err := checkFactor("warmup", "start", w.From); err != nil {
		return err
	}
	if w.Then == nil {
		return nil
	}
	return w.Then.Check()
}

// Join follows Parts[0] until step At[0], then Parts[1] until step At[1], and
// so on. The steps of each part count from where it begins.
type Join struct {
	Parts []Schedule
	At    []int // one fewer than Parts, increasing
}

// Factor implements Schedule.
func (j Join) Factor(step int) float64 {
	begin := 0
	for i, at := range j.At {
		if step < at {
			return j.Parts[i].Factor(step - begin)
		}
		begin = at
	}
	return j.Parts[len(j.At)].Factor(step - begin)
}

// Check implements Schedule.
func (j Join) Check() error {
	if len(j.Parts) != len(j.At)+1 {
		return fmt.Errorf("optim: %d schedules are joined at %d steps; there must be one step fewer than schedules", len(j.Parts), len(j.At))
	}
	if err := checkRising("join", j.At); err != nil {
		return err
	}
	for _, p := range j.Parts {
		if p == nil {
			return errors.New("optim: a joined schedule is missing")
		}
		if err := p.Check(); err != nil {
			return err
		}
	}
	return nil
}

// checkFactor refuses a factor that is negative or not finite.
func checkFactor(schedule, what string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("optim: the %s of the %s schedule must be 0 or a positive number, got %v", what, schedule, v)
	}
	return nil
}

// checkSteps refuses a length below one step.
func checkSteps(schedule string, n int) error {
	if n < 1 {
		return fmt.Errorf("optim: the %s schedule needs a length of at least 1 step, got %d", schedule, n)
	}
	return nil
}

// checkRising refuses steps that do not increase from at least 1.
func checkRising(schedule string, at []int) error {
	last := 0
	for _, n := range at {
		if n <= last {
			return fmt.Errorf("optim: the steps of the %s schedule must increase from at least 1, got %v", schedule, at)
		}
		last = n
	}
	return nil
}
