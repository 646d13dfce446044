package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// fuzzVectors are three vectors of up to 300 numbers that begin anywhere in a
// cache line, with numbers of every size and some that are special.
func fuzzVectors[T Float](seed uint64, length uint16, offset uint8) [3][]T {
	rng := rand.New(rand.NewPCG(seed, 1))
	n, at := int(length)%301, int(offset)%16
	var v [3][]T
	for k := range v {
		v[k] = make([]T, at+n)[at:]
		for i := range v[k] {
			v[k][i] = fuzzNumber[T](rng)
		}
	}
	return v
}

func fuzzNumber[T Float](rng *rand.Rand) T {
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-40, -1e-44, 5e-324, 1e-310, 3e38, -1e308}
	switch k := rng.IntN(40); {
	case k < len(special) && seedful(rng):
		return T(special[k])
	case k < 20:
		return T(rng.NormFloat64())
	}
	return T(math.Ldexp(rng.NormFloat64(), rng.IntN(200)-100))
}

// seedful leaves special numbers out of two vectors in three, so that results
// are not all NaN.
func seedful(rng *rand.Rand) bool { return rng.IntN(3) == 0 }

// fuzzKernels takes each function on every path over the same vectors and asks
// same whether the result is that of the portable one. The functions change
// the vectors that they are given.
func fuzzKernels[T Float](t *testing.T, v [3][]T, kernels map[string]func(v [3][]T) float64, same func(got, want T) bool) {
	defer func(old isa) { active = old }(active)
	for name, f := range kernels {
		var want [3][]T
		var number float64
		for set := portable; set <= best(); set++ {
			active = set
			var got [3][]T
			for k := range got {
				at := 0
				if k == 1 {
					at = 3 // another alignment
				}
				got[k] = append(make([]T, at), v[k]...)[at:]
			}
			n := f(got)
			if set == portable {
				want, number = got, n
				continue
			}
			if !same(T(n), T(number)) {
				t.Fatalf("%s of %d on %s: %g, portable %g", name, len(v[0]), isaNames[set], n, number)
			}
			for k := range got {
				for i, x := range got[k] {
					if !same(x, want[k][i]) {
						t.Fatalf("%s of %d on %s: vector %d has %g at %d, portable %g; from %g, %g, %g", name, len(v[0]), isaNames[set], k, x, i, want[k][i], v[0][i], v[1][i], v[2][i])
					}
				}
			}
		}
	}
}

func equal[T Float](got, want T) bool { return got == want || got != got && want != want }

// within allows the stated errors of both sides.
func within[T Float](ulps float64) func(got, want T) bool {
	return func(got, want T) bool {
		if equal(got, want) {
			return true
		}
		unit, least := 0x1p-52, 5e-324
		if _, single := any(got).(float32); single {
			unit, least = 0x1p-23, 0x1p-149
		}
		return math.Abs(float64(got)-float64(want)) <= 2*ulps*(unit*math.Abs(float64(want))+least) ||
			math.IsInf(float64(got), 0) && float64(want) > math.MaxFloat32*(1-1e-6) || math.IsInf(float64(want), 0) && float64(got) > math.MaxFloat32*(1-1e-6)
	}
}

func addSeeds(f *testing.F) {
	for n := range uint16(40) {
		f.Add(uint64(n), n*8+n%7, uint8(n))
	}
}

func exactKernels[T Float]() map[string]func(v [3][]T) float64 {
	none := func(f func(dst, a, b []T)) func(v [3][]T) float64 {
		return func(v [3][]T) float64 { f(v[0], v[1], v[2]); return 0 }
	}
	return map[string]func(v [3][]T) float64{
		"add": none(Add[T]), "sub": none(Sub[T]), "mul": none(Mul[T]), "div": none(Div[T]), "min": none(Min[T]), "max": none(Max[T]),
		"equal": none(func(d, a, b []T) { copy(b, a[:len(a)/2]); Equal(d, a, b) }), "equalScalar": none(func(d, a, _ []T) { EqualScalar(d, a, 1) }),
		"addScalar": none(func(d, a, _ []T) { AddScalar(d, a, 1.1) }), "mulScalar": none(func(d, a, _ []T) { MulScalar(d, a, 1.1) }),
		"divScalar": none(func(d, a, _ []T) { DivScalar(d, a, 1.1) }), "scalarSub": none(func(d, a, _ []T) { ScalarSub(d, 1.1, a) }),
		"scalarDiv": none(func(d, a, _ []T) { ScalarDiv(d, 1.1, a) }), "minScalar": none(func(d, a, _ []T) { MinScalar(d, a, 0.5) }),
		"maxScalar": none(func(d, a, _ []T) { MaxScalar(d, a, 0.5) }), "clip": none(func(d, a, _ []T) { Clip(d, a, -0.5, 2) }),
		"axpy": none(func(d, a, _ []T) { Axpy(1.1, a, d) }), "square": none(func(d, a, _ []T) { Square(d, a) }),
		"sqrt": none(func(d, a, _ []T) { Sqrt(d, a) }), "relu": none(func(d, a, _ []T) { Relu(d, a) }),
		"positive": none(func(d, a, _ []T) { Positive(d, a) }), "abs": none(func(d, a, _ []T) { Abs(d, a) }),
		"sign": none(func(d, a, _ []T) { Sign(d, a) }), "floor": none(func(d, a, _ []T) { Floor(d, a) }),
		"ceil": none(func(d, a, _ []T) { Ceil(d, a) }), "powInt": none(func(d, a, _ []T) { PowInt(d, a, 5) }),
		"powInt negative": none(func(d, a, _ []T) { PowInt(d, a, -3) }),
		"largest":         func(v [3][]T) float64 { return Largest(v[0]) },
		"smallest":        func(v [3][]T) float64 { return Smallest(v[1]) },
		"normInf":         func(v [3][]T) float64 { return NormInf(v[0]) },
		"allFinite": func(v [3][]T) float64 {
			if AllFinite(v[0]) {
				return 1
			}
			return 0
		},
	}
}

