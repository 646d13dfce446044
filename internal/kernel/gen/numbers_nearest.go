package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// power looks up entry index of 32 at a place in powers.
func power(index reg.VecVirtual, upper reg.OpmaskVirtual, powers reg.GPVirtual, disp int) reg.VecVirtual {
	v, u := ZMM(), ZMM()
	for i, x := range []reg.VecVirtual{v, u} {
		table := ZMM()
		VMOVDQU64(Mem{Base: powers, Disp: disp + 128*i}, table)
		VMOVDQA64(index, x)
		VPERMI2Q(Mem{Base: powers, Disp: disp + 128*i + 64}, table, x)
	}
	VMOVDQA64(u, upper, v)
	return v
}

// nearest is the float64 nearest to man·10^-index, index modulo 32, and whether
// that is not certain: what was left out may be nearly three.
func (o *numbersOf) nearest(man, index reg.VecVirtual, powers reg.GPVirtual) (reg.VecVirtual, reg.OpmaskVirtual) {
	upper := K()
	VPTESTMQ(quadsMem("sixteenth", 16), index, upper)
	p, bias := power(index, upper, powers, 0), power(index, upper, powers, 256)
	z, m1 := ZMM(), ZMM()
	VPLZCNTQ(man, z)
	VPSLLVQ(z, man, m1)
	m1 = upperHalf(m1, p)

	// rest are the 10 or 11 bits behind the 53 of a float64.
	long, drop, v, rest, half := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	VPSRLQ(U8(63), m1, long)
	VPADDQ(quadsMem("dropped", 10), long, drop)
	VPSRLVQ(drop, m1, v)
	VPSLLVQ(drop, v, rest)
	VPSUBQ(rest, m1, rest)
	VMOVDQU64(quadsMem("halves", 1<<9), half)
	VPSLLVQ(long, half, half)
	k, unsure := K(), K()
	VPSUBQ(half, rest, rest)
	VPCMPQ(above, quadsMem("none", 0), rest, k) // signed: more than half
	one := quads("oneMore", 1)
	VPADDQ(one, v, k, v)
	two := quads("twoMore", 2)
	VPADDQ(two, rest, rest)
	VPCMPUQ(atMost, two, rest, unsure) // the half, or up to two less

	VPADDQ(long, bias, bias)
	VPSUBQ(z, bias, bias)
	VPSLLQ(U8(52), bias, bias)
	VPADDQ(bias, v, v)
	VPTESTMQ(man, man, k)
	KANDB(k, unsure, unsure)
	VMOVDQA64_Z(v, k, v)
	return v, unsure
}

// upperHalf is that of m·p, without the product of their lower halves.
func upperHalf(m, p reg.VecVirtual) reg.VecVirtual {
	m1, p1, cross1, cross2, low := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	VPSRLQ(U8(32), m, m1)
	VPSRLQ(U8(32), p, p1)
	VPMULUDQ(p, m1, cross1)
	VPMULUDQ(p1, m, cross2)
	VPMULUDQ(p1, m1, m1)
	VPSRLQ(U8(32), cross1, low)
	VPADDQ(low, m1, m1)
	VPSLLQ(U8(32), cross1, cross1)
	VPSRLQ(U8(32), cross1, cross1)
	VPADDQ(cross1, cross2, cross2)
	VPSRLQ(U8(32), cross2, cross2)
	VPADDQ(cross2, m1, m1)
	return m1
}
