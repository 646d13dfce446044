package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPD, false for NaN.
const (
	equalTo = 0x00
	less    = 0x11
	greater = 0x1e
)

// between writes the kernel that looks for a rank: it counts what lies below and on
// two limits, and keeps what lies between them. What is kept is moved together in
// a register: to store it so in one go is slow on some processors.
func between() {
	TEXT("betweenF64AVX512", NOSPLIT, "func(dst, x *float64, n int, lo, hi float64) (below, low, high, kept int)")
	Pragma("noescape")
	Doc("betweenF64AVX512 is Between for n, a multiple of 8 and not 0; dst has room for n.")
	p := params("dst", "x", "n")
	dst, x, n := p[0], p[1], p[2]
	limit := func(name string) reg.VecVirtual {
		v := ZMM()
		VBROADCASTSD(Load(Param(name), XMM()), v)
		return v
	}
	lo, hi := limit("lo"), limit("hi")
	var counts [4]reg.GPVirtual
	for i := range counts {
		counts[i] = GP64()
		XORQ(counts[i], counts[i])
	}
	Label("more")
	v, k := ZMM(), [4]reg.OpmaskVirtual{K(), K(), K(), K()}
	VMOVUPD(Mem{Base: x}, v)
	VCMPPD(U8(less), lo, v, k[0])
	VCMPPD(U8(equalTo), lo, v, k[1])
	VCMPPD(U8(equalTo), hi, v, k[2])
	above := K()
	VCMPPD(U8(greater), lo, v, above)
	VCMPPD(U8(less), hi, v, above, k[3])
	together := ZMM()
	VCOMPRESSPD_Z(v, k[3], together)
	VMOVUPD(together, Mem{Base: dst, Index: counts[3], Scale: 8})
	for i := range counts {
		c := GP32()
		KMOVB(k[i], c)
		POPCNTL(c, c)
		ADDQ(c.As64(), counts[i])
	}
	ADDQ(U8(64), x)
	SUBQ(U8(8), n)
	JNE(LabelRef("more"))
	for i := range counts {
		Store(counts[i], ReturnIndex(i))
	}
	VZEROUPPER()
	RET()
}
