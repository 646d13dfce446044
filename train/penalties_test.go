package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/optim"

	"pgregory.net/rapid"
)

// TestPenaltiesAgainstScikitLearn: l1, l2 and both together, class and sample
// weights, in linear, logistic and softmax models.
func TestPenaltiesAgainstScikitLearn(t *testing.T) {
	var file struct {
		X, Y, Two, Three, Weight []float64
		Cases                    []struct {
			Name, Target, Model string
			Weighted            bool
			Coef, Intercept     []float64
			L1, L2              float64
			Class               string `json:"class_weight"`
		}
		Quantiles []struct{ Q, Pinball float64 }
	}
	readJSON(t, &file, "sklearn", "penalties.json")
	table, err := data.NewTable("waves", append(columnsOf("x", file.X, 4), data.NumberColumn("y", file.Y), data.NumberColumn("two", file.Two),
		data.NumberColumn("three", file.Three), data.NumberColumn("w", file.Weight))...)
	if err != nil {
		t.Fatal(err)
	}
	features := []string{"x1", "x2", "x3", "x4"}
	for _, c := range file.Cases {
		o := Options{Target: c.Target, Model: c.Model, Features: features, L1: c.L1, L2: c.L2, ClassWeight: c.Class, Scale: data.Unscaled, Validation: NoValidation, GradTol: 1e-10, Epochs: 20000}
		if c.Weighted {
			o.Weight = "w"
		}
		r := mustFit(t, table, o)
		near(t, c.Name, r.Model.Weights, append(slices.Clone(c.Coef), c.Intercept...), 1e-6)
		if r.Status != optim.Converged || r.GradNorm == nil || !(*r.GradNorm <= 1e-10) {
			t.Errorf("%s: %s: %s", c.Name, r.Status, r.Reason)
		}
	}
	for _, c := range file.Quantiles {
		r := mustFit(t, table, Options{Target: "y", Features: features, Loss: loss.Loss{Name: "quantile", Shape: c.Q}.String(), Weight: "w", Validation: NoValidation})
		near(t, r.LossName, []float64{float64(r.Loss.Train)}, []float64{c.Pinball}, 1e-8)
	}
}

// TestPenaltiesTakePyTorchsSteps: an l2 penalty, decoupled decay, clipping and
// weights of rows in a perceptron, through the problem and the solver of a fit.
func TestPenaltiesTakePyTorchsSteps(t *testing.T) {
	var file struct {
		Features, Hidden, Steps int
		L2, Clip, Rate          float64
		X, Y, Weight            []float64
		Cases                   []struct {
			Method     string
			Decay      float64
			Start, End []float64
		}
	}
	readJSON(t, &file, "torch", "penalties.json")
	table, err := data.NewTable("waves", append(columnsOf("x", file.X, file.Features), data.NumberColumn("y", file.Y), data.NumberColumn("w", file.Weight))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		p, err := newPlan(table, Options{
			Target: "y", Model: "mlp:6:tanh", Weight: "w", Scale: data.Unscaled, Validation: NoValidation, Batch: FullBatch,
			Method: c.Method, Rate: file.Rate, L2: file.L2, WeightDecay: c.Decay, Clip: file.Clip,
		}, nil)
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
		solver, err := newSolver[float64](p, net, file.Steps)
		if err != nil {
			t.Fatal(err)
		}
		run, err := optim.Minimize(t.Context(), s.problem(nil), slices.Clone(c.Start), solver, optim.MaxIter[float64](file.Steps))
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.Method, run.State().X, c.End, 1e-10)
	}
}

