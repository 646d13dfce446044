package graph

import (
	"fmt"
	"testing"
)

// TestProductsWithEpilogues: rows, activations and masks after products, where
// they can be fused and where something else reads what lies between.
func TestProductsWithEpilogues(t *testing.T) {
	for _, shape := range [][3]int{{1, 3, 4}, {5, 7, 1}, {2, 2, 2}, {9, 17, 10}, {40, 20, 33}, {130, 3, 64}} {
		m, k, n := shape[0], shape[1], shape[2]
		g := New()
		x, w := g.Param("x", m, k), g.Param("w", k, n)
		row, flat, upstream := g.Param("row", 1, n), g.Param("flat", n), g.Param("upstream", m, n)
		z := g.Add(g.MatMul(x, w), flat)
		relu := g.Relu(z)
		seen := g.Add(g.MatMul(x, g.Mul(w, g.Const(2))), row)
		outs := []*Node{
			g.Sigmoid(g.Add(row, g.MatMul(x, g.Sin(w)))), g.Tanh(g.MatMul(g.Sin(x), w)), g.Softplus(seen), seen,
			relu, g.Relu(g.MatMul(x, g.Exp(w))), g.Add(g.MatMul(x, g.Cos(w)), upstream), g.Sin(g.Add(g.MatMul(g.Cos(x), w), flat)),
			g.Mul(g.MatMul(x, w), g.Apply(Gt, upstream, g.Const(0))),
			g.Mul(g.Apply(Gt, z, g.Const(0)), g.MatMul(x, g.Neg(w))),
			g.MatMul(g.Transpose(x), g.Mul(g.MatMul(upstream, g.Transpose(g.Exp(w))), g.Apply(Gt, x, g.Const(0)))),
		}
		dim := m*k + k*n + 2*n + m*n
		checkAgainstTwin[float64](t, fmt.Sprint(shape), g, start(dim), 1e-11, outs)
		checkAgainstTwin[float32](t, fmt.Sprint(shape), g, start(dim), 1e-5, outs)
		for i := range outs {
			checkAgainstTwin[float64](t, fmt.Sprint(shape, " alone ", i), g, start(dim), 1e-11, outs[i:i+1])
		}
	}
}

// TestPerceptronIsProducts: nothing passes over the hidden layers but products
// and the sums of their gradients.
func TestPerceptronIsProducts(t *testing.T) {
	g := New()
	o, err := NewObjective[float32](g, classifier(g, 32, 20, 16, 12, 3))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range o.grad.code.instrs {
		if in.op != opLoop {
			continue
		}
		if l := &o.grad.code.loops[in.a]; l.n > 32*3 {
			t.Errorf("a loop over %d elements: %v", l.n, l.steps)
		}
	}
}
