package plot

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// coordinate draws numbers of any size, exact zeros and repeats among them.
func coordinate() *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		m := rapid.Float64Range(-10, 10).Draw(t, "mantissa")
		return m * math.Pow(10, float64(rapid.SampledFrom([]int{-200, -8, -1, 0, 0, 0, 3, 9, 250}).Draw(t, "exponent")))
	})
}

func path(dim int) *rapid.Generator[Walk] {
	return rapid.Custom(func(t *rapid.T) Walk {
		n := rapid.IntRange(1, 6).Draw(t, "points")
		w := Walk{Names: []string{"x", "y"}[:dim]}
		for range n {
			x := make([]float64, dim)
			for j := range x {
				x[j] = coordinate().Draw(t, "x")
			}
			w.X, w.F = append(w.X, x), append(w.F, coordinate().Draw(t, "f"))
		}
		return w
	})
}

// TestWindowShowsTheWalk: a window is never empty or infinite, shows the start,
// and the end of a walk that does not run away.
func TestWindowShowsTheWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := path(2).Draw(t, "walk")
		x, y := w.window()
		for _, s := range []span{x, y} {
			if !(s.size() > 0) || math.IsInf(s.size(), 0) {
				t.Fatalf("window %v × %v of %v", x, y, w.X)
			}
		}
		inside := func(p []float64) bool {
			return p[0] >= x.lo && p[0] <= x.hi && p[1] >= y.lo && p[1] <= y.hi
		}
		if !inside(w.X[0]) {
			t.Fatalf("the start %v is outside %v × %v", w.X[0], x, y)
		}
		if end := w.X[len(w.X)-1]; !w.runsAway() && !inside(end) {
			t.Fatalf("the end %v is outside %v × %v", end, x, y)
		}
	})
}

func TestWindowHasTheSameUnitBothWays(t *testing.T) {
	w := walkDown(bowl, []float64{3, -2}, 0.1, 60)
	x, y := w.window()
	if r := x.size() / y.size(); math.Abs(r-aspect) > 1e-12 {
		t.Errorf("the window is %v × %v: ratio %g, want that of the paper, %g", x, y, r, aspect)
	}
}

// TestRunawayStaysInSight: a diverging walk is shown from its start, not from
// where it ended.
func TestRunawayStaysInSight(t *testing.T) {
	w := walkDown(square1, []float64{3}, 1.1, 4000)
	if box := w.box()[0]; box.size() > 1000 || box.lo > -3 || box.hi < 3 {
		t.Errorf("a walk that starts at 3 and diverges is shown on %v", box)
	}
}

