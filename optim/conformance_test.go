package optim_test

import (
	"testing"

	"descent/optim"
	"descent/optim/optimtest"
	"descent/param"
)

// settingsFor are rates that suit the problems of the suite.
var settingsFor = map[string]map[string]float64{
	"gd": {"rate": 0.05}, "momentum": {"rate": 0.02}, "nesterov": {"rate": 0.02},
	"adam": {"rate": 0.01}, "adamw": {"rate": 0.01, "decay": 1e-4},
	"asgd": {"rate": 0.05, "t0": 50}, "schedule-free-sgd": {"rate": 0.1}, "schedule-free-adamw": {"rate": 0.05},
	"prodigy": {"d0": 0.01}, "dadapt-adamw": {"d0": 0.01}, "dog": {"d0": 0.01}, "sps": {"rate": 0.1}, "momo": {"rate": 0.05},
	"lbfgs-torch": {"gradtol": 1e-300, "changetol": 1e-300},
}

// exceptions are what rules are not held to.
var exceptions = map[string][]optimtest.Exception{
	"madgrad": {optimtest.Bent},        // the steps go with the square of a cube root of the rate
	"fromage": {optimtest.Bent},        // divides by √(1 + rate²)
	"adopt":   {optimtest.LooksAround}, // the first gradient only fills the second moment
}

func TestConformance(t *testing.T) {
	for _, m := range optim.Methods[float64]() {
		t.Run(m.Name, func(t *testing.T) {
			if m.Lines {
				return // its problems are of another kind; pinball_test.go holds it to the same
			}
			if m.FirstOrder {
				optimtest.Rule(t, func() optim.Rule[float64] { return rule(t, m, nil) }, exceptions[m.Name]...)
				return
			}
			optimtest.Solver(t, func() optim.Solver[float64] { return solver(t, m) })
		})
	}
	for name, wrap := range wrappers() {
		t.Run(name, func(t *testing.T) {
			m, err := optim.Find[float64]("momentum")
			if err != nil {
				t.Fatal(err)
			}
			wrapped := func() optim.Rule[float64] { return wrap(rule(t, m, nil)) }
			if name == "sam" || name == "many" { // which take no gradient but the problem's
				optimtest.Solver(t, func() optim.Solver[float64] { return &optim.FirstOrder[float64]{Rule: wrapped()} })
				return
			}
			optimtest.Rule(t, wrapped)
		})
	}
	t.Run("by block", func(t *testing.T) {
		optimtest.Rule(t, func() optim.Rule[float64] {
			return &optim.ByBlock[float64]{Groups: []optim.Group[float64]{
				{Match: func(b param.Block) bool { return b.Name == "a" }, Rule: &optim.NAdam[float64]{Rate: 0.01}},
				{Rule: &optim.Muon[float64]{Rate: 0.01, Rest: &optim.GD[float64]{Rate: 0.05}}},
			}}
		})
	})
	t.Run("variants", func(t *testing.T) {
		for method, set := range map[string]map[string]float64{
			"momentum": {"rate": 0.02, "rate_inside": 1},
			"adam":     {"rate": 0.01, "amsgrad": 1, "eps_uncorrected": 1},
			"rmsprop":  {"rate": 0.01, "centered": 1, "momentum": 0.5, "eps_inside": 1, "rate_inside": 1, "nesterov": 1},
			"nadam":    {"rate": 0.01, "constant": 1},
			"adopt":    {"rate": 0.01, "no_clip": 1, "nesterov": 1},
			"lars":     {"rate": 0.5, "decay": 1e-4, "nesterov": 1, "separate_norms": 1},
			"sophia":   {"rate": 0.01, "late": 1, "every": 3, "decay": 1e-4},
			"ftrl":     {"rate": 0.1, "power": 0.7, "beta": 1},
			"muon":     {"rate": 0.01, "plain": 1, "rows_out": 1, "match_rms": 1, "decay": 0},
		} {
			m, err := optim.Find[float64](method)
			if err != nil {
				t.Fatal(err)
			}
			optimtest.Rule(t, func() optim.Rule[float64] { return rule(t, m, set) }, exceptions[method]...)
		}
	})
	t.Run("choices", solverChoices)
}

// wrappers are all that wrap a rule, and some of them in one another.
func wrappers() map[string]func(optim.Rule[float64]) optim.Rule[float64] {
	type inside = optim.Rule[float64]
	within, err := optim.OntoInterval[float64](-5, 5)
	if err != nil {
		panic(err)
	}
	onA := func(b string) bool { return b == "a" }
	return map[string]func(inside) inside{
		"clip":       func(r inside) inside { return &optim.Clip[float64]{Rule: r, Max: 2} },
		"decay on a": func(r inside) inside { return &optim.WeightDecay[float64]{Rule: r, Decay: 1e-4, Only: onA} },
		"schedule": func(r inside) inside {
			return &optim.Scheduled[float64]{Rule: r, Schedule: optim.Warmup{Steps: 5, Then: optim.Cosine{Steps: 5000, End: 0.1}}}
		},
		"scheduled beta": func(r inside) inside {
			return &optim.Scheduled[float64]{Rule: r, Name: "beta", Schedule: optim.Cosine{Steps: 50, End: 0.8}}
		},
		"one-cycle": func(r inside) inside {
			return &optim.Scheduled[float64]{Rule: r, Schedule: optim.OneCycle{Steps: 3000, Div: 1}}
		},
		"plateau": func(r inside) inside {
			return &optim.ReduceOnPlateau[float64]{Rule: r, Own: true, Patience: 4, Threshold: 0.5, Least: 0.2}
		},
		"clip value":    func(r inside) inside { return &optim.ClipValue[float64]{Rule: r, Max: 2} },
		"clip blocks":   func(r inside) inside { return &optim.ClipBlocks[float64]{Rule: r, Max: 2} },
		"clip adaptive": func(r inside) inside { return &optim.ClipAdaptive[float64]{Rule: r, Max: 0.5} },
		"noise":         func(r inside) inside { return &optim.Noise[float64]{Rule: r, Eta: 1e-6, Gamma: 2} },
		"ema":           func(r inside) inside { return &optim.EMA[float64]{Rule: r, Decay: 0.9} },
		"mean":          func(r inside) inside { return &optim.Mean[float64]{Rule: r, After: 10} },
		"lookahead":     func(r inside) inside { return &optim.Lookahead[float64]{Rule: r} },
		"sam":           func(r inside) inside { return &optim.SAM[float64]{Rule: r, Rho: 0.001} },
		"mechanic":      func(r inside) inside { return &optim.Mechanic[float64]{Rule: r, S0: 0.5, Decay: 1e-6} },
		"schedule-free": func(r inside) inside { return &optim.ScheduleFree[float64]{Rule: r} },
		"projected":     func(r inside) inside { return &optim.Projected[float64]{Rule: r, Onto: within} },
		"many": func(r inside) inside {
			clipped := &optim.SAM[float64]{Rule: &optim.ClipBlocks[float64]{Rule: &optim.Noise[float64]{Rule: r, Eta: 1e-6, Gamma: 2}, Max: 5}, Rho: 1e-3}
			return &optim.Scheduled[float64]{Rule: &optim.EMA[float64]{Rule: clipped, Decay: 0.9}, Schedule: optim.Warmup{Steps: 5}}
		},
	}
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
