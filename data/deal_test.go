package data

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"descent/internal/stream"
)

// Rows are set aside as by sorting them by their ranks in a random order, and
// dealt as by sorting them by class.
func TestDealsAreThoseBySorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 400).Draw(t, "rows")
		seed := rapid.Uint64().Draw(t, "seed")
		classes := rapid.IntRange(1, 12).Draw(t, "classes")
		strata := make([]uint16, n)
		size := map[uint16]int{}
		rng := stream.New(seed, "test", 1)
		for i := range strata {
			strata[i] = uint16(min(rng.IntN(classes), rng.IntN(classes)))
			size[strata[i]]++
		}
		fraction := rapid.Float64Range(0.001, 0.999).Draw(t, "fraction")
		order := stream.New(seed, "data/split", 0).Perm(n)
		rank, next := make([]float64, n), map[uint16]int{}
		for _, i := range order {
			rank[i] = (float64(next[strata[i]]) + 0.5) / float64(size[strata[i]])
			next[strata[i]]++
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
		want := order[:min(max(int(fraction*float64(n)+0.5), 1), n-1)]
		var got []int
		if err := SetAside(n, fraction, seed, strata, func(i int) { got = append(got, i) }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Fatalf("set aside %v, by sorting %v", got, want)
		}

		k := rapid.IntRange(2, n).Draw(t, "folds")
		order = stream.New(seed, "data/folds", 0).Perm(n)
		slices.SortStableFunc(order, func(a, b int) int { return int(strata[a]) - int(strata[b]) })
		fold := make([]int, n)
		if err := Deal(n, k, seed, strata, func(i, f int) { fold[i] = f }); err != nil {
			t.Fatal(err)
		}
		for place, i := range order {
			if fold[i] != place%k {
				t.Fatalf("row %d is in fold %d, by sorting in %d", i, fold[i], place%k)
			}
		}
	})
}
