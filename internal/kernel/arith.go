package kernel

import "math"

// Elementwise arithmetic over slices as long as dst. dst may be one of the
// arguments; partly overlapping slices are not allowed. Every path gives the
// same bits: assembly does what it can in whole vectors, the loops the rest.

// Add stores a + b.
func Add[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, addPaths); i < len(dst); i++ {
		dst[i] = a[i] + b[i]
	}
}

// Sub stores a − b.
func Sub[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, subPaths); i < len(dst); i++ {
		dst[i] = a[i] - b[i]
	}
}

// Mul stores a·b.
func Mul[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, mulPaths); i < len(dst); i++ {
		dst[i] = a[i] * b[i]
	}
}

// Div stores a / b.
func Div[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, divPaths); i < len(dst); i++ {
		dst[i] = a[i] / b[i]
	}
}

// AddScalar stores a + s.
func AddScalar[T Float](dst, a []T, s T) {
	for i := scalar(dst, a, s, addSPaths); i < len(dst); i++ {
		dst[i] = a[i] + s
	}
}

// MulScalar stores a·s.
func MulScalar[T Float](dst, a []T, s T) {
	for i := scalar(dst, a, s, mulSPaths); i < len(dst); i++ {
		dst[i] = a[i] * s
	}
}

// DivScalar stores a / s.
func DivScalar[T Float](dst, a []T, s T) {
	for i := scalar(dst, a, s, divSPaths); i < len(dst); i++ {
		dst[i] = a[i] / s
	}
}

// ScalarSub stores s − a.
func ScalarSub[T Float](dst []T, s T, a []T) {
	for i := scalar(dst, a, s, sSubPaths); i < len(dst); i++ {
		dst[i] = s - a[i]
	}
}

// ScalarDiv stores s / a.
func ScalarDiv[T Float](dst []T, s T, a []T) {
	for i := scalar(dst, a, s, sDivPaths); i < len(dst); i++ {
		dst[i] = s / a[i]
	}
}

// Equal stores 1 where a = b and 0 elsewhere.
func Equal[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, samePaths); i < len(dst); i++ {
		dst[i] = indicator[T](a[i] == b[i])
	}
}

// EqualScalar stores 1 where a = s and 0 elsewhere.
func EqualScalar[T Float](dst, a []T, s T) {
	for i := scalar(dst, a, s, sameSPaths); i < len(dst); i++ {
		dst[i] = indicator[T](a[i] == s)
	}
}

// indicator is 1 where a condition holds and 0 where it does not.
func indicator[T Float](holds bool) T {
	if holds {
		return 1
	}
	return 0
}

// Axpy adds a·x to y: for i { y[i] += a*x[i] }.
func Axpy[T Float](a T, x, y []T) {
	y = y[:len(x)]
	for i := axpy(y, x, y, a); i < len(y); i++ {
		y[i] += T(a * x[i])
	}
}

// AddScaled stores b + s·a, the product rounded first.
func AddScaled[T Float](dst []T, s T, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := axpy(dst, a, b, s); i < len(dst); i++ {
		dst[i] = b[i] + T(s*a[i])
	}
}

// Scale multiplies x by a.
func Scale[T Float](a T, x []T) { MulScalar(x, x, a) }

// Square stores a².
func Square[T Float](dst, a []T) {
	for i := unary(dst, a, squarePaths); i < len(dst); i++ {
		dst[i] = a[i] * a[i]
	}
}

// Sqrt stores √a.
func Sqrt[T Float](dst, a []T) {
	for i := unary(dst, a, sqrtPaths); i < len(dst); i++ {
		dst[i] = T(math.Sqrt(float64(a[i])))
	}
}

// Relu stores max(a, 0); NaN stays.
func Relu[T Float](dst, a []T) {
	for i := unary(dst, a, reluPaths); i < len(dst); i++ {
		dst[i] = max(a[i], 0)
	}
}

// Positive stores 1 where a > 0 and 0 elsewhere.
func Positive[T Float](dst, a []T) {
	for i := unary(dst, a, positivePaths); i < len(dst); i++ {
		v := T(0)
		if a[i] > 0 {
			v = 1
		}
		dst[i] = v
	}
}

// Abs stores |a|.
func Abs[T Float](dst, a []T) {
	for i := unary(dst, a, absPaths); i < len(dst); i++ {
		dst[i] = T(math.Abs(float64(a[i])))
	}
}

// Sign stores −1, 0 or 1; NaN stays.
func Sign[T Float](dst, a []T) {
	for i := unary(dst, a, signPaths); i < len(dst); i++ {
		dst[i] = signOf(a[i])
	}
}

func signOf[T Float](a T) T {
	switch {
	case a > 0:
		return 1
	case a < 0:
		return -1
	}
	return a // ±0 and NaN
}

// Floor stores the greatest whole number that is not above a.
func Floor[T Float](dst, a []T) {
	for i := unary(dst, a, floorPaths); i < len(dst); i++ {
		dst[i] = T(math.Floor(float64(a[i])))
	}
}

// Ceil stores the least whole number that is not below a.
func Ceil[T Float](dst, a []T) {
	for i := unary(dst, a, ceilPaths); i < len(dst); i++ {
		dst[i] = T(math.Ceil(float64(a[i])))
	}
}

// Min stores the smaller of a and b, NaN if either is; of zeros with different
// signs it may be either.
func Min[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, minPaths); i < len(dst); i++ {
		dst[i] = min(a[i], b[i])
	}
}

// Max stores the larger of a and b, as Min.
func Max[T Float](dst, a, b []T) {
	for i := binary(dst, a, b, maxPaths); i < len(dst); i++ {
		dst[i] = max(a[i], b[i])
	}
}

