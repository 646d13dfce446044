package graph

import (
	"math"
	"strings"
	"testing"
)

// gradientAt is the value and the gradient of f at x.
func gradientAt(t *testing.T, g *Graph, f *Node, x ...float64) (float64, []float64) {
	t.Helper()
	o, err := NewObjective[float64](g, f)
	if err != nil {
		t.Fatal(err)
	}
	grad := make([]float64, o.Dim())
	y, err := o.Eval(x, grad)
	if err != nil {
		t.Fatal(err)
	}
	return y, grad
}

func TestSubgradientsAtKinks(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(g *Graph, x, y *Node) *Node
		want []float64 // at x = y = 0
	}{
		{"abs", func(g *Graph, x, y *Node) *Node { return g.Abs(x) }, []float64{0, 0}},
		{"relu", func(g *Graph, x, y *Node) *Node { return g.Relu(x) }, []float64{0, 0}},
		{"max", func(g *Graph, x, y *Node) *Node { return g.Apply(Max, x, y) }, []float64{1, 0}},
		{"min", func(g *Graph, x, y *Node) *Node { return g.Apply(Min, x, y) }, []float64{1, 0}},
		{"maximum", func(g *Graph, x, y *Node) *Node { return g.Maximum(g.Stack(x, y), 0) }, []float64{0.5, 0.5}},
		{"sign", func(g *Graph, x, y *Node) *Node { return g.Add(g.Sign(x), g.Floor(y)) }, []float64{0, 0}},
		{"sqrt", func(g *Graph, x, y *Node) *Node { return g.Add(g.Sqrt(x), y) }, []float64{math.Inf(1), 1}},
		{"square by power", func(g *Graph, x, y *Node) *Node { return g.Pow(x, g.Const(2)) }, []float64{0, 0}},
		{"0^y", func(g *Graph, x, y *Node) *Node { return g.Pow(x, g.Add(y, g.Const(2))) }, []float64{0, 0}},
	} {
		g := New()
		x, y := g.Param("x"), g.Param("y")
		_, grad := gradientAt(t, g, c.f(g, x, y), 0, 0)
		for i := range c.want {
			if grad[i] != c.want[i] {
				t.Errorf("%s: gradient %v, want %v", c.name, grad, c.want)
				break
			}
		}
	}
}

func TestSelectHidesTheOtherBranch(t *testing.T) {
	g := New()
	x := g.Param("x")
	zero, one := g.Const(0), g.Const(1)
	for _, c := range []struct {
		name          string
		f             *Node
		x, value, der float64
	}{
		{"x log x", g.Select(g.Apply(Gt, x, zero), g.Mul(x, g.Log(x)), zero), 0, 0, 0},
		{"sin(x)/x", g.Select(g.Apply(Eq, x, zero), one, g.Div(g.Sin(x), x)), 0, 1, 0},
		{"sqrt twice", g.Select(g.Apply(Gt, x, zero), g.Mul(g.Sqrt(x), g.Add(one, g.Sqrt(x))), g.Mul(x, x)), -3, 9, -6},
		{"nested", g.Mul(g.Const(2), g.Select(g.Apply(Gt, x, zero), g.Exp(g.Log(x)), g.Neg(x))), -3, 6, -2},
	} {
		v, d := gradientAt(t, g, c.f, c.x)
		if v != c.value || d[0] != c.der {
			t.Errorf("%s at %v: %v with slope %v, want %v with %v", c.name, c.x, v, d[0], c.value, c.der)
		}
		slope := evalScalars(t, g, []float64{c.x}, g.JVP([]*Node{c.f}, []*Node{x}, []*Node{one})...)
		if slope[0] != c.der {
			t.Errorf("%s at %v: forward slope %v, want %v", c.name, c.x, slope[0], c.der)
		}
		second := evalScalars(t, g, []float64{c.x}, g.Grad(g.Grad(c.f, x)[0], x)...)
		if math.IsNaN(second[0]) {
			t.Errorf("%s at %v: second derivative is NaN", c.name, c.x)
		}
	}
}

