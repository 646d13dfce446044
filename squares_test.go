package descent

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestResiduals: half the scaled sum of the squares is the formula, and Jᵀ·r its
// gradient, in every way of writing a sum of squares.
func TestResiduals(t *testing.T) {
	columns := map[string][]float64{"t": {1, 2, 3, 4}, "y": {2, 1, 4, 3}}
	for _, c := range []struct {
		formula string
		count   int // of residuals
		scale   float64
	}{
		{"(1-x)^2 + 100*(z-x^2)^2", 2, 2},
		{"((1-x)^2 + (z-x^2)^2)/2", 2, 1},
		{"0.5*sum(i=1..9, (x[i+1]-x[i])^2) + x[1]^4", 10, 2},
		{"mean((y - a*exp(-b*t))^2)", 4, 0.5},
		{"sum(i=1..5, i*(x[i]-1)^2 + x[i]^4/i) + 3", 11, 2},
		{"norm2(x - [1,2,3])^2", 3, 2},
		{"a = sum(i=1..3, (x[i]-i)^2); 1e-5*a + (sum(i=1..3, x[i]^2) - 1)^2", 4, 2},
		{"sum(i=1..3, sum(j=1..i, (x[i] - 2*x[j] + 1)^2))", 6, 2},
		{"sum(i=1..4, if(i > 1, (x[i] - x[i-1])^2, x[1]^2))", 4, 2},
		{"x^2*z^2 + (x*z)*(x*z) + (x - 1)^2/z^2", 3, 2},
		{"sum(i=1..2, (sum(j=1..3, W[i,j]*x[j]) - i)^2) + 0.1*sum(W^2)", 8, 2},
		{"sum(i=1..2, (x[i]-1)^2 + z^2) + 4*z^2", 4, 2},
		{"mean(i=1..4, mean(j=1..3, (x[i] - j)^2))", 12, 2. / 12},
	} {
		in := Inputs{}
		if strings.Contains(c.formula, "y -") {
			in.Columns = columns
		}
		if strings.Contains(c.formula, "norm2") {
			in.Lengths = map[string]int{"x": 3}
		}
		f, err := ParseFormula(c.formula, in)
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Residuals()
		if err != nil {
			t.Errorf("%s: %v", c.formula, err)
			continue
		}
		p := f.Problem()
		rng := rand.New(rand.NewPCG(1, 2))
		x, g, v, jr := make([]float64, p.Dim), make([]float64, p.Dim), make([]float64, r.Len), make([]float64, p.Dim)
		for range 5 {
			for i := range x {
				x[i] = rng.NormFloat64()
			}
			want, err := p.Eval(x, g)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Eval(x, v); err != nil {
				t.Fatal(err)
			}
			if err := r.VJP(x, v, jr); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, e := range v {
				sum += r.Scale / 2 * e * e
			}
			if math.Abs(sum-want) > 1e-12*want {
				t.Errorf("%s is %v, its squares give %v", c.formula, want, sum)
			}
			for i := range g {
				if math.Abs(r.Scale*jr[i]-g[i]) > 1e-10*(1+math.Abs(g[i])) {
					t.Errorf("%s: derivative %d is %v, its squares give %v", c.formula, i, g[i], r.Scale*jr[i])
				}
			}
		}
		if r.Len != c.count || math.Abs(r.Scale-c.scale) > 1e-15 {
			t.Errorf("%s has %d residuals and the scale %v, want %d and %v", c.formula, r.Len, r.Scale, c.count, c.scale)
		}
	}
}

// TestNoResiduals: what is no sum of squares is named.
func TestNoResiduals(t *testing.T) {
	for formula, want := range map[string]string{
		"x^2 + x*y + y^2":          "found x*y;",
		"x^2 - y^2":                "found x^2 - y^2;",
		"exp(x) + x^2":             "found exp(x);",
		"-2*x^2 + y^2":             "found -2*x^2;",
		"x^3 + y^2":                "found x^3;",
		"y^2 - 1":                  "found y^2 - 1;",
		"sum(i=1..9, x[i+1]*x[i])": "under a sum over an index there is a term that is none",
		"prod(i=1..9, x[i]^2 + 1)": "not visibly a sum of squares",
		"sum(i=1..2000, j=1..1000, (x[i]-x[j])^2)": "a method for sums of squares holds it whole",
	} {
		f, err := ParseFormula(formula, Inputs{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Residuals(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", formula, err, want)
		}
		for _, method := range []string{"lm", "gauss-newton"} {
			if _, err := f.Minimize(context.Background(), Options{Method: method}); err == nil {
				t.Errorf("%s takes %s", method, formula)
			}
		}
	}
}
