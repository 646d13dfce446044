package kernel

// gemv computes y = alpha·op(A)·x + beta·y for a row-major matrix of rows×cols
// as stored, and op the transpose if trans is set. Row by row, either as dot
// products or as multiples added up: each element of A is read once.
func gemv[T Float](trans bool, rows, cols int, alpha T, a []T, lda int, x []T, beta T, y []T) {
	if a, ok := any(a).([]float64); ok && isNarrow(cols) {
		x, y := any(x).([]float64), any(y).([]float64)
		if trans {
			narrowTransposed(rows, cols, float64(alpha), a, lda, x, float64(beta), y[:cols])
		} else {
			narrowProduct(rows, cols, float64(alpha), a, lda, x, float64(beta), y[:rows])
		}
		return
	}
	if !trans {
		for i := range rows {
			v := alpha * T(Dot(a[i*lda:i*lda+cols], x))
			if beta != 0 {
				v += beta * y[i]
			}
			y[i] = v
		}
		return
	}
	y = y[:cols]
	scaleRows(1, cols, beta, y, cols)
	// Sums of deep rows at a time, so that the error does not grow with all rows.
	slab := grab[T](cols)
	part := *slab
	for p := 0; p < rows; p += gemvDeep {
		clear(part)
		for q := p; q < min(p+gemvDeep, rows); q++ {
			Axpy(x[q], a[q*lda:q*lda+cols], part)
		}
		Axpy(alpha, part, y)
	}
	release(slab)
}

// gemvDeep is how many rows are added up before their sum joins the total.
const gemvDeep = 256

// vectorProduct handles the products whose result is one column or one row of
// contiguous numbers, and reports whether this is one.
func vectorProduct[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) bool {
	switch {
	case n == 1 && ldc == 1 && (transB || ldb == 1):
		if transA {
			gemv(true, k, m, alpha, a, lda, b[:k], beta, c[:m])
		} else {
			gemv(false, m, k, alpha, a, lda, b[:k], beta, c[:m])
		}
	case m == 1 && (!transA || lda == 1):
		if transB {
			gemv(false, n, k, alpha, b, ldb, a[:k], beta, c[:n])
		} else {
			gemv(true, k, n, alpha, b, ldb, a[:k], beta, c[:n])
		}
	default:
		return false
	}
	return true
}
