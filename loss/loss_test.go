package loss

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"descent/graph"
)

// value is the mean loss and its gradient for outputs f (a Param), targets y
// and weights w.
func value(t *testing.T, l Loss, f, y, w []float64, k int) (float64, []float64) {
	t.Helper()
	g := graph.New()
	shape := []int{len(y)}
	if k > 1 {
		shape = append(shape, k)
	}
	out := g.Param("f", shape...)
	var weight *graph.Node
	if w != nil {
		weight = g.Data("w", len(y))
	}
	mean, err := l.Mean(g, out, g.Data("y", len(y)), weight)
	if err != nil {
		t.Fatal(err)
	}
	o, err := graph.NewObjective[float64](g, mean)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Bind("y", y); err != nil {
		t.Fatal(err)
	}
	if w != nil {
		if err := o.Bind("w", w); err != nil {
			t.Fatal(err)
		}
	}
	grad := make([]float64, len(f))
	v, err := o.Eval(f, grad)
	if err != nil {
		t.Fatal(err)
	}
	return v, grad
}

// TestLossesByHand holds every loss to values worked out on paper.
func TestLossesByHand(t *testing.T) {
	ln := math.Log
	for _, c := range []struct {
		loss    string
		f, y, w []float64
		k       int
		want    float64
	}{
		{"mse", []float64{1, 4}, []float64{2, 2}, nil, 1, 2.5},
		{"mse", []float64{1, 4}, []float64{2, 2}, []float64{3, 1}, 1, 1.75},
		{"mae", []float64{1, 4}, []float64{2, 2}, nil, 1, 1.5},
		{"huber", []float64{0.5, 3}, []float64{0, 0}, nil, 1, (0.125 + 2.5) / 2},
		{"huber:2", []float64{0.5, 3}, []float64{0, 0}, nil, 1, (0.125 + 4) / 2},
		{"quantile:0.9", []float64{0, 3}, []float64{1, 1}, nil, 1, (0.9 + 0.2) / 2},
		{"poisson", []float64{0, ln(2)}, []float64{3, 1}, nil, 1, (1 + 2 - ln(2)) / 2},
		{"expectile:0.9", []float64{0, 3}, []float64{1, 1}, nil, 1, (0.9 + 0.1*4) / 2},
		{"epsilon:0.5", []float64{0.2, 3}, []float64{0, 1}, nil, 1, 1.5 / 2},
		{"epsilon-squared:0.5", []float64{0.2, 3}, []float64{0, 1}, nil, 1, 2.25 / 2},
		{"log-cosh", []float64{1, -2}, []float64{0, 0.5}, nil, 1, (ln(math.Cosh(1)) + ln(math.Cosh(2.5))) / 2},
		{"mape", []float64{1, 3}, []float64{2, -4}, nil, 1, (0.5 + 1.75) / 2},
		{"msle", []float64{0, ln(3)}, []float64{1, 0}, nil, 1, ln(4) * ln(4) / 2},
		{"gamma", []float64{0, ln(2)}, []float64{3, 1}, nil, 1, (3 + 0.5 + ln(2)) / 2},
		{"tweedie", []float64{0, ln(4)}, []float64{3, 0}, nil, 1, (2 + 6 + 4) / 2},
		{"tweedie:1.25", []float64{0}, []float64{1}, nil, 1, 1/0.75 + 4},
		{"focal", []float64{0, ln(3)}, []float64{1, 0}, nil, 1, (ln(2)/4 + 9.0/16*ln(4)) / 2},
		{"focal:1", []float64{ln(3)}, []float64{1}, nil, 1, 0.25 * ln(4.0/3)},
		{"hinge", []float64{0.5, 2, -1}, []float64{1, 1, 1}, nil, 1, (0.5 + 2) / 3},
		{"squared-hinge", []float64{0.5, -3}, []float64{0, 0}, nil, 1, 2.25 / 2},
		{"modified-huber", []float64{0.5, 3, -2}, []float64{1, 0, 0}, nil, 1, (0.25 + 12) / 3},
		{"perceptron", []float64{0.5, 3}, []float64{1, 0}, nil, 1, 1.5},
		{"smoothed-cross-entropy:0.3", []float64{0, ln(2)}, []float64{1}, nil, 2, 0.7*ln(1.5) + 0.3*(ln(3)-ln(2)/2)},
		{"multiclass-hinge", []float64{1, 3, 0.5, 4, 1, 0}, []float64{0, 0}, nil, 3, 1.5},
		{"cosine", []float64{3, 4}, []float64{1}, nil, 2, 0.2},
		{"dice", []float64{0, ln(3)}, []float64{1}, nil, 2, 1 - 1.5/(1+0.625)},
		{"logistic", []float64{0, ln(3)}, []float64{1, 0}, nil, 1, (ln(2) + ln(4)) / 2},
		{"logistic", []float64{-800, 800}, []float64{1, 1}, nil, 1, 400},
		{"cross-entropy", []float64{0, 0, 0, ln(2)}, []float64{0, 1}, nil, 2, (ln(2) + ln(1.5)) / 2},
		{"cross-entropy", []float64{900, 0, -900, 0, 0, 0}, []float64{2, 0}, []float64{1, 3}, 3, (1800 + 3*ln(3)) / 4},
	} {
		l, err := Parse(c.loss)
		if err != nil {
			t.Fatal(err)
		}
		got, grad := value(t, l, c.f, c.y, c.w, c.k)
		near(t, c.loss, got, c.want)
		for i := range c.f {
			const h = 1e-5
			at := func(d float64) float64 {
				f := append([]float64(nil), c.f...)
				f[i] += d
				v, _ := value(t, l, f, c.y, c.w, c.k)
				return v
			}
			if want := (at(h) - at(-h)) / (2 * h); math.Abs(grad[i]-want) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("%s: gradient %d is %v, differences say %v", c.loss, i, grad[i], want)
			}
		}
	}
}

