package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// arithmetic writes the elementwise operations on one or two vectors, or on a
// vector and a number.
func arithmetic() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			two := func(f func(a, b Op) reg.VecVirtual) func([]reg.VecVirtual) reg.VecVirtual {
				return func(in []reg.VecVirtual) reg.VecVirtual { return f(in[0], in[1]) }
			}
			swapped := func(f func(a, b Op) reg.VecVirtual) func([]reg.VecVirtual) reg.VecVirtual {
				return func(in []reg.VecVirtual) reg.VecVirtual { return f(in[1], in[0]) }
			}
			v.loop("add", "a + b", 2, 0, two(v.add))
			v.loop("sub", "a − b", 2, 0, two(v.sub))
			v.loop("mul", "a·b", 2, 0, two(v.times))
			v.loop("div", "a / b", 2, 0, two(v.div))
			v.loop("addS", "a + s", 1, 1, two(v.add))
			v.loop("mulS", "a·s", 1, 1, two(v.times))
			v.loop("divS", "a / s", 1, 1, two(v.div))
			v.loop("sSub", "s − a", 1, 1, swapped(v.sub))
			v.loop("sDiv", "s / a", 1, 1, swapped(v.div))
			v.loop("axpy", "b + s·a", 2, 1, func(in []reg.VecVirtual) reg.VecVirtual {
				return v.add(v.times(in[0], in[2]), in[1])
			})
			v.loop("square", "a²", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual { return v.times(x, x) }))
			v.loop("sqrt", "√a", 1, 0, one(v.sqrt))
			v.loop("relu", "max(a, 0)", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual { return v.atLeast(x, 0) }))
			v.loop("positive", "1 where a > 0, and 0 elsewhere", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual {
				return v.choose(gt, x, v.num(0), v.num(1), v.move(v.num(0)))
			}))
		}
	}
}

func (v vec) sqrt(x reg.VecVirtual) reg.VecVirtual { return v.unary(x, VSQRTPS, VSQRTPD) }

func (v vec) unary(x reg.VecVirtual, single, double func(...Op)) reg.VecVirtual {
	r := v.reg()
	v.ps(single, double)(x, r)
	return r
}
