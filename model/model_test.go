package model

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"descent/graph"
	"descent/param"
)

func TestParse(t *testing.T) {
	for _, text := range []string{"auto", "linear", "logistic", "softmax", "poisson", "mlp:64,64", "mlp:8:tanh", "mlp:8:layer-norm", "mlp:8,4:gelu:layer-norm:dropout=0.25", "a*exp(-b*x) + c"} {
		s, err := Parse(text)
		if err != nil || s.String() != text {
			t.Errorf("Parse(%q) = %+v, %v", text, s, err)
		}
		var back Spec
		encoded, err := json.Marshal(s)
		if err != nil || json.Unmarshal(encoded, &back) != nil || !reflect.DeepEqual(s, back) {
			t.Errorf("%s came back as %+v, %v", encoded, back, err)
		}
	}
	for text, want := range map[string]string{
		"":                                      "no model given",
		"lin":                                   "unknown model",
		"mlp":                                   "mlp:64",
		"mlp:":                                  "whole number",
		"mlp:0":                                 "whole number",
		"mlp:8,x":                               "whole number",
		"mlp:8:swish":                           "the activations are gelu, relu",
		"mlp:8:":                                "unknown activation",
		"mlp:8:relu:tanh":                       "two activations",
		"mlp:8:dropout":                         "dropout=0.2",
		"mlp:8:dropout=x":                       "is no number",
		"mlp:8:dropout=1":                       "below 1",
		"mlp:8:dropout=-0.1":                    "below 1",
		"mlp:8:dropout=NaN":                     "below 1",
		"mlp:" + strings.Repeat("2,", 80) + "2": "hidden layers",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): error %v, want %q", text, err, want)
		}
	}
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		model   string
		classes int
		kind    Kind
		loss    string
	}{
		{"auto", 0, Linear, "mse"},
		{"auto", 2, Logistic, "logistic"},
		{"auto", 3, Softmax, "cross-entropy"},
		{"softmax", 2, Softmax, "cross-entropy"},
		{"poisson", 0, Poisson, "poisson"},
		{"mlp:4", 0, MLP, "mse"},
		{"mlp:4", 2, MLP, "logistic"},
		{"mlp:4", 5, MLP, "cross-entropy"},
		{"a*x", 0, Formula, "mse"},
		{"linear", 2, "", "try logistic"},
		{"logistic", 0, "", "the target is a number"},
		{"logistic", 3, "", "try softmax"},
		{"a*x", 3, "", "one number a row"},
	} {
		s, err := Parse(c.model)
		if err != nil {
			t.Fatal(err)
		}
		s, err = s.Resolve(Target{Classes: c.classes})
		if c.kind == "" {
			if err == nil || !strings.Contains(err.Error(), c.loss) {
				t.Errorf("%s for %d classes: error %v, want %q", c.model, c.classes, err, c.loss)
			}
			continue
		}
		if err != nil || s.Kind != c.kind || s.Loss(Target{Classes: c.classes}) != c.loss {
			t.Errorf("%s for %d classes: %v with %s, %v", c.model, c.classes, s.Kind, s.Loss(Target{Classes: c.classes}), err)
		}
	}
}

// outputs runs a model at the parameters x for rows of features.
func outputs(t *testing.T, s Spec, features []float64, rows, width, k int, x []float64) ([]float64, *Net) {
	t.Helper()
	g := graph.New()
	net, err := s.Build(g, rows, width, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g.Blocks(), net.Layout.Blocks()) {
		t.Errorf("the graph has blocks %v, the layout %v", g.Blocks(), net.Layout.Blocks())
	}
	p, err := graph.Compile[float64](g, net.Output)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Bind(net.Inputs[0].Name, features); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, rows*k)
	if err := p.Run(x, out); err != nil {
		t.Fatal(err)
	}
	return out, net
}

func close(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("got %v, want %v", got, want)
			return
		}
	}
}

