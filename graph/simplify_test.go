package graph

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// randomFormula is an expression in three numbers, with the constants and
// repetitions that simplification feeds on.
func randomFormula(t *rapid.T, g *Graph) *Node {
	pool := []*Node{g.Param("x"), g.Param("y"), g.Param("z")}
	for _, v := range []float64{2, -1, 0.5, 3, 1. / 3, 1} {
		pool = append(pool, g.Const(v))
	}
	pick := func() *Node { return rapid.SampledFrom(pool).Draw(t, "node") }
	for range rapid.IntRange(2, 25).Draw(t, "operations") {
		a, b := pick(), pick()
		var n *Node
		switch rapid.IntRange(0, 8).Draw(t, "kind") {
		case 0, 1:
			n = g.Add(a, b)
		case 2:
			n = g.Sub(a, b)
		case 3, 4:
			n = g.Mul(a, b)
		case 5:
			n = g.Div(a, g.Exp(g.Sin(b)))
		case 6:
			n = g.Pow(a, g.Const(float64(rapid.IntRange(1, 3).Draw(t, "power"))))
		case 7:
			n = g.Apply(rapid.SampledFrom([]Op{Neg, Sin, Atan, Abs}).Draw(t, "op"), a)
		default:
			n = g.Select(g.Apply(Gt, a, b), a, g.Sqrt(g.Abs(b)))
		}
		pool = append(pool, n)
	}
	return pool[len(pool)-1]
}

func TestSimplifyKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := New()
		f := randomFormula(rt, g)
		x := []float64{0.7123, -1.3456, 0.4789}
		ns := append([]*Node{f}, g.Grad(f, g.Param("x"), g.Param("y"), g.Param("z"))...)
		for _, n := range ns {
			s := g.Simplify(n)
			v := evalScalars(t, g, x, n, s)
			scale := math.Max(1, math.Abs(v[0]))
			if math.Abs(v[0]) < 1e8 && math.Abs(v[0]-v[1]) > 1e-7*scale {
				rt.Fatalf("simplified to %v from %v: %s from %s", v[1], v[0], show(s), show(n))
			}
		}
	})
}

func TestSimplifyTwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := New()
		s := g.Simplify(randomFormula(rt, g))
		if again := g.Simplify(s); again != s {
			rt.Fatalf("simplified again from %s to %s", show(s), show(again))
		}
	})
}

// show writes a node with all brackets.
func show(n *Node) string {
	switch {
	case n.Op == Const:
		return fmt.Sprint(n.Value)
	case len(n.Args) == 0:
		return n.Name
	case len(n.Args) == 2:
		return "(" + show(n.Args[0]) + n.Op.String() + show(n.Args[1]) + ")"
	}
	s := n.Op.String() + "("
	for i, a := range n.Args {
		if i > 0 {
			s += ", "
		}
		s += show(a)
	}
	return s + ")"
}

func TestSimplifyHugeExpressions(t *testing.T) {
	g := New()
	x := g.Param("x")
	long, doubled, powers, nested := x, x, x, x
	for i := range 20_000 {
		long = g.Add(long, g.Mul(g.Sin(g.Add(x, g.Const(float64(i)))), x))
		nested = g.Sub(g.Sin(nested), nested)
	}
	for range 200 {
		doubled = g.Add(g.Mul(doubled, g.Sin(doubled)), doubled)
		powers = g.Mul(powers, g.Add(powers, g.Sin(powers)))
	}
	for _, n := range []*Node{long, doubled, powers, nested} {
		g.Simplify(n) // hangs if the work multiplies
	}
}

func TestFormulasAtManyPoints(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := New()
		f := randomFormula(rt, g)
		d := g.Grad(f, g.Param("x"), g.Param("y"), g.Param("z"))
		p, err := Compile[float64](g, append(d, f)...)
		if err != nil {
			rt.Fatal(err)
		}
		compareManyWithOne(t, show(f), p, 300, func(i, j int) float64 { return math.Sin(float64(3*i + j)) })
	})
}

// TestPlaceAmongManyDoesNotMatter evaluates the same points at other places of
// a batch: the same bits.
func TestPlaceAmongManyDoesNotMatter(t *testing.T) {
	g := New()
	x := g.Param("x")
	f := g.Add(g.Tanh(x), g.Exp(g.Sin(g.Softplus(x))))
	f = g.Mul(f, g.Add(g.Sigmoid(x), g.Log(g.Add(g.Const(2), g.Abs(x)))))
	o, err := NewObjective[float64](g, f)
	if err != nil {
		t.Fatal(err)
	}
	const n = 300
	xs, a, b := make([]float64, n), make([]float64, 2*n), make([]float64, 2*n)
	for i := range xs {
		xs[i] = 5 * math.Sin(float64(i))
	}
	if err := o.EvalMany(xs, n, a[:n], a[n:]); err != nil {
		t.Fatal(err)
	}
	for shift := 1; shift < 20; shift++ {
		m := n - shift
		if err := o.EvalMany(xs[shift:], m, b[:m], b[n:n+m]); err != nil {
			t.Fatal(err)
		}
		for i := range m {
			if b[i] != a[i+shift] || b[n+i] != a[n+i+shift] {
				t.Fatalf("point %v: %v and %v", xs[i+shift], b[i], a[i+shift])
			}
		}
	}
}
