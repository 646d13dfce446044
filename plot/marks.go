package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// disc draws a filled circle with a rim.
func disc(c *draw.Canvas, at vg.Point, r vg.Length, fill, rim color.Color) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: rim, Radius: r + 0.9, Shape: draw.CircleGlyph{}}, at)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: fill, Radius: r, Shape: draw.CircleGlyph{}}, at)
}

// square draws a filled square with a rim.
func square(c *draw.Canvas, at vg.Point, r vg.Length, fill, rim color.Color) {
	for _, q := range []struct {
		r vg.Length
		c color.Color
	}{{r + 1, rim}, {r, fill}} {
		c.FillPolygon(q.c, []vg.Point{
			{X: at.X - q.r, Y: at.Y - q.r}, {X: at.X + q.r, Y: at.Y - q.r},
			{X: at.X + q.r, Y: at.Y + q.r}, {X: at.X - q.r, Y: at.Y + q.r},
		})
	}
}

// star draws a filled five-pointed star with a rim.
func star(c *draw.Canvas, at vg.Point, r vg.Length, fill, rim color.Color) {
	shape := func(r vg.Length) []vg.Point {
		pts := make([]vg.Point, 10)
		for i := range pts {
			q := r
			if i%2 == 1 {
				q = 0.45 * r
			}
			sin, cos := math.Sincos(math.Pi/2 + float64(i)*math.Pi/5)
			pts[i] = vg.Point{X: at.X + q*vg.Length(cos), Y: at.Y + q*vg.Length(sin)}
		}
		return pts
	}
	c.FillPolygon(rim, shape(r+2.2))
	c.FillPolygon(fill, shape(r))
}

// arrow draws an arrow from a to b. One not much longer than its head is only a
// line.
func arrow(c *draw.Canvas, a, b vg.Point, w vg.Length, ink color.Color) {
	head := 3.5*w + 2.5
	if apart(a, b) > 1.6*head && c.Contains(b) {
		stroke(c, []vg.Point{a, toward(b, a, head*0.7)}, w, ink)
		tip(c, a, b, head, ink)
		return
	}
	stroke(c, []vg.Point{a, b}, w, ink)
}

// veil is the light rim under lines, so that they show on any ground.
var veil = color.NRGBA{0xff, 0xff, 0xff, 0xd0}

// stroke draws a line clipped to the canvas.
func stroke(c *draw.Canvas, pts []vg.Point, w vg.Length, ink color.Color, dashes ...vg.Length) {
	c.StrokeLines(draw.LineStyle{Color: ink, Width: w, Dashes: dashes}, c.ClipLinesXY(pts)...)
}

// tip draws an arrowhead at b for an arrow that comes from a.
func tip(c *draw.Canvas, a, b vg.Point, size vg.Length, ink color.Color) {
	back := toward(b, a, size)
	dx, dy := (back.Y-b.Y)*0.42, (b.X-back.X)*0.42
	c.FillPolygon(ink, []vg.Point{b, {X: back.X + dx, Y: back.Y + dy}, {X: back.X - dx, Y: back.Y - dy}})
}

// toward is the point that lies d from a on the way to b.
func toward(a, b vg.Point, d vg.Length) vg.Point {
	l := vg.Length(math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y)))
	if l == 0 {
		return a
	}
	return vg.Point{X: a.X + (b.X-a.X)*d/l, Y: a.Y + (b.Y-a.Y)*d/l}
}

// apart is the distance of two points on paper.
func apart(a, b vg.Point) vg.Length {
	return vg.Length(math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)))
}

// thin keeps the indices of points that lie at least gap from the last one
// kept, always with the first, so that thousands of iterates stay readable.
func thin(pts []vg.Point, gap vg.Length) []int {
	var keep []int
	for i, p := range pts {
		if !finite(float64(p.X), float64(p.Y)) {
			continue
		}
		if len(keep) == 0 || apart(p, pts[keep[len(keep)-1]]) >= gap {
			keep = append(keep, i)
		}
	}
	return keep
}

// far is the paper coordinate beyond which a point is only a direction: it
// keeps the clipping of runaway points away from overflow.
const far = 1e5

// clampPoint limits a point on paper to where clipping still works.
func clampPoint(x, y vg.Length) vg.Point {
	lim := func(v vg.Length) vg.Length {
		return vg.Length(math.Max(-far, math.Min(far, float64(v))))
	}
	return vg.Point{X: lim(x), Y: lim(y)}
}

// The samples of a legend.

func keyLine(ink color.Color, w vg.Length, dashes ...vg.Length) func(*draw.Canvas, vg.Point) {
	return func(c *draw.Canvas, at vg.Point) {
		stroke(c, []vg.Point{{X: at.X - 9, Y: at.Y}, {X: at.X + 9, Y: at.Y}}, w, ink, dashes...)
	}
}

func keyArrow(ink color.Color) func(*draw.Canvas, vg.Point) {
	return func(c *draw.Canvas, at vg.Point) {
		arrow(c, vg.Point{X: at.X - 9, Y: at.Y}, vg.Point{X: at.X + 9, Y: at.Y}, 1.4, ink)
	}
}

func keyStart(c *draw.Canvas, at vg.Point) { square(c, at, 3.6, white, black) }
func keyEnd(c *draw.Canvas, at vg.Point)   { star(c, at, 6, yellow, black) }

// yellow fills the star of the last point.
var yellow = color.NRGBA{0xf0, 0xe4, 0x42, 0xff}
