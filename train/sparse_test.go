package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/reference"
	"descent/loss"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// readPairs reads a file of labels and index:value pairs of the reference.
func readPairs(t *testing.T, file string) *data.Table {
	t.Helper()
	table, err := data.Read(reference.Path(t, "tabular", "libsvm", file), data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestSparseReferences fits the sparse problems of reference-optima.json.
func TestSparseReferences(t *testing.T) {
	reached := 0
	for _, p := range optima(t) {
		file, penalised := map[string]string{"a9a": "a9a.gz", "reuters": "reuters.trn.gz", "vw-rcv1_small": "vw-rcv1_small.dat.gz"}[p.Name], false
		if file == "" {
			continue
		}
		reached++
		o := Options{Target: "label", Model: "logistic", L2: p.Hyper.Lambda, Method: "newton", GradTol: 1e-10, Validation: NoValidation, Seed: 1}
		if p.Name == "vw-rcv1_small" {
			o.L2, penalised = 1/float64(p.N), true
		}
		r := fitPairs(t, readPairs(t, file), o, penalised)
		objective := float64(r.Loss.Objective)
		if r.Status != optim.Converged && r.Status != optim.NoProgress || math.Abs(objective-p.Objective) > 1e-9*p.Objective {
			t.Errorf("%s: objective %.15g, optimum %.15g (%s)", p.Name, objective, p.Objective, r.Reason)
		}
		if a, _ := r.Metrics.Get("accuracy"); p.TrainAccuracy != 0 && math.Abs(a-p.TrainAccuracy) > 1e-9 {
			t.Errorf("%s: accuracy %v, the reference has %v", p.Name, a, p.TrainAccuracy)
		}
		bias := r.Model.Weights[len(r.Model.Weights)-1]
		if p.Bias != 0 && math.Abs(bias-p.Bias) > 1e-6*max(1, math.Abs(p.Bias)) {
			t.Errorf("%s: bias %.10g, the reference has %.10g", p.Name, bias, p.Bias)
		}
		t.Logf("%s: %d features, %s in %d steps", p.Name, r.Features, r.Reason, r.Steps)
	}
	if reached != 3 {
		t.Errorf("%d of 3 problems found", reached)
	}
}

// fitPairs is Fit, with the bias penalised like a weight where the reference has
// it so.
func fitPairs(t *testing.T, table *data.Table, o Options, penalised bool) *Result {
	t.Helper()
	p, err := newPlan(table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	net, err := p.layout()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.chooseMethod(net.Layout.Dim()); err != nil {
		t.Fatal(err)
	}
	s, err := newSession[float64](p, net, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !p.sparse {
		t.Fatalf("%s is not kept sparse", table.Name)
	}
	if penalised {
		s.penalty.blocks = append(s.penalty.blocks, net.Layout.Blocks()[1])
	}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := s.result()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSparseModels: every model has on sparse rows the value, the gradient and
// the Hessian product that it has on dense ones, in chunks and in batches.
func TestSparseModels(t *testing.T) {
	const rows, width = 23, 70
	c := &data.CSR[float64]{Cols: width, Start: []int64{0}}
	y, w := make([]float64, rows), make([]float64, rows)
	dense := make([]float64, rows*width)
	for i := range rows {
		for j := i % 11; j < width; j += 9 + i%5 {
			c.Add(j, math.Sin(float64(i*j+1)))
			dense[i*width+j] = math.Sin(float64(i*j + 1))
		}
		c.EndRow()
		y[i], w[i] = float64(i%3), 1+float64(i%2)
	}
	m, err := graph.NewMatrix(rows, width, c.Start, c.Index, c.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []string{"linear", "poisson", "softmax", "mlp:5:tanh"} {
		r := sparseRecipe(t, spec, width)
		net, err := r.net(graph.New(), 1)
		if err != nil {
			t.Fatal(err)
		}
		x := param.Start[float64](net.Layout, 1)
		for i := range x {
			x[i] += 0.1 * math.Cos(float64(i))
		}
		set := newRowSet(net.Inputs, dense, width, rows, y, w)
		r.sparse = true
		mostly := &rowSet[float64]{n: rows, inputs: []matrix[float64]{{name: net.Inputs[0].Name, width: width, sparse: m}}, target: y, weight: w, total: set.total}
		for _, chunk := range []int{rows, 8, 1} {
			want, got := probe(t, r, set, chunk, false, x), probe(t, r, mostly, chunk, true, x)
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-10*(1+math.Abs(want[i])) {
					t.Fatalf("%s in chunks of %d: element %d is %v, dense %v", spec, chunk, i, got[i], want[i])
				}
			}
		}
	}
}

func sparseRecipe(t *testing.T, text string, width int) recipe {
	t.Helper()
	spec, err := model.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	kind, outputs := model.Target{}, 1
	if text == "softmax" {
		kind, outputs = model.Target{Classes: 3}, 3
	}
	l, err := loss.Parse(spec.Loss(kind))
	if err != nil {
		t.Fatal(err)
	}
	return recipe{spec: spec, loss: l, features: width, outputs: outputs}
}

// probe is value, gradient and Hessian product over all rows, and value and
// gradient of a batch.
func probe(t *testing.T, r recipe, set *rowSet[float64], chunk int, sparse bool, x []float64) []float64 {
	t.Helper()
	r.sparse = sparse
	c, err := newChunked(r, set, chunk, 1/set.total, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := len(x)
	grad, hv, part := make([]float64, n), make([]float64, n), make([]float64, n)
	v, err := c.evalAll(x, grad)
	if err == nil {
		err = c.hvpAll(x, x, hv)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := append(append([]float64{v}, grad...), hv...)
	if chunk == set.n {
		return all
	}
	b, err := newChunked(r, set, chunk, 1/set.total, 1)
	if err != nil {
		t.Fatal(err)
	}
	for step, rows := range [][]int{{5, 0, 22, 7, 7, 1, 3, 4}, {2, 9, 6, 12, 13, 19, 20, 21}} {
		b.pick(step, rows[:chunk])
		if v, err = b.obj.Eval(x, part); err != nil {
			t.Fatal(err)
		}
		all = append(append(all, v), part...)
	}
	return all
}

// TestSparseThreads: the model does not depend on the number of threads, nor do
// its predictions on whether the table is large.
func TestSparseThreads(t *testing.T) {
	table := readPairs(t, "reuters.trn.gz")
	var first []float64
	for _, threads := range []int{1, 2} {
		r, err := Fit(t.Context(), table, Options{Target: "label", Epochs: 5, Threads: threads, Seed: 1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = r.Model.Weights
		}
		if !slices.Equal(first, r.Model.Weights) {
			t.Errorf("%d threads give other weights", threads)
		}
	}
}

// TestSparseCategories: a table of many levels is kept sparse and fits as its
// dense matrix would.
func TestSparseCategories(t *testing.T) {
	const n = 400
	a, y := make([]string, n), make([]float64, n)
	x := make([]float64, n)
	for i := range n {
		a[i] = strings.Repeat("x", 1+i*7%90)
		x[i] = math.Sin(float64(i))
		y[i] = float64(len(a[i])%5) + x[i]
	}
	table, err := data.NewTable("levels", data.CategoryColumn("a", a), data.NumberColumn("x", x), data.NumberColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Target: "y", Method: "lbfgs", L2: 0.01, Validation: NoValidation, GradTol: 1e-10, Seed: 1}
	sparse := fitPairs(t, table, o, false)
	o.Method = "newton"
	newton := fitPairs(t, table, o, false)
	if d := math.Abs(float64(sparse.Loss.Objective - newton.Loss.Objective)); !(d < 1e-12) {
		t.Errorf("objectives %v and %v", sparse.Loss.Objective, newton.Loss.Objective)
	}
	p, err := sparse.Model.Predict(table)
	if err != nil {
		t.Fatal(err)
	}
	rest := 0.0
	for i, v := range p.Number {
		rest += (v - y[i]) * (v - y[i]) / n
	}
	if math.Abs(rest-float64(sparse.Loss.Train)) > 1e-9 {
		t.Errorf("predictions have the loss %v, training %v", rest, sparse.Loss.Train)
	}
	if !kernel.AllFinite(newton.Model.Weights) {
		t.Error("weights that are not finite")
	}
}
