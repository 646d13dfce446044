package optim

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func gd(rate float64) Solver[float64] { return &FirstOrder[float64]{Rule: &GD[float64]{Rate: rate}} }

// Every way a run can end, with the sentence that proves it.
func TestReasons(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	nan := bowl()
	nan.Eval = func(x, g []float64) (float64, error) { return math.NaN(), nil }
	steep := bowl()
	steep.Eval = func(x, g []float64) (float64, error) { g[0], g[1] = 1, math.Inf(-1); return 3, nil }
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		p      Problem[float64]
		x      []float64
		solver Solver[float64]
		stops  []Stop[float64]
		status Status
		text   string
	}{
		{"converged", t.Context(), bowl(), []float64{3, -2}, gd(0.1), []Stop[float64]{GradTol[float64](1e-8)},
			Converged, "gradient 9.8e-9 ≤ 1e-8 after 187 steps"},
		{"at once", t.Context(), bowl(), []float64{0, 0}, gd(0.1), nil, Converged, "gradient 0 ≤ 1e-8 after 0 steps"},
		{"steps", t.Context(), bowl(), []float64{3, -2}, gd(0.1), []Stop[float64]{MaxIter[float64](1)},
			Budget, "stopped at the limit of 1 step: the gradient is still 3.5, the value 5.43"},
		{"evaluations", t.Context(), bowl(), []float64{3, -2}, gd(0.1), []Stop[float64]{MaxEvals[float64](3)},
			Budget, "stopped after 3 evaluations, the limit is 3: the gradient is still 3"},
		{"target", t.Context(), bowl(), []float64{3, -2}, gd(0.1), []Stop[float64]{TargetValue[float64](6)},
			Target, "value 5.43 ≤ 6 after 1 step"},
		{"time", t.Context(), bowl(), []float64{3, -2}, gd(1e-9), []Stop[float64]{TimeLimit[float64](3 * time.Millisecond)},
			Time, "the time limit of 3ms passed after "},
		{"deadline", late, bowl(), []float64{3, -2}, gd(0.1), nil, Time, "the deadline passed after 0 steps"},
		{"cancelled", cancelled, bowl(), []float64{3, -2}, gd(0.1), nil, Interrupted, "interrupted after 0 steps"},
		{"no progress", t.Context(), bowl(), []float64{3, -2}, gd(1e-17), nil,
			NoProgress, "for 20 steps value 7 and point did not change beyond rounding, and the gradient is still 4.1 after 21 steps; "},
		{"user", t.Context(), bowl(), []float64{3, -2}, gd(0.1), []Stop[float64]{func(s *State[float64]) Reason {
			if s.X[0] < 2 {
				return Reason{Target, "x is below 2"}
			}
			return Reason{}
		}}, Target, "x is below 2"},
		{"NaN at the start", t.Context(), nan, []float64{3, -2}, gd(0.1), nil,
			Diverged, "the value is NaN at the start point; start where the function is defined"},
		{"Inf in the gradient", t.Context(), steep, []float64{3, -2}, gd(0.1), nil,
			Diverged, "the derivative by parameter 2 is -Inf at the start point"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run, err := Minimize(tt.ctx, tt.p, tt.x, tt.solver, tt.stops...)
			if err != nil {
				t.Fatal(err)
			}
			r := run.Result()
			if r.Status != tt.status || !strings.HasPrefix(r.Text, tt.text) {
				t.Errorf("%s: %q, want %s: %q", r.Status, r.Text, tt.status, tt.text)
			}
		})
	}
}

func TestBestPointIsKept(t *testing.T) {
	swing := &FirstOrder[float64]{Rule: &Momentum[float64]{Rate: 0.5, Beta: 0.99}}
	run, err := Minimize(t.Context(), bowl(), []float64{3, -2}, swing, MaxIter[float64](50))
	if err != nil {
		t.Fatal(err)
	}
	r, last := run.Result(), run.State()
	f, _ := bowl().Eval(r.X, nil)
	if !(r.F < last.F) || f != r.F || !strings.Contains(r.Text, "kept the best point instead, that of step ") {
		t.Errorf("value %v at the point kept (%v there), %v at the last: %s", r.F, f, last.F, r.Text)
	}
}

func TestErrorOfTheObjective(t *testing.T) {
	broken := errors.New("row 7 is missing")
	p, calls := bowl(), 0
	sound := p.Eval
	p.Eval = func(x, g []float64) (float64, error) {
		if calls++; calls > 4 {
			return 0, broken
		}
		return sound(x, g)
	}
	run, err := Minimize(t.Context(), p, []float64{3, -2}, gd(0.1))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "step 4") {
		t.Errorf("error %v", err)
	}
	if r := run.Result(); r.Status != Failed || r.Text != "the objective failed at step 4: row 7 is missing" || !errors.Is(run.Err(), broken) || math.Abs(r.F-3.409743) > 1e-12 {
		t.Errorf("%+v", r)
	}
	if _, err := Start(p, []float64{3, -2}, gd(0.1)); !errors.Is(err, broken) {
		t.Errorf("start: %v", err)
	}
}

