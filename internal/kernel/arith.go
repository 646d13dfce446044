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

// binaryPaths and scalarPaths are like paths, for two vectors and for a vector
// and a number.
type binaryPaths struct {
	f32 [3]func(dst, a, b *float32, n int)
	f64 [3]func(dst, a, b *float64, n int)
}

type scalarPaths struct {
	f32 [3]func(dst, a *float32, s float32, n int)
	f64 [3]func(dst, a *float64, s float64, n int)
}

type axpyPathSet struct {
	f32 [3]func(dst, a, b *float32, s float32, n int)
	f64 [3]func(dst, a, b *float64, s float64, n int)
}

// whole is how many of n elements assembly takes: all where it masks the last
// vector, otherwise whole vectors; none where there is no assembly, or where a
// loop beats the call.
func whole[T Float](n int) int {
	if n <= few {
		return 0
	}
	switch active {
	case portable:
		return 0
	case avx2:
		if _, single := any(T(0)).(float32); single {
			return n &^ 7
		}
		return n &^ 3
	}
	return n
}

// Each of the following runs assembly over the elements that it can take, in
// chunks with a preemption point between them, and returns how many.

func unary[T Float](dst, a []T, p *paths) int {
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

func binary[T Float](dst, a, b []T, p *binaryPaths) int {
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

func scalar[T Float](dst, a []T, s T, p *scalarPaths) int {
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
