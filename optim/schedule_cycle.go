package optim

import (
	"errors"
	"fmt"
	"math"
)

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
	return halfCosine(1, c.End, min(1, float64(step)/float64(c.Steps)))
}

// halfCosine leads from a to b as part goes from 0 to 1.
func halfCosine(a, b, part float64) float64 { return b + (a-b)*(1+math.Cos(math.Pi*part))/2 }

// Check implements Schedule.
func (c Cosine) Check() error {
	if c.Steps < 1 || !(c.End >= 0 && c.End <= 1) {
		return fmt.Errorf("optim: the cosine schedule needs at least 1 step and an end in [0, 1], got %s to %v", steps(c.Steps), c.End)
	}
	return nil
}

// Restarts is the cosine with warm restarts (SGDR, arXiv 1608.03983, equation
// 5): it falls from 1 to End over Steps steps, jumps back, and each period is
// Times as long as the one before.
type Restarts struct {
	Steps int     // of the first period
	Times float64 // at least 1; 0 means 1
	End   float64 // in [0, 1]
	Decay float64 // the peak of each period in terms of the one before; 0 means 1
}

// Factor implements Schedule.
func (c Restarts) Factor(step int) float64 {
	length, times, peak := float64(c.Steps), orDefault(c.Times, 1), 1.0
	at := float64(step)
	if times == 1 {
		n := math.Floor(at / length)
		at -= n * length
		peak = math.Pow(orDefault(c.Decay, 1), n)
	} else {
		for at >= length {
			at -= length
			length = math.Round(length * times)
			peak *= orDefault(c.Decay, 1)
		}
	}
	return peak * halfCosine(1, c.End, at/length)
}

// Check implements Schedule.
func (c Restarts) Check() error {
	if t := orDefault(c.Times, 1); c.Steps < 1 || !(t >= 1) || math.IsInf(t, 0) || !(c.End >= 0 && c.End <= 1) {
		return fmt.Errorf("optim: warm restarts need at least 1 step, periods that grow and an end in [0, 1], got %s, times %v, to %v", steps(c.Steps), t, c.End)
	}
	if t := orDefault(c.Times, 1); t > 1 && math.Round(float64(c.Steps)*t) <= float64(c.Steps) {
		return fmt.Errorf("optim: a period of %s does not grow by the factor %v; take a longer one, or times 2", steps(c.Steps), t)
	}
	return checkFactor("restarts", "decay", c.Decay)
}

// Cyclic swings between Low and 1 along lines (Smith, arXiv 1506.01186).
type Cyclic struct {
	Up, Down int     // steps of the way up and down; Down 0 means Up
	Low      float64 // where it begins; 0 means 0.1
	// Halve halves the swing with each cycle ("triangular2").
	Halve bool
	// Gamma multiplies the swing in every step ("exp range"); 0 means 1.
	Gamma float64
}

// Factor implements Schedule.
func (c Cyclic) Factor(step int) float64 {
	down := c.Down
	if down == 0 {
		down = c.Up
	}
	cycle, at := step/(c.Up+down), step%(c.Up+down)
	height := float64(at) / float64(c.Up)
	if at > c.Up {
		height = float64(c.Up+down-at) / float64(down)
	}
	if c.Halve {
		height = math.Ldexp(height, -cycle)
	}
	if g := orDefault(c.Gamma, 1); g != 1 {
		height *= math.Pow(g, float64(step))
	}
	low := orDefault(c.Low, 0.1)
	return low + (1-low)*height
}

// Check implements Schedule.
func (c Cyclic) Check() error {
	if c.Up < 1 || c.Down < 0 {
		return fmt.Errorf("optim: the cyclic schedule needs at least 1 step up, got %d up and %d down", c.Up, c.Down)
	}
	return errors.Join(checkFactor("cyclic", "low", c.Low), checkFactor("cyclic", "gamma", c.Gamma))
}

// OneCycle rises from 1/Div to 1 over the part Rise of the steps and falls to
// 1/(Div·FinalDiv) at the last one, along half cosines (Smith and Topin, arXiv
// 1708.07120; the defaults are PyTorch's). The momentum of the rule, its beta
// or beta1, runs against it, from High down to Low and back.
type OneCycle struct {
	Steps    int     // of the whole
	Rise     float64 // in (0, 1); 0 means 0.3
	Div      float64 // 0 means 25
	FinalDiv float64 // 0 means 1e4
	Line     bool    // along lines
	// Three adds a phase: it falls to 1/Div as it rose, and then to the end.
	Three bool
	// Low and High bound the momentum; 0 means 0.85 and 0.95.
	Low, High float64
	Hold      bool // leave the momentum alone
}

// along is the value at a step on the way through the turning points of the
// cycle, given the values there.
func (c OneCycle) along(step int, begin, peak, back, end float64) float64 {
	rise, last := orDefault(c.Rise, 0.3)*float64(c.Steps)-1, float64(c.Steps-1)
	at := min(float64(step), last)
	move := halfCosine
	if c.Line {
		move = func(a, b, part float64) float64 { return a + (b-a)*part }
	}
	switch turn := 2 * rise; {
	case at <= rise:
		return move(begin, peak, at/rise)
	case c.Three && at <= turn:
		return move(peak, back, (at-rise)/(turn-rise))
	case c.Three:
		return move(back, end, (at-turn)/(last-turn))
	default:
		return move(peak, end, (at-rise)/(last-rise))
	}
}

// Factor implements Schedule.
func (c OneCycle) Factor(step int) float64 {
	div := orDefault(c.Div, 25)
	return c.along(step, 1/div, 1, 1/div, 1/(div*orDefault(c.FinalDiv, 1e4)))
}

// Check implements Schedule.
func (c OneCycle) Check() error {
	rise, low, high := orDefault(c.Rise, 0.3), orDefault(c.Low, 0.85), orDefault(c.High, 0.95)
	most := 1.0
	if c.Three {
		most = 0.5
	}
	switch {
	case !(rise > 0 && rise < most):
		return fmt.Errorf("optim: the one-cycle schedule needs a rise above 0 and below %v, got %v", most, rise)
	case !(orDefault(c.Div, 25) >= 1) || !(orDefault(c.FinalDiv, 1e4) >= 1) || math.IsInf(c.Div, 0) || math.IsInf(c.FinalDiv, 0):
		return fmt.Errorf("optim: the divisors of the one-cycle schedule must be at least 1, got %v and %v", c.Div, c.FinalDiv)
	case !(0 < low && low <= high && high < 1):
		return fmt.Errorf("optim: the momentum of the one-cycle schedule needs 0 < low ≤ high < 1, got %v and %v", low, high)
	case rise*float64(c.Steps) <= 1 || float64(c.Steps)*(most-rise) < 1:
		return fmt.Errorf("optim: a one-cycle schedule of %s is too short to rise and fall", steps(c.Steps))
	}
	return nil
}

// momentum implements partnered.
func (c OneCycle) momentum() Schedule {
	if c.Hold {
		return nil
	}
	return cycledMomentum{c}
}

// cycledMomentum is the momentum of a cycle, in its own units.
type cycledMomentum struct{ OneCycle }

func (c cycledMomentum) Factor(step int) float64 {
	low, high := orDefault(c.Low, 0.85), orDefault(c.High, 0.95)
	return c.along(step, high, low, high, high)
}
