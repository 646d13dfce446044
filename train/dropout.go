package train

import (
	"math/rand/v2"

	"descent/internal/kernel"
	"descent/internal/stream"
	"descent/model"
)

// masks are the dropout masks of one batch. Which outputs drop out is a pure
// function of the seed, the layer and the step: any number of threads, and a fit
// that goes on after it was killed, see the same.
type masks[T kernel.Float] struct {
	seed uint64
	of   []model.Mask
	v    [][]T // for each of them, [rows, Units]
	pcg  rand.PCG
}

// newMasks allocates the masks for a number of rows.
func newMasks[T kernel.Float](of []model.Mask, rows int, seed uint64) *masks[T] {
	m := &masks[T]{seed: seed, of: of, v: make([][]T, len(of))}
	for i, mask := range of {
		m.v[i] = make([]T, rows*mask.Units)
	}
	return m
}

var dropoutPurpose = stream.Purpose("train/dropout")

// draw fills the masks of a step: 0 with probability Rate, otherwise 1/(1−Rate).
// The rate is met to 2⁻³², as each random word serves two elements.
func (m *masks[T]) draw(step int) {
	for i, mask := range m.of {
		stream.Seed(&m.pcg, m.seed, dropoutPurpose+uint64(i), uint64(step))
		least := uint32(mask.Rate * (1 << 32)) // random numbers below it drop out
		keep := [2]T{0, T(1 / (1 - mask.Rate))}
		v := m.v[i]
		for len(v) >= 2 {
			u := m.pcg.Uint64()
			v[0], v[1] = keep[notBelow(uint32(u), least)], keep[notBelow(uint32(u>>32), least)]
			v = v[2:]
		}
		if len(v) > 0 {
			v[0] = keep[notBelow(uint32(m.pcg.Uint64()), least)]
		}
	}
}

// notBelow is 0 where a < b, otherwise 1, without a branch: which of the two is
// random here.
func notBelow(a, b uint32) uint64 { return 1 - (uint64(a)-uint64(b))>>63 }
