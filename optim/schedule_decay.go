package optim

import (
	"errors"
	"fmt"
	"math"
)

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

// MultiStep multiplies the rate by By at each of the steps At.
type MultiStep struct {
	At []int   // increasing
	By float64 // 0 means 0.1
}

// Factor implements Schedule.
func (d MultiStep) Factor(step int) float64 {
	passed := 0
	for passed < len(d.At) && step >= d.At[passed] {
		passed++
	}
	return math.Pow(orDefault(d.By, 0.1), float64(passed))
}

// Check implements Schedule.
func (d MultiStep) Check() error {
	if err := checkRising("multi-step", d.At); err != nil {
		return err
	}
	return checkDecay("multi-step", 1, orDefault(d.By, 0.1))
}

// Exponential multiplies the rate by By over every Every steps after the first
// Begin: By^((step−Begin)/Every).
type Exponential struct {
	Every     int     // 0 means 1
	By        float64 // 0 means 0.999
	Begin     int
	Staircase bool // only after whole periods: ⌊(step−Begin)/Every⌋
	// End bounds the factor: from below where By < 1, otherwise from above.
	// 0 means no bound.
	End float64
}

// Factor implements Schedule.
func (d Exponential) Factor(step int) float64 {
	by, periods := orDefault(d.By, 0.999), max(0, float64(step-d.Begin)/float64(max(d.Every, 1)))
	if d.Staircase {
		periods = math.Floor(periods)
	}
	f := math.Pow(by, periods)
	switch {
	case d.End == 0:
		return f
	case by < 1:
		return max(f, d.End)
	}
	return min(f, d.End)
}

// Check implements Schedule.
func (d Exponential) Check() error {
	if d.Begin < 0 {
		return fmt.Errorf("optim: the exponential schedule cannot begin at step %d", d.Begin)
	}
	if err := checkFactor("exponential", "end", d.End); err != nil {
		return err
	}
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

// Polynomial leads from From to End over Steps steps after the first Begin, and
// stays there:
//
//	End + (From − End)·(1 − (step−Begin)/Steps)^Power
type Polynomial struct {
	Steps, Begin int
	From         float64 // 0 means 1
	End          float64
	Power        float64 // 0 means 1, a line
}

// Factor implements Schedule.
func (d Polynomial) Factor(step int) float64 {
	left := 1 - float64(min(max(step-d.Begin, 0), d.Steps))/float64(d.Steps)
	if p := orDefault(d.Power, 1); p != 1 {
		left = math.Pow(left, p)
	}
	return d.End + (orDefault(d.From, 1)-d.End)*left
}

// Check implements Schedule.
func (d Polynomial) Check() error {
	if d.Begin < 0 || !(orDefault(d.Power, 1) > 0) || math.IsInf(d.Power, 0) {
		return fmt.Errorf("optim: the polynomial schedule needs a positive power and no negative begin, got %v and %d", d.Power, d.Begin)
	}
	return errors.Join(checkSteps("polynomial", d.Steps), checkFactor("polynomial", "start", d.From), checkFactor("polynomial", "end", d.End))
}

// InverseTime divides the rate by a number that grows with the steps:
//
//	1 / (1 + By·step/Every)
type InverseTime struct {
	Every     int     // 0 means 1
	By        float64 // 0 means 0.01
	Staircase bool    // only after whole periods
}

// Factor implements Schedule.
func (d InverseTime) Factor(step int) float64 {
	periods := float64(step) / float64(max(d.Every, 1))
	if d.Staircase {
		periods = math.Floor(periods)
	}
	return 1 / (1 + orDefault(d.By, 0.01)*periods)
}

// Check implements Schedule.
func (d InverseTime) Check() error {
	return checkDecay("inverse-time", max(d.Every, 1), orDefault(d.By, 0.01))
}

// Noam rises along a line over the first Warmup steps and then falls with the
// root of the step (Vaswani et al., arXiv 1706.03762, equation 3). The rate is
// its peak: with n = step+1,
//
//	√Warmup · min(1/√n, n/Warmup^1.5)
//
// The paper has the peak 1/√(width·Warmup).
type Noam struct{ Warmup int }

// Factor implements Schedule.
func (d Noam) Factor(step int) float64 {
	n, w := float64(step+1), float64(d.Warmup)
	return min(math.Sqrt(w/n), n/w)
}

// Check implements Schedule.
func (d Noam) Check() error { return checkSteps("noam", d.Warmup) }

// REX falls slowly first and fast at the end of its Steps steps (Chen, Wolfe
// and Kyrillidis, arXiv 2107.04197, equation 5): with p = step/Steps,
//
//	End + (1−End)·(1−p)/(1−p/2)
type REX struct {
	Steps int
	End   float64
}

// Factor implements Schedule.
func (d REX) Factor(step int) float64 {
	p := min(1, float64(step)/float64(d.Steps))
	return d.End + (1-d.End)*(1-p)/(1-p/2)
}

// Check implements Schedule.
func (d REX) Check() error {
	return errors.Join(checkSteps("rex", d.Steps), checkFactor("rex", "end", d.End))
}

// WSD is warmup, stable, decay (Hu et al., arXiv 2404.06395) with the cooldown
// of Hägele et al. (arXiv 2405.18392): a Warmup, then the full rate until
// Cooldown steps before the end, then
//
//	End + (1−End)·(1 − √p),  p = the part of the cooldown that is over
type WSD struct {
	Warmup, Steps, Cooldown int // Steps is the whole
	End                     float64
	Line                    bool // cool down along a line, 1 − p
}

// Factor implements Schedule.
func (d WSD) Factor(step int) float64 {
	switch over := step - (d.Steps - d.Cooldown); {
	case step < d.Warmup:
		return float64(step+1) / float64(d.Warmup)
	case step >= d.Steps:
		return d.End
	case over < 0:
		return 1
	case d.Line:
		return d.End + (1-d.End)*(1-float64(over)/float64(d.Cooldown))
	default:
		return d.End + (1-d.End)*(1-math.Sqrt(float64(over)/float64(d.Cooldown)))
	}
}

// Check implements Schedule.
func (d WSD) Check() error {
	if d.Warmup < 0 || d.Cooldown < 0 || d.Warmup+d.Cooldown > d.Steps {
		return fmt.Errorf("optim: a wsd schedule of %s has no room for a warmup of %d and a cooldown of %d", steps(d.Steps), d.Warmup, d.Cooldown)
	}
	return errors.Join(checkSteps("wsd", d.Steps), checkFactor("wsd", "end", d.End))
}

// Piecewise has the factor 1 until step At[0], Values[0] until step At[1], and
// so on; with Line it goes from one value to the next along a line.
type Piecewise struct {
	At     []int // increasing
	Values []float64
	Line   bool
}

// Factor implements Schedule.
func (d Piecewise) Factor(step int) float64 {
	value, begin := 1.0, 0
	for i, at := range d.At {
		if step < at {
			if d.Line {
				value += (d.Values[i] - value) * float64(step-begin) / float64(at-begin)
			}
			return value
		}
		value, begin = d.Values[i], at
	}
	return value
}

// Check implements Schedule.
func (d Piecewise) Check() error {
	if len(d.At) == 0 || len(d.At) != len(d.Values) {
		return fmt.Errorf("optim: the piecewise schedule has %d steps and %d values; it needs one value for each step", len(d.At), len(d.Values))
	}
	for _, v := range d.Values {
		if err := checkFactor("piecewise", "value", v); err != nil {
			return err
		}
	}
	return checkRising("piecewise", d.At)
}
