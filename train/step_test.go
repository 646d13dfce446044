package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/model"
	"descent/param"
)

// chunks is a small objective over n rows in chunks of the given size.
func chunks(t *testing.T, n, rows int) (*chunked[float64], *model.Net) {
	t.Helper()
	r := recipe{spec: model.Spec{Kind: model.MLP, Hidden: []int{5}, Activation: "tanh"}, loss: loss.Loss{Name: "mse"}, features: 3, outputs: 1}
	net, err := r.spec.Build(graph.New(), 1, r.features, r.outputs, nil)
	if err != nil {
		t.Fatal(err)
	}
	features, y, w := make([]float64, n*3), make([]float64, n), make([]float64, n)
	for i := range features {
		features[i] = math.Sin(float64(7 * i))
	}
	for i := range y {
		y[i], w[i] = math.Cos(float64(3*i)), 1+float64(i%3)
	}
	set := newRowSet(net.Inputs, features, 3, n, y, w)
	c, err := newChunked(r, set, rows, 1/set.total, 1)
	if err != nil {
		t.Fatal(err)
	}
	return c, net
}

// TestChunksAddUp: value, gradient and Hessian product of a set do not depend
// on the size of the chunks, the last of which is padded.
func TestChunksAddUp(t *testing.T) {
	whole, net := chunks(t, 23, 23)
	x := param.Start[float64](net.Layout, 1)
	dim := len(x)
	want, hv, v := make([]float64, dim), make([]float64, dim), make([]float64, dim)
	for i := range v {
		v[i] = float64(i%5) - 2
	}
	f, err := whole.evalAll(x, want)
	if err != nil || whole.hvpAll(x, v, hv) != nil {
		t.Fatal(err)
	}
	for _, rows := range []int{1, 4, 8, 22} {
		c, _ := chunks(t, 23, rows)
		got, hv2 := make([]float64, dim), make([]float64, dim)
		f2, err := c.evalAll(x, got)
		if err != nil || math.Abs(f2-f) > 1e-14 {
			t.Errorf("chunks of %d: value %v, want %v (%v)", rows, f2, f, err)
		}
		if err := c.hvpAll(x, v, hv2); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-14 || math.Abs(hv2[i]-hv[i]) > 1e-13 {
				t.Errorf("chunks of %d: element %d of gradient and product %v %v, want %v %v", rows, i, got[i], hv2[i], want[i], hv[i])
			}
		}
	}
}

// TestStepsDoNotAllocate: neither a minibatch nor a pass in chunks.
func TestStepsDoNotAllocate(t *testing.T) {
	c, net := chunks(t, 50, 8)
	x := param.Start[float64](net.Layout, 1)
	grad := make([]float64, len(x))
	pen := newPenalty[float64](0.1, net)
	batches, err := data.NewBatches(50, 8, 1)
	if err != nil {
		t.Fatal(err)
	}
	step := 0
	if n := testing.AllocsPerRun(50, func() {
		c.pick(step, batches.Batch(step))
		step++
		if _, err := c.obj.Eval(x, grad); err != nil {
			t.Fatal(err)
		}
		pen.add(x, grad)
	}); n != 0 {
		t.Errorf("%v allocations in a minibatch step", n)
	}
	if n := testing.AllocsPerRun(50, func() {
		if _, err := c.evalAll(x, grad); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations in a pass over all rows", n)
	}
}

// TestPenaltyLeavesBiasesAlone: (λ/2)|w|² over weights, with its gradient.
func TestPenaltyLeavesBiasesAlone(t *testing.T) {
	_, net := chunks(t, 4, 4)
	x := make([]float64, net.Layout.Dim())
	for i := range x {
		x[i] = float64(i + 1)
	}
	grad := make([]float64, len(x))
	got := newPenalty[float64](0.5, net).add(x, grad)
	want := 0.0
	for i, b := range net.Layout.Blocks() {
		for j := b.Offset; j < b.Offset+b.Len(); j++ {
			slope := 0.0
			if net.Weight[i] {
				want += 0.25 * x[j] * x[j]
				slope = 0.5 * x[j]
			}
			if grad[j] != slope {
				t.Errorf("%s: slope %v, want %v", b.Name, grad[j], slope)
			}
		}
	}
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("penalty %v, want %v", got, want)
	}
	if !slices.Equal(net.Weight, []bool{true, false, true, false}) {
		t.Errorf("weights are %v", net.Weight)
	}
}

