package plot

import (
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/palette/brewer"
)

// bands is how many height bands a landscape has at most.
const bands = 16

// levels chooses the heights between bands so that valleys show. Where the walk
// ends near the lowest ground they are spaced by powers above it, since the
// interesting part of a valley is tiny against its walls; otherwise every band
// covers about the same area. end is the height at which the walk ends.
func levels(values []float64, end float64) []float64 {
	var v []float64
	for _, z := range values {
		if finite(z) {
			v = append(v, z)
		}
	}
	if len(v) == 0 {
		return nil
	}
	slices.Sort(v)
	quantile := func(q float64) float64 { return v[int(q*float64(len(v)-1))] }
	low, high := v[0], quantile(0.995)
	if finite(end) {
		low = math.Min(low, end)
	}
	var raw []float64
	fine, wide := quantile(0.004)-low, high-low
	if end <= quantile(0.02) && fine > 0 && wide > 60*fine {
		for i := range bands {
			raw = append(raw, low+fine*math.Pow(wide/fine, float64(i)/(bands-1)))
		}
	} else {
		for i := 1; i <= bands; i++ {
			raw = append(raw, quantile(math.Pow(float64(i)/(bands+1), 1.3)))
		}
	}
	return roundLevels(raw)
}

// roundLevels gives levels as few digits as keep them apart, strictly rising.
func roundLevels(raw []float64) []float64 {
	var out []float64
	for i, z := range raw {
		gap := math.Inf(1)
		if i > 0 && z > raw[i-1] {
			gap = z - raw[i-1]
		}
		if i+1 < len(raw) && raw[i+1] > z {
			gap = math.Min(gap, raw[i+1]-z)
		}
		if !math.IsInf(gap, 0) {
			unit := math.Pow(10, math.Floor(math.Log10(gap/2)))
			z = math.Round(z/unit) * unit
		}
		if len(out) == 0 || z > out[len(out)-1] {
			out = append(out, z)
		}
	}
	return out
}

// heights are the colours of n bands from low (dark blue) to high (light
// yellow), after ColorBrewer's YlGnBu.
func heights(n int) []color.NRGBA {
	pal, err := brewer.GetPalette(brewer.TypeSequential, "YlGnBu", 9)
	if err != nil {
		panic("plot: the palette YlGnBu is gone: " + err.Error())
	}
	base := slices.Clone(pal.Colors()) // the package's own slice must keep its order
	slices.Reverse(base)
	out := make([]color.NRGBA, n)
	for i := range out {
		t := 0.5
		if n > 1 {
			t = float64(i) / float64(n-1)
		}
		t *= float64(len(base) - 1)
		k := min(int(t), len(base)-2)
		out[i] = blend(nrgba(base[k]), nrgba(base[k+1]), t-float64(k))
	}
	return out
}

func nrgba(c color.Color) color.NRGBA { return color.NRGBAModel.Convert(c).(color.NRGBA) }

// blend mixes a and b, t of b.
func blend(a, b color.NRGBA, t float64) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*(1-t) + float64(y)*t)) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// grid is a function sampled at nx·ny places, row by row from the bottom.
type grid struct {
	nx, ny int
	z      []float64
}

// sample evaluates f over the rectangle x × y.
func sample(f Func, x, y span, nx, ny int) (grid, error) {
	g := grid{nx, ny, make([]float64, nx*ny)}
	pts := make([]float64, 2*nx)
	xs, ys := x.axis(nx), y.axis(ny)
	for j, yv := range ys {
		for i, xv := range xs {
			pts[2*i], pts[2*i+1] = xv, yv
		}
		if err := f(pts, g.z[j*nx:(j+1)*nx]); err != nil {
			return grid{}, err
		}
	}
	return g, nil
}

// at interpolates between samples; u and v run over 0..1. Next to a place
// without a value the nearest sample decides.
func (g grid) at(u, v float64) float64 {
	fx, fy := u*float64(g.nx-1), v*float64(g.ny-1)
	i, j := min(int(fx), g.nx-2), min(int(fy), g.ny-2)
	fx, fy = fx-float64(i), fy-float64(j)
	a, b := g.z[j*g.nx+i], g.z[j*g.nx+i+1]
	c, d := g.z[(j+1)*g.nx+i], g.z[(j+1)*g.nx+i+1]
	if z := (a*(1-fx)+b*fx)*(1-fy) + (c*(1-fx)+d*fx)*fy; finite(z) {
		return z
	}
	return g.z[(j+int(fy+0.5))*g.nx+i+int(fx+0.5)]
}

// hole is the band of places without a value.
const hole = -1

// band is the index of the band that z lies in.
func band(z float64, levels []float64) int {
	if !finite(z) {
		return hole
	}
	i, _ := slices.BinarySearch(levels, math.Nextafter(z, math.Inf(1)))
	return i
}

// paint draws the bands as an image of w·h pixels, with contour lines where
// they meet and hatching where the function has no value. Every pixel is the
// mean of four, so that edges are smooth.
func (g grid) paint(w, h int, levels []float64) (img *image.NRGBA, holes bool) {
	fine := make([]int, (2*w)*(2*h))
	for py := range 2 * h {
		for px := range 2 * w {
			u, v := (float64(px)+0.5)/float64(2*w), 1-(float64(py)+0.5)/float64(2*h)
			fine[py*2*w+px] = band(g.at(u, v), levels)
		}
	}
	cols := heights(len(levels) + 1)
	img = image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var r, gr, b float64
			edge, first := 0.0, fine[2*y*2*w+2*x]
			for k := range 9 { // the four subpixels and their neighbours to the right and below
				sx, sy := min(2*x+k%3, 2*w-1), min(2*y+k/3, 2*h-1)
				q := fine[sy*2*w+sx]
				if q != first {
					edge += 1.0 / 8
				}
				if k%3 == 2 || k/3 == 2 {
					continue
				}
				c := hatch(x, y)
				if q == hole {
					holes = true
				} else {
					c = cols[q]
				}
				r, gr, b = r+float64(c.R)/4, gr+float64(c.G)/4, b+float64(c.B)/4
			}
			c := color.NRGBA{uint8(r), uint8(gr), uint8(b), 0xff}
			if edge > 0 {
				c = blend(c, black, 0.12+0.25*math.Min(1, 2*edge))
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img, holes
}

// hatch is the pattern of places without a value: grey stripes.
func hatch(x, y int) color.NRGBA {
	if (x+y)%14 < 3 {
		return color.NRGBA{0xb0, 0xb0, 0xb0, 0xff}
	}
	return color.NRGBA{0xec, 0xec, 0xec, 0xff}
}
