package train

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"descent/data"
	"descent/optim"
)

// TestWhitenedFit: on many rows of correlated features a fit takes few steps to
// the same optimum as Newton's method, with the same bits on any number of threads.
func TestWhitenedFit(t *testing.T) {
	const rows, features = manyRows + 100, 6
	rng := rand.New(rand.NewPCG(8, 9))
	columns := make([][]float64, features+1)
	for i := range columns {
		columns[i] = make([]float64, rows)
	}
	for i := range rows {
		common, odds := rng.NormFloat64(), -0.5
		for j := range features {
			columns[j][i] = 3*common + rng.NormFloat64()/float64(1+j)
			odds += (float64(j) - 2.5) * columns[j][i] / 2
		}
		if rng.Float64() < 1/(1+math.Exp(-odds)) {
			columns[features][i] = 1
		}
	}
	var list []*data.Column
	for i, v := range columns {
		list = append(list, data.NumberColumn(string(rune('a'+i)), v))
	}
	table, err := data.NewTable("correlated", list...)
	if err != nil {
		t.Fatal(err)
	}
	fit := func(method string, threads int) *Result {
		r, err := Fit(context.Background(), table, Options{Target: "g", Model: "logistic", Validation: -1, L2: 1e-6, Method: method, Threads: threads}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != optim.Converged {
			t.Fatalf("%s: %v: %s", method, r.Status, r.Reason)
		}
		return r
	}
	r, again, newton := fit("lbfgs", 1), fit("lbfgs", 2), fit("newton", 2)
	if r.Steps > 14 {
		t.Errorf("%d steps", r.Steps)
	}
	for i, w := range r.Model.Weights {
		if math.Abs(w-newton.Model.Weights[i]) > 1e-5*(1+math.Abs(w)) {
			t.Errorf("weight %d: %v, Newton's method finds %v", i, w, newton.Model.Weights[i])
		}
		if w != again.Model.Weights[i] {
			t.Errorf("weight %d: %v on one thread, %v on two", i, w, again.Model.Weights[i])
		}
	}
}
