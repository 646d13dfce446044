package loss

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/graph"
)

// cells reads numbers, rows of numbers, and the words inf and -inf.
func cells(t *testing.T, raw json.RawMessage) (v []float64, columns int) {
	t.Helper()
	var whole any
	if err := json.Unmarshal(raw, &whole); err != nil {
		t.Fatal(err)
	}
	var walk func(x any)
	columns = 1
	walk = func(x any) {
		switch x := x.(type) {
		case float64:
			v = append(v, x)
		case string:
			v = append(v, map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1)}[x])
		case []any:
			for _, e := range x {
				walk(e)
				if row, ok := e.([]any); ok {
					columns = len(row)
				}
			}
		}
	}
	walk(whole)
	return v, columns
}

// rowsOf evaluates a loss of [B, k] or [B] outputs and targets.
func rowsOf(t *testing.T, build func(g *graph.Graph, f, y *graph.Node) (*graph.Node, error), f, y []float64, k int) []float64 {
	t.Helper()
	g, n := graph.New(), len(f)/k
	shape := []int{n}
	if k > 1 {
		shape = append(shape, k)
	}
	node, err := build(g, g.Data("f", shape...), g.Data("y", shape...))
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile[float64](g, node)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string][]float64{"f": f, "y": y} {
		if err := p.Bind(name, v); err != nil {
			t.Fatal(err)
		}
	}
	out := make([]float64, n)
	if err := p.Run(nil, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLossesOfOptax(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "optax-losses.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Loss                         string
			Prediction, Target, Expected json.RawMessage
			Tol                          float64
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	named := func(name string) func(g *graph.Graph, f, y *graph.Node) (*graph.Node, error) {
		l, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		return l.Rows
	}
	for i, c := range file.Cases {
		f, k := cells(t, c.Prediction)
		y, _ := cells(t, c.Target)
		want, _ := cells(t, c.Expected)
		var got []float64
		switch {
		case strings.HasPrefix(c.Loss, "squared error"):
			got = rowsOf(t, named("mse"), f, y, k)
		case strings.HasPrefix(c.Loss, "l2 loss"):
			for _, v := range rowsOf(t, named("mse"), f, y, k) {
				got = append(got, v/2) // ours has no half
			}
		case strings.HasPrefix(c.Loss, "huber"):
			got = rowsOf(t, named("huber:1"), f, y, k)
		case c.Loss == "log cosh":
			got = rowsOf(t, named("log-cosh"), f, y, k)
		case strings.HasPrefix(c.Loss, "softmax cross entropy"):
			got = rowsOf(t, SoftCrossEntropy, f, y, k)
		case strings.HasPrefix(c.Loss, "sigmoid cross entropy"):
			v := rowsOf(t, named("logistic"), f, y, k)
			got = []float64{(v[0] + v[1]) / 2}
		default:
			t.Errorf("case %d, %s, is not compared", i, c.Loss)
			continue
		}
		for j, w := range want {
			if !(math.Abs(got[j]-w) <= c.Tol*(1+math.Abs(w)) || got[j] == w) {
				t.Errorf("case %d, %s: row %d is %v, want %v", i, c.Loss, j, got[j], w)
			}
		}
	}
	if len(file.Cases) < 16 {
		t.Errorf("only %d cases", len(file.Cases))
	}
}

func TestSoftTargets(t *testing.T) {
	f, y := []float64{1, 2, 3, 0, 0, 0}, []float64{0.2, 0.3, 0.5, 1, 0, 0}
	lse := math.Log(math.Exp(1) + math.Exp(2) + math.Exp(3))
	cross := []float64{lse - 0.2 - 0.6 - 1.5, math.Log(3)}
	entropy := []float64{0.2*math.Log(0.2) + 0.3*math.Log(0.3) + 0.5*math.Log(0.5), 0}
	for i, v := range rowsOf(t, SoftCrossEntropy, f, y, 3) {
		near(t, "cross-entropy", v, cross[i])
	}
	for i, v := range rowsOf(t, KL, f, y, 3) {
		near(t, "kl", v, cross[i]+entropy[i])
	}
	near(t, "cosine", rowsOf(t, CosineDistance, f, y, 3)[0], 1-(0.2+0.6+1.5)/math.Sqrt(14*0.38))
	g := graph.New()
	if _, err := KL(g, g.Data("f", 2, 3), g.Data("y", 3, 2)); err == nil {
		t.Error("shapes that do not fit were taken")
	}
}
