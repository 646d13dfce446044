package plot

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// walkDown takes n gradient steps of rate lr from x, by central differences.
func walkDown(f func([]float64) float64, x []float64, lr float64, n int) Walk {
	names := []string{"x", "y", "z"}[:len(x)]
	w := Walk{Names: names, End: "last point"}
	for range n + 1 {
		g := make([]float64, len(x))
		for j := range x {
			h := 1e-6 * math.Max(1, math.Abs(x[j]))
			up, down := append([]float64(nil), x...), append([]float64(nil), x...)
			up[j] += h
			down[j] -= h
			g[j] = (f(up) - f(down)) / (2 * h)
		}
		w.X, w.F, w.G = append(w.X, x), append(w.F, f(x)), append(w.G, g)
		next := make([]float64, len(x))
		for j := range x {
			next[j] = x[j] - lr*g[j]
		}
		x = next
	}
	return w
}

// many lifts a function of one point to many.
func many(dim int, f func([]float64) float64) Func {
	return func(xs, out []float64) error {
		for i := range out {
			out[i] = f(xs[i*dim : (i+1)*dim])
		}
		return nil
	}
}

func bowl(p []float64) float64  { return p[0]*p[0] + p[0]*p[1] + p[1]*p[1] }
func round(p []float64) float64 { return p[0]*p[0] + p[1]*p[1] }
func square1(p []float64) float64 {
	return p[0] * p[0]
}
func rosenbrock(p []float64) float64 {
	return math.Pow(1-p[0], 2) + 100*math.Pow(p[1]-p[0]*p[0], 2)
}
func himmelblau(p []float64) float64 {
	return math.Pow(p[0]*p[0]+p[1]-11, 2) + math.Pow(p[0]+p[1]*p[1]-7, 2)
}

// sights are walks that a picture must survive: ordinary ones, runaways, holes
// in the domain, numbers near the ends of float64, a single point.
var sights = []struct {
	name, title string
	f           func([]float64) float64
	start       []float64
	rate        float64
	steps       int
}{
	{"bowl", "x^2 + x*y + y^2", bowl, []float64{3, -2}, 0.1, 60},
	{"rosenbrock", "(1 - x)^2 + 100*(y - x^2)^2", rosenbrock, []float64{-1.2, 1}, 0.002, 4000},
	{"himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", himmelblau, []float64{0, 0}, 0.01, 60},
	{"saddle", "x^2 - y^2", func(p []float64) float64 { return p[0]*p[0] - p[1]*p[1] }, []float64{1, 0}, 0.1, 60},
	{"overshoot", "x^2 + x*y + y^2", bowl, []float64{3, -2}, 0.7, 60},
	{"overflow", "x^2 + x*y + y^2", bowl, []float64{3, -2}, 7, 400},
	{"log", "x*log(x) + y^2", func(p []float64) float64 { return p[0]*math.Log(p[0]) + p[1]*p[1] }, []float64{2, 1}, 0.2, 40},
	{"long", "x^2 + 1e-6*y^2", func(p []float64) float64 { return p[0]*p[0] + 1e-6*p[1]*p[1] }, []float64{1, 1000}, 0.9, 40},
	{"huge", "1e200*(x^2 + y^2)", func(p []float64) float64 { return 1e200 * round(p) }, []float64{1e40, 2e40}, 1e-201, 40},
	{"tiny", "x^2 + y^2", round, []float64{1e-200, 2e-200}, 0.1, 40},
	{"point", "x^2 + y^2", round, []float64{0, 0}, 0.1, 0},
	{"offset", "1e6 + x^2 + y^2", func(p []float64) float64 { return 1e6 + round(p) }, []float64{1, 2}, 0.1, 30},
	{"void", "log(x + y)", func(p []float64) float64 { return math.Log(p[0] + p[1]) }, []float64{-9, -9}, 0.1, 3},
	{"sine", "sin(x) + 0.1*x^2", func(p []float64) float64 { return math.Sin(p[0]) + 0.1*p[0]*p[0] }, []float64{4.5}, 0.8, 15},
	{"parabola", "x^2", square1, []float64{3}, 0.1, 30},
	{"zigzag", "x^2", square1, []float64{3}, 0.9, 30},
	{"escape", "x^2", square1, []float64{3}, 1.1, 4000},
	{"pole", "1/x", func(p []float64) float64 { return 1 / p[0] }, []float64{1}, 1, 200},
	{"log1", "x*log(x)", func(p []float64) float64 { return p[0] * math.Log(p[0]) }, []float64{2}, 0.3, 30},
	{"point1", "x^2", square1, []float64{0}, 0.1, 0},
	{"constant", "7", func(p []float64) float64 { return 7 }, []float64{5}, 0.1, 3},
	{"nowhere", "sqrt(x)", func(p []float64) float64 { return math.Sqrt(p[0]) }, []float64{-3}, 0.1, 0},
	{"three", "x^2 + y^2 + z^2", func(p []float64) float64 { return round(p) + p[2]*p[2] }, []float64{5, 1, 2}, 0.1, 50},
	{"negative", strings.Repeat("x^2 + y^2 + z^2 - 3 + ", 9), func(p []float64) float64 { return round(p) + p[2]*p[2] - 3 }, []float64{5, 1, 2}, 0.1, 50},
}

