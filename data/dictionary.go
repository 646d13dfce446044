package data

import (
	"cmp"
	"slices"
	"strings"
)

// dictionary numbers the distinct values of a column in order of appearance.
type dictionary struct {
	index  map[string]int32
	levels []string
}

func newDictionary() *dictionary { return &dictionary{index: map[string]int32{}} }

// code is the number of v, a new one where v is new. The dictionary keeps its
// own copy of v, so that it does not hold the whole file in memory.
func (d *dictionary) code(v string) int32 {
	if c, ok := d.index[v]; ok {
		return c
	}
	v = strings.Clone(v)
	c := int32(len(d.levels))
	d.index[v] = c
	d.levels = append(d.levels, v)
	return c
}

// sorted returns the levels in order and renumbers codes to match. Negative
// codes stay.
func (d *dictionary) sorted(codes []int32) []string {
	levels := slices.Clone(d.levels)
	slices.SortFunc(levels, compareLevels)
	rank := make([]int32, len(levels))
	for i, v := range levels {
		rank[d.index[v]] = int32(i)
	}
	for i, c := range codes {
		if c >= 0 {
			codes[i] = rank[c]
		}
	}
	return levels
}

// compareLevels puts numbers before text, numbers by value and text by bytes;
// equal numbers written differently (1, 01) fall back to bytes.
func compareLevels(a, b string) int {
	x, xok := parseNumber(a)
	y, yok := parseNumber(b)
	switch {
	case xok && yok:
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	case xok:
		return -1
	case yok:
		return 1
	}
	return strings.Compare(a, b)
}
