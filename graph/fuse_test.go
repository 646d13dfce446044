package graph

import (
	"fmt"
	"math"
	"testing"
)

// lengths lie around the edges of blocks.
var lengths = []int{2, 3, 9, 16, 17, 511, 512, 513, 767, 768, 769, 1000, 1025, 2600}

// positive maps any number into [0.5, 2.5], where every operation is defined.
func positive(g *Graph, x *Node) *Node { return g.Add(g.Const(1.5), g.Sin(x)) }

// TestEveryOperationInsideALoop puts each elementwise operation between others,
// on arrays and numbers, and ends the loop in sums and a stored array.
func TestEveryOperationInsideALoop(t *testing.T) {
	for op := Neg; table[op].kind == Elementwise; op++ {
		for _, n := range []int{3, 17, 513, 1025} {
			g := New()
			x, s := g.Param("x", n), g.Param("s")
			a := g.Mul(g.Const(0.3), positive(g, x))
			b := g.Sub(positive(g, g.Mul(x, x)), g.Const(0.1))
			for _, args := range [][]*Node{{a, b, x}, {a, positive(g, s), b}, {positive(g, s), b, a}} {
				args = args[:op.Arity()]
				if op == Polygamma {
					args[0] = g.Const(1)
				}
				if op == Acosh {
					args[0] = g.Add(args[0], g.Const(2))
				}
				y := g.Apply(op, args...)
				outs := []*Node{g.Sum(g.Mul(y, b)), g.Add(g.Mul(y, g.Const(2)), a), g.Sum(g.Add(y, a))}
				checkAgainstTwin[float64](t, fmt.Sprint(op, n), g, start(n+1), 1e-12, outs)
			}
		}
	}
}

// TestRowsInLoops writes and adds rows at both ends, in either order, to arrays
// that begin as zeros, as another array and as a parameter.
func TestRowsInLoops(t *testing.T) {
	for _, n := range lengths {
		g := New()
		x := g.Param("x", n+3)
		part := func(k int) *Node { return g.Slice(x, k, 1, n) }
		pad := func(v *Node, k int) *Node { return g.Pad(v, k, 1, n+3) }
		u, v := g.Mul(part(0), part(3)), g.Mul(g.Const(-4), part(1))
		w := g.Sin(part(2))
		two := g.Add(pad(u, 1), pad(v, 2))
		sum := g.Add(g.Add(pad(u, 0), pad(v, 3)), pad(w, 1))
		back := g.Add(g.Add(pad(v, 3), pad(w, 1)), pad(u, 0))
		inside := g.Add(pad(g.Exp(w), 1), pad(g.Mul(g.Const(3), v), 2))
		outs := []*Node{
			sum, back, pad(u, 2), g.Add(g.Sin(x), pad(v, 2)), g.Add(x, pad(g.Neg(u), 1)),
			g.Mul(inside, x), g.Sum(g.Mul(inside, inside)), g.Sum(u), g.Sum(g.Mul(v, w)),
			g.Add(two, pad(w, 0)), g.Sin(two),
		}
		checkAgainstTwin[float64](t, fmt.Sprint(n), g, start(n+3), 1e-12, outs)
		for i := range outs { // each alone has other uses, and so other places
			checkAgainstTwin[float64](t, fmt.Sprint(n, " alone"), g, start(n+3), 1e-12, outs[i:i+1])
		}
	}
}

// TestArgumentsThatRepeat broadcasts rows and columns inside loops.
func TestArgumentsThatRepeat(t *testing.T) {
	for _, shape := range [][2]int{{2, 3}, {7, 10}, {130, 10}, {3, 256}, {40, 96}, {9, 700}, {3, 1100}, {300, 7}, {600, 1}, {1, 600}} {
		m, n := shape[0], shape[1]
		g := New()
		x, row, column := g.Param("x", m, n), g.Param("row", n), g.Param("column", m, 1)
		z := g.Add(x, row)
		y := g.Relu(g.Sub(z, column))
		twice := g.Mul(g.Mul(g.Exp(g.Sub(y, row)), row), column)
		outs := []*Node{z, y, g.Sum(y, 0), g.Sum(y, 1), g.Sum(twice), g.Mul(g.Broadcast(column, m, n), g.Broadcast(row, m, n)), g.Reshape(twice, m*n)}
		dim := m*n + n + m
		checkAgainstTwin[float64](t, fmt.Sprint(shape), g, start(dim), 1e-11, outs)
		for i := range outs {
			checkAgainstTwin[float64](t, fmt.Sprint(shape, " alone"), g, start(dim), 1e-11, outs[i:i+1])
		}
	}
}

