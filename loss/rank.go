package loss

import (
	"cmp"
	"math"
	"slices"
)

// ascending lists the positions of v, which holds no NaN, by value; equal values
// stay in their order, and the two zeros are equal.
func ascending(v []float64) []int32 {
	order := make([]int32, len(v))
	for i := range order {
		order[i] = int32(i)
	}
	if len(v) < 1<<12 {
		slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(v[a], v[b]) })
		return order
	}
	return radix(v, order)
}

const (
	digitBits = 11
	digits    = (64 + digitBits - 1) / digitBits
	digitMask = 1<<digitBits - 1
)

// radix sorts by one digit after the other of the bits, the lowest first, and
// passes over digits that all values share.
func radix(v []float64, order []int32) []int32 {
	keys, nextKeys, next := make([]uint64, len(v)), make([]uint64, len(v)), make([]int32, len(v))
	var count [digits][digitMask + 1]int32
	for i, e := range v {
		k := orderedBits(e)
		keys[i] = k
		for d := range digits {
			count[d][k&digitMask]++
			k >>= digitBits
		}
	}
	for d := range digits {
		shift, places := d*digitBits, &count[d]
		if places[keys[0]>>shift&digitMask] == int32(len(v)) {
			continue
		}
		var at int32
		for i, n := range places {
			places[i], at = at, at+n
		}
		for i, k := range keys {
			p := &places[k>>shift&digitMask]
			nextKeys[*p], next[*p] = k, order[i]
			*p++
		}
		keys, nextKeys, order, next = nextKeys, keys, next, order
	}
	return order
}

// sortKeys sorts keys as radix does, in their memory or that of a copy.
func sortKeys(keys []uint64) []uint64 {
	if len(keys) < 1<<12 {
		slices.Sort(keys)
		return keys
	}
	next := make([]uint64, len(keys))
	var count [digits][digitMask + 1]int
	for _, k := range keys {
		for d := range digits {
			count[d][k&digitMask]++
			k >>= digitBits
		}
	}
	for d := range digits {
		shift, places := d*digitBits, &count[d]
		if places[keys[0]>>shift&digitMask] == len(keys) {
			continue
		}
		at := 0
		for i, n := range places {
			places[i], at = at, at+n
		}
		for _, k := range keys {
			p := &places[k>>shift&digitMask]
			next[*p] = k
			*p++
		}
		keys, next = next, keys
	}
	return keys
}

// orderedBits is a number that is larger where v is.
func orderedBits(v float64) uint64 {
	b := math.Float64bits(v + 0) // −0 becomes 0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}
