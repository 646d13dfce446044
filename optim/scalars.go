package optim

// scalars are float64 numbers that a rule remembers, in a buffer of its own
// element type that can be saved: each is kept as a sum of three parts, which is
// exact in float32 too (but for parts below 1e-38).
type scalars[T Float] []T

const scalarParts = 3

func newScalars[T Float](n int) scalars[T] { return make(scalars[T], scalarParts*n) }

// at is the number with the index i.
func (b scalars[T]) at(i int) float64 {
	p := b[scalarParts*i : scalarParts*i+scalarParts]
	return float64(p[0]) + float64(p[1]) + float64(p[2])
}

func (b scalars[T]) set(i int, v float64) {
	p := b[scalarParts*i : scalarParts*i+scalarParts]
	p[0] = T(v)
	if v -= float64(p[0]); !finite(v) {
		v = 0 // an infinity or NaN is all in the first part
	}
	p[1] = T(v)
	p[2] = T(v - float64(p[1]))
}
