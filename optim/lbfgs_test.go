package optim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"gonum.org/v1/gonum/optimize/functions"
	"pgregory.net/rapid"

	"descent/internal/stream"
)

// smooth is a function with a gradient as gonum's test functions have it.
type smooth interface {
	Func(x []float64) float64
	Grad(grad, x []float64)
}

func smoothProblem(f smooth, n int) Problem[float64] {
	return Problem[float64]{Dim: n, Eval: func(x, g []float64) (float64, error) {
		if g != nil {
			f.Grad(g, x)
		}
		return f.Func(x), nil
	}}
}

// rosenbrock is Σ 100·(x[i+1] − x[i]²)² + (1 − x[i])², with a gradient that
// allocates nothing.
func rosenbrock[T Float](n int) Problem[T] {
	return Problem[T]{Dim: n, Eval: func(x, g []T) (float64, error) {
		if g == nil {
			g = make([]T, n)
		}
		clear(g)
		f := 0.0
		for i := range n - 1 {
			u, v := x[i+1]-x[i]*x[i], 1-x[i]
			f += 100*float64(u)*float64(u) + float64(v)*float64(v)
			g[i] -= 400*x[i]*u + 2*v
			g[i+1] += 200 * u
		}
		return f, nil
	}}
}

func rosenbrockStart[T Float](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = 1
		if i%2 == 0 {
			x[i] = -1.2
		}
	}
	return x
}

// standardProblems are problems of Moré, Garbow and Hillstrom (ACM TOMS 7
// (1981) 17) and others, with their standard starts, by the implementation in
// gonum. The minima are those that gonum lists, unless min is set.
var standardProblems = []struct {
	f     smooth
	start []float64
	min   float64
}{
	{functions.Beale{}, []float64{1, 1}, 0},
	{functions.BiggsEXP2{}, []float64{1, 2}, 0},
	{functions.BiggsEXP3{}, []float64{1, 2, 1}, 0},
	{functions.BiggsEXP4{}, []float64{1, 2, 1, 1}, 0},
	{functions.BiggsEXP6{}, []float64{1, 2, 1, 1, 1, 1}, 0},
	{functions.Box3D{}, []float64{0, 10, 20}, 0},
	{functions.BrownBadlyScaled{}, []float64{1, 1}, 0},
	{functions.BrownAndDennis{}, []float64{25, 5, -5, -1}, 0},
	{functions.ExtendedPowellSingular{}, []float64{3, -1, 0, 3}, 0},
	{functions.ExtendedRosenbrock{}, []float64{-1.2, 1}, 0},
	{functions.ExtendedRosenbrock{}, rosenbrockStart[float64](100), 0},
	{functions.Gaussian{}, []float64{0.4, 1, 0}, 0},
	{functions.GulfResearchAndDevelopment{}, []float64{5, 2.5, 0.15}, 0},
	{functions.HelicalValley{}, []float64{-1, 0, 0}, 0},
	{functions.PenaltyI{}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0},
	{functions.PenaltyII{}, slices.Repeat([]float64{0.5}, 10), 0},
	{functions.PowellBadlyScaled{}, []float64{0, 1}, 0},
	{functions.Trigonometric{}, slices.Repeat([]float64{0.1}, 10), 0},
	{functions.VariablyDimensioned{}, []float64{.9, .8, .7, .6, .5, .4, .3, .2, .1, 0}, 0},
	{functions.Watson{}, make([]float64, 6), 2.28767005355e-3},
	{functions.Watson{}, make([]float64, 9), 1.39976013e-6},
	{functions.Wood{}, []float64{-3, -1, -3, -1}, 0},
}

