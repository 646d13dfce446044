package kernel

import "sync"

// Gemm computes C = alpha·op(A)·op(B) + beta·C on row-major matrices, where
// op(A) is m×k, op(B) is k×n, C is m×n, and op transposes when its flag is
// set. lda, ldb and ldc are the distances between stored rows. With beta = 0
// the old contents of C are not read.
//
//	for i, j { c[i,j] = alpha*Σₚ a[i,p]*b[p,j] + beta*c[i,j] }
//
// The order of each sum depends on k alone.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	GemmWith(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, nil)
}

// GemmWith is Gemm followed by an epilogue, which is applied to each part of C
// as soon as its sums are complete; nil is none. Nothing is kept of epi.
func GemmWith[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, epi *Epilogue[T]) {
	if m == 0 || n == 0 {
		return
	}
	checkMatrix("C", m, n, false, len(c), ldc)
	var e Epilogue[T]
	if epi != nil {
		e = *epi
		e.check(m, n)
	}
	if k == 0 || alpha == 0 {
		scaleRows(m, n, beta, c, ldc)
		e.apply(0, 0, m, n, c, ldc)
		return
	}
	checkMatrix("A", m, k, transA, len(a), lda)
	checkMatrix("B", k, n, transB, len(b), ldb)
	if vectorProduct(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
		e.apply(0, 0, m, n, c, ldc)
		return
	}
	if active == portable {
		gemmPortable(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, e)
		return
	}
	gemmTiled(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, e)
}

// checkMatrix panics when a rows×cols matrix (stored transposed if trans) does
// not lie in n elements: assembly has no bounds checks of its own.
func checkMatrix(name string, rows, cols int, trans bool, n, ld int) {
	if trans {
		rows, cols = cols, rows
	}
	if ld < cols || n < (rows-1)*ld+cols {
		panic("kernel: Gemm: matrix " + name + " is larger than its slice")
	}
}

func scaleRows[T Float](m, n int, beta T, c []T, ldc int) {
	if beta == 1 {
		return
	}
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		if beta == 0 {
			clear(row)
		} else {
			Scale(beta, row)
		}
	}
}

var pool32, pool64 = sync.Pool{New: func() any { return new([]float32) }}, sync.Pool{New: func() any { return new([]float64) }}

// grab lends a work slice of at least n elements; release takes it back.
func grab[T Float](n int) *[]T {
	var s *[]T
	if _, ok := any(T(0)).(float32); ok {
		s = any(pool32.Get()).(*[]T)
	} else {
		s = any(pool64.Get()).(*[]T)
	}
	if cap(*s) < n {
		*s = Make[T](n)
	}
	*s = (*s)[:n]
	return s
}

func release[T Float](s *[]T) {
	switch s := any(s).(type) {
	case *[]float32:
		pool32.Put(s)
	case *[]float64:
		pool64.Put(s)
	}
}
