package optim

import (
	"math"
	"strings"
	"testing"
)

// schedulesFile holds courses of the rate that PyTorch and Optax computed.
type schedulesFile struct {
	Cases   map[string][]float64
	Plateau struct {
		Losses []float64
		Rates  map[string][]float64
	}
}

func TestSchedulesOfPeers(t *testing.T) {
	var file schedulesFile
	golden(t, "schedules.json", &file)
	third := OneCycle{Steps: 55, Three: true, Low: 0.7, High: 0.9}
	lines := OneCycle{Steps: 50, Rise: 0.4, Line: true, Div: 10, FinalDiv: 100}
	jumps := Piecewise{At: []int{5, 20, 41}, Values: []float64{0.5, 0.1, 0.3}}
	sloping := jumps
	sloping.Line = true
	ours := map[string]Schedule{
		"torch step":                     StepDecay{Every: 7, By: 0.3},
		"torch multi-step":               MultiStep{At: []int{5, 11, 40}, By: 0.5},
		"torch exponential":              Exponential{By: 0.93},
		"torch linear warmup":            Warmup{Steps: 15, From: 0.2},
		"torch linear":                   Polynomial{Steps: 25, From: 0.9, End: 0.1},
		"torch polynomial":               Polynomial{Steps: 30, Power: 1.7},
		"torch cosine":                   Cosine{Steps: 59, End: 0.05},
		"torch restarts":                 Restarts{Steps: 8, End: 0.1},
		"torch restarts doubling":        Restarts{Steps: 5, Times: 2},
		"torch triangular":               Cyclic{Up: 6, Down: 9, Low: 0.2},
		"torch triangular2":              Cyclic{Up: 7, Halve: true},
		"torch exp range":                Cyclic{Up: 7, Down: 4, Gamma: 0.97},
		"torch join":                     Join{Parts: []Schedule{Exponential{By: 0.8}, Exponential{By: 0.9}, StepDecay{Every: 4, By: 0.5}}, At: []int{6, 30}},
		"torch one-cycle":                OneCycle{Steps: 60},
		"torch one-cycle momentum":       OneCycle{Steps: 60}.momentum(),
		"torch one-cycle line":           lines,
		"torch one-cycle line momentum":  lines.momentum(),
		"torch one-cycle three":          third,
		"torch one-cycle three momentum": third.momentum(),
		"optax piecewise":                jumps,
		"optax piecewise line":           sloping,
		"optax cosine":                   Cosine{Steps: 40, End: 0.1},
		"optax staircase":                Exponential{Every: 6, By: 0.7, Begin: 4, Staircase: true, End: 0.2},
		"optax polynomial":               Polynomial{Steps: 33, Begin: 7, End: 0.3, Power: 2.5},
		"optax join":                     Join{Parts: []Schedule{Polynomial{Steps: 10, End: 0.4}, Cosine{Steps: 30}}, At: []int{10}},
	}
	worst := 0.0
	for name, want := range file.Cases {
		s, ok := ours[name]
		if !ok {
			t.Errorf("%s is not compared", name)
			continue
		}
		if err := s.Check(); err != nil {
			t.Error(name, err)
			continue
		}
		for i, w := range want {
			got := s.Factor(i)
			worst = max(worst, math.Abs(got-w))
			if math.Abs(got-w) > 1e-12 {
				t.Errorf("%s: step %d: %v, want %v", name, i, got, w)
				break
			}
		}
	}
	t.Logf("largest deviation in %d courses: %.1e", len(file.Cases), worst)
}

