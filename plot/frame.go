package plot

import (
	"image/color"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// layer is something drawn inside the axes.
type layer func(c draw.Canvas, p *gonum.Plot)

// Plot makes a layer a gonum Plotter.
func (l layer) Plot(c draw.Canvas, p *gonum.Plot) { l(c, p) }

// key is one entry of the legend: a sample and what it stands for.
type key struct {
	name string
	draw func(c *draw.Canvas, at vg.Point) // draws a sample about 16 points wide, centred at `at`
}

// margin is the space around the whole picture.
const margin = 12 * vg.Length(1)

// axes makes an empty plot in the style of all pictures.
func axes(xlabel, ylabel string) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = color.Transparent
	for _, a := range []*gonum.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = face(11, false)
		a.Label.TextStyle.Color = black
		a.Label.Padding = 5
		a.Tick.Label.Font = face(9.5, false)
		a.Tick.Label.Color = black
		a.Tick.Marker = ticks{}
		a.Tick.LineStyle = draw.LineStyle{Color: grey, Width: 0.7}
		a.LineStyle = draw.LineStyle{Color: grey, Width: 0.7}
		a.Padding = 0
	}
	p.X.Label.Text, p.Y.Label.Text = xlabel, ylabel
	return p
}

// style is a text style for words drawn by hand.
func style(size vg.Length, bold bool, c color.Color) text.Style {
	return text.Style{Color: c, Font: face(size, bold), Handler: gonum.DefaultTextHandler}
}

// heading draws background, title, subtitle and legend at the top of c and
// returns the canvas below them.
func heading(c draw.Canvas, title, subtitle string, keys []key) draw.Canvas {
	c.FillPolygon(white, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	c = draw.Crop(c, margin, -margin, margin, -margin)
	y := c.Max.Y
	write := func(s string, st text.Style) {
		for _, line := range paragraph(s, st, c.Max.X-c.Min.X, 2) {
			y -= st.Font.Size
			c.FillText(st, vg.Point{X: c.Min.X, Y: y}, line)
			y -= 5
		}
	}
	write(title, style(14, true, black))
	write(subtitle, style(10.5, false, grey))
	y = legend(c, y, keys)
	c.Max.Y = y - 12
	return c
}

// legend draws the keys in rows below y and returns the new y.
func legend(c draw.Canvas, y vg.Length, keys []key) vg.Length {
	const sample, gap, row = 18, 16, 14
	if len(keys) == 0 {
		return y
	}
	st := style(10, false, black)
	x := c.Min.X
	y -= row
	for _, k := range keys {
		w := sample + 5 + st.Width(k.name)
		if x > c.Min.X && x+w > c.Max.X {
			x = c.Min.X
			y -= row
		}
		k.draw(&c, vg.Point{X: x + sample/2, Y: y + 3.5})
		c.FillText(st, vg.Point{X: x + sample + 5, Y: y}, k.name)
		x += w + gap
	}
	return y
}

// paragraph breaks s at blanks into at most n lines that are at most w wide. The
// last is shortened where that does not do.
func paragraph(s string, st text.Style, w vg.Length, n int) []string {
	var lines []string
	// No line holds more letters than points, so the rest need not be measured.
	if r := []rune(s); len(r) > n*int(w) {
		s = string(r[:n*int(w)])
	}
	words := strings.Fields(s)
	for len(words) > 0 {
		k := 1
		for k < len(words) && st.Width(strings.Join(words[:k+1], " ")) <= w {
			k++
		}
		if len(lines) == n-1 {
			k = len(words)
		}
		lines = append(lines, fit(strings.Join(words[:k], " "), st, w))
		words = words[k:]
	}
	return lines
}

// fit shortens s so that it is at most w wide.
func fit(s string, st text.Style, w vg.Length) string {
	if st.Width(s) <= w {
		return s
	}
	r := []rune(s)
	for len(r) > 1 && st.Width(string(r)+" …") > w {
		r = r[:len(r)-1]
	}
	return string(r) + " …"
}
