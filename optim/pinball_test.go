package optim

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// quantileFit is the quantile regression of y on the columns of a, rows of n.
func quantileFit(a []float64, y []float64, n int, q float64) Problem[float64] {
	m := len(y)
	residuals := func(x, r []float64) error {
		for i := range r {
			r[i] = dot64(a[i*n:(i+1)*n], x) - y[i]
		}
		return nil
	}
	r := make([]float64, m)
	return Problem[float64]{
		Dim: n,
		Eval: func(x, g []float64) (float64, error) {
			f := 0.0
			clear(g)
			_ = residuals(x, r)
			for i, v := range r {
				slope := 1 - q
				if v < 0 {
					slope = -q
				}
				f += slope * v
				for j := range g {
					g[j] += slope * a[i*n+j]
				}
			}
			return f, nil
		},
		Lines: &Pinball[float64]{Q: q, Residuals: Residuals[float64]{
			Len: m, Scale: 1, Eval: residuals,
			Jac: func(_, jac []float64) error {
				for i := range m {
					for j := range n {
						jac[j*m+i] = a[i*n+j]
					}
				}
				return nil
			},
		}},
	}
}

func drawQuantileFit(t *rapid.T) (p Problem[float64], a, y []float64, n int) {
	n = rapid.IntRange(1, 3).Draw(t, "n")
	m := rapid.IntRange(n+1, 12).Draw(t, "m")
	entry := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-99, 99).Draw(t, "v")) / 10 })
	a, y = make([]float64, m*n), make([]float64, m)
	for i := range y {
		y[i] = entry.Draw(t, "y")
		for j := range n {
			if a[i*n+j] = 1; j > 0 {
				a[i*n+j] = entry.Draw(t, "a")
			}
		}
	}
	return quantileFit(a, y, n, rapid.Float64Range(0.05, 0.95).Draw(t, "q")), a, y, n
}

// The minimum lies on a vertex, where the fit goes through as many rows as it
// has parameters: the least value of all of them.
func TestFrischNewtonFindsTheBestVertex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a, y, n := drawQuantileFit(t)
		least, seen := math.Inf(1), 0
		for set := range 1 << len(y) {
			var rows, right []float64
			for i := range y {
				if set>>i&1 == 1 {
					rows, right = append(rows, a[i*n:(i+1)*n]...), append(right, y[i])
				}
			}
			if len(right) != n || !eliminate(rows, right, n, 1) {
				continue
			}
			f, _ := p.Eval(right, make([]float64, n))
			if seen++; f < least {
				least = f
			}
		}
		run, err := Minimize(t.Context(), p, make([]float64, n), &FrischNewton[float64]{})
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if seen == 0 { // columns that depend on each other
			if r.Status == Diverged || math.IsNaN(r.F) {
				t.Fatalf("%s: %s", r.Status, r.Text)
			}
			return
		}
		if r.Status != Converged || math.Abs(r.F-least) > 1e-10*(1+least) {
			t.Fatalf("%s at %v, value %.17g after %d steps (%s); the best vertex has %.17g", r.Status, r.X, r.F, r.Iter, r.Text, least)
		}
	})
}

func TestFrischNewtonKeepsThePromisesOfASolver(t *testing.T) {
	var y, a []float64
	for i := range 40 {
		v := float64(i)
		a = append(a, 1, v, math.Sin(v))
		y = append(y, 3+v/7+math.Cos(5*v))
	}
	p := quantileFit(a, y, 3, 0.3)
	walk := func(run *Run[float64], n int) []float64 {
		var way []float64
		for k := 0; k < n && run.Next(t.Context()); k++ {
			way = append(append(way, run.State().F), run.State().X...)
		}
		return way
	}
	start := func() *Run[float64] {
		run, err := Start(p, make([]float64, 3), &FrischNewton[float64]{})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	one, two := start(), start()
	if a, b := walk(one, 100), walk(two, 100); !slices.Equal(a, b) || len(a) < 12 || one.Result().Status != Converged {
		t.Fatalf("two runs differ, or end as %s: %v, %v", one.Result().Status, a, b)
	}
	half := start()
	walk(half, 4)
	saved := map[string][]float64{}
	half.Buffers(func(name string, b []float64) bool { saved[name] = slices.Clone(b); return true })
	rest, err := Resume(p, 4, &FrischNewton[float64]{}, func(name string, b []float64) error { copy(b, saved[name]); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if a, b := walk(half, 100), walk(rest, 100); !slices.Equal(a, b) {
		t.Fatalf("a run that is resumed differs: %v, %v", a, b)
	}
	run := start()
	ctx := t.Context()
	if n := testing.AllocsPerRun(6, func() { run.Next(ctx) }); n != 0 || run.State().Iter < 5 {
		t.Errorf("a step allocates %v times", n)
	}
}

func TestFrischNewtonRefuses(t *testing.T) {
	bent := quantileFit([]float64{1, 1}, []float64{1, 2}, 1, 0.5)
	bent.Lines.Eval = func(x, r []float64) error { r[0], r[1] = x[0]*x[0]-1, x[0]-2; return nil }
	wide := quantileFit([]float64{1, 1}, []float64{1, 2}, 1, 0.5)
	wide.Lines.Q = 1
	for says, p := range map[string]Problem[float64]{
		"absolute deviations or quantile losses of a linear model": bowl(),
		"linear in the parameters":                                 bent,
		"must lie between 0 and 1":                                 wide,
	} {
		if _, err := Start(p, make([]float64, p.Dim), &FrischNewton[float64]{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want …%s…", err, says)
		}
	}
}
