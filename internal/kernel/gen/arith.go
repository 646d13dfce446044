package main

import (
	"fmt"

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
			two := func(f func(a, b reg.VecVirtual) reg.VecVirtual) func([]reg.VecVirtual) reg.VecVirtual {
				return func(in []reg.VecVirtual) reg.VecVirtual { return f(in[0], in[1]) }
			}
			swapped := func(f func(a, b reg.VecVirtual) reg.VecVirtual) func([]reg.VecVirtual) reg.VecVirtual {
				return func(in []reg.VecVirtual) reg.VecVirtual { return f(in[1], in[0]) }
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
			v.loop("axpy", "b + s·a", 2, 1, func(in []reg.VecVirtual) reg.VecVirtual {
				return v.add(v.times(in[0], in[2]), in[1])
			})
			v.loop("min", "the smaller of a and b", 2, 0, two(v.smaller))
			v.loop("max", "the larger of a and b", 2, 0, two(v.larger))
			v.loop("minS", "the smaller of a and s", 1, 1, two(v.smaller))
			v.loop("maxS", "the larger of a and s", 1, 1, two(v.larger))
			v.loop("clip", "a brought into [s0, s1]", 1, 2, func(in []reg.VecVirtual) reg.VecVirtual {
				low := v.op2(v.ps(VMAXPS, VMAXPD), in[0], in[1])
				return v.op2(v.ps(VMINPS, VMINPD), low, in[2])
			})
			same := two(func(a, b reg.VecVirtual) reg.VecVirtual {
				return v.choose(eq, a, b, v.move(v.num(1)), v.move(v.num(0)))
			})
			v.loop("same", "1 where a = b, and 0 elsewhere", 2, 0, same)
			v.loop("sameS", "1 where a = s, and 0 elsewhere", 1, 1, same)
			v.loop("abs", "|a|", 1, 0, one(v.abs))
			v.loop("sign", "−1, 0 or 1", 1, 0, one(v.sign))
			v.loop("floor", "the greatest whole number that is not above a", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual { return v.rounded(x, 9) }))
			v.loop("ceil", "the least whole number that is not below a", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual { return v.rounded(x, 10) }))
			v.powInt()
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

// The operations on registers alone.
func (v vec) plus(a, b reg.VecVirtual) reg.VecVirtual    { return v.add(a, b) }
func (v vec) minus(a, b reg.VecVirtual) reg.VecVirtual   { return v.sub(a, b) }
func (v vec) product(a, b reg.VecVirtual) reg.VecVirtual { return v.times(a, b) }
func (v vec) ratio(a, b reg.VecVirtual) reg.VecVirtual   { return v.div(a, b) }

// powInt writes whole powers by repeated squaring, the bits of k from the
// lowest on.
func (v vec) powInt() {
	fn := v.function("powInt", "power")
	TEXT(fn, NOSPLIT, fmt.Sprintf("func(dst, a *%s, k, n int)", v.goType))
	Pragma("noescape")
	Doc(fn + " is a to the power k > 0 over n elements.")
	ptr := v.pointers([]string{"dst", "a"})
	k := Load(Param("k"), GP64())
	n := Load(Param("n"), GP64())
	loops := 0
	v.walk(n, values(ptr, []string{"dst", "a"}), 4, func(count int, mask reg.OpmaskVirtual) {
		loops++
		bit, even := fmt.Sprint("bit", loops), fmt.Sprint("even", loops)
		left := GP64()
		MOVQ(k, left)
		var x, y []reg.VecVirtual
		for u := range count {
			x = append(x, v.get(Mem{Base: ptr["a"], Disp: u * v.bytes()}, mask))
			y = append(y, v.move(v.num(1)))
		}
		Label(bit)
		TESTQ(U32(1), left)
		JE(LabelRef(even))
		for u := range count {
			v.mul(x[u], y[u], y[u])
		}
		Label(even)
		for u := range count {
			v.mul(x[u], x[u], x[u])
		}
		SHRQ(U8(1), left)
		JNE(LabelRef(bit))
		for u := range count {
			v.put(y[u], Mem{Base: ptr["dst"], Disp: u * v.bytes()}, mask)
		}
	})
	VZEROUPPER()
	RET()
}
