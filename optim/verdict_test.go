package optim

import (
	"context"
	"math"
	"strings"
	"testing"
)

// curve makes a problem of a function of one variable and its derivatives.
func curve(f, d, dd func(float64) float64) Problem[float64] {
	return Problem[float64]{
		Dim: 1,
		Eval: func(x, g []float64) (float64, error) {
			if g != nil {
				g[0] = d(x[0])
			}
			return f(x[0]), nil
		},
		HVP: func(x, v, out []float64) error {
			out[0] = dd(x[0]) * v[0]
			return nil
		},
	}
}

// power is c + a·xⁿ.
func power(c, a float64, n int) Problem[float64] {
	e := float64(n)
	return curve(
		func(x float64) float64 { return c + a*math.Pow(x, e) },
		func(x float64) float64 { return a * e * math.Pow(x, e-1) },
		func(x float64) float64 { return a * e * (e - 1) * math.Pow(x, e-2) })
}

func plane(f func(x, y float64) float64, g func(x, y float64) (float64, float64), h func(x, y float64) (xx, xy, yy float64)) Problem[float64] {
	return Problem[float64]{
		Dim: 2,
		Eval: func(x, grad []float64) (float64, error) {
			if grad != nil {
				grad[0], grad[1] = g(x[0], x[1])
			}
			return f(x[0], x[1]), nil
		},
		HVP: func(x, v, out []float64) error {
			a, b, c := h(x[0], x[1])
			out[0], out[1] = a*v[0]+b*v[1], b*v[0]+c*v[1]
			return nil
		},
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func TestVerdict(t *testing.T) {
	hilly := plane(
		func(x, y float64) float64 { return x*x - y*y },
		func(x, y float64) (float64, float64) { return 2 * x, -2 * y },
		func(x, y float64) (float64, float64, float64) { return 2, 0, -2 })
	peano := plane( // rises along every straight line through 0, falls along y = 1.5x²
		func(x, y float64) float64 { return (y - x*x) * (y - 2*x*x) },
		func(x, y float64) (float64, float64) { return -6*x*y + 8*x*x*x, 2*y - 3*x*x },
		func(x, y float64) (float64, float64, float64) { return -6*y + 24*x*x, -6 * x, 2 })
	monkey := plane(
		func(x, y float64) float64 { return x*x*x - 3*x*y*y },
		func(x, y float64) (float64, float64) { return 3*x*x - 3*y*y, -6 * x * y },
		func(x, y float64) (float64, float64, float64) { return 6 * x, -6 * y, -6 * x })
	ridge := plane( // −x²y²: the axes are level, the diagonals fall
		func(x, y float64) float64 { return -x * x * y * y },
		func(x, y float64) (float64, float64) { return -2 * x * y * y, -2 * x * x * y },
		func(x, y float64) (float64, float64, float64) { return -2 * y * y, -4 * x * y, -2 * x * x })
	trough := plane(
		func(x, y float64) float64 { return (x + y) * (x + y) },
		func(x, y float64) (float64, float64) { return 2 * (x + y), 2 * (x + y) },
		func(x, y float64) (float64, float64, float64) { return 2, 2, 2 })
	quartic := plane(
		func(x, y float64) float64 { return x*x + y*y*y*y },
		func(x, y float64) (float64, float64) { return 2 * x, 4 * y * y * y },
		func(x, y float64) (float64, float64, float64) { return 2, 0, 12 * y * y })
	product := plane(
		func(x, y float64) float64 { return x * y },
		func(x, y float64) (float64, float64) { return y, x },
		func(x, y float64) (float64, float64, float64) { return 0, 1, 0 })
	uneven := plane( // condition number 1e20
		func(x, y float64) float64 { return 1e10*x*x + 1e-10*y*y },
		func(x, y float64) (float64, float64) { return 2e10 * x, 2e-10 * y },
		func(x, y float64) (float64, float64, float64) { return 2e10, 0, 2e-10 })
	runaway := plane(
		func(x, y float64) float64 { return x*x + math.Exp(-y) },
		func(x, y float64) (float64, float64) { return 2 * x, -math.Exp(-y) },
		func(x, y float64) (float64, float64, float64) { return 2, 0, math.Exp(-y) })
	inverse := curve(func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) }, func(x float64) float64 { return 2 / (x * x * x) })
	decay := curve(func(x float64) float64 { return math.Exp(-x) }, func(x float64) float64 { return -math.Exp(-x) }, func(x float64) float64 { return math.Exp(-x) })
	logarithm := curve(math.Log, func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) })
	bell := curve(
		func(x float64) float64 { return -math.Exp(-x * x) },
		func(x float64) float64 { return 2 * x * math.Exp(-x*x) },
		func(x float64) float64 { return (2 - 4*x*x) * math.Exp(-x*x) })
	cone := plane(
		func(x, y float64) float64 { return math.Hypot(x, y) },
		func(x, y float64) (float64, float64) { return x / math.Hypot(x, y), y / math.Hypot(x, y) },
		func(x, y float64) (float64, float64, float64) {
			r := math.Hypot(x, y)
			return y * y / (r * r * r), -x * y / (r * r * r), x * x / (r * r * r)
		})
	singular := curve( // −cos|x| as a formula with √(x²) has it: 0/0 at the minimum
		func(x float64) float64 { return -math.Cos(math.Sqrt(x * x)) },
		func(x float64) float64 { return math.Sin(math.Sqrt(x*x)) * x / math.Sqrt(x*x) },
		func(x float64) float64 { return math.Cos(x) })
	kink := curve(math.Abs, sign, func(float64) float64 { return 0 })
	crease := plane( // falls along x = 3y alone
		func(x, y float64) float64 { return 10*math.Abs(x-3*y) - 0.1*math.Abs(x+y) },
		func(x, y float64) (float64, float64) {
			return 10*sign(x-3*y) - 0.1*sign(x+y), -30*sign(x-3*y) - 0.1*sign(x+y)
		},
		func(x, y float64) (float64, float64, float64) { return 0, 0, 0 })
	cliff := curve( // x² on one side of 0, higher by 1 on the other and there
		func(x float64) float64 {
			if x > 0 {
				return x * x
			}
			return 1 + x*x
		},
		func(x float64) float64 { return 2 * x },
		func(x float64) float64 { return 2 })
	level := curve(func(float64) float64 { return 5 }, func(float64) float64 { return 0 }, func(float64) float64 { return 0 })
	broken := curve(math.Abs, sign, func(float64) float64 { return math.NaN() })

	for _, tt := range []struct {
		name string
		p    Problem[float64]
		x    []float64
		want Kind
		says string
	}{
		{"bowl", bowl(), []float64{1e-10, -1e-10}, Minimum, "a minimum: gradient 1.4e-10, Hessian eigenvalues 1 and 3"},
		{"bowl away", bowl(), []float64{1, 1}, Unknown, "not a stationary point: the gradient is still 4.2"},
		{"saddle", hilly, []float64{4e-9, 0}, Saddle, "Hessian eigenvalues -2 and 2"},
		{"saddle product", product, []float64{0, 0}, Saddle, "eigenvalues -1 and 1"},
		{"maximum", power(0, -1, 2), []float64{0}, Maximum, "a maximum: gradient 0, Hessian eigenvalue -2"},
		{"degenerate maximum", power(3, -1, 4), []float64{1e-3}, Maximum, ""},
		{"x³ at rest", power(0, 1, 3), []float64{0}, Saddle, "falls on one side"},
		{"x³ stalled", power(0, 1, 3), []float64{5e-5}, Saddle, "falls on one side"},
		{"5+x³ stalled", power(5, 1, 3), []float64{5e-5}, Saddle, "falls on one side"},
		{"x⁵ stalled", power(0, 1, 5), []float64{5e-3}, Saddle, ""},
		{"x⁴ at rest", power(0, 1, 4), []float64{0}, Minimum, "no curvature along 1 direction"},
		{"x⁴ stalled", power(0, 1, 4), []float64{1e-3}, Minimum, "no curvature along 1 direction"},
		{"7+x⁴ stalled", power(7, 1, 4), []float64{1e-3}, Minimum, ""},
		{"x⁸ stalled", power(0, 1, 8), []float64{0.03}, Minimum, ""},
		{"x²+y⁴", quartic, []float64{1e-9, 1e-3}, Minimum, ""},
		{"peano", peano, []float64{0, 0}, Saddle, ""},
		{"monkey", monkey, []float64{0, 0}, Saddle, ""},
		{"monkey near", monkey, []float64{1e-6, 2e-6}, Saddle, ""},
		{"ridge", ridge, []float64{0, 0}, Maximum, ""},
		{"trough", trough, []float64{2, -2}, Minimum, "not the only one"},
		{"uneven", uneven, []float64{0, 0}, Minimum, ""},
		{"1/x", inverse, []float64{1.1e4}, Flat, "does not hold still"},
		{"exp(-x)", decay, []float64{19}, Flat, "does not hold still"},
		{"x²+exp(-y)", runaway, []float64{1e-9, 19}, Flat, "does not hold still"},
		{"log(x) far", logarithm, []float64{1e9}, Flat, "does not hold still"},
		{"log(x) near 0", logarithm, []float64{1e-300}, Unknown, "not a stationary point"},
		{"bell tail", bell, []float64{5}, Flat, ""},
		{"bell", bell, []float64{0}, Minimum, "eigenvalue 2"},
		{"|x|", kink, []float64{0}, Unknown, "a kink"},
		{"crease", crease, []float64{0, 0}, Saddle, "falls on one side"},
		{"cliff", cliff, []float64{0}, Saddle, "falls on one side"},
		{"cliff seen from below", cliff, []float64{1e-300}, Minimum, "eigenvalue 2"},
		{"cone", cone, []float64{1e-17, 2e-17}, Unknown, "a kink: the gradient is 1"},
		{"0/0", singular, []float64{5e-11}, Minimum, "eigenvalue 1"},
		{"too flat", power(0, 1e-12, 2), []float64{2.5}, Flat, "is still 2.5 away"},
		{"constant", level, []float64{3}, Flat, "does not change"},
		{"NaN Hessian", broken, []float64{0}, Unknown, "not finite"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, p := range []Problem[float64]{tt.p, {Dim: tt.p.Dim, Eval: tt.p.Eval}} {
				got := Judge(&p, tt.x, 1e-8)
				if p.HVP == nil && tt.name == "NaN Hessian" {
					continue // differences of the gradient do not meet the fault
				}
				if p.HVP == nil && tt.name == "|x|" {
					if got.Kind == Maximum || got.Kind == Saddle {
						t.Errorf("by differences: %s, %s", got.Kind, got.Text)
					}
					continue // differences across a kink see some curvature or other
				}
				if got.Kind != tt.want || !strings.Contains(got.Text, tt.says) && p.HVP != nil {
					t.Errorf("HVP %v: %s: %s (eigenvalues %v), want %s: …%s…", p.HVP != nil, got.Kind, got.Text, got.Eigenvalues, tt.want, tt.says)
				}
			}
		})
	}
}

