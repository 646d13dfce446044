package optim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"descent/internal/kernel"
	"descent/param"
)

// plainly hides everything but the Rule, so that FirstOrder calls Update.
type plainly[T Float] struct{ Rule[T] }

// longBowl is Σ (xᵢ − 1)²·cᵢ/2 over n variables, of which each batch sees the c
// of its own step.
func longBowl[T Float](n int) Problem[T] {
	step := 0
	half := n / 2
	return Problem[T]{
		Dim:    n,
		Blocks: []param.Block{{Name: "a", Shape: []int{half}}, {Name: "b", Shape: []int{n - half}, Offset: half}},
		Draw:   func(s int) error { step = s; return nil },
		Eval: func(x, grad []T) (float64, error) {
			var f float64
			for i, v := range x {
				c := T(1 + (i*7+step)%5)
				f += float64(c*(v-1)*(v-1)) / 2
				if grad != nil {
					grad[i] = c * (v - 1)
				}
			}
			return f / float64(n), nil
		},
	}
}

func elementwiseRules[T Float]() map[string]func() Rule[T] {
	return map[string]func() Rule[T]{
		"gd":       func() Rule[T] { return &GD[T]{Rate: 0.1} },
		"momentum": func() Rule[T] { return &Momentum[T]{Rate: 0.02, Dampening: 0.1} },
		"inside":   func() Rule[T] { return &Momentum[T]{Rate: 0.02, RateInside: true} },
		"nesterov": func() Rule[T] { return &Nesterov[T]{Rate: 0.02} },
		"adam":     func() Rule[T] { return &Adam[T]{Rate: 0.05} },
		"amsgrad":  func() Rule[T] { return &Adam[T]{Rate: 0.05, AMSGrad: true} },
		"scheduled, decaying": func() Rule[T] {
			return &Scheduled[T]{
				Rule:     &WeightDecay[T]{Rule: &Adam[T]{Rate: 0.05}, Decay: 0.1, Only: func(b string) bool { return b == "b" }},
				Schedule: Cosine{Steps: 40},
			}
		},
	}
}

// TestPartsAgree: a rule taken part by part, by one or two threads, leaves the
// bits of the whole Update, with batches and without.
func TestPartsAgree(t *testing.T) {
	testPartsAgree[float64](t)
	testPartsAgree[float32](t)
}

func testPartsAgree[T Float](t *testing.T) {
	const n, steps = worthParts + 3*partLen + 17, 20
	start := make([]T, n)
	for i := range start {
		start[i] = T(math.Sin(float64(i)))
	}
	for name, rule := range elementwiseRules[T]() {
		for _, batches := range []bool{true, false} {
			walk := func(r Rule[T]) Result[T] {
				p := longBowl[T](n)
				if !batches {
					p.Draw = nil
				}
				run, err := Minimize(context.Background(), p, start, &FirstOrder[T]{Rule: r}, MaxIter[T](steps))
				if err != nil {
					t.Fatal(name, err)
				}
				return run.Result()
			}
			want := walk(plainly[T]{rule()})
			for _, threads := range []int{1, 2} {
				stop := kernel.StartThreads(threads)
				got := walk(rule())
				stop()
				if !slices.Equal(got.X, want.X) || got.F != want.F || math.Abs(got.GradNorm/want.GradNorm-1) > 1e-6 {
					t.Errorf("%s, batches %v, %d threads: F %v, want %v; |g| %v, want %v", name, batches, threads, got.F, want.F, got.GradNorm, want.GradNorm)
				}
			}
		}
	}
}

// TestLastGoodPoint: where a batch gives a gradient that is not finite, the
// point before is kept, which the step has not touched.
func TestLastGoodPoint(t *testing.T) {
	for name, rule := range elementwiseRules[float64]() {
		p, last := longBowl[float64](3000), 0
		eval, draw := p.Eval, p.Draw
		p.Draw = func(s int) error { last = s; return draw(s) }
		points := map[int][]float64{}
		p.Eval = func(x, grad []float64) (float64, error) {
			f, err := eval(x, grad)
			points[last] = slices.Clone(x)
			if last == 4 {
				grad[2500] = math.NaN()
			}
			return f, err
		}
		run, err := Minimize(context.Background(), p, make([]float64, 3000), &FirstOrder[float64]{Rule: rule()}, MaxIter[float64](10))
		if err != nil {
			t.Fatal(err)
		}
		if r := run.Result(); r.Status != Diverged || r.Iter != 4 || !slices.Equal(r.X, points[3]) {
			t.Errorf("%s: %v after %d steps, point of step 3 kept: %v; %s", name, r.Status, r.Iter, slices.Equal(r.X, points[3]), r.Text)
		}
	}
}

// TestPartsAllocateNothing: a step of a long vector on two threads.
func TestPartsAllocateNothing(t *testing.T) {
	defer kernel.StartThreads(2)()
	run, err := Start(longBowl[float32](2*worthParts), make([]float32, 2*worthParts), &FirstOrder[float32]{Rule: &Adam[float32]{}}, MaxIter[float32](1<<40))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if n := testing.AllocsPerRun(20, func() { run.Next(ctx) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// BenchmarkAdamDeadInputs is a step of Adam on weights that most inputs have
// left: their gradients are zero from some step on, and their moments decay for
// as many steps as the name says. Moments that turned denormal would make every
// later step many times slower.
func BenchmarkAdamDeadInputs(b *testing.B) {
	const n = 1 << 16
	g := make([]float32, n)
	for _, steps := range []int{0, 1000, 5000, 100_000} {
		b.Run(fmt.Sprint("steps=", steps), func(b *testing.B) {
			r := &Adam[float32]{}
			if err := r.Init(&Problem[float32]{Dim: n}); err != nil {
				b.Fatal(err)
			}
			s, x, y := State[float32]{Step: 1}, make([]float32, n), make([]float32, n)
			step := func() {
				for i := range g {
					g[i] = 0
					if s.Iter == 0 || i%8 == 0 {
						g[i] = float32(i%1000) * 1e-6
					}
				}
				s.Step = 1
				r.Begin(&s)
				r.Move(y, x, g, 0)
				s.Iter++
			}
			for range steps + 1 {
				step()
			}
			for b.Loop() {
				r.Move(y, x, g, 0)
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/n*1e9, "ns/parameter")
		})
	}
}

// TestAdamFlushesDeadMoments: no moment ever turns denormal.
func TestAdamFlushesDeadMoments(t *testing.T) {
	r := &Adam[float32]{}
	if err := r.Init(&Problem[float32]{Dim: 100}); err != nil {
		t.Fatal(err)
	}
	s, x, y := State[float32]{}, make([]float32, 100), make([]float32, 100)
	g := make([]float32, 100)
	for i := range g {
		g[i] = float32(math.Pow(10, float64(-i)/3))
	}
	for s.Iter = range 120_000 {
		s.Step = 1
		r.Begin(&s)
		r.Move(y, x, g, 0)
		if s.Iter == 0 {
			clear(g)
		}
		for _, b := range [][]float32{r.m, r.v} {
			for i, v := range b {
				if v != 0 && math.Abs(float64(v)) < 0x1p-126 {
					t.Fatalf("a moment of %v is %v after %d steps", x[i], v, s.Iter+1)
				}
			}
		}
	}
	if r.v[0] != 0 || r.m[0] != 0 {
		t.Errorf("moments %v and %v are left after all", r.m[0], r.v[0])
	}
}
