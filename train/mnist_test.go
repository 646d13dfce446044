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
// 60,000 images, and its accuracy on the test images.
func TestMNISTSoftmax(t *testing.T) {
	r, err := Fit(context.Background(), mnist(t, "train-images-idx3-ubyte.gz"), Options{
		Target: "label", Model: "softmax", L2: 1e-4, Validation: NoValidation, GradTol: 1e-4,
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
	if gap := got/want.Objective - 1; !(math.Abs(gap) < 1e-4) {
		t.Errorf("objective %.9g, optimum %.9g, gap %.1e: %s", got, want.Objective, gap, r.Reason)
	}
	t.Logf("%s in %.1f s, objective %.9g", r.Reason, r.Seconds, got)
	e, err := r.Model.Evaluate(mnist(t, "t10k-images-idx3-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := e.Metrics.Get("accuracy"); math.Abs(a-0.9263) > 0.001 {
		t.Errorf("test accuracy %v, the reference has 0.9263", a)
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
