package data

import (
	"slices"
)

// middle is the median of x, as median gives it, and leaves x as it is. A sorted
// sample tells between which two values it lies; one pass counts what lies below
// and keeps what lies between. x holds no NaN.
func middle(x []float64) float64 {
	const sample, margin = 1024, 64 // four standard deviations of the rank
	n := len(x)
	if n < 4*sample {
		return median(slices.Clone(x))
	}
	few := make([]float64, sample)
	for i := range few {
		few[i] = x[i*n/sample]
	}
	slices.Sort(few)
	lo, hi := few[sample/2-margin], few[sample/2+margin]
	below, low, high, between := bracket(x, lo, hi)
	slices.Sort(between)
	// The sorted x is: below, low times lo, between, high times hi, the rest.
	at := func(k int) (float64, bool) {
		switch k -= below; {
		case k < 0:
			return 0, false
		case k < low:
			return lo, true
		case k < low+len(between):
			return between[k-low], true
		case k < low+len(between)+high:
			return hi, true
		}
		return 0, false
	}
	left, ok1 := at((n - 1) / 2)
	right, ok2 := at(n / 2)
	if !ok1 || !ok2 { // the sample was not like the rest
		return median(slices.Clone(x))
	}
	if n%2 == 1 {
		return left
	}
	return left/2 + right/2
}

// bracket counts the values below lo, equal to lo, and equal to hi where that is
// another, and keeps those between.
func bracket(x []float64, lo, hi float64) (below, low, high int, between []float64) {
	const block = 1024
	between = make([]float64, 0, len(x)/8+block)
	for len(x) > 0 {
		part := x[:min(block, len(x))]
		x = x[len(part):]
		between = slices.Grow(between, block)
		place := between[len(between) : len(between)+block]
		n := 0
		for _, v := range part { // without a branch that is hard to foresee
			below += one(v < lo)
			low += one(v == lo)
			high += one(v == hi)
			place[n&(block-1)] = v
			n += one(v > lo) & one(v < hi)
		}
		between = between[:len(between)+n]
	}
	if lo == hi {
		high = 0
	}
	return below, low, high, between
}

// one is 1 for true, without a branch.
func one(b bool) int {
	n := 0
	if b {
		n = 1
	}
	return n
}