// TestLoopsReadWhatTheyOverwrite reads an array in the same loop as it is, and
// shifted, after its memory could have been given to a result.
func TestLoopsReadWhatTheyOverwrite(t *testing.T) {
	for _, n := range lengths {
		g := New()
		x := g.Param("x", n)
		reversed := func(v *Node) *Node { return g.Slice(v, n-1, -1, n) }
		a, b := reversed(g.Sin(x)), reversed(g.Cos(x)) // arrays in scratch memory
		c := g.Add(g.Mul(g.Const(2), a), b)
		d := g.Mul(g.Sub(b, g.Mul(g.Const(3), a)), a)
		e := g.Add(reversed(c), reversed(d))
		tail := g.Sub(g.Slice(c, 1, 1, n-1), g.Slice(d, 0, 1, n-1))
		f := g.Add(c, g.Pad(g.Mul(tail, g.Slice(c, 0, 1, n-1)), 1, 1, n))
		h := g.Mul(g.Const(7), a)
		p := g.Mul(b, b) // comes between a product and the difference that does it
		q := g.Sub(b, h)
		outs := []*Node{reversed(f), e, reversed(g.Exp(halfSin(g, f)))}
		checkAgainstTwin[float64](t, fmt.Sprint(n, " products"), g, start(n), 1e-11, []*Node{reversed(p), reversed(q)})
		checkAgainstTwin[float64](t, fmt.Sprint(n), g, start(n), 1e-11, outs)
		for i := range outs {
			checkAgainstTwin[float64](t, fmt.Sprint(n, " alone"), g, start(n), 1e-11, outs[i:i+1])
		}
	}
}

// TestLoopsOverwriteNoRowThatRepeats multiplies a matrix by its own first row,
// where the result could take its memory.
func TestLoopsOverwriteNoRowThatRepeats(t *testing.T) {
	const m, n = 9, 700
	g := New()
	x := g.Param("x", m, n)
	reversed := func(v *Node) *Node { return g.Slice(v, m-1, -1, m) }
	y := reversed(g.Sin(x))
	outs := []*Node{reversed(g.Mul(y, g.Slice(y, 0, 1, 1)))}
	checkAgainstTwin[float64](t, "row", g, start(m*n), 1e-12, outs)
}

func halfSin(g *Graph, f *Node) *Node { return g.Sin(g.Add(f, g.Mul(g.Const(0.5), g.Neg(f)))) }

// TestChainsAreFused counts the units of a gradient: one loop, and the clearing
// of the entry of the gradient that the rows do not cover.
func TestChainsAreFused(t *testing.T) {
	g := New()
	o, err := NewObjective[float64](g, rosenbrock(g, 1000))
	if err != nil {
		t.Fatal(err)
	}
	c := o.grad.code
	if len(c.loops) != 1 || len(c.blocks) != 1 {
		t.Errorf("%d loops and %d other instructions on arrays", len(c.loops), len(c.blocks))
	}
	if c.arenaLen > 5*o.grad.code.loops[0].size {
		t.Errorf("%d elements of scratch memory for loops over %d", c.arenaLen, o.grad.code.loops[0].size)
	}
}

// TestMaskOfRelu reads the mask from what relu left, at special values too.
func TestMaskOfRelu(t *testing.T) {
	g := New()
	x := g.Param("x", len(specials))
	y := g.Mul(g.Relu(x), g.Apply(Gt, x, g.Const(0)))
	checkAgainstTwin[float64](t, "mask", g, specials, 0, []*Node{y, g.Apply(Gt, x, g.Const(0)), g.Relu(x)})
	h := g.Relu(g.Mul(x, x))
	o, err := NewObjective[float64](g, g.Sum(g.Mul(h, h)))
	if err != nil {
		t.Fatal(err)
	}
	if c := o.grad.code; len(c.loops) != 1 || c.arenaLen > 4*rounded(len(specials)) {
		t.Errorf("%d loops, %d elements of scratch memory", len(c.loops), c.arenaLen)
	}
}

// TestSumsOfManyBlocks holds long sums in float32 to the exact value.
func TestSumsOfManyBlocks(t *testing.T) {
	const n = 1 << 20
	g := New()
	x := g.Param("x", n)
	o, err := NewObjective[float32](g, g.Sum(g.Mul(g.Const(0.1), g.Add(x, g.Const(1)))))
	if err != nil {
		t.Fatal(err)
	}
	y, err := o.Eval(make([]float32, n), nil)
	if want := float64(float32(0.1)) * n; err != nil || math.Abs(y-want) > 1e-6*want {
		t.Errorf("sum %v, %v, want %v", y, err, want)
	}
}
