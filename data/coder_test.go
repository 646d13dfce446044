package data

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCoder: rows that are encoded in portions, or one by one, are those of Encode,
// in every scaling, with missing values, levels and rows out of order.
func TestCoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 700).Draw(t, "rows")
		missing := rapid.SampledFrom([]float64{0, 0.1, 0.9}).Draw(t, "missing")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var columns []*Column
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
			v := make([]float64, n)
			for i := range v {
				v[i] = 100 * rng.NormFloat64()
				if rng.Float64() < missing {
					v[i] = math.NaN()
				}
			}
			columns = append(columns, NumberColumn(name, v))
		}
		levels := make([]string, n)
		for i := range levels {
			levels[i] = []string{"", "x", "y", "z"}[rng.IntN(4)]
		}
		level := CategoryColumn("level", levels)
		columns = slices.Insert(columns, 4, level)
		table, err := NewTable("drawn", columns...)
		if err != nil {
			t.Fatal(err)
		}
		rows := upTo(n)
		if rapid.Bool().Draw(t, "some rows") {
			for i := range rows {
				rows[i] = rng.IntN(n)
			}
		}
		scaling := rapid.SampledFrom([]Scaling{Standard, Unscaled, MinMax, MaxAbs, Robust, Log}).Draw(t, "scale")
		e, err := NewEncoder(table, rows, FeatureOptions{Scale: scaling, Missing: rapid.SampledFrom([]Missing{"", FillLevel, FillZero}).Draw(t, "rule")})
		if err != nil {
			t.Fatal(err)
		}
		checkCoder[float64](t, e, table, rows)
		checkCoder[float32](t, e, table, rows)
	})
}

func checkCoder[T float32 | float64](t *rapid.T, e *Encoder, table *Table, rows []int) {
	width := e.Width()
	want := make([]T, len(rows)*width)
	unseen, err := Encode(e, table, rows, want)
	if err != nil {
		t.Fatal(err)
	}
	one := make([]T, width)
	for i, row := range rows {
		if _, err := Encode(e, table, []int{row}, one); err != nil {
			t.Fatal(err)
		}
		sameBits(t, one, want[i*width:][:width])
	}
	c, n, err := NewCoder[T](e, table, rows)
	if err != nil || n != unseen {
		t.Fatalf("%d cells unseen, want %d: %v", n, unseen, err)
	}
	lo := rapid.IntRange(0, len(rows)-1).Draw(t, "from")
	got := make([]T, rapid.IntRange(0, len(rows)-lo).Draw(t, "portion")*width)
	c.Rows(got, lo, len(got)/max(1, width))
	sameBits(t, got, want[lo*width:][:len(got)])
	places := rapid.SliceOfN(rapid.IntRange(0, len(rows)-1), 0, 300).Draw(t, "places")
	got = make([]T, len(places)*width)
	c.Take(got, places)
	for i, at := range places {
		sameBits(t, got[i*width:][:width], want[at*width:][:width])
	}
}

func sameBits[T float32 | float64](t *rapid.T, got, want []T) {
	for i, v := range got {
		if math.Float64bits(float64(v)) != math.Float64bits(float64(want[i])) {
			t.Fatalf("feature %d of %d: %v, want %v", i, len(got), v, want[i])
		}
	}
}
