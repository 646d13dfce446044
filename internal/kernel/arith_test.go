package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// testArithmetic holds every path to the plain loop, bit for bit, at all
// lengths up to a few vectors and at one that takes several chunks.
func testArithmetic[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	lengths := []int{chunk + 7, 2*chunk + 33}
	for n := range 70 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		a, b, s := random[T](rng, n), random[T](rng, n), T(1.25)
		if n > 3 {
			a[0], a[1], b[2], a[3] = T(math.NaN()), T(math.Inf(1)), 0, 0
		}
		for _, op := range []struct {
			name string
			f    func(dst []T)
			want func(i int) T
		}{
			{"Add", func(d []T) { Add(d, a, b) }, func(i int) T { return a[i] + b[i] }},
			{"Sub", func(d []T) { Sub(d, a, b) }, func(i int) T { return a[i] - b[i] }},
			{"Mul", func(d []T) { Mul(d, a, b) }, func(i int) T { return a[i] * b[i] }},
			{"Div", func(d []T) { Div(d, a, b) }, func(i int) T { return a[i] / b[i] }},
			{"AddScalar", func(d []T) { AddScalar(d, a, s) }, func(i int) T { return a[i] + s }},
			{"MulScalar", func(d []T) { MulScalar(d, a, s) }, func(i int) T { return a[i] * s }},
			{"DivScalar", func(d []T) { DivScalar(d, a, s) }, func(i int) T { return a[i] / s }},
			{"ScalarSub", func(d []T) { ScalarSub(d, s, a) }, func(i int) T { return s - a[i] }},
			{"ScalarDiv", func(d []T) { ScalarDiv(d, s, a) }, func(i int) T { return s / a[i] }},
			{"Square", func(d []T) { Square(d, a) }, func(i int) T { return a[i] * a[i] }},
			{"Sqrt", func(d []T) { Sqrt(d, a) }, func(i int) T { return T(math.Sqrt(float64(a[i]))) }},
			{"Relu", func(d []T) { Relu(d, a) }, func(i int) T { return max(a[i], 0) }},
			{"Positive", func(d []T) { Positive(d, a) }, func(i int) T {
				if a[i] > 0 {
					return 1
				}
				return 0
			}},
			{"Abs", func(d []T) { Abs(d, a) }, func(i int) T { return T(math.Abs(float64(a[i]))) }},
			{"Sign", func(d []T) { Sign(d, a) }, func(i int) T { return signOf(a[i]) }},
			{"Floor", func(d []T) { Floor(d, a) }, func(i int) T { return T(math.Floor(float64(a[i]))) }},
			{"Ceil", func(d []T) { Ceil(d, a) }, func(i int) T { return T(math.Ceil(float64(a[i]))) }},
			{"Min", func(d []T) { Min(d, a, b) }, func(i int) T { return min(a[i], b[i]) }},
			{"Max", func(d []T) { Max(d, b, a) }, func(i int) T { return max(a[i], b[i]) }},
			{"MinScalar", func(d []T) { MinScalar(d, a, s) }, func(i int) T { return min(a[i], s) }},
			{"MaxScalar", func(d []T) { MaxScalar(d, a, s) }, func(i int) T { return max(a[i], s) }},
			{"Clip", func(d []T) { Clip(d, a, -s, s/2) }, func(i int) T { return min(max(a[i], -s), s/2) }},
			{"PowInt 3", func(d []T) { PowInt(d, a, 3) }, func(i int) T { return a[i] * (a[i] * a[i]) }},
			{"PowInt 0", func(d []T) { PowInt(d, a, 0) }, func(i int) T { return 1 }},
			{"PowInt -5", func(d []T) { PowInt(d, a, -5) }, func(i int) T {
				square := T(a[i] * a[i])
				return 1 / T(a[i]*T(square*square))
			}},
			{"Axpy", func(d []T) { copy(d, b); Axpy(s, a, d) }, func(i int) T { return b[i] + T(s*a[i]) }},
			{"Scale", func(d []T) { copy(d, a); Scale(s, d) }, func(i int) T { return a[i] * s }},
		} {
			// One element more than is asked for, which must stay.
			dst := make([]T, n+1)
			dst[n] = 42
			op.f(dst[:n])
			if dst[n] != 42 {
				t.Fatalf("%s n=%d wrote beyond the end", op.name, n)
			}
			for i, got := range dst[:n] {
				if want := op.want(i); got != want && !(got != got && want != want) {
					t.Fatalf("%s n=%d at %d: %g, want %g", op.name, n, i, got, want)
				}
			}
		}
	}
}

func TestArithmetic(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", testArithmetic[float32])
		t.Run("f64", testArithmetic[float64])
	})
}

func TestArithmeticDoesNotAllocate(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		a, b := make([]float32, 1003), make([]float32, 1003)
		n := testing.AllocsPerRun(50, func() {
			Add(b, a, b)
			MulScalar(b, a, 3)
			Relu(b, a)
			Axpy(2, a, b)
			Exp(b, a)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
