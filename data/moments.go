package data

import (
	"math"
	"slices"
	"sync"

	"descent/internal/kernel"
)

// median sorts x and returns its middle value, the mean of the two middle ones
// for an even count.
func median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return x[n/2-1]/2 + x[n/2]/2
}

// meanSD is the mean and the population standard deviation of x, which holds no
// NaN.
func meanSD(x []float64) (mean, sd float64) {
	lo, hi := kernel.Smallest(x), kernel.Largest(x)
	m := momentsPool.Get().(*moments)
	defer momentsPool.Put(m)
	m.start(len(x), lo, hi)
	m.see(x)
	m.turn(lo, hi)
	m.see(x)
	return m.end()
}

// momentsPool lends the blocks of meanSD: a table of many columns would make one
// for each.
var momentsPool = sync.Pool{New: func() any { return new(moments) }}

// momentBlock is how many values are added up before their sum joins the total.
const momentBlock = 1024

// moments takes the mean and the population standard deviation (divided by n)
// of values that come in portions, in two passes: the second one corrects the
// mean for the rounding of the first. The result depends on the values and
// their order alone. Values, and squares of deviations, are added in units of
// the largest, so that they neither overflow nor vanish.
//
// start, see and repeat as often as need be; turn, see and repeat the same; end.
type moments struct {
	n       float64
	unit    float64 // what values or deviations are multiplied with: a power of two
	second  bool    // pass
	sum     float64
	mean    float64
	d1, d2  float64
	far     float64 // largest deviation
	block   [momentBlock]float64
	waiting int // values in block
}

// start begins the first pass over n values between lo and hi.
func (m *moments) start(n int, lo, hi float64) {
	m.n, m.unit = float64(n), inverse(max(math.Abs(lo), math.Abs(hi)))
	m.second, m.sum, m.mean, m.d1, m.d2, m.far, m.waiting = false, 0, 0, 0, 0, 0, 0
}

// inverse is a power of two that brings v near 1.
func inverse(v float64) float64 {
	_, exp := math.Frexp(v)
	return math.Ldexp(1, min(max(-exp, -1022), 1022))
}

// see takes values.
func (m *moments) see(x []float64) {
	for len(x) > 0 {
		if m.waiting == 0 && len(x) >= momentBlock {
			m.count(x[:momentBlock])
			x = x[momentBlock:]
			continue
		}
		k := copy(m.block[m.waiting:], x)
		x = x[k:]
		if m.waiting += k; m.waiting == momentBlock {
			m.flush()
		}
	}
}

// one takes one value.
func (m *moments) one(v float64) {
	m.block[m.waiting] = v
	if m.waiting++; m.waiting == momentBlock {
		m.flush()
	}
}

// flush counts what waits.
func (m *moments) flush() {
	m.count(m.block[:m.waiting])
	m.waiting = 0
}

// count adds up at most a block of values.
func (m *moments) count(x []float64) {
	part := m.block[:len(x)]
	if !m.second {
		kernel.MulScalar(part, x, m.unit)
		m.sum += kernel.Sum(part)
		return
	}
	kernel.AddScalar(part, x, -m.mean)
	kernel.Scale(m.unit, part)
	m.d1 += kernel.Sum(part)
	m.d2 += kernel.Dot(part, part)
}

// repeat takes a value so many times, behind all others.
func (m *moments) repeat(v float64, times int) {
	m.flush()
	k := float64(times)
	if !m.second {
		m.sum += k * (v * m.unit)
		return
	}
	d := (v - m.mean) * m.unit
	m.d1 += k * d
	m.d2 += k * (d * d)
}

// turn ends the first pass and begins the second.
func (m *moments) turn(lo, hi float64) {
	m.flush()
	m.mean = m.sum / m.n / m.unit
	m.far = max(math.Abs(lo-m.mean), math.Abs(hi-m.mean))
	m.second, m.unit = true, inverse(m.far)
}

// end is the result.
func (m *moments) end() (mean, sd float64) {
	m.flush()
	if m.far == 0 || math.IsInf(m.far, 0) {
		return m.mean, m.far
	}
	return m.mean + m.d1/m.n/m.unit, math.Sqrt(max(0, (m.d2-m.d1*m.d1/m.n)/m.n)) / m.unit
}
