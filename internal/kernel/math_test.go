package kernel

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

// onEveryPath runs f once for each instruction set that this machine has.
func onEveryPath(t *testing.T, f func(t *testing.T)) {
	for set := portable; set <= best(); set++ {
		t.Run(isaNames[set], func(t *testing.T) {
			defer func(old isa) { active = old }(active)
			active = set
			f(t)
		})
	}
}

type sample struct{ x, value, rest float64 }

// table reads the numbers of a file of reference values, but for the first few
// columns of each row.
func table(t *testing.T, name string, words int, each func(row []string, v []float64)) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		v := make([]float64, len(r)-words)
		for i := range v {
			if v[i], err = strconv.ParseFloat(r[i+words], 64); err != nil {
				t.Fatal(err)
			}
		}
		each(r, v)
	}
}

func samples(t *testing.T) map[string][]sample {
	m := map[string][]sample{}
	table(t, "elementary.csv", 1, func(row []string, v []float64) {
		m[row[0]] = append(m[row[0]], sample{v[0], v[1], v[2]})
	})
	return m
}

// ulp is the distance of got from value+rest in units of the last place of T.
func ulp[T Float](got T, s sample) float64 {
	if float64(got) == s.value && s.rest == 0 {
		return 0
	}
	unit := math.Nextafter(math.Abs(s.value), math.Inf(1)) - math.Abs(s.value)
	if _, single := any(got).(float32); single {
		v := float32(math.Abs(s.value))
		unit = float64(math.Nextafter32(v, float32(math.Inf(1)))) - float64(v)
	}
	return math.Abs((float64(got)-s.value)-s.rest) / unit
}

func testElementary[T Float](t *testing.T, f func(dst, src []T), all []sample, bound float64) {
	src := make([]T, len(all))
	for i, s := range all {
		src[i] = T(s.x)
	}
	// Every length up to a few vectors, so that tails are exercised too.
	worst := 0.0
	for n := range len(src) + 1 {
		dst := make([]T, n)
		f(dst, src[:n])
		for i, y := range dst {
			if u := ulp(y, all[i]); !(u <= bound) {
				t.Fatalf("n=%d: f(%g) = %g, true value %g: %.2f ulp, stated %.1f", n, src[i], y, all[i].value, u, bound)
			} else {
				worst = max(worst, u)
			}
		}
	}
	t.Logf("largest error %.2f ulp of %.1f stated", worst, bound)
}

func TestElementaryFunctions(t *testing.T) {
	all := samples(t)
	onEveryPath(t, func(t *testing.T) {
		for _, c := range []struct {
			name  string
			f32   func(dst, src []float32)
			f64   func(dst, src []float64)
			bound float64
		}{
			{"exp", Exp[float32], Exp[float64], 1.5},
			{"log", Log[float32], Log[float64], 1.5},
			{"tanh", Tanh[float32], Tanh[float64], 2},
			{"sigmoid", Sigmoid[float32], Sigmoid[float64], 2.5},
			{"softplus", Softplus[float32], Softplus[float64], 2.5},
			{"sin", Sin[float32], Sin[float64], 2},
			{"cos", Cos[float32], Cos[float64], 2},
			{"expm1", Expm1[float32], Expm1[float64], 2},
			{"log1p", Log1p[float32], Log1p[float64], 2},
			{"erf", Erf[float32], Erf[float64], 2},
		} {
			if len(all[c.name]) < 100 {
				t.Fatalf("%s: %d samples", c.name, len(all[c.name]))
			}
			t.Run(c.name+"/f32", func(t *testing.T) { testElementary(t, c.f32, all[c.name], c.bound) })
			t.Run(c.name+"/f64", func(t *testing.T) { testElementary(t, c.f64, all[c.name], c.bound) })
		}
	})
}