func FuzzExact(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, offset uint8) {
		fuzzKernels(t, fuzzVectors[float32](seed, length, offset), exactKernels[float32](), equal)
		fuzzKernels(t, fuzzVectors[float64](seed, length, offset), exactKernels[float64](), equal)
	})
}

func fuzzUpdates[T Float](t *testing.T, v [3][]T) {
	kernels := map[string]func(v [3][]T) float64{}
	for name, rule := range rules[T]() {
		kernels[name] = func(v [3][]T) float64 {
			m, w := make([]T, len(v[0])), make([]T, len(v[0]))
			for _, g := range [][]T{v[1], v[2], v[1]} {
				rule(v[0], slices.Clone(g), m, w)
			}
			copy(v[1], m)
			copy(v[2], w)
			return 0
		}
	}
	fuzzKernels(t, v, kernels, equal)
}

func FuzzUpdates(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, offset uint8) {
		fuzzUpdates(t, fuzzVectors[float32](seed, length, offset))
		fuzzUpdates(t, fuzzVectors[float64](seed, length, offset))
	})
}

func elementaryKernels[T Float]() map[string]func(v [3][]T) float64 {
	kernels := map[string]func(v [3][]T) float64{
		"pow":       func(v [3][]T) float64 { Pow(v[0], v[1], v[2]); return 0 },
		"powScalar": func(v [3][]T) float64 { PowScalar(v[0], v[1], 1.3); return 0 },
		"scalarPow": func(v [3][]T) float64 { ScalarPow(v[0], 1.3, v[1]); return 0 },
	}
	for name, f := range map[string]func(dst, src []T){
		"exp": Exp[T], "log": Log[T], "tanh": Tanh[T], "sigmoid": Sigmoid[T], "softplus": Softplus[T],
		"sin": Sin[T], "cos": Cos[T], "expm1": Expm1[T], "log1p": Log1p[T], "erf": Erf[T],
	} {
		kernels[name] = func(v [3][]T) float64 { f(v[0], v[1]); return 0 }
	}
	return kernels
}

func FuzzElementary(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, offset uint8) {
		fuzzKernels(t, fuzzVectors[float32](seed, length, offset), elementaryKernels[float32](), within[float32](2.5))
		fuzzKernels(t, fuzzVectors[float64](seed, length, offset), elementaryKernels[float64](), within[float64](2.5))
	})
}

// fuzzSums holds sums to the size of their terms, where all are finite.
func fuzzSums[T Float](t *testing.T, v [3][]T, eps float64) {
	defer func(old isa) { active = old }(active)
	var sum, dot, size, sizeDot float64
	for i, x := range v[0] {
		sum, size = sum+float64(x), size+math.Abs(float64(x))
		p := float64(x) * float64(v[1][i])
		dot, sizeDot = dot+p, sizeDot+math.Abs(p)
	}
	for set := portable; set <= best(); set++ {
		active = set
		if got := Sum(v[0]); size < 1e37 && !(math.Abs(got-sum) <= 40*eps*size+1e-43) {
			t.Fatalf("sum of %d on %s: %g, want %g", len(v[0]), isaNames[set], got, sum)
		}
		if got := Dot(v[0], v[1]); sizeDot < 1e37 && !(math.Abs(got-dot) <= 40*eps*sizeDot+1e-43) {
			t.Fatalf("dot product of %d on %s: %g, want %g", len(v[0]), isaNames[set], got, dot)
		}
	}
}

func FuzzSums(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, offset uint8) {
		fuzzSums(t, fuzzVectors[float32](seed, length, offset), 0x1p-24)
		fuzzSums(t, fuzzVectors[float64](seed, length, offset), 0x1p-53)
	})
}
