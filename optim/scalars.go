package optim

import "math"

// scalars are float64 numbers that a rule remembers, in a buffer of its own
// element type that can be saved: each as four whole numbers of 16 bits, which
// every element type holds exactly.
type scalars[T Float] []T

const scalarParts = 4

func newScalars[T Float](n int) scalars[T] { return make(scalars[T], scalarParts*n) }

// at is the number with the index i.
func (b scalars[T]) at(i int) float64 {
	p := b[scalarParts*i : scalarParts*i+scalarParts]
	return math.Float64frombits(uint64(p[0])<<48 | uint64(p[1])<<32 | uint64(p[2])<<16 | uint64(p[3]))
}

func (b scalars[T]) set(i int, v float64) {
	p, bits := b[scalarParts*i:scalarParts*i+scalarParts], math.Float64bits(v)
	for k := range p {
		p[k] = T(bits >> (48 - 16*k) & 0xFFFF)
	}
}
