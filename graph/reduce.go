package graph

import (
	"math"

	"descent/internal/kernel"
)

// Reductions of arrays. Every sum is taken in an order that the shape fixes.

// scratch is memory that reductions work in.
type scratch[T Float] struct {
	exps, tops, sums [expBlock]float64
	total, sum       [sumStrip]float64
	columns          columnSums[T]
}

// work is the program's scratch, made at its first use.
func (p *Program[T]) work() *scratch[T] {
	if p.scratch == nil {
		p.scratch = new(scratch[T])
	}
	return p.scratch
}

// reduceAll reduces arrays to one number.
func (p *Program[T]) reduceAll(b *block) float64 {
	x := p.at(&b.args[0])
	if b.op == LogSumExp {
		return kernel.LogSumExp(x)
	}
	return float64(largest(x, len(x), 1))
}

// reduceAxis reduces x, seen as [outer, n, inner], over its middle axis.
func (p *Program[T]) reduceAxis(dst, x []T, b *block) {
	switch {
	case b.op == LogSumExp && b.inner == 1:
		kernel.LogSumExpRows(dst, x, b.n)
		return
	case b.op == LogSumExp:
		logSumExps(p.work(), dst, x, b.n, b.inner)
		return
	case b.op == Sum && b.inner == 1:
		rowSums(dst, x, b.n)
		return
	}
	for o := range b.outer {
		part := x[o*b.n*b.inner:][:b.n*b.inner]
		out := dst[o*b.inner:][:b.inner]
		if b.op == Sum {
			sumRows(p.work(), out, part)
			continue
		}
		for i := range out {
			out[i] = largest(part[i:], b.n, b.inner)
		}
	}
}

// rowSums adds each row of n elements.
func rowSums[T Float](dst, x []T, n int) {
	const short = 32 // a loop beats a call
	if n > short {
		for i := range dst {
			dst[i] = T(kernel.Sum(x[i*n:][:n]))
		}
		return
	}
	for i := range dst {
		row := x[i*n:][:n]
		var s0, s1 T
		k := 1
		for ; k < len(row); k += 2 {
			s0 += row[k-1]
			s1 += row[k]
		}
		if k == len(row) {
			s0 += row[k-1]
		}
		dst[i] = s0 + s1
	}
}

// sumStrip is how many columns sumRows takes at a time.
const sumStrip = 512

// sumRows adds the rows of x, which have len(dst) elements, a strip of columns
// at a time. Rows much shorter than a strip are added side by side first.
func sumRows[T Float](s *scratch[T], dst, x []T) {
	n := len(dst)
	rows := len(x) / n
	beside := max(1, min(sumStrip/2/n, rows/4))
	if beside == 1 {
		for c := 0; c < n; c += sumStrip {
			w := min(sumStrip, n-c)
			s.columns.run(s, w, x[c:], rows, n)
			for k, v := range s.total[:w] {
				dst[c+k] = T(v)
			}
		}
		return
	}
	wide, deep := n*beside, rows/beside
	s.columns.run(s, wide, x, deep, wide)
	rest := x[wide*deep:]
	for k := range dst {
		sum := 0.0
		for i := k; i < wide; i += n {
			sum += s.total[i]
		}
		for i := k; i < len(rest); i += n {
			sum += float64(rest[i])
		}
		dst[k] = T(sum)
	}
}

// columnSums stores the sums of w columns of x, whose rows are stride apart, in
// the totals of a scratch. The threads of a fit share the columns.
type columnSums[T Float] struct {
	*scratch[T]
	w, rows, stride int
	x               []T
	span            int // columns of a unit
}

// worthSumming is the number of elements from which a second thread pays.
const worthSumming = 1 << 15

func (j *columnSums[T]) run(s *scratch[T], w int, x []T, rows, stride int) {
	*j = columnSums[T]{s, w, rows, stride, x, w}
	if threads := kernel.Threads(); threads > 1 && w*rows >= worthSumming {
		j.span = max(granule, (w/threads+granule-1)/granule*granule)
	}
	kernel.Share((w+j.span-1)/j.span, j)
	j.x = nil
}

// Unit adds the columns of one span.
func (j *columnSums[T]) Unit(i int) {
	from := i * j.span
	w := min(j.span, j.w-from)
	kernel.ColumnSums(j.total[from:][:w], j.sum[from:][:w], j.x[from:], j.stride, j.rows)
}

// largest is the maximum of n elements, stride apart; NaN if one is.
func largest[T Float](x []T, n, stride int) T {
	m := x[0]
	for i := 1; i < n; i++ {
		m = max(m, x[i*stride])
	}
	return m
}

// expBlock is how many exponentials are taken at once.
const expBlock = 512

// logSumExps reduces x, seen as [outer, n, inner], over its middle axis.
func logSumExps[T Float](w *scratch[T], dst, x []T, n, inner int) {
	if n > expBlock {
		for i := range dst {
			dst[i] = T(logSumExp(w, x[i/inner*n*inner+i%inner:], n, inner))
		}
		return
	}
	exps, tops, sums := w.exps[:], w.tops[:], w.sums[:]
	many := expBlock / n
	for start := 0; start < len(dst); start += many {
		out := dst[start:min(start+many, len(dst))]
		for r := range out {
			i := start + r
			row := x[i/inner*n*inner+i%inner:]
			tops[r] = float64(largest(row, n, inner))
			shifted(exps[r*n:][:n], row, inner, tops[r])
		}
		kernel.Exp(exps[:len(out)*n], exps[:len(out)*n])
		rowSums(sums[:len(out)], exps, n)
		kernel.Log(sums[:len(out)], sums[:len(out)])
		for r := range out {
			if !math.IsInf(tops[r], 0) {
				tops[r] += sums[r]
			}
			out[r] = T(tops[r])
		}
	}
}

// shifted stores elements of x, stride apart, less the number top.
func shifted[T Float](dst []float64, x []T, stride int, top float64) {
	for i := range dst {
		dst[i] = float64(x[i*stride]) - top
	}
}

// logSumExp is log Σ exp(x) of n elements, stride apart: the largest is taken
// out first, so that nothing overflows.
func logSumExp[T Float](w *scratch[T], x []T, n, stride int) float64 {
	m := float64(largest(x, n, stride))
	if math.IsInf(m, 0) {
		return m
	}
	total := 0.0
	for r := 0; r < n; r += expBlock {
		e := w.exps[:min(expBlock, n-r)]
		shifted(e, x[r*stride:], stride, m)
		kernel.Exp(e, e)
		total += kernel.Sum(e)
	}
	return m + math.Log(total)
}
