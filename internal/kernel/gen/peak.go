package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peaks writes loops of nothing but fused multiply-adds: what the machine can
// do at most, to measure products by.
func peaks() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			vec{e, wide}.peak()
		}
	}
}

// peakSums is how many sums a peak loop keeps running, more than the latency of
// an addition asks for.
const peakSums = 12

func (v vec) peak() {
	fn := "peak" + v.name + v.isa()
	TEXT(fn, NOSPLIT, "func(n int)")
	Doc(fmt.Sprintf("%s runs n times %d independent vector multiply-adds of %d lanes.", fn, peakSums, v.lanes()))
	n := Load(Param("n"), GP64())
	x := v.reg()
	v.ps(VXORPS, VXORPD)(x, x, x)
	acc := make([]reg.VecVirtual, peakSums)
	for i := range acc {
		acc[i] = v.reg()
		v.ps(VXORPS, VXORPD)(acc[i], acc[i], acc[i])
	}
	Label("loop")
	for i := range acc {
		v.fma(x, x, acc[i])
	}
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
