// Package loss holds what a fit is judged by: the losses that training lowers,
// as graphs; the links from a model's outputs to the scale of its target; and
// the metrics that people read.
package loss

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/graph"
)

// Loss is the price of one row's prediction, averaged over rows. The zero
// value is no loss; get one from Parse or from the constructors.
type Loss struct {
	Name string // one of Names
	// Shape is the number after the name: delta of huber, q of quantile and
	// expectile, ε of epsilon, the power of tweedie, γ of focal, α of
	// smoothed-cross-entropy; otherwise 0.
	Shape float64
}

// rule is what there is to know about one loss.
type rule struct {
	name    string
	link    Link
	shape   float64 // default of Loss.Shape; 0: the loss has none
	classes bool    // the target is a class number
	// row is the price of every row, [B]. f is [B], or [B, K] for a loss with a
	// Softmax link; y is [B].
	row func(g *graph.Graph, f, y *graph.Node, shape float64) *graph.Node
}

var rules = []rule{
	{name: "mse", link: Identity, row: squared},
	{name: "mae", link: Identity, row: absolute},
	{name: "huber", link: Identity, shape: 1, row: huber},
	{name: "quantile", link: Identity, shape: 0.5, row: pinball},
	{name: "expectile", link: Identity, shape: 0.5, row: expectile},
	{name: "log-cosh", link: Identity, row: logCosh},
	{name: "epsilon", link: Identity, shape: 0.1, row: insensitive},
	{name: "epsilon-squared", link: Identity, shape: 0.1, row: squaredInsensitive},
	{name: "mape", link: Identity, row: percentage},
	{name: "msle", link: Exp, row: squaredLog},
	{name: "poisson", link: Exp, row: poisson},
	{name: "gamma", link: Exp, row: gamma},
	{name: "tweedie", link: Exp, shape: 1.5, row: tweedie},
	{name: "logistic", link: Sigmoid, classes: true, row: logistic},
	{name: "focal", link: Sigmoid, shape: 2, classes: true, row: focal},
	{name: "hinge", link: Sigmoid, classes: true, row: hinge},
	{name: "squared-hinge", link: Sigmoid, classes: true, row: squaredHinge},
	{name: "modified-huber", link: Sigmoid, classes: true, row: modifiedHuber},
	{name: "perceptron", link: Sigmoid, classes: true, row: perceptron},
	{name: "cross-entropy", link: Softmax, classes: true, row: crossEntropy},
	{name: "smoothed-cross-entropy", link: Softmax, shape: 0.1, classes: true, row: smoothed},
	{name: "multiclass-hinge", link: Softmax, classes: true, row: multiclassHinge},
	{name: "cosine", link: Softmax, classes: true, row: cosine},
	{name: "dice", link: Softmax, classes: true, row: dice},
}

// Names lists the losses.
func Names() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

// Parse reads a loss as a user writes it: a name, for some with an optional
// number: "huber:1.5", "quantile:0.9".
func Parse(text string) (Loss, error) {
	name, shape, given := strings.Cut(text, ":")
	i := slices.IndexFunc(rules, func(r rule) bool { return r.name == name })
	if i < 0 {
		return Loss{}, fmt.Errorf("loss: unknown loss %q; the losses are %s", name, strings.Join(Names(), ", "))
	}
	l := Loss{Name: name, Shape: rules[i].shape}
	if !given {
		return l, nil
	}
	if l.Shape == 0 {
		return Loss{}, fmt.Errorf("loss: %s takes no number, found %q", name, text)
	}
	v, err := strconv.ParseFloat(shape, 64)
	if err != nil || !(v > 0) || math.IsInf(v, 1) {
		return Loss{}, fmt.Errorf("loss: the number of %q must be positive, as in %s:%v", text, name, l.Shape)
	}
	switch {
	case (name == "quantile" || name == "expectile" || name == "smoothed-cross-entropy") && v >= 1:
		what := map[string]string{"smoothed-cross-entropy": "smoothing"}[name]
		if what == "" {
			what = name
		}
		return Loss{}, fmt.Errorf("loss: the %s of %q must lie between 0 and 1, as in %s:%v", what, text, name, l.Shape)
	case name == "tweedie" && !(v > 1 && v < 2):
		return Loss{}, fmt.Errorf("loss: the power of %q must lie between 1 and 2, as in tweedie:1.5", text)
	}
	l.Shape = v
	return l, nil
}