// TestL2KeepsItsMeaning: for a linear model λ belongs to the target's own
// units, whatever scale training sees it in: the closed form of ridge
// regression on one scaled column is w = cov/(var + λ/2).
func TestL2KeepsItsMeaning(t *testing.T) {
	x, y := []float64{-1, 1, -1, 1}, []float64{100, 300, 140, 380}
	table := numbers(t, "ridge", map[string][]float64{"x": x, "y": y})
	for _, l2 := range []float64{0, 0.5, 3} {
		r := mustFit(t, table, Options{Target: "y", Model: "linear", L2: l2})
		if want := 110 / (1 + l2/2); math.Abs(r.Weights["weight[x]"]-want) > 1e-6 || math.Abs(r.Weights["bias"]-230) > 1e-6 {
			t.Errorf("λ = %v: weights %v, want %v and 230", l2, r.Weights, want)
		}
	}
	huber := mustFit(t, table, Options{Target: "y", Model: "linear", Loss: "huber:1000"})
	if math.Abs(huber.Weights["weight[x]"]-110) > 1e-5 {
		t.Errorf("huber far inside its delta is least squares, got %v", huber.Weights)
	}
}

// TestOtherLosses: mae and quantile settle on their quantiles, balanced classes
// on a bias of none.
func TestOtherLosses(t *testing.T) {
	var x, y []float64
	for i := range 101 {
		x, y = append(x, 1), append(y, float64(i*i))
	}
	table := numbers(t, "squares", map[string][]float64{"x": x, "y": y})
	for text, want := range map[string]float64{"mae": 2500, "quantile:0.9": 8100} {
		r := mustFit(t, table, Options{Target: "y", Model: "linear", Loss: text, Validation: NoValidation})
		if got := r.Weights["bias"]; math.Abs(got-want) > 100 {
			t.Errorf("%s: %v, want %v (%s)", text, got, want, r.Reason)
		}
		if b := float64(r.Loss.Baseline); float64(r.Loss.Train) < b*(1-1e-9) {
			t.Errorf("%s: a constant model beats the best constant: %v, %v", text, r.Loss.Train, b)
		}
	}
	labels := make([]float64, 100)
	for i := range labels {
		if i < 10 {
			labels[i] = 1
		}
	}
	table = numbers(t, "rare", map[string][]float64{"x": x[:100], "y": labels})
	plain := mustFit(t, table, Options{Target: "y", Validation: NoValidation})
	even := mustFit(t, table, Options{Target: "y", Validation: NoValidation, ClassWeight: "balanced"})
	if math.Abs(plain.Weights["bias"]-math.Log(1.0/9)) > 1e-6 || math.Abs(even.Weights["bias"]) > 1e-6 {
		t.Errorf("biases %v, balanced %v", plain.Weights["bias"], even.Weights["bias"])
	}
}

// TestValidationTable: rows of one's own to validate on, encoded by the
// training rows.
func TestValidationTable(t *testing.T) {
	train := numbers(t, "train", map[string][]float64{"x": {0, 1, 2, 3}, "y": {0, 2, 4, 6}})
	valid := numbers(t, "valid", map[string][]float64{"x": {10, 20}, "y": {21, 41}})
	r := mustFit(t, train, Options{Target: "y", Model: "linear", ValidationTable: valid})
	if rmse, _ := r.Metrics.Get("rmse"); math.Abs(rmse-1) > 1e-6 || r.Validation != 2 || r.Rows != 4 {
		t.Errorf("RMSE %v on %d rows", rmse, r.Validation)
	}
}

// TestRemarks: what a person should know about a fit is said.
func TestRemarks(t *testing.T) {
	said := func(r *Result, what string) bool {
		return slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, what) })
	}
	noise := numbers(t, "noise", map[string][]float64{"x": {0, 1, 0, 1}, "y": {1, 1, 3, 3}})
	if r := mustFit(t, noise, Options{Target: "y"}); !said(r, "no better than its baseline") {
		t.Errorf("nothing to learn: %v", r.Notes)
	}
}

