package plot

import (
	"fmt"
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is one line of a chart. X and Y have the same length; a Y that is NaN
// or infinite is a gap.
type Series struct {
	Name string
	X, Y []float64
}

// Chart is a set of loss curves over steps or epochs.
type Chart struct {
	Title, Subtitle string
	XLabel, YLabel  string
	LogX            bool // the x axis is logarithmic, and every X positive
	Series          []Series
}

// logX is the chart with the logarithms of its places.
func (ch Chart) logX() (Chart, error) {
	if !ch.LogX {
		return ch, nil
	}
	series := make([]Series, len(ch.Series))
	for i, s := range ch.Series {
		x := make([]float64, len(s.X))
		for k, v := range s.X {
			if !(v > 0) {
				return ch, fmt.Errorf("plot: series %q has the place %v on a logarithmic axis", s.Name, v)
			}
			x[k] = math.Log10(v)
		}
		series[i] = Series{Name: s.Name, X: x, Y: s.Y}
	}
	ch.Series = series
	return ch, nil
}

// scale says how the values of a chart are drawn: as they are, or by their
// logarithm after subtracting Shift.
type scale struct {
	log   bool
	shift float64
}

// chooseScale takes a logarithmic scale when the values above the lowest one
// span more than a decade. Where values are zero or negative they are shown
// above the lowest value, if they span several decades there.
func chooseScale(series []Series) scale {
	all, least := empty, math.Inf(1)
	for _, s := range series {
		for _, v := range s.Y {
			if finite(v) {
				all = all.add(v)
				if v > 0 {
					least = math.Min(least, v)
				}
			}
		}
	}
	switch {
	case all.lo > 0 || (all.lo == 0 && !math.IsInf(least, 0)):
		return scale{log: all.hi > 10*least}
	case all.size() > 0:
		above := math.Inf(1)
		for _, s := range series {
			for _, v := range s.Y {
				if d := v - all.lo; finite(v) && d > 0 {
					above = math.Min(above, d)
				}
			}
		}
		if all.size() > 1000*above {
			return scale{log: true, shift: all.lo}
		}
	}
	return scale{}
}

// apply maps a value to the height it is drawn at; NaN is a gap.
func (s scale) apply(v float64) float64 {
	switch {
	case !finite(v):
		return math.NaN()
	case !s.log:
		return v
	case v-s.shift > 0:
		return math.Log10(v - s.shift)
	}
	return math.NaN()
}

// label names the axis.
func (s scale) label(name string) string {
	switch {
	case s.log && s.shift < 0:
		return fmt.Sprintf("%s + %s (above its lowest value, log scale)", name, number(-s.shift))
	case s.log && s.shift > 0:
		return fmt.Sprintf("%s − %s (above its lowest value, log scale)", name, number(s.shift))
	case s.log:
		return name + " (log scale)"
	}
	return name
}

// inks are the colours of the lines of a chart, in order; dashes tell them
// apart without colour.
var inks = []struct {
	c      color.Color
	dashes []vg.Length
}{{blue, nil}, {vermilion, []vg.Length{6, 3}}, {green, []vg.Length{2, 2}}, {purple, []vg.Length{8, 3, 2, 3}}}

// Losses draws loss curves, on a logarithmic scale where the values allow it.
func Losses(ch Chart) (*Picture, error) {
	ch, err := ch.logX()
	if err != nil {
		return nil, err
	}
	x, y, n := empty, empty, 0
	sc := chooseScale(ch.Series)
	for _, s := range ch.Series {
		if len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("plot: series %q has %d places for %d values", s.Name, len(s.X), len(s.Y))
		}
		for i, v := range s.Y {
			if h := sc.apply(v); finite(h) && finite(s.X[i]) {
				x, y = x.add(s.X[i]), y.add(h)
				n++
			}
		}
	}
	if n == 0 {
		return nil, errNoPoints
	}
	y = y.solid()
	var keys []key
	for i, s := range ch.Series {
		if len(ch.Series) > 1 {
			ink := inks[i%len(inks)]
			keys = append(keys, key{s.Name, keyLine(ink.c, 2, ink.dashes...)})
		}
	}
	return &Picture{draw: func(c draw.Canvas) {
		c = heading(c, ch.Title, ch.Subtitle, keys)
		p := axes(ch.XLabel, sc.label(ch.YLabel))
		v := x.solid()
		if x.size() == 0 && x.lo == 0 && !ch.LogX {
			v = span{-0.5, 1}
		}
		p.X.Min, p.X.Max = v.lo-0.02*v.size(), v.hi+0.02*v.size()
		p.Y.Min, p.Y.Max = y.grow(0.05).lo, y.grow(0.05).hi
		if sc.log {
			p.Y.Tick.Marker = logTicks{}
		}
		if ch.LogX {
			p.X.Tick.Marker = logTicks{}
		}
		p.Add(gridLines())
		for i, s := range ch.Series {
			p.Add(seriesLine(s, sc, i))
		}
		p.Draw(draw.Crop(c, 0, -8, 0, 0))
	}}, nil
}

// seriesLine draws one line, broken at gaps, with marks when it has few points
// (two points are a level, not a course).
func seriesLine(s Series, sc scale, i int) layer {
	return func(c draw.Canvas, p *gonum.Plot) {
		tx, ty := p.Transforms(&c)
		ink := inks[i%len(inks)]
		var run []vg.Point
		flush := func() {
			stroke(&c, run, 1.8, ink.c, ink.dashes...)
			if n := len(s.Y); len(run) == 1 || (n > 2 && n <= 60) {
				for _, q := range run {
					disc(&c, q, 1.8, white, ink.c)
				}
			}
			run = nil
		}
		for k, v := range s.Y {
			h := sc.apply(v)
			if !finite(h, s.X[k]) {
				flush()
				continue
			}
			q := vg.Point{X: tx(s.X[k]), Y: ty(h)}
			if n := len(run); n > 0 && len(s.Y) > 4000 && apart(q, run[n-1]) < 0.3 {
				continue
			}
			run = append(run, q)
		}
		flush()
	}
}