// Transformers counts the steps of a warmup from 0, so that the rate of the first
// one is 0; here the count is from 1. What follows the warmup has the same steps
// in WSD, while Noam counts from 1 throughout, as its paper does.
func TestSchedulesOfKin(t *testing.T) {
	var file schedulesFile
	golden(t, "schedules-kin.json", &file)
	ours := map[string]struct {
		s       Schedule
		earlier int // steps below this one are compared with the next of theirs
	}{
		"keras inverse time":        {InverseTime{Every: 7, By: 0.6}, 0},
		"keras inverse time stairs": {InverseTime{Every: 10, By: 2, Staircase: true}, 0},
		"transformers inverse sqrt": {Noam{Warmup: 9}, math.MaxInt},
		"transformers wsd":          {WSD{Warmup: 6, Steps: 41, Cooldown: 15}, 6},
		"transformers wsd line":     {WSD{Warmup: 4, Steps: 45, Cooldown: 30, Line: true}, 4},
		"transformers wsd end":      {WSD{Steps: 46, Cooldown: 25, End: 0.15}, 0},
		"pytorch_optimizer rex":     {REX{Steps: 60}, 0},
		"pytorch_optimizer rex end": {REX{Steps: 43, End: 0.2}, 0},
	}
	if len(file.Cases) != len(ours) {
		t.Errorf("%d courses", len(file.Cases))
	}
	for name, want := range file.Cases {
		c, ok := ours[name]
		if !ok || len(want) != 60 {
			t.Errorf("%s is not compared", name)
			continue
		}
		for i := range 59 {
			w := want[i]
			if i < c.earlier {
				w = want[i+1]
			}
			if got := c.s.Factor(i); math.Abs(got-w) > 1e-12 {
				t.Errorf("%s: step %d: %v, want %v", name, i, got, w)
				break
			}
		}
	}
}

func TestReduceOnPlateauIsPyTorchs(t *testing.T) {
	var file schedulesFile
	golden(t, "schedules.json", &file)
	for name, rule := range map[string]*ReduceOnPlateau[float64]{
		"default": {}, "at once": {By: 0.7, Patience: -1, Threshold: 1e-300},
		"patient": {By: 0.5, Patience: 3, Threshold: 0.01, Cooldown: 4, Least: 0.02},
	} {
		rule.Rule = &GD[float64]{}
		p := bowl()
		if err := rule.Init(&p); err != nil {
			t.Fatal(err)
		}
		lowered := 0
		for i, loss := range file.Plateau.Losses {
			if rule.See(loss) {
				lowered++
			}
			s := State[float64]{Step: 1, X: []float64{1, 1}}
			rule.Update([]float64{1, 1}, &s)
			if want := 0.01 * file.Plateau.Rates[name][i]; math.Abs(s.Step-want) > 1e-12 {
				t.Errorf("%s: after loss %d the rate is %v, want %v", name, i, s.Step, want)
				break
			}
		}
		if lowered == 0 {
			t.Errorf("%s: the rate was never lowered", name)
		}
	}
}

// The formulas of schedules that no peer has in this form.
func TestSchedulesByHand(t *testing.T) {
	for name, c := range map[string]struct {
		s    Schedule
		want map[int]float64
	}{
		"noam":         {Noam{Warmup: 4}, map[int]float64{0: 0.25, 1: 0.5, 3: 1, 15: 0.5}},
		"inverse time": {InverseTime{Every: 10, By: 2}, map[int]float64{0: 1, 5: 0.5, 10: 1.0 / 3}},
		"stairs":       {InverseTime{Every: 10, By: 2, Staircase: true}, map[int]float64{0: 1, 9: 1, 10: 1.0 / 3}},
		"rex":          {REX{Steps: 10, End: 0.1}, map[int]float64{0: 1, 5: 0.1 + 0.9*0.5/0.75, 10: 0.1, 20: 0.1}},
		"wsd":          {WSD{Warmup: 4, Steps: 20, Cooldown: 8, End: 0.5}, map[int]float64{0: 0.25, 3: 1, 11: 1, 12: 1, 14: 0.75, 20: 0.5, 99: 0.5}},
		"wsd line":     {WSD{Steps: 20, Cooldown: 8, Line: true}, map[int]float64{0: 1, 14: 0.75, 20: 0}},
		"restarts":     {Restarts{Steps: 4, Decay: 0.5}, map[int]float64{0: 1, 2: 0.5, 4: 0.5, 8: 0.25}},
	} {
		if err := c.s.Check(); err != nil {
			t.Error(name, err)
		}
		for step, want := range c.want {
			if got := c.s.Factor(step); math.Abs(got-want) > 1e-15 {
				t.Errorf("%s: step %d: %v, want %v", name, step, got, want)
			}
		}
	}
}

