package expr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"descent/graph"

	"github.com/google/go-cmp/cmp"
)

// paramScope declares every variable of a formula as a parameter, but those in
// columns as columns of six rows.
func paramScope(g *graph.Graph, f *Formula, columns ...string) Scope {
	s := Scope{}
	for _, v := range f.Variables() {
		if slices.Contains(columns, v.Name) {
			s[v.Name] = g.Data(v.Name, 6)
		} else if v.Matrix {
			s[v.Name] = g.Param(v.Name, v.MinLen, v.MinCols)
		} else if v.Indexed {
			s[v.Name] = g.Param(v.Name, v.MinLen)
		} else {
			s[v.Name] = g.Param(v.Name)
		}
	}
	return s
}

// TestDerivatives compares printed derivatives with testdata/derivatives.txt:
// a formula after ">>> ", then a line for each variable.
func TestDerivatives(t *testing.T) {
	want, err := os.ReadFile("testdata/derivatives.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(want)) {
		src, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), ">>> ")
		if !ok {
			continue
		}
		f, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		ds, err := f.Derivatives(paramScope(graph.New(), f))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, ">>> %s\n", src)
		for _, d := range ds {
			fmt.Fprintf(&got, "%s: %s%s\n", d.Name(), d.Text, d.Omitted)
		}
		got.WriteString("\n")
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("testdata/derivatives.txt", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("derivatives differ from testdata/derivatives.txt (-want +got):\n%s", d)
	}
}

// TestDerivativesRoundTrip: a printed derivative, read again and walked, has the
// value of the compiled gradient.
func TestDerivativesRoundTrip(t *testing.T) {
	golden, err := os.ReadFile("testdata/derivatives.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(golden)) {
		src, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), ">>> ")
		if !ok {
			continue
		}
		f, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		g := graph.New()
		scope := paramScope(g, f)
		y, err := f.Lower(g, scope)
		if err != nil {
			t.Fatal(err)
		}
		o, err := graph.NewObjective[float64](g, y)
		if err != nil {
			t.Fatal(err)
		}
		ds, err := f.Derivatives(scope)
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, f, o, ds)
	}
}

func roundTrip(t *testing.T, f *Formula, o *graph.Objective[float64], ds []Derivative) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5 {
		x, grad := make([]float64, o.Dim()), make([]float64, o.Dim())
		for i := range x {
			x[i] = 0.05 + 0.9*r.Float64()
		}
		if _, err := o.Eval(x, grad); err != nil {
			t.Fatal(err)
		}
		scope, place := map[string]walked{}, map[string]int{}
		for _, b := range o.Blocks() {
			w := walked{v: x[b.Offset : b.Offset+b.Len()], vector: len(b.Shape) > 0}
			if len(b.Shape) == 2 {
				w.cols = b.Shape[1]
			}
			scope[b.Name], place[b.Name] = w, b.Offset
		}
		for _, d := range ds {
			printed, err := Parse(d.Text)
			if err != nil {
				t.Fatalf("derivative of %s by %s: %v", f, d.Name(), err)
			}
			got, err := walk(printed, scope, nil, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			at := max(d.Index-1, 0)
			if d.Col > 0 {
				at = at*scope[d.Var].cols + d.Col - 1
			}
			want := grad[place[d.Var]+at]
			if d.Text == "digamma(x)" || math.IsNaN(want) { // acosh(x) below 1
				continue
			}
			near(t, "derivative of "+f.String()+" by "+d.Name()+", "+d.Text+",", got.v[0], want, 1e-3)
		}
	}
}
