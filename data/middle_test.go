package data

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestMiddle holds the median by sampling to the one by sorting, on values of many
// shapes: few different ones, sorted, periodic, with jumps.
func TestMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60000).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x := make([]float64, n)
		shape := rapid.SampledFrom([]string{"normal", "few", "same", "sorted", "periodic", "halves", "wide"}).Draw(t, "shape")
		for i := range x {
			switch shape {
			case "normal":
				x[i] = rng.NormFloat64()
			case "few":
				x[i] = float64(rng.IntN(3))
			case "same":
				x[i] = 7
			case "sorted":
				x[i] = float64(i)
			case "periodic":
				x[i] = float64(i % 64)
			case "halves":
				x[i] = float64(i/(n/2+1)) * 1e9 * rng.Float64()
			case "wide":
				x[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(2000)-1000)
			}
		}
		before := slices.Clone(x)
		got := middle(x)
		if !slices.Equal(x, before) {
			t.Fatal("changed its argument")
		}
		if want := median(before); got != want {
			t.Fatalf("%s, %d values: %v, want %v", shape, n, got, want)
		}
	})
}

// TestMomentsInPortions: the moments do not depend on how the values come, and are
// right far from 0 and at the ends of the range.
func TestMomentsInPortions(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, scale := range []float64{1, 1e300, 1e-300} {
		x := make([]float64, 5000)
		for i := range x {
			x[i] = scale * (100 + rng.NormFloat64())
		}
		mean, sd := meanSD(x)
		var m moments
		lo, hi := slices.Min(x), slices.Max(x)
		m.start(len(x), lo, hi)
		pass := func() {
			for at := 0; at < len(x); {
				n := min(rng.IntN(1500), len(x)-at)
				if n < 3 {
					for _, v := range x[at : at+n] {
						m.one(v)
					}
				} else {
					m.see(x[at : at+n])
				}
				at += n
			}
		}
		pass()
		m.turn(lo, hi)
		pass()
		if mean2, sd2 := m.end(); mean2 != mean || sd2 != sd {
			t.Errorf("in portions %v ± %v, at once %v ± %v", mean2, sd2, mean, sd)
		}
		if !(math.Abs(mean/scale-100) < 0.1 && math.Abs(sd/scale-1) < 0.1) {
			t.Errorf("scale %v: %v ± %v", scale, mean, sd)
		}
	}
}
