// Package stream derives independent random streams from one seed. There is no
// global generator: every draw in the engine names its seed, its purpose and,
// where it repeats, its step, so that a run can be repeated or resumed exactly.
package stream

import (
	"hash/fnv"
	"math/rand/v2"
)

// New returns the generator of (seed, purpose, step). Equal arguments give
// equal streams on every platform; different ones give unrelated streams.
func New(seed uint64, purpose string, step uint64) *rand.Rand {
	p := new(rand.PCG)
	Seed(p, seed, Purpose(purpose), step)
	return rand.New(p)
}

// Purpose is the number that stands for a purpose's name: its FNV-1a hash.
func Purpose(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash never fails
	return h.Sum64()
}

// Seed sets p to the start of the stream (seed, purpose, step) without
// allocating. The three words go through SplitMix64 one after the other
// (Steele, Lea, Flood 2014), because PCG itself turns neighbouring seeds into
// neighbouring states.
func Seed(p *rand.PCG, seed, purpose, step uint64) {
	h := mix(mix(mix(seed)^purpose) ^ step)
	p.Seed(h, mix(h))
}

// mix is the SplitMix64 step: add the golden ratio, then scramble.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
