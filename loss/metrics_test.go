package loss

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// near fails unless got is want to about 1e-12 relative.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.17g, want %.17g", what, got, want)
	}
}

// TestMetricsAgainstScikitLearn holds every metric to the numbers that
// sklearn.metrics printed for the same rows (testdata/metrics.json).
func TestMetricsAgainstScikitLearn(t *testing.T) {
	var file struct {
		Cases []struct {
			Kind, Name                         string
			K                                  int
			Logits, Weights, P, Y, Rate, Count []float64
			Truth                              []int
			Accuracy, RMSE, MAE, R2, Pinball   float64
			Balanced                           float64 `json:"balanced_accuracy"`
			F1                                 []float64
			MacroF1                            float64  `json:"macro_f1"`
			LogLoss                            float64  `json:"log_loss"`
			AUC                                *float64 `json:"roc_auc"`
			Deviance                           float64  `json:"poisson_deviance"`
			Confusion                          [][]float64
		}
	}
	text, err := os.ReadFile("testdata/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			if c.Kind == "numbers" {
				near(t, "r2", R2(c.P, c.Y, c.Weights), c.R2)
				near(t, "rmse", RMSE(c.P, c.Y, c.Weights), c.RMSE)
				near(t, "mae", MAE(c.P, c.Y, c.Weights), c.MAE)
				near(t, "pinball", Pinball(c.P, c.Y, c.Weights, 0.3), c.Pinball)
				near(t, "deviance", PoissonDeviance(c.Rate, c.Count, c.Weights), c.Deviance)
				return
			}
			classes := []string{"a", "b", "c"}[:c.K]
			m, confusion := Classification(c.Logits, c.Truth, c.Weights, classes)
			get := func(name string) float64 { v, _ := m.Get(name); return v }
			near(t, "accuracy", get("accuracy"), c.Accuracy)
			near(t, "balanced accuracy", get("balanced_accuracy"), c.Balanced)
			near(t, "macro F1", get("macro_f1"), c.MacroF1)
			near(t, "log loss", get("log_loss"), c.LogLoss)
			for i, name := range classes {
				near(t, "F1 of "+name, get("f1_"+name), c.F1[i])
				for j := range classes {
					near(t, "confusion", confusion[i][j], c.Confusion[i][j])
				}
			}
			if v, ok := m.Get("roc_auc"); ok != (c.AUC != nil) {
				t.Errorf("roc_auc present: %v", ok)
			} else if ok {
				near(t, "AUC", v, *c.AUC)
			}
		})
	}
}

func TestAUCByHand(t *testing.T) {
	for _, c := range []struct {
		score    []float64
		positive []bool
		want     float64
	}{
		{[]float64{1, 2, 3, 4}, []bool{false, false, true, true}, 1},
		{[]float64{1, 2, 3, 4}, []bool{true, true, false, false}, 0},
		{[]float64{5, 5, 5, 5}, []bool{true, false, true, false}, 0.5},
		{[]float64{1, 2, 2, 3}, []bool{false, true, false, true}, 0.875},
		{[]float64{1, 2}, []bool{true, true}, math.NaN()},
		{nil, nil, math.NaN()},
		{[]float64{math.NaN(), 2}, []bool{true, false}, math.NaN()},
	} {
		got := AUC(c.score, c.positive, nil)
		if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("AUC(%v, %v) = %v, want %v", c.score, c.positive, got, c.want)
		}
	}
}

// TestAUCIsTheShareOfPairs holds the sorted sweep to its definition, pair by
// pair, with weights and ties.
func TestAUCIsTheShareOfPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		score := make([]float64, n)
		w := make([]float64, n)
		positive := make([]bool, n)
		for i := range score {
			score[i] = float64(rapid.IntRange(0, 5).Draw(t, "score"))
			w[i] = float64(rapid.IntRange(1, 4).Draw(t, "weight"))
			positive[i] = rapid.Bool().Draw(t, "positive")
		}
		positive[0], positive[1] = true, false
		var won, pairs float64
		for i := range score {
			for j := range score {
				if !positive[i] || positive[j] {
					continue
				}
				pairs += w[i] * w[j]
				switch {
				case score[i] > score[j]:
					won += w[i] * w[j]
				case score[i] == score[j]:
					won += w[i] * w[j] / 2
				}
			}
		}
		if got := AUC(score, positive, w); math.Abs(got-won/pairs) > 1e-12 {
			t.Fatalf("AUC %v, pairs %v", got, won/pairs)
		}
	})
}

// TestUndefinedMetricsAreLeftOut: no rows, one class only, targets all equal.
func TestUndefinedMetricsAreLeftOut(t *testing.T) {
	if m := Regression(nil, nil, nil); len(m) != 0 {
		t.Errorf("no rows: %v", m)
	}
	if m, _ := Classification(nil, nil, nil, []string{"no", "yes"}); len(m) != 0 {
		t.Errorf("no rows: %v", m)
	}
	m, _ := Classification([]float64{-1, 2}, []int{0, 0}, nil, []string{"no", "yes"})
	if _, ok := m.Get("roc_auc"); ok {
		t.Errorf("one class has an AUC: %v", m)
	}
	if v, _ := m.Get("accuracy"); v != 0.5 {
		t.Errorf("accuracy: %v", m)
	}
	m = Regression([]float64{1, 2}, []float64{3, 3}, nil)
	if _, ok := m.Get("r2"); ok || len(m) != 2 {
		t.Errorf("equal targets: %v", m)
	}
	if m := Counts([]float64{1, 0}, []float64{1, 1}, nil); m[0].Name == "poisson_deviance" {
		t.Errorf("rate 0: %v", m)
	}
	// A certain and wrong answer has a large finite price.
	m, _ = Classification([]float64{-1000, 1000}, []int{1, 1}, nil, []string{"no", "yes"})
	if v, _ := m.Get("log_loss"); v != 500 {
		t.Errorf("log loss of a sure mistake: %v", m)
	}
}

func TestMetricsJSONKeepsOrder(t *testing.T) {
	m := Metrics{{"accuracy", 0.97}, {"a \"b\"", 1e-300}, {"rmse", 2}}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"accuracy":0.97,"a \"b\"":1e-300,"rmse":2}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var back Metrics
	if err := json.Unmarshal(text, &back); err != nil || !slices.Equal(m, back) {
		t.Errorf("read back %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`[1]`), &back); err == nil {
		t.Error("a list is no object of metrics")
	}
}

func TestLinks(t *testing.T) {
	z := []float64{-800, 0, 800}
	Sigmoid.Apply(z, 1)
	if z[0] != 0 || z[1] != 0.5 || z[2] != 1 {
		t.Errorf("sigmoid: %v", z)
	}
	z = []float64{1000, 1000, 0, math.Log(3)}
	Softmax.Apply(z, 2)
	for i, want := range []float64{0.5, 0.5, 0.25, 0.75} {
		near(t, "softmax", z[i], want)
	}
	z = []float64{math.Log(2)}
	Exp.Apply(z, 1)
	near(t, "exp", z[0], 2)
	Identity.Apply(z, 1)
	near(t, "identity", z[0], 2)
}
