package kernel

import "unsafe"

// Blocks are the elementwise kernels of one element type as functions of
// pointers to n elements, at least one: for callers that run many kernels over
// short blocks, where choosing the version anew for each call would count. The
// functions compute what the ones of the same name do.
type Blocks[T Float] struct {
	Add, Sub, Mul, Div                                    func(dst, a, b *T, n int)
	AddScalar, MulScalar, DivScalar, ScalarSub, ScalarDiv func(dst, a *T, s T, n int)
	AddScaled                                             func(dst, a, b *T, s T, n int) // b + s·a
	Square, Sqrt, Relu, Positive                          func(dst, a *T, n int)
	Exp, Log, Tanh, Sigmoid, Softplus                     func(dst, a *T, n int)
	Sum                                                   func(a *T, n int) float64
	Dot                                                   func(a, b *T, n int) float64
}

// NewBlocks chooses the kernels for the instructions in use.
func NewBlocks[T Float]() *Blocks[T] {
	if active == avx512 { // the only one whose loops take any number of elements
		return &Blocks[T]{
			Add: direct2[T](addPaths), Sub: direct2[T](subPaths), Mul: direct2[T](mulPaths), Div: direct2[T](divPaths),
			AddScalar: directS[T](addSPaths), MulScalar: directS[T](mulSPaths), DivScalar: directS[T](divSPaths),
			ScalarSub: directS[T](sSubPaths), ScalarDiv: directS[T](sDivPaths), AddScaled: directA[T](axpyPaths),
			Square: direct1[T](squarePaths), Sqrt: direct1[T](sqrtPaths), Relu: direct1[T](reluPaths), Positive: direct1[T](positivePaths),
			Exp: direct1[T](expPaths), Log: direct1[T](logPaths), Tanh: direct1[T](tanhPaths),
			Sigmoid: direct1[T](sigmoidPaths), Softplus: direct1[T](softplusPaths),
			Sum: wrapSum[T], Dot: wrapDot[T],
		}
	}
	return &Blocks[T]{
		Add: wrap2(Add[T]), Sub: wrap2(Sub[T]), Mul: wrap2(Mul[T]), Div: wrap2(Div[T]),
		AddScalar: wrapS(AddScalar[T]), MulScalar: wrapS(MulScalar[T]), DivScalar: wrapS(DivScalar[T]),
		ScalarSub: wrapS(func(dst, a []T, s T) { ScalarSub(dst, s, a) }),
		ScalarDiv: wrapS(func(dst, a []T, s T) { ScalarDiv(dst, s, a) }),
		AddScaled: addScaled[T],
		Square:    wrap1(Square[T]), Sqrt: wrap1(Sqrt[T]), Relu: wrap1(Relu[T]), Positive: wrap1(Positive[T]),
		Exp: wrap1(Exp[T]), Log: wrap1(Log[T]), Tanh: wrap1(Tanh[T]), Sigmoid: wrap1(Sigmoid[T]), Softplus: wrap1(Softplus[T]),
		Sum: wrapSum[T], Dot: wrapDot[T],
	}
}

// The assembly itself, as a function of its element type.

func direct1[T Float](p *map10Versions) func(dst, a *T, n int) {
	if f, ok := any(p.f32[active]).(func(dst, a *T, n int)); ok {
		return f
	}
	return any(p.f64[active]).(func(dst, a *T, n int))
}

func direct2[T Float](p *map20Versions) func(dst, a, b *T, n int) {
	if f, ok := any(p.f32[active]).(func(dst, a, b *T, n int)); ok {
		return f
	}
	return any(p.f64[active]).(func(dst, a, b *T, n int))
}

func directS[T Float](p *map11Versions) func(dst, a *T, s T, n int) {
	if f, ok := any(p.f32[active]).(func(dst, a *T, s T, n int)); ok {
		return f
	}
	return any(p.f64[active]).(func(dst, a *T, s T, n int))
}

func directA[T Float](p *map21Versions) func(dst, a, b *T, s T, n int) {
	if f, ok := any(p.f32[active]).(func(dst, a, b *T, s T, n int)); ok {
		return f
	}
	return any(p.f64[active]).(func(dst, a, b *T, s T, n int))
}

// The kernels on slices, as functions of pointers.

func wrap1[T Float](f func(dst, a []T)) func(dst, a *T, n int) {
	return func(dst, a *T, n int) { f(unsafe.Slice(dst, n), unsafe.Slice(a, n)) }
}

func wrap2[T Float](f func(dst, a, b []T)) func(dst, a, b *T, n int) {
	return func(dst, a, b *T, n int) { f(unsafe.Slice(dst, n), unsafe.Slice(a, n), unsafe.Slice(b, n)) }
}

func wrapS[T Float](f func(dst, a []T, s T)) func(dst, a *T, s T, n int) {
	return func(dst, a *T, s T, n int) { f(unsafe.Slice(dst, n), unsafe.Slice(a, n), s) }
}

func wrapSum[T Float](a *T, n int) float64 { return Sum(unsafe.Slice(a, n)) }

func wrapDot[T Float](a, b *T, n int) float64 { return Dot(unsafe.Slice(a, n), unsafe.Slice(b, n)) }

func addScaled[T Float](dst, a, b *T, s T, n int) {
	AddScaled(unsafe.Slice(dst, n), s, unsafe.Slice(a, n), unsafe.Slice(b, n))
}

// Total adds the sums of blocks pairwise, as Sum and Dot do with theirs. The
// zero value is an empty sum.
type Total struct{ p pairwise }

// Add takes the sum of one more block.
func (t *Total) Add(v float64) { t.p.add(v) }

// Sum is the sum so far.
func (t *Total) Sum() float64 { return t.p.total() }

// Reset empties the sum.
func (t *Total) Reset() { t.p.count = 0 }
