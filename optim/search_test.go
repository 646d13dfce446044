package optim

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// thuente are the functions of Moré and Thuente (ACM Trans. Math. Software 20
// (1994) 286), section 5, with derivatives.
var thuente = map[string]func(a float64) (f, slope float64){
	"rational": func(a float64) (float64, float64) {
		return -a / (a*a + 2), (a*a - 2) / ((a*a + 2) * (a*a + 2))
	},
	"quintic": func(a float64) (float64, float64) {
		b := a + 0.004
		return math.Pow(b, 5) - 2*math.Pow(b, 4), 5*math.Pow(b, 4) - 8*math.Pow(b, 3)
	},
	"oscillating": func(a float64) (f, g float64) {
		const b, l = 0.01, 39
		switch {
		case a <= 1-b:
			f, g = 1-a, -1
		case a >= 1+b:
			f, g = a-1, 1
		default:
			f, g = (a-1)*(a-1)/(2*b)+b/2, (a-1)/b
		}
		return f + 2*(1-b)/(l*math.Pi)*math.Sin(l*math.Pi*a/2), g + (1-b)*math.Cos(l*math.Pi*a/2)
	},
	"yanai 0.001 0.001": yanai(1e-3, 1e-3),
	"yanai 0.01 0.001":  yanai(1e-2, 1e-3),
	"yanai 0.001 0.01":  yanai(1e-3, 1e-2),
}

func yanai(b1, b2 float64) func(a float64) (f, slope float64) {
	g1, g2 := math.Sqrt(1+b1*b1)-b1, math.Sqrt(1+b2*b2)-b2
	return func(a float64) (float64, float64) {
		p, q := math.Sqrt((1-a)*(1-a)+b2*b2), math.Sqrt(a*a+b1*b1)
		return g1*p + g2*q, g1*(a-1)/p + g2*a/q
	}
}

// published are evaluations, accepted step and slope there as the paper's
// tables I to VI print them, for the first steps 10⁻³, 10⁻¹, 10 and 10³.
var published = map[string][4][3]float64{
	"rational":          {{6, 1.4, -9.2e-3}, {3, 1.4, 4.7e-3}, {1, 10, 9.4e-3}, {4, 37, 7.3e-4}},
	"quintic":           {{12, 1.6, 7.1e-9}, {8, 1.6, 10e-10}, {8, 1.6, -5e-9}, {11, 1.6, -2.3e-8}},
	"oscillating":       {{12, 1, -5.1e-5}, {12, 1, -1.9e-4}, {10, 1, -2e-6}, {13, 1, -1.6e-5}},
	"yanai 0.001 0.001": {{4, 0.08, -6.9e-5}, {1, 0.10, -4.9e-5}, {3, 0.35, -2.9e-6}, {4, 0.83, 1.6e-5}},
	"yanai 0.01 0.001":  {{6, 0.075, 1.9e-4}, {3, 0.078, 7.4e-4}, {7, 0.073, -2.6e-4}, {8, 0.076, 4.5e-4}},
	"yanai 0.001 0.01":  {{13, 0.93, 5.2e-4}, {11, 0.93, 8.4e-5}, {8, 0.92, -2.4e-4}, {11, 0.92, -3.2e-4}},
}

// trialsOf runs a search on φ and returns all its trials.
func trialsOf(t *testing.T, s searcher[float64], first float64, phi func(float64) (float64, float64)) (seen []trial, ok bool) {
	t.Helper()
	s.ray().at, s.ray().grad = make([]float64, 1), make([]float64, 1)
	p := Problem[float64]{Dim: 1, Eval: func(x, g []float64) (float64, error) {
		f, slope := phi(x[0])
		g[0] = slope
		seen = append(seen, trial{x[0], f, slope})
		return f, nil
	}}
	s.ray().along(&p, []float64{0}, []float64{1})
	f, slope := phi(0)
	best, ok, err := s.search(trial{f: f, slope: slope}, first, 0)
	if err != nil {
		t.Fatal(err)
	}
	if ok && (best.alpha != s.ray().at[0] || best.slope != s.ray().grad[0]) {
		t.Errorf("the search accepts step %v, but its point is that of %v", best.alpha, s.ray().at[0])
	}
	return seen, ok
}

// TestMoreThuenteTrials holds every trial to SciPy's dcsrch and the accepted
// step to the tables of the paper.
func TestMoreThuenteTrials(t *testing.T) {
	b, err := os.ReadFile("testdata/linesearch/trials.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Function string
		C1, C2   float64
		Searches []struct {
			First  float64
			Trials [][3]float64
		}
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != len(thuente) {
		t.Fatalf("%d functions in the file", len(all))
	}
	for _, f := range all {
		for i, want := range f.Searches {
			seen, ok := trialsOf(t, &moreThuente[float64]{c1: f.C1, c2: f.C2, limit: 40}, want.First, thuente[f.Function])
			if !ok || len(seen) != len(want.Trials) {
				t.Errorf("%s from %g: found %v after %d trials, dcsrch after %d", f.Function, want.First, ok, len(seen), len(want.Trials))
				continue
			}
			for k, s := range seen {
				if w := want.Trials[k]; math.Abs(s.alpha-w[0]) > 1e-8*w[0] { // machines that round a product and a sum once differ by 6e-9
					t.Errorf("%s from %g: trial %d is %.15g, that of dcsrch %.15g", f.Function, want.First, k+1, s.alpha, w[0])
					break
				}
			}
			last, paper := seen[len(seen)-1], published[f.Function][i]
			if float64(len(seen)) != paper[0] || !rounds(last.alpha, paper[1]) || !rounds(last.slope, paper[2]) {
				t.Errorf("%s from %g: %d trials to step %.3g with slope %.3g; the paper has %v", f.Function, want.First, len(seen), last.alpha, last.slope, paper)
			}
		}
	}
}

// rounds reports whether v is what one or two printed digits say; slopes at the
// level of rounding are not compared.
func rounds(v, printed float64) bool { return math.Abs(v-printed) <= 0.07*math.Abs(printed)+1e-8 }

// Every search ends where its conditions hold, on every function of the paper.
func TestSearchesEndWhereTheirConditionsHold(t *testing.T) {
	for name, phi := range thuente {
		for _, first := range []float64{1e-3, 1e-1, 10, 1e3} {
			for kind, c := range map[LineSearch][2]float64{StrongWolfe: {1e-4, 0.1}, HagerZhang: {0.1, 0.9}, MoreThuente: {1e-4, 0.1}, Armijo: {1e-4, 0}, ExactSearch: {1e-4, 0}} {
				s, err := newSearcher[float64]("the test", kind, 0, c[0], c[1], 1)
				if err != nil {
					t.Fatal(err)
				}
				seen, ok := trialsOf(t, s, first, phi)
				last := seen[len(seen)-1]
				f0, slope0 := phi(0)
				fell := last.f <= f0+c[0]*last.alpha*slope0
				near := last.f <= f0+1e-6*math.Abs(f0) && last.slope <= (2*c[0]-1)*slope0
				curved := map[LineSearch]bool{Armijo: true, ExactSearch: true,
					HagerZhang: last.slope >= c[1]*slope0}[kind] || math.Abs(last.slope) <= -c[1]*slope0
				if !ok || !(fell || kind == HagerZhang && near) || !curved || len(seen) > 40 {
					t.Errorf("%s on %s from %g: found %v after %d trials, step %g: decreased %v, flat %v",
						lineSearchNames[kind-1], name, first, ok, len(seen), last.alpha, fell, curved)
				}
			}
		}
	}
}
