package descent

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/optim"
)

func solve(t *testing.T, formula string, o Options) *Minimum {
	t.Helper()
	m, err := Minimize(context.Background(), formula, o)
	if err != nil {
		t.Fatalf("%s: %v", formula, err)
	}
	return m
}

func from(pairs ...any) map[string][]float64 {
	m := map[string][]float64{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = []float64{pairs[i+1].(float64)}
	}
	return m
}

func TestVerdictOfTheBowl(t *testing.T) {
	m := solve(t, "x^2 + x*y + y^2", Options{Start: from("x", 3., "y", -2.), Method: "gd", Rate: 0.1})
	if !m.Success() || m.Verdict.Kind != optim.Minimum || len(m.Verdict.Eigenvalues) != 2 {
		t.Fatalf("%+v", m)
	}
	for i, want := range []float64{1, 3} {
		if math.Abs(m.Verdict.Eigenvalues[i]-want) > 1e-9 {
			t.Errorf("eigenvalues %v, want 1 and 3", m.Verdict.Eigenvalues)
		}
	}
}

func TestSaddleIsNoMinimum(t *testing.T) {
	m := solve(t, "x^2 - y^2", Options{Start: from("x", 1., "y", 0.), Method: "gd", Rate: 0.1})
	if m.Success() || m.Verdict.Kind != optim.Saddle {
		t.Errorf("verdict %s, success %v", m.Verdict.Kind, m.Success())
	}
}

func TestDivergenceNamesTheLimit(t *testing.T) {
	m := solve(t, "x^2+x*y+y^2", Options{Start: from("x", 3., "y", -2.), Method: "gd", Rate: 0.7})
	if m.Status != optim.Diverged || !strings.Contains(m.Reason, "0.667") {
		t.Errorf("%s: %s", m.Status, m.Reason)
	}
}

// Functions that drift off to infinity, fall without bound or stall at a
// degenerate point have no minimum there, whatever the method says.
func TestNoFalseMinimum(t *testing.T) {
	methods := []string{"auto", "gd", "gd-auto", "momentum", "nesterov", "adam", "lbfgs"}
	for _, formula := range []string{"1/x", "exp(-x)", "log(x)", "-x^2", "x^3", "-x^4", "atan(x)", "exp(x)", "x", "x^5", "1/(1+x^2)", "x*y", "x^3 - y^2", "x - log(x+1)*0"} {
		for _, method := range methods {
			for _, start := range []float64{0.7, 3, 25} {
				o := Options{Start: from("x", start), Method: method}
				if strings.Contains(formula, "y") {
					o.Start["y"] = []float64{0.3}
				}
				m := solve(t, formula, o)
				if m.Verdict.Kind == optim.Minimum {
					t.Errorf("%s by %s from %g: called a minimum at %v: %s; %s", formula, method, start, m.X, m.Reason, m.Verdict.Text)
				}
				if m.Success() {
					t.Errorf("%s by %s from %g: success (%s; %s)", formula, method, start, m.Reason, m.Verdict.Text)
				}
			}
		}
	}
}

// True minima, degenerate ones too, must not be missed by so much caution.
func TestTrueMinimaAreFound(t *testing.T) {
	for _, c := range []struct {
		formula string
		start   map[string][]float64
		x       []float64
		tol     float64
	}{
		{"(x-1)^2", from("x", 7.), []float64{1}, 1e-7},
		{"x^4", from("x", 1.), []float64{0}, 1e-2},
		{"(x-2)^2*1e-6 + 5", from("x", 0.), []float64{2}, 1e-1},
		{"1e6*(x-2)^2 + (y+1)^2", from("x", 0., "y", 0.), []float64{2, -1}, 1e-6},
		{"exp(x) - x", from("x", 3.), []float64{0}, 1e-7},
		{"cosh(x - 1) + y^2", from("x", 3., "y", 2.), []float64{1, 0}, 1e-7},
		{"x - log(x)", from("x", 5.), []float64{1}, 1e-7},
	} {
		m := solve(t, c.formula, Options{Start: c.start})
		if !m.Success() {
			t.Errorf("%s: %s (%s), %s", c.formula, m.Status, m.Reason, m.Verdict.Text)
		}
		for i := range c.x {
			if math.Abs(m.X[i]-c.x[i]) > c.tol {
				t.Errorf("%s: ended at %v, the minimum is at %v", c.formula, m.X, c.x)
			}
		}
	}
}

func TestRosenbrockInHundredVariables(t *testing.T) {
	m := solve(t, "sum(i=1..99, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)", Options{Start: map[string][]float64{"x": {-1.2}}, Method: "lbfgs"})
	if !m.Success() || m.Verdict.Kind != optim.Minimum || m.Verdict.GradNorm > 1e-8 {
		t.Errorf("%s; %s", m.Reason, m.Verdict.Text)
	}
}

func TestRandomStartFollowsTheSeed(t *testing.T) {
	run := func(seed uint64) *Minimum { return solve(t, "(x-1)^2 + (y*x-2)^2", Options{Seed: seed}) }
	a, b, c := run(1), run(1), run(2)
	if !slices.Equal(a.Start, b.Start) || !slices.Equal(a.X, b.X) || a.Steps != b.Steps {
		t.Errorf("the same seed gave %v and %v", a.Start, b.Start)
	}
	if slices.Equal(a.Start, c.Start) {
		t.Errorf("two seeds gave the same start %v", a.Start)
	}
	for _, v := range a.Start {
		if v < -5 || v >= 5 {
			t.Errorf("start %v is outside [-5, 5)", a.Start)
		}
	}
}

