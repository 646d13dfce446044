package optim

import (
	"context"
	"math"
	"slices"
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

// wrapped hides a rule's type, so that FirstOrder takes the general way.
type wrapped struct{ Rule[float64] }

func TestPlainGradientDescentTakesTheSameSteps(t *testing.T) {
	var ends [2][]float64
	for i, rule := range []Rule[float64]{&GD[float64]{Rate: 0.07}, wrapped{&GD[float64]{Rate: 0.07}}} {
		run, err := Minimize(context.Background(), bowl(), []float64{3, -2.3}, &FirstOrder[float64]{Rule: rule}, MaxIter[float64](25))
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = run.State().X
	}
	if !slices.Equal(ends[0], ends[1]) {
		t.Errorf("in one pass %v, in two %v", ends[0], ends[1])
	}
}

// A batch whose gradient is not finite must not spoil the point that is kept,
// nor its gradient.
func TestBadBatchLeavesTheGoodPoint(t *testing.T) {
	p := bowl()
	eval, step := p.Eval, 0
	p.Draw = func(s int) error { step = s; return nil }
	p.Eval = func(x, g []float64) (float64, error) {
		f, err := eval(x, g)
		if step == 7 {
			g[1] = math.NaN()
		}
		return f, err
	}
	run, err := Minimize(context.Background(), p, []float64{3, -2}, &FirstOrder[float64]{Rule: &GD[float64]{Rate: 0.1}}, MaxIter[float64](20))
	if err != nil {
		t.Fatal(err)
	}
	r := run.Result()
	want := make([]float64, 2)
	if _, err := eval(r.X, want); err != nil {
		t.Fatal(err)
	}
	if r.Status != Diverged || !slices.Equal(r.G, want) {
		t.Errorf("%s: gradient %v kept at %v, where it is %v", r.Status, r.G, r.X, want)
	}
}
