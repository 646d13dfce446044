package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"descent/data"
)

// TestLevelsOfManyRows: the number of levels in many rows is told from few, to a
// quarter where all come equally often, and never too low by more where some
// come more often than others.
func TestLevelsOfManyRows(t *testing.T) {
	const few, many = 6000, 400_000
	rng := rand.New(rand.NewPCG(6, 11))
	for _, c := range []struct {
		name        string
		draw        func() uint64
		least, most float64 // times the levels there are
	}{
		{"three", func() uint64 { return rng.Uint64N(3) }, 1, 1},
		{"2000, evenly", func() uint64 { return rng.Uint64N(2000) }, 0.75, 1.25},
		{"50000, evenly", func() uint64 { return rng.Uint64N(50_000) }, 0.85, 1.5},
		{"300000, evenly", func() uint64 { return rng.Uint64N(300_000) }, 0.85, 1.5},
		{"all different", func() uint64 { return rng.Uint64() }, 0.95, 1.05},
		{"a few often", rand.NewZipf(rng, 1.1, 1, 1<<20).Uint64, 0.8, 2},
		{"and fewer", rand.NewZipf(rng, 1.5, 1, 1<<20).Uint64, 0.8, 2},
	} {
		seen, cells := map[uint64]bool{}, make([]string, few)
		for i := range many {
			k := c.draw()
			if seen[k] = true; i < few {
				cells[i] = fmt.Sprint(k)
			}
		}
		got, want := levelsOf(data.CategoryColumn("c", cells), many), float64(len(seen))
		if got < c.least*want || got > c.most*want || math.IsNaN(got) {
			t.Errorf("%s: %.0f levels, want %.0f", c.name, got, want)
		}
	}
}
