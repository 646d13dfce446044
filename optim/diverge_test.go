package optim

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The case of the front page: λmax of x²+xy+y² is 3, so gradient descent needs
// a rate below 2/3.
func TestDivergenceNamesTheLimit(t *testing.T) {
	for _, tt := range []struct {
		rule  Rule[float64]
		limit string
	}{
		{&GD[float64]{Rate: 0.7}, "0.667 = 2/λ"},
		{&Momentum[float64]{Rate: 1.4}, "1.27 = 2(1+β)/λ"},
		{&Nesterov[float64]{Rate: 0.7}, "0.452 = 2(1+β)/((1+2β)λ)"},
		{&Scheduled[float64]{Rule: &GD[float64]{Rate: 0.7}, Schedule: Constant{}}, "0.667 = 2/λ"},
	} {
		for _, p := range []Problem[float64]{bowl(), {Dim: 2, Eval: bowl().Eval}} {
			run, err := Minimize(context.Background(), p, []float64{3, -2}, &FirstOrder[float64]{Rule: tt.rule})
			if err != nil {
				t.Fatal(err)
			}
			r := run.Result()
			if r.Status != Diverged || !strings.Contains(r.Text, tt.limit) || !strings.Contains(r.Text, "λ = 3 ") {
				t.Errorf("%T: %s: %s", tt.rule, r.Status, r.Text)
			}
			if r.Iter > 30 {
				t.Errorf("%T: seen only after %d steps", tt.rule, r.Iter)
			}
			if !(r.F <= 7) {
				t.Errorf("%T: value kept is %v, the start had 7", tt.rule, r.F)
			}
		}
	}
}

// On any quadratic: below the limit the run converges, above it the run ends as
// diverged and the limit named is right within 5 %.
func TestLimitIsRightOnQuadratics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		eig := make([]float64, n)
		most := 0.0
		for i := range eig {
			eig[i] = rapid.Float64Range(0.05, 10).Draw(t, "eigenvalue")
			most = max(most, eig[i])
		}
		p := diagonal(eig)
		if rapid.Bool().Draw(t, "differences") {
			p.HVP = nil
		}
		beta := rapid.Float64Range(0.1, 0.95).Draw(t, "beta")
		var rule Rule[float64]
		over := rapid.Float64Range(1.02, 3).Draw(t, "over")
		var limit float64
		switch rapid.IntRange(0, 2).Draw(t, "rule") {
		case 0:
			limit = 2 / most
			rule = &GD[float64]{Rate: over * limit}
		case 1:
			limit = 2 * (1 + beta) / most
			rule = &Momentum[float64]{Rate: over * limit, Beta: beta}
		default:
			limit = 2 * (1 + beta) / ((1 + 2*beta) * most)
			rule = &Nesterov[float64]{Rate: over * limit, Beta: beta}
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = rapid.Float64Range(0.5, 2).Draw(t, "x")
		}
		run, err := Minimize(context.Background(), p, x, &FirstOrder[float64]{Rule: rule})
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		_, after, found := strings.Cut(r.Text, "above the limit ")
		var named float64
		if _, err := fmt.Sscan(after, &named); !found || err != nil || r.Status != Diverged {
			t.Fatalf("%s: %s", r.Status, r.Text)
		}
		if math.Abs(named-limit) > 0.05*limit {
			t.Fatalf("limit %v named, %v is right: %s", named, limit, r.Text)
		}
	})
}

func diagonal(eig []float64) Problem[float64] {
	return Problem[float64]{
		Dim: len(eig),
		Eval: func(x, g []float64) (float64, error) {
			f := 0.0
			for i, v := range x {
				f += eig[i] * v * v / 2
				if g != nil {
					g[i] = eig[i] * v
				}
			}
			return f, nil
		},
		HVP: func(_, v, out []float64) error {
			for i := range v {
				out[i] = eig[i] * v[i]
			}
			return nil
		},
	}
}

// A method with momentum that overshoots on its way is not a divergence.
func TestOvershootIsNoDivergence(t *testing.T) {
	for _, beta := range []float64{0.5, 0.9, 0.99, 0.999} {
		for _, rate := range []float64{1e-4, 1e-2, 0.3} {
			run, err := Minimize(context.Background(), diagonal([]float64{0.01, 1, 3}), []float64{5, -3, 1e-6},
				&FirstOrder[float64]{Rule: &Momentum[float64]{Rate: rate, Beta: beta}}, GradTol[float64](1e-8), MaxIter[float64](100000))
			if err != nil {
				t.Fatal(err)
			}
			if r := run.Result(); r.Status == Diverged {
				t.Errorf("β %v, rate %v: %s", beta, rate, r.Text)
			}
		}
	}
}