// noisy is a table of n rows: y has a noise that grows with x.
func noisy(t *testing.T, n int) *data.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(8, 1))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 3 * r.Float64()
		y[i] = 100 + 20*math.Sin(x[i]) + (1+2*x[i])*r.NormFloat64()
	}
	table, err := data.NewTable("noisy", data.NumberColumn("x", x), data.NumberColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestQuantilesCover: below a quantile of 0.9 lie nine rows in ten, of those
// that were not learned from too.
func TestQuantilesCover(t *testing.T) {
	table := noisy(t, 4000)
	for _, c := range []struct {
		model string
		q     float64
	}{{"linear", 0.1}, {"linear", 0.9}, {"mlp:16", 0.1}, {"mlp:16", 0.5}, {"mlp:16", 0.9}} {
		r := mustFit(t, table, Options{Target: "y", Model: c.model, Loss: loss.Loss{Name: "quantile", Shape: c.q}.String(), Epochs: 60})
		p, err := r.Model.Predict(table)
		if err != nil {
			t.Fatal(err)
		}
		y, _ := table.Column("y")
		below, low, high := 0.0, 0.0, 0.0
		for i, v := range y.Numbers {
			if v <= p.Number[i] {
				below++
				if x := table.Columns[0].Numbers[i]; x < 1 {
					low++
				} else if x > 2 {
					high++
				}
			}
		}
		share := below / float64(table.Rows)
		t.Logf("%s %v: %.3f below, %.0f of them where x < 1 and %.0f where x > 2", c.model, c.q, share, low, high)
		if math.Abs(share-c.q) > 0.025 {
			t.Errorf("%s: a share of %v lies below the quantile %v", c.model, share, c.q)
		}
		if c.model != "linear" && math.Abs(low-high) > 0.1*below {
			t.Errorf("%s: %v rows below the quantile %v on the left, %v on the right: the spread was not learned", c.model, low, c.q, high)
		}
	}
}

// TestWeightsCountRowsInNetworks: in full batches a weight of two is the row
// twice, and balanced classes are the weights that balance them.
func TestWeightsCountRowsInNetworks(t *testing.T) {
	x, y, w := []float64{0, 1, 2, 3, 4, 5}, []string{"a", "a", "b", "a", "a", "b"}, []float64{1, 2, 1, 3, 1, 1}
	var x2, b2, b []float64
	var y2 []string
	for i := range x {
		for range int(w[i]) {
			x2, y2 = append(x2, x[i]), append(y2, y[i])
		}
	}
	for _, c := range y2 { // 7 rows of a, 2 of b
		b2 = append(b2, map[string]float64{"a": 9.0 / 14, "b": 9.0 / 4}[c])
	}
	for i, c := range y {
		b = append(b, w[i]*map[string]float64{"a": 9.0 / 14, "b": 9.0 / 4}[c])
	}
	tables := []*data.Table{}
	for _, columns := range [][]*data.Column{
		{data.NumberColumn("x", x), data.CategoryColumn("y", y), data.NumberColumn("w", w), data.NumberColumn("b", b)},
		{data.NumberColumn("x", x2), data.CategoryColumn("y", y2), data.NumberColumn("b", b2)},
	} {
		table, err := data.NewTable("rows", columns...)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	for _, classWeight := range []string{"", "balanced"} {
		o := Options{Target: "y", Model: "mlp:4:tanh", Features: []string{"x"}, Method: "gd", Rate: 0.1, Batch: FullBatch, Epochs: 40, Scale: data.Unscaled, L2: 0.01, ClassWeight: classWeight}
		repeated := mustFit(t, tables[1], o)
		o.Weight = "w"
		near(t, "weights "+classWeight, mustFit(t, tables[0], o).Model.Weights, repeated.Model.Weights, 1e-9)
		if classWeight != "" {
			o.ClassWeight, o.Weight = "", "b"
			near(t, "balance by hand", mustFit(t, tables[0], o).Model.Weights, repeated.Model.Weights, 1e-9)
			near(t, "balance by hand, rows repeated", mustFit(t, tables[1], o).Model.Weights, repeated.Model.Weights, 1e-9)
		}
	}
}

// TestInterceptsAreFree: however strong the penalty, what is left of a model is
// its intercept, and that is the best constant.
func TestInterceptsAreFree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(6, 40).Draw(rt, "n")
		m := rapid.SampledFrom([]string{"linear", "linear huber", "linear expectile", "logistic", "softmax", "poisson", "mlp:3"}).Draw(rt, "model")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		v := map[string][]float64{}
		for _, name := range []string{"x", "w", "number", "count", "class", "two"} {
			v[name] = make([]float64, n)
		}
		for i := range n {
			v["x"][i], v["w"][i] = r.NormFloat64(), 0.2+r.Float64()
			v["number"][i] = 1000 + 10*r.NormFloat64()
			v["count"][i], v["class"][i], v["two"][i] = float64(1+r.IntN(9)), float64(i%3), float64(i%2)
		}
		var columns []*data.Column
		for name, values := range v {
			columns = append(columns, data.NumberColumn(name, values))
		}
		slices.SortFunc(columns, func(a, b *data.Column) int { return int(a.Name[0]) - int(b.Name[0]) })
		table, err := data.NewTable("random", columns...)
		if err != nil {
			rt.Fatal(err)
		}
		o := Options{Features: []string{"x"}, Weight: "w", Validation: NoValidation, Epochs: 20000, GradTol: 1e-9}
		switch m {
		case "linear huber":
			o.Model, o.Loss, o.Target = "linear", "huber:1000", "number" // so wide that its best constant is the mean
		case "linear expectile":
			o.Model, o.Loss, o.Target = "linear", "expectile:0.5", "number"
		default:
			o.Model = m
			o.Target = map[string]string{"linear": "number", "mlp:3": "number", "logistic": "two", "softmax": "class", "poisson": "count"}[m]
		}
		if m == "mlp:3" {
			o.Method, o.Epochs = "lbfgs", 2000
		}
		if rapid.Bool().Draw(rt, "l1") && m != "mlp:3" {
			o.L1 = 1e5
		} else {
			o.L2 = 1e6
		}
		res, err := Fit(t.Context(), table, o, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if math.Abs(float64(res.Loss.Train-res.Loss.Baseline)) > 1e-4*math.Abs(float64(res.Loss.Baseline)) {
			rt.Errorf("%s with l1 %v and l2 %v has loss %v, the best constant %v (%s)", m, o.L1, o.L2, res.Loss.Train, res.Loss.Baseline, res.Reason)
		}
	})
}