func TestNoOverflow(t *testing.T) {
	for _, c := range []struct {
		op       Op
		x, value float64
		d        float64
	}{
		{Sigmoid, 1000, 1, 0},
		{Sigmoid, -1000, 0, 0},
		{Softplus, 1000, 1000, 1},
		{Softplus, -1000, 0, 0},
		{Tanh, 1000, 1, 0},
		{Log1p, 1e-300, 1e-300, 1},
		{Expm1, 1e-300, 1e-300, 1},
	} {
		g := New()
		x := g.Param("x")
		v, d := gradientAt(t, g, g.Apply(c.op, x), c.x)
		if v != c.value || d[0] != c.d {
			t.Errorf("%v(%v): %v with slope %v, want %v with %v", c.op, c.x, v, d[0], c.value, c.d)
		}
	}
	g := New()
	x := g.Param("x", 3)
	v, d := gradientAt(t, g, g.LogSumExp(x, 0), 1000, 1000, -1000)
	if v != 1000+math.Ln2 || !near(d[0], 0.5, 1e-13) || d[2] != 0 {
		t.Errorf("logsumexp: %v with gradient %v", v, d)
	}
	h := New()
	a, b := h.Param("a"), h.Param("b")
	if v, d := gradientAt(t, h, h.Apply(Hypot, a, b), 3e200, 4e200); !near(v/1e200, 5, 1e-15) || !near(d[0], 0.6, 1e-15) {
		t.Errorf("hypot: %v with gradient %v", v, d)
	}
}

func TestValueKeepsItsDomain(t *testing.T) {
	g := New()
	x := g.Param("x")
	f := g.Mul(g.Const(0), g.Log(x))
	if v := evalScalars(t, g, []float64{-1}, f); !math.IsNaN(v[0]) {
		t.Errorf("0*log(-1) = %v", v[0])
	}
	// The derivative of a power by its exponent never shows where it is constant.
	if v := evalScalars(t, g, []float64{-2}, g.Grad(g.Pow(x, g.Const(3)), x)...); v[0] != 12 {
		t.Errorf("(x³)' at -2 is %v", v[0])
	}
}

func TestGradientOfWhatIsNotReached(t *testing.T) {
	g := New()
	x, y := g.Param("x", 2, 2), g.Param("y")
	d := g.Grad(g.Mul(y, y), x, y)
	if len(d[0].Shape) != 2 || d[1] != g.Mul(g.Const(2), y) && d[1] != g.Add(y, y) {
		t.Errorf("gradient has shapes %v and %v", d[0].Shape, d[1].Shape)
	}
	_, grad := gradientAt(t, g, g.Mul(y, y), 1, 2, 3, 4, 5)
	for i, want := range []float64{0, 0, 0, 0, 10} {
		if grad[i] != want {
			t.Errorf("gradient %v", grad)
			break
		}
	}
}

func TestGradientWithoutStructuralZeros(t *testing.T) {
	g := New()
	f := rosenbrock(g, 100)
	d := g.Grad(f, g.Param("x", 100))[0]
	for id, ok := range g.reach(d) {
		if n := g.nodes[id]; ok && (n.Op == Broadcast || n.Op == Mul && n.Args[1].IsConst(0)) {
			t.Errorf("the gradient has a node %v of shape %v", n.Op, n.Shape)
		}
	}
	blocks := 0
	p, _ := Compile[float64](g, f, d)
	for _, b := range p.code.blocks {
		if b.op == opCopy || b.op == Pad {
			t.Errorf("a needless pass: block operation %d", b.op)
		}
		blocks++
	}
	if blocks > 18 {
		t.Errorf("value and gradient of Rosenbrock take %d block operations", blocks)
	}
}

func TestShapeMistakesPanic(t *testing.T) {
	g := New()
	a, b := g.Param("a", 2), g.Param("b", 3)
	for name, f := range map[string]func(){
		"do not broadcast": func() { g.Add(a, b) },
		"as matrices":      func() { g.MatMul(a, b) },
		"leaves the shape": func() { g.Slice(b, 1, 1, 3) },
		"outside":          func() { g.Gather(b, []int{0, 3}) },
		"no axis":          func() { g.Sum(a, 1) },
		"already declared": func() { g.Data("a", 2) },
		"another graph":    func() { g.Sin(New().Param("x")) },
		"below 1":          func() { g.Param("c", 0) },
		"elementwise":      func() { g.Apply(Add, a) },
		"of a scalar":      func() { g.Grad(a, a) },
	} {
		func() {
			defer func() {
				if m, ok := recover().(string); !ok || !strings.HasPrefix(m, "graph: ") || !strings.Contains(m, name) {
					t.Errorf("%s: panic says %q", name, m)
				}
			}()
			f()
		}()
	}
}