func TestManyStarts(t *testing.T) {
	m := solve(t, "(x^2+y-11)^2+(x+y^2-7)^2", Options{Starts: 100})
	if len(m.Minima) != 4 {
		t.Fatalf("%d minima: %v, missed %v", len(m.Minima), m.Minima, m.Missed)
	}
	sum := 0.0
	for _, b := range m.Minima {
		sum += b.Share
		if b.Value > 1e-12 {
			t.Errorf("minimum %v with value %g", b.X, b.Value)
		}
	}
	missed := 0
	for _, n := range m.Missed {
		missed += n
	}
	if math.Abs(sum+float64(missed)/100-1) > 1e-12 {
		t.Errorf("shares %v and %d missed of 100 do not add up", m.Minima, missed)
	}
}

// Runs that stop here and there on the flat floor of one minimum found one, and
// minima that a wall parts are apart however equal and regular they are.
func TestManyStartsOnFlatFloors(t *testing.T) {
	for formula, want := range map[string]int{
		"x^4 - y^2 + y^4":  2,
		"x^8":              1,
		"x^4*y^4 + x^2":    1,
		"(x^2 - 1)^4":      2,
		"1e-6*(x^2 - 1)^2": 2,
		"(1 - cos(2*pi*x))^2 + if(abs(x) > 3, (abs(x) - 3)^4, 0)": 9,
	} {
		m := solve(t, formula, Options{Starts: 60, Low: -3.4, High: 3.4})
		if len(m.Minima) != want {
			t.Errorf("%s: %d minima, want %d: %v; missed %v", formula, len(m.Minima), want, m.Minima, m.Missed)
		}
	}
}

func TestFormulaOverColumns(t *testing.T) {
	f, err := ParseFormula("mean((y - a*x - b)^2)", Inputs{Columns: map[string][]float64{"x": {1, 2, 3}, "y": {3, 5, 7}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Minimize(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !m.Success() || math.Abs(m.X[0]-2) > 1e-6 || math.Abs(m.X[1]-1) > 1e-6 {
		t.Errorf("%v at %v: %s", f.Names(), m.X, m.Verdict.Text)
	}
}

func TestBadOptions(t *testing.T) {
	for _, c := range []struct {
		formula string
		o       Options
		want    string
	}{
		{"x^2 +", Options{}, "column 6"},
		{"3 + 4", Options{}, "no variable"},
		{"x^2", Options{Start: from("z", 1.)}, "no variable z"},
		{"xval^2 + y^2", Options{Start: from("xvla", 1.)}, `no variable xvla; it has xval, y; did you mean "xval"?`},
		{"x[1]^2 + x[3]^2", Options{Start: from("x[4]", 1.)}, "the entries of x are x[1] to x[3]; there is no x[4]"},
		{"x[1]^2 + x[3]^2", Options{Start: from("x[0]", 1.)}, "there is no x[0]"},
		{"x^2", Options{Start: from("x[1]", 1.)}, "x is one number and has no entry [1]"},
		{"x[1]^2 + x[3]^2", Options{Start: map[string][]float64{"x[1]": {1, 2}}}, "x[1] is one number, but 2 are given"},
		{"x^2", Options{Method: "adma"}, `did you mean "adam"`},
		{"x^2", Options{Method: "lbfgs", Rate: 0.1}, "leave the rate out"},
		{"x^2", Options{Method: "adam", Set: map[string]float64{"beta": 1}}, "beta1"},
		{"x[1]^2 + x[2]", Options{Start: map[string][]float64{"x": {1, 2, 3}}}, ""},
		{"x[1]^2 + x[3]", Options{Start: map[string][]float64{"x": {1, 2}}}, "x[3]"},
		{"x^2", Options{Starts: -1}, "at least one"},
	} {
		_, err := Minimize(context.Background(), c.formula, c.o)
		if got := fmt.Sprint(err); c.want == "" && err != nil || !strings.Contains(got, c.want) && c.want != "" {
			t.Errorf("%s: error %q, want %q in it", c.formula, got, c.want)
		}
	}
}

func TestPointByEntries(t *testing.T) {
	f, err := ParseFormula("sum(i=1..4, (w[i]-1)^2) + y^2 + z^2", Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{"w": {7}, "w[2]": {0.5}, "y": {3}}
	x := []float64{0, 0, 0, 0, 0, 9}
	if err := f.Point(values, x); err != nil {
		t.Fatal(err)
	}
	if want := []float64{7, 0.5, 7, 7, 3, 9}; !slices.Equal(x, want) {
		t.Errorf("the point is %v, want %v", x, want)
	}
	if got := f.Unset(values); !slices.Equal(got, []string{"z"}) {
		t.Errorf("unset are %v, want z alone", got)
	}
	if got := f.Unset(map[string][]float64{"w[2]": {0}, "y": {1}}); !slices.Equal(got, []string{"w[1]", "w[3]", "w[4]", "z"}) {
		t.Errorf("unset are %v", got)
	}
}