func TestLBFGSReachesKnownMinima(t *testing.T) {
	for _, c := range standardProblems {
		n := len(c.start)
		t.Run(fmt.Sprintf("%T/%d", c.f, n), func(t *testing.T) {
			run, err := Minimize(t.Context(), smoothProblem(c.f, n), c.start, &LBFGS[float64]{}, GradTol[float64](1e-8), MaxIter[float64](2000))
			if err != nil {
				t.Fatal(err)
			}
			got := run.Result()
			if got.Status != Converged || got.GradNorm > 1e-8 {
				t.Errorf("%s: %s", got.Status, got.Text)
			}
			best := math.Abs(got.F - c.min)
			if c.min == 0 {
				best = math.Inf(1)
				for _, m := range c.f.(interface{ Minima() []functions.Minimum }).Minima() {
					best = min(best, math.Abs(got.F-m.F)/max(1, math.Abs(m.F)))
				}
			}
			if best > 1e-9 {
				t.Errorf("value %.10g at %.6g is no listed minimum", got.F, got.X)
			}
		})
	}
}

// TestLBFGSCountOnRosenbrock compares with SciPy 1.17.1, whose L-BFGS-B (ten
// pairs, gradient tolerance 1e-8) takes 38 iterations and 46 evaluations for two
// variables, 538 and 629 for a hundred.
func TestLBFGSCountOnRosenbrock(t *testing.T) {
	for n, scipy := range map[int][2]int{2: {38, 46}, 100: {538, 629}} {
		run, err := Minimize(t.Context(), rosenbrock[float64](n), rosenbrockStart[float64](n), &LBFGS[float64]{})
		if err != nil {
			t.Fatal(err)
		}
		got := run.Result()
		if got.Status != Converged || float64(got.Iter) > 1.1*float64(scipy[0]) || float64(got.Evals) > 1.15*float64(scipy[1]) {
			t.Errorf("n = %d: %d steps, %d evaluations: %s", n, got.Iter, got.Evals, got.Text)
		}
	}
}

// TestLBFGSReachesRoundingLevel finds a minimum with value 10⁶ and gradients far
// below what differences of f could show, and one whose terms cancel.
func TestLBFGSReachesRoundingLevel(t *testing.T) {
	for _, offset := range []float64{0, 1, 1e6} {
		p := rosenbrock[float64](6)
		plain := p.Eval
		p.Eval = func(x, g []float64) (float64, error) {
			f, err := plain(x, g)
			return (f + offset) - math.Copysign(min(1, offset), 1), err
		}
		run, err := Minimize(t.Context(), p, rosenbrockStart[float64](6), &LBFGS[float64]{}, GradTol[float64](1e-10), MaxIter[float64](500))
		if err != nil {
			t.Fatal(err)
		}
		if got := run.Result(); got.Status != Converged {
			t.Errorf("offset %g: %s: %s", offset, got.Status, got.Text)
		}
	}
}

// TestLBFGSSeesThroughNoise adds noise to the value that no gradient knows of.
func TestLBFGSSeesThroughNoise(t *testing.T) {
	for _, size := range []float64{1e-16, 1e-14, 1e-12, 1e-10} {
		p, noise := rosenbrock[float64](10), stream.New(1, "noise", 0)
		plain := p.Eval
		p.Eval = func(x, g []float64) (float64, error) {
			f, err := plain(x, g)
			return f + size*noise.Float64(), err
		}
		run, err := Minimize(t.Context(), p, rosenbrockStart[float64](10), &LBFGS[float64]{}, MaxIter[float64](200), GradTol[float64](1e-8))
		if err != nil {
			t.Fatal(err)
		}
		if got := run.Result(); got.Status != Converged || got.Evals > 400 {
			t.Errorf("noise %g: %s after %d evaluations: %s", size, got.Status, got.Evals, got.Text)
		}
	}
}

// TestLBFGSOnALine takes ever longer steps where there is no curvature, until
// the run sees that there is no bottom.
func TestLBFGSOnALine(t *testing.T) {
	run, err := Minimize(t.Context(), *onLine(func(x float64) float64 { return -x }, func(float64) float64 { return -1 }), []float64{0}, &LBFGS[float64]{})
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Result(); got.Status != Diverged || got.Evals > 200 {
		t.Errorf("%s after %d evaluations: %s", got.Status, got.Evals, got.Text)
	}
}

