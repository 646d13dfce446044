package descent

import (
	"context"
	"strings"
	"testing"

	"descent/optim"
)

// Where the chosen method ends at a saddle, Newton's finds the minimum; the
// result says so, and has the first run.
func TestSecondMethodLeavesSaddle(t *testing.T) {
	seen := 0
	o := Options{Start: map[string][]float64{"x": {1}, "y": {0}}, Observe: func(*optim.State[float64]) { seen++ }}
	m, err := Minimize(context.Background(), "x^2 - y^2 + y^4/4", o)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Success() || m.Method != "newton" || m.Value > -1+1e-9 || !strings.Contains(m.Chosen, "lbfgs found no minimum but a saddle after") {
		t.Errorf("%s (%s): %s at %v, %s", m.Method, m.Chosen, m.Reason, m.X, m.Verdict.Text)
	}
	if b := m.Before; b == nil || b.Method != "lbfgs" || b.Verdict.Kind != optim.Saddle || seen != b.Steps+1 {
		t.Errorf("the first run: %+v, of which %d points were seen", b, seen)
	}
}

// The first answer stands where Newton's method fares no better, where another
// method was asked for, and where the steps allowed are few.
func TestFirstAnswerStands(t *testing.T) {
	start := map[string][]float64{"x": {1}, "y": {0}}
	for _, c := range []struct {
		formula string
		o       Options
		method  string
	}{
		{"x^2 - y^2", Options{Start: start}, "lbfgs"}, // no minimum to be found
		{"x^2 - y^2 + y^4/4", Options{Start: start, Method: "lbfgs"}, "lbfgs"},
		{"x^2 + y^2", Options{Start: start}, "lbfgs"},
		{"(1-x)^2 + 100*(y-x^2)^2 + 0*y", Options{Start: start, MaxIter: 3}, "lbfgs"},
	} {
		m, err := Minimize(context.Background(), c.formula, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if m.Method != c.method || m.Before != nil || c.o.MaxIter > 0 && m.Steps > c.o.MaxIter {
			t.Errorf("%s with %+v: %s, %d steps, %s", c.formula, c.o, m.Method, m.Steps, m.Reason)
		}
	}
}

// Where two methods fail, the last one tried has all the steps that are left; a
// value that falls without bound is said to, and not that steps ran out.
func TestTwoMethodsFail(t *testing.T) {
	start := map[string][]float64{"x": {1}, "y": {-3}}
	m, err := Minimize(context.Background(), "1e-6*max(x,y)", Options{Start: start, MaxIter: 3000})
	if err != nil {
		t.Fatal(err)
	}
	if m.Success() || m.Method != "lbfgs" || m.Steps != 2500 || !strings.Contains(m.Reason, "newton, tried from the same start for 500 steps, found no minimum either") {
		t.Errorf("%s after %d steps: %s", m.Method, m.Steps, m.Reason)
	}
	for _, formula := range []string{"max(x,y)", "x+y", "abs(x)-2*y", "max(x, 2*y, x+y)"} {
		m, err := Minimize(context.Background(), formula, Options{Start: start})
		if err != nil {
			t.Fatal(err)
		}
		if m.Status != optim.Diverged || m.Steps > 300 || !strings.Contains(m.Reason, "the value falls without bound") {
			t.Errorf("%s: %s after %d steps: %s", formula, m.Status, m.Steps, m.Reason)
		}
	}
	// A method whose steps do not grow runs out of them, but the verdict knows.
	m, err = Minimize(context.Background(), "x+y", Options{Start: start, Method: "adam", MaxIter: 50})
	if err != nil {
		t.Fatal(err)
	}
	if m.Status != optim.Budget || !strings.Contains(m.Verdict.Text, "against it the value falls on and on") {
		t.Errorf("%s: %s", m.Reason, m.Verdict.Text)
	}
}
