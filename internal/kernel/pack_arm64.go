//go:build !noasm

package kernel

// strip stores dst[r,l] = src[r,l] for l < w and r < rows. It is not inlined, as a
// preemption point.
//
//go:noinline
func strip[T Float](dst []T, ldd int, src []T, lds, w, rows int) {
	_, _ = dst[(rows-1)*ldd+w-1], src[(rows-1)*lds+w-1]
	if byteLen[T](w) < 64 {
		for r := range rows {
			copy(dst[r*ldd:r*ldd+w], src[r*lds:])
		}
		return
	}
	switch d := any(dst).(type) {
	case []float32:
		stripF32NEON(&d[0], 4*ldd, &any(src).([]float32)[0], 4*lds, rows)
	case []float64:
		stripF64NEON(&d[0], 8*ldd, &any(src).([]float64)[0], 8*lds, rows)
	}
}

// transposeInto stores dst[r,l] = src[l,r] for l < w and r < depth.
//
//go:noinline
func transposeInto[T Float](dst []T, ldd int, src []T, lds, w, depth, _ int) {
	_, _ = dst[(depth-1)*ldd+w-1], src[(w-1)*lds+depth-1]
	lanes := 16 / byteLen[T](1)
	blocks, l := depth/lanes, 0
	if blocks > 0 {
		for ; l+lanes <= w; l += lanes {
			switch d := any(dst[l:]).(type) {
			case []float32:
				transposeF32NEON(&d[0], 4*ldd, &any(src[l*lds:]).([]float32)[0], 4*lds, blocks)
			case []float64:
				transposeF64NEON(&d[0], 8*ldd, &any(src[l*lds:]).([]float64)[0], 8*lds, blocks)
			}
		}
	}
	if done := blocks * lanes; l > 0 && done < depth {
		transposeLoop(dst[done*ldd:], ldd, src[done:], lds, l, depth-done)
	}
	if l < w {
		transposeLoop(dst[l:], ldd, src[l*lds:], lds, w-l, depth)
	}
}
