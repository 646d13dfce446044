//go:build !noasm

package kernel

var (
	projectPaths = &projectPathSet{
		f32: [3]func(rows, x, acc *float32, out *float64, k, stride, tiles int){nil, projectF32AVX2, projectF32AVX512},
		f64: [3]func(rows, x, acc *float64, out *float64, k, stride, tiles int){nil, projectF64AVX2, projectF64AVX512},
	}
	combinePaths = &combinePathSet{
		f32: [3]func(dst, x, rows, c *float32, k, stride, tiles int) float64{nil, combineF32AVX2, combineF32AVX512},
		f64: [3]func(dst, x, rows, c *float64, k, stride, tiles int) float64{nil, combineF64AVX2, combineF64AVX512},
	}
	differencePaths = &differencePathSet{
		f32: [3]func(x1, x0, g1, g0, s, y *float32, stride, tiles int) (sy, yy float64){nil, differenceF32AVX2, differenceF32AVX512},
		f64: [3]func(x1, x0, g1, g0, s, y *float64, stride, tiles int) (sy, yy float64){nil, differenceF64AVX2, differenceF64AVX512},
	}
)
