//go:build !noasm

package kernel

import "unsafe"

// packB lays rows p..p+depth of w columns from j of op(B) out as a panel of
// cols columns. What lies beyond the last column is left as it is.
func (g *piece[T]) packB(panel []T, j, w, p, depth int) {
	if g.bc == 1 {
		strip(panel, g.cols, g.b[p*g.bk+j:], g.bk, w, depth)
	} else {
		transposeInto(panel, g.cols, g.b[j*g.bc+p:], g.bc, w, depth, min(g.cols, 16))
	}
}

// packA lays h rows and depth columns of A out as the tiles that column takes,
// each column by column.
func (g *piece[T]) packA(i, h, p, depth int) {
	at := 0
	tiles, rows, short := heights(h, g.tiler.rows)
	for t := range tiles {
		if t == short {
			rows++
		}
		transposeInto(g.left[at:], rows, g.a[i*g.ar+p:], g.ar, rows, depth, rows)
		at, i = at+rows*depth, i+rows
	}
}

// strip stores dst[r,l] = src[r,l] for l < w and r < rows. Assembly may store
// more, up to whole vectors: numbers that come later overwrite it. It is not
// inlined, as a preemption point.
//
//go:noinline
func strip[T Float](dst []T, ldd int, src []T, lds, w, rows int) {
	if active != avx512 {
		for r := range rows {
			copy(dst[r*ldd:r*ldd+w], src[r*lds:])
		}
		return
	}
	_, _ = dst[(rows-1)*ldd+w-1], src[(rows-1)*lds+w-1]
	mask := uint32(1<<w - 1)
	switch d := any(dst).(type) {
	case []float32:
		f := stripF32AVX512x2
		if w <= 16 {
			f = stripF32AVX512x1
		}
		f(&d[0], 4*ldd, &any(src).([]float32)[0], 4*lds, rows, mask)
	case []float64:
		f := stripF64AVX512x2
		if w <= 8 {
			f = stripF64AVX512x1
		}
		f(&d[0], 8*ldd, &any(src).([]float64)[0], 8*lds, rows, mask)
	}
}

// transposeInto stores dst[r,l] = src[l,r] for l < w and r < depth.
//
//go:noinline
func transposeInto[T Float](dst []T, ldd int, src []T, lds, w, depth, far int) {
	if active != avx512 {
		transposeLoop(dst, ldd, src, lds, w, depth)
		return
	}
	_, _ = dst[(depth-1)*ldd+w-1], src[(w-1)*lds+depth-1]
	lanes := 64 / int(unsafe.Sizeof(T(0)))
	for l := 0; l < w; l += lanes {
		switch d := any(dst[l:]).(type) {
		case []float32:
			transposeF32AVX512(&d[0], 4*ldd, &any(src[l*lds:]).([]float32)[0], 4*lds, min(lanes, w-l), depth, 4*lds*far)
		case []float64:
			transposeF64AVX512(&d[0], 8*ldd, &any(src[l*lds:]).([]float64)[0], 8*lds, min(lanes, w-l), depth, 8*lds*far)
		}
	}
}

// transposeLoop takes eight rows of dst at a time, so that both sides stay in
// the first-level cache.
func transposeLoop[T Float](dst []T, ldd int, src []T, lds, w, depth int) {
	for r := 0; r < depth; r += 8 {
		h := min(8, depth-r)
		for l := range w {
			s := src[l*lds+r : l*lds+r+h]
			d := dst[r*ldd+l:]
			for q, v := range s {
				d[q*ldd] = v
			}
		}
	}
}
