package optim

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// logistic is a logistic regression on m random rows of n columns with an l2
// penalty, a part for each row.
func logistic(m, n int, l2 float64) Problem[float64] {
	rng := rand.New(rand.NewPCG(7, 7))
	a, y := make([]float64, m*n), make([]float64, m)
	for i := range y {
		sum := 0.0
		for j := range n {
			a[i*n+j] = rng.NormFloat64() * float64(1+j%3)
			sum += a[i*n+j] / float64(1+j)
		}
		if y[i] = -1; sum+rng.NormFloat64() > 0 {
			y[i] = 1
		}
	}
	part := func(k int, x, g []float64) (float64, error) {
		row := a[k*n : (k+1)*n]
		z, f := y[k]*dot64(row, x), l2/2*dot64(x, x)
		slope := -y[k] / (1 + math.Exp(z))
		for j := range g {
			g[j] = slope*row[j] + l2*x[j]
		}
		return f + max(-z, 0) + math.Log1p(math.Exp(-math.Abs(z))), nil
	}
	one := make([]float64, n)
	return Problem[float64]{
		Dim: n, Parts: &Parts[float64]{Len: m, Eval: part},
		Eval: func(x, g []float64) (float64, error) {
			clear(g)
			f := 0.0
			for k := range m {
				v, _ := part(k, x, one)
				f += v / float64(m)
				for j := range g {
					g[j] += one[j] / float64(m)
				}
			}
			return f, nil
		},
	}
}

// Without variance the stochastic methods reach what only full gradients reach
// otherwise: a gradient of 1e-8.
func TestFiniteSumsConverge(t *testing.T) {
	p := logistic(400, 8, 1e-3)
	best, err := Minimize(t.Context(), p, make([]float64, 8), &LBFGS[float64]{}, GradTol[float64](1e-11))
	if err != nil || best.Result().Status != Converged {
		t.Fatal(err, best.Result().Text)
	}
	for name, s := range map[string]Solver[float64]{
		"svrg": &SVRG[float64]{}, "saga": &SAGA[float64]{},
		"svrg with a rate": &SVRG[float64]{Rate: 0.05}, "saga with a rate far too high": &SAGA[float64]{Rate: 50},
	} {
		run, err := Minimize(t.Context(), p, make([]float64, 8), s, GradTol[float64](1e-8), MaxIter[float64](2000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if r.Status != Converged || distance(r.X, best.Result().X) > 1e-5 {
			t.Errorf("%s: %s at %v, the minimum is %v", name, r.Text, r.X, best.Result().X)
		}
		t.Logf("%s: %s", name, r.Text)
		if v := Judge(&p, r.X, 1e-8); v.Kind != Minimum {
			t.Errorf("%s: %s", name, v.Text)
		}
	}
}

func TestFiniteSumsRefuse(t *testing.T) {
	for _, s := range []Solver[float64]{&SVRG[float64]{}, &SAGA[float64]{}} {
		if _, err := Start(bowl(), []float64{1, 1}, s); err == nil || !strings.Contains(err.Error(), "needs a finite sum, given by its parts") {
			t.Error(err)
		}
	}
}
