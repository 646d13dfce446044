package optim

import (
	"context"
	"math"
	"testing"
)

// bowl is x² + xy + y² with its gradient and Hessian: eigenvalues 1 and 3.
func bowl() Problem[float64] {
	return Problem[float64]{
		Dim: 2,
		Eval: func(x, g []float64) (float64, error) {
			if g != nil {
				g[0], g[1] = 2*x[0]+x[1], x[0]+2*x[1]
			}
			return x[0]*x[0] + x[0]*x[1] + x[1]*x[1], nil
		},
		HVP: func(_, v, out []float64) error {
			out[0], out[1] = 2*v[0]+v[1], v[0]+2*v[1]
			return nil
		},
	}
}

func TestGradientDescentFollowsTheFormula(t *testing.T) {
	run, err := Start(bowl(), []float64{3, -2}, &FirstOrder[float64]{Rule: &GD[float64]{Rate: 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	// By hand: g(3,-2) = (4,-1), so x₁ = (2.6,-1.9); g = (3.3,-1.2), x₂ = (2.27,-1.78).
	for _, want := range [][]float64{{2.6, -1.9}, {2.27, -1.78}} {
		if !run.Next(context.Background()) {
			t.Fatal("the run ended", run.State().Why)
		}
		for i, x := range run.State().X {
			if math.Abs(x-want[i]) > 1e-15 {
				t.Errorf("step %d: x = %v, want %v", run.State().Iter, run.State().X, want)
			}
		}
	}
	n := 2
	for s := range run.All(context.Background()) {
		n++
		if s.Iter != n || s.Evals != n+1 || s.Step != 0.1 || !s.Fresh {
			t.Fatalf("state after %d steps: %+v", n, s)
		}
	}
	got := run.Result()
	if got.Status != Converged || got.GradNorm > 1e-8 || got.Iter != n {
		t.Errorf("result %+v", got)
	}
	if run.Next(context.Background()) {
		t.Error("a run that ended took another step")
	}
}
