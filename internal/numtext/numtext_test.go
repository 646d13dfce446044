package numtext

import (
	"math"
	"testing"
)

func TestShort(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{
		{0, 3, "0"}, {2.0 / 3, 3, "0.667"}, {1200, 2, "1200"}, {3.14159e-9, 2, "3.1e-9"}, {-2.5e7, 3, "-2.5e7"},
		{1e6, 3, "1e6"}, {123456, 3, "123456"}, {0.00012345, 3, "0.000123"}, {9.9999, 3, "10"}, {math.Inf(-1), 3, "-Inf"}, {math.NaN(), 3, "NaN"}, {1e300, 3, "1e300"},
	} {
		if got := Short(c.v, c.digits); got != c.want {
			t.Errorf("Short(%v, %d) = %q, want %q", c.v, c.digits, got, c.want)
		}
	}
	if got := Exact(1e-09); got != "1e-9" {
		t.Errorf("Exact(1e-9) = %q", got)
	}
}
