package graph

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"descent/internal/kernel"
)

// TestReductionsOverAxes holds the reductions to the naive twin where rows are
// short and long, few and many.
func TestReductionsOverAxes(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 33, 600} {
		for _, m := range []int{2, 3, 7, 9, 130, 515} {
			for _, inner := range []int{1, 3} {
				g := New()
				x := g.Param("x", n, m, inner)
				y := g.Sin(x)
				outs := []*Node{
					g.Sum(y, 0), g.Sum(y, 1), g.Sum(y, 2), g.LogSumExp(y, 0), g.LogSumExp(y, 1), g.Maximum(y, 1), g.Sum(y),
					g.Reshape(g.LogSumExp(g.Reshape(y, y.Len()), 0)),
				}
				v := start(x.Len())
				checkAgainstTwin[float64](t, fmt.Sprint(x.Shape), g, v, 1e-13, outs)
				checkAgainstTwin[float32](t, fmt.Sprint(x.Shape), g, v, 2e-5, outs)
			}
		}
	}
}

// checkAgainstTwin runs a program and compares every output with the twin.
func checkAgainstTwin[T Float](t *testing.T, name string, g *Graph, x []float64, tol float64, outs []*Node) {
	t.Helper()
	p, err := Compile[T](g, outs...)
	if err != nil {
		t.Fatal(err)
	}
	at, rounded := make([]T, len(x)), make([]float64, len(x))
	for i, v := range x {
		at[i] = T(v)
		rounded[i] = float64(at[i])
	}
	bufs := make([][]T, len(outs))
	for i, n := range outs {
		bufs[i] = make([]T, n.Len())
	}
	e := naive{x: rounded}
	for range 2 { // the second run finds the scratch memory used
		if err := p.Run(at, bufs...); err != nil {
			t.Fatal(err)
		}
		for i, n := range outs {
			for j, want := range e.eval(n) {
				got := float64(bufs[i][j])
				if math.Abs(got-want) > tol*math.Sqrt(float64(len(x)))*max(1, math.Abs(want)) && !(got != got && want != want) {
					t.Fatalf("%s: output %d (%v%v) element %d: %v, want %v", name, i, n.Op, n.Shape, j, got, want)
				}
			}
		}
	}
	if a := testing.AllocsPerRun(3, func() { p.Run(at, bufs...) }); a != 0 {
		t.Fatalf("%s: a run allocates %v times", name, a)
	}
}

// TestColumnSumsOnThreads: two threads leave the bits of one.
func TestColumnSumsOnThreads(t *testing.T) {
	for _, shape := range [][2]int{{700, 10}, {1000, 256}, {129, 1100}, {4097, 17}} {
		rows, n := shape[0], shape[1]
		x := start(rows * n)
		want, got := make([]float64, n), make([]float64, n)
		sumRows(new(scratch[float64]), want, x)
		stop := kernel.StartThreads(2)
		sumRows(new(scratch[float64]), got, x)
		stop()
		if !slices.Equal(got, want) {
			t.Errorf("%v: sums of two threads differ", shape)
		}
	}
}
