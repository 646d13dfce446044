package optim_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"descent/optim"
	"descent/optim/optimtest"
)

// settingsFor are rates that suit the problems of the suite.
var settingsFor = map[string]map[string]float64{
	"gd": {"rate": 0.05}, "momentum": {"rate": 0.02}, "nesterov": {"rate": 0.02},
	"adam": {"rate": 0.01}, "adamw": {"rate": 0.01, "decay": 1e-4},
}

func TestConformance(t *testing.T) {
	for _, m := range optim.Methods[float64]() {
		t.Run(m.Name, func(t *testing.T) {
			if m.FirstOrder {
				optimtest.Rule(t, func() optim.Rule[float64] { return rule(t, m, nil) })
				return
			}
			optimtest.Solver(t, func() optim.Solver[float64] { return solver(t, m) })
		})
	}
	for name, wrap := range map[string]func(optim.Rule[float64]) optim.Rule[float64]{
		"clip": func(r optim.Rule[float64]) optim.Rule[float64] { return &optim.Clip[float64]{Rule: r, Max: 2} },
		"decay on a": func(r optim.Rule[float64]) optim.Rule[float64] {
			return &optim.WeightDecay[float64]{Rule: r, Decay: 1e-4, Only: func(b string) bool { return b == "a" }}
		},
		"schedule": func(r optim.Rule[float64]) optim.Rule[float64] {
			return &optim.Scheduled[float64]{Rule: r, Schedule: optim.Warmup{Steps: 5, Then: optim.Cosine{Steps: 5000, End: 0.1}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := optim.Find[float64]("momentum")
			if err != nil {
				t.Fatal(err)
			}
			optimtest.Rule(t, func() optim.Rule[float64] { return wrap(rule(t, m, nil)) })
		})
	}
	t.Run("variants", func(t *testing.T) {
		for method, set := range map[string]map[string]float64{
			"momentum": {"rate": 0.02, "rate_inside": 1},
			"adam":     {"rate": 0.01, "amsgrad": 1, "eps_uncorrected": 1},
		} {
			m, err := optim.Find[float64](method)
			if err != nil {
				t.Fatal(err)
			}
			optimtest.Rule(t, func() optim.Rule[float64] { return rule(t, m, set) })
		}
	})
	t.Run("choices", solverChoices)
}

func rule(t *testing.T, m optim.Method[float64], set map[string]float64) optim.Rule[float64] {
	t.Helper()
	if set == nil {
		set = settingsFor[m.Name]
	}
	r, err := m.NewRule(set)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func solver(t fataler, m optim.Method[float64]) optim.Solver[float64] {
	t.Helper()
	s, err := m.NewSolver(settingsFor[m.Name])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whatever a problem returns at whatever call, for once or from then on: a
// success is claimed only of a point that the sound problem confirms, and never
// while the fault lasts.
func TestNoSuccessOnWhatIsNotFinite(t *testing.T) {
	methods := optim.Methods[float64]()
	rapid.Check(t, func(t *rapid.T) {
		sound := rapid.SampledFrom([]func() optim.Problem[float64]{optimtest.Bowl, optimtest.Valley}).Draw(t, "problem")()
		m := rapid.SampledFrom(methods).Draw(t, "method")
		what := rapid.SampledFrom([]optimtest.Fault{optimtest.Value, optimtest.Gradient, optimtest.Product, optimtest.Residual}).Draw(t, "what")
		bad := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "bad")
		lasting := rapid.Bool().Draw(t, "lasting")
		if rapid.Bool().Draw(t, "without HVP") && what != optimtest.Product {
			sound.HVP = nil
		}
		x := rapid.SliceOfN(rapid.Float64Range(-2, 2), 4, 4).Draw(t, "x")
		call := rapid.IntRange(1, 60).Draw(t, "call")
		p, hit := optimtest.Spoil(sound, what, bad, call, lasting)

		run, err := optim.Minimize(t.Context(), p, x, solver(t, m), optim.GradTol[float64](1e-8), optim.Stall[float64](0), optim.MaxIter[float64](3000))
		if err != nil {
			return // the run was refused, in words
		}
		r := run.Result()
		v := optim.Judge(&p, r.X, 1e-8)
		if !optim.Success(r.Status, v) || !*hit {
			return
		}
		if lasting {
			t.Fatalf("claims success while %s is %v: %s; %s", what, bad, r.Text, v.Text)
		}
		g := make([]float64, sound.Dim)
		f, err := sound.Eval(r.X, g)
		if err != nil || f != r.F || !(math.Sqrt(g[0]*g[0]+g[1]*g[1]+g[2]*g[2]+g[3]*g[3]) <= 1e-7) {
			t.Fatalf("claims success at a point with value %v and gradient %v: %s; %s", f, g, r.Text, v.Text)
		}
	})
}

// solverChoices runs the suite on every word that a setting of a solver takes.
func solverChoices(t *testing.T) {
	for _, m := range optim.Methods[float64]() {
		for _, s := range m.Settings {
			for i, word := range s.Choices {
				if m.FirstOrder || float64(i+1) == s.Default {
					continue
				}
				t.Run(m.Name+" "+word, func(t *testing.T) {
					optimtest.Solver(t, func() optim.Solver[float64] {
						made, err := m.NewSolver(map[string]float64{s.Name: float64(i + 1)})
						if err != nil {
							t.Fatal(err)
						}
						return made
					})
				})
			}
		}
	}
}
