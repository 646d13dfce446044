package optim

import (
	"cmp"
	"math"
)

// LazyNormalized is the normalised adaptive gradient of Ross, Mineiro and
// Langford (UAI 2013, algorithm 2), as in Vowpal Wabbit: rates that fall with
// the sum of squared gradients and do not depend on the units of the features,
//
//	s ← max(s, |x|), w ← w·s′/s where it grows;  N ← N + Σ x²/s²,  G ← G + g²
//	w ← w − η·√(t/N)·g/(s·√G)
//
// with steps that heed the weight of a row as if it came so many times
// (RowLoss.Along).
type LazyNormalized struct {
	Rate float64 // η
	sums [2]float64
}

// The fields: w, last, G, s, and the rate.
const normalizedFields = 5

func (r *LazyNormalized) fields() int        { return normalizedFields }
func (r *LazyNormalized) mass() int          { return 2 }
func (r *LazyNormalized) largest() int       { return 3 }
func (r *LazyNormalized) begin(*Shard, int)  {}
func (r *LazyNormalized) check() error       { return cmp.Or(checkRate("normalized", r.Rate)) }
func (r *LazyNormalized) numbers() []float64 { return r.sums[:] } // t and N

func (r *LazyNormalized) current(s *Shard, at int) { s.catchUpAlone(at, 4) }

// prepare takes notice of the features' sizes.
func (r *LazyNormalized) prepare(s *Shard, row *Example) {
	outputs, sum := s.model.Outputs, 0.0
	for i, j := range row.Index {
		x := math.Abs(row.Value[i])
		for o := range outputs {
			p := s.state[(int(j)*outputs+o)*normalizedFields:][:normalizedFields]
			if x > p[3] {
				if s.model.L1 > 0 || s.model.L2 > 0 {
					r.current(s, (int(j)*outputs+o)*normalizedFields)
				}
				p[0] *= p[3] / x
				p[3] = x
			}
			if o == 0 && x > 0 {
				sum += x * x / (p[3] * p[3])
			}
		}
	}
	s.numbers[0]++
	s.numbers[1] += sum
}

func (r *LazyNormalized) learn(s *Shard, row *Example) {
	outputs := s.model.Outputs
	mean := r.Rate * math.Sqrt(s.numbers[0]/s.numbers[1])
	for o, slope := range row.slope {
		if slope == 0 {
			continue
		}
		h, along := row.Weight*slope*slope, 0.0
		for i, j := range row.Index {
			p := s.state[(int(j)*outputs+o)*normalizedFields:][:normalizedFields]
			x := row.Value[i]
			if x == 0 {
				continue
			}
			p[2] += h * x * x
			p[4] = mean / (p[3] * math.Sqrt(p[2]))
			along += p[4] * x * x
		}
		step := row.Weight * slope
		if outputs == 1 {
			step = s.model.Loss.Along(row.z[0], row.Target, row.Weight, along)
		}
		for i, j := range row.Index {
			p := s.state[(int(j)*outputs+o)*normalizedFields:][:normalizedFields]
			p[0] -= step * p[4] * row.Value[i]
		}
	}
}
