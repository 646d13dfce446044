package expr

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/graph"
)

// TestMatrixBecomesSlices: entries that run along rows and columns are slices
// and transposes, never a list of places, and a large product stays small.
func TestMatrixBecomesSlices(t *testing.T) {
	for _, src := range []string{
		"sum(i=1..1000, (sum(j=1..900, W[i,j]*x[j]) - i)^2)",
		"sum(j=1..900, i=1..1000, W[i,j]^2)",
		"sum(i=2..1000, j=1..899, (W[i,j+1] - W[i-1,901-j])^2)",
		"sum(i=1..900, W[i,i]^2 + W[1000,i] + W[i,900])",
		"W[1000,900]^2",
	} {
		f, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		g := graph.New()
		y, err := f.Lower(g, Scope{"W": g.Param("W", 1000, 900), "x": g.Param("x", 900)})
		if err != nil {
			t.Fatal(err)
		}
		met := map[*graph.Node]bool{}
		var visit func(n *graph.Node)
		visit = func(n *graph.Node) {
			if met[n] {
				return
			}
			met[n] = true
			if n.Op == graph.Gather {
				t.Errorf("%s gathers", src)
			}
			for _, a := range n.Args {
				visit(a)
			}
		}
		visit(y)
		if len(met) > 25 {
			t.Errorf("%s has %d nodes", src, len(met))
		}
	}
}

// TestMatrixProduct holds entries by two indices to sums written as loops, in
// every order of the indices.
func TestMatrixProduct(t *testing.T) {
	const rows, cols = 4, 3
	r := rand.New(rand.NewPCG(5, 6))
	w, x, b := make([]float64, rows*cols), make([]float64, cols), make([]float64, rows)
	for _, v := range [][]float64{w, x, b} {
		for i := range v {
			v[i] = r.NormFloat64()
		}
	}
	value, grad := 0.0, make([]float64, len(w)+len(x)+len(b))
	for i := range rows {
		e := b[i]
		for j := range cols {
			e += w[i*cols+j] * x[j]
		}
		value += e * e
		for j := range cols {
			grad[i*cols+j] += 2 * e * x[j]
			grad[len(w)+j] += 2 * e * w[i*cols+j]
		}
		grad[len(w)+len(x)+i] = 2 * e
	}
	for _, src := range []string{
		"sum(i=1..4, (sum(j=1..3, W[i,j]*x[j]) + b[i])^2)",
		"r = sum(j=1..3, x[j]*[1,0,0,0]*W[1,j]) + b*[1,0,0,0]; sum(r)^2 + sum(i=2..4, (sum(j=1..3, x[j]*W[i,j]) + b[i])^2)",
		"sum(i=1..4, j=1..3, k=1..3, W[i,j]*x[j]*W[i,k]*x[k]) + sum(i=1..4, b[i]^2) + 2*sum(j=1..3, i=1..4, b[i]*W[i,j]*x[j])",
		"V = 2*W; sum(i=1..4, (sum(j=1..3, V[5-i,4-j]*x[4-j]) + 2*b[5-i])^2)/4",
	} {
		f, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		g := graph.New()
		y, err := f.Lower(g, Scope{"W": g.Param("W", rows, cols), "x": g.Param("x", cols), "b": g.Param("b", rows)})
		if err != nil {
			t.Fatal(err)
		}
		o, err := graph.NewObjective[float64](g, y)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, o.Dim())
		v, err := o.Eval(append(append(append([]float64{}, w...), x...), b...), got)
		if err != nil || math.Abs(v-value) > 1e-12*value {
			t.Errorf("%s is %v (%v), want %v", src, v, err, value)
		}
		for i := range got {
			if math.Abs(got[i]-grad[i]) > 1e-12*(1+math.Abs(grad[i])) {
				t.Errorf("%s: derivative %d is %v, want %v", src, i, got[i], grad[i])
			}
		}
	}
}
