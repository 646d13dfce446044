package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestStandardRows holds every path to the formula, bit by bit.
func TestStandardRows(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			checkStandardRows[float64](t)
			checkStandardRows[float32](t)
		})
	})
}

func checkStandardRows[T Float](t *rapid.T) {
	value := rapid.OneOf(rapid.Float64Range(-1e3, 1e3), rapid.Just(5e-324), rapid.Just(1e308))
	if rapid.Bool().Draw(t, "not finite") {
		value = rapid.OneOf(value, rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}))
	}
	width, rows := rapid.IntRange(1, 19).Draw(t, "columns"), rapid.IntRange(0, 27).Draw(t, "rows")
	shift, scale := make([]float64, width), make([]float64, width)
	columns := make([][]float64, width)
	for j := range columns {
		shift[j], scale[j] = rapid.Float64Range(-9, 9).Draw(t, "shift"), rapid.Float64Range(0.1, 9).Draw(t, "scale")
		columns[j] = rapid.SliceOfN(value, rows, rows).Draw(t, "column")
	}
	ldd := width + rapid.IntRange(0, 3).Draw(t, "gap")
	dst := make([]T, rows*ldd+8)
	for i := range dst {
		dst[i] = 42
	}
	finite, want := StandardRows(dst, ldd, columns, shift, scale), true
	for i := range rows * ldd {
		expected := T(42)
		if j := i % ldd; j < width {
			expected = T((columns[j][i/ldd] - shift[j]) / scale[j])
			want = want && !math.IsNaN(float64(expected)) && !math.IsInf(float64(expected), 0)
		}
		if math.Float64bits(float64(dst[i])) != math.Float64bits(float64(expected)) && !(dst[i] != dst[i] && expected != expected) {
			t.Fatalf("place %d of rows of %d: %v, want %v", i, ldd, dst[i], expected)
		}
	}
	if finite != want {
		t.Fatalf("all finite: %v, want %v", finite, want)
	}
	for _, v := range dst[rows*ldd:] {
		if v != 42 {
			t.Fatal("stored behind the end")
		}
	}
}
