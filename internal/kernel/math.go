package kernel

import "math"

// The elementary functions over slices: dst[i] = f(src[i]) for all of src. dst
// may be src; partly overlapping slices are not allowed. NaN gives NaN.
// The stated errors hold for every path (portable, avx2, avx512, neon).

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

// Expm1 is exp(x) − 1 without cancellation: within 2 ulp.
func Expm1[T Float](dst, src []T) { mathKernel(dst, src, expm1Paths, math.Expm1) }

// Log1p is log(1 + x) without cancellation: within 2 ulp; log1p −1 = −∞, NaN
// below.
func Log1p[T Float](dst, src []T) { mathKernel(dst, src, log1pPaths, math.Log1p) }

// Erf is the error function: within 2 ulp.
func Erf[T Float](dst, src []T) { mathKernel(dst, src, erfPaths, math.Erf) }

// Pow stores a to the power b, within 1.5 ulp, with the special cases of
// math.Pow. Blocks in which every a is positive and finite take the kernel; the
// others, which may hold negative bases with whole exponents, PowOf.
func Pow[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := 0; i < len(dst); i += powBlock {
		end := min(i+powBlock, len(dst))
		d, x, y := dst[i:end], a[i:end], b[i:end]
		k := 0
		if allPositive(x) {
			k = binary(d, x, y, powPaths)
		}
		for ; k < len(d); k++ {
			d[k] = T(PowOf(float64(x[k]), float64(y[k])))
		}
	}
}

// PowScalar stores a to the power s, as Pow.
func PowScalar[T Float](dst, a []T, s T) {
	a = a[:len(dst)]
	for i := 0; i < len(dst); i += powBlock {
		end := min(i+powBlock, len(dst))
		d, x := dst[i:end], a[i:end]
		k := 0
		if allPositive(x) {
			k = scalar(d, x, s, powSPaths)
		}
		for ; k < len(d); k++ {
			d[k] = T(PowOf(float64(x[k]), float64(s)))
		}
	}
}

// ScalarPow stores s to the power a, as Pow.
func ScalarPow[T Float](dst []T, s T, a []T) {
	k := 0
	if s > 0 && !math.IsInf(float64(s), 1) {
		k = scalar(dst, a, s, sPowPaths)
	}
	for ; k < len(dst); k++ {
		dst[k] = T(PowOf(float64(s), float64(a[k])))
	}
}

// powBlock is how many elements one base that is not positive sends to
// PowOf.
const powBlock = 256

// allPositive reports whether the power kernel takes these bases.
func allPositive[T Float](x []T) bool {
	n := 0
	if len(x) > few {
		if n = whole[T](len(x)); n > 0 && reduceBlock(x, n, notPositivePaths) != 0 {
			return false
		}
	}
	for _, v := range x[n:] {
		if !(v > 0) || math.IsInf(float64(v), 1) {
			return false
		}
	}
	return true
}

// Sin is the sine: within 2 ulp; beyond 10⁴ (float32) or 10⁶ (float64) by
// package math.
func Sin[T Float](dst, src []T) { circular(dst, src, sinPaths, math.Sin) }

// Cos is the cosine, as Sin.
func Cos[T Float](dst, src []T) { circular(dst, src, cosPaths, math.Cos) }

// circular takes the chunks that hold an argument too large for the reduction
// of the kernels through package math.
func circular[T Float](dst, src []T, p *map10Versions, twin func(float64) float64) {
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

// chunk bounds the elements of one call of assembly, so that the collector
// never waits long for a preemption point.
const chunk = 1 << 14

func mathKernel[T Float](dst, src []T, p *map10Versions, twin func(float64) float64) {
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
	if active == unmasked {
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
