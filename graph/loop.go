package graph

import (
	"slices"

	"descent/internal/kernel"
)

// loop is the code of a unit of several steps: all of them on one block of
// elements, then on the next.
type loop struct {
	n, size int    // elements, and how many at a time
	steps   []step // the first of them, as many as once says, on the first block only
	once    int
}

// stepKind tells how a step is done. Those from stepAddScaled on have kernels.
type stepKind uint8

const (
	stepAny        stepKind = iota // the operation op on args
	stepRepeatRow                  // dst = the row a over and over; k elements
	stepRepeatEach                 // dst = each element of a, k times
	stepSum                        // register = Σ a
	stepDot                        // register = Σ a·b
	stepCopy
	stepAddScaled // b + s·a
	stepPowInt    // a to the power k

	stepAdd // two arrays
	stepSub
	stepMul
	stepDiv
	stepMin
	stepMax
	stepPow
	stepEqual

	stepAddScalar // an array and a number
	stepMulScalar
	stepDivScalar
	stepScalarSub
	stepScalarDiv
	stepMinScalar
	stepMaxScalar
	stepEqualScalar
	stepPowScalar
	stepScalarPow

	stepNeg // one array
	stepSquare
	stepSqrt
	stepRelu
	stepPositive
	stepAbs
	stepSign
	stepFloor
	stepCeil
	stepExp
	stepLog
	stepTanh
	stepSigmoid
	stepSoftplus
	stepExpm1
	stepLog1p
	stepErf
	stepSin
	stepCos

	stepKinds
)

// unaryKernels are the operations of one argument that have a kernel.
var unaryKernels = map[Op]stepKind{
	Neg: stepNeg, opSquare: stepSquare, opPowInt: stepPowInt, Sqrt: stepSqrt, Relu: stepRelu, Abs: stepAbs, Sign: stepSign,
	Floor: stepFloor, Ceil: stepCeil, Exp: stepExp, Log: stepLog, Tanh: stepTanh, Sigmoid: stepSigmoid,
	Softplus: stepSoftplus, Expm1: stepExpm1, Log1p: stepLog1p, Erf: stepErf, Sin: stepSin, Cos: stepCos,
}

// binaryKernels are the operations of two: on arrays, on an array and a number,
// on a number and an array.
var binaryKernels = map[Op][3]stepKind{
	Add: {stepAdd, stepAddScalar, stepAddScalar}, Sub: {stepSub, stepAddScalar, stepScalarSub},
	Mul: {stepMul, stepMulScalar, stepMulScalar}, Div: {stepDiv, stepDivScalar, stepScalarDiv},
	Min: {stepMin, stepMinScalar, stepMinScalar}, Max: {stepMax, stepMaxScalar, stepMaxScalar},
	Pow: {stepPow, stepPowScalar, stepScalarPow}, Eq: {stepEqual, stepEqualScalar, stepEqualScalar},
}

// kernels are those of an element type by the kind of step.
type kernels[T Float] struct {
	*kernel.Blocks[T]
	unary  [stepKinds]func(dst, a *T, n int)
	binary [stepKinds]func(dst, a, b *T, n int)
	scalar [stepKinds]func(dst, a *T, s T, n int)
}

func newKernels[T Float]() *kernels[T] {
	k := &kernels[T]{Blocks: kernel.NewBlocks[T]()}
	k.unary = [stepKinds]func(dst, a *T, n int){
		stepNeg:    func(dst, a *T, n int) { k.MulScalar(dst, a, -1, n) },
		stepSquare: k.Square, stepSqrt: k.Sqrt, stepRelu: k.Relu, stepPositive: k.Positive, stepAbs: k.Abs, stepSign: k.Sign,
		stepFloor: k.Floor, stepCeil: k.Ceil, stepExp: k.Exp, stepLog: k.Log, stepTanh: k.Tanh, stepSigmoid: k.Sigmoid,
		stepSoftplus: k.Softplus, stepExpm1: k.Expm1, stepLog1p: k.Log1p, stepErf: k.Erf, stepSin: k.Sin, stepCos: k.Cos,
	}
	k.binary = [stepKinds]func(dst, a, b *T, n int){
		stepAdd: k.Add, stepSub: k.Sub, stepMul: k.Mul, stepDiv: k.Div, stepMin: k.Min, stepMax: k.Max, stepPow: k.Pow, stepEqual: k.Equal,
	}
	k.scalar = [stepKinds]func(dst, a *T, s T, n int){
		stepAddScalar: k.AddScalar, stepMulScalar: k.MulScalar, stepDivScalar: k.DivScalar,
		stepScalarSub: k.ScalarSub, stepScalarDiv: k.ScalarDiv, stepMinScalar: k.MinScalar, stepMaxScalar: k.MaxScalar, stepEqualScalar: k.EqualScalar,
		stepPowScalar: k.PowScalar, stepScalarPow: k.ScalarPow,
	}
	return k
}

// step is one operation on a block.
type step struct {
	kind   stepKind
	op     Op   // stepAny
	k      int  // exponent of opPowInt, length of a row, number of a sum
	negate bool // the number s changes its sign first
	s      int  // register of a number that is read or, by sums, written
	dst    loc
	args   [3]loc
}

// loc is where a step finds a block: at off + stride·(first element) of a space.
// The stride is 0 for what is only as long as a block. A number has its register
// and no space.
type loc struct {
	space, off, stride, reg int
}

func number(reg int) loc { return loc{space: -1, reg: reg} }

func whole(r ref) loc { return loc{space: r.space, off: r.off, stride: 1} }

// blockSize is about how many elements the steps of a loop take at a time: few
// enough that the blocks of a loop fit in the first cache.
const blockSize = 512

// sizeFor chooses the block for n elements: equal blocks on whole cache lines,
// and whole rows of the given period, if that can be.
func sizeFor(n, period int) (size int, rows bool) {
	line := granule
	if period > 0 {
		line = period / gcd(period, granule) * granule
	}
	if line > 2*blockSize {
		line, period = granule, 0
	}
	count := max(1, (n+blockSize/2)/blockSize)
	size = (n + count - 1) / count
	size = (size + line - 1) / line * line
	return min(size, n), period > 0
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// pattern is how an argument that is shorter than the result repeats.
type pattern int

const (
	noPattern pattern = iota
	repeatsRow
	repeatsEach
)

// rowPattern says how an array of shape arg becomes one of the given shape: as
// a row that comes again and again, or each element several times in a row.
func rowPattern(arg, shape []int) pattern {
	if isSuffix(arg, shape) {
		return repeatsRow
	}
	if len(arg) != len(shape) {
		return noPattern
	}
	k := len(arg)
	for k > 0 && arg[k-1] == 1 {
		k--
	}
	if !slices.Equal(arg[:k], shape[:k]) {
		return noPattern
	}
	return repeatsEach
}

// isSuffix reports whether arg, but for leading ones, is the end of shape.
func isSuffix(arg, shape []int) bool {
	for len(arg) > 0 && arg[0] == 1 {
		arg = arg[1:]
	}
	return len(arg) <= len(shape) && slices.Equal(arg, shape[len(shape)-len(arg):])
}
