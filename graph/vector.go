package graph

import "math"

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

// apply computes dst = op(args) element by element. Cheap operations have loops
// of their own; a test holds them to the table. The result may overwrite an
// argument exactly.
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
	case Neg:
		x := a.v[:len(dst)]
		for i := range dst {
			dst[i] = -x[i]
		}
	case opSquare:
		x := a.v[:len(dst)]
		for i := range dst {
			dst[i] = x[i] * x[i]
		}
	case opPowInt:
		x := a.v[:len(dst)]
		for i := range dst {
			dst[i] = powInt(x[i], k)
		}
	case Relu:
		x := a.v[:len(dst)]
		for i := range dst {
			dst[i] = max(x[i], 0)
		}
	case Sqrt:
		x := a.v[:len(dst)]
		for i := range dst {
			dst[i] = T(math.Sqrt(float64(x[i])))
		}
	default:
		applyTable(op, dst, args)
	}
}

// applyTable computes any operation by its function in the table.
func applyTable[T Float](op Op, dst []T, args *[3]vec[T]) {
	row := &table[op]
	switch {
	case row.f1 != nil:
		f, x := row.f1, args[0].v[:len(dst)]
		for i := range dst {
			dst[i] = T(f(float64(x[i])))
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
	x := a.v[:len(dst)]
	if b.v == nil {
		s := b.s[0]
		for i := range dst {
			dst[i] = x[i] + s
		}
		return
	}
	y := b.v[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func mul[T Float](dst []T, a, b *vec[T]) {
	if a.v == nil {
		a, b = b, a
	}
	x := a.v[:len(dst)]
	if b.v == nil {
		s := b.s[0]
		for i := range dst {
			dst[i] = x[i] * s
		}
		return
	}
	y := b.v[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

func sub[T Float](dst []T, a, b *vec[T]) {
	switch {
	case a.v == nil:
		s, y := a.s[0], b.v[:len(dst)]
		for i := range dst {
			dst[i] = s - y[i]
		}
	case b.v == nil:
		x, s := a.v[:len(dst)], b.s[0]
		for i := range dst {
			dst[i] = x[i] - s
		}
	default:
		x, y := a.v[:len(dst)], b.v[:len(dst)]
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	}
}

func div[T Float](dst []T, a, b *vec[T]) {
	switch {
	case a.v == nil:
		s, y := a.s[0], b.v[:len(dst)]
		for i := range dst {
			dst[i] = s / y[i]
		}
	case b.v == nil:
		x, s := a.v[:len(dst)], b.s[0]
		for i := range dst {
			dst[i] = x[i] / s
		}
	default:
		x, y := a.v[:len(dst)], b.v[:len(dst)]
		for i := range dst {
			dst[i] = x[i] / y[i]
		}
	}
}
