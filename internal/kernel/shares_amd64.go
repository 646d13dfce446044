//go:build !noasm

package kernel

var sharesPaths = &sharesPathSet{
	f32: [3]func(dst *float32, src *byte, n int){nil, sharesF32AVX2, sharesF32AVX512},
	f64: [3]func(dst *float64, src *byte, n int){nil, sharesF64AVX2, sharesF64AVX512},
}
