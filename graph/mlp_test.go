package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// classifier is the mean cross-entropy of a multilayer perceptron over a batch,
// widths from the features to the classes.
func classifier(g *Graph, rows int, widths ...int) *Node {
	x := g.Data("x", rows, widths[0])
	for i := 1; i < len(widths); i++ {
		w := g.Param(fmt.Sprint("w", i), widths[i-1], widths[i])
		b := g.Param(fmt.Sprint("b", i), widths[i])
		if i > 1 {
			x = g.Relu(x)
		}
		x = g.Add(g.MatMul(x, w), b)
	}
	hot := g.Data("hot", rows, widths[len(widths)-1])
	loss := g.Sub(g.LogSumExp(x, 1), g.Sum(g.Mul(x, hot), 1))
	return g.Div(g.Sum(loss), g.Const(float64(rows)))
}

func bindBatch[T Float](o *Objective[T], rows, features, classes int) []T {
	r := rand.New(rand.NewPCG(1, 2))
	x, hot, w := make([]T, rows*features), make([]T, rows*classes), make([]T, o.Dim())
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	for i := range rows {
		hot[i*classes+r.IntN(classes)] = 1
	}
	for i := range w {
		w[i] = T(0.05 * r.NormFloat64())
	}
	o.Bind("x", x)
	o.Bind("hot", hot)
	return w
}

func TestClassifierGradient(t *testing.T) {
	g := New()
	o, err := NewObjective[float64](g, classifier(g, 7, 5, 4, 3))
	if err != nil {
		t.Fatal(err)
	}
	w := bindBatch(o, 7, 5, 3)
	grad := make([]float64, len(w))
	if _, err := o.Eval(w, grad); err != nil {
		t.Fatal(err)
	}
	for i := range w {
		const h = 1e-6
		old := w[i]
		w[i] = old + h
		up, _ := o.Eval(w, nil)
		w[i] = old - h
		down, _ := o.Eval(w, nil)
		w[i] = old
		if d := (up - down) / (2 * h); !near(d, grad[i], 1e-8) {
			t.Errorf("gradient %d: %v, by differences %v", i, grad[i], d)
		}
	}
}

func BenchmarkClassifierGradient(b *testing.B) {
	for _, rows := range []int{16, 128, 1024} {
		b.Run(fmt.Sprint("rows=", rows), func(b *testing.B) {
			g := New()
			o, err := NewObjective[float32](g, classifier(g, rows, 784, 256, 128, 10))
			if err != nil {
				b.Fatal(err)
			}
			w := bindBatch(o, rows, 784, 10)
			grad := make([]float32, len(w))
			b.ReportAllocs()
			for b.Loop() {
				o.Eval(w, grad)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
