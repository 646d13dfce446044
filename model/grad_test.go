package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/graph"
	"descent/param"
)

// TestGradients holds the gradient of a model's outputs, in every block, to
// central differences.
func TestGradients(t *testing.T) {
	const rows, features, outputs = 5, 3, 2
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, rows*features)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for _, s := range []Spec{
		{Kind: Softmax}, {Kind: MLP, Hidden: []int{4, 3}, Activation: "tanh"}, {Kind: MLP, Hidden: []int{6}, Activation: "relu"},
		{Kind: MLP, Hidden: []int{4, 3}, Activation: "tanh", LayerNorm: true}, {Kind: MLP, Hidden: []int{4, 3}, Activation: "gelu", LayerNorm: true, Dropout: 0.5},
	} {
		g := graph.New()
		net, err := s.BuildTraining(g, rows, features, outputs, nil)
		if err != nil {
			t.Fatal(err)
		}
		o, err := graph.NewObjective[float64](g, g.Sum(g.Mul(net.Output, net.Output)))
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Bind(net.Inputs[0].Name, x); err != nil {
			t.Fatal(err)
		}
		for _, m := range net.Masks {
			mask := make([]float64, rows*m.Units)
			for i := range mask {
				mask[i] = float64(r.IntN(2)) / (1 - m.Rate)
			}
			if err := o.Bind(m.Name, mask); err != nil {
				t.Fatal(err)
			}
		}
		w := param.Start[float64](net.Layout, 3)
		for i := range w {
			w[i] += 0.1 * r.NormFloat64()
		}
		grad := make([]float64, len(w))
		if _, err := o.Eval(w, grad); err != nil {
			t.Fatal(err)
		}
		for _, b := range net.Layout.Blocks() {
			for i := b.Offset; i < b.Offset+b.Len(); i++ {
				const h = 1e-6
				at := func(d float64) float64 {
					w[i] += d
					defer func() { w[i] -= d }()
					v, _ := o.Eval(w, nil)
					return v
				}
				if want := (at(h) - at(-h)) / (2 * h); math.Abs(want-grad[i]) > 1e-6*max(1, math.Abs(want)) {
					t.Errorf("%s: gradient of %s is %v, differences say %v", s, b.Name, grad[i], want)
				}
			}
		}
	}
}
