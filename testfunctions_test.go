package descent

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// suite reads formulas by name from a file of testdata/testfunctions.
func suite(t testing.TB, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("testdata/testfunctions/" + file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, part := range strings.Split(string(b), "\n== ")[1:] {
		name, formula, _ := strings.Cut(part, "\n")
		if out[name] != "" {
			t.Fatalf("%s: %s stands there twice", file, name)
		}
		out[name] = strings.TrimSpace(formula)
	}
	return out
}

// known is a point with its value and gradient.
type known struct {
	X, Grad []float64
	F       float64
}

// testFunction is a formula in a vector x, with what others know about it.
type testFunction struct {
	Name    string
	Formula string
	Start   []float64
	Values  []known
	Plain   bool // its variables are numbers, not a vector x
}

func readJSON(t testing.TB, file string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/testfunctions/" + file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// mgh are the problems of Moré, Garbow and Hillstrom.
func mgh(t testing.TB) []testFunction {
	var all []testFunction
	readJSON(t, "more-garbow-hillstrom.json", &all)
	formulas := suite(t, "mgh.txt")
	for i := range all {
		if all[i].Formula = formulas[all[i].Name]; all[i].Formula == "" {
			t.Fatalf("%s has no formula", all[i].Name)
		}
	}
	return all
}

func (f *testFunction) parse(t testing.TB) *Formula {
	t.Helper()
	in := Inputs{Lengths: map[string]int{"x": len(f.Start)}}
	if f.Plain {
		in = Inputs{}
	}
	p, err := ParseFormula(f.Formula, in)
	if err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	if p.Dim() != len(f.Start) {
		t.Fatalf("%s has %d variables, not %d", f.Name, p.Dim(), len(f.Start))
	}
	return p
}

// checkValues compares value and gradient at the points known, relative to the
// largest entry of the gradient.
func (f *testFunction) checkValues(t *testing.T, tol float64) {
	t.Helper()
	p := f.parse(t).Problem()
	g := make([]float64, p.Dim)
	for _, k := range f.Values {
		v, err := p.Eval(k.X, g)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if !(math.Abs(v-k.F) <= tol*math.Abs(k.F)) {
			t.Errorf("%s at %v is %.15g, want %.15g", f.Name, k.X, v, k.F)
		}
		scale := 0.0
		for _, d := range k.Grad {
			scale = max(scale, math.Abs(d))
		}
		for i, d := range k.Grad {
			if !(math.Abs(g[i]-d) <= tol*scale) {
				t.Errorf("%s at %v: derivative %d is %.15g, want %.15g", f.Name, k.X, i+1, g[i], d)
			}
		}
	}
}

func TestMGHValues(t *testing.T) {
	all := mgh(t)
	if len(all) != 30 {
		t.Errorf("%d problems", len(all))
	}
	for _, f := range all {
		f.checkValues(t, 1e-11)
	}
}

// cutest are problems of the CUTEst collection, with value and gradient at
// their start.
func cutest(t testing.TB) []testFunction {
	var starts map[string]struct {
		X0, G0 []float64
		F0     float64
	}
	readJSON(t, "cutest-start-values.json", &starts)
	formulas := suite(t, "cutest.txt")
	var all []testFunction
	for _, name := range slices.Sorted(maps.Keys(formulas)) {
		s, ok := starts[name]
		if !ok {
			t.Fatalf("%s has no start", name)
		}
		all = append(all, testFunction{Name: name, Formula: formulas[name], Start: s.X0, Values: []known{{X: s.X0, F: s.F0, Grad: s.G0}}})
	}
	return all
}

func TestCUTEstValues(t *testing.T) {
	all := cutest(t)
	if len(all) < 60 {
		t.Errorf("%d problems", len(all))
	}
	for _, f := range all {
		f.checkValues(t, 1e-8)
	}
}
