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

var (
	squarePaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, squareF32AVX2, squareF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, squareF64AVX2, squareF64AVX512},
	}
	sqrtPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, sqrtF32AVX2, sqrtF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, sqrtF64AVX2, sqrtF64AVX512},
	}
	reluPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, reluF32AVX2, reluF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, reluF64AVX2, reluF64AVX512},
	}
	positivePaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, positiveF32AVX2, positiveF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, positiveF64AVX2, positiveF64AVX512},
	}
	addPaths = &binaryPaths{
		f32: [3]func(dst, a, b *float32, n int){nil, addF32AVX2, addF32AVX512},
		f64: [3]func(dst, a, b *float64, n int){nil, addF64AVX2, addF64AVX512},
	}
	subPaths = &binaryPaths{
		f32: [3]func(dst, a, b *float32, n int){nil, subF32AVX2, subF32AVX512},
		f64: [3]func(dst, a, b *float64, n int){nil, subF64AVX2, subF64AVX512},
	}
	mulPaths = &binaryPaths{
		f32: [3]func(dst, a, b *float32, n int){nil, mulF32AVX2, mulF32AVX512},
		f64: [3]func(dst, a, b *float64, n int){nil, mulF64AVX2, mulF64AVX512},
	}
	divPaths = &binaryPaths{
		f32: [3]func(dst, a, b *float32, n int){nil, divF32AVX2, divF32AVX512},
		f64: [3]func(dst, a, b *float64, n int){nil, divF64AVX2, divF64AVX512},
	}
	addSPaths = &scalarPaths{
		f32: [3]func(dst, a *float32, s float32, n int){nil, addSF32AVX2, addSF32AVX512},
		f64: [3]func(dst, a *float64, s float64, n int){nil, addSF64AVX2, addSF64AVX512},
	}
	mulSPaths = &scalarPaths{
		f32: [3]func(dst, a *float32, s float32, n int){nil, mulSF32AVX2, mulSF32AVX512},
		f64: [3]func(dst, a *float64, s float64, n int){nil, mulSF64AVX2, mulSF64AVX512},
	}
	divSPaths = &scalarPaths{
		f32: [3]func(dst, a *float32, s float32, n int){nil, divSF32AVX2, divSF32AVX512},
		f64: [3]func(dst, a *float64, s float64, n int){nil, divSF64AVX2, divSF64AVX512},
	}
	sSubPaths = &scalarPaths{
		f32: [3]func(dst, a *float32, s float32, n int){nil, sSubF32AVX2, sSubF32AVX512},
		f64: [3]func(dst, a *float64, s float64, n int){nil, sSubF64AVX2, sSubF64AVX512},
	}
	sDivPaths = &scalarPaths{
		f32: [3]func(dst, a *float32, s float32, n int){nil, sDivF32AVX2, sDivF32AVX512},
		f64: [3]func(dst, a *float64, s float64, n int){nil, sDivF64AVX2, sDivF64AVX512},
	}
	axpyPaths = &axpyPathSet{
		f32: [3]func(dst, a, b *float32, s float32, n int){nil, axpyF32AVX2, axpyF32AVX512},
		f64: [3]func(dst, a, b *float64, s float64, n int){nil, axpyF64AVX2, axpyF64AVX512},
	}
	dotPaths = &dotPathSet{
		f32: [3]func(a, b *float32, n int) float64{nil, dotF32AVX2, dotF32AVX512},
		f64: [3]func(a, b *float64, n int) float64{nil, dotF64AVX2, dotF64AVX512},
	}
	sumPaths = &sumPathSet{
		f32: [3]func(a *float32, n int) float64{nil, sumF32AVX2, sumF32AVX512},
		f64: [3]func(a *float64, n int) float64{nil, sumF64AVX2, sumF64AVX512},
	}
	wrongPaths = &sumPathSet{
		f32: [3]func(a *float32, n int) float64{nil, wrongF32AVX2, wrongF32AVX512},
		f64: [3]func(a *float64, n int) float64{nil, wrongF64AVX2, wrongF64AVX512},
	}
	sinPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, sinF32AVX2, sinF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, sinF64AVX2, sinF64AVX512},
	}
	cosPaths = &paths{
		f32: [3]func(dst, src *float32, n int){nil, cosF32AVX2, cosF32AVX512},
		f64: [3]func(dst, src *float64, n int){nil, cosF64AVX2, cosF64AVX512},
	}
	farPaths = &sumPathSet{
		f32: [3]func(a *float32, n int) float64{nil, farF32AVX2, farF32AVX512},
		f64: [3]func(a *float64, n int) float64{nil, farF64AVX2, farF64AVX512},
	}
)

var (
	adamMovePaths = &updatePaths{
		f32: [3]update32{nil, adamMoveF32AVX2, adamMoveF32AVX512},
		f64: [3]update64{nil, adamMoveF64AVX2, adamMoveF64AVX512},
	}
	adamStepPaths = &updatePaths{
		f32: [3]update32{nil, adamStepF32AVX2, adamStepF32AVX512},
		f64: [3]update64{nil, adamStepF64AVX2, adamStepF64AVX512},
	}
	momentumMovePaths = &updatePaths{
		f32: [3]update32{nil, momentumMoveF32AVX2, momentumMoveF32AVX512},
		f64: [3]update64{nil, momentumMoveF64AVX2, momentumMoveF64AVX512},
	}
	momentumStepPaths = &updatePaths{
		f32: [3]update32{nil, momentumStepF32AVX2, momentumStepF32AVX512},
		f64: [3]update64{nil, momentumStepF64AVX2, momentumStepF64AVX512},
	}
	nesterovStepPaths = &updatePaths{
		f32: [3]update32{nil, nesterovStepF32AVX2, nesterovStepF32AVX512},
		f64: [3]update64{nil, nesterovStepF64AVX2, nesterovStepF64AVX512},
	}
	rmspropStepPaths = &updatePaths{
		f32: [3]update32{nil, rmspropStepF32AVX2, rmspropStepF32AVX512},
		f64: [3]update64{nil, rmspropStepF64AVX2, rmspropStepF64AVX512},
	}
	adagradStepPaths = &updatePaths{
		f32: [3]update32{nil, adagradStepF32AVX2, adagradStepF32AVX512},
		f64: [3]update64{nil, adagradStepF64AVX2, adagradStepF64AVX512},
	}
	lionStepPaths = &updatePaths{
		f32: [3]update32{nil, lionStepF32AVX2, lionStepF32AVX512},
		f64: [3]update64{nil, lionStepF64AVX2, lionStepF64AVX512},
	}
)
