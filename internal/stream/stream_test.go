package stream

import (
	"math/rand/v2"
	"testing"
)

// The first outputs of SplitMix64 from state 0 are published with the
// reference implementation (Vigna, splitmix64.c).
func TestMixIsSplitMix64(t *testing.T) {
	const golden = 0x9e3779b97f4a7c15
	state := uint64(0)
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := mix(state); got != want {
			t.Errorf("output %d: got %#x, want %#x", i, got, want)
		}
		state += golden
	}
}

func TestStreamsDifferInEveryWord(t *testing.T) {
	first := func(seed uint64, purpose string, step uint64) uint64 {
		return New(seed, purpose, step).Uint64()
	}
	a, b := New(1, "init", 0), New(1, "init", 0)
	if a.Uint64() != b.Uint64() {
		t.Error("equal words gave different streams")
	}
	seen := map[uint64]bool{}
	for seed := range uint64(20) {
		for _, purpose := range []string{"", "init", "shuffle"} {
			for step := range uint64(20) {
				seen[first(seed, purpose, step)] = true
			}
		}
	}
	if len(seen) != 20*3*20 {
		t.Errorf("%d different first outputs, want %d", len(seen), 20*3*20)
	}
}

func TestSeedDoesNotAllocate(t *testing.T) {
	p := new(rand.PCG)
	if n := testing.AllocsPerRun(100, func() { Seed(p, 1, 2, 3) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
