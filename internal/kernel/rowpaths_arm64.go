//go:build !noasm

package kernel

var (
	projectPaths = &projectPathSet{
		f32: [sets]func(rows, x, acc *float32, out *float64, k, stride, tiles int){neon: projectF32NEON},
		f64: [sets]func(rows, x, acc *float64, out *float64, k, stride, tiles int){neon: projectF64NEON},
	}
	combinePaths = &combinePathSet{
		f32: [sets]func(dst, x, rows, c *float32, k, stride, tiles int) float64{neon: combineF32NEON},
		f64: [sets]func(dst, x, rows, c *float64, k, stride, tiles int) float64{neon: combineF64NEON},
	}
	differencePaths = &differencePathSet{
		f32: [sets]func(x1, x0, g1, g0, s, y *float32, stride, tiles int) (sy, yy float64){neon: differenceF32NEON},
		f64: [sets]func(x1, x0, g1, g0, s, y *float64, stride, tiles int) (sy, yy float64){neon: differenceF64NEON},
	}
	columnSumsPaths = &columnsVersions{
		f32: [sets]columns32{neon: columnSumsF32NEON},
		f64: [sets]columns64{neon: columnSumsF64NEON},
	}
	expSumsPaths = &expSumsVersions{
		f32: [sets]expSums32{neon: expSumsF32NEON},
		f64: [sets]expSums64{neon: expSumsF64NEON},
	}
	softmaxPaths = &softmaxVersions{
		f32: [sets]softmax32{neon: softmaxF32NEON},
		f64: [sets]softmax64{neon: softmaxF64NEON},
	}
)
