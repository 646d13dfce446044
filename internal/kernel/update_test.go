package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// testUpdates holds every path to the portable one, bit for bit, over steps
// that include vanishing gradients.
func testUpdates[T Float](t *testing.T) {
	for _, n := range []int{1, 7, 8, 31, 64, 100, chunk + 9} {
		var want [5][]T
		for set := portable; set <= best(); set++ {
			active = set
			rng := rand.New(rand.NewPCG(7, uint64(n)))
			m, v, w := make([]T, n), make([]T, n), make([]T, n)
			ua, um := make([]T, n), make([]T, n)
			for step := range 60 {
				g := random[T](rng, n)
				if step > 5 {
					for i := range g { // the moments die away
						g[i] *= 0
						if i%3 == 0 {
							g[i] = 1e-37
						}
					}
				}
				copy(ua, g)
				copy(um, g)
				Adam(ua, m, v, 0.3, 0.01, 1e-3, 1e-8)
				Momentum(um, w, 0.9, 1, 0.1)
			}
			got := [5][]T{ua, um, m, v, w}
			for k := range got {
				if set == portable {
					want[k] = got[k]
				} else if !slices.Equal(got[k], want[k]) {
					t.Fatalf("n=%d on %s: result %d differs from the portable one", n, isaNames[set], k)
				}
			}
		}
	}
}

func TestUpdatesAreTheSameBits(t *testing.T) {
	defer func(old isa) { active = old }(active)
	t.Run("f32", testUpdates[float32])
	t.Run("f64", testUpdates[float64])
}

func BenchmarkAdam(b *testing.B) {
	const n = 1 << 14
	u, m, v := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range u {
		u[i], v[i] = float32(i%7), 1
	}
	for b.Loop() {
		Adam(u, m, v, 0.9, 0.999, 1e-3, 1e-8)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/parameter")
}