func testPow[T Float](t *testing.T) {
	var x, y []T
	var want []sample
	table(t, "power.csv", 0, func(_ []string, v []float64) {
		x, y, want = append(x, T(v[0])), append(y, T(v[1])), append(want, sample{v[0], v[2], v[3]})
	})
	worst := 0.0
	check := func(name string, i int, got T) {
		u := ulp(got, want[i])
		if !(u <= 1.5) {
			t.Fatalf("%s(%g, %g) = %g, true value %g: %.2f ulp", name, x[i], y[i], got, want[i].value, u)
		}
		worst = max(worst, u)
	}
	dst := make([]T, len(x))
	for n := range 40 {
		Pow(dst[:n], x[:n], y[:n])
		for i, v := range dst[:n] {
			check("Pow", i, v)
		}
	}
	Pow(dst, x, y)
	for i, v := range dst {
		check("Pow", i, v)
		same := make([]T, 40)
		for k := range same {
			same[k] = x[i]
		}
		PowScalar(same, same, y[i])
		check("PowScalar", i, same[33])
		for k := range same {
			same[k] = y[i]
		}
		ScalarPow(same, x[i], same)
		check("ScalarPow", i, same[33])
	}
	t.Logf("largest error %.2f ulp of 1.5 stated", worst)
}

// What math.Pow does at the edges, alone and among others.
func testPowEdges[T Float](t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	values := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 0.5, -0.5, 3, -3, inf, -inf, nan, 1e30, -1e30, 1e-40}
	for _, x := range values {
		for _, y := range values {
			want := T(math.Pow(float64(T(x)), float64(T(y))))
			a, b := make([]T, 20), make([]T, 20)
			for i := range a {
				a[i], b[i] = T(x), T(y)
			}
			c, d := make([]T, 20), make([]T, 20)
			PowScalar(c, a, T(y))
			ScalarPow(d, T(x), b)
			Pow(a, a, b)
			for name, got := range map[string]T{"Pow": a[3], "PowScalar": c[17], "ScalarPow": d[19]} {
				if math.Abs(float64(got-want)) > 1e-6*math.Abs(float64(want)) || (got != got) != (want != want) {
					t.Errorf("%s(%g, %g) = %g, want %g", name, x, y, got, want)
				}
			}
		}
	}
}

func TestPow(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", func(t *testing.T) { testPow[float32](t); testPowEdges[float32](t) })
		t.Run("f64", func(t *testing.T) { testPow[float64](t); testPowEdges[float64](t) })
	})
}

func testEdges[T Float](t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		f    func(dst, src []T)
		x    []float64
		want []float64
	}{
		{"exp", Exp[T], []float64{inf, -inf, nan, 0, 1e30, -1e30}, []float64{inf, 0, nan, 1, inf, 0}},
		{"log", Log[T], []float64{inf, -inf, nan, 0, -1, 1}, []float64{inf, nan, nan, -inf, nan, 0}},
		{"tanh", Tanh[T], []float64{inf, -inf, nan, 0, 1e30, -1e30}, []float64{1, -1, nan, 0, 1, -1}},
		{"sigmoid", Sigmoid[T], []float64{inf, -inf, nan, 0, 1e30, -1e30}, []float64{1, 0, nan, .5, 1, 0}},
		{"sin", Sin[T], []float64{inf, nan, 0}, []float64{nan, nan, 0}},
		{"cos", Cos[T], []float64{-inf, nan, 0}, []float64{nan, nan, 1}},
		{"softplus", Softplus[T], []float64{inf, -inf, nan, 1e30, -1e30}, []float64{inf, 0, nan, float64(T(1e30)), 0}},
		{"expm1", Expm1[T], []float64{inf, -inf, nan, 1e30, -1e30, 0}, []float64{inf, -1, nan, inf, -1, 0}},
		{"log1p", Log1p[T], []float64{inf, -1, -2, nan, 0}, []float64{inf, -inf, nan, nan, 0}},
		{"erf", Erf[T], []float64{inf, -inf, nan, 0, 1e30, -1e30}, []float64{1, -1, nan, 0, 1, -1}},
	} {
		for i, x := range c.x {
			// The value alone (a tail) and within a whole vector.
			for _, n := range []int{1, 16} {
				src := make([]T, n)
				for j := range src {
					src[j] = T(x)
				}
				c.f(src, src)
				if got := float64(src[n-1]); got != c.want[i] && !(math.IsNaN(got) && math.IsNaN(c.want[i])) {
					t.Errorf("%s(%g) = %g, want %g", c.name, x, got, c.want[i])
				}
			}
		}
	}
}

func TestElementaryEdges(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		testEdges[float32](t)
		testEdges[float64](t)
	})
}
