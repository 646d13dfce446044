//go:build !noasm

package kernel

var (
	tilers32 = [...]tiler[float32]{avx2: {rows: 6, cols: 16, tile: tileF32AVX2}, avx512: {rows: 12, cols: 32, slimRows: 16, masked: true, fuses: true, tile: tileF32AVX512, slim: slimF32AVX512}}
	tilers64 = [...]tiler[float64]{avx2: {rows: 6, cols: 8, tile: tileF64AVX2}, avx512: {rows: 12, cols: 16, slimRows: 16, masked: true, fuses: true, tile: tileF64AVX512, slim: slimF64AVX512}}
)
