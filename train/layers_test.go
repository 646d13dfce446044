package train

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/loss"
	"descent/model"
	"descent/optim"
)

// TestLayerNormTakesPyTorchsSteps: 50 steps of perceptrons with layer norm, in
// float64, beside torch.nn.LayerNorm.
func TestLayerNormTakesPyTorchsSteps(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "torch", "layer_norm.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Hidden            []int
		Outputs, Features int
		X, Y              []float64
		Cases             []struct {
			Activation, Method string
			Rate               float64
			Start, Losses      []float64
			Points             map[int][]float64
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		r := recipe{
			spec: model.Spec{Kind: model.MLP, Hidden: file.Hidden, Activation: c.Activation, LayerNorm: true},
			loss: loss.Loss{Name: "cross-entropy"}, features: file.Features, outputs: file.Outputs,
		}
		n := len(file.Y)
		_, net, _, err := r.build(n, 1)
		if err != nil {
			t.Fatal(err)
		}
		set := newRowSet(net.Inputs, file.X, file.Features, n, file.Y, slices.Repeat([]float64{1}, n))
		all, err := newChunked(r, set, n, 1/float64(n), 1)
		if err != nil {
			t.Fatal(err)
		}
		m, err := optim.Find[float64](c.Method)
		if err != nil {
			t.Fatal(err)
		}
		rule, err := m.NewRule(map[string]float64{"rate": c.Rate})
		if err != nil {
			t.Fatal(err)
		}
		run, err := optim.Start(optim.Problem[float64]{Dim: len(c.Start), Eval: all.evalAll}, c.Start, &optim.FirstOrder[float64]{Rule: rule}, optim.MaxIter[float64](len(c.Losses)))
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for run.Next(t.Context()) {
			want := c.Points[run.State().Iter]
			for i := range want {
				worst = max(worst, math.Abs(run.State().X[i]-want[i]))
			}
		}
		t.Logf("%s, %s: differs by at most %.1e", c.Activation, c.Method, worst)
		if run.State().Iter != len(c.Losses) || len(c.Points) != 3 || !(worst <= 1e-10) {
			t.Errorf("%s, %s: differs by %v after at most %d steps", c.Activation, c.Method, worst, run.State().Iter)
		}
	}
}

// TestDropoutMasks: a mask is a pure function of seed, layer and step, drops its
// share out and keeps the mean.
func TestDropoutMasks(t *testing.T) {
	const rows = 999
	of := []model.Mask{{Name: "a", Units: 101, Rate: 0.3}, {Name: "b", Units: 101, Rate: 0.3}}
	m := newMasks[float64](of, rows, 7)
	m.draw(5)
	first := slices.Clone(m.v[0])
	if slices.Equal(first, m.v[1]) {
		t.Error("two layers have the same mask")
	}
	m.draw(6)
	if slices.Equal(first, m.v[0]) {
		t.Error("two steps have the same mask")
	}
	m.draw(5)
	if !slices.Equal(first, m.v[0]) {
		t.Error("the mask of a step depends on those before")
	}
	zeros := 0
	for _, v := range first {
		switch v {
		case 0:
			zeros++
		case 1 / (1 - 0.3):
		default:
			t.Fatalf("a mask holds %v", v)
		}
	}
	n := float64(len(first))
	if share := float64(zeros) / n; math.Abs(share-0.3) > 5*math.Sqrt(0.3*0.7/n) {
		t.Errorf("a share of %v dropped out, want 0.3", share)
	}
	if allocs := testing.AllocsPerRun(10, func() { m.draw(3) }); allocs != 0 {
		t.Errorf("%v allocations to draw a mask", allocs)
	}
}

// TestDropoutIsOfTrainingAlone: the loss, the metrics and the predictions of a
// model with dropout are those of the same weights without it.
func TestDropoutIsOfTrainingAlone(t *testing.T) {
	table := sample(t, "penguins")
	dir := filepath.Join(t.TempDir(), "run")
	r := mustFit(t, table, Options{Target: "species", Model: "mlp:12,6:tanh:layer-norm:dropout=0.4", Epochs: 5, Dir: dir, Validation: NoValidation})
	with, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	without := *with
	without.Recipe.Model.Dropout = 0
	a, err := with.Predict(table)
	b, err2 := without.Predict(table)
	if err != nil || err2 != nil || !slices.Equal(a.Probability, b.Probability) {
		t.Errorf("predictions with and without dropout differ (%v, %v)", err, err2)
	}
	e, err := without.Evaluate(table)
	if err != nil || !slices.Equal(e.Metrics, r.Metrics) || math.Abs(float64(e.Loss-r.Loss.Train)) > 1e-5 {
		t.Errorf("metrics %v, in training %v (%v)", e.Metrics, r.Metrics, err)
	}
	if last := r.Curve[len(r.Curve)-1].Train; !(last > 1.05*float64(r.Loss.Train)) {
		t.Errorf("the last epoch has loss %v with dropout, the model %v without: nothing dropped out", last, r.Loss.Train)
	}
	if r.ModelName != "mlp:12,6:tanh:layer-norm:dropout=0.4" {
		t.Errorf("the model is called %s", r.ModelName)
	}
}

// TestDropoutBytes: with any number of threads, and after an interruption, a fit
// with dropout has the same bytes; in full batches too.
func TestDropoutBytes(t *testing.T) {
	table := sample(t, "penguins")
	for _, batch := range []int{32, FullBatch} {
		o := Options{Target: "species", Model: "mlp:64,32:layer-norm:dropout=0.3", Method: "adam", Batch: batch, Epochs: 8, Seed: 3, Checkpoints: Checkpoints{Steps: 1000}}
		want := mustFit(t, table, o).Model.Weights
		o.Threads = 2
		if !slices.Equal(mustFit(t, table, o).Model.Weights, want) {
			t.Errorf("batch %d: two threads came to other weights", batch)
		}
		o.Dir = filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(t.Context())
		r, err := Fit(ctx, table, o, func(p Progress) {
			if p.Step == 5 {
				cancel()
			}
		})
		if err != nil || r.Status != optim.Interrupted || !errors.Is(ctx.Err(), context.Canceled) {
			t.Fatalf("not interrupted: %v, %v", r, err)
		}
		o.Resume = true
		if !slices.Equal(mustFit(t, table, o).Model.Weights, want) {
			t.Errorf("batch %d: an interrupted fit came to other weights", batch)
		}
	}
}

// TestDropoutRefusesSolvers: what looks for the minimum of one function is not
// given another in every step.
func TestDropoutRefusesSolvers(t *testing.T) {
	table := sample(t, "penguins")
	for _, method := range []string{"lbfgs", "newton", "gd-auto", "svrg"} {
		_, err := Fit(t.Context(), table, Options{Target: "species", Model: "mlp:4:dropout=0.5", Method: method}, nil)
		if err == nil || !strings.Contains(err.Error(), "with dropout every step sees another network") {
			t.Errorf("%s: %v", method, err)
		}
	}
}
