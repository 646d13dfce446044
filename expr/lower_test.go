package expr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/graph"

	"pgregory.net/rapid"
)

// vectorFormulas are test functions in n variables; n is given as a constant.
var vectorFormulas = map[string]string{
	"Beale":                      "(1.5-x[1]*(1-x[2]))^2 + (2.25-x[1]*(1-x[2]^2))^2 + (2.625-x[1]*(1-x[2]^3))^2",
	"BiggsEXP2":                  "sum(i=1..10, (exp(-x[1]*i/10) - 5*exp(-x[2]*i/10) - exp(-i/10) + 5*exp(-i))^2)",
	"BiggsEXP4":                  "sum(i=1..10, (x[3]*exp(-x[1]*i/10) - x[4]*exp(-x[2]*i/10) - exp(-i/10) + 5*exp(-i))^2)",
	"BiggsEXP5":                  "sum(i=1..11, (x[3]*exp(-x[1]*i/10) - x[4]*exp(-x[2]*i/10) + 3*exp(-x[5]*i/10) - (exp(-i/10) - 5*exp(-i) + 3*exp(-0.4i)))^2)",
	"Box3D":                      "sum(i=1..10, (exp(-i/10*x[1]) - exp(-i/10*x[2]) - x[3]*(exp(-i/10) - exp(-i)))^2)",
	"BrownAndDennis":             "sum(i=1..20, ((x[1] + i/5*x[2] - exp(i/5))^2 + (x[3] + x[4]*sin(i/5) - cos(i/5))^2)^2)",
	"ExtendedPowellSingular":     "sum(k=1..n/4, (x[4*k-3] + 10*x[4*k-2])^2 + 5*(x[4*k-1] - x[4*k])^2 + (x[4*k-2] - 2*x[4*k-1])^4 + 10*(x[4*k-3] - x[4*k])^4)",
	"ExtendedRosenbrock":         "sum(i=1..n-1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)",
	"GulfResearchAndDevelopment": "sum(i=1..99, (exp(-abs((-50*log(i/100))^(2/3) + 25 - x[2])^x[3]/x[1]) - i/100)^2)",
	"HelicalValley":              "100*(x[3] - 10*atan2(x[2], x[1])/(2*pi))^2 + 100*(hypot(x[1], x[2]) - 1)^2 + x[3]^2",
	"PenaltyII": `a = sum(i=2..n, (exp(x[i]/10) + exp(x[i-1]/10) - exp(i/10) - exp((i-1)/10))^2)
		b = sum(i=2..n, (exp(x[i]/10) - exp(-1/10))^2)
		1e-5*(a + b) + (x[1] - 0.2)^2 + (sum(i=1..n, (n - i + 1)*x[i]^2) - 1)^2`,
	"PowelBadlyScaled":    "(1e4*x[1]*x[2] - 1)^2 + (exp(-x[1]) + exp(-x[2]) - 1.0001)^2",
	"Trigonometric":       "sum(i=1..n, (n - sum(j=1..n, cos(x[j])) + i*(1 - cos(x[i])) - sin(x[i]))^2)",
	"VariablyDimensioned": "s = sum(i=1..n, i*(x[i] - 1)); sum(i=1..n, (x[i] - 1)^2) + s^2 + s^4",
	"Wood": `100*(x[2] - x[1]^2)^2 + (1 - x[1])^2 + 90*(x[4] - x[3]^2)^2 + (1 - x[3])^2 +
		10*(x[2] + x[4] - 2)^2 + 0.1*(x[2] - x[4])^2`,
}

// vectorObjective compiles a formula in a vector x of length n.
func vectorObjective(t *testing.T, src string, n int) *graph.Objective[float64] {
	t.Helper()
	f, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	g := graph.New()
	y, err := f.Lower(g, Scope{"x": g.Param("x", n), "n": g.Const(float64(n))})
	if err != nil {
		t.Fatal(err)
	}
	o, err := graph.NewObjective[float64](g, y)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestVectorFormulas holds sums over indices to gonum's test functions.
func TestVectorFormulas(t *testing.T) {
	var cases []struct {
		Function string
		X, Grad  []float64
		F        float64
	}
	readJSON(t, "testdata/gonum-values.json", &cases)
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s%d", c.Function, len(c.X)), func(t *testing.T) {
			o := vectorObjective(t, vectorFormulas[c.Function], len(c.X))
			grad := make([]float64, len(c.X))
			f, err := o.Eval(c.X, grad)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "f", f, c.F, 1e-12)
			largest := 0.0
			for _, v := range c.Grad {
				largest = max(largest, math.Abs(v))
			}
			for i, want := range c.Grad {
				near(t, fmt.Sprintf("∂f/∂x[%d]", i+1), grad[i], want, largest*1e-3)
			}
		})
	}
}

