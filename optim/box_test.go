package optim

import (
	"math"
	"strings"
	"testing"
)

// boxed is x² + xy + y² within bounds.
func boxed(low, high []float64) Problem[float64] {
	p := bowl()
	p.Bounds = &Box[float64]{Lower: low, Upper: high}
	return p
}

func TestBoundsAreChecked(t *testing.T) {
	gd := &FirstOrder[float64]{Rule: &GD[float64]{Rate: 0.1}}
	inf := math.Inf(1)
	for _, c := range []struct {
		low, high []float64
		solver    Solver[float64]
		says      string
	}{
		{[]float64{1}, nil, gd, "1 lower bounds for 2 parameters"},
		{[]float64{5, 0}, []float64{4, 9}, gd, "5 to 4; the lower one must be a number below the upper one"},
		{[]float64{math.NaN(), 0}, nil, gd, "NaN to +Inf"},
		{[]float64{inf, 0}, nil, gd, "+Inf to +Inf"},
		{[]float64{4, -9}, nil, gd, "= 3 lies outside its bounds, 4 to +Inf; start within them"},
		{[]float64{0, -9}, nil, &LBFGS[float64]{}, "lbfgs cannot keep bounds"},
	} {
		_, err := Start(boxed(c.low, c.high), []float64{3, -2}, c.solver)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v to %v: %v, want …%s…", c.low, c.high, err, c.says)
		}
	}
}

// Every first-order rule stays within bounds and finds the minimum there.
func TestRulesAreProjected(t *testing.T) {
	for _, m := range Methods[float64]() {
		if !m.FirstOrder {
			continue
		}
		set := map[string]float64{}
		if m.Name == "adagrad" {
			set["rate"] = 0.5 // its rates fall fast
		}
		s, err := m.NewSolver(set)
		if err != nil {
			t.Fatal(err)
		}
		run, err := Start(boxed([]float64{1, -4}, []float64{3, 4}), []float64{3, -2}, s, MaxIter[float64](20000))
		if err != nil {
			t.Fatal(err)
		}
		for st := range run.All(t.Context()) {
			if st.X[0] < 1 || st.X[0] > 3 {
				t.Fatalf("%s left the bounds: %v", m.Name, st.X)
			}
		}
		if m.Name == "dadapt-adamw" {
			continue // its estimate counts on a gradient that vanishes, and grows without end
		}
		if x := run.Result().X; x[0] != 1 || math.Abs(x[1]+0.5) > 1e-3 {
			t.Errorf("%s ended at %v, the minimum is (1, −½): %s", m.Name, x, run.Result().Text)
		}
	}
}
