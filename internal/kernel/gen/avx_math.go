package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What the elementary functions need beyond arithmetic, in AVX2 and AVX-512.

// scale is x·2ⁿ for a whole n within twice the range of exponents.
func (v vec) scale(x, n reg.VecVirtual) reg.VecVirtual {
	r := v.reg()
	if v.wide {
		v.ps(VSCALEFPS, VSCALEFPD)(n, x, r)
		return r
	}
	// Two factors of half the exponent, so that neither overflows.
	if v.size == 4 {
		i, half, rest := YMM(), YMM(), YMM()
		VCVTPS2DQ(n, i)
		VPSRAD(U8(1), i, half)
		VPSUBD(half, i, rest)
		for _, h := range []reg.VecVirtual{half, rest} {
			VPADDD(v.bits(127), h, h)
			VPSLLD(U8(23), h, h)
		}
		return v.times(v.times(x, half), rest)
	}
	i, half, rest := XMM(), XMM(), XMM()
	VCVTPD2DQY(n, i)
	VPSRAD(U8(1), i, half)
	VPSUBD(half, i, rest)
	out := x
	for _, h := range []reg.VecVirtual{half, rest} {
		w := YMM()
		VPMOVSXDQ(h, w)
		VPADDQ(v.bits(1023), w, w)
		VPSLLQ(U8(52), w, w)
		out = v.times(out, w)
	}
	return out
}

// split is x = m·2ᵉ with m in [1, 2), for finite positive x, subnormals too.
func (v vec) split(x reg.VecVirtual) (m, e reg.VecVirtual) {
	if v.wide {
		m, e = v.reg(), v.reg()
		v.ps(VGETMANTPS, VGETMANTPD)(U8(0), x, m)
		v.ps(VGETEXPPS, VGETEXPPD)(x, e)
		return m, e
	}
	// A subnormal is brought into the normal range first.
	least, up, mant, one := 0x1p-126, 23.0, uint64(1<<23-1), uint64(127<<23)
	if v.size == 8 {
		least, up, mant, one = 0x1p-1022, 52, 1<<52-1, 1023<<52
	}
	big := v.times(x, v.num(math.Ldexp(1, int(up))))
	bias := v.choose(lt, x, v.num(least), v.num(up), v.move(v.num(0)))
	y := v.choose(lt, x, v.num(least), big, x)
	m = v.or(v.and(y, v.bits(mant)), v.bits(one))
	e = v.reg()
	if v.size == 4 {
		VPSRLD(U8(23), y, e)
		VCVTDQ2PS(e, e)
		return m, v.sub(v.sub(e, v.num(127)), bias)
	}
	// The exponent becomes the low bits of 2⁵² + exponent.
	VPSRLQ(U8(52), y, e)
	return m, v.sub(v.sub(v.or(e, v.num(0x1p52)), v.num(0x1p52+1023)), bias)
}

// quadrant has in its sign bits whether the whole number n + shift is odd, and
// whether its second bit is set; negative has nothing else set.
func (v vec) quadrant(n reg.VecVirtual, shift uint64) (odd, negative reg.VecVirtual) {
	q := v.whole(n)
	sum, odd, second := v.reg(), v.reg(), v.reg()
	if v.size == 4 {
		VPADDD(v.bits(shift), q, sum)
		VPSLLD(U8(31), sum, odd)
		VPSLLD(U8(30), sum, second)
	} else {
		VPADDQ(v.bits(shift), q, sum)
		VPSLLQ(U8(63), sum, odd)
		VPSLLQ(U8(62), sum, second)
	}
	return odd, v.and(second, v.formulas().signBit())
}

// whole converts to integers of the element's width.
func (v vec) whole(n reg.VecVirtual) reg.VecVirtual {
	q := v.reg()
	switch {
	case v.size == 4:
		VCVTPS2DQ(n, q)
	case v.wide:
		VCVTPD2QQ(n, q)
	default:
		x := XMM()
		VCVTPD2DQY(n, x)
		VPMOVSXDQ(x, q)
	}
	return q
}

// selectBySign is t where the sign bit of m is set, and f elsewhere.
func (v vec) selectBySign(m, t, f reg.VecVirtual) reg.VecVirtual {
	r := v.reg()
	switch {
	case v.wide && v.size == 4:
		k := K()
		VPMOVD2M(m, k)
		VBLENDMPS(t, f, k, r)
	case v.wide:
		k := K()
		VPMOVQ2M(m, k)
		VBLENDMPD(t, f, k, r)
	case v.size == 4:
		VBLENDVPS(m, t, f, r)
	default:
		VBLENDVPD(m, t, f, r)
	}
	return r
}

func (v vec) sqrt(x reg.VecVirtual) reg.VecVirtual { return v.unary(x, VSQRTPS, VSQRTPD) }

func (v vec) unary(x reg.VecVirtual, single, double func(...Op)) reg.VecVirtual {
	r := v.reg()
	v.ps(single, double)(x, r)
	return r
}

// clip brings x into [low, high] and keeps a NaN in x.
func (v vec) clip(x, low, high reg.VecVirtual) reg.VecVirtual {
	return v.op2(v.ps(VMINPS, VMINPD), v.op2(v.ps(VMAXPS, VMAXPD), x, low), high)
}
