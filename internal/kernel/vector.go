package kernel

import "math"

// block is the number of elements summed with running accumulators before the
// partial sums are combined pairwise. Below it the error of a sum grows with
// block/8, above it with the logarithm of the number of blocks.
const block = 1024

// Dot is Σ xᵢyᵢ, summed in blocks that are then added pairwise, in an order
// fixed by the length alone. Products are taken in T, block sums in float64.
func Dot[T Float](x, y []T) float64 {
	y = y[:len(x)]
	var s pairwise
	for len(x) > block {
		s.add(dotBlock(x[:block], y[:block]))
		x, y = x[block:], y[block:]
	}
	s.add(dotBlock(x, y))
	return s.total()
}

func dotBlock[T Float](x, y []T) float64 {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	for len(x) >= 8 && len(y) >= 8 {
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		s4 += x[4] * y[4]
		s5 += x[5] * y[5]
		s6 += x[6] * y[6]
		s7 += x[7] * y[7]
		x, y = x[8:], y[8:]
	}
	for i, v := range x {
		s0 += v * y[i]
	}
	return (float64(s0) + float64(s4)) + (float64(s1) + float64(s5)) +
		((float64(s2) + float64(s6)) + (float64(s3) + float64(s7)))
}

// Sum is Σ xᵢ in the order of Dot.
func Sum[T Float](x []T) float64 {
	var s pairwise
	for len(x) > block {
		s.add(sumBlock(x[:block]))
		x = x[block:]
	}
	s.add(sumBlock(x))
	return s.total()
}

func sumBlock[T Float](x []T) float64 {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	for len(x) >= 8 {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
		s4 += x[4]
		s5 += x[5]
		s6 += x[6]
		s7 += x[7]
		x = x[8:]
	}
	for _, v := range x {
		s0 += v
	}
	return (float64(s0) + float64(s4)) + (float64(s1) + float64(s5)) +
		((float64(s2) + float64(s6)) + (float64(s3) + float64(s7)))
}

// pairwise adds a stream of numbers as a balanced binary tree: level k holds
// the sum of 2ᵏ earlier ones, as the digits of a binary counter do.
type pairwise struct {
	level [48]float64
	count uint64
}

func (p *pairwise) add(v float64) {
	k := 0
	for p.count>>k&1 == 1 {
		v = p.level[k] + v
		k++
	}
	p.level[k] = v
	p.count++
}

func (p *pairwise) total() float64 {
	s := 0.0
	for k := range p.level {
		if p.count>>k&1 == 1 {
			s = p.level[k] + s
		}
	}
	return s
}

// Norm2 is the Euclidean norm √(Σ xᵢ²). It is exact about overflow and
// underflow: when the plain sum of squares leaves the safe range, the vector
// is scaled by its largest entry first.
func Norm2[T Float](x []T) float64 {
	s := Dot(x, x)
	if s > safeMin && s < safeMax {
		return math.Sqrt(s)
	}
	m := NormInf(x)
	if m == 0 || math.IsInf(m, 0) || math.IsNaN(m) {
		return m
	}
	s = 0
	for _, v := range x {
		r := float64(v) / m
		s += r * r
	}
	return m * math.Sqrt(s)
}

// A sum of squares between these is right in float32 and float64 alike.
const safeMin, safeMax = 1e-30, 1e30

// NormInf is max |xᵢ|; NaN when any entry is NaN, 0 for an empty vector.
func NormInf[T Float](x []T) float64 {
	var m T
	for _, v := range x {
		if v != v {
			return math.NaN()
		}
		m = max(m, v, -v)
	}
	return float64(m)
}

// AllFinite reports whether no entry is NaN or infinite.
func AllFinite[T Float](x []T) bool {
	// v−v is 0 for a finite v and NaN otherwise, and NaN stays NaN in a sum.
	var s T
	for _, v := range x {
		s += v - v
	}
	return s == 0
}
