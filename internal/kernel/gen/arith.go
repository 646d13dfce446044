package main

import . "github.com/mmcloughlin/avo/operand"

// arithmetic writes the elementwise operations on one or two vectors, or on a
// vector and a number.
func arithmetic[V Op](v kernels[V]) {
	two := func(f func(a, b V) V) func([]V) V {
		return func(in []V) V { return f(in[0], in[1]) }
	}
	swapped := func(f func(a, b V) V) func([]V) V {
		return func(in []V) V { return f(in[1], in[0]) }
	}
	v.loop("add", "a + b", 2, 0, two(v.plus))
	v.loop("sub", "a − b", 2, 0, two(v.minus))
	v.loop("mul", "a·b", 2, 0, two(v.product))
	v.loop("div", "a / b", 2, 0, two(v.ratio))
	v.loop("addS", "a + s", 1, 1, two(v.plus))
	v.loop("mulS", "a·s", 1, 1, two(v.product))
	v.loop("divS", "a / s", 1, 1, two(v.ratio))
	v.loop("sSub", "s − a", 1, 1, swapped(v.minus))
	v.loop("sDiv", "s / a", 1, 1, swapped(v.ratio))
	v.loop("axpy", "b + s·a", 2, 1, func(in []V) V {
		return v.add(v.times(in[0], in[2]), in[1])
	})
	v.loop("min", "the smaller of a and b", 2, 0, two(v.smaller))
	v.loop("max", "the larger of a and b", 2, 0, two(v.larger))
	v.loop("minS", "the smaller of a and s", 1, 1, two(v.smaller))
	v.loop("maxS", "the larger of a and s", 1, 1, two(v.larger))
	v.loop("clip", "a brought into [s0, s1]", 1, 2, func(in []V) V { return v.clip(in[0], in[1], in[2]) })
	same := two(func(a, b V) V {
		return v.choose(eq, a, b, v.move(v.num(1)), v.move(v.num(0)))
	})
	v.loop("same", "1 where a = b, and 0 elsewhere", 2, 0, same)
	v.loop("sameS", "1 where a = s, and 0 elsewhere", 1, 1, same)
	v.loop("abs", "|a|", 1, 0, one(v.abs))
	v.loop("sign", "−1, 0 or 1", 1, 0, one(v.sign))
	v.loop("floor", "the greatest whole number that is not above a", 1, 0, one(func(x V) V { return v.rounded(x, 9) }))
	v.loop("ceil", "the least whole number that is not below a", 1, 0, one(func(x V) V { return v.rounded(x, 10) }))
	v.powInt()
	v.loop("square", "a²", 1, 0, one(func(x V) V { return v.times(x, x) }))
	v.loop("sqrt", "√a", 1, 0, one(v.sqrt))
	v.loop("relu", "max(a, 0)", 1, 0, one(func(x V) V { return v.atLeast(x, 0) }))
	v.loop("positive", "1 where a > 0, and 0 elsewhere", 1, 0, one(func(x V) V {
		return v.choose(gt, x, v.num(0), v.num(1), v.move(v.num(0)))
	}))
}

// The operations on registers alone.
func (v formulas[V]) plus(a, b V) V    { return v.add(a, b) }
func (v formulas[V]) minus(a, b V) V   { return v.sub(a, b) }
func (v formulas[V]) product(a, b V) V { return v.times(a, b) }
func (v formulas[V]) ratio(a, b V) V   { return v.div(a, b) }
