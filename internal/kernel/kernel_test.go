package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func random[T Float](rng *rand.Rand, n int) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(rng.NormFloat64())
	}
	return v
}

// exactDot is Σ xᵢyᵢ without rounding, and Σ|xᵢyᵢ| to judge errors by.
func exactDot[T Float](x, y []T) (sum, abs float64) {
	s, a := new(big.Float).SetPrec(400), 0.0
	for i := range x {
		p := new(big.Float).SetPrec(400).Mul(big.NewFloat(float64(x[i])), big.NewFloat(float64(y[i])))
		s.Add(s, p)
		a += math.Abs(float64(x[i]) * float64(y[i]))
	}
	sum, _ = s.Float64()
	return sum, a
}

func testReductions[T Float](t *testing.T, eps float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	lengths := []int{0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1023, 4096, 4097, 8195, 100_003}
	if testing.Short() {
		lengths = lengths[:len(lengths)-1]
	}
	for _, n := range lengths {
		x, y := random[T](rng, n), random[T](rng, n)
		ones := make([]T, n)
		for i := range ones {
			ones[i] = 1
		}
		want, abs := exactDot(x, y)
		// 128 terms per accumulator at most, then a handful of tree levels.
		if got := Dot(x, y); math.Abs(got-want) > 20*eps*abs {
			t.Errorf("Dot n=%d: %g, exact %g", n, got, want)
		}
		want, abs = exactDot(x, ones)
		if got := Sum(x); math.Abs(got-want) > 20*eps*abs {
			t.Errorf("Sum n=%d: %g, exact %g", n, got, want)
		}
		want, _ = exactDot(x, x)
		if got := Norm2(x); math.Abs(got-math.Sqrt(want)) > 20*eps*math.Sqrt(want) {
			t.Errorf("Norm2 n=%d: %g, exact %g", n, got, math.Sqrt(want))
		}
	}
}

func TestReductions(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", func(t *testing.T) { testReductions[float32](t, 0x1p-24) })
		t.Run("f64", func(t *testing.T) { testReductions[float64](t, 0x1p-53) })
	})
}

func testExtremes[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for n := range 3*block + 5 {
		if n > 150 && n < 3*block {
			continue
		}
		x := random[T](rng, n)
		check := func() {
			t.Helper()
			var low, high, size float64 = math.Inf(1), math.Inf(-1), 0
			for _, v := range x {
				low, high, size = min(low, float64(v)), max(high, float64(v)), max(size, math.Abs(float64(v)))
			}
			for name, v := range map[string][2]float64{"Smallest": {Smallest(x), low}, "Largest": {Largest(x), high}, "NormInf": {NormInf(x), size}} {
				if v[0] != v[1] && !(math.IsNaN(v[0]) && math.IsNaN(v[1])) {
					t.Fatalf("%s of %d numbers is %g, want %g", name, n, v[0], v[1])
				}
			}
		}
		check()
		if n == 0 {
			continue
		}
		x[rng.IntN(n)] = T(math.Inf(-1))
		check()
		x[rng.IntN(n)] = T(math.NaN())
		check()
	}
}

func TestExtremes(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", testExtremes[float32])
		t.Run("f64", testExtremes[float64])
	})
}

// One bad entry must be seen wherever it lies.
func TestAllFiniteSeesEveryEntry(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		for _, n := range []int{1, 5, 9, 16, 33, 100, block + 20} {
			x := make([]float64, n)
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				for i := range x {
					x[i] = bad
					if AllFinite(x) {
						t.Fatalf("%v at %d of %d is not seen", bad, i, n)
					}
					x[i] = 1e308
				}
			}
			if !AllFinite(x) {
				t.Fatalf("a finite vector of %d is refused", n)
			}
		}
	})
}

func TestNormsAtTheEdges(t *testing.T) {
	if got := Norm2([]float64{3e200, 4e200}); math.Abs(got/5e200-1) > 1e-15 {
		t.Errorf("Norm2 overflows: %g", got)
	}
	if got := Norm2([]float64{3e-200, 4e-200}); math.Abs(got/5e-200-1) > 1e-15 {
		t.Errorf("Norm2 underflows: %g", got)
	}
	if got := Norm2([]float32{3e30, 4e30}); math.Abs(got/5e30-1) > 1e-6 {
		t.Errorf("float32 Norm2 overflows: %g", got)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, x := range [][]float64{{1, nan, 2}, {nan, inf}, {inf, nan}} {
		if !math.IsNaN(NormInf(x)) || !math.IsNaN(Norm2(x)) || AllFinite(x) {
			t.Errorf("%v: NaN is lost: NormInf %g, Norm2 %g, AllFinite %v", x, NormInf(x), Norm2(x), AllFinite(x))
		}
	}
	if x := []float64{1, -inf}; NormInf(x) != inf || Norm2(x) != inf || AllFinite(x) {
		t.Errorf("infinity is lost: %g %g", NormInf(x), Norm2(x))
	}
	if NormInf([]float64(nil)) != 0 || !AllFinite([]float64{1e308, -1e308}) {
		t.Error("an empty or a large finite vector is misjudged")
	}
}

func TestNoAllocation(t *testing.T) {
	x, c := make([]float64, 4096), make([]float64, 4096)
	n := testing.AllocsPerRun(50, func() {
		Axpy(2, x, c)
		Scale(2, x)
		_, _, _ = Dot(x, c), Norm2(x), NormInf(x)
		Gemm(false, true, 64, 64, 64, 1, x, 64, x, 64, 0, c, 64)
	})
	if n != 0 {
		t.Errorf("%v allocations in a kernel call", n)
	}
}

func BenchmarkDot(b *testing.B) {
	x := random[float64](rand.New(rand.NewPCG(1, 1)), 1000)
	for b.Loop() {
		Dot(x, x)
	}
}
