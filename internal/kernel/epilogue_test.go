package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// passes is what an epilogue stands for: whole passes over the result.
func passes[T Float](e Epilogue[T], m, n int, c []T, ldc int) {
	positive := make([]T, n)
	for i := range m {
		row := c[i*ldc:][:n]
		if e.Bias != nil {
			Add(row, row, e.Bias[:n])
		}
		activate(e.Activation, row)
		if e.Mask != nil {
			Positive(positive, e.Mask[i*e.LDMask:][:n])
			Mul(row, row, positive)
		}
	}
}

// sameBits reports the first place where a and b differ in more than the
// payload of a NaN; −1 when there is none.
func sameBits[T Float](a, b []T) int {
	for i := range a {
		if a[i] != a[i] && b[i] != b[i] {
			continue
		}
		if math.Float64bits(float64(a[i])) != math.Float64bits(float64(b[i])) {
			return i
		}
	}
	return -1
}

func testEpilogue[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	shapes := [][3]int{{1, 1, 1}, {3, 5, 7}, {16, 10, 33}, {1, 40, 9}, {40, 1, 9}, {13, 33, 0}, {30, 70, 30}, {30, 70, 300}, {250, 40, 600}, {25, 1100, 20}}
	if testing.Short() {
		shapes = shapes[:7]
	}
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		ldc, ldm := n+3, n+2
		if n == 1 {
			ldc = 1
		}
		a, b, c := random[T](rng, m*k), random[T](rng, k*n), random[T](rng, m*ldc)
		bias, mask := random[T](rng, n), random[T](rng, m*ldm)
		mask[0] = T(math.NaN())
		for f := ActivateNone; f <= ActivateSoftplus; f++ {
			for variant := range 16 {
				e := Epilogue[T]{Activation: f}
				if variant&1 != 0 {
					e.Bias = bias
				}
				if variant&2 != 0 {
					e.Mask, e.LDMask = mask, ldm
				}
				transA, beta := variant&4 != 0, T(variant>>3)
				lda := k
				if transA {
					lda = m
				}
				want, got := append([]T(nil), c...), append([]T(nil), c...)
				Gemm(transA, false, m, n, k, 0.5, a, lda, b, n, beta, want, ldc)
				passes(e, m, n, want, ldc)
				GemmWith(transA, false, m, n, k, 0.5, a, lda, b, n, beta, got, ldc, &e)
				if i := sameBits(got, want); i >= 0 {
					t.Fatalf("%v activation %d variant %d at %d: %g, want %g", s, f, variant, i, got[i], want[i])
				}
			}
		}
	}
}

func TestEpilogue(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", testEpilogue[float32])
		t.Run("f64", testEpilogue[float64])
	})
}

func TestEpilogueDoesNotAllocate(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		x, c, bias := make([]float32, 4096), make([]float32, 4096), make([]float32, 64)
		n := testing.AllocsPerRun(50, func() {
			e := Epilogue[float32]{Bias: bias, Activation: ActivateRelu, Mask: x, LDMask: 64}
			GemmWith(false, true, 64, 64, 64, 1, x, 64, x, 64, 0, c, 64, &e)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestEpilogueRefusesShortSlices(t *testing.T) {
	x := make([]float64, 16)
	for _, e := range []Epilogue[float64]{{Bias: x[:3]}, {Mask: x[:15], LDMask: 4}, {Mask: x, LDMask: 3}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v is accepted", e)
				}
			}()
			GemmWith(false, false, 4, 4, 4, 1, x, 4, x, 4, 0, x, 4, &e)
		}()
	}
}