func TestStartRefuses(t *testing.T) {
	for name, start := range map[string]func() error{
		"no Eval":      func() error { _, err := Start(Problem[float64]{Dim: 1}, []float64{1}, gd(1)); return err },
		"no dimension": func() error { p := bowl(); p.Dim = 0; _, err := Start(p, nil, gd(1)); return err },
		"short point":  func() error { _, err := Start(bowl(), []float64{1}, gd(1)); return err },
		"NaN point":    func() error { _, err := Start(bowl(), []float64{1, math.NaN()}, gd(1)); return err },
		"no solver":    func() error { _, err := Start(bowl(), []float64{1, 2}, nil); return err },
		"no rule":      func() error { _, err := Start(bowl(), []float64{1, 2}, &FirstOrder[float64]{}); return err },
		"empty clip":   func() error { return (&Clip[float64]{}).Init(&Problem[float64]{}) },
		"bad rate":     func() error { _, err := Start(bowl(), []float64{1, 2}, gd(math.Inf(1))); return err },
		"decay on blocks that are not named": func() error {
			p := bowl()
			return (&WeightDecay[float64]{Rule: &GD[float64]{}, Only: func(string) bool { return true }}).Init(&p)
		},
		"empty range": func() error { return RandomPoint(1, "start", 2, 2, []float64{0}) },
	} {
		if err := start(); err == nil || !strings.HasPrefix(err.Error(), "optim: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A method that moves by little more than rounding still moves.
func TestStallLetsSlowMethodsGoOn(t *testing.T) {
	run, err := Minimize(t.Context(), bowl(), []float64{3, -2}, gd(1e-14), Stall[float64](0), MaxIter[float64](5000))
	if err != nil || run.Result().Status != Budget {
		t.Errorf("%v, %v", run.Result(), err)
	}
	// Away from a saddle: the value stands still while y grows from 1e-100.
	hilly := diagonal([]float64{1, -1})
	run, err = Minimize(t.Context(), hilly, []float64{1e-5, 1e-100}, gd(0.1), Stall[float64](0), MaxIter[float64](5000))
	if err != nil || run.Result().Status != Diverged {
		t.Errorf("%v, %v", run.Result(), err)
	}
}

// With batches each step sees its own, the gradient of one proves nothing, and
// a bad one is named with the last good point kept.
func TestBatches(t *testing.T) {
	var drawn []int
	spoil := -1
	p := given(1, func(step int, g []float64) {
		if g[0] = float64(step + 1); step == spoil {
			g[0] = math.NaN()
		}
	})
	draw := p.Draw
	p.Draw = func(step int) error { drawn = append(drawn, step); return draw(step) }
	run, err := Minimize(t.Context(), p, []float64{100}, gd(1), GradTol[float64](1e9), TargetValue[float64](1e9), MaxIter[float64](4))
	if err != nil {
		t.Fatal(err)
	}
	if r := run.Result(); !slices.Equal(drawn, []int{0, 1, 2, 3}) || r.X[0] != 90 || r.Evals != 4 || r.Status != Budget {
		t.Errorf("drew %v; %+v", drawn, r)
	}
	spoil = 2
	run, err = Minimize(t.Context(), p, []float64{100}, gd(1), MaxIter[float64](9))
	if err != nil {
		t.Fatal(err)
	}
	if r := run.Result(); r.Status != Diverged || r.X[0] != 99 || !strings.HasPrefix(r.Text, "the derivative by parameter 1 is NaN at step 3") {
		t.Errorf("%+v", r)
	}
}

func TestNumbersInSentences(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", 2.0 / 3: "0.667", 1e-8: "1e-8", 3.14159e-9: "3.14e-9", 1234.5: "1234", 99999.4: "99999", 1.5e7: "1.5e7", -0.5: "-0.5",
		0.00012345: "0.000123", math.Inf(1): "+Inf",
	} {
		if got := num(v, 3); got != want {
			t.Errorf("%v is printed %s, want %s", v, got, want)
		}
	}
}

func TestRandomPoint(t *testing.T) {
	draw := func(seed uint64, purpose string) []float64 {
		x := make([]float64, 1000)
		if err := RandomPoint(seed, purpose, -5, 5, x); err != nil {
			t.Fatal(err)
		}
		return x
	}
	a := draw(1, "start 0")
	mean := 0.0
	for _, v := range a {
		if v < -5 || v >= 5 {
			t.Fatalf("%v is out of range", v)
		}
		mean += v / 1000
	}
	if math.Abs(mean) > 0.5 || !slices.Equal(a, draw(1, "start 0")) || slices.Equal(a, draw(2, "start 0")) || slices.Equal(a, draw(1, "start 1")) {
		t.Errorf("mean %v; same arguments must give the same point, others another", mean)
	}
}
