package expr

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"descent/graph"
)

// objective parses and compiles a formula; lengths are the vectors among its
// variables, the other variables are numbers.
func objective(t *testing.T, src string, vars []string, lengths map[string]int) *graph.Objective[float64] {
	t.Helper()
	f, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	g := graph.New()
	scope := Scope{}
	for _, v := range vars {
		if n, ok := lengths[v]; ok {
			scope[v] = g.Param(v, n)
		} else {
			scope[v] = g.Param(v)
		}
	}
	y, err := f.Lower(g, scope)
	if err != nil {
		t.Fatal(err)
	}
	o, err := graph.NewObjective[float64](g, y)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// near fails the test unless got agrees with want to 1e-10, relative to the
// larger of |want| and scale.
func near(t *testing.T, what string, got, want, scale float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-10*max(math.Abs(want), scale)) {
		t.Errorf("%s is %.17g, want %.17g", what, got, want)
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(path, err)
	}
}

func TestLandscapes(t *testing.T) {
	var functions []struct {
		Name, Formula string
		Variables     []string
		Values        []struct {
			X    []float64
			F    float64
			Grad []float64
		}
	}
	readJSON(t, "testdata/landscapes-2d.json", &functions)
	if len(functions) != 29 {
		t.Fatalf("%d functions, want 29", len(functions))
	}
	for _, fn := range functions {
		t.Run(fn.Name, func(t *testing.T) {
			o := objective(t, fn.Formula, fn.Variables, nil)
			for _, v := range fn.Values {
				grad := make([]float64, o.Dim())
				f, err := o.Eval(v.X, grad)
				if err != nil {
					t.Fatal(err)
				}
				near(t, fmt.Sprintf("f%v", v.X), f, v.F, 1e-15)
				for i, want := range v.Grad {
					near(t, fmt.Sprintf("∂f/∂%s at %v", fn.Variables[i], v.X), grad[i], want, 1e-15)
				}
			}
		})
	}
}
