package plot

import (
	"fmt"
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// Terminal draws a chart as text at most columns wide and rows high (without
// title and axis). Colours are used only when colour is set. A terminal too
// narrow for a chart gets an empty string.
func Terminal(ch Chart, columns, rows int, colour bool) string {
	const labels = 11 // the widest axis label and the axis itself
	width := columns - labels
	if width < 8 || rows < 2 {
		return ""
	}
	sc := chooseScale(ch.Series)
	var lines [][]float64
	var names []string
	n, x := 0, empty
	for _, s := range ch.Series {
		if len(s.Y) == 0 {
			continue
		}
		line, drawn := resample(s, sc, width)
		for _, v := range s.X {
			x = x.add(v)
		}
		n += drawn
		lines = append(lines, line)
		names = append(names, s.Name)
	}
	if n < 2 {
		return ""
	}
	opts := []asciigraph.Option{
		asciigraph.Height(rows - 1), asciigraph.Width(width), asciigraph.Offset(3),
		asciigraph.YAxisValueFormatter(func(v float64) string {
			if sc.log {
				v = math.Pow(10, v)
			}
			return fmt.Sprintf("%8s", strings.ReplaceAll(number(v), "−", "-"))
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

// footer is the line below a terminal chart: the ends of its x axis, and which
// line is which.
func footer(ch Chart, sc scale, names []string, x span, columns int) string {
	s := fmt.Sprintf("          %s, %s %s to %s", sc.label(ch.YLabel), ch.XLabel, number(x.lo), number(x.hi))
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

// resample reads a series at width places between its ends, so that a long one
// keeps its course and a short one fills the width. It says how many values of
// the series could be drawn.
func resample(s Series, sc scale, width int) ([]float64, int) {
	out := make([]float64, width)
	hs := make([]float64, len(s.Y))
	drawn := 0
	for i, v := range s.Y {
		hs[i] = sc.apply(v)
		if finite(hs[i]) {
			drawn++
		}
	}
	for c := range out {
		t := float64(c) / float64(width-1) * float64(len(hs)-1)
		i := int(t)
		if i >= len(hs)-1 {
			out[c] = hs[len(hs)-1]
			continue
		}
		out[c] = hs[i] + (t-float64(i))*(hs[i+1]-hs[i])
	}
	return out, drawn
}

// trimRight removes blanks at the ends of lines.
func trimRight(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
