package graph

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"descent/internal/kernel"
)

// sparsePair is a random matrix, sparse and dense.
func sparsePair(t *rapid.T, rows, cols int) (*Matrix[float64], []float64) {
	dense := make([]float64, rows*cols)
	start, index, value := []int64{0}, []int32(nil), []float64(nil)
	for i := range rows {
		for j := range cols {
			if v := rapid.SampledFrom([]float64{0, 0, 0, 1, -2.5}).Draw(t, "entry"); v != 0 {
				dense[i*cols+j] = v
				index, value = append(index, int32(j)), append(value, v)
			}
		}
		start = append(start, int64(len(index)))
	}
	m, err := NewMatrix(rows, cols, start, index, value)
	if err != nil {
		t.Fatal(err)
	}
	return m, dense
}

// network is Σ log(1 + exp(tanh(X·W)·V)) for a matrix X.
func network(g *Graph, x *Node, hidden int) *Node {
	w, v := g.Param("w", x.Shape[1], hidden), g.Param("v", hidden, 1)
	return g.Sum(g.Softplus(g.MatMul(g.Apply(Tanh, g.Add(g.MatMul(x, w), g.Param("b", hidden))), v)))
}

func agree(t *rapid.T, what string, got, want []float64) {
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-11*(1+math.Abs(want[i])) {
			t.Fatalf("%s: %v, dense %v", what, got, want)
		}
	}
}

// TestSparseLikeDense: value, gradient and Hessian product on a sparse matrix are
// those on the dense one.
func TestSparseLikeDense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols, hidden := rapid.IntRange(2, 6).Draw(t, "rows"), rapid.IntRange(2, 6).Draw(t, "cols"), rapid.IntRange(1, 3).Draw(t, "hidden")
		m, dense := sparsePair(t, rows, cols)
		var sides [2]*Objective[float64]
		for i := range sides {
			g := New()
			x := g.Data("x", rows, cols)
			if i == 1 {
				g = New()
				x = g.Sparse("x", rows, cols)
			}
			o, err := NewObjective[float64](g, network(g, x, hidden))
			if err != nil {
				t.Fatal(err)
			}
			sides[i] = o
		}
		if err := sides[0].Bind("x", dense); err != nil {
			t.Fatal(err)
		}
		if err := sides[1].BindSparse("x", m); err != nil {
			t.Fatal(err)
		}
		sides[1] = sides[1].Clone()
		n := sides[0].Dim()
		at, along := make([]float64, n), make([]float64, n)
		for i := range at {
			at[i], along[i] = math.Sin(float64(i+1)), math.Cos(float64(3*i))
		}
		var value [2]float64
		var grad, hv [2][]float64
		for i, o := range sides {
			grad[i], hv[i] = make([]float64, n), make([]float64, n)
			var err error
			if value[i], err = o.Eval(at, grad[i]); err != nil {
				t.Fatal(err)
			}
			if err := o.HVP(at, along, hv[i]); err != nil {
				t.Fatal(err)
			}
		}
		agree(t, "value", value[1:], value[:1])
		agree(t, "gradient", grad[1], grad[0])
		agree(t, "product", hv[1], hv[0])
	})
}

func TestSparseRefuses(t *testing.T) {
	g := New()
	o, err := NewObjective[float64](g, network(g, g.Sparse("x", 2, 3), 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Eval(make([]float64, o.Dim()), nil); err == nil {
		t.Error("a matrix that is not bound is not missed")
	}
	if err := o.Bind("x", make([]float64, 6)); err == nil {
		t.Error("an array is taken for a sparse matrix")
	}
	wrong, err := NewMatrix(3, 2, []int64{0, 0, 0, 0}, nil, []float64(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.BindSparse("x", wrong); err == nil {
		t.Error("a matrix of another shape is taken")
	}
}

// TestSparseAllocatesNothing, on one thread and on two.
func TestSparseAllocatesNothing(t *testing.T) {
	const rows, cols = 400, 50
	var start []int64
	var index []int32
	var value []float64
	for i := range rows {
		start = append(start, int64(len(index)))
		for j := i % 7; j < cols; j += 7 {
			index, value = append(index, int32(j)), append(value, 1)
		}
	}
	m, err := NewMatrix(rows, cols, append(start, int64(len(index))), index, value)
	if err != nil {
		t.Fatal(err)
	}
	g := New()
	o, err := NewObjective[float64](g, network(g, g.Sparse("x", rows, cols), 2))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.BindSparse("x", m); err != nil {
		t.Fatal(err)
	}
	x, grad := make([]float64, o.Dim()), make([]float64, o.Dim())
	for _, threads := range []int{1, 2} {
		stop := kernel.StartThreads(threads)
		n := testing.AllocsPerRun(20, func() {
			if _, err := o.Eval(x, grad); err != nil {
				t.Fatal(err)
			}
		})
		stop()
		if n > 0 {
			t.Errorf("%d threads: %v allocations an evaluation", threads, n)
		}
	}
}
