package kernel

import (
	"math"
	"sync"
)

// rowsAtOnce is how many rows one call of a kernel over rows takes at most.
const rowsAtOnce = 64

// expSums are the largest elements of some rows, and the sums of the
// exponentials of what the others are below it.
type expSums struct{ tops, sums [rowsAtOnce]float64 }

var expSumsPool = sync.Pool{New: func() any { return new(expSums) }}

// LogSumExpRows stores log Σ exp(x) of each row of n ≥ 1 elements of x, as many
// as dst has: without overflow, and within 2 ulp of what is largest in size among
// the result, log n and the largest element. Float64 sums of more than 256 terms
// may add n/256 ulp. A row whose largest element is infinite gives that, one that
// holds NaN gives NaN.
func LogSumExpRows[T Float](dst, x []T, n int) {
	if n > chunk {
		for r := range dst {
			dst[r] = T(LogSumExp(x[r*n:][:n]))
		}
		return
	}
	s := expSumsPool.Get().(*expSums)
	defer expSumsPool.Put(s)
	many := min(rowsAtOnce, max(1, chunk/n))
	for r := 0; r < len(dst); r += many {
		rows := dst[r:min(r+many, len(dst))]
		expSumRows(s, x[r*n:][:len(rows)*n], len(rows), n)
		sums := s.sums[:len(rows)]
		Log(sums, sums)
		for i, log := range sums {
			if top := s.tops[i]; math.IsInf(top, 0) {
				rows[i] = T(top)
			} else {
				rows[i] = T(top + log)
			}
		}
	}
}

// LogSumExp is log Σ exp(x), as LogSumExpRows: −∞ of nothing.
func LogSumExp[T Float](x []T) float64 {
	top, sum := expSum(x)
	if math.IsInf(top, 0) {
		return top
	}
	return top + math.Log(sum)
}

// expSum is the largest element of x and Σ exp(x − top), chunk by chunk.
func expSum[T Float](x []T) (top, sum float64) {
	top = math.Inf(-1)
	s := expSumsPool.Get().(*expSums)
	defer expSumsPool.Put(s)
	for len(x) > 0 {
		n := min(chunk, len(x))
		expSumRows(s, x[:n], 1, n)
		t, part := s.tops[0], s.sums[0]
		switch {
		case t > top || t != t:
			top, sum = t, part+sum*math.Exp(top-t)
		case !math.IsInf(t, -1):
			sum += part * math.Exp(t-top)
		}
		x = x[n:]
	}
	return top, sum
}

// SoftmaxRows stores exp(x)/Σ exp(x) of each row of n ≥ 1 elements of x, as many
// rows as dst has: without overflow, float32 within 2 ulp and float64 within 4 of
// each share, or of the smallest normal number; 2 ulp more in rows of over 16384
// elements. Float64 sums of more than 256 terms may add n/256 ulp. dst may be x.
// A row whose largest element is infinite or that holds NaN gives NaN.
func SoftmaxRows[T Float](dst, x []T, n int) {
	x = x[:len(dst)]
	if n > chunk {
		for ; len(dst) >= n; dst, x = dst[n:], x[n:] {
			longSoftmax(dst[:n], x[:n])
		}
		return
	}
	s := expSumsPool.Get().(*expSums)
	defer expSumsPool.Put(s)
	many := min(rowsAtOnce, max(1, chunk/n)) * n
	for ; len(dst) > 0; dst, x = dst[min(many, len(dst)):], x[min(many, len(x)):] {
		softmaxCall(s, dst[:min(many, len(dst))], x, n)
	}
}

// longSoftmax joins the shares of the chunks of one row.
func longSoftmax[T Float](dst, x []T) {
	top, sum := expSum(x)
	s := expSumsPool.Get().(*expSums)
	defer expSumsPool.Put(s)
	for ; len(x) > 0; dst, x = dst[min(chunk, len(x)):], x[min(chunk, len(x)):] {
		n := min(chunk, len(x))
		softmaxCall(s, dst[:n], x, n)
		if math.IsInf(s.tops[0], -1) && s.tops[0] < top {
			clear(dst[:n]) // −∞ alone has no shares of its own
		} else {
			Scale(T(s.sums[0]*math.Exp(s.tops[0]-top)/sum), dst[:n])
		}
	}
}

//go:noinline
func softmaxCall[T Float](s *expSums, dst, x []T, n int) {
	rows := len(dst) / n
	if active == portable {
		for r := range rows {
			softmaxLoop(dst[r*n:][:n], x[r*n:][:n])
		}
		if rows == 1 {
			s.tops[0], s.sums[0] = expSumLoop(x[:n])
		}
		return
	}
	switch d := any(dst).(type) {
	case []float32:
		softmaxPaths.f32[active](&d[0], &any(x).([]float32)[0], &s.tops[0], &s.sums[0], rows, n)
	case []float64:
		softmaxPaths.f64[active](&d[0], &any(x).([]float64)[0], &s.tops[0], &s.sums[0], rows, n)
	}
}

//go:noinline
func expSumRows[T Float](s *expSums, x []T, rows, n int) {
	if active == portable {
		for r := range rows {
			s.tops[r], s.sums[r] = expSumLoop(x[r*n:][:n])
		}
		return
	}
	switch x := any(x).(type) {
	case []float32:
		expSumsPaths.f32[active](&x[0], &s.tops[0], &s.sums[0], rows, n)
	case []float64:
		expSumsPaths.f64[active](&x[0], &s.tops[0], &s.sums[0], rows, n)
	}
}

// expSumLoop is the portable twin of a row.
func expSumLoop[T Float](x []T) (top, sum float64) {
	largest := x[0]
	for _, v := range x[1:] {
		largest = max(largest, v)
	}
	top = float64(largest)
	lost := 0.0 // by the additions (Neumaier 1974)
	for _, v := range x {
		e := expBelow(float64(v), top)
		next := sum + e
		if sum >= e {
			lost += (sum - next) + e
		} else {
			lost += (e - next) + sum
		}
		sum = next
	}
	return top, sum + lost
}

func softmaxLoop[T Float](dst, x []T) {
	top, sum := expSumLoop(x)
	for i, v := range x {
		dst[i] = T(expBelow(float64(v), top) / sum)
	}
}

// expBelow is exp(x − top), with what rounding the difference lost.
func expBelow(x, top float64) float64 {
	d := x - top
	back := d - x
	lost := (x - (d - back)) - (top + back)
	e := math.Exp(d)
	if e == 0 || lost != lost {
		return e
	}
	return e + e*lost
}
