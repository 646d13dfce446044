package train

import (
	"math"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/reference"
	"descent/optim"
)

// TestSparseReferences fits the sparse problems of reference-optima.json.
func TestSparseReferences(t *testing.T) {
	reached := 0
	for _, p := range optima(t) {
		file, o := "", SparseOptions{L2: p.Hyper.Lambda, GradTol: 1e-10}
		switch p.Name {
		case "reuters":
			file = "reuters.trn.gz"
		case "vw-rcv1_small":
			file, o.L2, o.L2Bias = "vw-rcv1_small.dat.gz", 1/float64(p.N), true
		default:
			continue
		}
		reached++
		s, err := data.Read(reference.Path(t, "tabular", "libsvm", file), data.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Rows != p.N {
			t.Fatalf("%s has %d rows, the reference %d", file, s.Rows, p.N)
		}
		f, err := FitSparse(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d columns, %s by %s", p.Name, len(f.Weights), f.Reason, f.Method)
		if f.Status != optim.Converged && f.Status != optim.NoProgress || math.Abs(f.Objective-p.Objective) > 1e-10*p.Objective {
			t.Errorf("%s: objective %.15g, optimum %.15g (%s)", p.Name, f.Objective, p.Objective, f.Reason)
		}
		if p.TrainAccuracy != 0 && math.Abs(f.Accuracy-p.TrainAccuracy) > 1e-12 {
			t.Errorf("%s: accuracy %v, the reference has %v", p.Name, f.Accuracy, p.TrainAccuracy)
		}
		if p.Bias != 0 && math.Abs(f.Bias-p.Bias) > 1e-6*math.Abs(p.Bias) {
			t.Errorf("%s: bias %.10g, the reference has %.10g", p.Name, f.Bias, p.Bias)
		}
	}
	if reached != 2 {
		t.Errorf("%d of 2 problems found", reached)
	}
}

// The derivatives of every loss agree with differences, and an l1 penalty leaves
// few weights.
func TestSparseObjective(t *testing.T) {
	s := &sparseSet{
		Name: "s", Rows: 4, Cols: 3, Start: []int64{0, 2, 3, 3, 5}, Index: []int32{0, 2, 1, 0, 1},
		Value: []float64{1, -2, 0.5, 3, 1}, Label: []float64{1, 0, 0, 1},
	}
	for name := range sparseLosses {
		p, _, err := sparseProblem(s, SparseOptions{Loss: name, L2: 0.3, L2Bias: name == "mse"})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := optim.CheckGradient(&p, []float64{0.3, -0.7, 0.2, 0.4}); err != nil || !c.OK {
			t.Errorf("%s: %v %s", name, err, c.Text)
		}
		x, v, hv := []float64{0.3, -0.7, 0.2, 0.4}, []float64{1, -2, 0.5, 3}, make([]float64, 4)
		up, down := make([]float64, 4), make([]float64, 4)
		const h = 1e-6
		shift := func(by float64, g []float64) {
			at := make([]float64, 4)
			for i := range at {
				at[i] = x[i] + by*v[i]
			}
			if _, err := p.Eval(at, g); err != nil {
				t.Fatal(err)
			}
		}
		shift(h, up)
		shift(-h, down)
		if err := p.HVP(x, v, hv); err != nil {
			t.Fatal(err)
		}
		for i := range hv {
			if want := (up[i] - down[i]) / (2 * h); math.Abs(hv[i]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: product %d is %v, differences give %v", name, i, hv[i], want)
			}
		}
	}
	f, err := fitSparse(t.Context(), s, SparseOptions{L1: 0.3})
	if err != nil || f.Status != optim.Converged || f.Method != "fista" || f.Weights[1] != 0 {
		t.Errorf("%v: %+v", err, f)
	}
}

func TestSparseRefuses(t *testing.T) {
	s := &sparseSet{Name: "s", Rows: 1, Cols: 1, Start: []int64{0, 0}, Label: []float64{3}}
	for want, o := range map[string]SparseOptions{
		"the losses of sparse rows are": {Loss: "mea"},
		"row 1 of s has the label 3":    {},
		"must be finite":                {Loss: "mse", L2: math.NaN()},
		"unknown method":                {Loss: "mse", Method: "lbgfs"},
	} {
		if _, err := fitSparse(t.Context(), s, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want …%s…", o, err, want)
		}
	}
}