func TestLBFGSSinglePrecision(t *testing.T) {
	run, err := Minimize(t.Context(), rosenbrock[float32](10), rosenbrockStart[float32](10), &LBFGS[float32]{}, GradTol[float32](1e-3), MaxIter[float32](1000))
	if err != nil {
		t.Fatal(err)
	}
	got := run.Result()
	if got.Status != Converged || got.F > 1e-6 {
		t.Errorf("%s, value %g: %s", got.Status, got.F, got.Text)
	}
}

// TestLBFGSScaleOfTheStart starts where the unit step is wrong by many orders
// of magnitude either way.
func TestLBFGSScaleOfTheStart(t *testing.T) {
	for _, scale := range []float64{1e-12, 1e-6, 1, 1e6, 1e12} {
		p := quadratic(20, func(v, out []float64) {
			for i := range v {
				out[i] = scale * float64(i+1) * v[i]
			}
		}, false)
		run, err := Minimize(t.Context(), *p, slices.Repeat([]float64{3}, 20), &LBFGS[float64]{}, GradTol[float64](1e-9*scale), MaxIter[float64](200))
		if err != nil {
			t.Fatal(err)
		}
		if got := run.Result(); got.Status != Converged || got.Evals > 60 {
			t.Errorf("scale %g: %d evaluations, %s", scale, got.Evals, got.Text)
		}
	}
}

func TestLBFGSEndsHonestlyOnAWrongGradient(t *testing.T) {
	p := Problem[float64]{Dim: 2, Eval: func(x, g []float64) (float64, error) {
		g[0], g[1] = -2*x[0], -2*x[1] // should be +2x
		return x[0]*x[0] + x[1]*x[1], nil
	}}
	run, err := Minimize(t.Context(), p, []float64{1, 2}, &LBFGS[float64]{})
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Result(); got.Status != NoProgress {
		t.Errorf("%s: %s", got.Status, got.Text)
	}
}

func TestLBFGSEndsHonestlyInNoise(t *testing.T) {
	p := rosenbrock[float32](4)
	run, err := Minimize(t.Context(), p, rosenbrockStart[float32](4), &LBFGS[float32]{}, GradTol[float32](1e-30), MaxIter[float32](5000))
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Result(); got.Status != NoProgress && got.GradNorm > 0 {
		t.Errorf("%s after %d steps: %s", got.Status, got.Iter, got.Text)
	}
}

