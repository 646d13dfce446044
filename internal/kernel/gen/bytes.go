package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// prefetch asks for the cache lines of n bytes.
func prefetch() {
	TEXT("prefetch", NOSPLIT, "func(src *byte, n int)")
	Pragma("noescape")
	Doc("prefetch asks for the cache lines of n bytes, at least one.")
	src, n := Load(Param("src"), GP64()), Load(Param("n"), GP64())
	Label("more")
	PREFETCHT0(Mem{Base: src})
	ADDQ(U32(64), src)
	SUBQ(U32(64), n)
	JG(LabelRef("more"))
	RET()
}

// shares writes dst = src/255 for whole vectors. The quotient is a product with
// 1/255 in two parts, which gives every byte its correctly rounded share.
func (v vec) shares() {
	fn := v.function("shares", "shares")
	TEXT(fn, NOSPLIT, "func(dst *"+v.goType+", src *byte, n int)")
	Pragma("noescape")
	Doc(fn + " is src/255 over n elements, whole vectors of them.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	n := Load(Param("n"), GP64())
	hi := 1 / 255.0
	if v.size == 4 {
		hi = float64(float32(hi))
	}
	lo := math.FMA(-hi, 255, 1) / 255
	high, low := v.move(v.num(hi)), v.move(v.num(lo))
	Label("more")
	CMPQ(n, U32(v.lanes()))
	JLT(LabelRef("done"))
	x := v.fromBytes(Mem{Base: src})
	v.store(v.fmadd(x, high, v.times(x, low)), Mem{Base: dst})
	ADDQ(U32(v.bytes()), dst)
	ADDQ(U32(v.lanes()), src)
	SUBQ(U32(v.lanes()), n)
	JMP(LabelRef("more"))
	Label("done")
	VZEROUPPER()
	RET()
}

// fromBytes is a vector of the bytes at m.
func (v vec) fromBytes(m Mem) reg.VecVirtual {
	x := v.reg()
	switch {
	case v.size == 4:
		VPMOVZXBD(m, x)
		VCVTDQ2PS(x, x)
	case v.wide:
		VPMOVZXBD(m, x.AsY())
		VCVTDQ2PD(x.AsY(), x)
	default:
		VPMOVZXBD(m, x.AsX())
		VCVTDQ2PD(x.AsX(), x)
	}
	return x
}
