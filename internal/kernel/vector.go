package kernel

import "math"

// block is the number of elements summed with running accumulators before the
// partial sums are combined pairwise. Below it the error of a sum grows with
// the terms of one accumulator, above it with the logarithm of the number of
// blocks.
const block = 4096

// Dot is Σ xᵢyᵢ, summed in blocks that are then added pairwise, in an order
// fixed by the length alone. Products are taken in T, block sums in float64.
func Dot[T Float](x, y []T) float64 {
	y = y[:len(x)]
	if len(x) <= block {
		return dotBlock(x, y)
	}
	var s pairwise
	for len(x) > 0 {
		n := min(block, len(x))
		s.add(dotBlock(x[:n], y[:n]))
		x, y = x[n:], y[n:]
	}
	return s.total()
}

// few is the length below which a loop beats a call.
const few = 8

//go:noinline
func dotBlock[T Float](x, y []T) float64 {
	if len(x) <= few || active == portable {
		return dotLoop(x, y)
	}
	n := whole[T](len(x))
	s := 0.0
	switch x := any(x).(type) {
	case []float32:
		s = dotPaths.f32[active](&x[0], &any(y).([]float32)[0], n)
	case []float64:
		s = dotPaths.f64[active](&x[0], &any(y).([]float64)[0], n)
	}
	if n < len(x) {
		s += dotLoop(x[n:], y[n:])
	}
	return s
}

func dotLoop[T Float](x, y []T) float64 {
	var s0, s1, s2, s3 T
	for len(x) >= 4 && len(y) >= 4 {
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s0 += v * y[i]
	}
	return (float64(s0) + float64(s1)) + (float64(s2) + float64(s3))
}

// Sum is Σ xᵢ in the order of Dot.
func Sum[T Float](x []T) float64 {
	if len(x) <= block {
		return sumBlock(x)
	}
	var s pairwise
	for len(x) > 0 {
		n := min(block, len(x))
		s.add(sumBlock(x[:n]))
		x = x[n:]
	}
	return s.total()
}

//go:noinline
func sumBlock[T Float](x []T) float64 {
	if len(x) <= few || active == portable {
		return sumLoop(x)
	}
	n := whole[T](len(x))
	s := 0.0
	if n > 0 {
		s = reduceBlock(x, n, sumPaths)
	}
	if n < len(x) {
		s += sumLoop(x[n:])
	}
	return s
}

func sumLoop[T Float](x []T) float64 {
	var s0, s1, s2, s3 T
	for len(x) >= 4 {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
		x = x[4:]
	}
	for _, v := range x {
		s0 += v
	}
	return (float64(s0) + float64(s1)) + (float64(s2) + float64(s3))
}

// Adder is Sum of numbers that come in portions: to the bit that of all of them
// in one vector. The zero value is a sum of none.
type Adder struct {
	tree    pairwise
	waiting [block]float64
	n       int // that wait
}

// Add takes the next numbers.
func (a *Adder) Add(x []float64) {
	for len(x) > 0 {
		k := copy(a.waiting[a.n:], x)
		x = x[k:]
		if a.n += k; a.n == block {
			a.tree.add(sumBlock(a.waiting[:]))
			a.n = 0
		}
	}
}

// Total is the sum of what was added so far.
func (a *Adder) Total() float64 {
	all := a.tree
	if a.n > 0 {
		all.add(sumBlock(a.waiting[:a.n]))
	}
	return all.total()
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
	for len(x) > 0 {
		size := min(block, len(x))
		v, n := extreme(x[:size], largestAbsPaths, m)
		m = max(m, v)
		for _, v := range x[n:size] {
			m = max(m, v, -v)
		}
		x = x[size:]
	}
	return float64(m)
}

// Largest is max xᵢ; NaN when any entry is NaN, −∞ for an empty vector.
func Largest[T Float](x []T) float64 {
	m := T(math.Inf(-1))
	for len(x) > 0 {
		size := min(block, len(x))
		v, n := extreme(x[:size], largestPaths, m)
		m = max(m, v)
		for _, v := range x[n:size] {
			m = max(m, v)
		}
		x = x[size:]
	}
	return float64(m)
}

// Smallest is min xᵢ; NaN when any entry is NaN, +∞ for an empty vector.
func Smallest[T Float](x []T) float64 {
	m := T(math.Inf(1))
	for len(x) > 0 {
		size := min(block, len(x))
		v, n := extreme(x[:size], smallestPaths, m)
		m = min(m, v)
		for _, v := range x[n:size] {
			m = min(m, v)
		}
		x = x[size:]
	}
	return float64(m)
}

// extreme is the result of the elements that assembly takes, and how many these
// are; m if there are none.
//
//go:noinline
func extreme[T Float](x []T, p *fold1Versions, m T) (T, int) {
	if len(x) <= few {
		return m, 0
	}
	n := whole[T](len(x))
	if n == 0 {
		return m, 0
	}
	return T(reduceBlock(x, n, p)), n
}

// AllFinite reports whether no entry is NaN or infinite.
func AllFinite[T Float](x []T) bool {
	for len(x) > 0 {
		n := min(block, len(x))
		if !finiteBlock(x[:n]) {
			return false
		}
		x = x[n:]
	}
	return true
}

//go:noinline
func finiteBlock[T Float](x []T) bool {
	n := 0
	if len(x) > few {
		if n = whole[T](len(x)); n > 0 && reduceBlock(x, n, wrongPaths) != 0 {
			return false
		}
	}
	// v−v is 0 for a finite v and NaN otherwise, and NaN stays NaN in a sum.
	var s T
	for _, v := range x[n:] {
		s += v - v
	}
	return s == 0
}

// reduceBlock runs the assembly of a reduction over the first n elements.
func reduceBlock[T Float](x []T, n int, p *fold1Versions) float64 {
	if x, single := any(x).([]float32); single {
		return p.f32[active](&x[0], n)
	}
	return p.f64[active](&any(x).([]float64)[0], n)
}