func TestJudgeManyVariables(t *testing.T) {
	n := DenseLimit + 50
	diag := func(last float64) Problem[float64] {
		at := func(i int) float64 {
			if i == n-1 {
				return last
			}
			return 1 + float64(i%7)
		}
		return Problem[float64]{
			Dim: n,
			Eval: func(x, g []float64) (float64, error) {
				f := 0.0
				for i, v := range x {
					f += at(i) * v * v / 2
					if g != nil {
						g[i] = at(i) * v
					}
				}
				return f, nil
			},
			HVP: func(_, v, out []float64) error {
				for i := range v {
					out[i] = at(i) * v[i]
				}
				return nil
			},
		}
	}
	x := make([]float64, n)
	x[3] = 1e-9
	for last, want := range map[float64]Kind{0.5: Minimum, -0.5: Saddle, 0: Minimum} {
		p := diag(last)
		if got := Judge(&p, x, 1e-8); got.Kind != want {
			t.Errorf("smallest eigenvalue %v: %s: %s", last, got.Kind, got.Text)
		}
	}
}

// Where only the ends of the spectrum are known, the values decide about a point
// whose curvature fades, and the words tell it from one that runs away.
func TestJudgeFadingCurvatureInManyVariables(t *testing.T) {
	n := DenseLimit + 1
	for _, tt := range []struct {
		name      string
		f, d1, d2 func(x float64) float64
		x         float64
		want      Kind
		says      string
	}{
		{"x⁴", func(x float64) float64 { return x * x * x * x }, func(x float64) float64 { return 4 * x * x * x }, func(x float64) float64 { return 12 * x * x }, 1e-4, Minimum, "all values probed there are higher"},
		{"x³", func(x float64) float64 { return x * x * x }, func(x float64) float64 { return 3 * x * x }, func(x float64) float64 { return 6 * x }, 1e-6, Saddle, "falls on one side"},
		{"exp(-x)", func(x float64) float64 { return math.Exp(-x) }, func(x float64) float64 { return -math.Exp(-x) }, func(x float64) float64 { return math.Exp(-x) }, 25, Flat, "does not hold still"},
	} {
		p := Problem[float64]{
			Dim: n,
			Eval: func(x, g []float64) (float64, error) {
				sum := 0.0
				for i, v := range x {
					sum += tt.f(v)
					if g != nil {
						g[i] = tt.d1(v)
					}
				}
				return sum, nil
			},
			HVP: func(x, v, out []float64) error {
				for i := range v {
					out[i] = tt.d2(x[i]) * v[i]
				}
				return nil
			},
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = tt.x
		}
		if got := Judge(&p, x, 1e-8); got.Kind != tt.want || !strings.Contains(got.Text, tt.says) {
			t.Errorf("%s: %s: %s, want %s: …%s…", tt.name, got.Kind, got.Text, tt.want, tt.says)
		}
	}
}

