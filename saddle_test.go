package descent

import (
	"context"
	"math"
	"testing"

	"descent/optim"
)

// Newton's methods leave saddles and maxima, also where they start at one and
// the gradient is exactly zero there, and end in a minimum of the value known.
func TestNewtonLeavesSaddles(t *testing.T) {
	for _, c := range []struct {
		formula string
		start   map[string][]float64
		least   float64
	}{
		{"x^2 - y^2 + y^4/4", map[string][]float64{"x": {1}, "y": {0}}, -1},
		{"x^2 - y^2 + y^4/4", map[string][]float64{"x": {0}, "y": {0}}, -1},
		{"x^3 - 3*x*y^2 + x^4 + y^4", map[string][]float64{"x": {0}, "y": {0}}, math.NaN()}, // a monkey saddle
		{"-cos(x) - cos(y)", map[string][]float64{"x": {math.Pi}, "y": {0}}, -2},
		{"(x^2 + y^2 - 1)^2 + x", map[string][]float64{"x": {0}, "y": {0}}, math.NaN()},
		{"(x^2 - 1)^2 + (y^2 - 1)^2", map[string][]float64{"x": {0}, "y": {0}}, 0}, // a maximum
		{"x*y + (x^2 + y^2)^2", map[string][]float64{"x": {0}, "y": {0}}, -1.0 / 16},
		{"sum(i=1..400, (x[i]^2 - 1)^2)", map[string][]float64{"x": {0}}, 0},
		{"sum(i=1..300, x[i]^2) + y^4/4 - y^2", map[string][]float64{"x": {1}, "y": {0}}, -1},
	} {
		for _, method := range []string{"newton", "newton-line"} {
			m, err := Minimize(context.Background(), c.formula, Options{Start: c.start, Method: method})
			if err != nil {
				t.Fatal(err)
			}
			if !m.Success() || m.Verdict.Kind != optim.Minimum || math.Abs(m.Value-c.least) > 1e-9 {
				t.Errorf("%s from %v by %s: %s; %s; value %v", c.formula, c.start, method, m.Reason, m.Verdict.Text, m.Value)
			}
		}
	}
}

// Where the value falls for ever from a saddle, that is said instead.
func TestNewtonFallsFromASaddleWithoutMinimum(t *testing.T) {
	for _, formula := range []string{"x^2 - y^2", "x^3", "x^3 - 3*x*y^2"} {
		f, err := ParseFormula(formula, Inputs{})
		if err != nil {
			t.Fatal(err)
		}
		start := map[string][]float64{"x": {0}, "y": {0}}
		if f.Dim() == 1 {
			delete(start, "y")
		}
		m, err := f.Minimize(context.Background(), Options{Start: start, Method: "newton"})
		if err != nil {
			t.Fatal(err)
		}
		if m.Success() || m.Status != optim.Diverged {
			t.Errorf("%s: %s: %s", formula, m.Status, m.Reason)
		}
	}
}
