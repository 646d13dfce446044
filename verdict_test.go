package descent

import (
	"context"
	"testing"

	"descent/optim"
)

// TestVerdicts holds the verdict to what each formula is known to do where the
// run ends: degenerate points beside ordinary curvature, curvature that jumps,
// valleys, rounding far from 0, and more variables than the dense Hessian takes.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		formula string
		start   float64
		want    optim.Kind
		success bool
	}{
		{"x^3 + y^2", 1, optim.Saddle, false},
		{"1e8*x^2 + y^3", 1, optim.Saddle, false},
		{"(x-1)^3 + (y-2)^2", 3, optim.Saddle, false},
		{"x - sin(x)", 1, optim.Saddle, false},
		{"x - sin(x) + y^2", 0.5, optim.Saddle, false},
		{"if(x<0, -(x^2), x^2)", 1, optim.Saddle, false},
		{"sum(i=1..50, x[i]^2) + y^3", 0.5, optim.Saddle, false},
		{"sum(i=1..400, x[i]^2) + y^3", 0.5, optim.Saddle, false},
		{"sum(i=1..400, x[i]^3)", 1, optim.Saddle, false},
		{"sum(i=1..400, x[i]^2) - y^4", 0, optim.Saddle, false},
		{"sum(i=1..400, exp(-x[i]))", 1, optim.Flat, false},
		{"sum(i=1..400, x[i]^4) - y^4", 0, optim.Saddle, false},
		{"sum(i=1..2500, (x[i]-1)^4)", 2, optim.Flat, false},
		{"x^2*y^2", 0.5, optim.Minimum, true},
		{"(x^2-1)^2*(y^2+1)", 0.5, optim.Minimum, true},
		{"(x-1)^2*(y-1)^2 + (z-1)^2", 3, optim.Minimum, true},
		{"sum(i=1..400, (x[i]-1)^4)", 2, optim.Minimum, true},
		{"sum(i=1..400, x[i]^2)^2", 1, optim.Minimum, true},
		{"sum(i=1..2000, i*(x[i]-1)^2)", 3, optim.Minimum, true},
		{"sum(i=1..999, (x[i+1]-x[i])^2) + x[1]^2", 1, optim.Minimum, true},
		{"sum(i=1..999, (x[i+1]-x[i])^2)", 1, optim.Minimum, true},
	} {
		f, err := ParseFormula(c.formula, Inputs{})
		if err != nil {
			t.Fatal(err)
		}
		start := map[string][]float64{}
		for i, v := range f.Variables {
			start[v.Name] = []float64{c.start * (1 + 0.1*float64(i))}
		}
		m, err := f.Minimize(context.Background(), Options{Start: start, Method: "lbfgs"})
		if err != nil {
			t.Fatal(err)
		}
		if m.Verdict.Kind != c.want || m.Success() != c.success {
			t.Errorf("%s ends at value %v: %s (success %v), want %s; %s: %s", c.formula, m.Value, m.Verdict.Kind, m.Success(), c.want, m.Status, m.Verdict.Text)
		}
	}
}

// Rounding leaves a gradient far above the tolerance at 10⁸; the point is the
// minimum all the same, and the run says so.
func TestMinimumAsNearAsRoundingAllows(t *testing.T) {
	m, err := Minimize(context.Background(), "(x-1e8)^2", Options{Start: map[string][]float64{"x": {1}}, Method: "gd", Rate: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	if !m.Success() || m.Verdict.Kind != optim.Minimum || m.Verdict.GradNorm < 1e-8 {
		t.Errorf("%s, %s: %s", m.Status, m.Reason, m.Verdict.Text)
	}
}

// A steep slope that ends at the edge of the domain is neither a maximum nor a
// minimum, however large the curvature is there.
func TestNoVerdictOnASteepEdge(t *testing.T) {
	for _, formula := range []string{"asin(x)", "-asin(x)", "x - sin(x)"} {
		f, err := ParseFormula(formula, Inputs{})
		if err != nil {
			t.Fatal(err)
		}
		p := f.Problem()
		for _, x := range []float64{-0.9999999999999999, 0.9999999999999999, -8.56326e17} {
			if v := optim.Judge(&p, []float64{x}, 0); v.Kind != optim.Unknown {
				t.Errorf("%s at %v: %s", formula, x, v.Text)
			}
		}
	}
}

// The smallest eigenvalue of many variables is right, where Lanczos alone does
// not reach it.
func TestSmallestEigenvalueOfManyVariables(t *testing.T) {
	f, err := ParseFormula("sum(i=1..1000, i^2*(x[i]-1)^2)", Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	p, x := f.Problem(), make([]float64, 1000)
	for i := range x {
		x[i] = 1
	}
	v := optim.Judge(&p, x, 0)
	if v.Kind != optim.Minimum || v.Eigenvalues[0] < 1.99 || v.Eigenvalues[0] > 2.01 || v.Eigenvalues[1] < 1.99e6 || v.Eigenvalues[1] > 2.01e6 {
		t.Errorf("%s, eigenvalues %v, want 2 to 2e6", v.Text, v.Eigenvalues)
	}
}
