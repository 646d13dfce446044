package graph

import "descent/internal/kernel"

// vec is an argument of an elementwise operation on a run of elements: an array
// of the same length, or, when v is nil, the number s[0] at every place.
type vec[T Float] struct {
	v []T
	s [1]T
}

// stride is the memory of the argument, and how far to move in it from element
// to element.
func (a *vec[T]) stride() ([]T, int) {
	if a.v == nil {
		return a.s[:], 0
	}
	return a.v, 1
}

// apply computes dst = op(args) element by element. Common operations have
// kernels; a test holds them to the table. The result may overwrite an argument
// exactly.
func apply[T Float](op Op, k int, dst []T, args *[3]vec[T]) {
	a, b := &args[0], &args[1]
	switch op {
	case Add:
		add(dst, a, b)
	case Sub:
		sub(dst, a, b)
	case Mul:
		mul(dst, a, b)
	case Div:
		div(dst, a, b)
	case opPowInt:
		kernel.PowInt(dst, a.v[:len(dst)], k)
	case Min, Max, Pow:
		if !applyPair(op, dst, a, b) {
			applyTable(op, dst, args)
		}
	case Gt:
		if a.v == nil || b.v != nil || b.s[0] != 0 {
			applyTable(op, dst, args)
			return
		}
		kernel.Positive(dst, a.v)
	default:
		if a.v == nil || !applyKernel(op, dst, a.v) {
			applyTable(op, dst, args)
		}
	}
}

// applyKernel computes an operation of one argument, if there is a kernel for
// it.
func applyKernel[T Float](op Op, dst, x []T) bool {
	switch op {
	case Neg:
		kernel.MulScalar(dst, x, -1)
	case opSquare:
		kernel.Square(dst, x)
	case Relu:
		kernel.Relu(dst, x)
	case Sqrt:
		kernel.Sqrt(dst, x)
	case Exp:
		kernel.Exp(dst, x[:len(dst)])
	case Log:
		kernel.Log(dst, x[:len(dst)])
	case Tanh:
		kernel.Tanh(dst, x[:len(dst)])
	case Sigmoid:
		kernel.Sigmoid(dst, x[:len(dst)])
	case Softplus:
		kernel.Softplus(dst, x[:len(dst)])
	default:
		return applyRarer(op, dst, x)
	}
	return true
}

func applyRarer[T Float](op Op, dst, x []T) bool {
	switch op {
	case Abs:
		kernel.Abs(dst, x)
	case Sign:
		kernel.Sign(dst, x)
	case Floor:
		kernel.Floor(dst, x)
	case Ceil:
		kernel.Ceil(dst, x)
	case Expm1:
		kernel.Expm1(dst, x[:len(dst)])
	case Log1p:
		kernel.Log1p(dst, x[:len(dst)])
	case Erf:
		kernel.Erf(dst, x[:len(dst)])
	case Sin:
		kernel.Sin(dst, x[:len(dst)])
	case Cos:
		kernel.Cos(dst, x[:len(dst)])
	default:
		return false
	}
	return true
}

// applyPair computes an operation of two arrays, if there is a kernel for it.
func applyPair[T Float](op Op, dst []T, a, b *vec[T]) bool {
	if a.v == nil || b.v == nil {
		return false
	}
	switch op {
	case Min:
		kernel.Min(dst, a.v, b.v)
	case Max:
		kernel.Max(dst, a.v, b.v)
	default:
		kernel.Pow(dst, a.v, b.v)
	}
	return true
}

// applyTable computes any operation by its function in the table.
func applyTable[T Float](op Op, dst []T, args *[3]vec[T]) {
	row := &table[op]
	switch {
	case row.f1 != nil:
		f := row.f1
		a, sa := args[0].stride()
		for i := range dst {
			dst[i] = T(f(float64(a[i*sa])))
		}
	case row.f2 != nil:
		f := row.f2
		a, sa := args[0].stride()
		b, sb := args[1].stride()
		for i := range dst {
			dst[i] = T(f(float64(a[i*sa]), float64(b[i*sb])))
		}
	default:
		f := row.f3
		a, sa := args[0].stride()
		b, sb := args[1].stride()
		c, sc := args[2].stride()
		for i := range dst {
			dst[i] = T(f(float64(a[i*sa]), float64(b[i*sb]), float64(c[i*sc])))
		}
	}
}

func add[T Float](dst []T, a, b *vec[T]) {
	if a.v == nil {
		a, b = b, a
	}
	if b.v == nil {
		kernel.AddScalar(dst, a.v, b.s[0])
	} else {
		kernel.Add(dst, a.v, b.v)
	}
}

func mul[T Float](dst []T, a, b *vec[T]) {
	if a.v == nil {
		a, b = b, a
	}
	if b.v == nil {
		kernel.MulScalar(dst, a.v, b.s[0])
	} else {
		kernel.Mul(dst, a.v, b.v)
	}
}

func sub[T Float](dst []T, a, b *vec[T]) {
	switch {
	case a.v == nil:
		kernel.ScalarSub(dst, a.s[0], b.v)
	case b.v == nil:
		kernel.AddScalar(dst, a.v, -b.s[0])
	default:
		kernel.Sub(dst, a.v, b.v)
	}
}

func div[T Float](dst []T, a, b *vec[T]) {
	switch {
	case a.v == nil:
		kernel.ScalarDiv(dst, a.s[0], b.v)
	case b.v == nil:
		kernel.DivScalar(dst, a.v, b.s[0])
	default:
		kernel.Div(dst, a.v, b.v)
	}
}
