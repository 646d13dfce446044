package train

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/optim"
)

// TestDefaultPenalty: classifiers on scaled columns get features/(10·rows) where
// no penalty was asked for, and nothing else does.
func TestDefaultPenalty(t *testing.T) {
	table := sample(t, "penguins")
	features := []string{"bill_length_mm", "body_mass_g"}
	base := Options{Target: "species", Features: features, Validation: NoValidation}
	for _, c := range []struct {
		name string
		set  func(*Options)
		want float64
	}{
		{"softmax", func(*Options) {}, 2.0 / (10 * 344)},
		{"logistic, of the rows with a target", func(o *Options) { o.Target = "sex" }, 2.0 / (10 * 333)},
		{"minibatches minimise the same", func(o *Options) { o.Method, o.Epochs = "adam", 1 }, 2.0 / (10 * 344)},
		{"asked for", func(o *Options) { o.L2 = 0.5 }, 0.5},
		{"none asked for", func(o *Options) { o.L2, o.Epochs = NoPenalty, 5 }, 0},
		{"l1 instead", func(o *Options) { o.L1 = 0.1 }, 0},
		{"decay instead", func(o *Options) { o.Method, o.WeightDecay, o.Epochs = "adam", 0.1, 1 }, 0},
		{"columns as they are", func(o *Options) { o.Scale, o.Epochs = "none", 5 }, 0},
		{"a network", func(o *Options) { o.Model, o.Epochs = "mlp:4", 1 }, 0},
		{"a number", func(o *Options) { o.Target = "flipper_length_mm" }, 0},
	} {
		o := base
		c.set(&o)
		r := mustFit(t, table, o)
		if math.Abs(r.L2-c.want) > 1e-15 {
			t.Errorf("%s: l2 %v, want %v", c.name, r.L2, c.want)
		}
		said := slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "since none was asked for") })
		if chosen := c.want != 0 && o.L2 == 0; said != chosen {
			t.Errorf("%s: said %t: %v", c.name, said, r.Notes)
		}
	}
	// Classes that a plane separates have a finite optimum with it.
	apart := numbers(t, "apart", map[string][]float64{"x": {0, 1, 2, 3, 4, 5}, "y": {0, 0, 0, 1, 1, 1}})
	if r := mustFit(t, apart, Options{Target: "y"}); r.Status != optim.Converged || float64(r.Loss.Train) < 1e-3 {
		t.Errorf("separable classes: %s, loss %v", r.Status, r.Loss.Train)
	}
}

// TestDefaultPenaltySaysWhatItTook: of columns that count one each, features; of
// words, whose values may be large, the mean square of a row.
func TestDefaultPenaltySaysWhatItTook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words.vw")
	text := "1 | age:30 a\n-1 | age:40 b\n1 | age:10 a\n-1 | age:20 b\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	words, err := data.Read(path, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		table *data.Table
		o     Options
		want  float64
		said  string
	}{
		{words, Options{Target: "label", Model: "logistic"}, (900 + 1600 + 100 + 400 + 4) / 4.0 / (10 * 4), ": the mean square of a row / (10 · rows),"},
		{sample(t, "penguins"), Options{Target: "sex", Features: []string{"body_mass_g"}}, 1.0 / (10 * 333), ": features / (10 · rows),"},
	} {
		c.o.Validation = NoValidation
		r := mustFit(t, c.table, c.o)
		if math.Abs(r.L2-c.want) > 1e-12*c.want {
			t.Errorf("l2 %v, want %v", r.L2, c.want)
		}
		if !strings.Contains(strings.Join(r.Notes, "\n"), c.said) {
			t.Errorf("%q is not said in %q", c.said, r.Notes)
		}
		if c.table != words {
			continue
		}
		if err := os.WriteFile(path, []byte("1 | age:30 c d\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		more, err := data.Read(path, data.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.Model.Predict(more)
		if err != nil || !slices.Contains(p.Notes, "2 features of "+path+" that training did not have, passed over") {
			t.Errorf("%v, %q", err, p.Notes)
		}
	}
}
