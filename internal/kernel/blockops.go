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
	Min, Max, Pow, Equal                                  func(dst, a, b *T, n int)
	MinScalar, MaxScalar, PowScalar, ScalarPow            func(dst, a *T, s T, n int)
	EqualScalar                                           func(dst, a *T, s T, n int)
	Square, Sqrt, Relu, Positive, Abs, Sign, Floor, Ceil  func(dst, a *T, n int)
	Exp, Log, Tanh, Sigmoid, Softplus                     func(dst, a *T, n int)
	Expm1, Log1p, Erf, Sin, Cos                           func(dst, a *T, n int)
	PowInt                                                func(dst, a *T, k, n int)
	Sum                                                   func(a *T, n int) float64
	Dot                                                   func(a, b *T, n int) float64
}

// NewBlocks chooses the kernels for the instructions in use.
func NewBlocks[T Float]() *Blocks[T] {
	b := &Blocks[T]{
		Add: wrap2(Add[T]), Sub: wrap2(Sub[T]), Mul: wrap2(Mul[T]), Div: wrap2(Div[T]),
		AddScalar: wrapS(AddScalar[T]), MulScalar: wrapS(MulScalar[T]), DivScalar: wrapS(DivScalar[T]),
		ScalarSub: wrapS(func(dst, a []T, s T) { ScalarSub(dst, s, a) }),
		ScalarDiv: wrapS(func(dst, a []T, s T) { ScalarDiv(dst, s, a) }),
		AddScaled: addScaled[T],
		Min:       wrap2(Min[T]), Max: wrap2(Max[T]), Pow: wrap2(Pow[T]), Equal: wrap2(Equal[T]), EqualScalar: wrapS(EqualScalar[T]),
		MinScalar: wrapS(MinScalar[T]), MaxScalar: wrapS(MaxScalar[T]), PowScalar: wrapS(PowScalar[T]),
		ScalarPow: wrapS(func(dst, a []T, s T) { ScalarPow(dst, s, a) }),
		Square:    wrap1(Square[T]), Sqrt: wrap1(Sqrt[T]), Relu: wrap1(Relu[T]), Positive: wrap1(Positive[T]),
		Abs: wrap1(Abs[T]), Sign: wrap1(Sign[T]), Floor: wrap1(Floor[T]), Ceil: wrap1(Ceil[T]),
		Exp: wrap1(Exp[T]), Log: wrap1(Log[T]), Tanh: wrap1(Tanh[T]), Sigmoid: wrap1(Sigmoid[T]), Softplus: wrap1(Softplus[T]),
		Expm1: wrap1(Expm1[T]), Log1p: wrap1(Log1p[T]), Erf: wrap1(Erf[T]), Sin: wrap1(Sin[T]), Cos: wrap1(Cos[T]),
		PowInt: func(dst, a *T, k, n int) { PowInt(unsafe.Slice(dst, n), unsafe.Slice(a, n), k) },
		Sum:    wrapSum[T], Dot: wrapDot[T],
	}
	if active != portable && active != unmasked { // its loops take any number of elements
		b.direct()
	}
	return b
}

// direct takes the assembly itself where nothing has to be looked at first.
func (b *Blocks[T]) direct() {
	b.Add, b.Sub, b.Mul, b.Div = direct2[T](addPaths), direct2[T](subPaths), direct2[T](mulPaths), direct2[T](divPaths)
	b.AddScalar, b.MulScalar, b.DivScalar = directS[T](addSPaths), directS[T](mulSPaths), directS[T](divSPaths)
	b.ScalarSub, b.ScalarDiv, b.AddScaled = directS[T](sSubPaths), directS[T](sDivPaths), directA[T](axpyPaths)
	b.Min, b.Max = direct2[T](minPaths), direct2[T](maxPaths)
	b.MinScalar, b.MaxScalar = directS[T](minSPaths), directS[T](maxSPaths)
	b.Equal, b.EqualScalar = direct2[T](samePaths), directS[T](sameSPaths)
	b.Square, b.Sqrt, b.Relu, b.Positive = direct1[T](squarePaths), direct1[T](sqrtPaths), direct1[T](reluPaths), direct1[T](positivePaths)
	b.Abs, b.Sign, b.Floor, b.Ceil = direct1[T](absPaths), direct1[T](signPaths), direct1[T](floorPaths), direct1[T](ceilPaths)
	b.Exp, b.Log, b.Tanh = direct1[T](expPaths), direct1[T](logPaths), direct1[T](tanhPaths)
	b.Sigmoid, b.Softplus = direct1[T](sigmoidPaths), direct1[T](softplusPaths)
	b.Expm1, b.Log1p, b.Erf = direct1[T](expm1Paths), direct1[T](log1pPaths), direct1[T](erfPaths)
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
