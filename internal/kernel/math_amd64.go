//go:build !noasm

package kernel

var (
	expPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, expF32AVX2, expF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, expF64AVX2, expF64AVX512},
	}
	logPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, logF32AVX2, logF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, logF64AVX2, logF64AVX512},
	}
	tanhPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, tanhF32AVX2, tanhF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, tanhF64AVX2, tanhF64AVX512},
	}
	sigmoidPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, sigmoidF32AVX2, sigmoidF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, sigmoidF64AVX2, sigmoidF64AVX512},
	}
	softplusPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, softplusF32AVX2, softplusF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, softplusF64AVX2, softplusF64AVX512},
	}
)