func TestSchedulesThatAreNone(t *testing.T) {
	for _, bad := range []Schedule{
		MultiStep{At: []int{3, 3}}, MultiStep{At: []int{0}}, Exponential{Begin: -1}, Exponential{End: math.NaN()},
		Polynomial{}, Polynomial{Steps: 3, Power: -1}, Polynomial{Steps: 3, End: -1}, InverseTime{By: -1}, Noam{}, REX{},
		WSD{}, WSD{Steps: 4, Warmup: 3, Cooldown: 2}, Piecewise{}, Piecewise{At: []int{1}, Values: []float64{-1}},
		Restarts{}, Restarts{Steps: 3, Times: 0.5}, Restarts{Steps: 1, Times: 1.2}, Cyclic{}, Cyclic{Up: 3, Low: -1},
		OneCycle{}, OneCycle{Steps: 2}, OneCycle{Steps: 50, Rise: 1}, OneCycle{Steps: 50, Low: 0.99}, OneCycle{Steps: 50, Rise: 0.5, Three: true},
		Join{}, Join{Parts: []Schedule{Constant{}, nil}, At: []int{3}}, Join{Parts: []Schedule{Constant{}, Cosine{}}, At: []int{3}},
	} {
		if err := bad.Check(); err == nil || !strings.HasPrefix(err.Error(), "optim: ") {
			t.Errorf("%#v was taken: %v", bad, err)
		}
	}
}

// A schedule moves any hyperparameter, through wrappers, and leaves the fields
// as they were.
func TestScheduledHyperparameters(t *testing.T) {
	inner := &Momentum[float64]{Rate: 0.1, Beta: 0.8}
	decay := &WeightDecay[float64]{Rule: inner, Decay: 0.5}
	rule := &Scheduled[float64]{Rule: &Clip[float64]{Rule: decay, Max: 1e9}, Schedule: StepDecay{Every: 2, By: 0.5}, Name: "beta"}
	var x, want [2][]float64
	take(t, bowl(), []float64{3, -2}, rule, 6, func(s *State[float64]) { x[0] = append(x[0], s.X...) })
	step := 0
	hand := &byHand{step: func(u []float64, s *State[float64]) {
		inner.Beta = 0.8 * math.Pow(0.5, float64(step/2))
		step++
		decay.Update(u, s)
		inner.Beta = 0.8
	}, init: decay.Init}
	take(t, bowl(), []float64{3, -2}, hand, 6, func(s *State[float64]) { want[0] = append(want[0], s.X...) })
	near(t, "beta halved every 2 steps", x[0], want[0], 0)
	if inner.Beta != 0.8 || decay.Decay != 0.5 {
		t.Errorf("the fields are %v and %v after the run", inner.Beta, decay.Decay)
	}

	cycle := &Scheduled[float64]{Rule: inner, Schedule: OneCycle{Steps: 20}}
	hand.init, step = inner.Init, 0
	hand.step = func(u []float64, s *State[float64]) {
		inner.Beta = OneCycle{Steps: 20}.momentum().Factor(step)
		s.Step = OneCycle{Steps: 20}.Factor(step)
		step++
		inner.Update(u, s)
		inner.Beta = 0.8
	}
	take(t, bowl(), []float64{3, -2}, cycle, 20, func(s *State[float64]) { x[1] = append(x[1], s.X...) })
	take(t, bowl(), []float64{3, -2}, hand, 20, func(s *State[float64]) { want[1] = append(want[1], s.X...) })
	near(t, "one-cycle", x[1], want[1], 0)

	for name, rule := range map[string]Rule[float64]{
		"no hyperparameter \"beta1\" to follow": &Scheduled[float64]{Rule: inner, Schedule: Constant{}, Name: "beta1"},
		"did you mean":                          &Scheduled[float64]{Rule: inner, Schedule: Constant{}, Name: "bate"},
		"needs a value of its own":              &Scheduled[float64]{Rule: &Adam[float64]{}, Schedule: Constant{}, Name: "beta1"},
	} {
		if _, err := Start(bowl(), []float64{1, 1}, &FirstOrder[float64]{Rule: rule}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want …%s…, got %v", name, err)
		}
	}
}

// byHand is a rule made of two functions.
type byHand struct {
	init func(*Problem[float64]) error
	step func([]float64, *State[float64])
}

func (r *byHand) Init(p *Problem[float64]) error              { return r.init(p) }
func (r *byHand) Update(u []float64, s *State[float64])       { r.step(u, s) }
func (r *byHand) Buffers(func(name string, b []float64) bool) {}