func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := coordinate().Draw(t, "lo")
		s := span{lo, lo + math.Abs(coordinate().Draw(t, "size"))}.solid()
		marks := ticks{}.Ticks(s.lo, s.hi)
		if len(marks) < 2 || len(marks) > 20 {
			t.Fatalf("%d ticks on %v", len(marks), s)
		}
		for i, m := range marks {
			if m.Value < s.lo-1e-6*s.size() || m.Value > s.hi+1e-6*s.size() {
				t.Fatalf("tick %v outside %v", m.Value, s)
			}
			if i > 0 && (m.Value <= marks[i-1].Value || m.Label == marks[i-1].Label) {
				t.Fatalf("ticks %v and %v on %v", marks[i-1], m, s)
			}
		}
	})
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{-1, 5, "−1 0 1 2 3 4 5"},
		{0, 0.3, "0 0.05 0.10 0.15 0.20 0.25 0.30"},
		{0, 6e7, "0 1e7 2e7 3e7 4e7 5e7 6e7"},
		{1000, 1000.05, "1000.00 1000.01 1000.02 1000.03 1000.04 1000.05"},
	} {
		var labels []string
		for _, m := range (ticks{}).Ticks(c.lo, c.hi) {
			labels = append(labels, m.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("ticks on %g..%g: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{-8, 2, "1e−8 1e−6 0.0001 0.01 1 100"},
		{-2, 0.5, "0.01 0.1 1 0.02 0.05 0.2 0.5 2"},
		{0, 0.3, "1.0 1.2 1.4 1.6 1.8"},
	} {
		var labels []string
		for _, m := range (logTicks{}).Ticks(c.lo, c.hi) {
			if m.Value >= c.lo && m.Value <= c.hi {
				labels = append(labels, m.Label)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("ticks on 10^%g..10^%g: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

// TestLevels: levels rise strictly, and those of a valley reach down into it.
func TestLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(coordinate(), 1, 60).Draw(t, "values")
		lv := levels(v, coordinate().Draw(t, "end"))
		if !slices.IsSorted(lv) || len(slices.Compact(slices.Clone(lv))) != len(lv) || len(lv) > bands {
			t.Fatalf("levels %v", lv)
		}
	})
	g, err := sample(many(2, rosenbrock), span{-2, 2}, span{-1, 3}, 101, 101)
	if err != nil {
		t.Fatal(err)
	}
	if lv := levels(g.z, 0); len(lv) < 12 || lv[0] > 1 || lv[len(lv)-1] < 1000 {
		t.Errorf("levels of Rosenbrock's valley: %v; want them to span 1..1000", lv)
	}
	if lv := levels([]float64{math.NaN(), math.Inf(1)}, 0); lv != nil {
		t.Errorf("levels without a value: %v", lv)
	}
}

func TestChooseScale(t *testing.T) {
	chart := func(v ...float64) []Series { return []Series{{X: make([]float64, len(v)), Y: v}} }
	for _, c := range []struct {
		name string
		v    []float64
		want scale
	}{
		{"decades", []float64{100, 1, 0.01}, scale{log: true}},
		{"close together", []float64{3, 2, 1}, scale{}},
		{"down to zero", []float64{100, 1, 0.01, 0}, scale{log: true}},
		{"below zero", []float64{100, -2, -2.99, -3}, scale{log: true, shift: -3}},
		{"below zero, close together", []float64{1, -2, -3}, scale{}},
		{"only zeros", []float64{0, 0}, scale{}},
		{"one value", []float64{-1}, scale{}},
		{"not a number", []float64{math.NaN(), math.Inf(1)}, scale{}},
	} {
		if got := chooseScale(chart(c.v...)); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestTerminalFits: no line of a terminal chart is wider than asked, whatever
// is drawn.
func TestTerminalFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(0, 120).Draw(t, "columns")
		var ch Chart
		ch.XLabel, ch.YLabel = "step", "value"
		for range rapid.IntRange(0, 3).Draw(t, "series") {
			y := rapid.SliceOfN(rapid.OneOf(coordinate(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 0, 1})), 0, 30).Draw(t, "y")
			x := make([]float64, len(y))
			for i := range x {
				x[i] = float64(i)
			}
			ch.Series = append(ch.Series, Series{Name: "loss", X: x, Y: y})
		}
		for line := range strings.Lines(Terminal(ch, columns, 8, false)) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > columns {
				t.Fatalf("%d columns asked, line of %d: %q", columns, n, line)
			}
		}
	})
}

func TestTerminal(t *testing.T) {
	y := []float64{1000, 100, 10, 1, 0.1, 0.01}
	ch := Chart{XLabel: "step", YLabel: "value", Series: []Series{{Name: "value", X: []float64{0, 1, 2, 3, 4, 5}, Y: y}}}
	got := Terminal(ch, 40, 6, false)
	lines := strings.Split(strings.TrimRight(got, "\n"), "\n")
	if len(lines) != 7 {
		t.Errorf("6 rows and a footer asked, got\n%s", got)
	}
	for i, want := range []string{"1000", "100", "10", "1", "0.1", "0.01"} {
		if label := strings.Fields(lines[i])[0]; label != want {
			t.Errorf("row %d is labelled %s, want %s:\n%s", i, label, want, got)
		}
	}
	if !strings.Contains(lines[6], "log scale") || !strings.Contains(lines[6], "step 0 to 5") {
		t.Errorf("footer %q", lines[6])
	}
	if strings.Contains(got, "\x1b") {
		t.Error("colour codes without colour")
	}
	if !strings.Contains(Terminal(ch, 40, 6, true), "\x1b") {
		t.Error("no colour codes with colour")
	}
	if Terminal(ch, 12, 6, false) != "" {
		t.Error("a chart for 12 columns")
	}
}

// TestTerminalKeepsPlaces: values stand at their places on the axis, not evenly.
func TestTerminalKeepsPlaces(t *testing.T) {
	s := Series{Name: "value", X: []float64{0, 1, 2, 10}, Y: []float64{8, 4, 2, 1}}
	got := resample(s, scale{}, []float64{-1, 0, 1, 1.5, 6, 10, 11})
	for i, want := range []float64{math.NaN(), 8, 4, 3, 1.5, 1, math.NaN()} {
		if got[i] != want && !(math.IsNaN(want) && math.IsNaN(got[i])) {
			t.Errorf("place %d: %g, want %g", i, got[i], want)
		}
	}
	w := Walk{F: []float64{3, 2, 1}, Steps: []int{0, 1, 50}}
	if x := w.Values().Series[0].X; x[2] != 50 {
		t.Errorf("the third point of the chart stands at %g, want 50", x[2])
	}
}
