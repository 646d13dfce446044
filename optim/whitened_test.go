package optim

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// skewed is Σ log cosh of some combinations of the parameters plus a bowl, whose
// curvatures at the start go over four orders of magnitude in directions that are
// not the axes; root is that of its Hessian at 0.
func skewed(t *testing.T, n int) (p Problem[float64], root []float64) {
	rng := rand.New(rand.NewPCG(5, 6))
	rows := make([][]float64, 3*n)
	h := make([]float64, n*n)
	for r := range rows {
		rows[r] = make([]float64, n)
		for j := range rows[r] {
			rows[r][j] = rng.NormFloat64() + float64(r%3)*math.Pow(10, float64(j)/float64(n))
		}
		for i := range n {
			for k := range n {
				h[i*n+k] += rows[r][i] * rows[r][k]
			}
		}
	}
	if !Cholesky(h, n) {
		t.Fatal("the Hessian has no root")
	}
	return Problem[float64]{Dim: n, Eval: func(x, grad []float64) (float64, error) {
		f := 0.0
		if grad != nil {
			clear(grad)
		}
		for r, row := range rows {
			z := -0.1 * float64(r%5)
			for j, v := range row {
				z += v * x[j]
			}
			f += math.Abs(z) + math.Log1p(math.Exp(-2*math.Abs(z))) - math.Ln2
			for j, v := range row {
				if grad != nil {
					grad[j] += math.Tanh(z) * v
				}
			}
		}
		return f, nil
	}}, h
}

// With the Hessian at the start as preconditioner L-BFGS takes far fewer steps to
// the same point.
func TestWhitenedNeedsFewerSteps(t *testing.T) {
	p, root := skewed(t, 20)
	var steps [2]int
	var points [2][]float64
	for i, solver := range []Solver[float64]{&LBFGS[float64]{}, &Whitened[float64]{Solver: &LBFGS[float64]{}, Root: root}} {
		run, err := Minimize(context.Background(), p, make([]float64, p.Dim), solver, GradTol[float64](1e-7), MaxIter[float64](5000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if r.Status != Converged {
			t.Fatalf("%T: %v: %s", solver, r.Status, r.Text)
		}
		grad := make([]float64, p.Dim)
		if _, err := p.Eval(r.X, grad); err != nil || maxAbs(grad) > 2e-7 {
			t.Errorf("%T: %v, the gradient is %v", solver, err, maxAbs(grad))
		}
		steps[i], points[i] = r.Iter, r.X
	}
	for j := range points[0] {
		if math.Abs(points[0][j]-points[1][j]) > 1e-6 {
			t.Errorf("element %d: %v and %v", j, points[0][j], points[1][j])
		}
	}
	if 2*steps[1] > steps[0] {
		t.Errorf("%d steps whitened, %d without", steps[1], steps[0])
	}
}

// A run that was saved goes on to the same bits.
func TestWhitenedKeepsBits(t *testing.T) {
	p, root := skewed(t, 12)
	whitened := func() Solver[float64] { return &Whitened[float64]{Solver: &LBFGS[float64]{}, Root: root} }
	walk := func(n int) *Run[float64] {
		run, err := Start(p, make([]float64, p.Dim), whitened(), MaxIter[float64](30))
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			run.Next(context.Background())
		}
		return run
	}
	whole, half := walk(7).State(), walk(3)
	saved := map[string][]float64{}
	half.Buffers(func(name string, b []float64) bool {
		saved[name] = append([]float64(nil), b...)
		return true
	})
	again, err := Resume(p, half.State().Iter, whitened(), func(name string, b []float64) error {
		copy(b, saved[name])
		return nil
	}, MaxIter[float64](30))
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		again.Next(context.Background())
	}
	for j := range whole.X {
		if whole.X[j] != again.State().X[j] || whole.G[j] != again.State().G[j] {
			t.Fatalf("resumed: element %d is %v, not %v", j, again.State().X[j], whole.X[j])
		}
	}
}

func TestWhitenedRefuses(t *testing.T) {
	p, _ := bowls(2)
	for name, w := range map[string]*Whitened[float64]{
		"no solver":    {Root: []float64{1, 0, 0, 1}},
		"too few":      {Solver: &LBFGS[float64]{}, Root: []float64{1, 1}},
		"not positive": {Solver: &LBFGS[float64]{}, Root: []float64{1, 0, 0, 0}},
		"not a number": {Solver: &LBFGS[float64]{}, Root: []float64{math.NaN(), 0, 0, 1}},
	} {
		if _, err := Start(p, make([]float64, 2), w); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if Cholesky([]float64{1, 2, 2, 1}, 2) {
		t.Error("an indefinite matrix has a root")
	}
}

func TestWhitenedDoesNotAllocate(t *testing.T) {
	p, _ := bowls(40)
	root := make([]float64, p.Dim*p.Dim)
	for j := range p.Dim {
		root[j*p.Dim+j] = 2 // leaves the curvatures apart, which keeps it going
	}
	run, err := Start(p, make([]float64, p.Dim), &Whitened[float64]{Solver: &LBFGS[float64]{}, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if n := testing.AllocsPerRun(5, func() { run.Next(ctx) }); n > 0 {
		t.Errorf("%v allocations a step", n)
	}
}
