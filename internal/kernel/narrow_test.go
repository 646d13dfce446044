package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestNarrowRowsAreTheSameAnywhere: the product of a row with a vector has the same
// bits wherever the row stands and however many there are.
func TestNarrowRowsAreTheSameAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, cols := range []int{1, 7, 8, 28, 32} {
		const rows = 261
		a, x := random[float64](rng, rows*cols), random[float64](rng, cols)
		all := make([]float64, rows)
		Gemm(false, false, rows, 1, cols, 1, a, cols, x, 1, 0, all, 1)
		for n := 1; n < rows; n += 1 + n/2 {
			for _, lo := range []int{0, 1, rows - n} {
				some := make([]float64, n)
				Gemm(false, false, n, 1, cols, 1, a[lo*cols:], cols, x, 1, 0, some, 1)
				for i, v := range some {
					if v != all[lo+i] {
						t.Fatalf("row %d of %d columns among %d from %d: %v, otherwise %v", lo+i, cols, n, lo, v, all[lo+i])
					}
				}
			}
		}
	}
}

func BenchmarkNarrow(b *testing.B) {
	const rows, cols = 2336, 28
	rng := rand.New(rand.NewPCG(1, 2))
	a, x, y := random[float64](rng, rows*cols), random[float64](rng, cols), random[float64](rng, rows)
	for _, trans := range []bool{false, true} {
		b.Run(map[bool]string{false: "product", true: "transposed"}[trans], func(b *testing.B) {
			b.SetBytes(8 * rows * cols)
			for b.Loop() {
				if trans {
					Gemm(true, false, cols, 1, rows, 1, a, cols, y, 1, 0, x, 1)
				} else {
					Gemm(false, false, rows, 1, cols, 1, a, cols, x, 1, 0, y, 1)
				}
			}
		})
	}
}
