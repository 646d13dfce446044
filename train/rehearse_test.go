package train

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"descent/data"
	"descent/optim"
)

// TestRehearsedFit: on many rows of correlated features a fit begins near its end,
// and takes few steps to the same optimum as Newton's method, with the same bits on any number of threads.
func TestRehearsedFit(t *testing.T) {
	const features = 6
	rows := manyRows + 100
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
	if r.Steps > 7 {
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

// TestRehearsalIsSafe: a fit that was rehearsed ends where one without ends, for
// every loss with a minimum, on rows in order, with a feature that the few rows do
// not show, and where these lie apart.
func TestRehearsalIsSafe(t *testing.T) {
	defer func(n, few int) { manyRows, rehearsalRows = n, few }(manyRows, rehearsalRows)
	rehearsalRows = 300
	const rows = 6000
	rng := rand.New(rand.NewPCG(4, 2))
	a, b, rare, count, class, apart := make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows)
	for i := range rows {
		a[i] = 40 * float64(i) / rows // in ascending order
		b[i] = rng.NormFloat64()
		if i%1000 == 517 {
			rare[i] = 1
		}
		mean := a[i]/20 + b[i]/2 + rare[i]
		count[i] = math.Round(math.Exp(mean) * rng.ExpFloat64())
		if mean+rng.NormFloat64() > 1 {
			class[i] = 1
		}
		if a[i] > 20 {
			apart[i] = 1
		}
	}
	table, err := data.NewTable("ascending", data.NumberColumn("a", a), data.NumberColumn("b", b), data.NumberColumn("rare", rare),
		data.NumberColumn("count", count), data.NumberColumn("class", class), data.NumberColumn("apart", apart))
	if err != nil {
		t.Fatal(err)
	}
	var taken, former int
	for _, c := range []struct {
		target, loss string
		l2           float64
		model        string
	}{
		{"count", "poisson", 0, "poisson"}, {"count", "poisson", 1e-3, "poisson"}, {"count", "tweedie", 0, "poisson"}, {"count", "huber", 1e-4, "linear"}, {"count", "log-cosh", 1e-4, "linear"},
		{"count", "mse", 1e-2, "linear"}, {"count", "expectile:0.8", 1e-4, "linear"}, {"class", "logistic", 0, "logistic"}, {"class", "logistic", 1e-2, "logistic"},
		{"class", "squared-hinge", 1e-4, "logistic"}, {"class", "modified-huber", 1e-4, "logistic"}, {"class", "focal", 1e-3, "logistic"}, {"apart", "logistic", 1e-9, "logistic"}, {"apart", "squared-hinge", 1e-6, "logistic"},
	} {
		for _, features := range [][]string{{"a", "b"}, {"a", "b", "rare"}} {
			fit := func(from int) *Result {
				manyRows = from
				r, err := Fit(context.Background(), table, Options{Target: c.target, Features: features, Loss: c.loss, Model: c.model, L2: c.l2, Method: "lbfgs", Validation: -1}, nil)
				if err != nil {
					t.Fatalf("%s of %s: %v", c.loss, c.target, err)
				}
				return r
			}
			with, without := fit(1000), fit(rows+1)
			if with.Status != without.Status {
				t.Errorf("%s of %s: %v (%s), without a rehearsal %v (%s)", c.loss, c.target, with.Status, with.Reason, without.Status, without.Reason)
			}
			if d := with.Loss.Objective - without.Loss.Objective; !(float64(d) <= 1e-9*(1+math.Abs(float64(without.Loss.Objective)))) {
				t.Errorf("%s of %s: ends at %v, without a rehearsal at %v", c.loss, c.target, with.Loss.Objective, without.Loss.Objective)
			}
			taken, former = taken+with.Steps, former+without.Steps
		}
	}
	if taken >= former {
		t.Errorf("%d steps after rehearsals, %d without", taken, former)
	}
}