// TestGapsBoundTheObjective: wherever a fit ends, the minimum lies within the
// duality gap below its objective; at the end of a good fit the gap is small.
func TestGapsBoundTheObjective(t *testing.T) {
	for _, c := range []struct {
		sample, target, model, loss string
		l1, l2                      float64
	}{
		{"mpg", "mpg", "linear", "mse", 0, 0.5}, {"mpg", "mpg", "linear", "mse", 0.5, 0}, {"mpg", "mpg", "linear", "mse", 0.3, 0.2},
		{"mpg", "mpg", "linear", "huber:3", 0.1, 0}, {"mpg", "mpg", "linear", "expectile:0.8", 0, 0.1}, {"mpg", "mpg", "poisson", "poisson", 0, 0.1},
		{"penguins", "sex", "logistic", "logistic", 0, 0.01}, {"penguins", "sex", "logistic", "logistic", 0.02, 0}, {"penguins", "sex", "logistic", "squared-hinge", 0.01, 0.01},
		{"mpg", "mpg,weight", "linear", "mse", 0.05, 0}, {"mpg", "mpg,weight", "linear", "mse", 0, 0.3},
	} {
		table := sample(t, c.sample)
		o := Options{Target: c.target, Model: c.model, Loss: c.loss, L1: c.l1, L2: c.l2, Validation: NoValidation}
		if c.l2 == 0 {
			o.L2 = NoPenalty
		}
		end := mustFit(t, table, o)
		if end.Gap == nil || !(float64(*end.Gap) <= 1e-6*max(1, float64(end.Loss.Objective))) {
			t.Errorf("%+v: no small gap at the end: %v", c, end.Gap)
			continue
		}
		for _, steps := range []int{1, 3, 8, 20} {
			o.Epochs = steps
			r := mustFit(t, table, o)
			above := float64(r.Loss.Objective - end.Loss.Objective)
			if r.Gap == nil || !(above <= float64(*r.Gap)+1e-12*float64(end.Loss.Objective)) {
				t.Errorf("%+v: after %d steps the objective is %v above its minimum, and the gap says %v", c, steps, above, r.Gap)
			}
		}
	}
	if r := mustFit(t, sample(t, "mpg"), Options{Target: "mpg", L2: NoPenalty, Method: "lbfgs"}); r.Gap != nil || r.GradNorm == nil {
		t.Errorf("without penalty the gap is %v and the gradient %v", r.Gap, r.GradNorm)
	}
}

// TestOwnFileStopsAsASplitDoes: rows to stop early by may come from a table of
// one's own, and the weights are the same.
func TestOwnFileStopsAsASplitDoes(t *testing.T) {
	table := noisy(t, 300)
	rows := make([]int, table.Rows)
	for i := range rows {
		rows[i] = i
	}
	kept, aside, err := data.Split(rows, 0.3, 4, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Target: "y", Model: "mlp:32", Rate: 0.02, Validation: 0.3, Patience: 8, Seed: 4}
	split := mustFit(t, table, o)
	o.Validation, o.ValidationTable = 0, subset(t, table, aside)
	own := mustFit(t, subset(t, table, kept), o)
	if split.Status != optim.Converged || split.Best == 0 || own.Best != split.Best || !slices.Equal(own.Model.Weights, split.Model.Weights) {
		t.Errorf("a split stops after epoch %d (%s), a file of the same rows after %d", split.Best, split.Reason, own.Best)
	}
}
