package optim

import (
	"math"
	"strings"
	"testing"
)

func TestMethodTable(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Methods[float32]() {
		for _, name := range append(m.Aliases, m.Name) {
			if seen[name] {
				t.Errorf("%s names two methods", name)
			}
			seen[name] = true
			if got, err := Find[float32](strings.ToUpper(name)); err != nil || got.Name != m.Name {
				t.Errorf("Find(%q) = %s, %v", name, got.Name, err)
			}
		}
		if m.Family == "" || m.Summary == "" || m.Update == "" || m.When == "" || m.Paper == "" || m.Needs == "" || m.FirstOrder != (m.rule != nil) || m.FirstOrder == (m.solver != nil) {
			t.Errorf("row %s is not complete: %+v", m.Name, m)
		}
		if _, err := m.NewRule(nil); (err == nil) != m.FirstOrder {
			t.Errorf("%s: NewRule: %v", m.Name, err)
		}
	}
}

// The defaults in the table are those of the zero values.
func TestTableDefaultsAreZeroValues(t *testing.T) {
	p := bowl()
	zero := map[string]Solver[float64]{
		"gd": &FirstOrder[float64]{Rule: &GD[float64]{}}, "momentum": &FirstOrder[float64]{Rule: &Momentum[float64]{}},
		"nesterov": &FirstOrder[float64]{Rule: &Nesterov[float64]{}}, "adam": &FirstOrder[float64]{Rule: &Adam[float64]{}},
		"adamw": &FirstOrder[float64]{Rule: &WeightDecay[float64]{Rule: &Adam[float64]{}}},
		"lbfgs": &LBFGS[float64]{}, "gd-auto": &SteepestDescent[float64]{},
	}
	for _, m := range Methods[float64]() {
		if zero[m.Name] == nil {
			continue
		}
		made, err := m.NewSolver(nil)
		if err != nil {
			t.Fatal(err)
		}
		a, b := walk(t, p, made, 10), walk(t, p, zero[m.Name], 10)
		if a[0] != b[0] || a[1] != b[1] {
			t.Errorf("%s: the table leads to %v, the zero value to %v", m.Name, a, b)
		}
	}
}

func walk(t *testing.T, p Problem[float64], s Solver[float64], n int) []float64 {
	t.Helper()
	run, err := Start(p, []float64{3, -2}, s, MaxIter[float64](n))
	if err != nil {
		t.Fatal(err)
	}
	for run.Next(t.Context()) {
	}
	return run.State().X
}

func TestSettingsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		method string
		set    map[string]float64
		says   string
	}{
		{"adma", nil, `; did you mean "adam"?`},
		{"quantum", nil, `unknown method "quantum"; the methods are`},
		{"adam", map[string]float64{"beta": 0.9}, `adam has no setting "beta"; it has rate, beta1, beta2, eps, amsgrad, unbiased_max, eps_uncorrected; did you mean "beta1"?`},
		{"gd", map[string]float64{"rate": 0}, "must be a positive number, got 0"},
		{"gd", map[string]float64{"rate": -1}, "must be a positive number, got -1"},
		{"momentum", map[string]float64{"beta": 1}, "beta in [0, 1), got 1"},
		{"adam", map[string]float64{"beta2": 1.5}, "beta2 in [0, 1), got 1.5"},
		{"lbfgs", map[string]float64{"c2": 1e-9}, "Wolfe conditions"},
	} {
		m, err := Find[float64](tt.method)
		var s Solver[float64]
		if err == nil {
			s, err = m.NewSolver(tt.set)
		}
		if err == nil {
			_, err = Start(bowl(), []float64{3, -2}, s)
		}
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s %v: %v, want …%s…", tt.method, tt.set, err, tt.says)
		}
	}
}

// A momentum of zero that was asked for is zero, not the default.
func TestExplicitZero(t *testing.T) {
	m, err := Find[float64]("momentum")
	if err != nil {
		t.Fatal(err)
	}
	none, err := m.NewSolver(map[string]float64{"beta": 0, "rate": 0.1})
	if err != nil {
		t.Fatal(err)
	}
	plain := &FirstOrder[float64]{Rule: &GD[float64]{Rate: 0.1}}
	a, b := walk(t, bowl(), none, 20), walk(t, bowl(), plain, 20)
	if a[0] != b[0] || a[1] != b[1] {
		t.Errorf("momentum with beta 0 leads to %v, gd to %v", a, b)
	}
}

func TestChoose(t *testing.T) {
	full := bowl()
	batches := bowl()
	batches.Draw = func(int) error { return nil }
	squares := bowl()
	squares.Resid = &Residuals[float64]{Len: 2}
	large := squares
	large.Resid = &Residuals[float64]{Len: 1 << 30}
	for want, p := range map[string][]Problem[float64]{"lbfgs": {full, large}, "adam": {batches}, "lm": {squares}} {
		for _, p := range p {
			if got, why := Choose(&p); got != want || why == "" {
				t.Errorf("chose %s (%s), want %s", got, why, want)
			}
		}
	}
}

// The same methods in single precision reach what single precision can.
func TestMethodsInFloat32(t *testing.T) {
	p := Problem[float32]{Dim: 2, Eval: func(x, g []float32) (float64, error) {
		if g != nil {
			g[0], g[1] = 2*x[0]+x[1], x[0]+2*x[1]
		}
		return float64(x[0]*x[0] + x[0]*x[1] + x[1]*x[1]), nil
	}}
	for _, m := range Methods[float32]() {
		if m.Squares || m.Lines || m.Parts {
			continue // no residuals here
		}
		s, err := m.NewSolver(map[string]map[string]float64{ // the signs come as near as their rate
			"signsgd": {"rate": 4e-5}, "signum": {"rate": 4e-5}, "lion": {"rate": 4e-5}, "adagrad": {"rate": 0.5},
		}[m.Name])
		if err != nil {
			t.Fatal(err)
		}
		run, err := Minimize(t.Context(), p, []float32{3, -2}, s, GradTol[float32](1e-4), MaxIter[float32](100000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if v := Judge(&p, r.X, 1e-4); !Success(r.Status, v) || v.Kind != Minimum {
			t.Errorf("%s: %s: %s; %s: %s", m.Name, r.Status, r.Text, v.Kind, v.Text)
		}
	}
}

func TestSettingsOutOfRange(t *testing.T) {
	for _, c := range []struct {
		method, setting string
		value           float64
		want            string
	}{
		{"lbfgs", "memory", 2.5, "whole number"},
		{"lbfgs", "memory", 0, "whole number"},
		{"lbfgs", "memory", 1e18, "whole number"},
		{"adam", "amsgrad", 2, "0 or 1"},
		{"adam", "beta2", -1, "0 or a positive number"},
		{"adam", "eps", 0, "a positive number"},
		{"gd", "rate", math.Inf(1), "a positive number"},
	} {
		m, err := Find[float64](c.method)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.NewSolver(map[string]float64{c.setting: c.value}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %s = %v: %v, want …%s…", c.setting, c.method, c.value, err, c.want)
		}
	}
	p := curve(math.Cosh, math.Sinh, math.Cosh)
	if _, err := Start(p, []float64{1}, Solver[float64](&LBFGS[float64]{Memory: 1 << 40})); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("a memory of 2^40 pairs: %v", err)
	}
}
