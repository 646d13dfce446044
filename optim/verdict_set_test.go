package optim

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"descent/internal/stream"
)

// bowlOf is ½·xᵀ·A·x + b·x.
func bowlOf(a [][]float64, b []float64) Problem[float64] {
	return Problem[float64]{Dim: len(b), Eval: func(x, g []float64) (float64, error) {
		f := 0.0
		for i := range x {
			row := 0.0
			for k := range x {
				row += a[i][k] * x[k]
			}
			f += x[i]*row/2 + b[i]*x[i]
			if g != nil {
				g[i] = row + b[i]
			}
		}
		return f, nil
	}}
}

func setNamed(t interface{ Fatal(...any) }, text string) *Set[float64] {
	set, rest, err := SetOf[float64](text)
	if err != nil || set == nil || rest != "" {
		t.Fatal(text, set, rest, err)
	}
	return set
}

// Verdicts on sets, with what a hand calculation says of each.
func TestJudgeOnSets(t *testing.T) {
	diag := func(d ...float64) [][]float64 {
		a := make([][]float64, len(d))
		for i, v := range d {
			a[i] = make([]float64, len(d))
			a[i][i] = v
		}
		return a
	}
	r := math.Sqrt(0.5)
	for _, c := range []struct {
		set  string
		p    Problem[float64]
		x    []float64
		kind Kind
		says string
		low  float64 // the least eigenvalue along the edge
	}{
		{"l2-ball", bowlOf(diag(0, 0), []float64{1, 1}), []float64{-r, -r}, Boundary, "a minimum on the edge of |x| ≤ 1", math.Sqrt2},
		{"l2-ball", bowlOf(diag(0, 0), []float64{1, 1}), []float64{r, r}, Unknown, "not a stationary point of |x| ≤ 1: the projected gradient is still", 0},
		{"l2-ball:2", bowlOf(diag(-1, -3), []float64{0, 0}), []float64{0, 2}, Boundary, "minimum on the edge of |x| ≤ 2", 2},
		{"l2-ball:2", bowlOf(diag(-1, -3), []float64{0, 0}), []float64{2, 0}, Saddle, "values along it are lower", -2},
		{"l2-ball", bowlOf(diag(-1, -3), []float64{0, 0}), []float64{0, 0}, Maximum, "a maximum", -3},
		{"l2-ball", bowlOf(diag(1, 3), []float64{0, 0}), []float64{0, 0}, Minimum, "a minimum", 1},
		{"l2-ball", bowlOf(diag(0, 1), []float64{0, 0}), []float64{1, 0}, Minimum, "not the only one", 0},
		{"simplex", bowlOf(diag(-2, -2, -2), []float64{0, 0, 0}), []float64{1. / 3, 1. / 3, 1. / 3}, Saddle, "not a minimum", -2},
		{"simplex", bowlOf(diag(-2, -2, -2), []float64{0, 0, 0}), []float64{1, 0, 0}, Boundary, "a minimum on the edge of x ≥ 0, Σx = 1", 0},
		{"simplex", bowlOf(diag(2, 6, 0), []float64{0, 0, 1}), []float64{0.5, 1. / 6, 1. / 3}, Boundary, "a minimum", 0.9},
		{"l1-ball", bowlOf(diag(2, 2), []float64{-6, -0.2}), []float64{1, 0}, Boundary, "a minimum on the edge of Σ|x| ≤ 1", 0},
		{"linf-ball", bowlOf(diag(0, 0), []float64{1, 0}), []float64{-1, 0.3}, Boundary, "not the only one", 0},
		{"linf-ball", bowlOf(diag(0, 0), []float64{0, 0}), []float64{-1, 0.3}, Flat, "", 0},
		{"non-negative", bowlOf(diag(1, 1), []float64{1, -1}), []float64{0, 1}, Boundary, "a minimum on the edge of x ≥ 0", 1},
		{"non-negative", bowlOf(diag(1, 1), []float64{1, -1}), []float64{-1, 1}, Unknown, "lies outside x ≥ 0", 0},
	} {
		p := c.p
		p.Set = setNamed(t, c.set)
		v := Judge(&p, c.x, 1e-8)
		low := 0.0
		if len(v.Eigenvalues) > 0 {
			low = v.Eigenvalues[0]
		}
		if v.Kind != c.kind || !strings.Contains(v.Text, c.says) || c.low != 0 && math.Abs(low-c.low) > 0.01 {
			t.Errorf("%s at %v: %s, %s, %v", c.set, c.x, v.Kind, v.Text, v.Eigenvalues)
		}
	}
}

