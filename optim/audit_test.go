package optim

import (
	"math"
	"testing"
)

// The first step of gradient descent with rate 0.1 on x²+xy+y² from (3,−2), by
// hand: g = (4,−1), u = (−0.4,0.1), the tangent promises 0.1·17 = 1.7, the value
// falls from 7 to 5.43.
func TestAuditOfOneStep(t *testing.T) {
	run, err := Start(bowl(), []float64{3, -2}, gd(0.1))
	if err != nil {
		t.Fatal(err)
	}
	audit := NewAudit(run.State())
	run.Next(t.Context())
	r := audit.Observe(run.State())
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"value", r.Value, 7}, {"gradient", r.Gradient[0], 4}, {"gradient", r.Gradient[1], -1},
		{"gradient norm", r.GradNorm, math.Sqrt(17)}, {"step norm", r.StepNorm, 0.1 * math.Sqrt(17)},
		{"step", r.Step[0], -0.4}, {"step", r.Step[1], 0.1}, {"rate", r.Rate, 0.1},
		{"predicted", r.Predicted, 1.7}, {"actual", r.Actual, 7 - 5.43}, {"ratio", r.Ratio, 1.57 / 1.7}, {"angle", r.Angle, 180}, {"cosine", r.Cosine, -1},
		{"from", r.From[0], 3}, {"from", r.From[1], -2},
	} {
		if math.Abs(c.got-c.want) > 1e-6*max(1, math.Abs(c.want)) {
			t.Errorf("%s is %v, want %v", c.what, c.got, c.want)
		}
	}
	run.Next(t.Context())
	if r := audit.Observe(run.State()); r.Iter != 2 || math.Abs(r.Value-5.43) > 1e-12 || math.Abs(r.From[0]-2.6) > 1e-15 {
		t.Errorf("second row: %+v", r)
	}
}

// A step with momentum leaves the gradient's line; one with batches has no
// actual decrease.
func TestAuditOfOtherSteps(t *testing.T) {
	run, err := Start(bowl(), []float64{3, -2}, &FirstOrder[float64]{Rule: &Momentum[float64]{Rate: 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	audit := NewAudit(run.State())
	run.Next(t.Context())
	audit.Observe(run.State())
	run.Next(t.Context())
	if r := audit.Observe(run.State()); !(r.Angle > 90 && r.Angle < 179.9) {
		t.Errorf("angle of a momentum step: %v", r.Angle)
	}
	batches := given(1, func(step int, g []float64) { g[0] = float64(step + 2) })
	if run, err = Start(batches, []float64{0}, gd(0.5)); err != nil {
		t.Fatal(err)
	}
	a := NewAudit(run.State())
	for want := 2.0; want < 5; want++ {
		run.Next(t.Context())
		if r := a.Observe(run.State()); r.Gradient[0] != want || r.Predicted != want*want/2 || !math.IsNaN(r.Actual) || r.Angle != 180 {
			t.Errorf("row with batches: %+v", r)
		}
	}
}

// The account of a run has a row for each step, and its parts agree.
func TestAuditedRun(t *testing.T) {
	run, err := Start(bowl(), []float64{3, -2}, &FirstOrder[float64]{Rule: &Momentum[float64]{Rate: 0.1}}, MaxIter[float64](30))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for s, row := range run.Audited(t.Context()) {
		if seen++; row.Iter != seen || s.Iter != seen {
			t.Fatalf("row %d is of step %d", seen, row.Iter)
		}
		if want := -row.GradNorm * row.StepNorm * row.Cosine; math.Abs(row.Predicted-want) > 1e-12*math.Abs(want) || row.Actual != row.Value-s.F {
			t.Errorf("step %d: predicted %v, −|g||u| cos β = %v; actual %v", seen, row.Predicted, want, row.Actual)
		}
	}
	if seen != 30 {
		t.Errorf("%d rows", seen)
	}
}