// drawSight draws a sight. With PLOT_OUT set to a folder it also leaves the pictures
// there, to be looked at.
func drawSight(t *testing.T, name string) []byte {
	t.Helper()
	for _, s := range sights {
		if s.name != name {
			continue
		}
		w := walkDown(s.f, s.start, s.rate, s.steps)
		w.Title, w.Subtitle = s.title, "gd with rate "+number(s.rate)
		p, err := w.Draw(many(len(s.start), s.f))
		if err != nil {
			t.Fatal(err)
		}
		return keep(t, name, p)
	}
	t.Fatalf("no sight %q", name)
	return nil
}

// keep encodes a picture as SVG.
func keep(t *testing.T, name string, p *Picture) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Encode(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PLOT_OUT"); dir != "" {
		f, err := os.Create(filepath.Join(dir, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := p.Encode(f, "png"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".svg"), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

var textElement = regexp.MustCompile(`<text x="([^"]*)" y="([^"]*)"[^>]*?font-size:([0-9.]+)px[^>]*>([^<]*)<`)

// embedded is the ground of a landscape, whose letters mean nothing.
var embedded = regexp.MustCompile(`base64,[^"]*"`)

// TestNoTextIsClipped places every word of every picture and holds it inside.
func TestNoTextIsClipped(t *testing.T) {
	for _, s := range sights {
		t.Run(s.name, func(t *testing.T) {
			svg := drawSight(t, s.name)
			for _, bad := range []string{"NaN", "Inf"} {
				if bytes.Contains(embedded.ReplaceAll(svg, nil), []byte(bad)) {
					t.Errorf("the picture contains %s", bad)
				}
			}
			words := textElement.FindAllSubmatch(svg, -1)
			if len(words) < 5 {
				t.Fatalf("only %d words found", len(words))
			}
			for _, m := range words {
				x, _ := strconv.ParseFloat(string(m[1]), 64)
				y, _ := strconv.ParseFloat(string(m[2]), 64)
				size, _ := strconv.ParseFloat(string(m[3]), 64)
				st := style(vg.Length(size), size == 14, black)
				right := x + float64(st.Width(string(m[4])))
				if strings.HasPrefix(string(m[4]), "f(") || strings.HasPrefix(string(m[4]), "value") || string(m[4]) == "y" {
					continue // may be the turned label of the y axis
				}
				if x < 0 || right > float64(width) || -y < 0 || -y > float64(height) {
					t.Errorf("%q runs from %.0f to %.0f at height %.0f, outside %v × %v", m[4], x, right, -y, width, height)
				}
			}
		})
	}
}

func TestSameBytes(t *testing.T) {
	for _, name := range []string{"bowl", "sine"} {
		if !bytes.Equal(drawSight(t, name), drawSight(t, name)) {
			t.Errorf("%s: two drawings differ", name)
		}
	}
}

// TestLandscapePixels reads a PNG: the ground is darker at the minimum than at
// the start, the colour bar darker at its foot than at its head.
func TestLandscapePixels(t *testing.T) {
	w := Walk{Names: []string{"x", "y"}, X: [][]float64{{3, -2}, {2, -2}}, F: []float64{7, 4}, End: "last point"}
	p, err := Landscape(w, many(2, func(p []float64) float64 { return p[0] }))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Encode(&b, "png"); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	if size != (image.Point{1200, 1000}) {
		t.Errorf("size %v, want 1200 × 1000 (600 × 500 points at 144 dpi)", size)
	}
	light := func(x, y int) uint32 {
		r, g, b, _ := img.At(x, y).RGBA()
		return r + g + b
	}
	if left, right := light(160, 200), light(980, 200); left >= right {
		t.Errorf("f = x: the ground is as light on the left (%d) as on the right (%d)", left, right)
	}
	barX := 1066
	if foot, head := light(barX, 880), light(barX, 170); foot >= head {
		t.Errorf("the colour bar is as light at its foot (%d) as at its head (%d)", foot, head)
	}
}

func TestRefusals(t *testing.T) {
	f := many(2, round)
	for name, c := range map[string]struct {
		w    Walk
		want string
	}{
		"no point":       {Walk{Names: []string{"x", "y"}}, "no point"},
		"missing values": {Walk{Names: []string{"x", "y"}, X: [][]float64{{1, 2}}}, "do not fit"},
		"wrong width":    {Walk{Names: []string{"x", "y"}, X: [][]float64{{1}}, F: []float64{1}}, "2 coordinates x, y"},
	} {
		if _, err := c.w.Draw(f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.want)
		}
	}
	one := Walk{Names: []string{"x"}, X: [][]float64{{1}}, F: []float64{1}}
	if _, err := Landscape(one, f); err == nil {
		t.Error("a landscape of one variable was drawn")
	}
	if _, err := Losses(Chart{Series: []Series{{X: []float64{1}, Y: nil}}}); err == nil {
		t.Error("a series with places but no values was drawn")
	}
	if _, err := Losses(Chart{Series: []Series{{X: []float64{1}, Y: []float64{math.NaN()}}}}); err == nil {
		t.Error("a chart without a finite value was drawn")
	}
	if _, err := Format("picture.gif"); err == nil || !strings.Contains(err.Error(), ".svg or .png") {
		t.Errorf("Format(picture.gif): %v", err)
	}
	if got, err := Format("A.PNG"); err != nil || got != "png" {
		t.Errorf("Format(A.PNG) = %q, %v", got, err)
	}
	if err := (&Picture{}).Encode(nil, "gif"); err == nil {
		t.Error("a gif was written")
	}
}

// TestTwoLosses draws a training and a validation curve, one with a gap.
func TestTwoLosses(t *testing.T) {
	var x, train, valid []float64
	for i := range 80 {
		x = append(x, float64(i+1))
		train = append(train, 2*math.Exp(-0.08*float64(i))+0.01)
		valid = append(valid, 2*math.Exp(-0.07*float64(i))+0.05+0.0004*float64(i))
	}
	valid[40] = math.NaN()
	p, err := Losses(Chart{
		Title: "penguins: softmax", Subtitle: "adam, batches of 32", XLabel: "epoch", YLabel: "cross-entropy",
		Series: []Series{{"training", x, train}, {"validation", x, valid}},
	})
	if err != nil {
		t.Fatal(err)
	}
	svg := string(keep(t, "losses", p))
	for _, want := range []string{">training<", ">validation<", ">epoch<", "log scale", ">penguins: softmax<", "stroke-dasharray"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
}

// A chart over a logarithmic axis names the rates themselves, and refuses a
// place that has no logarithm.
func TestLogarithmicPlaces(t *testing.T) {
	ch := Chart{Title: "t", XLabel: "rate", YLabel: "loss", LogX: true, Series: []Series{
		{Name: "a", X: []float64{1e-7, 1e-4, 0.1, 10}, Y: []float64{3, 2, 1, 4}},
	}}
	if s := Terminal(ch, 60, 6, false); !strings.Contains(s, "rate 1e−7 to 10 (log scale)") {
		t.Errorf("terminal:\n%s", s)
	}
	picture, err := Losses(ch)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := picture.Encode(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{">1e−6<", ">0.01<"} {
		if !strings.Contains(b.String(), label) {
			t.Errorf("the axis has no %s", label)
		}
	}
	ch.Series[0].X[0] = 0
	if _, err := Losses(ch); err == nil || !strings.Contains(err.Error(), "logarithmic axis") {
		t.Errorf("a place of 0: %v", err)
	}
	if s := Terminal(ch, 60, 6, false); s != "" {
		t.Errorf("terminal with a place of 0:\n%s", s)
	}
}
