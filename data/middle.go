package data

import (
	"slices"

	"descent/internal/kernel"
)

// middle is the median of x, as median gives it, and leaves x as it is. x holds
// no NaN.
func middle(x []float64) float64 {
	n := len(x)
	left, right := ranked(x, (n-1)/2, n/2)
	if n%2 == 1 {
		return left
	}
	return left/2 + right/2
}

// ranked is the values of two ranks, the same or neighbours, among x in ascending
// order. A sorted sample tells between which two values they lie; one pass counts
// what lies below and keeps what lies between, where the search goes on.
func ranked(x []float64, left, right int) (a, b float64) {
	const sample, margin = 1024, 64 // four standard deviations of the rank in the middle
	n := len(x)
	if n < 4*sample {
		return sortedAt(x, left, right)
	}
	few := make([]float64, sample)
	for i := range few {
		few[i] = x[i*n/sample]
	}
	slices.Sort(few)
	place := left * sample / n
	lo, hi := few[max(place-margin, 0)], few[min(place+margin, sample-1)]
	buf, _ := spare.Get().(*[]float64)
	if buf == nil {
		buf = new([]float64)
	}
	defer spare.Put(buf)
	below, low, high := bracket(x, lo, hi, buf)
	between := *buf
	if left < below || right >= below+low+len(between)+high || len(between) > n/2 {
		return sortedAt(x, left, right) // the sample was not like the rest
	}
	// The sorted x is: below, low times lo, between, high times hi, the rest.
	left, right = left-below-low, right-below-low
	at := func(k int, inner float64) float64 {
		switch {
		case k < 0:
			return lo
		case k < len(between):
			return inner
		}
		return hi
	}
	if right >= 0 && left < len(between) {
		a, b = ranked(between, max(left, 0), min(right, len(between)-1))
	}
	return at(left, a), at(right, b)
}

// sortedAt is ranked by sorting a copy.
func sortedAt(x []float64, left, right int) (a, b float64) {
	x = slices.Clone(x)
	slices.Sort(x)
	return x[left], x[right]
}

// bracket counts the values below lo, equal to lo, and equal to hi where that is
// another, and keeps those between.
func bracket(x []float64, lo, hi float64, keep *[]float64) (below, low, high int) {
	const block = 1024
	between := slices.Grow((*keep)[:0], len(x)/6+block)
	for len(x) > 0 {
		part := x[:min(block, len(x))]
		x = x[len(part):]
		between = slices.Grow(between, block)
		b, l, h, kept := kernel.Between(between[len(between):cap(between)], part, lo, hi)
		below, low, high = below+b, low+l, high+h
		between = between[:len(between)+kept]
	}
	if lo == hi {
		high = 0
	}
	*keep = between
	return below, low, high
}

// one is 1 for true, without a branch.
func one(b bool) int {
	n := 0
	if b {
		n = 1
	}
	return n
}
