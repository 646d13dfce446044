package optim

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Optax's own demand on its rules: they reach the minimum of a parabola and of
// Rosenbrock's function.
func TestOptaxConvergence(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "golden", "optax-convergence.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]func(o map[string]float64) Rule[float64]{
		"sgd": func(o map[string]float64) Rule[float64] {
			if o["momentum"] > 0 {
				return &Momentum[float64]{Rate: o["learning_rate"], Beta: o["momentum"]}
			}
			return &GD[float64]{Rate: o["learning_rate"]}
		},
		"adam": func(o map[string]float64) Rule[float64] { return &Adam[float64]{Rate: o["learning_rate"]} },
		"amsgrad": func(o map[string]float64) Rule[float64] {
			return &Adam[float64]{Rate: o["learning_rate"], AMSGrad: true}
		},
		"adamw": func(o map[string]float64) Rule[float64] {
			return &WeightDecay[float64]{Rule: &Adam[float64]{Rate: o["learning_rate"]}, Decay: 1e-4}
		},
	}
	maps.Copy(rules, optaxRules())
	tried := map[string]int{}
	for _, row := range rows[1:] {
		make, ok := rules[row[0]]
		if !ok {
			t.Errorf("no rule for %s", row[0])
			continue
		}
		var options map[string]float64
		if err := json.Unmarshal([]byte(row[1]), &options); err != nil {
			t.Fatal(row, err)
		}
		want := numbers(t, row[4])
		p := Problem[float64]{Dim: 2, Eval: rosenbrock2}
		if len(want) == 3 {
			p = parabola(want)
		}
		// Batches, all of them the same: Optax takes the last point, and goes on
		// where a run of ours would call the first steps of LARS diverged.
		p.Draw = func(int) error { return nil }
		run, err := Minimize(t.Context(), p, numbers(t, row[3]), &FirstOrder[float64]{Rule: make(options)}, MaxIter[float64](10000))
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range run.State().X {
			if math.Abs(x-want[i]) > 3e-2*(1+math.Abs(want[i])) {
				t.Errorf("%s %s on %s: reached %v, want %v (%s)", row[0], row[1], row[2], run.State().X, want, run.Result().Text)
				break
			}
		}
		tried[row[0]]++
	}
	if len(tried) != len(rules) {
		t.Errorf("only %v were tried", tried)
	}
}

func parabola(at []float64) Problem[float64] {
	return Problem[float64]{Dim: len(at), Eval: func(x, g []float64) (float64, error) {
		f := 0.0
		for i, v := range x {
			g[i] = 2 * (v - at[i])
			f += (v - at[i]) * (v - at[i])
		}
		return f, nil
	}}
}

func numbers(t *testing.T, text string) (v []float64) {
	t.Helper()
	for word := range strings.FieldsSeq(text) {
		x, err := strconv.ParseFloat(word, 64)
		if err != nil {
			t.Fatal(err)
		}
		v = append(v, x)
	}
	return v
}

// optaxRules makes the rules of optax-convergence.csv from their options, with
// Optax's defaults for the others.
func optaxRules() map[string]func(o map[string]float64) Rule[float64] {
	rate := func(make func(rate float64) Rule[float64]) func(map[string]float64) Rule[float64] {
		return func(o map[string]float64) Rule[float64] {
			rule := make(o["learning_rate"])
			if o["weight_decay"] > 0 {
				rule = &WeightDecay[float64]{Rule: rule, Decay: o["weight_decay"]}
			}
			return rule
		}
	}
	little := func(rule Rule[float64]) Rule[float64] { return &WeightDecay[float64]{Rule: rule, Decay: 1e-4} }
	return map[string]func(o map[string]float64) Rule[float64]{
		"adabelief": rate(func(r float64) Rule[float64] { return &AdaBelief[float64]{Rate: r} }),
		"adadelta":  rate(func(r float64) Rule[float64] { return &Adadelta[float64]{Rate: r} }),
		"adafactor": rate(func(r float64) Rule[float64] { return &Adafactor[float64]{Rate: r, Uncapped: true, MinDim: 128} }),
		"adagrad": rate(func(r float64) Rule[float64] {
			return &Adagrad[float64]{Rate: r, Initial: 0.1, Eps: 1e-7, EpsInside: true}
		}),
		"adamax":   rate(func(r float64) Rule[float64] { return &Adamax[float64]{Rate: r} }),
		"adamaxw":  rate(func(r float64) Rule[float64] { return little(&Adamax[float64]{Rate: r}) }),
		"adan":     rate(func(r float64) Rule[float64] { return &Adan[float64]{Rate: r, EpsRoot: 1e-8} }),
		"fromage":  rate(func(r float64) Rule[float64] { return &Fromage[float64]{Rate: r} }),
		"lamb":     rate(func(r float64) Rule[float64] { return &LAMB[float64]{Rate: r} }),
		"lars":     rate(func(r float64) Rule[float64] { return &LARS[float64]{Rate: r} }),
		"lion":     rate(func(r float64) Rule[float64] { return &Lion[float64]{Rate: r} }),
		"nadam":    rate(func(r float64) Rule[float64] { return &NAdam[float64]{Rate: r, Constant: true} }),
		"nadamw":   rate(func(r float64) Rule[float64] { return little(&NAdam[float64]{Rate: r, Constant: true}) }),
		"novograd": rate(func(r float64) Rule[float64] { return &NovoGrad[float64]{Rate: r} }),
		"optimistic_gradient_descent": func(o map[string]float64) Rule[float64] {
			return &OptimisticGD[float64]{Rate: o["learning_rate"], Alpha: o["alpha"], Beta: o["beta"]}
		},
		"polyak_sgd": func(o map[string]float64) Rule[float64] {
			return &PolyakStep[float64]{Rate: o["max_learning_rate"]}
		},
		"radam": rate(func(r float64) Rule[float64] { return &RAdam[float64]{Rate: r} }),
		"rmsprop": func(o map[string]float64) Rule[float64] {
			return &RMSprop[float64]{Rate: o["learning_rate"], Rho: 0.9, EpsInside: true, Momentum: o["momentum"], RateInside: true}
		},
		"rprop":    rate(func(r float64) Rule[float64] { return &Rprop[float64]{Rate: r} }),
		"sign_sgd": rate(func(r float64) Rule[float64] { return &SignSGD[float64]{Rate: r} }),
		"signum":   rate(func(r float64) Rule[float64] { return &Signum[float64]{Rate: r} }),
		"sm3":      rate(func(r float64) Rule[float64] { return &SM3[float64]{Rate: r} }),
		"yogi":     rate(func(r float64) Rule[float64] { return &Yogi[float64]{Rate: r} }),
	}
}