// Whatever the quadratic, the set and the method that keeps it: a success has no
// lower point in the set beside it, and of a convex function none in all the set.
func TestSuccessOnSetsIsAMinimum(t *testing.T) {
	sets := []string{"simplex", "l1-ball", "l2-ball", "linf-ball", "non-negative; l2-ball", "non-negative; l1-ball:2"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		number := rapid.Float64Range(-2, 2)
		c, a := make([][]float64, n), make([][]float64, n)
		for i := range c {
			c[i] = rapid.SliceOfN(number, n, n).Draw(t, "c")
			a[i] = make([]float64, n)
		}
		convex := rapid.Bool().Draw(t, "convex")
		for i := range n {
			for k := range n {
				for m := range n {
					a[i][k] += c[m][i] * c[m][k]
				}
				if !convex {
					a[i][k] = (c[i][k] + c[k][i]) / 2
				}
			}
		}
		p := bowlOf(a, rapid.SliceOfN(number, n, n).Draw(t, "b"))
		set := rapid.SampledFrom(sets).Draw(t, "set")
		p.Set = setNamed(t, set)
		var s Solver[float64] = &ProjectedGradient[float64]{}
		if rapid.Bool().Draw(t, "rule") {
			s = &FirstOrder[float64]{Rule: &Momentum[float64]{Rate: 0.02}}
		}
		run, err := Minimize(t.Context(), p, rapid.SliceOfN(number, n, n).Draw(t, "x"), s, GradTol[float64](1e-8), Stall[float64](0), MaxIter[float64](3000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		v := Judge(&p, r.X, 1e-8)
		if away := apart(p.Set, r.X); away > 1e-12 {
			t.Fatalf("%s: %v lies %v outside", set, r.X, away)
		}
		if !Success(r.Status, v) {
			if convex && r.Status == Converged && v.Kind == Saddle {
				t.Fatalf("%s: a saddle of a convex function: %s", set, v.Text)
			}
			return
		}
		far := 1e-3
		if convex {
			far = 10
		}
		rng := stream.New(1, "points of a set", 0)
		for range 200 {
			y := make([]float64, n)
			for i := range y {
				y[i] = r.X[i] + far*(2*rng.Float64()-1)
			}
			p.Set.Onto(y)
			if f, _ := p.Eval(y, nil); f < r.F-1e-7*(1+math.Abs(r.F)) {
				t.Fatalf("%s: %s at %v with %v, but %v has %v", set, v.Text, r.X, r.F, y, f)
			}
		}
	})
}

func TestSetsRefuse(t *testing.T) {
	p := bowl()
	p.Set = setNamed(t, "l2-ball")
	if _, err := Start(p, []float64{1, 1}, Solver[float64](&LBFGS[float64]{})); err == nil || !strings.Contains(err.Error(), "cannot keep the set |x| ≤ 1; use spg, gd or momentum") {
		t.Error(err)
	}
	p.Bounds = Unbounded[float64](2)
	if _, err := Start(p, []float64{1, 1}, Solver[float64](&ProjectedGradient[float64]{})); err == nil || !strings.Contains(err.Error(), "not two of them") {
		t.Error(err)
	}
	for _, text := range []string{"simplex; l2-ball", "non-negative; simplex", "l1-ball; linf-ball; non-negative"} {
		if _, _, err := SetOf[float64](text); err == nil || !strings.Contains(err.Error(), "more than one set") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
