package train

import (
	"math"
	"slices"
	"strings"
	"testing"

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
