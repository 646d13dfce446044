package plot

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"descent/internal/numtext"
)

// The grid on which a landscape is evaluated, and the room for its colour bar.
const (
	gridX = 261
	gridY = 221
	bar   = 74 * vg.Length(1)
)

// Landscape draws a function of two variables as a filled contour with the path
// walked down it, the gradient at points of the path, the start and the end.
func Landscape(w Walk, f Func) (*Picture, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	if len(w.Names) != 2 {
		return nil, fmt.Errorf("plot: a landscape needs 2 variables, got %d", len(w.Names))
	}
	x, y := w.window()
	g, err := sample(f, x, y, gridX, gridY)
	if err != nil {
		return nil, err
	}
	end := w.F[len(w.F)-1]
	if w.runsAway() {
		end = w.F[0]
	}
	lv := levels(g.z, end)
	keys, holes := w.keys(), g.holes()
	if holes {
		keys = append(keys, key{"no value", keyHole})
	}
	return &Picture{draw: func(c draw.Canvas) {
		c = heading(c, w.Title, w.Subtitle, keys)
		p := axes(w.Names[0], w.Names[1])
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
		p.Add(fill(g, lv), w.path(), w.gradients(), layer(func(c draw.Canvas, p *gonum.Plot) {
			w.iterates(&c, w.onPaper(&c, p), 8)
		}))
		area := draw.Crop(c, 0, -bar, 0, 0)
		p.Draw(area)
		colourBar(c, p.DataCanvas(area), lv)
	}}, nil
}

// aspect is the width of the drawn area over its height.
const aspect = 1.2

// window chooses the ranges to show: the box of the walk with room around it.
// One unit is equally long on both axes, so that gradients stand at right
// angles to the contour lines, unless the walk is far longer one way.
func (w Walk) window() (x, y span) {
	box := w.box()
	x, y = box[0], box[1]
	dx, dy := math.Max(0, x.size()), math.Max(0, y.size())
	big := math.Max(dx, dy)
	tiny := func(d float64) bool { return d < 1e-9*big }
	if math.Min(dx, dy) < big/8 && !tiny(dx) && !tiny(dy) {
		return x.solid().grow(0.3), y.solid().grow(0.3)
	}
	if x.lo > x.hi {
		x, y = span{0, 0}, span{0, 0} // nowhere: around the origin
	}
	// Half sizes that hold the box with room, in the shape of the paper.
	half := math.Max(dx/2/aspect, dy/2) + 0.28*big
	mx, my := x.lo+dx/2, y.lo+dy/2
	if away := math.Max(math.Abs(mx), math.Abs(my)); half <= 1e-9*away || half < 1e-290 {
		half = math.Max(1, 0.25*away)
	}
	return span{mx - aspect*half, mx + aspect*half}, span{my - half, my + half}
}

// keys is the legend of a landscape.
func (w Walk) keys() []key {
	var keys []key
	if len(w.X) > 1 {
		keys = append(keys, key{"start", keyStart}, key{"step", keyArrow(vermilion)})
	}
	if slices.ContainsFunc(w.G, func(g []float64) bool { return g[0] != 0 || g[1] != 0 }) {
		keys = append(keys, key{"gradient", keyArrow(black)})
	}
	return append(keys, key{w.End, keyEnd})
}

func keyHole(c *draw.Canvas, at vg.Point) {
	square(c, at, 4.5, hatch(7, 0), hatch(0, 0))
}

// holes reports whether the function has no value somewhere on the grid.
func (g grid) holes() bool {
	for _, z := range g.z {
		if !finite(z) {
			return true
		}
	}
	return false
}

// fill draws the bands.
func fill(g grid, levels []float64) layer {
	return func(c draw.Canvas, _ *gonum.Plot) {
		size := c.Size()
		const perPoint = dpi / 72.0
		img, _ := g.paint(int(float64(size.X)*perPoint), int(float64(size.Y)*perPoint), levels)
		c.DrawImage(c.Rectangle, img)
	}
}

// path draws the steps on a light rim, with an arrowhead on each that is long
// enough.
func (w Walk) path() layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		line := w.onPaper(&c, p)
		keep := thin(line, 0.4)
		for _, pass := range []func(a, b vg.Point){
			func(a, b vg.Point) { stroke(&c, []vg.Point{a, b}, 3.2, veil) },
			func(a, b vg.Point) { arrow(&c, a, b, 1.6, vermilion) },
		} {
			for k := 1; k < len(keep); k++ {
				pass(line[keep[k-1]], line[keep[k]])
			}
		}
	}
}

