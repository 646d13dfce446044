package plot

import (
	"fmt"
	"math"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// samples is how many points of the curve are drawn.
const samples = 1201

// Curve draws a function of one variable with the iterates on it, the tangent
// at each and an arrow for each step.
func Curve(w Walk, f Func) (*Picture, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	if len(w.Names) != 1 {
		return nil, fmt.Errorf("plot: a curve needs 1 variable, got %d", len(w.Names))
	}
	x := w.box()[0].solid().grow(0.5)
	xs := x.axis(samples)
	ys := make([]float64, samples)
	if err := f(xs, ys); err != nil {
		return nil, err
	}
	y := curveRange(w, ys)
	keys := []key{{"f", keyLine(blue, 2)}}
	if len(w.X) > 1 {
		keys = append(keys, key{"start", keyStart}, key{"step", keyArrow(vermilion)})
	}
	if w.G != nil {
		keys = append(keys, key{"tangent", keyLine(green, 1.5)})
	}
	keys = append(keys, key{w.End, keyEnd})
	if !finite(ys...) {
		keys = append(keys, key{"no value", keyHole})
	}
	return &Picture{draw: func(c draw.Canvas) {
		c = heading(c, w.Title, w.Subtitle, keys)
		p := axes(w.Names[0], "f("+w.Names[0]+")")
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
		p.Add(gaps(xs, ys), gridLines(), curveLine(xs, ys), w.tangents(), w.stairs())
		p.Draw(c)
	}}, nil
}

// curveRange chooses the heights to show: all of the curve, unless it towers
// over the walk, and always the walk itself.
func curveRange(w Walk, ys []float64) span {
	walk, x := empty, w.box()[0]
	for i, v := range w.F {
		if finite(v, w.X[i][0]) && w.X[i][0] >= x.lo && w.X[i][0] <= x.hi {
			walk = walk.add(v)
		}
	}
	var vals []float64
	for _, v := range ys {
		if finite(v) {
			vals = append(vals, v)
		}
	}
	if len(vals) == 0 {
		return walk.solid().grow(0.1)
	}
	slices.Sort(vals)
	all := span{vals[0], vals[len(vals)-1]}
	if walk.lo > walk.hi {
		walk = all
	}
	// The curve without the steepest hundredth at each end: poles.
	n := len(vals)
	most := span{vals[n/100], vals[n-1-n/100]}
	if s := walk.size(); s > 1e-3*all.size() || s > 1e-2*most.size() {
		all.lo = math.Max(all.lo, walk.lo-1.5*s)
		all.hi = math.Min(all.hi, walk.hi+1.5*s)
	} else {
		all = most // the walk is flat
	}
	return all.add(walk.lo).add(walk.hi).solid().grow(0.06)
}

// gridLines draws faint lines at the ticks.
func gridLines() layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		tx, ty := p.Transforms(&c)
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			stroke(&c, []vg.Point{{X: tx(t.Value), Y: c.Min.Y}, {X: tx(t.Value), Y: c.Max.Y}}, 0.6, pale)
		}
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			stroke(&c, []vg.Point{{X: c.Min.X, Y: ty(t.Value)}, {X: c.Max.X, Y: ty(t.Value)}}, 0.6, pale)
		}
	}
}

// gaps shades the places where the function has no value.
func gaps(xs, ys []float64) layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		tx, _ := p.Transforms(&c)
		half := (xs[1] - xs[0]) / 2
		for i := 0; i < len(xs); i++ {
			first := i
			for i < len(xs) && !finite(ys[i]) {
				i++
			}
			if i == first {
				continue
			}
			a, b := max(tx(xs[first]-half), c.Min.X), min(tx(xs[i-1]+half), c.Max.X)
			c.FillPolygon(hatch(0, 7), []vg.Point{{X: a, Y: c.Min.Y}, {X: b, Y: c.Min.Y}, {X: b, Y: c.Max.Y}, {X: a, Y: c.Max.Y}})
		}
	}
}

// curveLine draws the curve, broken where it has no value.
func curveLine(xs, ys []float64) layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		tx, ty := p.Transforms(&c)
		var run []vg.Point
		flush := func() {
			if len(run) > 1 {
				stroke(&c, run, 2, blue)
			}
			run = nil
		}
		tall := 20 * (c.Max.Y - c.Min.Y)
		for i := range xs {
			if !finite(ys[i]) {
				flush()
				continue
			}
			q := clampPoint(tx(xs[i]), ty(ys[i]))
			if n := len(run); n > 0 && math.Abs(float64(q.Y-run[n-1].Y)) > float64(tall) {
				flush() // a pole or a jump, not a slope
			}
			run = append(run, q)
		}
		flush()
	}
}

// onPaper places the iterates.
func (w Walk) onPaper(c *draw.Canvas, p *gonum.Plot) []vg.Point {
	tx, ty := p.Transforms(c)
	pts := make([]vg.Point, len(w.X))
	for i, x := range w.X {
		y := w.F[i]
		if len(x) == 2 {
			y = x[1]
		}
		if !finite(x[0], y) {
			pts[i] = vg.Point{X: vg.Length(math.NaN())}
			continue
		}
		pts[i] = clampPoint(tx(x[0]), ty(y))
	}
	return pts
}

// tangents draws a short line with the slope of the function at iterates that
// lie far enough apart.
func (w Walk) tangents() layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		if w.G == nil {
			return
		}
		tx, ty := p.Transforms(&c)
		pts := w.onPaper(&c, p)
		for _, i := range thin(pts, 34) {
			g := w.G[i][0]
			if !finite(g) || !c.Contains(pts[i]) {
				continue
			}
			// The slope on paper: heights and widths have different scales.
			sx := float64(tx(p.X.Max)-tx(p.X.Min)) / (p.X.Max - p.X.Min)
			sy := float64(ty(p.Y.Max)-ty(p.Y.Min)) / (p.Y.Max - p.Y.Min)
			sin, cos := math.Sincos(math.Atan(g * sy / sx))
			d := vg.Point{X: vg.Length(50 * cos), Y: vg.Length(50 * sin)}
			a, b := vg.Point{X: pts[i].X - d.X, Y: pts[i].Y - d.Y}, vg.Point{X: pts[i].X + d.X, Y: pts[i].Y + d.Y}
			stroke(&c, []vg.Point{a, b}, 1.5, green)
		}
	}
}

// stairs draws every step as an arrow along x and a dotted drop to the curve,
// then the iterates, the start and the end.
func (w Walk) stairs() layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		pts := w.onPaper(&c, p)
		for i := 1; i < len(pts); i++ {
			a, b := pts[i-1], pts[i]
			if !finite(float64(a.X), float64(b.X)) || apart(a, b) < 2 {
				continue
			}
			foot := vg.Point{X: b.X, Y: a.Y}
			stroke(&c, []vg.Point{foot, b}, 0.9, vermilion, 2, 2)
			arrow(&c, a, foot, 1.3, vermilion)
		}
		w.iterates(&c, pts, 5)
	}
}

// iterates draws the points of the walk, then start and end.
func (w Walk) iterates(c *draw.Canvas, pts []vg.Point, gap vg.Length) {
	for _, i := range thin(pts, gap) {
		if c.Contains(pts[i]) {
			disc(c, pts[i], 2, white, vermilion)
		}
	}
	if c.Contains(pts[0]) && len(pts) > 1 {
		square(c, pts[0], 3.6, white, black)
	}
	if last := pts[len(pts)-1]; c.Contains(last) {
		star(c, last, 6, yellow, black)
	}
}
