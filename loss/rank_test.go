package loss

import (
	"cmp"
	"math"
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

// TestSortKeys holds the radix sort of keys to a sort by comparisons.
func TestSortKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20000).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		bits := rapid.IntRange(1, 64).Draw(t, "bits")
		keys := make([]uint64, n)
		for i := range keys {
			keys[i] = rng.Uint64() >> (64 - bits)
		}
		want := slices.Clone(keys)
		slices.Sort(want)
		if got := sortKeys(keys); !slices.Equal(got, want) {
			t.Fatal("not sorted")
		}
	})
}

// TestAUCWithoutWeights holds the merge of sorted scores to the sweep with weights
// of one, bit for bit, on many rows with ties, zeros of both signs and infinities.
func TestAUCWithoutWeights(t *testing.T) {
	odd := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 1}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20000).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		share := rapid.SampledFrom([]float64{0, 0.01, 0.5, 1}).Draw(t, "share")
		score, positive := make([]float64, n), make([]bool, n)
		for i := range score {
			if score[i] = rng.NormFloat64(); rng.IntN(2) == 0 {
				score[i] = odd[rng.IntN(len(odd))]
			}
			positive[i] = rng.Float64() < share
		}
		got, want := AUC(score, positive, nil), AUC(score, positive, slices.Repeat([]float64{1}, n))
		if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("%v, with weights of one %v", got, want)
		}
	})
}
