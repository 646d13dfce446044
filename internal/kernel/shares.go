package kernel

import "unsafe"

// Shares stores each byte as a share of 255, correctly rounded:
//
//	for i { dst[i] = T(src[i])/255 }
//
// Every path gives the same bits.
func Shares[T Float](dst []T, src []byte) {
	src = src[:len(dst)]
	n := wholeVectors[T](len(dst))
	for i := 0; i < n; i += chunk {
		sharesCall(dst[i:], src[i:], min(chunk, n-i))
	}
	for i := n; i < len(dst); i++ {
		dst[i] = T(src[i]) / 255
	}
}

// Prefetch asks for bytes that will be read soon. It does nothing where there is
// no assembly.
func Prefetch(src []byte) {
	if len(src) > 0 && active != portable {
		prefetch(&src[0], len(src))
	}
}

// PrefetchOf asks for numbers as Prefetch asks for bytes.
func PrefetchOf[T Float | int32](src []T) {
	if len(src) > 0 && active != portable {
		prefetch((*byte)(unsafe.Pointer(&src[0])), len(src)*int(unsafe.Sizeof(src[0])))
	}
}

// wholeVectors is how many of n elements make up whole vectors.
func wholeVectors[T Float](n int) int {
	if active == portable {
		return 0
	}
	return n &^ (sharesBytes[active]/byteLen[T](1) - 1)
}

//go:noinline
func sharesCall[T Float](dst []T, src []byte, n int) {
	switch d := any(dst).(type) {
	case []float32:
		sharesPaths.f32[active](&d[0], &src[0], n)
	case []float64:
		sharesPaths.f64[active](&d[0], &src[0], n)
	}
}
