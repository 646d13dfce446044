package train

import (
	"math"
	"strings"
	"testing"

	"descent/data"
)

// weightsOf is a block of a fitted model by name.
func weightsOf(t *testing.T, r *Result, name string) []float64 {
	t.Helper()
	for _, b := range r.Model.Blocks {
		if b.Name == name {
			return r.Model.Weights[b.Offset : b.Offset+b.Len()]
		}
	}
	t.Fatalf("no block %s", name)
	return nil
}

func moved(a, b []float64) (far float64) {
	for i, v := range a {
		far = max(far, math.Abs(v-b[i]))
	}
	return far
}

// Frozen blocks stay as they start, whatever the method and with decay; groups
// have rates and methods of their own.
func TestGroupsAndFreeze(t *testing.T) {
	table := sample(t, "penguins")
	fit := func(o Options) *Result {
		o.Target, o.Model = "species", "mlp:8"
		if o.Epochs == 0 {
			o.Epochs = 5
		}
		return mustFit(t, table, o)
	}
	start := fit(Options{Method: "gd", Batch: 32, Rate: 1e-300, Epochs: 1})
	for name, o := range map[string]Options{
		"adamw":   {Method: "adamw", WeightDecay: 0.1},
		"noise":   {Method: "momentum", Wrap: "noise:eta=1; ema:0.9"},
		"lbfgs":   {Method: "lbfgs", L2: 0.01},
		"newton":  {Method: "newton", L2: 0.01, Epochs: 3},
		"grouped": {Method: "muon", Groups: []Group{{Blocks: "layer2.*", Method: "adam", Rate: 0.01}}},
	} {
		o.Freeze = []string{"layer1.*"}
		r := fit(o)
		if moved(weightsOf(t, r, "layer1.weight"), weightsOf(t, start, "layer1.weight")) > 1e-7 || // float32 there, and float64 by lbfgs
			moved(weightsOf(t, r, "layer2.weight"), weightsOf(t, start, "layer2.weight")) < 1e-3 {
			t.Errorf("%s: layer1.weight moved %v, layer2.weight %v", name,
				moved(weightsOf(t, r, "layer1.weight"), weightsOf(t, start, "layer1.weight")), moved(weightsOf(t, r, "layer2.weight"), weightsOf(t, start, "layer2.weight")))
		}
	}
	r := fit(Options{Method: "gd", Batch: 32, Rate: 0.1, Groups: []Group{{Blocks: "*.bias", Rate: 1e-9}, {Blocks: "layer1.*", Method: "signsgd", Rate: 1e-3}}})
	steps := float64(r.Steps)
	if b := moved(weightsOf(t, r, "layer2.bias"), weightsOf(t, start, "layer2.bias")); b == 0 || b > 1e-6 {
		t.Errorf("biases with a rate of 1e-9 moved %v", b)
	}
	if w := moved(weightsOf(t, r, "layer1.weight"), weightsOf(t, start, "layer1.weight")); w < 1e-3 || w > 1e-3*steps*1.001 {
		t.Errorf("%v steps of 0.001 moved layer1.weight %v", steps, w)
	}
}

func TestGroupsRefuse(t *testing.T) {
	for text, o := range map[string]Options{
		"no block of the model is called x.*": {Freeze: []string{"x.*"}},
		"is no pattern of names":              {Freeze: []string{"["}},
		"nothing to train":                    {Freeze: []string{"*"}},
		"groups mean nothing":                 {Method: "lbfgs", Groups: []Group{{Blocks: "*", Rate: 1}}},
		"no rule for some of the parameters":  {Groups: []Group{{Blocks: "*.bias", Method: "lbfgs"}}},
		"has no setting":                      {Groups: []Group{{Blocks: "*.bias", Settings: map[string]float64{"beta": 1}}}},
		"an average of its path":              {Groups: []Group{{Blocks: "*.bias", Method: "asgd"}}},
		"cannot be checked":                   {ClipRows: 1, CheckGradient: true},
		"clipping of rows means nothing":      {Method: "lbfgs", ClipRows: 1},
	} {
		o.Target, o.Model = "species", "mlp:8"
		if _, err := Fit(t.Context(), sample(t, "penguins"), o, nil); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// One step of gradient descent on y = w·x + b with the squared error, from
// w = b = 0, by hand: the gradient of row i is −2·yᵢ·(xᵢ, 1), and none counts
// longer than 3.
func TestClipRows(t *testing.T) {
	x, y := []float64{1, -2, 0.5, 3}, []float64{4, 1, -0.2, 0.5}
	table, err := data.NewTable("four", data.NumberColumn("x", x), data.NumberColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Target: "y", Model: "w*x + b", Method: "gd", Rate: 0.1, Epochs: 1, Validation: NoValidation, Start: map[string]float64{"w": 0, "b": 0}}
	square := mustFit(t, table, o)
	divide := square.Weights["w"] // the step in units of training: the loss is divided by the variance
	plain, w, b := 0.0, 0.0, 0.0
	for i := range x {
		plain += 2 * y[i] * x[i] / 4 * 0.1
	}
	unit := divide / plain
	o.ClipRows = 3 * unit
	for i := range x {
		gw, gb := 2*y[i]*x[i]*unit, 2*y[i]*unit
		part := min(1, o.ClipRows/math.Hypot(gw, gb)) / 4 * 0.1
		w, b = w+part*gw, b+part*gb
	}
	r := mustFit(t, table, o)
	if math.Abs(r.Weights["w"]-w) > 1e-14 || math.Abs(r.Weights["b"]-b) > 1e-14 {
		t.Errorf("one step led to %v, want w = %v, b = %v", r.Weights, w, b)
	}
	if moved([]float64{w, b}, []float64{square.Weights["w"], square.Weights["b"]}) < 1e-3 {
		t.Error("nothing was clipped")
	}
}

// With a limit that no row meets, clipped batches take the steps of plain ones,
// dropout and penalty included; with a low one no step is longer than the rate
// allows.
func TestClipRowsOfBatches(t *testing.T) {
	table := sample(t, "penguins")
	o := Options{Target: "species", Model: "mlp:8", Method: "gd", Batch: 16, Rate: 0.1, Epochs: 2, L2: 0.01}
	plain := mustFit(t, table, o)
	o.ClipRows = 1e9
	if far := moved(mustFit(t, table, o).Model.Weights, plain.Model.Weights); far > 1e-4 { // in float32
		t.Errorf("an idle limit moves weights by %v", far)
	}
	o.ClipRows, o.L2 = 1e-3, NoPenalty
	start, end := o, o
	start.Rate, start.Epochs, end.Epochs = 1e-300, 1, 1
	a, b := mustFit(t, table, start), mustFit(t, table, end)
	if far := moved(a.Model.Weights, b.Model.Weights); far == 0 || far > 1e-4*float64(b.Steps) {
		t.Errorf("%d steps of at most 1e-4 moved a weight by %v", b.Steps, far)
	}
}
