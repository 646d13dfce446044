package plot

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/guptarohit/asciigraph"

	"descent/internal/numtext"
)

// Terminal draws a chart as text at most columns wide and rows high (without
// title and axis). Colours are used only when colour is set. A terminal too
// narrow for a chart gets an empty string, as do series without two values.
func Terminal(ch Chart, columns, rows int, colour bool) string {
	const labels = 11 // the widest axis label and the axis itself
	width := columns - labels
	if width < 8 || rows < 2 {
		return ""
	}
	ch, err := ch.logX()
	if err != nil {
		return ""
	}
	sc := chooseScale(ch.Series)
	x, n := empty, 0
	for _, s := range ch.Series {
		if len(s.X) != len(s.Y) {
			return ""
		}
		for i, v := range s.X {
			x = x.add(v)
			if finite(sc.apply(s.Y[i])) {
				n++
			}
		}
	}
	if n < 2 || !(x.size() > 0) {
		return ""
	}
	var lines [][]float64
	var names []string
	for _, s := range ch.Series {
		if len(s.Y) > 0 {
			lines = append(lines, resample(s, sc, x.axis(width)))
			names = append(names, s.Name)
		}
	}
	unit := toUnit(lines)
	opts := []asciigraph.Option{
		asciigraph.Height(rows - 1), asciigraph.Width(width), asciigraph.Offset(3),
		asciigraph.YAxisValueFormatter(func(v float64) string {
			if v = unit(v); sc.log {
				v = math.Pow(10, v)
			}
			return fmt.Sprintf("%8s", axisNumber(v))
		}),
	}
	if colour {
		opts = append(opts, asciigraph.SeriesColors(asciigraph.Blue, asciigraph.Orange, asciigraph.Green, asciigraph.Violet))
	}
	var b strings.Builder
	b.WriteString(trimRight(asciigraph.PlotMany(lines, opts...)))
	fmt.Fprintf(&b, "\n%s\n", footer(ch, sc, names, x, columns))
	return b.String()
}

// toUnit maps the lines to 0..1, as the drawing library loses its place among
// huge or tiny numbers, and returns the way back.
func toUnit(lines [][]float64) (back func(float64) float64) {
	r := empty
	for _, line := range lines {
		for _, v := range line {
			if finite(v) {
				r = r.add(v)
			}
		}
	}
	// Halves, because the whole range may overflow.
	half := r.hi/2 - r.lo/2
	if !(half > 0) {
		half = 1 // a flat line, at 0
	}
	for _, line := range lines {
		for i, v := range line {
			line[i] = (v/2 - r.lo/2) / half
		}
	}
	return func(v float64) float64 { return 2 * (r.lo/2 + v*half) }
}

// axisNumber prints a number in at most eight columns.
func axisNumber(v float64) string {
	s := numtext.Short(v, 3)
	for digits := 2; len(s) > 8 && digits > 0; digits-- {
		s = numtext.Short(v, digits)
	}
	return s
}

// footer is the line below a terminal chart: the ends of its x axis, and which
// line is which.
func footer(ch Chart, sc scale, names []string, x span, columns int) string {
	from, to := number(x.lo), number(x.hi)
	if ch.LogX {
		from, to = number(math.Pow(10, x.lo)), number(math.Pow(10, x.hi))+" (log scale)"
	}
	s := fmt.Sprintf("          %s, %s %s to %s", sc.label(ch.YLabel), ch.XLabel, from, to)
	if len(names) > 1 {
		s += ": " + strings.Join(names, ", ")
	}
	if len([]rune(s)) > columns {
		s = strings.TrimLeft(s, " ")
	}
	if r := []rune(s); len(r) > columns {
		s = string(r[:columns-1]) + "…"
	}
	return s
}

// resample reads a series, whose X must not fall, at the places given: a long
// one keeps its course and a short one fills the width. Before its first place
// and after its last it is a gap.
func resample(s Series, sc scale, places []float64) []float64 {
	out := make([]float64, len(places))
	last := len(s.X) - 1
	for c, x := range places {
		i := sort.SearchFloat64s(s.X, x) // the first place at or after x
		switch {
		case i > last || (i == 0 && s.X[0] > x):
			out[c] = math.NaN()
		case s.X[i] == x || i == 0:
			out[c] = sc.apply(s.Y[i])
		default:
			t := (x - s.X[i-1]) / (s.X[i] - s.X[i-1])
			out[c] = (1-t)*sc.apply(s.Y[i-1]) + t*sc.apply(s.Y[i])
		}
	}
	return out
}

// trimRight removes blanks at the ends of lines.
func trimRight(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