// TestSumBecomesSlices: a long sum lowers to a handful of nodes.
func TestSumBecomesSlices(t *testing.T) {
	f, err := Parse("sum(i=1..999999, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)")
	if err != nil {
		t.Fatal(err)
	}
	g := graph.New()
	y, err := f.Lower(g, paramScope(g, f))
	if err != nil {
		t.Fatal(err)
	}
	ops := map[graph.Op]int{}
	met := map[*graph.Node]bool{}
	var count func(n *graph.Node)
	count = func(n *graph.Node) {
		if !met[n] {
			met[n] = true
			ops[n.Op]++
			for _, a := range n.Args {
				count(a)
			}
		}
	}
	count(y)
	if ops[graph.Sum] != 1 || ops[graph.Slice] != 2 || ops[graph.Gather] != 0 || len(met) > 16 {
		t.Errorf("operations %v", ops)
	}
}

// TestProductWithZeros: the gradient of a product is right where factors are
// zero.
func TestProductWithZeros(t *testing.T) {
	for _, src := range []string{"prod(i=1..n, x[i])", "prod(x)", "prod(i=1..1, j=i..n, x[j])"} {
		o := vectorObjective(t, src, 5)
		x, grad := []float64{2, 3, 0, 5, 7}, make([]float64, 5)
		if f, err := o.Eval(x, grad); err != nil || f != 0 {
			t.Fatal(f, err)
		}
		if want := []float64{0, 0, 210, 0, 0}; fmt.Sprint(grad) != fmt.Sprint(want) {
			t.Errorf("gradient of %s is %v, want %v", src, grad, want)
		}
	}
}

// TestUnrolled: a formula with its sums written out has the value and gradient
// of the same formula on slices.
func TestUnrolled(t *testing.T) {
	formulas := []string{
		"sum(i=1..n, sum(j=1..i, x[i]*x[j] + i - j))",
		"sum(i=1..n, prod(j=i..n, x[j] + 0.1*i))",
		"mean(i=1..n, max(j=1..i, x[j]) - min(j=i..n, x[j]))",
		"prod(i=1..n, mean(j=1..i, x[j]^2 + j))",
		"sum(i=1..n, j=1..3, x[i]*x[mod(i + j, n) + 1])",
		"sum(i=1..n, if(i > 1 and i < n, x[i-1]*x[i+1], x[i]))",
		"sum(i=1..n, if(mod(i, 2) == 0, sum(j=1..i-1, x[j]*x[i]), 3))",
		"norm2(x) + dot(x, x^2) + mean(x) + sum(sin(x)) + prod(x + 1) + max(x) - min(x)",
		"y = x^2 + 1; dot(x, y) + y[2]*sum(i=1..n, y[i]/i)",
		"m = n - 1; s = sum(i=1..m, x[i]); s^2 + sum(i=2..m, 2*s*x[m-i+1])",
		"sum(i=1..3, sum(x*i) - norm2(x + x[i]))",
		"sum(i=1..0, x[i]) + prod(i=2..1, x[i]) + sum(i=1..n, sum(j=1..i-1, x[j]))",
		"sum(i=1..n, j=1..2, k=1..2, x[i]^j*k)",
		"sum(i=1..4, 2) + prod(i=1..4, x[1]) + mean(i=1..4, x[2]) + max(i=1..4, x[3])",
		"max(i=1..n, sum(j=1..i, x[j]))",
	}
	for _, src := range formulas {
		t.Run(src, func(t *testing.T) {
			const n = 5
			a := vectorObjective(t, src, n)
			f, err := Parse(src)
			if err != nil {
				t.Fatal(err)
			}
			flat, err := f.unroll(map[string]extent{"x": {length: n}}, map[string]float64{"n": n})
			if err != nil {
				t.Fatal(err)
			}
			g := graph.New()
			scope := Scope{"n": g.Const(n)}
			for k := range n {
				scope[extent{}.name("x", k+1)] = g.Param(extent{}.name("x", k+1))
			}
			y, err := flat.Lower(g, scope)
			if err != nil {
				t.Fatal(err)
			}
			b, err := graph.NewObjective[float64](g, y)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, a, b, n)
			w, err := walk(f, map[string]walked{"x": {v: []float64{0.5, -1.5, 2.5, 0.25, -3}, vector: true}, "n": number(n)}, nil, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			v, err := a.Eval([]float64{0.5, -1.5, 2.5, 0.25, -3}, nil)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "value", v, w.v[0], 1e-3)
		})
	}
}

