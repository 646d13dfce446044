package train

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// readJSON reads a file of testdata.
func readJSON(t *testing.T, to any, path ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// columnsOf makes number columns of a row-major matrix, called prefix1, …
func columnsOf(prefix string, v []float64, k int) []*data.Column {
	var list []*data.Column
	for j := range k {
		list = append(list, data.NumberColumn(fmt.Sprintf("%s%d", prefix, j+1), ofTarget(v, j, k)))
	}
	return list
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: number %d is %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}

// TestTargetsAgainstScikitLearn: linear models of three numbers and of three
// labels, weighted rows, with an l2 penalty; and their metrics.
func TestTargetsAgainstScikitLearn(t *testing.T) {
	var file struct {
		L2                         float64
		X, Numbers, Labels, Weight []float64
		Ridge                      struct {
			Coef, Intercept, RMSE []float64
			R2                    float64
		}
		Logistic struct {
			Coef, Intercept, Logits []float64
			Subset                  float64   `json:"subset_accuracy"`
			Hamming                 float64   `json:"hamming_loss"`
			Macro                   float64   `json:"macro_f1"`
			Micro                   float64   `json:"micro_f1"`
			AUC                     []float64 `json:"roc_auc"`
		}
	}
	readJSON(t, &file, "sklearn", "targets.json")
	fitOf := func(y []float64, model string) *Result {
		columns := append(columnsOf("x", file.X, 3), data.NumberColumn("w", file.Weight))
		table, err := data.NewTable("waves", append(columns, columnsOf("y", y, 3)...)...)
		if err != nil {
			t.Fatal(err)
		}
		return mustFit(t, table, Options{Target: "y1,y2,y3", Model: model, Weight: "w", L2: file.L2, Scale: data.Unscaled, Validation: NoValidation, GradTol: 1e-11})
	}
	each := func(r *Result, metric string) (v []float64) {
		for _, s := range r.Targets {
			m, _ := s.Metrics.Get(metric)
			v = append(v, m)
		}
		return v
	}
	// scikit-learn has a row of coefficients for each target.
	weights := func(r *Result) (coef, intercept []float64) {
		w := param.View(r.Model.Weights, r.Model.Blocks[0])
		for j := range 3 {
			coef = append(coef, ofTarget(w, j, 3)...)
		}
		return coef, param.View(r.Model.Weights, r.Model.Blocks[1])
	}
	r := fitOf(file.Numbers, "linear")
	coef, intercept := weights(r)
	near(t, "ridge", coef, file.Ridge.Coef, 1e-8)
	near(t, "its intercepts", intercept, file.Ridge.Intercept, 1e-8)
	r2, _ := r.Metrics.Get("r2")
	near(t, "its r2", []float64{r2}, []float64{file.Ridge.R2}, 1e-8)
	near(t, "its rmse", each(r, "rmse"), file.Ridge.RMSE, 1e-8)

	r = fitOf(file.Labels, "logistic")
	coef, intercept = weights(r)
	near(t, "logistic", coef, file.Logistic.Coef, 1e-8)
	near(t, "its intercepts", intercept, file.Logistic.Intercept, 1e-8)
	near(t, "its roc auc", each(r, "roc_auc"), file.Logistic.AUC, 1e-8)
	for name, want := range map[string]float64{"subset_accuracy": file.Logistic.Subset, "hamming_loss": file.Logistic.Hamming, "macro_f1": file.Logistic.Macro, "micro_f1": file.Logistic.Micro} {
		got, _ := r.Metrics.Get(name)
		near(t, name, []float64{got}, []float64{want}, 1e-12)
	}
}

// TestTargetsTakePyTorchsSteps: 50 steps of perceptrons with three targets.
func TestTargetsTakePyTorchsSteps(t *testing.T) {
	var file struct {
		Features, Hidden, Targets int
		X, Weight                 []float64
		Cases                     []struct {
			Loss                  string
			Y, Start, End, Losses []float64
		}
	}
	readJSON(t, &file, "torch", "targets.json")
	for _, c := range file.Cases {
		r := recipe{
			spec: model.Spec{Kind: model.MLP, Hidden: []int{file.Hidden}, Activation: "tanh"}, loss: loss.Loss{Name: c.Loss},
			features: file.Features, outputs: file.Targets, targets: file.Targets,
		}
		n := len(file.Weight)
		_, net, _, err := r.build(n, 1)
		if err != nil {
			t.Fatal(err)
		}
		set := newRowSet(net.Inputs, file.X, file.Features, n, c.Y, file.Weight)
		for _, rows := range []int{n, 4} { // at once, and in chunks
			all, err := newChunked(r, set, rows, 1/set.total, 1)
			if err != nil {
				t.Fatal(err)
			}
			m, _ := optim.Find[float64]("adam")
			rule, err := m.NewRule(map[string]float64{"rate": 0.02})
			if err != nil {
				t.Fatal(err)
			}
			var losses []float64
			p := optim.Problem[float64]{Dim: len(c.Start), Eval: func(x, grad []float64) (float64, error) {
				v, err := all.evalAll(x, grad)
				losses = append(losses, v)
				return v, err
			}}
			run, err := optim.Minimize(t.Context(), p, slices.Clone(c.Start), &optim.FirstOrder[float64]{Rule: rule}, optim.MaxIter[float64](len(c.Losses)))
			if err != nil {
				t.Fatal(err)
			}
			near(t, c.Loss, run.State().X, c.End, 1e-10)
			near(t, c.Loss+" loss", losses[:len(c.Losses)], c.Losses, 1e-10)
		}
	}
}

// someTargets has two numbers, two labels and three classes to predict from x.
func someTargets(t *testing.T) *data.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(2, 9))
	n := 90
	v := map[string][]float64{"x": make([]float64, n), "a": make([]float64, n), "b": make([]float64, n)}
	l := map[string][]string{"p": make([]string, n), "q": make([]string, n), "c": make([]string, n)}
	for i := range n {
		x := r.NormFloat64()
		v["x"][i], v["a"][i], v["b"][i] = x, 1000+50*x+20*r.NormFloat64(), 0.001*x*x+0.001*r.NormFloat64()
		l["p"][i] = []string{"no", "yes"}[min(1, max(0, int(x+r.NormFloat64()+1)))]
		l["q"][i] = []string{"cold", "hot"}[i%2]
		l["c"][i] = []string{"u", "v", "w"}[i%3]
	}
	table, err := data.NewTable("some",
		data.NumberColumn("x", v["x"]), data.NumberColumn("a", v["a"]), data.NumberColumn("b", v["b"]),
		data.CategoryColumn("p", l["p"]), data.CategoryColumn("q", l["q"]), data.CategoryColumn("c", l["c"]))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestTargetsAsThoughAlone: without penalty, each target of a linear model is
