package graph

import (
	"slices"
	"testing"
)

func TestEqualExpressionsAreOneNode(t *testing.T) {
	g := New()
	x, y := g.Param("x"), g.Param("y", 3)
	same := [][2]*Node{
		{g.Add(x, y), g.Add(y, x)},
		{g.Sin(g.Mul(x, y)), g.Sin(g.Mul(y, x))},
		{g.Slice(y, 0, 1, 2), g.Slice(y, 0, 1, 2)},
		{g.Tensor([]float64{1, 2}, 2), g.Tensor([]float64{1, 2}, 2)},
		{g.Gather(y, []int{2, 0}), g.Gather(y, []int{2, 0})},
		{g.Param("x"), x},
		{g.Stack(x, x, x, x), g.Stack(x, x, x, x)},
	}
	for i, p := range same {
		if p[0] != p[1] {
			t.Errorf("pair %d: two nodes for one expression", i)
		}
	}
	different := [][2]*Node{
		{g.Sub(x, y), g.Sub(y, x)},
		{g.Slice(y, 0, 1, 2), g.Slice(y, 1, 1, 2)},
		{g.Slice(y, 0, 2, 2), g.Slice(y, 0, 1, 2)},
		{g.Slice(y, 0, 1, 1), g.Slice(y, 0, 1, 2)},
		{g.Tensor([]float64{1, 2}, 2), g.Tensor([]float64{1, 2}, 1, 2)},
		{g.Stack(x, x, x, x), g.Stack(x, x, x, g.Const(1))},
		{g.Pad(x2(g, y), 0, 1, 4), g.Pad(x2(g, y), 0, 1, 5)},
		{g.Const(0), g.Const(negativeZero())},
	}
	for i, p := range different {
		if p[0] == p[1] {
			t.Errorf("pair %d: one node for two expressions", i)
		}
	}
}

func x2(g *Graph, y *Node) *Node { return g.Slice(y, 0, 1, 2) }

func negativeZero() float64 { z := 0.0; return -z * 1 }

func TestBroadcastShapes(t *testing.T) {
	for _, c := range []struct{ a, b, want []int }{
		{nil, nil, nil},
		{nil, []int{3}, []int{3}},
		{[]int{3}, []int{2, 3}, []int{2, 3}},
		{[]int{2, 1}, []int{3}, []int{2, 3}},
		{[]int{2, 1, 4}, []int{5, 1}, []int{2, 5, 4}},
	} {
		got, err := BroadcastShapes(c.a, c.b)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v with %v: got %v, %v, want %v", c.a, c.b, got, err, c.want)
		}
	}
	if _, err := BroadcastShapes([]int{2}, []int{3}); err == nil {
		t.Error("2 and 3 do not broadcast")
	}
}

func TestIdentitiesKeepTheValue(t *testing.T) {
	g := New()
	x, y := g.Param("x"), g.Param("y")
	for i, p := range [][2]*Node{
		{g.Add(x, g.Const(0)), x},
		{g.Mul(g.Const(1), x), x},
		{g.Div(x, g.Const(1)), x},
		{g.Pow(x, g.Const(1)), x},
		{g.Neg(g.Neg(x)), x},
		{g.Sub(g.Const(0), x), g.Neg(x)},
		{g.Add(x, g.Neg(y)), g.Sub(x, y)},
		{g.Neg(g.Sub(x, y)), g.Sub(y, x)},
		{g.Mul(g.Neg(x), g.Neg(y)), g.Mul(x, y)},
		{g.Exp(g.Const(0)), g.Const(1)},
	} {
		if p[0] != p[1] {
			t.Errorf("identity %d was not applied", i)
		}
	}
	if n := g.Mul(g.Const(0), g.Log(x)); n.Op != Mul {
		t.Error("0*log(x) must stay: it is NaN at x = -1")
	}
	if n := g.Sub(x, x); n.Op != Sub {
		t.Error("x-x must stay: it is NaN at infinity")
	}
}

func TestGradientIsExact(t *testing.T) {
	g := New()
	x, y := g.Param("x"), g.Param("y")
	f := g.Add(g.Add(g.Pow(x, g.Const(2)), g.Mul(x, y)), g.Pow(y, g.Const(2)))
	d := g.Grad(f, x, y)
	if want := g.Add(g.Mul(g.Const(2), x), y); d[0] != want {
		t.Error("∂(x²+xy+y²)/∂x is not 2x+y")
	}
	if want := g.Add(x, g.Mul(g.Const(2), y)); d[1] != want {
		t.Error("∂(x²+xy+y²)/∂y is not x+2y")
	}
}