func TestRescale(t *testing.T) {
	const s = 7.5
	f, y := []float64{0.5, -3, 0.1}, []float64{0, 0.2, 0.15}
	for _, name := range []string{"mse", "mae", "huber:2", "quantile:0.3", "expectile:0.3", "epsilon:2", "epsilon-squared:2"} {
		l, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		scaled, factor, ok := l.Rescale(s)
		if !ok {
			t.Errorf("%s cannot be rescaled", name)
		}
		times := func(v []float64) []float64 { return []float64{s * v[0], s * v[1], s * v[2]} }
		want, _ := value(t, l, times(f), times(y), nil, 1)
		got, _ := value(t, scaled, f, y, nil, 1)
		near(t, name, got*factor, want)
	}
	if _, _, ok := (Loss{Name: "logistic"}).Rescale(2); ok {
		t.Error("the logistic loss has no unit to rescale")
	}
}

func TestParse(t *testing.T) {
	for _, name := range Names() {
		l, err := Parse(name)
		if err != nil || l.String() != name {
			t.Errorf("Parse(%q) = %v, %v", name, l, err)
		}
	}
	for text, want := range map[string]string{
		"mean":         "the losses are mse, mae",
		"mse:2":        "takes no number",
		"huber:-1":     "must be positive",
		"huber:x":      "must be positive",
		"quantile:1.5": "between 0 and 1",
		"tweedie:3":    "between 1 and 2",
		"quantile:nan": "must be positive",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): error %v, want %q", text, err, want)
		}
	}
	var back struct{ L Loss }
	text, err := json.Marshal(struct{ L Loss }{Loss{"quantile", 0.9}})
	if err != nil || json.Unmarshal(text, &back) != nil || back.L != (Loss{"quantile", 0.9}) {
		t.Errorf("%s read back as %v, %v", text, back, err)
	}
}

func TestShapesThatDoNotFitAreRefused(t *testing.T) {
	g := graph.New()
	y := g.Data("y", 4)
	for _, c := range []struct {
		name  string
		shape []int
	}{{"mse", []int{3}}, {"mse", []int{4, 2}}, {"cross-entropy", []int{4}}, {"cross-entropy", []int{3, 2}}} {
		l, _ := Parse(c.name)
		if _, err := l.Mean(g, g.Data(c.name+string(rune('0'+c.shape[0]+10*len(c.shape))), c.shape...), y, nil); err == nil {
			t.Errorf("%s accepted outputs of shape %v", c.name, c.shape)
		}
	}
	if _, err := (Loss{Name: "none"}).Rows(g, y, y); err == nil {
		t.Error("an unknown loss was accepted")
	}
}
