package train

import (
	"math"
	"strings"
	"testing"

	"descent/loss"
)

// A fit in an average validates and keeps the average, without being told: its
// curve and its weights are those of the points that a fit without it walked.
func TestAveragesAreValidatedAndKept(t *testing.T) {
	table := waves(t, 300)
	base := Options{Target: "y", Model: "linear", Method: "gd", Batch: 50, Rate: 0.3, Epochs: 12, Patience: NoPatience, Validation: 0.2}
	plain := mustFit(t, table, base)
	averaged := base
	averaged.Wrap = "mean:after=0"
	mean := mustFit(t, table, averaged)
	if got, want := mean.Curve[0].Step, plain.Curve[0].Step; got != want {
		t.Fatalf("an epoch has %d steps, without the average %d", got, want)
	}
	// Steps of the mean: the sum over the fits that stop after 1, 2, … steps.
	sum, n := map[string]float64{}, mean.Steps
	for epochs := 1; epochs <= base.Epochs; epochs++ {
		o := averaged
		o.Epochs = epochs
		r := mustFit(t, table, o)
		if got, want := float64(r.Loss.Validation), r.Curve[len(r.Curve)-1].Validation; math.Abs(got-want) > 1e-12*(1+want) {
			t.Errorf("the saved model has validation loss %v, the log of its last epoch %v", got, want)
		}
	}
	walked := func(steps int) map[string]float64 { // by full fits of one batch, so that epochs count steps
		o := base
		o.Validation, o.Batch, o.Epochs = NoValidation, FullBatch, steps
		return mustFit(t, table, o).Weights
	}
	o := averaged
	o.Validation, o.Batch, o.Epochs = NoValidation, FullBatch, 6
	r := mustFit(t, table, o)
	for steps := 1; steps <= 6; steps++ {
		for name, w := range walked(steps) {
			sum[name] += w / 6
		}
	}
	for name, w := range r.Weights {
		if math.Abs(w-sum[name]) > 1e-12 {
			t.Errorf("%s is %v, the mean over the way %v (%d steps before)", name, w, sum[name], n)
		}
	}
}

func TestAccumulatedBatches(t *testing.T) {
	table := waves(t, 320)
	o := Options{Target: "y", Model: "linear", Method: "momentum", Batch: 40, Rate: 0.1, Epochs: 4, Patience: NoPatience, Validation: NoValidation}
	small := o
	small.Batch, small.Accumulate = 10, 4
	a, b := mustFit(t, table, o), mustFit(t, table, small)
	if a.Steps != b.Steps || a.Epochs != b.Epochs || len(a.Curve) != len(b.Curve) {
		t.Errorf("%d steps in %d epochs, accumulated %d in %d", a.Steps, a.Epochs, b.Steps, b.Epochs)
	}
	for name, w := range a.Weights { // 40 rows together or ten at a time
		if math.Abs(w-b.Weights[name]) > 1e-12 {
			t.Errorf("%s is %v, accumulated %v", name, w, b.Weights[name])
		}
	}
}

func TestGradientCheckOfAFit(t *testing.T) {
	for _, o := range []Options{
		{Target: "y", Model: "mlp:6:tanh", Epochs: 2}, {Target: "y", Model: "linear"}, {Target: "y", Model: "a*sin(b*x)+c", Start: map[string]float64{"b": 2}},
	} {
		o.CheckGradient = true
		r := mustFit(t, waves(t, 200), o)
		if !strings.Contains(strings.Join(r.Notes, "\n"), "the gradient agrees with differences") {
			t.Errorf("%s: %v", o.Model, r.Notes)
		}
	}
}

// Every loss fits a table that suits it, better than its baseline does.
func TestEveryLossFits(t *testing.T) {
	cars, birds := sample(t, "mpg"), sample(t, "penguins")
	for _, name := range loss.Names() {
		l, err := loss.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Target: "mpg", Features: []string{"weight", "horsepower"}, Model: "mlp:4:tanh", Loss: name, Method: "adam", Rate: 0.01, Epochs: 150}
		table := cars
		switch {
		case l.Link() == loss.Softmax:
			table, o.Target, o.Features = birds, "species", []string{"bill_length_mm", "bill_depth_mm"}
		case l.Classes():
			table, o.Target, o.Features = birds, "sex", []string{"bill_depth_mm", "body_mass_g"}
		}
		r := mustFit(t, table, o)
		if !(r.Loss.Validation < r.Loss.Baseline) {
			t.Errorf("%s: %v on validation rows, the baseline has %v (%s)", name, r.Loss.Validation, r.Loss.Baseline, r.Reason)
		}
	}
}
