package optim

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestSteepestDescentConverges(t *testing.T) {
	for name, c := range map[string]struct {
		p     Problem[float64]
		start []float64
		most  int // steps
	}{
		"bowl":       {bowl(), []float64{3, -2}, 25},
		"rosenbrock": {rosenbrock[float64](2), []float64{-1.2, 1}, 400},
		"condition 100": {*quadratic(50, func(v, out []float64) {
			for i := range v {
				out[i] = (1 + 99*float64(i)/49) * v[i]
			}
		}, false), ramp(50), 200},
	} {
		run, err := Minimize(t.Context(), c.p, c.start, &SteepestDescent[float64]{})
		if err != nil {
			t.Fatal(err)
		}
		if got := run.Result(); got.Status != Converged || got.Iter > c.most {
			t.Errorf("%s: %d steps, %s: %s", name, got.Iter, got.Status, got.Text)
		}
	}
}

func ramp(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i) - 10.5
	}
	return x
}

// TestSteepestDescentFirstRate measures the curvature along the first gradient:
// for x² + xy + y² at (3, −2) the gradient is (4, −1) and gᵀHg/gᵀg = 26/17.
func TestSteepestDescentFirstRate(t *testing.T) {
	for _, hvp := range []bool{true, false} {
		p := bowl()
		if !hvp {
			p.HVP = nil
		}
		run, err := Start(p, []float64{3, -2}, &SteepestDescent[float64]{})
		if err != nil {
			t.Fatal(err)
		}
		run.Next(t.Context())
		if got, want := run.State().Step, 17.0/26; math.Abs(got-want) > 1e-6 {
			t.Errorf("hvp %v: first rate %g, want %g", hvp, got, want)
		}
	}
}

// TestSteepestDescentNeverRises holds the method to its promise on random
// functions of two variables, steep and flat, from random starts: f never rises
// by more than rounding and the reported rate is the step that was taken.
func TestSteepestDescentNeverRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := math.Exp(rapid.Float64Range(-8, 8).Draw(t, "log a"))
		b := math.Exp(rapid.Float64Range(-8, 8).Draw(t, "log b"))
		w := rapid.Float64Range(0, 5).Draw(t, "w")
		p := Problem[float64]{Dim: 2, Eval: func(x, g []float64) (float64, error) {
			g[0] = a*4*x[0]*x[0]*x[0] + w*math.Cos(x[0]+x[1])
			g[1] = b*2*x[1] + w*math.Cos(x[0]+x[1])
			return a*math.Pow(x[0], 4) + b*x[1]*x[1] + w*math.Sin(x[0]+x[1]), nil
		}}
		start := []float64{rapid.Float64Range(-50, 50).Draw(t, "x"), rapid.Float64Range(-50, 50).Draw(t, "y")}
		run, err := Start(p, start, &SteepestDescent[float64]{}, GradTol[float64](1e-8), MaxIter[float64](300))
		if err != nil {
			t.Fatal(err)
		}
		s := run.State()
		f, x, g := s.F, s.X[0], s.G[0]
		for run.Next(context.Background()) {
			if s.F > f+rounding[float64](f) {
				t.Fatalf("step %d: value rises from %g to %g", s.Iter, f, s.F)
			}
			if got := x - s.Step*g; math.Abs(got-s.X[0]) > 1e-12*max(math.Abs(x), math.Abs(got)) {
				t.Fatalf("step %d: rate %g leads to %g, not %g", s.Iter, s.Step, got, s.X[0])
			}
			f, x, g = s.F, s.X[0], s.G[0]
		}
		if why := s.Why; why.Status == Diverged {
			t.Fatal(why.Text)
		}
	})
}

// TestSteepestDescentLeavesNegativeCurvature starts on the ridge side of
// x⁴/4 − x²/2, where the curvature along the gradient is negative.
func TestSteepestDescentLeavesNegativeCurvature(t *testing.T) {
	p := Problem[float64]{Dim: 1, Eval: func(x, g []float64) (float64, error) {
		g[0] = x[0]*x[0]*x[0] - x[0]
		return x[0] * x[0] * (x[0]*x[0]/4 - 0.5), nil
	}}
	run, err := Minimize(t.Context(), p, []float64{1e-3}, &SteepestDescent[float64]{})
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Result(); got.Status != Converged || math.Abs(got.X[0]-1) > 1e-8 || got.Iter > 30 {
		t.Errorf("x = %v after %d steps: %s", got.X, got.Iter, got.Text)
	}
}

func TestSteepestDescentRefuses(t *testing.T) {
	drawn := bowl()
	drawn.Draw = func(int) error { return nil }
	if _, err := Start(drawn, []float64{1, 1}, &SteepestDescent[float64]{}); err == nil {
		t.Error("batches were taken")
	}
	for _, c1 := range []float64{-1, 0.5, math.NaN()} {
		if _, err := Start(bowl(), []float64{1, 1}, &SteepestDescent[float64]{C1: c1}); err == nil {
			t.Errorf("c1 = %g was taken", c1)
		}
	}
}
