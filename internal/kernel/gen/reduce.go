package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions writes the sums over one block of elements.
func reductions() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			v.reduce("dot", "Σ a·b", 2, func(acc reg.VecVirtual, x []reg.VecVirtual) { v.fma(x[0], x[1], acc) })
			v.reduce("sum", "Σ a", 1, func(acc reg.VecVirtual, x []reg.VecVirtual) { v.ps(VADDPS, VADDPD)(x[0], acc, acc) })
			v.reduce("wrong", "Σ (a − a), 0 where all is finite and NaN otherwise,", 1, func(acc reg.VecVirtual, x []reg.VecVirtual) {
				v.ps(VADDPS, VADDPD)(v.sub(x[0], x[0]), acc, acc)
			})
		}
	}
}

// reduce writes a sum with four vectors of running sums, which are added in
// pairs at the end, in float64 from there on.
func (v vec) reduce(name, doc string, vectors int, f func(acc reg.VecVirtual, x []reg.VecVirtual)) {
	fn := name + v.name + v.isa()
	names := []string{"a", "b"}[:vectors]
	TEXT(fn, NOSPLIT, "func("+strings.Join(names, ", ")+" *"+v.goType+", n int) float64")
	Pragma("noescape")
	Doc(fn + " is " + doc + " over n elements.")
	ptr := values(v.pointers(names), names)
	n := Load(Param("n"), GP64())
	var acc []reg.VecVirtual
	for range 4 {
		r := v.reg()
		v.ps(VXORPS, VXORPD)(r, r, r)
		acc = append(acc, r)
	}
	v.walk(n, ptr, 4, func(count int, k reg.OpmaskVirtual) {
		for u := range count {
			var x []reg.VecVirtual
			for _, p := range ptr {
				x = append(x, v.get(Mem{Base: p, Disp: u * v.bytes()}, k))
			}
			if k != nil {
				u = 1
			}
			f(acc[u], x)
		}
	})
	total := v.add(v.add(acc[0], acc[1]), v.add(acc[2], acc[3]))
	out := v.across(total)
	VZEROUPPER()
	Store(out.AsX(), ReturnIndex(0))
	RET()
}

// across adds the lanes of x in float64: halves upon halves.
func (v vec) across(x reg.VecVirtual) reg.VecVirtual {
	var y reg.Register // four float64
	switch {
	case v.wide && v.size == 8:
		h := YMM()
		VEXTRACTF64X4(U8(1), x, h)
		VADDPD(x.AsY(), h, h)
		y = h
	case v.wide:
		h, a, b, c := YMM(), ZMM(), ZMM(), YMM()
		VEXTRACTF32X8(U8(1), x, h)
		VCVTPS2PD(x.AsY(), a)
		VCVTPS2PD(h, b)
		VADDPD(a, b, a)
		VEXTRACTF64X4(U8(1), a, c)
		VADDPD(a.AsY(), c, c)
		y = c
	case v.size == 8:
		y = x
	default:
		h, a, b := XMM(), YMM(), YMM()
		VEXTRACTF128(U8(1), x, h)
		VCVTPS2PD(x.AsX(), a)
		VCVTPS2PD(h, b)
		VADDPD(a, b, a)
		y = a
	}
	h, s := XMM(), XMM()
	low := y.(reg.VecVirtual).AsX()
	VEXTRACTF128(U8(1), y, h)
	VADDPD(low, h, h)
	VUNPCKHPD(h, h, s)
	VADDSD(h, s, s)
	return s
}
