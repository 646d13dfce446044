package optim

import (
	"context"
	"testing"
)

func rosenbrock2(x, g []float64) (float64, error) {
	a, b := x[1]-x[0]*x[0], 1-x[0]
	if g != nil {
		g[0], g[1] = -400*x[0]*a-2*b, 200*a
	}
	return 100*a*a + b*b, nil
}

// The loop around the function: gradient descent on Rosenbrock in two
// variables with all its guards and stops, against the bare function and the
// bare arithmetic of the step. The overhead is the difference.
func BenchmarkStepOverhead(b *testing.B) {
	const rate = 1e-7 // so small that no benchmark reaches the minimum
	b.Run("run", func(b *testing.B) {
		p := Problem[float64]{Dim: 2, Eval: rosenbrock2}
		run, err := Start(p, []float64{-1.2, 1}, &FirstOrder[float64]{Rule: &GD[float64]{Rate: rate}},
			GradTol[float64](0), Stall[float64](0), MaxIter[float64](1<<62))
		if err != nil {
			b.Fatal(err)
		}
		ctx := context.Background()
		b.ReportAllocs()
		for b.Loop() {
			if !run.Next(ctx) {
				b.Fatal(run.Result().Text)
			}
		}
	})
	b.Run("function", func(b *testing.B) {
		eval, x, g := rosenbrock2, []float64{-1.2, 1}, []float64{0, 0}
		b.ReportAllocs()
		for b.Loop() {
			f, err := eval(x, g)
			if err != nil || f < 0 {
				b.Fatal(f, err)
			}
			x[0] -= rate * g[0]
			x[1] -= rate * g[1]
		}
	})
}

func TestStepAllocatesNothing(t *testing.T) {
	p := Problem[float64]{Dim: 2, Eval: rosenbrock2}
	run, err := Start(p, []float64{-1.2, 1}, &FirstOrder[float64]{Rule: &GD[float64]{Rate: 1e-4}},
		GradTol[float64](0), Stall[float64](0), TimeLimit[float64](1e12), TargetValue[float64](-1), MaxEvals[float64](1e9), MaxIter[float64](1e9))
	if err != nil {
		t.Fatal(err)
	}
	audit, ctx := NewAudit(run.State()), context.Background()
	if n := testing.AllocsPerRun(1000, func() {
		run.Next(ctx)
		audit.Observe(run.State())
	}); n != 0 {
		t.Errorf("a step and its audit allocate %v times", n)
	}
}

// The rules on the parameters of a small network, in single precision.
func BenchmarkUpdate(b *testing.B) {
	const n = 100_000
	for _, m := range Methods[float32]() {
		if !m.FirstOrder {
			continue
		}
		b.Run(m.Name, func(b *testing.B) {
			rule, err := m.NewRule(nil)
			if err != nil {
				b.Fatal(err)
			}
			p := Problem[float32]{Dim: n}
			if err := rule.Init(&p); err != nil {
				b.Fatal(err)
			}
			s := State[float32]{X: make([]float32, n), G: make([]float32, n)}
			for i := range s.G {
				s.G[i] = float32(i%17) - 8
			}
			u := make([]float32, n)
			b.SetBytes(4 * n)
			b.ReportAllocs()
			for b.Loop() {
				copy(u, s.G)
				s.Step = 1
				rule.Update(u, &s)
				s.Iter++
			}
		})
	}
}
