package expr

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"descent/graph"
)

// TestReference runs every example of docs/formula.md. A line "# value: v" at
// the end of a block says what it evaluates to, "# error: text" what its error
// says.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("../docs/formula.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(formula\\S*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 15 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, b := range blocks {
		t.Run("", func(t *testing.T) { runExample(t, b[1] == "formula-columns", b[2]) })
	}
}

func runExample(t *testing.T, columns bool, src string) {
	f, err := Parse(src)
	if _, want, ok := strings.Cut(src, "# error: "); ok {
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%s\nerror %v, want one with %q", src, err, want)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	g := graph.New()
	var data []string
	if columns {
		data = []string{"y", "t"}
	}
	scope := paramScope(g, f, data...)
	y, err := f.Lower(g, scope)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Derivatives(scope); err != nil {
		t.Error(err)
	}
	if _, text, ok := strings.Cut(src, "# value: "); ok {
		want, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile[float64](g, y)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, 1)
		if err := p.Run(nil, got); err != nil || math.Abs(got[0]-want) > 1e-12 {
			t.Errorf("%s\nis %v (%v), want %v", src, got, err, want)
		}
	}
}

// TestReferenceNamesAllFunctions: the reference has every function of the
// language.
func TestReferenceNamesAllFunctions(t *testing.T) {
	text, err := os.ReadFile("../docs/formula.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Functions() {
		if !regexp.MustCompile("`" + name + "[(`]").Match(text) {
			t.Errorf("docs/formula.md does not mention %s", name)
		}
	}
}

// TestKinks: the derivatives that the reference promises where there is more
// than one.
func TestKinks(t *testing.T) {
	for _, c := range []struct {
		src  string
		x, y float64
		want [2]float64
	}{
		{"abs(x) + y", 0, 0, [2]float64{0, 1}},
		{"relu(x) + y", 0, 0, [2]float64{0, 1}},
		{"max(x, y)", 2, 2, [2]float64{1, 0}},
		{"min(x, y)", 2, 2, [2]float64{1, 0}},
		{"max(y, x)", 2, 2, [2]float64{0, 1}},
		{"sign(x) + floor(x) + ceil(y) + (x < y)", 0.5, 1, [2]float64{0, 0}},
		{"mod(x, y)", 7, 2, [2]float64{1, -3}},
		{"if(x < y, x^2, y^2)", 3, 3, [2]float64{0, 6}},
		{"x^3 + x^y", -2, 2, [2]float64{12 - 4, math.NaN()}},
		{"x^y", 0, 2, [2]float64{0, 0}},
		{"hypot(x, y)", 0, 0, [2]float64{math.NaN(), math.NaN()}},
		{"sqrt(x) + y", 0, 0, [2]float64{math.Inf(1), 1}},
	} {
		o := objective(t, c.src, []string{"x", "y"}, nil)
		grad := make([]float64, 2)
		if _, err := o.Eval([]float64{c.x, c.y}, grad); err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if grad[i] != want && !(math.IsNaN(grad[i]) && math.IsNaN(want)) {
				t.Errorf("gradient of %s at (%v, %v) is %v, want %v", c.src, c.x, c.y, grad, c.want)
			}
		}
	}
}
