//go:build !noasm

package kernel

var (
	tilers32 = [...]tiler[float32]{avx2: {rows: 6, cols: 16, tile: tileF32AVX2}, avx512: {12, 32, 16, true, true, tileF32AVX512, slimF32AVX512}}
	tilers64 = [...]tiler[float64]{avx2: {rows: 6, cols: 8, tile: tileF64AVX2}, avx512: {12, 16, 16, true, true, tileF64AVX512, slimF64AVX512}}
)
