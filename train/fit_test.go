package train

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"descent/data"
	"descent/loss"
	"descent/optim"
)

func sample(t *testing.T, name string) *data.Table {
	t.Helper()
	table, err := data.Read("sample:"+name, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func mustFit(t *testing.T, table *data.Table, o Options) *Result {
	t.Helper()
	r, err := Fit(t.Context(), table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// waves is a table that a straight line cannot fit: y = 1000·sin(3x) + noise.
func waves(t *testing.T, n int) *data.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 4*r.Float64() - 2
		y[i] = 5000 + 1000*math.Sin(3*x[i]) + 20*r.NormFloat64()
	}
	table, err := data.NewTable("waves", data.NumberColumn("x", x), data.NumberColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestSameSeedSameBytes: equal fits write equal folders, byte for byte, apart
// from the report's name of its own folder, with any number of threads.
func TestSameSeedSameBytes(t *testing.T) {
	table := sample(t, "penguins")
	for _, m := range []string{"softmax", "mlp:256,64"} {
		dirs := []string{filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")}
		for i, dir := range dirs {
			mustFit(t, table, Options{Target: "species", Model: m, Epochs: 12, Seed: 3, Dir: dir, Threads: i + 1})
		}
		for _, name := range []string{modelFile, configFile, metricsFile} {
			a, err := os.ReadFile(filepath.Join(dirs[0], name))
			b, err2 := os.ReadFile(filepath.Join(dirs[1], name))
			if err != nil || err2 != nil || !bytes.Equal(a, b) {
				t.Errorf("%s of %s differs between equal runs (%v, %v)", name, m, err, err2)
			}
		}
	}
	one := mustFit(t, table, Options{Target: "species", Model: "mlp:8", Epochs: 2, Seed: 3})
	other := mustFit(t, table, Options{Target: "species", Model: "mlp:8", Epochs: 2, Seed: 4})
	if slices.Equal(one.Model.Weights, other.Model.Weights) {
		t.Error("another seed gave the same weights")
	}
}

// TestALoadedModelIsTheSavedOne: metrics and predictions survive the file.
func TestALoadedModelIsTheSavedOne(t *testing.T) {
	for _, c := range []struct{ sample, target, model string }{
		{"penguins", "species", "softmax"},
		{"penguins", "species", "mlp:8"},
		{"penguins", "sex", "logistic"},
		{"penguins", "body_mass_g", "linear"},
		{"penguins", "body_mass_g", "mlp:8:tanh"},
		{"penguins", "body_mass_g", "a + b*flipper_length_mm^c"},
	} {
		table := sample(t, c.sample)
		dir := filepath.Join(t.TempDir(), "run")
		r := mustFit(t, table, Options{Target: c.target, Model: c.model, Epochs: 20, Dir: dir, Validation: NoValidation})
		m, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Evaluate(table)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.Metrics, r.Metrics) {
			t.Errorf("%s: metrics %v, before saving %v", c.model, e.Metrics, r.Metrics)
		}
		if math.Abs(float64(e.Loss-r.Loss.Train)) > 1e-5*math.Abs(float64(r.Loss.Train)) {
			t.Errorf("%s: loss %v, before saving %v", c.model, e.Loss, r.Loss.Train)
		}
		before, err := r.Model.Predict(table)
		after, err2 := m.Predict(table)
		if err != nil || err2 != nil || !slices.Equal(before.Number, after.Number) || !slices.Equal(before.Probability, after.Probability) {
			t.Errorf("%s: predictions differ after loading (%v, %v)", c.model, err, err2)
		}
	}
}

// TestEarlyStoppingKeepsTheBestWeights: on few noisy rows a network overfits,
// and what is kept is the epoch with the least validation loss.
func TestEarlyStoppingKeepsTheBestWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var columns []*data.Column
	y := make([]float64, 120)
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		v := make([]float64, len(y))
		for i := range v {
			v[i] = r.NormFloat64()
			y[i] += v[i] / 3
		}
		columns = append(columns, data.NumberColumn(name, v))
	}
	for i := range y {
		y[i] += 2 * r.NormFloat64()
	}
	table, err := data.NewTable("noise", append(columns, data.NumberColumn("y", y))...)
	if err != nil {
		t.Fatal(err)
	}
	res := mustFit(t, table, Options{Target: "y", Model: "mlp:64", Rate: 0.01, Validation: 0.3})
	if res.Status != optim.Converged || res.Best == 0 || res.Best >= res.Epochs {
		t.Fatalf("no early stop: %s after %d epochs, best %d: %s", res.Status, res.Epochs, res.Best, res.Reason)
	}
	least := math.Inf(1)
	for _, e := range res.Curve {
		least = min(least, e.Validation)
	}
	if kept := res.Curve[res.Best-1].Validation; kept != least {
		t.Errorf("epoch %d has validation loss %v, the least is %v", res.Best, kept, least)
	}
	if got := float64(res.Loss.Validation); math.Abs(got-least) > 1e-5*least {
		t.Errorf("the kept weights have validation loss %v, the best epoch had %v", got, least)
	}
	if last := res.Curve[len(res.Curve)-1]; !(last.Validation > least) {
		t.Errorf("the last epoch is the best: nothing was restored")
	}
}

// TestDefaultsLearn: with nothing chosen a network fits what a line cannot, in
// the target's own units.
func TestDefaultsLearn(t *testing.T) {
	table := waves(t, 1500)
	line := mustFit(t, table, Options{Target: "y"})
	net := mustFit(t, table, Options{Target: "y", Model: "mlp:32"})
	a, _ := line.Metrics.Get("r2")
	b, _ := net.Metrics.Get("r2")
	if a > 0.5 || b < 0.98 {
		t.Errorf("R² of the line %v, of the network %v (%s)", a, b, net.Reason)
	}
	if rmse, _ := net.Metrics.Get("rmse"); rmse > 150 || rmse < 10 {
		t.Errorf("RMSE %v in the target's units", rmse)
	}
}

func TestInterruptedFitIsUsable(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir := filepath.Join(t.TempDir(), "run")
	steps := 0
	r, err := Fit(ctx, waves(t, 500), Options{Target: "y", Model: "mlp:16", Dir: dir}, func(p Progress) {
		if steps = p.Step; steps == 25 {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != optim.Interrupted || r.Steps != 25 {
		t.Errorf("ended as %s after %d steps: %s", r.Status, r.Steps, r.Reason)
	}
	if m, err := Load(dir); err != nil {
		t.Error(err)
	} else if _, err := m.Predict(waves(t, 10)); err != nil {
		t.Error(err)
	}
	r, err = Fit(t.Context(), waves(t, 500), Options{Target: "y", Model: "mlp:16", Time: time.Nanosecond}, nil)
	if err != nil || r.Status != optim.Time {
		t.Errorf("without time: %v, %v", r, err)
	}
}

// TestDivergenceNamesARate: never a bare NaN, and the rate that is named works.
func TestDivergenceNamesARate(t *testing.T) {
	r := mustFit(t, waves(t, 500), Options{Target: "y", Model: "linear", Method: "gd", Rate: 5})
	if r.Status != optim.Diverged || !strings.Contains(r.Reason, "rate") {
		t.Errorf("full batch: %s: %s", r.Status, r.Reason)
	}
	r = mustFit(t, waves(t, 500), Options{Target: "y", Model: "mlp:16", Method: "momentum", Rate: 1e6})
	if r.Status != optim.Diverged || !strings.Contains(r.Reason, "try 0.0") || !strings.Contains(r.Reason, "step") {
		t.Errorf("minibatches: %s: %s", r.Status, r.Reason)
	}
	// Adam bounds its steps: its losses rise without ever being infinite.
	bounded := mustFit(t, waves(t, 500), Options{Target: "y", Model: "linear", Method: "adam", Rate: 1e9, Batch: 32, Epochs: 3})
	if bounded.Status != optim.Diverged || !strings.Contains(bounded.Reason, "try 1e8") {
		t.Errorf("bounded steps: %s: %s", bounded.Status, bounded.Reason)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("a diverged result has no JSON: %v", err)
	}
	for _, w := range r.Model.Weights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			t.Fatal("the model of a diverged fit is not finite")
		}
	}
}

// TestWeightsCountRows: a weight of two is the row twice, a weight of zero is
// no row.
func TestWeightsCountRows(t *testing.T) {
	x, y, w := []float64{0, 1, 2, 3, 4, 5}, []float64{1, 0, 3, 2, 5, 9}, []float64{1, 2, 0, 1, 3, 1}
	var x2, y2 []float64
	for i := range x {
		for range int(w[i]) {
			x2, y2 = append(x2, x[i]), append(y2, y[i])
		}
	}
	weighted, err := data.NewTable("weighted", data.NumberColumn("x", x), data.NumberColumn("y", y), data.NumberColumn("w", w))
	repeated, err2 := data.NewTable("repeated", data.NumberColumn("x", x2), data.NumberColumn("y", y2))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, m := range []string{"linear", "poisson", "a + b*x + c*x^2"} {
		a := mustFit(t, weighted, Options{Target: "y", Weight: "w", Model: m, Scale: data.Unscaled})
		b := mustFit(t, repeated, Options{Target: "y", Model: m, Scale: data.Unscaled})
		for i := range a.Model.Weights {
			if math.Abs(a.Model.Weights[i]-b.Model.Weights[i]) > 1e-6 {
				t.Errorf("%s: weights %v, repeated rows %v", m, a.Model.Weights, b.Model.Weights)
				break
			}
		}
		if !slices.EqualFunc(a.Metrics, b.Metrics, func(p, q loss.Metric) bool {
			return p.Name == q.Name && math.Abs(p.Value-q.Value) < 1e-6
		}) {
			t.Errorf("%s: metrics %v, repeated rows %v", m, a.Metrics, b.Metrics)
		}
	}
}
