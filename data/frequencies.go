package data

import (
	"math"
	"slices"
)

// frequencies counts different numbers, as many as most+1: by then there are too many.
type frequencies struct {
	most   int
	values []float64
	counts []int
	place  map[float64]int // of values, where they are more than a few
}

// handful is how many values are found faster by looking at each.
const handful = 8

func newFrequencies(most int) *frequencies { return &frequencies{most: most} }

// add counts v. A NaN is a value of its own each time.
func (f *frequencies) add(v float64) {
	if len(f.values) > f.most {
		return
	}
	if i := f.find(v); i >= 0 {
		f.counts[i]++
		return
	}
	f.values, f.counts = append(f.values, v), append(f.counts, 1)
	if len(f.values) > handful && f.place == nil {
		f.place = make(map[float64]int, 2*handful)
		for i, u := range f.values {
			f.place[u] = i
		}
	} else if f.place != nil && !math.IsNaN(v) {
		f.place[v] = len(f.values) - 1
	}
}

// find is the place of v among the values in the order of their first
// appearance, or -1.
func (f *frequencies) find(v float64) int {
	if f.place == nil {
		return slices.Index(f.values, v)
	}
	if i, ok := f.place[v]; ok {
		return i
	}
	return -1
}

func (f *frequencies) len() int { return len(f.values) }

// sorted lists the places by value.
func (f *frequencies) sorted() []int {
	order := make([]int, len(f.values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if f.values[a] < f.values[b] {
			return -1
		}
		return 1
	})
	return order
}
