package kernel

// Matrices of few columns, as tables are, have kernels of their own for products
// with a vector: at such widths a call for each row costs more than the row.

// narrowProduct is gemv for a matrix of few columns, not transposed. Every row
// is summed in the same order wherever it stands.
func narrowProduct(rows, cols int, alpha float64, a []float64, lda int, x []float64, beta float64, y []float64) {
	var sums [gemvDeep]float64
	for lo := 0; lo < rows; lo += gemvDeep {
		n := min(gemvDeep, rows-lo)
		narrowBlock(sums[:n], a[lo*lda:], x, cols, lda)
		for i, s := range sums[:n] {
			s *= alpha
			if beta != 0 {
				s += beta * y[lo+i]
			}
			y[lo+i] = s
		}
	}
}

// narrowBlock stores the products of some rows, four at a time. The last four
// overlap those before; fewer than four are taken one by one, each as four rows
// on top of one another.
//
//go:noinline
func narrowBlock(sums, a, x []float64, cols, lda int) {
	n := len(sums)
	if whole := n &^ 3; whole > 0 {
		narrowDots(&sums[0], &a[0], &x[0], whole, 8*lda, cols)
		if whole < n {
			narrowDots(&sums[n-4], &a[(n-4)*lda], &x[0], 4, 8*lda, cols)
		}
		return
	}
	for i := range n {
		var same [4]float64
		narrowDots(&same[0], &a[i*lda], &x[0], 4, 0, cols)
		sums[i] = same[0]
	}
}

// narrowTransposed is gemv for a transposed matrix of few columns.
func narrowTransposed(rows, cols int, alpha float64, a []float64, lda int, x []float64, beta float64, y []float64) {
	scaleRows(1, cols, beta, y, cols)
	var slab [narrowColumns]float64
	part := slab[:cols]
	for p := 0; p < rows; p += gemvDeep {
		n := min(gemvDeep, rows-p)
		narrowSlab(part, a[p*lda:], x[p:], n, lda)
		addNarrow(alpha, part, y)
	}
}

// narrowSlab stores Σ x[i]·row i of n rows.
//
//go:noinline
func narrowSlab(part, a, x []float64, n, lda int) {
	if whole := n &^ 1; whole > 0 {
		narrowSum(&part[0], &a[0], &x[0], whole, 8*lda, len(part))
	} else {
		clear(part)
	}
	if n%2 == 1 {
		addNarrow(x[n-1], a[(n-1)*lda:][:len(part)], part)
	}
}

// addNarrow adds a·x to y by a loop: a kernel behind a pointer would put y on the
// heap.
func addNarrow(a float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float64(a * v)
	}
}
