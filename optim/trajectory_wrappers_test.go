package optim

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// hidden keeps an averaging rule from being seen as one, so that the run is at
// the point that the rule walks on.
type hidden struct{ Rule[float64] }

// wrapperCases are the rules that take the steps of make_wrappers.py; those of
// averaging rules serve the cases of both points.
func wrapperCases() map[string]Rule[float64] {
	free := func(rate, decay, beta2, beta float64, schedule Schedule) *ScheduleFree[float64] {
		var rule Rule[float64] = &GD[float64]{Rate: rate}
		if decay > 0 {
			rule = &WeightDecay[float64]{Rule: &Adam[float64]{Rate: rate, Beta1: math.SmallestNonzeroFloat64, Beta2: beta2}, Decay: decay}
		}
		if schedule != nil {
			rule = &Scheduled[float64]{Rule: rule, Schedule: schedule}
		}
		return &ScheduleFree[float64]{Rule: rule, Beta: beta}
	}
	gd := &GD[float64]{Rate: 0.1}
	return map[string]Rule[float64]{
		"torch ASGD":                &ASGD[float64]{Rate: 0.05, Decay: 0.01},
		"torch ASGD t0":             &ASGD[float64]{Rate: 0.05, Decay: 0.02, Alpha: 0.6, T0: 20},
		"torch swa":                 &Mean[float64]{Rule: &Momentum[float64]{Rate: 0.02}},
		"schedulefree sgd":          free(0.3, 0, 0, 0.8, Warmup{Steps: 20}),
		"schedulefree adamw":        free(0.05, 0.1, 0.99, 0.9, Warmup{Steps: 10}),
		"optax schedule_free_sgd":   free(0.2, 0, 0, 0.9, nil),
		"optax schedule_free_adamw": free(0.05, 0.1, 0.999, 0.9, nil),
		"optax ema":                 &EMA[float64]{Rule: &Adam[float64]{Rate: 0.02}, Decay: 0.9},
		"optax lookahead":           &Lookahead[float64]{Rule: &Adam[float64]{Rate: 0.02}, Alpha: 0.4},
		"optax sam":                 &SAM[float64]{Rule: &GD[float64]{Rate: 0.02}, Rho: 0.1},
		"optax sam adam":            &SAM[float64]{Rule: &Adam[float64]{Rate: 0.02}},
		"optax prodigy":             &Prodigy[float64]{D0: 1e-2},
		"optax prodigy decay":       &Prodigy[float64]{Rate: 0.5, D0: 1e-3, Coef: 2, Decay: 0.1},
		"optax dadapt_adamw":        &DAdaptAdamW[float64]{D0: 1e-2},
		"optax dadapt_adamw decay":  &DAdaptAdamW[float64]{Rate: 0.7, D0: 1e-3, Decay: 0.1},
		"optax dog":                 &DoG[float64]{Rate: 0.5, D0: 1e-2},
		"optax dowg":                &DoWG[float64]{},
		"optax cocob":               &COCOB[float64]{},
		"optax mechanic sgd":        &Mechanic[float64]{Rule: &GD[float64]{Rate: 1}, S0: 1e-2},
		"optax mechanic adam":       &Mechanic[float64]{Rule: &Adam[float64]{Rate: 0.01}, S0: 0.1, Decay: 0.1, Betas: 4},
		"optax momo":                &Momo[float64]{Rate: 0.3},
		"optax momo adapt":          &Momo[float64]{Rate: 0.3, Beta: 0.8, Decay: 0.05, FMin: -5, Adapt: true},
		"optax momo_adam":           &Momo[float64]{Adam: true, Rate: 0.05},
		"optax momo_adam adapt":     &Momo[float64]{Adam: true, Rate: 0.05, Decay: 0.1, FMin: 0.5, Adapt: true},
		"optax polyak_sgd":          &PolyakStep[float64]{Rate: 0.3},
		"optax polyak_sgd plus":     &PolyakStep[float64]{Rate: 0.5, FMin: 3, Eps: 0.01, Plus: true},
		"optax clip value":          &ClipValue[float64]{Rule: gd, Max: 0.2},
		"optax clip norm":           &Clip[float64]{Rule: gd, Max: 0.5},
		"optax clip adaptive":       &ClipAdaptive[float64]{Rule: gd, Max: 0.1},
		"optax centralize":          &Centralise[float64]{Rule: gd, Rows: true},
	}
}

// projections are those of make_wrappers.py.
func projections(t *testing.T, dim int) map[string]Projection[float64] {
	t.Helper()
	must := func(p Projection[float64], err error) Projection[float64] {
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	a := make([]float64, 0, dim) // the cosines of 0, 1, 2, … in each block
	for _, n := range []int{15, 10, 5} {
		for i := range n {
			a = append(a, math.Cos(float64(i)))
		}
	}
	return map[string]Projection[float64]{
		"non-negative": OntoNonNegative[float64],
		"box":          must(OntoInterval[float64](-0.3, 0.4)),
		"simplex":      must(OntoSimplex[float64](2)),
		"l1 ball":      must(OntoL1Ball[float64](3)),
		"l2 ball":      must(OntoL2Ball[float64](1.5)),
		"linf ball":    must(OntoLInfBall[float64](0.35)),
		"hyperplane":   must(OntoHyperplane(a, 1)),
		"half-space":   must(OntoHalfSpace(a, -2)),
	}
}

func TestWrapperTrajectories(t *testing.T) {
	var file trajectories
	golden(t, "wrappers.json", &file)
	rules := wrapperCases()
	for name, onto := range projections(t, len(file.Start)) {
		rules["optax projected "+name] = &Projected[float64]{Rule: &GD[float64]{Rate: 0.1}, Onto: onto}
	}
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(file.Cases)) {
		plain, shown := strings.CutSuffix(name, " shown")
		rule, ok := rules[plain]
		if !ok {
			t.Errorf("%s is not compared", name)
			continue
		}
		used[plain] = true
		if _, averages := rule.(Averaging[float64]); averages && !shown {
			rule = hidden{rule}
		}
		t.Logf("%-40s %.1e", name, file.follow(t, name, file.problem(), rule))
	}
	for name := range rules {
		if !used[name] {
			t.Errorf("there is no case for %s", name)
		}
	}
}