// fitted as by itself; and its metrics are those of the model of it alone.
func TestTargetsAsThoughAlone(t *testing.T) {
	table := someTargets(t)
	for _, c := range []struct{ targets, loss string }{{"a,b", "mse"}, {"a, b", "expectile:0.8"}, {"p,q", "logistic"}} {
		o := Options{Target: c.targets, Features: []string{"x"}, Loss: c.loss, L2: NoPenalty, Validation: NoValidation}
		both := mustFit(t, table, o)
		for j, name := range strings.Split(c.targets, ",") {
			name = strings.TrimSpace(name)
			o.Target = name
			one := mustFit(t, table, o)
			near(t, name, ofTarget(both.Model.Weights, j, 2), one.Model.Weights, 1e-6)
			for _, m := range one.Metrics {
				got, ok := both.Targets[j].Metrics.Get(m.Name)
				if base, _ := one.Baseline.Metrics.Get(m.Name); !ok || math.Abs(got-m.Value) > 1e-6*max(1, m.Value) {
					t.Errorf("%s of %s is %v, by itself %v (baseline %v)", m.Name, name, got, m.Value, base)
				}
			}
		}
	}
}

// TestTargetsGoWhereTheModelGoes: a model of several targets that was saved says
// the same, for each as a model of one would.
func TestTargetsGoWhereTheModelGoes(t *testing.T) {
	table := someTargets(t)
	for _, c := range []struct{ targets, model string }{{"a,b", "linear"}, {"b,a", "mlp:6:layer-norm"}, {"p,q", "logistic"}, {"q,p", "mlp:6"}} {
		dir := filepath.Join(t.TempDir(), "run")
		r := mustFit(t, table, Options{Target: c.targets, Model: c.model, Features: []string{"x"}, Epochs: 300, Validation: NoValidation, Dir: dir})
		m, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Evaluate(table)
		if err != nil || !slices.Equal(e.Metrics, r.Metrics) || len(e.Targets) != 2 {
			t.Errorf("%s by %s: metrics %v, before saving %v (%v)", c.targets, c.model, e.Metrics, r.Metrics, err)
		}
		if math.Abs(float64(e.Loss-r.Loss.Train)) > 1e-5*float64(r.Loss.Train) || !(r.Loss.Train < r.Loss.Baseline) {
			t.Errorf("%s by %s: loss %v, in training %v, of the baseline %v", c.targets, c.model, e.Loss, r.Loss.Train, r.Loss.Baseline)
		}
		p, err := m.Predict(table)
		if err != nil || len(p.Several) != 2 || p.Several[0].Target+","+p.Several[1].Target != c.targets {
			t.Fatalf("%s by %s: predictions %v, %v", c.targets, c.model, p, err)
		}
		for i, one := range p.Several {
			name := one.Target
			y, _ := table.Column(name)
			switch {
			case one.Classes == nil:
				rmse, _ := e.Targets[i].Metrics.Get("rmse")
				near(t, "rmse of "+name, []float64{loss.RMSE(one.Number, y.Numbers, nil)}, []float64{rmse}, 1e-9)
			default:
				right := 0.0
				for row, class := range one.Class {
					if one.Classes[class] == y.Cell(row) {
						right++
					}
				}
				accuracy, _ := e.Targets[i].Metrics.Get("accuracy")
				near(t, "accuracy of "+name, []float64{right / float64(table.Rows)}, []float64{accuracy}, 1e-12)
			}
		}
	}
}

