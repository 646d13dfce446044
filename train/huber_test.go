package train

import (
	"context"
	"testing"

	"descent/data"
	"descent/optim"
)

// TestHuberOfLargeTargets: where delta is nothing beside the target no row is steep,
// and a fit that has not begun must not take that for the end.
func TestHuberOfLargeTargets(t *testing.T) {
	const rows = 500
	x, y := make([]float64, rows), make([]float64, rows)
	for i := range rows {
		x[i] = float64(i%97) / 97
		y[i] = 1e10 * (3*x[i] - 1)
	}
	table, err := data.NewTable("large", data.NumberColumn("x", x), data.NumberColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Fit(context.Background(), table, Options{Target: "y", Model: "linear", Loss: "huber", Method: "lbfgs", Validation: NoValidation}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status == optim.Converged && r.Loss.Train > 1 || r.Loss.Train > 1e3 {
		t.Errorf("%v after %d steps: %s; loss %v", r.Status, r.Steps, r.Reason, r.Loss.Train)
	}
}
