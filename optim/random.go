package optim

import (
	"fmt"

	"descent/internal/stream"
)

// RandomPoint fills out with numbers spread evenly over [lo, hi), drawn from
// the stream of (seed, purpose): the same arguments give the same point on
// every machine, and another purpose an unrelated one.
func RandomPoint[T Float](seed uint64, purpose string, lo, hi float64, out []T) error {
	if !(lo < hi) || !finite(lo) || !finite(hi) {
		return fmt.Errorf("optim: a random point needs a range lo < hi, got %v to %v", lo, hi)
	}
	rng := stream.New(seed, purpose, 0)
	for i := range out {
		t := rng.Float64()
		out[i] = T(lo*(1-t) + hi*t) // hi−lo may overflow
	}
	return nil
}
