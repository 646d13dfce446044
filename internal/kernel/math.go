package kernel

import "math"

// The elementary functions over slices: dst[i] = f(src[i]) for all of src. dst
// may be src; partly overlapping slices are not allowed. NaN gives NaN.
// The stated errors hold for every path (portable, avx2, avx512).

// Exp is e to the power x: float32 within 1.5 ulp, float64 within 1.5 ulp,
// subnormal results included.
func Exp[T Float](dst, src []T) { mathKernel(dst, src, expPaths, math.Exp) }

// Log is the natural logarithm: float32 within 1.5 ulp, float64 within 1.5
// ulp; log 0 = −∞, NaN below 0.
func Log[T Float](dst, src []T) { mathKernel(dst, src, logPaths, LogOf) }

// Tanh is the hyperbolic tangent: float32 and float64 within 2 ulp.
func Tanh[T Float](dst, src []T) { mathKernel(dst, src, tanhPaths, math.Tanh) }

// Sigmoid is 1/(1+exp(−x)), without overflow on either side: within 2.5 ulp.
func Sigmoid[T Float](dst, src []T) { mathKernel(dst, src, sigmoidPaths, SigmoidOf) }

// Softplus is log(1+exp(x)), without overflow: within 2.5 ulp.
func Softplus[T Float](dst, src []T) { mathKernel(dst, src, softplusPaths, SoftplusOf) }

// Sin is the sine: within 2 ulp; beyond 10⁴ (float32) or 10⁶ (float64) by
// package math.
func Sin[T Float](dst, src []T) { circular(dst, src, sinPaths, math.Sin) }

// Cos is the cosine, as Sin.
func Cos[T Float](dst, src []T) { circular(dst, src, cosPaths, math.Cos) }

// circular takes the chunks that hold an argument too large for the reduction
// of the kernels through package math.
func circular[T Float](dst, src []T, p *paths, twin func(float64) float64) {
	dst = dst[:len(src)]
	for len(src) > 0 {
		n := min(block, len(src))
		if active == portable || anyFar(src[:n]) {
			for i, v := range src[:n] {
				dst[i] = T(twin(float64(v)))
			}
		} else {
			mathKernel(dst[:n], src[:n], p, twin)
		}
		dst, src = dst[n:], src[n:]
	}
}

// anyFar reports whether an element is beyond what the kernels reduce.
func anyFar[T Float](x []T) bool {
	limit := T(1e6)
	if _, single := any(limit).(float32); single {
		limit = 1e4
	}
	n := 0
	if len(x) > few {
		if n = whole[T](len(x)); n > 0 && reduceBlock(x, n, farPaths) != 0 {
			return true
		}
	}
	for _, v := range x[n:] {
		if v > limit || v < -limit {
			return true
		}
	}
	return false
}

// paths are the versions of one function by instruction set; the portable one
// is nil.
type paths struct {
	f32 [3]func(dst, src *float32, n int)
	f64 [3]func(dst, src *float64, n int)
}

// chunk bounds the elements of one call of assembly, so that the collector
// never waits long for a preemption point.
const chunk = 1 << 14

func mathKernel[T Float](dst, src []T, p *paths, twin func(float64) float64) {
	dst = dst[:len(src)]
	if active == portable || p == nil {
		for i, v := range src {
			dst[i] = T(twin(float64(v)))
		}
		return
	}
	switch d := any(dst).(type) {
	case []float32:
		mathChunks(d, any(src).([]float32), p.f32[active], 8)
	case []float64:
		mathChunks(d, any(src).([]float64), p.f64[active], 4)
	}
}

func mathChunks[T Float](dst, src []T, f func(dst, src *T, n int), lanes int) {
	for len(src) > chunk {
		mathCall(dst[:chunk], src[:chunk], f, lanes)
		dst, src = dst[chunk:], src[chunk:]
	}
	if len(src) > 0 {
		mathCall(dst, src, f, lanes)
	}
}

//go:noinline
func mathCall[T Float](dst, src []T, f func(dst, src *T, n int), lanes int) {
	n := len(src)
	if active == avx2 {
		n -= n % lanes
	}
	if n > 0 {
		f(&dst[0], &src[0], n)
	}
	if rest := src[n:]; len(rest) > 0 {
		tail := grab[T](8)
		t := (*tail)[:8]
		clear(t)
		copy(t, rest)
		f(&t[0], &t[0], lanes)
		copy(dst[n:], t[:len(rest)])
		release(tail)
	}
}