// gradients draws the gradient at points of the path that lie apart: uphill,
// longer where it is steeper.
func (w Walk) gradients() layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		if w.G == nil {
			return
		}
		tx, ty := p.Transforms(&c)
		sx := float64(tx(p.X.Max)-tx(p.X.Min)) / (p.X.Max - p.X.Min)
		sy := float64(ty(p.Y.Max)-ty(p.Y.Min)) / (p.Y.Max - p.Y.Min)
		pts := w.onPaper(&c, p)
		steep, flat := 0.0, math.Inf(1)
		keep := thin(pts, 48)
		for _, i := range keep {
			if l := math.Hypot(w.G[i][0], w.G[i][1]); finite(l) && l > 0 {
				steep, flat = math.Max(steep, l), math.Min(flat, l)
			}
		}
		for _, i := range keep {
			l := math.Hypot(w.G[i][0], w.G[i][1])
			if !finite(l) || l == 0 || !c.Contains(pts[i]) {
				continue
			}
			t := 1.0
			if steep > flat {
				t = math.Log(l/flat) / math.Log(steep/flat)
			}
			// Directions that data units distort are those seen on paper.
			gx, gy := w.G[i][0]/l*sx, w.G[i][1]/l*sy
			n := math.Hypot(gx, gy)
			d := 26 + 22*t
			to := vg.Point{X: pts[i].X + vg.Length(gx/n*d), Y: pts[i].Y + vg.Length(gy/n*d)}
			stroke(&c, []vg.Point{pts[i], to}, 2.8, veil)
			arrow(&c, pts[i], to, 1.2, black)
		}
	}
}

// colourBar draws the bands with their heights to the right of the axes.
func colourBar(c, data draw.Canvas, levels []float64) {
	if len(levels) == 0 {
		return
	}
	cols := heights(len(levels) + 1)
	x := data.Max.X + 14
	tall := (data.Max.Y - data.Min.Y) / vg.Length(len(cols))
	st := style(9, false, black)
	base, labels := levelLabels(levels)
	for i, col := range cols {
		y := data.Min.Y + vg.Length(i)*tall
		c.FillPolygon(col, []vg.Point{{X: x, Y: y}, {X: x + 14, Y: y}, {X: x + 14, Y: y + tall}, {X: x, Y: y + tall}})
		if i < len(levels) && (i%2 == 0 || len(levels) < 10) {
			c.StrokeLine2(draw.LineStyle{Color: grey, Width: 0.7}, x+14, y+tall, x+17, y+tall)
			c.FillText(st, vg.Point{X: x + 20, Y: y + tall - 3}, labels[i])
		}
	}
	frame := []vg.Point{{X: x, Y: data.Min.Y}, {X: x + 14, Y: data.Min.Y}, {X: x + 14, Y: data.Max.Y}, {X: x, Y: data.Max.Y}, {X: x, Y: data.Min.Y}}
	c.StrokeLines(draw.LineStyle{Color: grey, Width: 0.7}, frame)
	c.FillText(st, vg.Point{X: x, Y: data.Max.Y + 6}, base)
}

// levelLabels writes the levels with the digits that tell them apart, and what
// to write above them. Levels that differ only far behind the point are written
// as differences from a common base: "1e6 +".
func levelLabels(levels []float64) (head string, labels []string) {
	head, labels = "value", labelsAbove(0, levels)
	for _, l := range labels {
		if len(l) > 9 {
			base := levels[0]
			if r, err := strconv.ParseFloat(strconv.FormatFloat(base, 'g', 6, 64), 64); err == nil {
				base = r
			}
			return minus(numtext.Exact(base)) + " +", labelsAbove(base, levels)
		}
	}
	return head, labels
}

// labelsAbove writes how far the levels lie above base.
func labelsAbove(base float64, levels []float64) []string {
	labels := make([]string, len(levels))
	for i, z := range levels {
		gap := math.Inf(1)
		if i > 0 {
			gap = z - levels[i-1]
		}
		if i+1 < len(levels) {
			gap = math.Min(gap, levels[i+1]-z)
		}
		switch z -= base; {
		case math.IsInf(gap, 0):
			labels[i] = number(z)
		case math.Abs(z) < 1e-9*gap:
			labels[i] = "0"
		default:
			labels[i] = tickLabel(z, math.Pow(10, math.Floor(math.Log10(gap/2)+1e-9)))
		}
	}
	return labels
}
