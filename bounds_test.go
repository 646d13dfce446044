package descent

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"descent/optim"
)

// boundedFormulas are the problems of testdata/lbfgsb as formulas.
var boundedFormulas = map[string]string{
	"rosenbrock":    "sum(i=1..1, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)",
	"rosenbrock-25": "sum(i=1..24, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)",
	"driver1":       "4*(0.25*(x[1]-1)^2 + sum(i=1..24, (x[i+1]-x[i]^2)^2))",
	"himmelblau":    "(x[1]^2+x[2]-11)^2 + (x[1]+x[2]^2-7)^2",
	"beale":         "(1.5-x[1]+x[1]*x[2])^2 + (2.25-x[1]+x[1]*x[2]^2)^2 + (2.625-x[1]+x[1]*x[2]^3)^2",
	"booth":         "(x[1]+2*x[2]-7)^2 + (2*x[1]+x[2]-5)^2",
	"matyas":        "0.26*(x[1]^2+x[2]^2) - 0.48*x[1]*x[2]",
	"powell":        "(x[1]+10*x[2])^2 + 5*(x[3]-x[4])^2 + (x[2]-2*x[3])^4 + 10*(x[1]-x[4])^4",
	"wood":          wood, "hs38": wood,
	"trid":        "sum(i=1..10, (x[i]-1)^2) - sum(i=1..9, x[i+1]*x[i])",
	"quartic":     "sum(i=1..20, i*x[i]^4 - x[i])",
	"exponential": "sum(i=1..12, exp(x[i]) - 2*x[i]) + 0.1*sum(i=1..12, x[i])^2",
	"hs5":         "sin(x[1]+x[2]) + (x[1]-x[2])^2 - 1.5*x[1] + 2.5*x[2] + 1",
	"hs45":        "2 - x[1]*x[2]*x[3]*x[4]*x[5]/120",
	"hs110":       "sum(i=1..10, log(x[i]-2)^2 + log(10-x[i])^2) - (x[1]*x[2]*x[3]*x[4]*x[5]*x[6]*x[7]*x[8]*x[9]*x[10])^0.2",
}

const wood = "100*(x[2]-x[1]^2)^2 + (1-x[1])^2 + 90*(x[4]-x[3]^2)^2 + (1-x[3])^2 + 10.1*((x[2]-1)^2 + (x[4]-1)^2) + 19.8*(x[2]-1)*(x[4]-1)"

// TestBoundedReferences holds every method for bounds to the answers of SciPy's
// L-BFGS-B: the value, a verdict that says at which bounds the point lies, and
// for lbfgsb the number of evaluations, too.
func TestBoundedReferences(t *testing.T) {
	text, err := os.ReadFile("testdata/lbfgsb/scipy.json")
	if err != nil {
		t.Fatal(err)
	}
	var problems []struct {
		Name                string
		Low, High, Start, X []float64
		F                   float64
		Evaluations         int
	}
	if err := json.Unmarshal(text, &problems); err != nil {
		t.Fatal(err)
	}
	ours, theirs := 0, 0
	for _, p := range problems {
		o := Options{Start: map[string][]float64{"x": p.Start}, Bounds: map[string]Bound{}}
		held := 0
		for i := range p.Start {
			o.Bounds[fmt.Sprintf("x[%d]", i+1)] = Bound{p.Low[i], p.High[i]}
			if p.X[i] == p.Low[i] || p.X[i] == p.High[i] {
				held++
			}
		}
		for _, o.Method = range []string{"auto", "spg", "fista"} {
			m, err := Minimize(t.Context(), boundedFormulas[p.Name], o)
			if err != nil {
				t.Fatal(p.Name, err)
			}
			if o.Method == "auto" {
				ours, theirs = ours+m.Evals, theirs+p.Evaluations
			}
			if m.Status == optim.Budget && o.Method != "auto" && !m.Success() {
				continue // slow is no fault, as long as nothing is claimed
			}
			higher := m.Value > p.F+1e-9*(1+math.Abs(p.F)) // there are several minima
			if !m.Success() || higher && o.Method == "auto" {
				t.Errorf("%s by %s: %s: %s; %s: value %.15g, SciPy has %.15g", p.Name, m.Method, m.Status, m.Reason, m.Verdict.Text, m.Value, p.F)
			}
			if boundary := m.Verdict.Kind == optim.Boundary; o.Method == "auto" && math.Abs(p.F) > 1e-9 && (boundary != (held > 0) || len(m.Verdict.AtBounds) != held) {
				t.Errorf("%s: %d variables at bounds, SciPy has %d: %s", p.Name, len(m.Verdict.AtBounds), held, m.Verdict.Text)
			}
		}
	}
	if len(problems) != len(boundedFormulas) || ours > theirs*5/4 {
		t.Errorf("%d problems, %d evaluations, SciPy needs %d", len(problems), ours, theirs)
	}
	t.Logf("%d evaluations, SciPy needs %d", ours, theirs)
}

// The library refuses bounds that make no sense, in words.
func TestBoundsInWords(t *testing.T) {
	for says, o := range map[string]Options{
		"the formula has no variable z":         {Bounds: map[string]Bound{"z": {0, 1}}},
		"the bounds of x are 2 to 1":            {Bounds: map[string]Bound{"x": {2, 1}}},
		"x = 5 lies outside its bounds, 0 to 1": {Bounds: map[string]Bound{"x": {0, 1}}, Start: map[string][]float64{"x": {5}}},
		"newton cannot keep bounds":             {Bounds: map[string]Bound{"x": {0, 1}}, Method: "newton"},
	} {
		if _, err := Minimize(t.Context(), "x^2 + y^2", o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want …%s…", err, says)
		}
	}
}
