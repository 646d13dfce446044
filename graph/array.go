package graph

import (
	"math"

	"descent/internal/kernel"
)

// Block operations on arrays, row-major.

func fill[T Float](dst []T, s T) {
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

func matMul[T Float](dst, x, y []T, b *block) {
	m, n, k := b.outer, b.inner, b.n
	lda, ldb := k, n
	if b.transA {
		lda = m
	}
	if b.transB {
		ldb = k
	}
	kernel.Gemm(b.transA, b.transB, m, n, k, 1, x, lda, y, ldb, 0, dst, n)
}

// reduceAll reduces arrays to one number.
func (p *Program[T]) reduceAll(b *block) float64 {
	x := p.at(&b.args[0])
	switch b.op {
	case opDot:
		return kernel.Dot(x, p.at(&b.args[1]))
	case Sum:
		return kernel.Sum(x)
	case LogSumExp:
		return logSumExp(x, len(x), 1)
	}
	return float64(largest(x, len(x), 1))
}

// reduceAxis reduces x, seen as [outer, n, inner], over its middle axis.
func reduceAxis[T Float](dst, x []T, b *block) {
	for o := range b.outer {
		part := x[o*b.n*b.inner:][:b.n*b.inner]
		out := dst[o*b.inner:][:b.inner]
		switch {
		case b.op == Sum && b.inner == 1:
			out[0] = T(kernel.Sum(part))
		case b.op == Sum:
			sumRows(out, part)
		case b.op == LogSumExp:
			for i := range out {
				out[i] = T(logSumExp(part[i:], b.n, b.inner))
			}
		default:
			for i := range out {
				out[i] = largest(part[i:], b.n, b.inner)
			}
		}
	}
}

// sumRows adds the rows of x, which have len(dst) elements, in float64: blocks
// of rows first, then the blocks, a strip of columns at a time.
func sumRows[T Float](dst, x []T) {
	const strip, rows = 64, 128
	inner := len(dst)
	for c := 0; c < inner; c += strip {
		w := min(strip, inner-c)
		var total [strip]float64
		for r := 0; r*inner < len(x); r += rows {
			var sum [strip]float64
			for i := r; i < r+rows && i*inner < len(x); i++ {
				for k, v := range x[i*inner+c:][:w] {
					sum[k] += float64(v)
				}
			}
			for k := range w {
				total[k] += sum[k]
			}
		}
		for k := range w {
			dst[c+k] = T(total[k])
		}
	}
}

// largest is the maximum of n elements, stride apart; NaN if one is.
func largest[T Float](x []T, n, stride int) T {
	m := x[0]
	for i := 1; i < n; i++ {
		m = max(m, x[i*stride])
	}
	return m
}

// logSumExp is log Σ exp(x) of n elements, stride apart: the largest is taken
// out first, so that nothing overflows.
func logSumExp[T Float](x []T, n, stride int) float64 {
	const rows = 128
	m := float64(largest(x, n, stride))
	if math.IsInf(m, 0) {
		return m
	}
	total := 0.0
	for r := 0; r < n; r += rows {
		sum := 0.0
		for i := r; i < min(r+rows, n); i++ {
			sum += math.Exp(float64(x[i*stride]) - m)
		}
		total += sum
	}
	return m + math.Log(total)
}
