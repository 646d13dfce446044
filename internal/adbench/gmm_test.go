package adbench

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"descent/graph"
	"descent/internal/reference"
)

// The objective and its gradient agree with ADBench's own numbers (gmm-test) and
// with a complex step (the larger ones); see SOURCE.md of the reference data.
func TestGMM(t *testing.T) {
	b, err := os.ReadFile(reference.Path(t, "adbench", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct {
		Input     string
		Objective float64
		Gradient  []float64
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gmm-test", "gmm_1k_d2_K5", "gmm_1k_d10_K5", "gmm_1k_d10_K25"} {
		want, ok := all[name]
		if !ok {
			t.Fatalf("%s is not among the reference results", name)
		}
		m, err := ReadGMM(reference.Path(t, "adbench", want.Input), name == "gmm-test")
		if err != nil {
			t.Fatal(err)
		}
		g := graph.New()
		o, err := graph.NewObjective[float64](g, m.Build(g))
		if err != nil {
			t.Fatal(err)
		}
		grad := make([]float64, o.Dim())
		f, err := o.Eval(m.Start, grad)
		if err != nil || math.Abs(f-want.Objective) > 1e-10*math.Abs(want.Objective) {
			t.Errorf("%s: value %.15g, reference %.15g (%v)", name, f, want.Objective, err)
		}
		worst, scale := 0.0, 0.0
		for i, v := range want.Gradient {
			worst, scale = math.Max(worst, math.Abs(grad[i]-v)), math.Max(scale, math.Abs(v))
		}
		if len(want.Gradient) != o.Dim() || !(worst <= 1e-10*scale) {
			t.Errorf("%s: gradient of %d entries is off by %g of %g", name, len(want.Gradient), worst, scale)
		}
	}
}

func BenchmarkGMM(b *testing.B) {
	m := &GMM{D: 10, K: 25, N: 1000, Gamma: 1, M: 0}
	m.Start = make([]float64, m.K*(1+m.D+m.D*(m.D+1)/2))
	m.Points = make([]float64, m.N*m.D)
	for i := range m.Points {
		m.Points[i] = math.Sin(float64(i))
	}
	for i := range m.Start {
		m.Start[i] = math.Cos(float64(i))
	}
	g := graph.New()
	o, err := graph.NewObjective[float64](g, m.Build(g))
	if err != nil {
		b.Fatal(err)
	}
	grad := make([]float64, o.Dim())
	b.Run("value", func(b *testing.B) {
		for b.Loop() {
			o.Eval(m.Start, nil)
		}
	})
	b.Run("gradient", func(b *testing.B) {
		for b.Loop() {
			o.Eval(m.Start, grad)
		}
	})
}
