package optim

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// lasso is a convex quadratic with an l1 term, and its minimum by enumeration of
// the signs.
func (q *boxQP) lasso(weights []float64) (p Problem[float64], best []float64) {
	p = q.problem()
	p.Bounds, p.Term = nil, L1(weights)
	least, sign := math.Inf(1), make([]int, q.n)
	free := &boxQP{n: q.n, a: q.a, b: make([]float64, q.n), low: make([]float64, q.n), high: make([]float64, q.n)}
	for {
		side := make([]int, q.n)
		for i, s := range sign {
			free.b[i] = q.b[i] - weights[i]*float64(s-1)
			free.low[i], free.high[i] = math.Inf(-1), math.Inf(1)
			if s == 1 {
				free.low[i], side[i] = 0, 1
			}
		}
		if x, ok := free.face(side); ok {
			if f, _ := p.Eval(x, nil); f+p.Term.Value(x) < least {
				best, least = x, f+p.Term.Value(x)
			}
		}
		i := 0
		for ; i < q.n && sign[i] == 2; i++ {
			sign[i] = 0
		}
		if i == q.n {
			return p, best
		}
		sign[i]++
	}
}

// FISTA finds the minimum of a convex quadratic with an l1 term, and the verdict
// proves it.
func TestFISTA(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawBoxQP(t, 0.1)
		weights := rapid.SliceOfN(rapid.Float64Range(0, 8), q.n, q.n).Draw(t, "weights")
		p, best := q.lasso(weights)
		run, err := Minimize(t.Context(), p, make([]float64, q.n), &FISTA[float64]{}, GradTol[float64](1e-9), MaxIter[float64](20000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if r.Status != Converged || distance(r.X, best) > 1e-7*(1+norm(best)) {
			t.Fatalf("%s: %s at %v, the minimum is %v", r.Status, r.Text, r.X, best)
		}
		if v := Judge(&p, r.X, 1e-8); v.Kind != Minimum {
			t.Fatalf("the minimum %v is judged %s: %s", r.X, v.Kind, v.Text)
		}
		away := append([]float64(nil), r.X...)
		away[0] += 1
		if v := Judge(&p, away, 1e-8); v.Kind == Minimum {
			t.Fatalf("%v, away from the minimum %v, is judged %s: %s", away, r.X, v.Kind, v.Text)
		}
	})
}

// A term of any kind works by its proximal operator alone: here |x|₂, which
// sets all of x to zero at once.
func TestFISTAOnAnotherTerm(t *testing.T) {
	term := &Term[float64]{
		Value: func(x []float64) float64 { return 3 * norm(x) },
		Prox: func(x []float64, step float64) {
			shrink := max(0, 1-3*step/max(norm(x), 1e-300))
			for i := range x {
				x[i] *= shrink
			}
		},
	}
	for _, target := range []float64{1, 10} { // below and above the weight
		p := Problem[float64]{Dim: 2, Term: term, Eval: func(x, g []float64) (float64, error) {
			if g != nil {
				g[0], g[1] = x[0]-target, x[1]
			}
			return (x[0]-target)*(x[0]-target)/2 + x[1]*x[1]/2, nil
		}}
		run, err := Minimize(t.Context(), p, []float64{-4, 7}, &FISTA[float64]{}, GradTol[float64](1e-10))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if want := max(0, target-3); r.Status != Converged || math.Abs(r.X[0]-want) > 1e-8 || math.Abs(r.X[1]) > 1e-8 {
			t.Errorf("target %v: %s at %v, want %v", target, r.Text, r.X, want)
		}
		if v := Judge(&p, r.X, 1e-8); v.Err != nil || !Success(r.Status, v) {
			t.Errorf("target %v: %s: %s", target, v.Kind, v.Text)
		}
	}
	if _, err := Start(Problem[float64]{Dim: 2, Term: term, Eval: bowl().Eval}, []float64{1, 1}, &LBFGS[float64]{}); err == nil {
		t.Error("lbfgs takes a term")
	}
}
