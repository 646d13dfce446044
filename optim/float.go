package optim

import "math"

// epsilon is the distance from 1 to the next number of T.
func epsilon[T Float]() float64 {
	if isFloat32[T]() {
		return 0x1p-23
	}
	return 0x1p-52
}

func isFloat32[T Float]() bool {
	var one T = 1
	return one+T(0x1p-30) == one
}

// finite reports whether v is neither NaN nor infinite: only then is v − v zero.
func finite(v float64) bool { return v-v == 0 }

// same reports whether a and b agree within eps of their size.
func same(a, b, eps float64) bool {
	return math.Abs(a-b) <= eps*max(math.Abs(a), math.Abs(b))
}

// orDefault is v, or def where v is the zero value that stands for it.
func orDefault(v, def float64) float64 {
	if v == 0 {
		return def
	}
	return v
}
