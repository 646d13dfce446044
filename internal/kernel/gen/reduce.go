package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions writes the reductions of one block of elements.
func reductions[V Op](v kernels[V]) {
	v.sum("dot", "Σ a·b", 2, 0, func(acc V, x []V) { v.addProduct(acc, x[0], x[1]) })
	v.sum("sum", "Σ a", 1, 0, func(acc V, x []V) { v.addTo(acc, x[0]) })
	v.sum("wrong", "Σ (a − a), 0 where all is finite and NaN otherwise,", 1, 0, func(acc V, x []V) {
		v.addTo(acc, v.sub(x[0], x[0]))
	})
	v.extreme("largest", "the largest a, NaN if one is,", math.Inf(-1), v.larger, func(x V) V { return x })
	v.extreme("smallest", "the smallest a, NaN if one is,", math.Inf(1), v.smaller, func(x V) V { return x })
	v.extreme("largestAbs", "the largest |a|, NaN if one is,", 0, v.larger, v.abs)
}

func (v vec) addProduct(acc, a, b reg.VecVirtual) { v.fma(a, b, acc) }

func (v vec) addTo(acc, x reg.VecVirtual) { v.ps(VADDPS, VADDPD)(x, acc, acc) }

// sum writes a sum with four vectors of running sums, which are added in pairs
// at the end, in float64 from there on. Lanes beyond the end count as empty.
func (v vec) sum(name, doc string, vectors int, empty float64, f func(acc reg.VecVirtual, x []reg.VecVirtual)) {
	v.fold(name, doc, vectors, 0, empty, f, func(a, b reg.VecVirtual) reg.VecVirtual { return v.add(a, b) }, v.across)
}

// extreme writes a largest or smallest element; first is the one of none.
func (v vec) extreme(name, doc string, first float64, join func(a, b reg.VecVirtual) reg.VecVirtual, of func(x reg.VecVirtual) reg.VecVirtual) {
	v.fold(name, doc, 1, first, first, func(acc reg.VecVirtual, x []reg.VecVirtual) {
		v.load(join(acc, of(x[0])), acc)
	}, join, func(x reg.VecVirtual) reg.VecVirtual { return v.everyLane(x, join) })
}

// fold writes a reduction with four vectors of running results that begin as
// first: f takes vectors of elements into one of them, join makes one of two,
// and last leaves the result of its lanes in the lowest as a float64.
func (v vec) fold(name, doc string, vectors int, first, empty float64, f func(acc reg.VecVirtual, x []reg.VecVirtual), join func(a, b reg.VecVirtual) reg.VecVirtual, last func(reg.VecVirtual) reg.VecVirtual) {
	fn := v.function(name, fmt.Sprintf("fold%d", vectors))
	names := []string{"a", "b"}[:vectors]
	TEXT(fn, NOSPLIT, "func("+strings.Join(names, ", ")+" *"+v.goType+", n int) float64")
	Pragma("noescape")
	Doc(fn + " is " + doc + " over n elements.")
	ptr := values(v.pointers(names), names)
	n := Load(Param("n"), GP64())
	var acc []reg.VecVirtual
	for range 4 {
		acc = append(acc, v.constant(first))
	}
	v.walk(n, ptr, 4, func(count int, k reg.OpmaskVirtual) {
		for u := range count {
			var x []reg.VecVirtual
			for _, p := range ptr {
				x = append(x, v.getOr(Mem{Base: p, Disp: u * v.bytes()}, k, empty))
			}
			if k != nil {
				u = 1
			}
			f(acc[u], x)
		}
	})
	out := last(join(join(acc[0], acc[1]), join(acc[2], acc[3])))
	ret, err := ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	VMOVSD(out.AsX(), ret.Addr)
	VZEROUPPER()
	RET()
}

// constant is a register with x in every lane.
func (v vec) constant(x float64) reg.VecVirtual {
	if x != 0 {
		return v.move(v.num(x))
	}
	r := v.reg()
	v.ps(VXORPS, VXORPD)(r, r, r)
	return r
}

// everyLane joins the lanes of x and converts the result to float64.
func (v vec) everyLane(x reg.VecVirtual, join func(a, b reg.VecVirtual) reg.VecVirtual) reg.VecVirtual {
	x = v.spread(x, join)
	if v.size == 8 {
		return x
	}
	r := v.reg()
	VCVTSS2SD(x.AsX(), x.AsX(), r.AsX())
	return r
}

// spread joins the lanes of x, halves with halves, and leaves the result in all
// of them.
func (v vec) spread(x reg.VecVirtual, join func(a, b reg.VecVirtual) reg.VecVirtual) reg.VecVirtual {
	swap := func(f func(r Op)) {
		r := v.reg()
		f(r)
		x = join(x, r)
	}
	if v.wide {
		swap(func(r Op) { VSHUFF64X2(U8(0x4e), x, x, r) })
		swap(func(r Op) { VSHUFF64X2(U8(0xb1), x, x, r) })
		swap(func(r Op) { VSHUFPD(U8(0x55), x, x, r) })
	} else {
		swap(func(r Op) { VPERM2F128(U8(1), x, x, r) })
		swap(func(r Op) { VSHUFPD(U8(0x5), x, x, r) })
	}
	if v.size == 4 {
		swap(func(r Op) { VSHUFPS(U8(0xb1), x, x, r) })
	}
	return x
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
