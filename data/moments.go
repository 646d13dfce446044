package data

import (
	"math"
	"slices"
)

// median sorts x and returns its middle value, the mean of the two middle ones
// for an even count.
func median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return x[n/2-1]/2 + x[n/2]/2
}

// meanSD is the mean and the population standard deviation of n values, in two
// passes. The second pass corrects the mean for the rounding of the first.
// Squares are taken in units of the largest deviation, so that they neither
// overflow nor vanish.
func meanSD(n int, at func(int) float64) (mean, sd float64) {
	for i := range n {
		mean += at(i) / float64(n)
	}
	var unit float64 // a power of two, which rounds nothing
	for i := range n {
		unit = max(unit, math.Abs(at(i)-mean))
	}
	if unit == 0 || math.IsInf(unit, 0) {
		return mean, unit
	}
	_, exp := math.Frexp(unit)
	var d1, d2 float64
	for i := range n {
		d := math.Ldexp(at(i)-mean, -exp)
		d1 += d
		d2 += d * d
	}
	nf := float64(n)
	return mean + math.Ldexp(d1/nf, exp), math.Ldexp(math.Sqrt(max(0, (d2-d1*d1/nf)/nf)), exp)
}
