package expr

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/quick"

	"descent/graph"
)

// seeds are formulas of every kind, right and wrong.
func seeds(f *testing.F) {
	b, err := os.ReadFile("testdata/seeds.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		f.Add(strings.TrimRight(string(line), "\n"))
	}
	f.Add("a = 1 # bound\nb = 2;;\n\na*x +\n  b")
	f.Add(strings.Repeat("(", 2000))
	f.Add(strings.Repeat("-", 2000) + "x")
	f.Add("x" + strings.Repeat("+x", 2000))
}

// FuzzParse: no text crashes the parser; what is parsed prints as text that
// parses to the same tree.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		a, err := Parse(src)
		if err != nil {
			checkError(t, src, err)
			return
		}
		text := a.String()
		b, err := Parse(text)
		if err != nil {
			t.Fatalf("%q prints as %q, which does not parse: %v", src, text, err)
		}
		if !a.value.equal(b.value) || len(a.bindings) != len(b.bindings) {
			t.Fatalf("%q prints as %q, which is another formula", src, text)
		}
		for i := range a.bindings {
			if a.bindings[i].name != b.bindings[i].name || !a.bindings[i].value.equal(b.bindings[i].value) {
				t.Fatalf("%q prints as %q, with another binding", src, text)
			}
		}
		if again := b.String(); again != text {
			t.Fatalf("%q prints as %q and then as %q", src, text, again)
		}
		a.LaTeX()
		a.Suspicious("x", "y")
	})
}

// checkError holds an error to its form.
func checkError(t *testing.T, src string, err error) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("%q: error of type %T", src, err)
	}
	if e.Line < 1 || e.Col < 1 || e.Msg == "" || e.Line > 1+strings.Count(src, "\n")+strings.Count(src, "\r") {
		t.Fatalf("%q: error at line %d, column %d: %q", src, e.Line, e.Col, e.Msg)
	}
	if text := e.Error(); len(text) > 2000 {
		t.Fatalf("%q: an error of %d bytes", src, len(text))
	}
}

// FuzzLower: what is parsed lowers without a crash, and the compiled program
// agrees with a walk over the tree; so does the formula printed from the graph.
func FuzzLower(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		a, err := Parse(src)
		if err != nil || len(a.free) > 20 {
			return
		}
		scope := walkScope(a)
		want, err := walk(a, scope, nil, 20_000)
		if err != nil {
			return
		}
		g, y := lowerWith(t, a, scope)
		if y == nil {
			return
		}
		got := run(t, g, y, scope)
		compare(t, src, a, scope, got, want)
		for _, n := range g.Grad(g.Sum(y), anyParam(g)) {
			Text(n)
			LaTeX(n)
		}
		if len(y.Shape) > 0 || hasSlices(a) {
			return
		}
		text := Text(y)
		b, err := Parse(text)
		if err != nil {
			if len(text) < 1<<19 && strings.Count(text, "(") < maxDepth {
				t.Fatalf("%q lowered prints as %q: %v", src, text, err)
			}
			return
		}
		back, err := walk(b, scope, nil, 1<<20)
		if err == nil {
			compare(t, src+" printed as "+text, a, scope, back.v, want)
		}
	})
}

// hasSlices reports whether a formula lowers to operations on arrays that the
// language has no words for.
func hasSlices(f *Formula) bool {
	found := false
	var visit func(n *node)
	visit = func(n *node) {
		found = found || n.kind == reduceNode || n.kind == callNode && len(n.args) == 1 && reducers[n.name]
		for _, a := range n.args {
			visit(a)
		}
	}
	visit(f.value)
	for _, b := range f.bindings {
		visit(b.value)
	}
	return found
}

func anyParam(g *graph.Graph) *graph.Node { return g.Param("another") }

// walkScope gives every variable a value: x is 0.7, y −1.3, others follow from
// their names.
func walkScope(f *Formula) map[string]walked {
	scope := map[string]walked{}
	for _, v := range f.Variables() {
		r := rand.New(rand.NewPCG(uint64(len(v.Name)), uint64(v.Name[0])))
		n := 1
		if v.Indexed {
			n = min(max(v.MinLen, 1), 100)
		}
		w := walked{vector: v.Indexed}
		if v.Matrix {
			w.cols = min(max(v.MinCols, 1), 100)
			n *= w.cols
		}
		w.v = make([]float64, n)
		for i := range w.v {
			w.v[i] = r.NormFloat64()
		}
		scope[v.Name] = w
	}
	return scope
}

func lowerWith(t *testing.T, f *Formula, scope map[string]walked) (*graph.Graph, *graph.Node) {
	t.Helper()
	g := graph.New()
	nodes := Scope{}
	for _, v := range f.Variables() {
		if w := scope[v.Name]; w.cols > 0 {
			nodes[v.Name] = g.Param(v.Name, len(w.v)/w.cols, w.cols)
		} else if w.vector {
			nodes[v.Name] = g.Param(v.Name, len(w.v))
		} else {
			nodes[v.Name] = g.Param(v.Name)
		}
	}
	y, err := f.Lower(g, nodes)
	if err != nil {
		checkError(t, f.src, err)
		return g, nil
	}
	return g, y
}

func run(t *testing.T, g *graph.Graph, y *graph.Node, scope map[string]walked) []float64 {
	t.Helper()
	p, err := graph.Compile[float64](g, y)
	if err != nil {
		t.Fatal(err)
	}
	var x []float64
	for _, b := range g.Blocks() {
		x = append(x, scope[b.Name].v...)
	}
	out := make([]float64, y.Len())
	if err := p.Run(x, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// compare holds a result to the walk over the tree, as closely as the formula's
// own sensitivity to rounding allows.
func compare(t *testing.T, what string, f *Formula, scope map[string]walked, got []float64, want walked) {
	t.Helper()
	if len(got) != len(want.v) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want.v))
	}
	spread := make([]float64, len(got))
	for k := range 4 {
		rough, err := walk(f, scope, rand.New(rand.NewPCG(1, uint64(k))), 1<<20)
		if err != nil {
			return
		}
		for i := range spread {
			spread[i] = max(spread[i], math.Abs(rough.v[i]-want.v[i]))
		}
	}
	for i, w := range want.v {
		if math.IsNaN(spread[i]) || math.IsInf(spread[i], 0) || math.IsNaN(w) || math.Abs(w) > 1e300 {
			continue // on the edge of overflow or of a function's domain
		}
		if !(math.Abs(got[i]-w) <= 100*spread[i]+1e-12*math.Abs(w)+1e-300) {
			t.Fatalf("%s: value %d is %.17g, walking the tree gives %.17g (± %.2g)", what, i, got[i], w, spread[i])
		}
	}
}

// TestNumbersRoundTrip: every number prints as a text that scans to it.
func TestNumbersRoundTrip(t *testing.T) {
	same := func(bits uint64) bool {
		v := math.Abs(math.Float64frombits(bits))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return true
		}
		f, err := Parse(formatNumber(v))
		return err == nil && f.value.kind == numberNode && f.value.val == v
	}
	if err := quick.Check(same, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
	for _, v := range []float64{0, 0.1, 1e15, 1e16, 123456789, 1e-6, 1e-7, 5e-324, math.MaxFloat64} {
		if !same(math.Float64bits(v)) {
			t.Errorf("%v does not round trip", v)
		}
	}
}
