package optim

import (
	"math"
	"slices"
	"testing"
)

// Functions without a minimum on the way: whatever method at whatever rate, the
// run is no success and the point is never called a minimum.
func TestNoMethodFindsAMinimumWhereThereIsNone(t *testing.T) {
	functions := map[string]struct {
		p      Problem[float64]
		starts []float64
	}{
		"1/x":     {curve(func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) }, func(x float64) float64 { return 2 / (x * x * x) }), []float64{1, 50, 1e5}},
		"exp(-x)": {curve(func(x float64) float64 { return math.Exp(-x) }, func(x float64) float64 { return -math.Exp(-x) }, func(x float64) float64 { return math.Exp(-x) }), []float64{0, 10, 17}},
		"log(x)":  {curve(math.Log, func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) }), []float64{1, 1e4, 1e9}},
		"-x²":     {power(0, -1, 2), []float64{1, 1e-9, 0}},
		"x³":      {power(0, 1, 3), []float64{1, 1e-3, 5e-5, 0}},
		"3+x³":    {power(3, 1, 3), []float64{1, 1e-3, 5e-5, 0}},
		"x":       {power(0, 1, 1), []float64{1}},
		"atan(x)": {curve(math.Atan, func(x float64) float64 { return 1 / (1 + x*x) }, func(x float64) float64 { return -2 * x / ((1 + x*x) * (1 + x*x)) }), []float64{0, -1e4}},
		"softplus": {curve(func(x float64) float64 { return math.Log1p(math.Exp(x)) }, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
			func(x float64) float64 { s := 1 / (1 + math.Exp(-x)); return s * (1 - s) }), []float64{0, -15}},
	}
	for name, f := range functions {
		for _, m := range Methods[float64]() {
			if m.Squares || m.Lines || m.Parts {
				continue // no least squares here
			}
			rates := []float64{0}
			if m.FirstOrder && hasSetting(m, "rate") {
				rates = []float64{1e-3, 0.1, 1, 100}
			}
			for _, rate := range rates {
				for _, x := range f.starts {
					for _, p := range []Problem[float64]{f.p, {Dim: 1, Eval: f.p.Eval}} {
						set := map[string]float64{}
						if rate > 0 {
							set["rate"] = rate
						}
						solver, err := m.NewSolver(set)
						if err != nil {
							t.Fatal(err)
						}
						run, err := Minimize(t.Context(), p, []float64{x}, solver, GradTol[float64](1e-8), Stall[float64](0), MaxIter[float64](2000))
						if err != nil {
							t.Fatal(name, m.Name, err)
						}
						r := run.Result()
						if (name == "softplus" || name == "exp(-x)") && r.F == 0 {
							continue // so far out that float64 knows nothing less
						}
						if v := Judge(&p, r.X, 1e-8); v.Kind == Minimum || Success(r.Status, v) {
							t.Errorf("%s by %s, rate %v from %v, HVP %v: x = %v, %s: %s; %s: %s", name, m.Name, rate, x, p.HVP != nil, r.X[0], r.Status, r.Text, v.Kind, v.Text)
						}
					}
				}
			}
		}
	}
}

func hasSetting(m Method[float64], name string) bool {
	return slices.ContainsFunc(m.Settings, func(s Setting) bool { return s.Name == name })
}
