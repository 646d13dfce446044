// Package plot draws pictures of a minimisation: the curve of a function of one
// variable with its tangents, the landscape of a function of two with the path
// walked down it, and loss curves, as SVG, as PNG and as text for a terminal.
//
// It takes plain slices and functions and knows nothing of formulas, methods or
// models. The colours are readable with any kind of colour blindness: heights
// differ in lightness, and lines use the palette of Okabe and Ito ("Color
// Universal Design", 2008).
package plot

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	xfont "golang.org/x/image/font"
)

// Size of every picture in points (1/72 inch), and the resolution of a PNG.
const (
	width  = 600 * vg.Length(1)
	height = 500 * vg.Length(1)
	dpi    = 144
)

// The colours of lines and marks, after Okabe and Ito.
var (
	black     = color.NRGBA{0x1a, 0x1a, 0x1a, 0xff}
	grey      = color.NRGBA{0x66, 0x66, 0x66, 0xff}
	pale      = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}
	white     = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	blue      = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	vermilion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	green     = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	purple    = color.NRGBA{0xa8, 0x4f, 0x86, 0xff}
)

// Func evaluates a function at len(out) points. The points lie one after
// another in xs. Where the function has no value, out is NaN or infinite.
type Func func(xs, out []float64) error

// Picture is a drawing that can be written in any format of Format.
type Picture struct {
	draw func(draw.Canvas)
}

// Format is the picture format that a file name asks for: "svg" or "png".
func Format(path string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".svg", ".png":
		return ext[1:], nil
	default:
		return "", fmt.Errorf("plot: cannot draw %q: the name must end in .svg or .png", path)
	}
}

// Encode writes the picture as "svg" or "png". The same picture gives the same
// bytes.
func (p *Picture) Encode(w io.Writer, format string) error {
	switch format {
	case "svg":
		c := vgsvg.New(width, height)
		p.draw(draw.New(c))
		var b bytes.Buffer
		if _, err := c.WriteTo(&b); err != nil {
			return fmt.Errorf("plot: writing svg: %w", err)
		}
		// Liberation Sans has the widths of Arial and Helvetica, which stand
		// in where it is not installed.
		svg := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
			[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
		_, err := w.Write(svg)
		return err
	case "png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}
		p.draw(draw.New(c))
		_, err := c.WriteTo(w)
		return err
	}
	return fmt.Errorf("plot: unknown format %q: want svg or png", format)
}

// Walk is what a picture shows of one minimisation. Names has one entry per
// coordinate; X, F and G run along the accepted points, the start first. G is
// the gradient at each point and may be nil. Steps numbers the points of a walk
// of which some are left out; nil means that all are there.
type Walk struct {
	Title    string
	Subtitle string
	Names    []string
	X        [][]float64
	F        []float64
	G        [][]float64
	Steps    []int
	End      string // what the last point is: "minimum", "saddle", "last point"
}

var errNoPoints = errors.New("plot: there is no point to draw")

// Draw draws the walk as fits its number of variables: the curve for one, the
// landscape for two, otherwise the value after each step.
func (w Walk) Draw(f Func) (*Picture, error) {
	switch len(w.Names) {
	case 1:
		return Curve(w, f)
	case 2:
		return Landscape(w, f)
	}
	return Losses(w.Values())
}

// Values is the chart of the value after each step.
func (w Walk) Values() Chart {
	steps := make([]float64, len(w.F))
	for i := range steps {
		steps[i] = float64(i)
		if i < len(w.Steps) {
			steps[i] = float64(w.Steps[i])
		}
	}
	return Chart{
		Title: w.Title, Subtitle: w.Subtitle, XLabel: "step", YLabel: "value",
		Series: []Series{{Name: "value", X: steps, Y: w.F}},
	}
}

// check refuses a walk whose slices do not fit together.
func (w Walk) check() error {
	if len(w.X) == 0 {
		return errNoPoints
	}
	if len(w.F) != len(w.X) || (w.G != nil && len(w.G) != len(w.X)) {
		return fmt.Errorf("plot: %d points, %d values and %d gradients do not fit together", len(w.X), len(w.F), len(w.G))
	}
	for i, x := range w.X {
		if len(x) != len(w.Names) || (w.G != nil && len(w.G[i]) != len(w.Names)) {
			return fmt.Errorf("plot: point %d does not have the %d coordinates %s", i, len(w.Names), strings.Join(w.Names, ", "))
		}
	}
	return nil
}

// face is the picture font in a size and weight.
func face(size vg.Length, bold bool) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return f
}