func TestLBFGSRefuses(t *testing.T) {
	bowl := bowl()
	drawn := bowl
	drawn.Draw = func(int) error { return nil }
	for name, c := range map[string]struct {
		p Problem[float64]
		l LBFGS[float64]
	}{
		"batches":         {drawn, LBFGS[float64]{}},
		"negative memory": {bowl, LBFGS[float64]{Memory: -1}},
		"c1 above c2":     {bowl, LBFGS[float64]{C1: 0.95}},
		"c2 above one":    {bowl, LBFGS[float64]{C2: 1.5}},
		"c1 not a number": {bowl, LBFGS[float64]{C1: math.NaN()}},
	} {
		if _, err := Start(c.p, []float64{1, 1}, &c.l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSolversAllocateNothing(t *testing.T) {
	for name, solver := range map[string]Solver[float64]{"lbfgs": &LBFGS[float64]{}, "auto": &SteepestDescent[float64]{}} {
		run, err := Start(rosenbrock[float64](50), rosenbrockStart[float64](50), solver, MaxIter[float64](1e6))
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { run.Next(context.Background()) }); n != 0 {
			t.Errorf("%s: %v allocations a step", name, n)
		}
	}
}

// TestSolversResume stops a run, saves its buffers and goes on in a new one: the
// points must be the same to the last bit.
func TestSolversResume(t *testing.T) {
	for name, fresh := range map[string]func() Solver[float32]{
		"lbfgs": func() Solver[float32] { return &LBFGS[float32]{Memory: 4} },
		"auto":  func() Solver[float32] { return &SteepestDescent[float32]{} },
	} {
		start := rosenbrockStart[float32](7)
		whole, _ := Minimize(t.Context(), rosenbrock[float32](7), start, fresh(), MaxIter[float32](25))
		half, _ := Minimize(t.Context(), rosenbrock[float32](7), start, fresh(), MaxIter[float32](12))
		saved := map[string][]float32{}
		half.Buffers(func(name string, b []float32) bool {
			saved[name] = slices.Clone(b)
			return true
		})
		resumed, err := Resume(rosenbrock[float32](7), 12, fresh(), func(name string, b []float32) error {
			copy(b, saved[name])
			return nil
		}, MaxIter[float32](25))
		if err != nil {
			t.Fatal(err)
		}
		for resumed.Next(t.Context()) {
		}
		if !slices.Equal(whole.State().X, resumed.State().X) {
			t.Errorf("%s: %v after a resume, %v without", name, resumed.State().X, whole.State().X)
		}
	}
}

// TestSolversSurviveBadValues makes one call, or all calls from one on, return
// NaN or Inf in the value or the gradient. A run may end well only at a point
// where the sound function has a small gradient.
func TestSolversSurviveBadValues(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}
	rapid.Check(t, func(t *rapid.T) {
		sound := rosenbrock[float64](4)
		at := rapid.IntRange(1, 60).Draw(t, "call")
		forever := rapid.Bool().Draw(t, "forever")
		value := rapid.SampledFrom(bad).Draw(t, "value")
		where := rapid.IntRange(-1, 3).Draw(t, "where")
		calls := 0
		p := Problem[float64]{Dim: 4, Eval: func(x, g []float64) (float64, error) {
			calls++
			f, err := sound.Eval(x, g)
			if calls == at || forever && calls > at {
				if where < 0 {
					f = value
				} else {
					g[where] = value
				}
			}
			return f, err
		}}
		var solver Solver[float64] = &LBFGS[float64]{}
		if rapid.Bool().Draw(t, "auto") {
			solver = &SteepestDescent[float64]{}
		}
		run, err := Minimize(context.Background(), p, rosenbrockStart[float64](4), solver, GradTol[float64](1e-6), MaxIter[float64](300))
		if err != nil {
			t.Fatal(err)
		}
		got, g := run.Result(), make([]float64, 4)
		f, _ := sound.Eval(got.X, g)
		if got.Status == Converged && (!finite(f) || norm(g) > 1e-6) {
			t.Fatalf("success claimed at %v: %s", got.X, got.Text)
		}
		if forever && calls > at && got.Status == Converged {
			t.Fatalf("success claimed while every call fails: %s", got.Text)
		}
	})
}

// BenchmarkLBFGSStep times a step on chained Rosenbrock, reports how many
// evaluations it took, and what is left beside them as overhead-ns/step.
func BenchmarkLBFGSStep(b *testing.B) {
	for _, n := range []int{2, 100, 1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			p, evals, inside := rosenbrock[float64](n), 0, time.Duration(0)
			plain := p.Eval
			p.Eval = func(x, g []float64) (float64, error) {
				evals++
				began := time.Now()
				f, err := plain(x, g)
				inside += time.Since(began)
				return f, err
			}
			var run *Run[float64]
			for b.Loop() {
				if run == nil || !run.Next(context.Background()) {
					b.StopTimer()
					var err error
					if run, err = Start(p, rosenbrockStart[float64](n), &LBFGS[float64]{}, MaxIter[float64](1<<40)); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
			}
			b.ReportMetric(float64(evals)/float64(b.N), "evals/step")
			b.ReportMetric(float64(b.Elapsed()-inside)/float64(b.N), "overhead-ns/step")
		})
	}
}
