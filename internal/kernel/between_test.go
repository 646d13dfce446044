package kernel

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestBetween holds every path to counting one by one.
func TestBetween(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			values := []float64{math.NaN(), math.Inf(-1), -2, math.Copysign(0, -1), 0, 5e-324, 1, 1, 2, 3, 1e300, math.Inf(1)}
			x := rapid.SliceOfN(rapid.SampledFrom(values), 0, 100).Draw(t, "x")
			lo, hi := rapid.SampledFrom(values).Draw(t, "lo"), rapid.SampledFrom(values).Draw(t, "hi")
			dst := make([]float64, len(x), len(x)+1)
			dst[:cap(dst)][len(x)] = 42
			below, low, high, kept := Between(dst, x, lo, hi)
			var inside []float64
			var b, l, h int
			for _, v := range x {
				switch {
				case v < lo:
					b++
				case v > lo && v < hi:
					inside = append(inside, v)
				}
				if v == lo {
					l++
				}
				if v == hi {
					h++
				}
			}
			if below != b || low != l || high != h || !slices.Equal(dst[:kept], inside) {
				t.Fatalf("%v in [%v, %v]: %d, %d, %d, %v; want %d, %d, %d, %v", x, lo, hi, below, low, high, dst[:kept], b, l, h, inside)
			}
			if dst[:cap(dst)][len(x)] != 42 {
				t.Fatal("stored behind the end")
			}
		})
	})
}
