//go:build !noasm

package kernel

// compressing is the set that can move some elements of a vector together.
const compressing = avx512

//go:noinline
func betweenCall(dst, x []float64, lo, hi float64) (below, low, high, kept int) {
	return betweenF64AVX512(&dst[0], &x[0], len(x), lo, hi)
}
