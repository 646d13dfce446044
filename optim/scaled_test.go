package optim

import (
	"context"
	"math"
	"testing"
)

// bowls is ½·Σ hⱼ·(xⱼ−1)² + a coupling, with curvatures from 1 to 1e5.
func bowls(n int) (Problem[float64], []float64) {
	h := make([]float64, n)
	for j := range h {
		h[j] = math.Pow(10, 5*float64(j)/float64(n-1))
	}
	return Problem[float64]{Dim: n, Eval: func(x, grad []float64) (float64, error) {
		f := 0.0
		for j, v := range x {
			f += h[j]*(v-1)*(v-1)/2 + 0.1*math.Cos(v)
			if grad != nil {
				grad[j] = h[j]*(v-1) - 0.1*math.Sin(v)
			}
		}
		return f, nil
	}}, h
}

// In units in which the parameters bend alike L-BFGS takes far fewer steps to the
// same point.
func TestScaledNeedsFewerSteps(t *testing.T) {
	p, h := bowls(60)
	factor := make([]float64, len(h))
	for j, v := range h {
		factor[j] = PowerOfTwo(1 / math.Sqrt(v))
	}
	steps := map[bool]int{}
	points := map[bool][]float64{}
	for _, scaled := range []bool{false, true} {
		var solver Solver[float64] = &LBFGS[float64]{}
		if scaled {
			solver = &Scaled[float64]{Solver: &LBFGS[float64]{}, Factor: factor}
		}
		run, err := Minimize(context.Background(), p, make([]float64, p.Dim), solver, GradTol[float64](1e-4), MaxIter[float64](5000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		if r.Status != Converged {
			t.Fatalf("scaled %v: %v: %s", scaled, r.Status, r.Text)
		}
		steps[scaled], points[scaled] = r.Iter, r.X
	}
	for j := range points[true] {
		if math.Abs(points[true][j]-points[false][j]) > 1e-3 {
			t.Errorf("element %d: %v and %v", j, points[true][j], points[false][j])
		}
	}
	if 3*steps[true] > steps[false] {
		t.Errorf("%d steps scaled, %d without", steps[true], steps[false])
	}
}

// Factors of 1 change no bit, and a run that was saved goes on to the same bits.
func TestScaledKeepsBits(t *testing.T) {
	p, h := bowls(40)
	walk := func(solver Solver[float64], n int) *Run[float64] {
		run, err := Start(p, make([]float64, p.Dim), solver, MaxIter[float64](30))
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			run.Next(context.Background())
		}
		return run
	}
	ones, factor := make([]float64, p.Dim), make([]float64, p.Dim)
	for j := range ones {
		ones[j], factor[j] = 1, PowerOfTwo(1/math.Sqrt(h[j]))
	}
	plain := walk(&LBFGS[float64]{}, 20).State()
	same := walk(&Scaled[float64]{Solver: &LBFGS[float64]{}, Factor: ones}, 20).State()
	whole := walk(&Scaled[float64]{Solver: &LBFGS[float64]{}, Factor: factor}, 20).State()
	half := walk(&Scaled[float64]{Solver: &LBFGS[float64]{}, Factor: factor}, 9)
	saved := map[string][]float64{}
	half.Buffers(func(name string, b []float64) bool {
		saved[name] = append([]float64(nil), b...)
		return true
	})
	again, err := Resume(p, half.State().Iter, &Scaled[float64]{Solver: &LBFGS[float64]{}, Factor: factor}, func(name string, b []float64) error {
		copy(b, saved[name])
		return nil
	}, MaxIter[float64](30))
	if err != nil {
		t.Fatal(err)
	}
	for range 11 {
		again.Next(context.Background())
	}
	for j := range plain.X {
		if plain.X[j] != same.X[j] || plain.G[j] != same.G[j] {
			t.Fatalf("factors of 1: element %d is %v, without them %v", j, same.X[j], plain.X[j])
		}
		if whole.X[j] != again.State().X[j] || whole.G[j] != again.State().G[j] {
			t.Fatalf("resumed: element %d is %v, not %v", j, again.State().X[j], whole.X[j])
		}
	}
}

func TestScaledRefuses(t *testing.T) {
	p, _ := bowls(3)
	for name, w := range map[string]*Scaled[float64]{
		"no solver":    {Factor: []float64{1, 1, 1}},
		"too few":      {Solver: &LBFGS[float64]{}, Factor: []float64{1}},
		"not of two":   {Solver: &LBFGS[float64]{}, Factor: []float64{1, 3, 1}},
		"not finite":   {Solver: &LBFGS[float64]{}, Factor: []float64{1, math.Inf(1), 1}},
		"not a number": {Solver: &LBFGS[float64]{}, Factor: []float64{1, math.NaN(), 1}},
		"zero":         {Solver: &LBFGS[float64]{}, Factor: []float64{1, 0, 1}},
		"negative":     {Solver: &LBFGS[float64]{}, Factor: []float64{1, -2, 1}},
	} {
		if _, err := Start(p, make([]float64, 3), w); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestScaledDoesNotAllocate(t *testing.T) {
	p, h := bowls(40)
	for j := range h {
		h[j] = 1 + h[j] // keeps it going
	}
	factor := make([]float64, p.Dim)
	for j := range factor {
		factor[j] = 0.5
	}
	run, err := Start(p, make([]float64, p.Dim), &Scaled[float64]{Solver: &LBFGS[float64]{}, Factor: factor})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if n := testing.AllocsPerRun(10, func() { run.Next(ctx) }); n > 0 {
		t.Errorf("%v allocations a step", n)
	}
}
