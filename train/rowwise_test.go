package train

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/optim"
)

// rareFeatures are rows of 4 features out of 2,000, whose target is a sum over
// them, and a class by its sign.
func rareFeatures(t *testing.T) *data.Table {
	t.Helper()
	const n, features = 1500, 2000
	m := data.NewCSR[float64](features, n, 4*n)
	number, class := make([]float64, n), make([]float64, n)
	for i := range n {
		sum := 0.0
		for k := range 4 {
			j := 500*k + (i*(7+2*k)+i*i*k)%499
			v := 1 + math.Sin(float64(i+k))/2
			m.Add(j, v)
			sum += v * math.Sin(float64(j))
		}
		m.EndRow()
		number[i] = sum
		if sum > 0 {
			class[i] = 1
		}
	}
	table, err := data.NewTable("made", data.NumberColumn("number", number), data.NumberColumn("class", class), data.SparseColumn("features", m))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestByRowsLikeDense: batches that update only the features they have take the
// steps of those that update all, where the rule leaves absent ones alone.
func TestByRowsLikeDense(t *testing.T) {
	table := rareFeatures(t)
	for _, c := range []struct{ target, model, method string }{
		{"class", "logistic", "sgd"}, {"class", "softmax", "adagrad"}, {"number", "linear", "ftrl"}, {"class", "mlp:8", "sgd"}, {"number", "mlp:8,4", "adagrad"},
	} {
		o := Options{Target: c.target, Model: c.model, Features: []string{"features"}, Method: c.method, Rate: 0.05, Batch: 16, L2: NoPenalty, Epochs: 2, Validation: NoValidation, Seed: 1}
		rows := mustFit(t, table, o)
		o.SkipBatches = 1 // which steps by rows do not heed
		dense := mustFit(t, table, o)
		if !strings.Contains(rows.Method, "only") || strings.Contains(dense.Method, "only") {
			t.Errorf("%+v: %s and %s", c, rows.Method, dense.Method)
		}
		for i, w := range dense.Model.Weights {
			if math.Abs(rows.Model.Weights[i]-w) > 1e-4*(1e-2+math.Abs(w)) {
				t.Errorf("%+v: weight %d is %v, dense %v", c, i, rows.Model.Weights[i], w)
				break
			}
		}
		if rows.Steps != dense.Steps || !(lossOn(rows) < rows.Loss.Baseline) {
			t.Errorf("%+v: %d and %d steps, loss %v, baseline %v", c, rows.Steps, dense.Steps, lossOn(rows), rows.Loss.Baseline)
		}
	}
}

// TestByRowsSameBits: the bits depend neither on the threads nor on a pause.
func TestByRowsSameBits(t *testing.T) {
	table := rareFeatures(t)
	for _, o := range []Options{
		{Target: "class", Model: "mlp:8:dropout=0.2", L2: 1e-4, L1: 1e-5},
		{Target: "number", Model: "mlp:8", Method: "adamw", Schedule: "cosine", Clip: 1},
		{Target: "class", Model: "logistic", Method: "adagrad", L2: 1e-3},
	} {
		if o.Method == "" {
			o.Method = "adam"
		}
		o.Features, o.Batch, o.Epochs, o.Seed, o.Checkpoints = []string{"features"}, 16, 3, 1, Checkpoints{Steps: 50}
		var whole *Result
		for _, threads := range []int{1, 2} {
			o.Threads = threads
			r := mustFit(t, table, o)
			if whole == nil {
				whole = r
			}
			if !slices.Equal(whole.Model.Weights, r.Model.Weights) || !strings.Contains(r.Method, "only") {
				t.Errorf("%s: %d threads give other weights (%s)", o.Model, threads, r.Method)
			}
		}
		o.Dir = filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(t.Context())
		r, err := Fit(ctx, table, o, func(p Progress) {
			if p.Step == 120 {
				cancel()
			}
		})
		cancel()
		if err != nil || r.Status != optim.Interrupted {
			t.Fatalf("%s: not interrupted: %v, %v", o.Model, r, err)
		}
		o.Resume = true
		if resumed := mustFit(t, table, o); !slices.Equal(whole.Model.Weights, resumed.Model.Weights) {
			t.Errorf("%s: the resumed fit has other weights", o.Model)
		}
	}
}

// TestByRowsDiverges: a rate that is far too high is named, and what is kept is
// finite.
func TestByRowsDiverges(t *testing.T) {
	r := mustFit(t, rareFeatures(t), Options{Target: "number", Model: "linear", Features: []string{"features"}, Method: "sgd", Rate: 1e6, Batch: 16, Epochs: 50, Seed: 1})
	if r.Status != optim.Diverged {
		t.Fatalf("%v: %s", r.Status, r.Reason)
	}
	for i, w := range r.Model.Weights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			t.Fatalf("weight %d is %v", i, w)
		}
	}
}