// TestWhatChangesTheUpdate: schedules move the rate, clipping bounds the step,
// decay shrinks weights and not biases.
func TestWhatChangesTheUpdate(t *testing.T) {
	table := waves(t, 300)
	base := Options{Target: "y", Model: "mlp:8", Method: "gd", Batch: 50, Rate: 0.01, Epochs: 20, Patience: NoPatience}
	for name, last := range map[string]float64{"constant": 0.01, "cosine": 0, "step": 1e-4, "exponential": 1e-4, "warmup,cosine": 0, "warmup:1ep,step:5ep,0.1": 1e-5,
		"one-cycle": 0.01 / 25e4, "plateau:patience=0,threshold=1e9,by=0.5,least=0.001": 1e-5} {
		o := base
		o.Schedule = name
		r := mustFit(t, table, o)
		if got := r.Curve[len(r.Curve)-1].Rate; math.Abs(got-last) > 2e-5 {
			t.Errorf("%s: the last rate is %v, want about %v", name, got, last)
		}
	}
	// With a rate of 0.1 a step of clipped gradients is at most 0.1·clip long.
	o := base
	o.Clip, o.Rate, o.Epochs = 1e-4, 0.1, 1
	still := mustFit(t, table, o)
	o.Clip = 0
	moved := mustFit(t, table, o)
	if a, b := float64(still.Loss.Train), float64(moved.Loss.Train); !(b < 0.9*a) {
		t.Errorf("clipped loss %v, unclipped %v", a, b)
	}
	flat := numbers(t, "flat", map[string][]float64{"x": {-1, 1, -1, 1}, "y": {3, 5, 3, 5}})
	o = Options{Target: "y", Model: "linear", Method: "gd", Rate: 0.1, Epochs: 2000, WeightDecay: 1}
	r := mustFit(t, flat, o)
	// The fixed point of −η·2(w−1) − η·w, in the scaled target's units, is w = 2/3.
	if math.Abs(r.Weights["weight[x]"]-2.0/3) > 1e-6 || math.Abs(r.Weights["bias"]-4) > 1e-6 {
		t.Errorf("decayed weights %v", r.Weights)
	}
}

// TestMethodsAgree: every method finds the optimum of a small convex problem,
// full batch or in minibatches of all rows, and says what it is.
func TestMethodsAgree(t *testing.T) {
	table := sample(t, "penguins")
	o := Options{Target: "sex", Features: []string{"bill_length_mm", "body_mass_g"}, L2: 0.01, Validation: NoValidation}
	best := mustFit(t, table, o)
	for _, m := range []Options{
		{Method: "gd"}, {Method: "gd-auto"}, {Method: "gd", Rate: 1}, {Method: "momentum", Rate: 0.2, Batch: FullBatch},
		{Method: "nesterov", Rate: 0.2, Batch: FullBatch}, {Method: "adam", Rate: 0.05, Batch: FullBatch, Epochs: 3000},
		{Method: "adam", Rate: 0.02, Schedule: "cosine", Epochs: 400},
	} {
		c := o
		c.Method, c.Rate, c.Batch, c.Epochs, c.Schedule = m.Method, m.Rate, m.Batch, m.Epochs, m.Schedule
		r := mustFit(t, table, c)
		if gap := float64(r.Loss.Objective)/float64(best.Loss.Objective) - 1; !(math.Abs(gap) < 1e-4) {
			t.Errorf("%s: objective %v, lbfgs has %v (%s)", r.Method, r.Loss.Objective, best.Loss.Objective, r.Reason)
		}
	}
}

// The methods for finite sums reach the optimum of the full objective.
func TestFiniteSums(t *testing.T) {
	best := mustFit(t, sample(t, "penguins"), Options{Target: "sex", L2: 0.01, Validation: NoValidation, GradTol: 1e-9})
	for _, method := range []string{"svrg", "saga"} {
		r := mustFit(t, sample(t, "penguins"), Options{Target: "sex", L2: 0.01, Validation: NoValidation, Method: method, GradTol: 1e-8})
		if r.Status != "converged" || math.Abs(float64(r.Loss.Objective-best.Loss.Objective)) > 1e-12 {
			t.Errorf("%s: %s at %.15g; lbfgs reaches %.15g", method, r.Reason, r.Loss.Objective, best.Loss.Objective)
		}
	}
}
