package descent

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"descent/optim"
)

// landscape is one entry of expr/testdata/landscapes-2d.json, see SOURCE there.
type landscape struct {
	Name, Formula string
	Variables     []string
	Minimisers    [][]float64
	Starts        [][]float64
}

func landscapes(t *testing.T) []landscape {
	b, err := os.ReadFile("expr/testdata/landscapes-2d.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []landscape
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 29 {
		t.Fatalf("%d landscapes", len(all))
	}
	return all
}

// kinked landscapes are not differentiable where their minima lie.
var kinked = map[string]bool{"Ackley": true, "Bukin 6": true, "Cross-in-tray": true, "Eggholder": true, "Holder table": true, "Schaffer 4": true, "Drop-wave": true}

// TestLandscapes runs L-BFGS from every listed start. On a smooth function it
// must end at a listed minimiser or at a stationary point, and the verdict must
// agree with eigenvalues worked out here from differences of the gradient.
func TestLandscapes(t *testing.T) {
	for _, l := range landscapes(t) {
		for _, start := range l.Starts {
			f, err := ParseFormula(l.Formula, Inputs{})
			if err != nil {
				t.Fatal(err)
			}
			at := map[string][]float64{}
			for i, name := range l.Variables {
				at[name] = start[i : i+1]
			}
			m, err := f.Minimize(context.Background(), Options{Start: at, Method: "lbfgs"})
			if err != nil {
				t.Errorf("%s from %v: %v", l.Name, start, err)
				continue
			}
			t.Logf("%-22s from %v: %s, %s; %s", l.Name, start, m.Status, m.Reason, m.Verdict.Text)
			if !kinked[l.Name] {
				judgeSmooth(t, l, f, m)
			} else if m.Success() && m.Verdict.Kind == optim.Minimum && m.Verdict.GradNorm > 1e-6 {
				t.Errorf("%s from %v: called a minimum with gradient %g", l.Name, start, m.Verdict.GradNorm)
			}
		}
	}
}

func judgeSmooth(t *testing.T, l landscape, f *Formula, m *Minimum) {
	t.Helper()
	listed := false
	for _, x := range l.Minimisers {
		listed = listed || math.Hypot(m.X[0]-x[0], m.X[1]-x[1]) < 1e-4
	}
	low, high := eigenvalues2(f, m.X)
	norm := math.Hypot(m.G[0], m.G[1])
	scale := math.Max(math.Abs(low), math.Abs(high))
	kind := optim.Minimum
	switch {
	case scale < 1e-12:
		kind = optim.Flat
	case low < 0 && high > 0:
		kind = optim.Saddle
	case high < 0:
		kind = optim.Maximum
	}
	switch {
	case l.Name == "Beale" && !m.Success() && math.Abs(m.X[0]) > 1000:
		// From (−1, 1.5) downhill leads into a valley that falls for ever towards
		// x = −∞, y = 1; L-BFGS-B, BFGS and CG of SciPy go the same way. The
		// answer must not be called a success, and is not.
	case !m.Success() && !listed && kind == m.Verdict.Kind && norm < 1e-6:
		// A saddle or maximum that is named as such is an honest answer.
	case !m.Success():
		t.Errorf("%s: ended with %s (%s), %s at %v", l.Name, m.Status, m.Reason, m.Verdict.Text, m.X)
	case m.Verdict.Kind != kind:
		t.Errorf("%s at %v: verdict %s, but the eigenvalues are %g and %g", l.Name, m.X, m.Verdict.Kind, low, high)
	case norm > 1e-6*math.Max(1, scale):
		t.Errorf("%s at %v: gradient %g", l.Name, m.X, norm)
	}
}

// eigenvalues2 are those of the Hessian in two variables, from central
// differences of the gradient.
func eigenvalues2(f *Formula, x []float64) (low, high float64) {
	p := f.Problem()
	var h [2][2]float64
	for i := range 2 {
		step := 1e-5 * math.Max(1, math.Abs(x[i]))
		a, b := []float64{x[0], x[1]}, []float64{x[0], x[1]}
		a[i] += step
		b[i] -= step
		ga, gb := make([]float64, 2), make([]float64, 2)
		p.Eval(a, ga)
		p.Eval(b, gb)
		for j := range 2 {
			h[i][j] = (ga[j] - gb[j]) / (2 * step)
		}
	}
	off := (h[0][1] + h[1][0]) / 2
	mid, d := (h[0][0]+h[1][1])/2, math.Hypot((h[0][0]-h[1][1])/2, off)
	return mid - d, mid + d
}
