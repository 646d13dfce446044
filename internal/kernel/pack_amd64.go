//go:build !noasm

package kernel

import "unsafe"

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
