package graph

import (
	"math"

	"descent/internal/kernel"
)

// Block operations on arrays, row-major.

func fill[T Float](dst []T, s T) {
	if s == 0 && !math.Signbit(float64(s)) {
		clear(dst)
		return
	}
	for i := range dst {
		dst[i] = s
	}
}

// addRows adds the rows of x to rows start, start+step, ... of dst, or to the
// rows of the index.
func addRows[T Float](dst, x []T, b *block) {
	if b.index == nil && b.step == 1 {
		kernel.Axpy(1, x, dst[b.start*b.inner:][:len(x)])
		return
	}
	for i := range b.n {
		at := b.start + i*b.step
		if b.index != nil {
			at = b.index[i]
		}
		row := dst[at*b.inner:][:b.inner]
		for k, v := range x[i*b.inner:][:b.inner] {
			row[k] += v
		}
	}
}

// takeRows copies rows start, start+step, ... of x, or those of the index.
func takeRows[T Float](dst, x []T, b *block) {
	for i := range b.n {
		at := b.start + i*b.step
		if b.index != nil {
			at = b.index[i]
		}
		if b.inner == 1 {
			dst[i] = x[at]
		} else {
			copy(dst[i*b.inner:][:b.inner], x[at*b.inner:])
		}
	}
}

// repeat writes src to a larger array: dims are its extents, and strides how
// far to move in src along each.
func repeat[T Float](dst, src []T, dims, strides []int) {
	n := len(dst) / dims[0]
	switch {
	case len(dims) == 1 && strides[0] == 0:
		fill(dst, src[0])
	case len(dims) == 1:
		copy(dst, src)
	default:
		for i := range dims[0] {
			repeat(dst[i*n:][:n], src[i*strides[0]:], dims[1:], strides[1:])
		}
	}
}

// transpose writes x [rows, cols] as [cols, rows], tile by tile.
func transpose[T Float](dst, x []T, rows, cols int) {
	const tile = 16
	for i0 := 0; i0 < rows; i0 += tile {
		for j0 := 0; j0 < cols; j0 += tile {
			for i := i0; i < min(i0+tile, rows); i++ {
				for j := j0; j < min(j0+tile, cols); j++ {
					dst[j*rows+i] = x[i*cols+j]
				}
			}
		}
	}
}

func matMul[T Float](dst, x, y []T, b *block, e *kernel.Epilogue[T]) {
	m, n, k := b.outer, b.inner, b.n
	lda, ldb := k, n
	if b.transA {
		lda = m
	}
	if b.transB {
		ldb = k
	}
	kernel.GemmWith(b.transA, b.transB, m, n, k, 1, x, lda, y, ldb, 0, dst, n, e)
}
