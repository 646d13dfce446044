package optim

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// On quadratics the forecast is what then happens.
func TestForecastComesTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		curvature := rapid.SliceOfN(rapid.Float64Range(0.05, 10), n, n).Draw(t, "curvature")
		x := rapid.SliceOfN(rapid.Float64Range(0.5, 5), n, n).Draw(t, "x")
		most := 0.0
		for _, c := range curvature {
			most = max(most, c)
		}
		part := rapid.Float64Range(0.05, 0.95).Draw(t, "part of the limit")
		rules := map[string]func() Rule[float64]{
			"gd": func() Rule[float64] { return &GD[float64]{Rate: part * 2 / most} },
			"momentum": func() Rule[float64] {
				return &Momentum[float64]{Rate: part * 2 * 1.8 / most, Beta: 0.8}
			},
			"dampened": func() Rule[float64] {
				return &Momentum[float64]{Rate: part * 2 / most, Beta: 0.6, Dampening: 0.3}
			},
		}
		name := rapid.SampledFrom([]string{"gd", "momentum", "dampened"}).Draw(t, "rule")
		const tol = 1e-6
		taken := func(rule Rule[float64]) int {
			run, err := Minimize(t.Context(), diagonal(curvature), x, &FirstOrder[float64]{Rule: rule}, GradTol[float64](tol), MaxIter[float64](200000))
			if err != nil {
				t.Fatal(err)
			}
			if r := run.Result(); r.Status != Converged {
				t.Fatalf("%s: %s", r.Status, r.Text)
			}
			return run.State().Iter
		}
		p := diagonal(curvature)
		g := make([]float64, n)
		if _, err := p.Eval(x, g); err != nil {
			t.Fatal(err)
		}
		f, err := Foresee(&p, x, g, rules[name](), tol)
		if err != nil {
			t.Fatal(err)
		}
		within := func(what string, forecast, steps int) {
			if math.Abs(float64(forecast-steps)) > 1+0.01*float64(steps) {
				t.Fatalf("%s %s: %d steps were forecast, %d taken (%s)", name, what, forecast, steps, f.Text)
			}
		}
		within("as asked", f.Steps, taken(rules[name]()))
		best := rules[name]()
		switch r := best.(type) {
		case *GD[float64]:
			r.Rate = f.BestRate
		case *Momentum[float64]:
			r.Rate = f.BestRate
		}
		within("at the best rate", f.BestSteps, taken(best))
		worst, g0 := 0.0, 0.0
		for _, c := range curvature {
			worst, g0 = max(worst, c), max(g0, 1/c)
		}
		if want := worst * g0; math.Abs(f.Condition-want) > 1e-3*want {
			t.Fatalf("condition number %v, want %v", f.Condition, want)
		}
	})
}

func TestForecastByHand(t *testing.T) {
	p := diagonal([]float64{1, 9})
	f, err := Foresee(&p, []float64{1, 1}, []float64{1, 9}, &GD[float64]{Rate: 0.1}, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(f.Condition-9) > 1e-9 || math.Abs(f.Contraction-0.9) > 1e-12 || math.Abs(f.BestRate-0.2) > 1e-12 || f.Steps != 66 { // 0.9⁶⁶ < 1e-3 < 0.9⁶⁵
		t.Errorf("%+v", f)
	}
	if f, err = Foresee(&p, []float64{1, 1}, []float64{1, 9}, &GD[float64]{Rate: 0.3}, 1e-3); err != nil || f.Steps != -1 || !strings.Contains(f.Text, "too high") {
		t.Errorf("above the limit: %+v, %v", f, err)
	}
	saddle := diagonal([]float64{1, -1})
	if _, err := Foresee(&saddle, []float64{1, 1}, []float64{1, -1}, &GD[float64]{}, 1e-3); err == nil || !strings.Contains(err.Error(), "does not curve upwards") {
		t.Errorf("a saddle: %v", err)
	}
	if _, err := Foresee(&p, []float64{1, 1}, []float64{1, 9}, &Adam[float64]{}, 1e-3); err == nil {
		t.Error("a forecast for adam")
	}
}

// The best rate lies below the limit of divergence as people would type it.
func TestBestRateIsRoundedDown(t *testing.T) {
	p := diagonal([]float64{0.3994, 1001.6}) // Rosenbrock's valley: 2/1001.6 = 0.0019968
	f, err := Foresee(&p, []float64{1, 1}, []float64{0.3994, 1001.6}, &GD[float64]{Rate: 0.001}, 1e-8)
	if err != nil || f.BestRate != 0.00199 || !strings.Contains(f.Text, "the best fixed rate is 0.00199") {
		t.Errorf("%v, %v", f.Text, err)
	}
	for rate, want := range map[float64]float64{0.5: 0.5, 0.2: 0.2, 2.0 / 11: 0.181, 1: 1, 123456: 123000, 6.789e-300: 6.78e-300} {
		if got := threeDigits(rate); got != want {
			t.Errorf("%v becomes %v, want %v", rate, got, want)
		}
	}
}

// A forecast is worth something where the curvature holds still.
func TestWhatAForecastIsWorth(t *testing.T) {
	bowl, quartic := diagonal([]float64{1, 9}), power(0, 1, 4)
	if fades, err := Fades(&bowl, []float64{3, -2}, []float64{3, -18}); fades || err != nil {
		t.Errorf("a quadratic fades: %v", err)
	}
	if fades, err := Fades(&quartic, []float64{0.1}, []float64{4e-3}); !fades || err != nil {
		t.Errorf("x⁴ does not fade: %v", err)
	}
	if m, err := Misfit(&bowl, []float64{1, 1}, []float64{1, 9}, []float64{3, -2}, []float64{3, -18}); !(m < 1e-15) || err != nil {
		t.Errorf("the misfit of a quadratic is %v, %v", m, err)
	}
	// At 0.1 the slope is 0.004 and the curvature 0.12; from there 4 looks like 0.112.
	if m, err := Misfit(&quartic, []float64{0.1}, []float64{4e-3}, []float64{1}, []float64{4}); math.Abs(m-(4-0.112)/4) > 1e-12 || err != nil {
		t.Errorf("the misfit of x⁴ is %v, %v", m, err)
	}
}
