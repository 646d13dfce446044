package train

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/data"
	"descent/optim"
)

// bend is a table that a small perceptron fits: y = sin(2x) + z/2 and noise.
func bend(t *testing.T, n int) *data.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 2))
	x, z, y := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], z[i] = 3*r.Float64()-1.5, r.NormFloat64()
		y[i] = math.Sin(2*x[i]) + z[i]/2 + 0.1*r.NormFloat64()
	}
	table, err := data.NewTable("bend", data.NumberColumn("x", x), data.NumberColumn("z", z), data.NumberColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// unfit says, for the methods that cannot train a perceptron, what a fit says.
var unfit = map[string]string{
	"frisch-newton": "frisch-newton minimises absolute deviations or quantile losses of a linear model",
}

// TestEveryMethodTrainsAPerceptron: rules in minibatches and in full batches,
// solvers in full batches, with their own settings. Each lowers the loss, or says
// in words why it is not meant for this.
func TestEveryMethodTrainsAPerceptron(t *testing.T) {
	table := bend(t, 256)
	for _, m := range optim.Methods[float64]() {
		batches := []int{FullBatch}
		if m.FirstOrder {
			batches = []int{32, FullBatch}
		}
		for _, batch := range batches {
			epochs := 60
			if batch == FullBatch {
				epochs = 400 // steps
			}
			r, err := Fit(t.Context(), table, Options{Target: "y", Model: "mlp:8:tanh", Method: m.Name, Batch: batch, Epochs: epochs, Validation: NoValidation}, nil)
			if want, no := unfit[m.Name]; no || err != nil {
				if err == nil || want == "" || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v, want an error with %q", m.Name, err, want)
				}
				continue
			}
			t.Logf("%-22s batch %3d: loss %.4f of %.4f, %s", m.Name, batch, r.Loss.Train, r.Loss.Baseline, r.Status)
			if r.Status == optim.Diverged || !(float64(r.Loss.Train) < 0.95*r.Curve[0].Train) {
				t.Errorf("%s, batch %d: %s with loss %v, after the first epoch %v: %s", m.Name, batch, r.Status, r.Loss.Train, r.Curve[0].Train, r.Reason)
			}
		}
	}
}

// TestEverySchedule: each course of the rate goes with batches and epochs of a
// fit, and comes to a finite loss.
func TestEverySchedule(t *testing.T) {
	table := bend(t, 256)
	for _, name := range optim.ScheduleNames() {
		name += map[string]string{"multi-step": ":20,60", "piecewise": ":30=0.5,60=0.1"}[name] // which have no defaults
		r, err := Fit(t.Context(), table, Options{Target: "y", Model: "mlp:8:tanh", Method: "momentum", Batch: 32, Epochs: 12, Schedule: name, Validation: NoValidation}, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%-16s loss %.4f", name, r.Loss.Train)
		if !(r.Loss.Train < r.Loss.Baseline) {
			t.Errorf("%s: loss %v, that of the baseline is %v", name, r.Loss.Train, r.Loss.Baseline)
		}
	}
}