// MinScalar stores the smaller of a and s, as Min.
func MinScalar[T Float](dst, a []T, s T) {
	for i := scalar(dst, a, s, minSPaths); i < len(dst); i++ {
		dst[i] = min(a[i], s)
	}
}

// MaxScalar stores the larger of a and s, as Min.
func MaxScalar[T Float](dst, a []T, s T) {
	for i := scalar(dst, a, s, maxSPaths); i < len(dst); i++ {
		dst[i] = max(a[i], s)
	}
}

// Clip stores a brought into [low, high]; NaN stays.
func Clip[T Float](dst, a []T, low, high T) {
	for i := clip(dst, a, low, high); i < len(dst); i++ {
		dst[i] = min(max(a[i], low), high)
	}
}

// PowInt stores a to the whole power k, by repeated squaring with the bits of k
// from the lowest on; for k < 0 the reciprocal of that.
func PowInt[T Float](dst, a []T, k int) {
	size := max(k, -k)
	for i := powInt(dst, a, size); i < len(dst); i++ {
		x, y := a[i], T(1)
		for m := size; m > 0; m >>= 1 {
			if m&1 == 1 {
				y *= x
			}
			x *= x
		}
		dst[i] = y
	}
	if k < 0 {
		ScalarDiv(dst, 1, dst)
	}
}

// whole is how many of n elements assembly takes: all where it has a way with
// the last ones, otherwise whole vectors; none where there is no assembly, or where a
// loop beats the call.
func whole[T Float](n int) int {
	if n <= few {
		return 0
	}
	switch active {
	case portable:
		return 0
	case unmasked:
		if _, single := any(T(0)).(float32); single {
			return n &^ 7
		}
		return n &^ 3
	}
	return n
}

// Each of the following runs assembly over the elements that it can take, in
// chunks with a preemption point between them, and returns how many.

func unary[T Float](dst, a []T, p *map10Versions) int {
	if len(dst) <= few {
		return 0
	}
	n := whole[T](len(dst))
	a = a[:len(dst)]
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		switch d := any(dst).(type) {
		case []float32:
			call1(d[i:], any(a).([]float32)[i:], p.f32[active], m)
		case []float64:
			call1(d[i:], any(a).([]float64)[i:], p.f64[active], m)
		}
	}
	return n
}

func binary[T Float](dst, a, b []T, p *map20Versions) int {
	if len(dst) <= few {
		return 0
	}
	n := whole[T](len(dst))
	a, b = a[:len(dst)], b[:len(dst)]
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		switch d := any(dst).(type) {
		case []float32:
			call2(d[i:], any(a).([]float32)[i:], any(b).([]float32)[i:], p.f32[active], m)
		case []float64:
			call2(d[i:], any(a).([]float64)[i:], any(b).([]float64)[i:], p.f64[active], m)
		}
	}
	return n
}

func scalar[T Float](dst, a []T, s T, p *map11Versions) int {
	if len(dst) <= few {
		return 0
	}
	n := whole[T](len(dst))
	a = a[:len(dst)]
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		switch d := any(dst).(type) {
		case []float32:
			callS(d[i:], any(a).([]float32)[i:], float32(s), p.f32[active], m)
		case []float64:
			callS(d[i:], any(a).([]float64)[i:], float64(s), p.f64[active], m)
		}
	}
	return n
}

func axpy[T Float](dst, a, b []T, s T) int {
	if len(dst) <= few {
		return 0
	}
	n := whole[T](len(dst))
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		switch d := any(dst).(type) {
		case []float32:
			callA(d[i:], any(a).([]float32)[i:], any(b).([]float32)[i:], float32(s), axpyPaths.f32[active], m)
		case []float64:
			callA(d[i:], any(a).([]float64)[i:], any(b).([]float64)[i:], float64(s), axpyPaths.f64[active], m)
		}
	}
	return n
}

func clip[T Float](dst, a []T, low, high T) int {
	if len(dst) <= few {
		return 0
	}
	n := whole[T](len(dst))
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		switch d := any(dst).(type) {
		case []float32:
			callS2(d[i:], any(a).([]float32)[i:], float32(low), float32(high), clipPaths.f32[active], m)
		case []float64:
			callS2(d[i:], any(a).([]float64)[i:], float64(low), float64(high), clipPaths.f64[active], m)
		}
	}
	return n
}

func powInt[T Float](dst, a []T, k int) int {
	if len(dst) <= few || k == 0 {
		return 0
	}
	n := whole[T](len(dst))
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		switch d := any(dst).(type) {
		case []float32:
			callP(d[i:], any(a).([]float32)[i:], k, powIntPaths.f32[active], m)
		case []float64:
			callP(d[i:], any(a).([]float64)[i:], k, powIntPaths.f64[active], m)
		}
	}
	return n
}

//go:noinline
func call1[T Float](dst, a []T, f func(dst, a *T, n int), n int) { f(&dst[0], &a[0], n) }

//go:noinline
func call2[T Float](dst, a, b []T, f func(dst, a, b *T, n int), n int) { f(&dst[0], &a[0], &b[0], n) }

//go:noinline
func callS[T Float](dst, a []T, s T, f func(dst, a *T, s T, n int), n int) { f(&dst[0], &a[0], s, n) }

//go:noinline
func callA[T Float](dst, a, b []T, s T, f func(dst, a, b *T, s T, n int), n int) {
	f(&dst[0], &a[0], &b[0], s, n)
}

//go:noinline
func callS2[T Float](dst, a []T, s0, s1 T, f func(dst, a *T, s0, s1 T, n int), n int) {
	f(&dst[0], &a[0], s0, s1, n)
}

//go:noinline
func callP[T Float](dst, a []T, k int, f func(dst, a *T, k, n int), n int) { f(&dst[0], &a[0], k, n) }
