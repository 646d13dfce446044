package graph

import (
	"fmt"
	"math"
	"testing"
)

// rosenbrock is Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)² on slices of one vector.
func rosenbrock(g *Graph, n int) *Node {
	x := g.Param("x", n)
	a, b := g.Slice(x, 0, 1, n-1), g.Slice(x, 1, 1, n-1)
	two := g.Const(2)
	return g.Sum(g.Add(
		g.Mul(g.Const(100), g.Pow(g.Sub(b, g.Pow(a, two)), two)),
		g.Pow(g.Sub(g.Const(1), a), two)))
}

// rosenbrockByHand stores the gradient and returns the value.
func rosenbrockByHand(x, grad []float64) float64 {
	f := 0.0
	clear(grad)
	for i := 0; i+1 < len(x); i++ {
		u, v := x[i+1]-x[i]*x[i], 1-x[i]
		f += 100*u*u + v*v
		grad[i] += -400*x[i]*u - 2*v
		grad[i+1] += 200 * u
	}
	return f
}

func start(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = -1.2 + 2.2*float64(i%2) + 0.01*float64(i)
	}
	return x
}

func near(a, b, tol float64) bool {
	return a == b || math.Abs(a-b) <= tol*max(1, math.Abs(a), math.Abs(b))
}

func TestObjectiveOnSlices(t *testing.T) {
	const n = 100
	g := New()
	o, err := NewObjective[float64](g, rosenbrock(g, n))
	if err != nil {
		t.Fatal(err)
	}
	x, grad, want := start(n), make([]float64, n), make([]float64, n)
	wantF := rosenbrockByHand(x, want)
	for _, out := range [][]float64{grad, nil} {
		f, err := o.Eval(x, out)
		if err != nil || !near(f, wantF, 1e-14) {
			t.Fatalf("value %v, %v, want %v", f, err, wantF)
		}
	}
	for i := range grad {
		if !near(grad[i], want[i], 1e-13) {
			t.Errorf("gradient %d: %v, want %v", i, grad[i], want[i])
		}
	}
	v, hv := make([]float64, n), make([]float64, n)
	v[3] = 1
	if err := o.HVP(x, v, hv); err != nil {
		t.Fatal(err)
	}
	if want := 1200*x[3]*x[3] - 400*x[4] + 202; !near(hv[3], want, 1e-13) {
		t.Errorf("∂²f/∂x₃²: %v, want %v", hv[3], want)
	}
	if want := -400 * x[3]; !near(hv[4], want, 1e-13) {
		t.Errorf("∂²f/∂x₃∂x₄: %v, want %v", hv[4], want)
	}
}

func TestNoAllocation(t *testing.T) {
	const n = 100
	g := New()
	o, _ := NewObjective[float64](g, rosenbrock(g, n))
	x, grad, hv := start(n), make([]float64, n), make([]float64, n)
	xs, fs, gs := make([]float64, 3*n), make([]float64, 3), make([]float64, 3*n)
	for name, f := range map[string]func(){
		"Eval":     func() { o.Eval(x, grad) },
		"HVP":      func() { o.HVP(x, x, hv) },
		"EvalMany": func() { o.EvalMany(xs, 3, fs, gs) },
	} {
		f()
		if a := testing.AllocsPerRun(10, f); a != 0 {
			t.Errorf("%s allocates %v times", name, a)
		}
	}
	s := New()
	p, _ := NewObjective[float32](s, scalarRosenbrock(s))
	x32, g32 := make([]float32, 2*1000), make([]float32, 2*1000)
	v32 := make([]float32, 1000)
	p.EvalMany(x32, 1000, v32, g32)
	if a := testing.AllocsPerRun(10, func() { p.EvalMany(x32, 1000, v32, g32) }); a != 0 {
		t.Errorf("EvalMany on numbers allocates %v times", a)
	}
}

func scalarRosenbrock(g *Graph) *Node {
	x, y, two := g.Param("x"), g.Param("y"), g.Const(2)
	return g.Add(g.Pow(g.Sub(g.Const(1), x), two), g.Mul(g.Const(100), g.Pow(g.Sub(y, g.Pow(x, two)), two)))
}

func BenchmarkScalarGradient(b *testing.B) {
	g := New()
	o, _ := NewObjective[float64](g, scalarRosenbrock(g))
	x, grad := []float64{-1.2, 1}, make([]float64, 2)
	b.ReportAllocs()
	for b.Loop() {
		o.Eval(x, grad)
	}
}

func BenchmarkRosenbrock100Gradient(b *testing.B) {
	g := New()
	o, _ := NewObjective[float64](g, rosenbrock(g, 100))
	x, grad := start(100), make([]float64, 100)
	b.ReportAllocs()
	for b.Loop() {
		o.Eval(x, grad)
	}
}

func BenchmarkRosenbrockGradient(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		g := New()
		o, _ := NewObjective[float64](g, rosenbrock(g, n))
		x, grad := start(n), make([]float64, n)
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o.Eval(x, grad)
			}
		})
		b.Run(fmt.Sprint("n=", n, "/by-hand"), func(b *testing.B) {
			for b.Loop() {
				rosenbrockByHand(x, grad)
			}
		})
	}
}

func BenchmarkEvalMany(b *testing.B) {
	const n = 10000
	g := New()
	o, _ := NewObjective[float64](g, scalarRosenbrock(g))
	xs, fs, gs := make([]float64, 2*n), make([]float64, n), make([]float64, 2*n)
	for i := range xs {
		xs[i] = float64(i) / n
	}
	b.ReportAllocs()
	for b.Loop() {
		o.EvalMany(xs, n, fs, gs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/point")
}