func agree(t *testing.T, a, b *graph.Objective[float64], n int) {
	t.Helper()
	rapid.Check(t, func(r *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-2, 2), n, n).Draw(r, "x")
		ga, gb := make([]float64, n), make([]float64, n)
		fa, err := a.Eval(x, ga)
		if err != nil {
			r.Fatal(err)
		}
		fb, err := b.Eval(x, gb)
		if err != nil {
			r.Fatal(err)
		}
		same := func(u, v float64) bool {
			return math.Abs(u-v) <= 1e-10*max(1, math.Abs(u), math.Abs(v)) || math.IsNaN(u) && math.IsNaN(v)
		}
		if !same(fa, fb) {
			r.Fatalf("value %v, written out %v", fa, fb)
		}
		for i := range ga {
			// Ties of max and min may go to another of the tied entries.
			if !same(ga[i], gb[i]) && distinct(x) && !strings.Contains(t.Name(), "max(i") {
				r.Fatalf("gradient %v, written out %v", ga, gb)
			}
		}
	})
}

func distinct(x []float64) bool {
	for i, a := range x {
		for _, b := range x[:i] {
			if math.Abs(a-b) < 1e-9 {
				return false
			}
		}
	}
	return true
}

// TestColumns: with columns of data a formula is a vector, and sum, mean, dot
// and norm2 run over the rows.
func TestColumns(t *testing.T) {
	const rows = 50
	r := rand.New(rand.NewPCG(1, 2))
	u, v := make([]float64, rows), make([]float64, rows)
	for i := range u {
		u[i], v[i] = r.NormFloat64(), r.NormFloat64()
	}
	params := map[string][]float64{"a": {1.5}, "b": {-0.25}, "w": {0.5, 2, -1}}
	for _, src := range []string{
		"a*u + b",
		"a*exp(-b*u) - v",
		"sum(i=1..3, w[i]*u^(i-1))",
		"sum(i=1..3, j=1..i, w[i]*u^j)",
		"prod(i=1..3, w[i] + u)",
		"max(i=1..3, w[i]*u)",
		"mean(i=1..3, j=1..i, w[i]*u + j)",
		"if(u < v, a*u, b*v)",
		"mean((v - a*u - b)^2)",
		"sum((v - a*u - b)^2)/50 + dot(u, v) + norm2(u - v) + u[3]",
		"sum(i=1..3, w[i]*mean(u^i)) + prod(1 + u/100) + max(u) - min(v)",
		"sum(i=1..3, max(w[i]*u))",
		"m = mean(u); s = sqrt(mean((u - m)^2)); (u - m)/s",
	} {
		t.Run(src, func(t *testing.T) {
			f, err := Parse(src)
			if err != nil {
				t.Fatal(err)
			}
			g := graph.New()
			scope := Scope{"u": g.Data("u", rows), "v": g.Data("v", rows), "a": g.Param("a"), "b": g.Param("b"), "w": g.Param("w", 3)}
			y, err := f.Lower(g, scope)
			if err != nil {
				t.Fatal(err)
			}
			p, err := graph.Compile[float64](g, y)
			if err != nil {
				t.Fatal(err)
			}
			values := map[string]walked{"u": {v: u, vector: true}, "v": {v: v, vector: true}, "w": {v: params["w"], vector: true}, "a": {v: params["a"]}, "b": {v: params["b"]}}
			_ = p.Bind("u", u) // a column that the formula does not use cannot be bound
			_ = p.Bind("v", v)
			got := make([]float64, y.Len())
			if err := p.Run([]float64{1.5, -0.25, 0.5, 2, -1}, got); err != nil {
				t.Fatal(err)
			}
			want, err := walk(f, values, nil, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want.v) {
				t.Fatalf("%d values, want %d", len(got), len(want.v))
			}
			for i := range got {
				near(t, fmt.Sprintf("row %d", i), got[i], want.v[i], 1e-2)
			}
			if _, err := f.Derivatives(scope); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLowerErrors: mistakes that show only once the scope is known.
func TestLowerErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"x + q", "q has no value"},
		{"sum(i=1..4, x[i])", "x[4] at i = 4 is out of range: x has 3 entries"},
		{"x[4]", "x[4] is out of range: x has 3 entries"},
		{"a[1]", "a is a number: it has no entries"},
		{"sum(i=1..a, x[i])", "the range of i depends on a variable"},
		{"b = a*2; sum(i=1..b, 1)", "the range of i depends on a variable"},
		{"x[a]", "the index of x depends on a variable"},
		{"x + u", "vectors of 3 and 7 entries do not fit together"},
		{"dot(x, u)", "vectors of 3 and 7 entries do not fit together"},
		{"y = [1, 2]; y[3]", "y[3] is out of range: y has 2 entries"},
		{"x + [1, 2]", "vectors of 3 and 2 entries do not fit together"},
		{"sum([1, a])", "a list is made of numbers"},
		{"sum(i=1..3, sum([1, i]))", "a list is made of numbers"},
		{"sum(a)", "sum takes a vector, but this is a number"},
		{"norm2(a + 1)", "norm2 takes a vector, but this is a number"},
		{"m + k", "k has the shape [2 2 2]"},
		{"m + x", "a matrix of 2×2 and a vector of 3 entries do not fit together"},
		{"m + [1, 2, 3, 4]", "a matrix of 2×2 and a vector of 4 entries do not fit together"},
		{"m*[[1, 2], [3, 4], [5, 6]]", "a matrix of 2×2 and a matrix of 3×2 do not fit together"},
		{"dot(m, [1, 2, 3, 4])", "do not fit together"},
		{"m[3,1]", "m[3,…] is out of range: m has 2 rows"},
		{"sum(i=1..3, m[1,i])", "m[…,3] at i = 3 is out of range: m has 2 columns"},
		{"m[2]", "m is a matrix of 2×2 and takes a row and a column"},
		{"x[1,1]", "x is a vector of 3 entries and has one index"},
		{"m[1,a]", "the index of m depends on a variable"},
		{"sum([[1, 2], [3]])", "the rows of a matrix are lists of one length, and the first has 2"},
		{"sum([[1, 2], 3])", "the rows of a matrix are lists of one length, and the first has 2"},
		{"sum([[[1]]])", "a list is made of numbers"},
		{"sum(i=1..4000, j=1..900, exp(u*i*j)*sin(u*i*j)*cos(u*i*j))", "more than 100000000 elements"},
	} {
		f, err := Parse(c.src)
		if err != nil {
			t.Error(err)
			continue
		}
		g := graph.New()
		_, err = f.Lower(g, Scope{"x": g.Param("x", 3), "a": g.Param("a"), "u": g.Data("u", 7), "m": g.Param("m", 2, 2), "k": g.Param("k", 2, 2, 2)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.src, err, c.want)
			continue
		}
		checkError(t, c.src, err)
	}
}

// TestColumnDerivatives: what people fit, and how its derivatives read.
func TestColumnDerivatives(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"mean((v - a*u - b)^2)", "a: -2*mean(u*(v - a*u - b)) | b: -2*mean(v - a*u - b)"},
		{"sum((v - a*u)^2)", "a: -2*sum(u*(v - a*u))"},
		{"a*exp(-b*u) + c", "a: exp(-b*u) | b: -a*u*exp(-b*u) | c: 1"},
		{"mean(log(1 + exp(-v*a*u)))", "a: -mean(v*u*exp(-v*a*u)/(1 + exp(-v*a*u)))"},
		{"sum(i=1..3, w[i]*u^(i-1))", "w[1]: 1 | w[2]: u | w[3]: u^2"},
		{"0.1*sum(i=1..3, w[i]^2) + mean((v - w[1]*u)^2)", "w[1]: 0.2*w[1] - 2*mean(u*(v - w[1]*u)) | w[2]: 0.2*w[2] | w[3]: 0.2*w[3]"},
	} {
		f, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		g := graph.New()
		scope := Scope{"u": g.Data("u", 30), "v": g.Data("v", 30), "a": g.Param("a"), "b": g.Param("b"), "c": g.Param("c"), "w": g.Param("w", 3)}
		ds, err := f.Derivatives(scope)
		if err != nil {
			t.Error(err)
			continue
		}
		var texts []string
		for _, d := range ds {
			texts = append(texts, d.Name()+": "+d.Text)
		}
		if got := strings.Join(texts, " | "); got != c.want {
			t.Errorf("derivatives of %s:\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}