// TestTargetsRefused: what one model cannot predict together is said in words.
func TestTargetsRefused(t *testing.T) {
	table := someTargets(t)
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Target: "a,p"}, "the targets are of different kinds: a is a number from .*, p is 2 classes"},
		{Options{Target: "p,c"}, `target "c" has 3 classes`},
		{Options{Target: "a,a"}, `"a" is named twice`},
		{Options{Target: "a,nope"}, `no column "nope"`},
		{Options{Target: "p,q", Model: "softmax"}, "softmax predicts one target, not 2"},
		{Options{Target: "a,b", Model: "k*x"}, "predicts one target, not 2"},
		{Options{Target: "p,q", ClassWeight: "balanced"}, "class weights are for one target, and there are 2"},
		{Options{Target: "a,b", Loss: "huber:2"}, "the number of huber:2 has the unit of one target"},
		{Options{Target: "a,b", Method: "lm"}, "lm fits one target at a time, and there are 2"},
		{Options{Target: "a,b", Loss: "mae", Method: "frisch-newton"}, "one target at a time"},
	} {
		_, err := Fit(t.Context(), table, c.o, nil)
		if err == nil || !regexp.MustCompile(c.want).MatchString(err.Error()) {
			t.Errorf("%+v: error %v, want %q", c.o, err, c.want)
		}
	}
}
