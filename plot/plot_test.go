package plot

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// walkDown takes n gradient steps of rate lr from x, by central differences.
func walkDown(f func([]float64) float64, x []float64, lr float64, n int) Walk {
	names := []string{"x", "y", "z"}[:len(x)]
	w := Walk{Names: names, End: "minimum"}
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

func save(t *testing.T, name string, p *Picture, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"png", "svg"} {
		var a, b bytes.Buffer
		if err := p.Encode(&a, format); err != nil {
			t.Fatal(err)
		}
		if err := p.Encode(&b, format); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two encodings as %s differ", name, format)
		}
		if dir := os.Getenv("PLOT_OUT"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+"."+format), a.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type sightCase struct {
	name  string
	title string
	f     func([]float64) float64
	start []float64
	lr    float64
	n     int
}

var sights = []sightCase{
	{"bowl", "x^2 + x*y + y^2", func(p []float64) float64 { return p[0]*p[0] + p[0]*p[1] + p[1]*p[1] }, []float64{3, -2}, 0.1, 60},
	{"rosenbrock", "(1 - x)^2 + 100*(y - x^2)^2", func(p []float64) float64 {
		return math.Pow(1-p[0], 2) + 100*math.Pow(p[1]-p[0]*p[0], 2)
	}, []float64{-1.2, 1}, 0.002, 4000},
	{"himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", func(p []float64) float64 {
		return math.Pow(p[0]*p[0]+p[1]-11, 2) + math.Pow(p[0]+p[1]*p[1]-7, 2)
	}, []float64{0, 0}, 0.01, 60},
	{"saddle", "x^2 - y^2", func(p []float64) float64 { return p[0]*p[0] - p[1]*p[1] }, []float64{1, 0}, 0.1, 60},
	{"overshoot", "x^2 + x*y + y^2", func(p []float64) float64 { return p[0]*p[0] + p[0]*p[1] + p[1]*p[1] }, []float64{3, -2}, 0.7, 60},
	{"log", "x*log(x) + y^2", func(p []float64) float64 { return p[0]*math.Log(p[0]) + p[1]*p[1] }, []float64{2, 1}, 0.2, 40},
	{"long", "x^2 + 1e-6*y^2", func(p []float64) float64 { return p[0]*p[0] + 1e-6*p[1]*p[1] }, []float64{1, 1000}, 0.9, 40},
	{"huge", "1e200*(x^2 + y^2)", func(p []float64) float64 { return 1e200 * (p[0]*p[0] + p[1]*p[1]) }, []float64{1e40, 2e40}, 1e-201, 40},
	{"point2", "x^2 + y^2", func(p []float64) float64 { return p[0]*p[0] + p[1]*p[1] }, []float64{0, 0}, 0.1, 0},
	{"offset", "1e6 + x^2 + y^2", func(p []float64) float64 { return 1e6 + p[0]*p[0] + p[1]*p[1] }, []float64{1, 2}, 0.1, 30},
	{"sine", "sin(x) + 0.1*x^2", func(p []float64) float64 { return math.Sin(p[0]) + 0.1*p[0]*p[0] }, []float64{4.5}, 0.8, 15},
	{"parabola", "x^2", func(p []float64) float64 { return p[0] * p[0] }, []float64{3}, 0.1, 30},
	{"zigzag", "x^2", func(p []float64) float64 { return p[0] * p[0] }, []float64{3}, 0.9, 30},
	{"escape", "x^2", func(p []float64) float64 { return p[0] * p[0] }, []float64{3}, 1.1, 200},
	{"pole", "1/x", func(p []float64) float64 { return 1 / p[0] }, []float64{1}, 1, 200},
	{"log1", "x*log(x)", func(p []float64) float64 { return p[0] * math.Log(p[0]) }, []float64{2}, 0.3, 30},
	{"point1", "x^2", func(p []float64) float64 { return p[0] * p[0] }, []float64{0}, 0.1, 0},
	{"const", "7", func(p []float64) float64 { return 7 }, []float64{5}, 0.1, 3},
	{"three", "x^2 + y^2 + z^2", func(p []float64) float64 { return p[0]*p[0] + p[1]*p[1] + p[2]*p[2] }, []float64{5, 1, 2}, 0.1, 50},
	{"negative", "x^2 + y^2 + z^2 - 3", func(p []float64) float64 { return p[0]*p[0] + p[1]*p[1] + p[2]*p[2] - 3 }, []float64{5, 1, 2}, 0.1, 50},
	{"nowhere", "sqrt(x)", func(p []float64) float64 { return math.Sqrt(p[0]) }, []float64{-3}, 0.1, 0},
}

func TestWalks(t *testing.T) {
	for _, s := range sights {
		t.Run(s.name, func(t *testing.T) {
			w := walkDown(s.f, s.start, s.lr, s.n)
			w.Title, w.Subtitle = s.title, "gd, rate "+number(s.lr)
			if s.name == "overshoot" || s.name == "escape" {
				w.End = "last point"
			}
			p, err := w.Draw(many(len(s.start), s.f))
			if s.name == "nowhere" {
				p, err = Curve(w, many(1, s.f))
			}
			save(t, s.name, p, err)
		})
	}
}
