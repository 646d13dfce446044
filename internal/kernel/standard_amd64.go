//go:build !noasm

package kernel

// standardising is the set with a kernel for StandardRows.
const standardising = avx512

// standardCall takes as many rows as are whole vectors.
//
//go:noinline
func standardCall(dst []float64, ldd int, columns [][]float64, shift, scale []float64) (rows, wrong int) {
	if rows = len(columns[0]) &^ 7; rows == 0 {
		return 0, 0
	}
	width := len(columns)
	_ = dst[(rows-1)*ldd+width-1]
	var from [standardColumns]*float64
	var minus, by [standardColumns]float64
	for j := range from {
		k := min(j, width-1) // the last one again where there are fewer
		from[j], minus[j], by[j] = &columns[k][:rows][0], shift[k], scale[k]
	}
	return rows, standardF64AVX512(&dst[0], 8*ldd, &from, &minus, &by, rows, width)
}