func TestModelsByHand(t *testing.T) {
	rows := []float64{1, 2, -1, 0.5} // two rows of two features
	out, net := outputs(t, Spec{Kind: Linear}, rows, 2, 2, 1, []float64{3, -1, 10})
	close(t, out, []float64{11, 6.5})
	if !reflect.DeepEqual(net.Weight, []bool{true, false}) {
		t.Errorf("weights are %v", net.Weight)
	}
	out, _ = outputs(t, Spec{Kind: Softmax}, rows, 2, 2, 2, []float64{1, 2, 3, 4, 10, 20})
	close(t, out, []float64{17, 30, 10.5, 20})
	out, net = outputs(t, Spec{Kind: MLP, Hidden: []int{2}, Activation: "relu"}, rows, 2, 2, 1,
		[]float64{1, -1, 1, 1, 0.5, 0, 2, 3, -1}) // hidden (3.5, 1) and (0, 1.5)
	close(t, out, []float64{9, 3.5})
	names := ""
	for _, b := range net.Layout.Blocks() {
		names += b.Name + " "
	}
	if names != "layer1.weight layer1.bias layer2.weight layer2.bias " {
		t.Errorf("blocks are %s", names)
	}
}

// TestActivations holds each activation to its definition at one point, through
// a network of one unit.
func TestActivations(t *testing.T) {
	const x = 0.7
	for name, want := range map[string]float64{
		"relu": x, "tanh": math.Tanh(x), "sigmoid": 1 / (1 + math.Exp(-x)), "softplus": math.Log(1 + math.Exp(x)),
		"silu": x / (1 + math.Exp(-x)), "gelu": x * 0.5 * (1 + math.Erf(x/math.Sqrt2)),
	} {
		out, _ := outputs(t, Spec{Kind: MLP, Hidden: []int{1}, Activation: name}, []float64{x}, 1, 1, 1, []float64{1, 0, 1, 0})
		close(t, out, []float64{want})
	}
	if len(Activations()) != 6 {
		t.Errorf("activations without a check: %v", Activations())
	}
}

func TestStarts(t *testing.T) {
	g := graph.New()
	net, err := Spec{Kind: MLP, Hidden: []int{50}, Activation: "relu"}.Build(g, 1, 200, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := param.Start[float64](net.Layout, 1)
	for i, limit := range []float64{math.Sqrt(6.0 / 200), math.Sqrt(1.0 / 200), math.Sqrt(6.0 / 60), 0} {
		top := 0.0
		for _, v := range param.View(x, net.Layout.Blocks()[i]) {
			top = max(top, math.Abs(v))
		}
		if top > limit || top < 0.95*limit {
			t.Errorf("%s starts within ±%v, want ±%v", net.Layout.Blocks()[i].Name, top, limit)
		}
	}
}

func TestFormula(t *testing.T) {
	g := graph.New()
	e := &Expression{
		Columns: []string{"x"},
		Params:  []Free{{Name: "a", Start: 2}, {Name: "c", Len: 2, Start: 1}},
		Lower: func(g *graph.Graph, scope map[string]*graph.Node) (*graph.Node, error) {
			return g.Add(g.Mul(scope["a"], scope["x"]), g.Sum(scope["c"])), nil
		},
	}
	net, err := Spec{Kind: Formula}.Build(g, 3, 1, 1, e)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile[float64](g, net.Output)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Bind(net.Inputs[0].Name, []float64{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 3)
	if err := p.Run(param.Start[float64](net.Layout, 1), out); err != nil {
		t.Fatal(err)
	}
	close(t, out, []float64{4, 6, 8})
}

func TestBuildRefuses(t *testing.T) {
	scalar := func(g *graph.Graph, scope map[string]*graph.Node) (*graph.Node, error) { return scope["a"], nil }
	for _, c := range []struct {
		spec          Spec
		rows, in, out int
		e             *Expression
		want          string
	}{
		{Spec{Kind: Linear}, 0, 1, 1, nil, "0 rows"},
		{Spec{Kind: Linear}, 1, 0, 1, nil, "no features"},
		{Spec{Kind: "tree"}, 1, 1, 1, nil, "no model of kind"},
		{Spec{Kind: MLP, Hidden: []int{2}, Activation: "x"}, 1, 1, 1, nil, "unknown activation"},
		{Spec{Kind: Formula}, 1, 1, 1, nil, "not been parsed"},
		{Spec{Kind: Formula}, 1, 1, 1, &Expression{Lower: scalar}, "no free parameter"},
	} {
		if _, err := c.spec.Build(graph.New(), c.rows, c.in, c.out, c.e); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.spec, err, c.want)
		}
	}
	// A formula without a column is the same number for every row.
	e := &Expression{Params: []Free{{Name: "a"}}, Lower: scalar}
	if net, err := (Spec{Kind: Formula}).Build(graph.New(), 5, 0, 1, e); err != nil || !reflect.DeepEqual(net.Output.Shape, []int{5}) {
		t.Errorf("a constant formula: %v", err)
	}
}
