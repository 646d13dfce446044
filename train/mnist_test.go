package train

import (
	"context"
	"math"
	"testing"

	"descent/data"
	"descent/internal/reference"
)

func mnist(t *testing.T, images string) *data.Table {
	t.Helper()
	table, err := data.Read(reference.Path(t, "mnist", images), data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestMNISTSoftmax reaches the optimum of regularised softmax regression on all
// 60,000 images to 1e-8, and the accuracies of the reference. A memory of 60
// pairs halves the passes over the images.
func TestMNISTSoftmax(t *testing.T) {
	r, err := Fit(context.Background(), mnist(t, "train-images-idx3-ubyte.gz"), Options{
		Target: "label", Model: "softmax", L2: 1e-4, Validation: NoValidation, GradTol: 2e-6,
		Method: "lbfgs", Settings: map[string]float64{"memory": 60},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var want *optimum
	for _, p := range optima(t) {
		if p.Name == "mnist" {
			want = p
		}
	}
	got := float64(r.Loss.Objective)
	gap := got/want.Objective - 1
	if !(math.Abs(gap) < 1e-8) {
		t.Errorf("objective %.12g, optimum %.12g, gap %.1e: %s", got, want.Objective, gap, r.Reason)
	}
	t.Logf("%s in %.1f s, gap %.1e", r.Reason, r.Seconds, gap)
	if a, _ := r.Metrics.Get("accuracy"); math.Abs(a-want.TrainAccuracy) > 5e-5 {
		t.Errorf("training accuracy %v, the reference has %v", a, want.TrainAccuracy)
	}
	e, err := r.Model.Evaluate(mnist(t, "t10k-images-idx3-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := e.Metrics.Get("accuracy"); math.Abs(a-0.9263) > 1e-4 {
		t.Errorf("test accuracy %v, the reference has 0.9263", a)
	}
	if math.Abs(float64(e.Loss)-0.26311302274702386) > 1e-5 {
		t.Errorf("test loss %v, the reference has 0.263113", e.Loss)
	}
}

// TestMNISTNetwork trains one hidden layer with nothing chosen but its size and
// the number of epochs.
func TestMNISTNetwork(t *testing.T) {
	r, err := Fit(context.Background(), mnist(t, "train-images-idx3-ubyte.gz"), Options{
		Target: "label", Model: "mlp:128", Epochs: 0,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := r.Model.Evaluate(mnist(t, "t10k-images-idx3-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := e.Metrics.Get("accuracy")
	t.Logf("%s, %.1f s, %.0f rows a second, test accuracy %v", r.Reason, r.Seconds, r.RowsPerSecond, a)
	if a < 0.975 {
		t.Errorf("test accuracy %v, want 0.975", a)
	}
}
