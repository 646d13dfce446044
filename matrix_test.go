package descent

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"descent/optim"
)

// golden is the function of optim/testdata/golden/trajectories.json, of the
// matrices W (5×3) and V (2×5) and the vector b, and the points that PyTorch and
// Optax reach on it.
type golden struct {
	Problem struct {
		C       float64
		X, Y, M [][]float64
	}
	Start []float64
	Cases map[string]map[string][]float64
}

// formula is the function as a user would type it.
func (d *golden) formula() string {
	rows := func(m [][]float64) string {
		b, _ := json.Marshal(m) // numbers
		return string(b)
	}
	return fmt.Sprintf(`X = %s
		Y = %s
		M = %s
		sum(k=1..%d, i=1..5, log(1 + (sum(j=1..3, W[i,j]*X[k,j]) + b[i] - Y[k,i])^2))/%[4]d +
		%v/2*sum(l=1..2, j=1..3, (sum(i=1..5, V[l,i]*W[i,j]) - M[l,j])^2)`,
		rows(d.Problem.X), rows(d.Problem.Y), rows(d.Problem.M), len(d.Problem.X), d.Problem.C)
}

// TestMatrixMethods: methods that look at the shapes of parameters take, by
// their names, the steps of PyTorch and Optax on a formula of matrices.
func TestMatrixMethods(t *testing.T) {
	b, err := os.ReadFile("optim/testdata/golden/trajectories.json")
	if err != nil {
		t.Fatal(err)
	}
	var d golden
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	f, err := ParseFormula(d.formula(), Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	// The formula has b before V.
	var order []int
	for _, part := range []struct{ from, to int }{{0, 15}, {25, 30}, {15, 25}} {
		for i := part.from; i < part.to; i++ {
			order = append(order, i)
		}
	}
	if names := f.Names(); len(names) != len(order) || names[0] != "W[1,1]" || names[5] != "W[2,3]" || names[15] != "b[1]" || names[29] != "V[2,5]" {
		t.Fatal(names)
	}
	start := map[string][]float64{"W": d.Start[:15], "V": d.Start[15:25], "b": d.Start[25:]}
	for _, c := range []struct {
		trajectory, method string
		rate               float64
		set                map[string]float64
	}{
		{"torch Muon", "muon", 0.02, map[string]float64{"rows_out": 1}},
		{"torch Muon match_rms", "muon", 0.02, map[string]float64{"rows_out": 1, "plain": 1, "match_rms": 1}},
		{"torch Adafactor", "adafactor", 0.05, map[string]float64{"decay": 0.1}},
		{"torch Adafactor cap", "adafactor", 0.5, map[string]float64{"clip": 1.5, "power": 0.6}},
		{"optax lamb", "lamb", 0.02, map[string]float64{"decay": 0.1}},
		{"optax lars", "lars", 0.5, map[string]float64{"decay": 0.1, "trust": 0.01}},
		{"optax sm3", "sm3", 0.1, nil},
		{"optax fromage", "fromage", 0.02, nil},
	} {
		points, seen := d.Cases[c.trajectory], 0
		_, err := f.Minimize(context.Background(), Options{Start: start, Method: c.method, Rate: c.rate, Set: c.set, MaxIter: 100, GradTol: 1e-300,
			Observe: func(s *optim.State[float64]) {
				want := points[strconv.Itoa(s.Iter)]
				if want == nil {
					return
				}
				seen++
				size, off := 0.0, 0.0
				for i, k := range order {
					size, off = max(size, math.Abs(want[k])), max(off, math.Abs(s.X[i]-want[k]))
				}
				if !(off <= 1e-10*size) {
					t.Errorf("%s after %d steps is off by %.2g of %.2g", c.trajectory, s.Iter, off, size)
				}
			}})
		if err != nil || seen != len(points) || seen < 4 {
			t.Errorf("%s: %d of %d points, %v", c.trajectory, seen, len(points), err)
		}
	}
}

// TestMatrixSizes: where the rows and columns of a matrix come from, and what
// does not fit.
func TestMatrixSizes(t *testing.T) {
	for _, c := range []struct {
		formula string
		in      Inputs
		names   string // the last one, or the error
	}{
		{"W[2,3]^2", Inputs{}, "W[2,3]"},
		{"W[2,3]^2 + W[4,1]^2", Inputs{}, "W[4,3]"},
		{"sum(W^2)", Inputs{Shapes: map[string][2]int{"W": {2, 5}}}, "W[2,5]"},
		{"sum(W^2)", Inputs{Shapes: map[string][2]int{"W": {1, 5}}}, "W[5]"},
		{"sum(w^2) + w[2]", Inputs{Shapes: map[string][2]int{"w": {5, 1}}}, "w[5]"},
		{"W[1,3]^2", Inputs{Shapes: map[string][2]int{"W": {4, 3}}}, "W[4,3]"},
		{"W[1,3]^2", Inputs{Lengths: map[string]int{"W": 12}}, "W[4,3]"},
		{"W[1,3]^2", Inputs{Lengths: map[string]int{"W": 10}}, "10 entries are no whole rows"},
		{"W[2,3]^2", Inputs{Lengths: map[string]int{"W": 3}}, "1 rows and 3 columns, but the formula uses row 2 and column 3"},
		{"W[2,3]^2", Inputs{Shapes: map[string][2]int{"W": {3, 2}}}, "3 rows and 2 columns, but the formula uses row 2 and column 3"},
		{"W[2,3]^2", Inputs{Shapes: map[string][2]int{"W": {-3, 4}}}, "the size of the matrix W does not follow"},
		{"w[2]^2", Inputs{Shapes: map[string][2]int{"w": {3, 2}}}, "w is a vector"},
		{"W[2,n]^2", Inputs{Shapes: map[string][2]int{"W": {2, 2}}}, "the index of W depends on a variable"},
	} {
		f, err := ParseFormula(c.formula, c.in)
		if err != nil {
			if !strings.Contains(err.Error(), c.names) {
				t.Errorf("%s: %v, want %q", c.formula, err, c.names)
			}
			continue
		}
		if names := f.Names(); names[len(names)-1] != c.names {
			t.Errorf("%s has %v, want %s last", c.formula, names, c.names)
		}
	}
}