// String is the text that Parse reads.
func (l Loss) String() string {
	if r, ok := l.rule(); ok && l.Shape != r.shape {
		return l.Name + ":" + strconv.FormatFloat(l.Shape, 'g', -1, 64)
	}
	return l.Name
}

// MarshalText and UnmarshalText write and read String.
func (l Loss) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText wrote; the empty text is the zero Loss.
func (l *Loss) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*l = Loss{}
		return nil
	}
	*l, err = Parse(string(text))
	return err
}

func (l Loss) rule() (rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.name == l.Name })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// Link is how the outputs of a model trained with this loss become predictions.
func (l Loss) Link() Link {
	r, _ := l.rule()
	return r.link
}

// Classes says whether the target is a class number rather than a quantity.
func (l Loss) Classes() bool {
	r, _ := l.rule()
	return r.classes
}

// Smooth says whether the loss has a derivative everywhere, which the
// quasi-Newton methods count on.
func (l Loss) Smooth() bool { return !slices.Contains(kinked, l.Name) }

var kinked = []string{"mae", "quantile", "epsilon", "mape", "hinge", "perceptron", "multiclass-hinge"}

// Margin says whether the loss only asks for the right sign of a score, or for
// the largest one, by a margin: its outputs are no logits of probabilities.
func (l Loss) Margin() bool {
	return slices.Contains([]string{"hinge", "squared-hinge", "modified-huber", "perceptron", "multiclass-hinge", "cosine"}, l.Name)
}

// Least is the least target that the loss has a value for, and whether it is
// itself one.
func (l Loss) Least() (v float64, included bool) {
	switch l.Name {
	case "gamma":
		return 0, false
	case "poisson", "tweedie", "msle":
		return 0, true
	}
	return math.Inf(-1), true
}

// Rescale is the loss in units of s: the price of (s·f, s·y) under l is factor
// times the price of (f, y) under the scaled loss. It says ok for losses whose
// target is a quantity with a unit.
func (l Loss) Rescale(s float64) (scaled Loss, factor float64, ok bool) {
	switch l.Name {
	case "mse":
		return l, s * s, true
	case "huber":
		return Loss{l.Name, l.Shape / s}, s * s, true
	case "expectile":
		return l, s * s, true
	case "epsilon":
		return Loss{l.Name, l.Shape / s}, s, true
	case "epsilon-squared":
		return Loss{l.Name, l.Shape / s}, s * s, true
	case "mae", "quantile":
		return l, s, true
	}
	return l, 1, false
}

// Rows is the price of every row, [B], for the outputs f of a model ([B], or
// [B, K] for cross-entropy) and the targets y [B]: numbers, 0/1 for logistic,
// class numbers for cross-entropy.
func (l Loss) Rows(g *graph.Graph, f, y *graph.Node) (*graph.Node, error) {
	r, ok := l.rule()
	if !ok {
		return nil, fmt.Errorf("loss: unknown loss %q; the losses are %s", l.Name, strings.Join(Names(), ", "))
	}
	want := 1
	if r.link == Softmax {
		want = 2
	}
	if len(f.Shape) != want || len(y.Shape) != 1 || f.Shape[0] != y.Shape[0] {
		return nil, fmt.Errorf("loss: %s does not compare outputs of shape %v with targets of shape %v", l.Name, f.Shape, y.Shape)
	}
	return r.row(g, f, y, l.Shape), nil
}

// Sum is Σ w·loss over the rows, a scalar. w [B] may be nil for ones.
func (l Loss) Sum(g *graph.Graph, f, y, w *graph.Node) (*graph.Node, error) {
	rows, err := l.Rows(g, f, y)
	if err != nil {
		return nil, err
	}
	if w != nil {
		rows = g.Mul(w, rows)
	}
	return g.Sum(rows), nil
}

// Mean is Σ w·loss / Σ w over the rows, a scalar. w [B] may be nil for ones.
func (l Loss) Mean(g *graph.Graph, f, y, w *graph.Node) (*graph.Node, error) {
	sum, err := l.Sum(g, f, y, w)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return g.Div(sum, g.Const(float64(y.Shape[0]))), nil
	}
	return g.Div(sum, g.Sum(w)), nil
}
