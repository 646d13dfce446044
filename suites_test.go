package descent

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/optim"
)

// collections are the problems by collection: those of Moré, Garbow and
// Hillstrom from their starts, and from 10 and 100 times the starts, those of
// CUTEst, and the landscapes.
func collections(t *testing.T) map[string][]testFunction {
	all := map[string][]testFunction{"mgh": mgh(t), "cutest": cutest(t)}
	for _, far := range []float64{10, 100} {
		name := fmt.Sprintf("mgh×%g", far)
		for _, f := range all["mgh"] {
			start := make([]float64, len(f.Start))
			for i, v := range f.Start {
				start[i] = far * v
			}
			f.Start = start
			all[name] = append(all[name], f)
		}
	}
	for _, l := range landscapes(t) {
		for _, start := range l.Starts {
			all["landscapes"] = append(all["landscapes"], testFunction{Name: l.Name, Formula: l.Formula, Start: start, Plain: true})
		}
	}
	return all
}

// leastSolved are the numbers of problems that a method has to solve with 2,000
// steps. All other solvers are held to no number, but to the truth as well.
var leastSolved = map[string]map[string]int{
	"auto":        {"mgh": 30, "mgh×10": 30, "mgh×100": 29, "cutest": 89, "landscapes": 39},
	"lm":          {"mgh": 25, "mgh×10": 20, "mgh×100": 19},
	"newton":      {"mgh": 29, "mgh×10": 26, "mgh×100": 24, "cutest": 84, "landscapes": 37},
	"newton-line": {"mgh": 28, "mgh×10": 26, "mgh×100": 23, "cutest": 86, "landscapes": 36},
	"bfgs":        {"mgh": 28, "mgh×10": 25, "mgh×100": 25, "cutest": 82, "landscapes": 38},
	"lbfgs":       {"mgh": 28, "mgh×10": 26, "mgh×100": 25, "cutest": 82, "landscapes": 38},
	"cg":          {"mgh": 23, "mgh×10": 21, "mgh×100": 20, "cutest": 72, "landscapes": 38},
}

// TestSuites runs every solver that takes a smooth function over all
// collections: a success is claimed only of a point that values and differences
// of values confirm.
func TestSuites(t *testing.T) {
	all := collections(t)
	methods := []string{"auto"}
	for _, m := range optim.Methods[float64]() {
		// gd-polyak has to know the least value; some need residuals, parts or lines.
		_, err := Minimize(context.Background(), "x^2", Options{Method: m.Name, Start: map[string][]float64{"x": {1}}})
		if !m.FirstOrder && m.Name != "gd-polyak" && err == nil {
			methods = append(methods, m.Name)
		}
	}
	if len(methods) < 12 {
		t.Errorf("only %v", methods)
	}
	for _, method := range methods {
		row := method
		for _, name := range []string{"mgh", "mgh×10", "mgh×100", "cutest", "landscapes"} {
			solved, evals := 0, 0
			for _, f := range all[name] {
				p := f.parse(t)
				m, err := p.Minimize(context.Background(), Options{Method: method, MaxIter: 2000, Start: p.Values(f.Start)})
				if err != nil && strings.Contains(err.Error(), "not visibly a sum of squares") && !strings.HasPrefix(name, "mgh") {
					continue
				}
				if err != nil {
					t.Fatalf("%s on %s: %v", method, f.Name, err)
				}
				if !m.Success() {
					continue
				}
				solved++
				evals += m.Evals
				if why := disproved(p, m.X); why != "" {
					t.Errorf("%s on %s of %s claims %s at %v, %s; %s", method, f.Name, name, m.Verdict.Kind, m.X, m.Reason, why)
				}
			}
			row += fmt.Sprintf("; %s %d of %d, %d evaluations each", name, solved, len(all[name]), evals/max(1, solved))
			if solved < leastSolved[method][name] {
				t.Errorf("%s solved %d of %s, at least %d before", method, solved, name, leastSolved[method][name])
			}
		}
		t.Log(row)
	}
}

// disproved says why x is no minimum: a neighbour is lower, by more than
// rounding and more than a gradient of 10⁻⁶ explains, or the value slopes by
// differences of values.
func disproved(f *Formula, x []float64) string {
	p := f.Problem()
	value := func(y []float64) float64 {
		v, err := p.Eval(y, nil)
		if err != nil || math.IsNaN(v) {
			return math.Inf(1)
		}
		return v
	}
	fx, y := value(x), make([]float64, len(x))
	noise := 1e-13 * (math.Abs(fx) + 1e-300)
	rng := rand.New(rand.NewPCG(1, 2))
	for k := range 400 {
		far := math.Pow(10, -1-6*rng.Float64())
		for i, v := range x {
			y[i] = v + far*math.Max(math.Abs(v), 1e-3)*rng.NormFloat64()
			if k < 2*len(x) && i != k/2 {
				y[i] = v // along the axes first
			}
		}
		length := 0.0
		for i, v := range y {
			length = math.Hypot(length, v-x[i])
		}
		if far < 1e-4 && value(y) < fx-noise-1e-6*length {
			return fmt.Sprintf("%v is lower by %g, %g away", y, fx-value(y), length)
		}
	}
	return ""
}

// TestFarStarts: all problems of Moré, Garbow and Hillstrom are solved as a user
// without options would have them solved, also from 10 and 100 times the start.
func TestFarStarts(t *testing.T) {
	all := collections(t)
	for _, name := range []string{"mgh", "mgh×10", "mgh×100"} {
		for _, f := range all[name] {
			p := f.parse(t)
			m, err := p.Minimize(context.Background(), Options{Start: p.Values(f.Start)})
			if err != nil {
				t.Fatal(err)
			}
			if !m.Success() {
				t.Errorf("%s of %s: %s, %s; %s", f.Name, name, m.Method, m.Reason, m.Verdict.Text)
				continue
			}
			if why := disproved(p, m.X); why != "" {
				t.Errorf("%s of %s: %s claims %s; %s", f.Name, name, m.Method, m.Verdict.Kind, why)
			}
		}
	}
}
