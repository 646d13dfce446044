package kernel

// The number of rows that ColumnSums adds in T, and before they join the total.
const (
	rowsInT     = 8
	rowsInBlock = 128
)

// ColumnSums stores the sums of the columns of x, a matrix of len(total)
// columns whose rows begin stride elements apart: eight rows in T, these in
// float64, sixteen at a time. Every path gives the same bits.
//
//	for j { total[j] = Σᵢ x[i·stride + j] }
//
// part is memory to work in, as long as total.
func ColumnSums[T Float](total, part []float64, x []T, stride, rows int) {
	clear(total)
	part = part[:len(total)]
	for i := 0; i < rows; i += rowsInBlock {
		n := min(rowsInBlock, rows-i)
		columnSums(part, x[i*stride:][:(n-1)*stride+len(total)], stride, n)
		Add(total, total, part)
	}
}

// columnSums adds the rows of one block.
//
//go:noinline
func columnSums[T Float](sum []float64, x []T, stride, rows int) {
	n := whole[T](len(sum))
	if n > 0 {
		bytes := byteLen[T](stride)
		switch x := any(x).(type) {
		case []float32:
			columnSumsPaths.f32[active](&sum[0], &x[0], bytes, rows, n)
		case []float64:
			columnSumsPaths.f64[active](&sum[0], &x[0], bytes, rows, n)
		}
	}
	for j := n; j < len(sum); j++ {
		sum[j] = columnSum(x[j:], stride, rows)
	}
}

// columnSum adds one column.
func columnSum[T Float](x []T, stride, rows int) (sum float64) {
	for i := 0; i < rows; i += rowsInT {
		part := x[i*stride]
		for r := i + 1; r < min(i+rowsInT, rows); r++ {
			part += x[r*stride]
		}
		sum += float64(part)
	}
	return sum
}
