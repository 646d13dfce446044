package optim

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize/functions"
	"pgregory.net/rapid"
)

// onLine is a function of one variable as a problem; search starts at 0 along 1.
func onLine(f, slope func(float64) float64) *Problem[float64] {
	return &Problem[float64]{Dim: 1, Eval: func(x, g []float64) (float64, error) {
		g[0] = slope(x[0])
		return f(x[0]), nil
	}}
}

func searchLine(p *Problem[float64], w *wolfe[float64], first float64) (start, best trial, ok bool, evals int) {
	w.at, w.grad = make([]float64, 1), make([]float64, 1)
	g := []float64{0}
	start.f, _ = p.Eval([]float64{0}, g)
	start.slope = g[0]
	counted := *p
	counted.Eval = func(x, g []float64) (float64, error) {
		evals++
		return p.Eval(x, g)
	}
	w.along(&counted, []float64{0}, []float64{1})
	best, ok, _ = w.search(start, first, rounding[float64](start.f))
	return start, best, ok, evals
}

// TestWolfeOnMoreThuente runs the six functions, the tolerances and the first
// steps of Moré and Thuente (ACM TOMS 20 (1994) 286, tables I to VI), by the
// implementation of the functions in gonum. They needed at most 37 evaluations.
func TestWolfeOnMoreThuente(t *testing.T) {
	type testFunction interface {
		Func([]float64) float64
		Grad(g, x []float64)
	}
	for i, c := range []struct {
		f      testFunction
		c1, c2 float64
	}{
		{functions.ConcaveRight{}, 0.001, 0.1},
		{functions.ConcaveLeft{}, 0.1, 0.1},
		{functions.Plassmann{L: 39, Beta: 0.01}, 0.1, 0.1},
		{functions.YanaiOzawaKaneko{Beta1: 0.001, Beta2: 0.001}, 0.001, 0.001},
		{functions.YanaiOzawaKaneko{Beta1: 0.01, Beta2: 0.001}, 0.001, 0.001},
		{functions.YanaiOzawaKaneko{Beta1: 0.001, Beta2: 0.01}, 0.001, 0.001},
	} {
		for _, first := range []float64{1e-3, 1e-1, 1e1, 1e3} {
			t.Run(fmt.Sprintf("%d/%g", i+1, first), func(t *testing.T) {
				p := &Problem[float64]{Dim: 1, Eval: func(x, g []float64) (float64, error) {
					c.f.Grad(g, x)
					return c.f.Func(x), nil
				}}
				start, best, ok, evals := searchLine(p, &wolfe[float64]{c1: c.c1, c2: c.c2, limit: 40}, first)
				if !ok || !isWolfe(start, best, c.c1, c.c2) {
					t.Errorf("step %g is no Wolfe point: %+v from %+v", best.alpha, best, start)
				}
				if evals > 25 {
					t.Errorf("%d evaluations", evals)
				}
			})
		}
	}
}

func isWolfe(start, t trial, c1, c2 float64) bool {
	return t.f <= start.f+c1*t.alpha*start.slope && math.Abs(t.slope) <= -c2*start.slope
}

// TestWolfeOnRandomLines holds the search to the strong Wolfe conditions on
// random smooth functions that are bounded below, from any first step.
func TestWolfeOnRandomLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0.01, 10).Draw(t, "a")
		b := rapid.Float64Range(-5, 5).Draw(t, "b")
		k := rapid.Float64Range(0, 3).Draw(t, "k")
		m := rapid.Float64Range(0.1, 30).Draw(t, "m")
		// a·(x − m)² + b·sin(k·x), falling at 0
		f := func(x float64) float64 { return a*(x-m)*(x-m) + b*math.Sin(k*x) }
		slope := func(x float64) float64 { return 2*a*(x-m) + b*k*math.Cos(k*x) }
		if slope(0) > -1e-3 {
			b = -b // now it falls: −2·a·m − |b|·k ≤ −0.002
		}
		first := math.Exp(rapid.Float64Range(-10, 10).Draw(t, "log first"))
		start, best, ok, _ := searchLine(onLine(f, slope), &wolfe[float64]{c1: 1e-4, c2: 0.5, limit: 60}, first)
		if !ok || !isWolfe(start, best, 1e-4, 0.5) {
			t.Fatalf("step %g is no Wolfe point: %+v from %+v", best.alpha, best, start)
		}
	})
}

// TestWolfeBacksOffFromTheDomain starts far beyond where the function ends.
func TestWolfeBacksOffFromTheDomain(t *testing.T) {
	// −log(1 − x) − 2x has its minimum at ½ and ends at 1.
	p := onLine(func(x float64) float64 { return -math.Log(1-x) - 2*x }, func(x float64) float64 {
		if x >= 1 {
			return math.NaN()
		}
		return 1/(1-x) - 2
	})
	for _, first := range []float64{0.1, 0.999999, 1, 10, 1e6, 1e12} {
		start, best, ok, evals := searchLine(p, &wolfe[float64]{c1: 1e-4, c2: 0.1, limit: 40}, first)
		if !ok || !isWolfe(start, best, 1e-4, 0.1) {
			t.Errorf("from %g after %d evaluations: %+v, %v", first, evals, best, ok)
		}
	}
}

func TestWolfeReportsFailure(t *testing.T) {
	uphill := onLine(func(x float64) float64 { return x }, func(float64) float64 { return -1 }) // a wrong derivative
	if _, best, ok, _ := searchLine(uphill, &wolfe[float64]{c1: 1e-4, c2: 0.9, limit: 40}, 1); ok {
		t.Errorf("found %+v on a function that only rises", best)
	}
	nan := onLine(func(x float64) float64 { return math.Sqrt(-x) }, func(float64) float64 { return -1 })
	if _, best, ok, _ := searchLine(nan, &wolfe[float64]{c1: 1e-4, c2: 0.9, limit: 40}, 1); ok {
		t.Errorf("found %+v where nothing is finite", best)
	}
}

// TestWolfeStopsOnUnboundedLines takes a step on a line that falls for ever
// without going on until the budget of evaluations is spent.
func TestWolfeStopsOnUnboundedLines(t *testing.T) {
	p := onLine(func(x float64) float64 { return -x }, func(float64) float64 { return -1 })
	_, best, ok, evals := searchLine(p, &wolfe[float64]{c1: 1e-4, c2: 0.9, limit: 40}, 1)
	if !ok || best.f >= -1 || evals > stretches+1 {
		t.Errorf("%+v, %v after %d evaluations", best, ok, evals)
	}
}