func TestRunsThatReachNoMinimum(t *testing.T) {
	gd := func(rate float64) Solver[float64] { return &FirstOrder[float64]{Rule: &GD[float64]{Rate: rate}} }
	hilly := plane(
		func(x, y float64) float64 { return x*x - y*y },
		func(x, y float64) (float64, float64) { return 2 * x, -2 * y },
		func(x, y float64) (float64, float64, float64) { return 2, 0, -2 })
	cubic := power(0, 1, 3)
	inverse := curve(func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) }, func(x float64) float64 { return 2 / (x * x * x) })
	logarithm := curve(math.Log, func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) })
	for _, tt := range []struct {
		name   string
		p      Problem[float64]
		x      []float64
		rate   float64
		status Status
		says   string
		kind   Kind
	}{
		{"saddle", hilly, []float64{1, 0}, 0.1, Converged, "gradient ", Saddle},
		{"x³", cubic, []float64{1}, 0.01, Budget, "", Unknown},
		{"x³ long", cubic, []float64{1}, 0.3, Budget, "", Unknown},
		{"-x²", power(0, -1, 2), []float64{1}, 0.1, Diverged, "falls without bound", Unknown},
		{"1/x", inverse, []float64{1}, 1e6, Converged, "", Flat},
		{"log x", logarithm, []float64{1}, 0.1, Diverged, "the value is NaN", Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run, err := Minimize(context.Background(), tt.p, tt.x, gd(tt.rate))
			if err != nil {
				t.Fatal(err)
			}
			r := run.Result()
			v := Judge(&tt.p, r.X, 1e-8)
			if r.Status != tt.status || !strings.Contains(r.Text, tt.says) || v.Kind != tt.kind || Success(r.Status, v) {
				t.Errorf("%s: %s; %s: %s; success %v", r.Status, r.Text, v.Kind, v.Text, Success(r.Status, v))
			}
			t.Log(r.Text, v.Text)
		})
	}
}
