//go:build !noasm

package kernel

var (
	projectPaths = &projectPathSet{
		f32: [sets]func(rows, x, acc *float32, out *float64, k, stride, tiles int){nil, projectF32AVX2, projectF32AVX512},
		f64: [sets]func(rows, x, acc *float64, out *float64, k, stride, tiles int){nil, projectF64AVX2, projectF64AVX512},
	}
	combinePaths = &combinePathSet{
		f32: [sets]func(dst, x, rows, c *float32, k, stride, tiles int) float64{nil, combineF32AVX2, combineF32AVX512},
		f64: [sets]func(dst, x, rows, c *float64, k, stride, tiles int) float64{nil, combineF64AVX2, combineF64AVX512},
	}
	differencePaths = &differencePathSet{
		f32: [sets]func(x1, x0, g1, g0, s, y *float32, stride, tiles int) (sy, yy float64){nil, differenceF32AVX2, differenceF32AVX512},
		f64: [sets]func(x1, x0, g1, g0, s, y *float64, stride, tiles int) (sy, yy float64){nil, differenceF64AVX2, differenceF64AVX512},
	}
	columnSumsPaths = &columnsVersions{
		f32: [sets]columns32{avx2: columnSumsF32AVX2, avx512: columnSumsF32AVX512},
		f64: [sets]columns64{avx2: columnSumsF64AVX2, avx512: columnSumsF64AVX512},
	}
	expSumsPaths = &expSumsVersions{
		f32: [sets]expSums32{avx2: expSumsF32AVX2, avx512: expSumsF32AVX512},
		f64: [sets]expSums64{avx2: expSumsF64AVX2, avx512: expSumsF64AVX512},
	}
	softmaxPaths = &softmaxVersions{
		f32: [sets]softmax32{avx2: softmaxF32AVX2, avx512: softmaxF32AVX512},
		f64: [sets]softmax64{avx2: softmaxF64AVX2, avx512: softmaxF64AVX512},
	}
)
