package loss

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestAscending holds the radix sort to a stable sort by comparisons.
func TestAscending(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20000).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		odd := rapid.SliceOfN(rapid.Float64(), 1, 50).Draw(t, "values")
		v := make([]float64, n)
		for i := range v {
			if v[i] = rng.NormFloat64(); rng.IntN(2) == 0 {
				v[i] = odd[rng.IntN(len(odd))]
			}
		}
		want := make([]int32, n)
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(v[a], v[b]) })
		if got := ascending(v); !slices.Equal(got, want) {
			t.Fatal("not the order of a stable sort")
		}
	})
}
