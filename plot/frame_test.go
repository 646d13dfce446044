package plot

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestParagraph(t *testing.T) {
	st := style(10, false, black)
	const w = 300 * vg.Length(1)
	if got := paragraph("", st, w, 2); len(got) != 0 {
		t.Errorf("nothing gives the lines %q", got)
	}
	if got := paragraph("x^2 + y^2", st, w, 2); len(got) != 1 || got[0] != "x^2 + y^2" {
		t.Errorf("a short title gives the lines %q", got)
	}
	for _, text := range []string{
		strings.Repeat("a word ", 12), strings.Repeat("many words ", 1000), strings.Repeat("x", 1_000_000),
		strings.Repeat("WWWWWWWWWW ", 6), "short " + strings.Repeat("y", 500),
	} {
		lines := paragraph(text, st, w, 2)
		if len(lines) == 0 || len(lines) > 2 {
			t.Errorf("%.20s…: %d lines", text, len(lines))
		}
		for _, l := range lines {
			if st.Width(l) > w {
				t.Errorf("%.20s…: the line %q is %v wide", text, l, st.Width(l))
			}
		}
		if !strings.HasPrefix(text, strings.TrimSuffix(lines[0], " …")) {
			t.Errorf("%.20s… begins with %q", text, lines[0])
		}
	}
}

// TestCurveRange: the heights shown hold the walk, and are about its size where
// the curve is far higher, poles or not.
func TestCurveRange(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     func([]float64) float64
		start float64
		rate  float64
		most  float64 // the height shown, in heights of the walk
	}{
		{"1/x", func(p []float64) float64 { return 1 / p[0] }, 1, 1, 5},
		{"x^2", func(p []float64) float64 { return p[0] * p[0] }, 3, 0.1, 5},
		{"exp(x)", func(p []float64) float64 { return math.Exp(p[0]) }, 3, 0.1, 5},
		{"x^20", func(p []float64) float64 { return math.Pow(p[0], 20) }, 1, 0.01, 5},
	} {
		w := walkDown(c.f, []float64{c.start}, c.rate, 20)
		xs := w.box()[0].solid().grow(0.5).axis(samples)
		ys := make([]float64, samples)
		if err := many(1, c.f)(xs, ys); err != nil {
			t.Fatal(err)
		}
		y, walk := curveRange(w, ys), empty
		for _, v := range w.F {
			walk = walk.add(v)
		}
		if y.lo > walk.lo || y.hi < walk.hi || y.size() > c.most*walk.size() {
			t.Errorf("%s: the range %v for a walk over %v", c.name, y, walk)
		}
	}
}

// TestSinglePoint: a run without a step shows one mark and names it.
func TestSinglePoint(t *testing.T) {
	one := Walk{Names: []string{"x", "y"}, X: [][]float64{{0, 0}}, F: []float64{0}, End: "minimum"}
	for _, k := range one.keys() {
		if k.name == "start" || k.name == "step" {
			t.Errorf("the legend of a run without steps has a %s", k.name)
		}
	}
}
