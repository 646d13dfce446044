package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// trigonometry writes sine and cosine, for arguments up to trigLimit.
func trigonometry() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			v.loop("sin", "the sine", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual { return v.circular(x, 0) }))
			v.loop("cos", "the cosine", 1, 0, one(func(x reg.VecVirtual) reg.VecVirtual { return v.circular(x, 1) }))
			v.sum("far", "the number of |a| above the limit of sine and cosine,", 1, 0, func(acc reg.VecVirtual, x []reg.VecVirtual) {
				far := v.choose(gt, v.abs(x[0]), v.num(v.trigLimit()), v.num(1), v.move(v.num(0)))
				v.addTo(acc, far)
			})
		}
	}
}

// trigLimit keeps the first step of the reduction exact: the last place of
// n·(π/2) must fit beside the argument.
func (v vec) trigLimit() float64 {
	if v.size == 4 {
		return 1e4
	}
	return 1e6
}

// circular: x = n·π/2 + r with |r| ≤ π/4, π/2 in three parts (Cody and Waite
// 1980); then sin r or cos r by the quadrant n + shift, and its sign.
func (v vec) circular(x reg.VecVirtual, shift uint64) reg.VecVirtual {
	n := v.round(v.times(x, v.num(2/math.Pi)))
	r := x
	for _, part := range v.halfPi() {
		r = v.fnmadd(n, v.num(part), r)
	}
	z := v.times(r, r)
	var s, c reg.VecVirtual
	if v.size == 4 {
		s = v.poly(z, -0.16666666663853044094, 0.0083333318738370880387, -0.00019840086263755441968, 2.7249864655139583697e-6)
		c = v.poly(z, 0.041666666664319329495, -0.0013888887671288108685, 0.000024800599983531708898, -2.7300908167996538731e-7)
	} else {
		s = v.poly(z, -0.16666666666666666666, 0.0083333333333333314899, -0.00019841269841265060174, 2.7557319219335453429e-6,
			-2.5052106231157905487e-8, 1.6058531414589010757e-10, -7.5866850700912671596e-13)
		c = v.poly(z, 0.041666666666666666666, -0.0013888888888888887864, 0.000024801587301584643775, -2.7557319221400760015e-7,
			2.0876755790363396129e-9, -1.1470460773969324627e-11, 4.7458652037874551073e-14)
	}
	s = v.fmadd(v.times(r, z), s, r)
	// 1 − z/2 loses bits that the remainder gives back.
	half := v.times(z, v.num(0.5))
	top := v.sub(v.move(v.num(1)), half)
	lost := v.sub(v.sub(v.move(v.num(1)), top), half)
	c = v.add(top, v.fmadd(v.times(z, z), c, lost))
	odd, negative := v.quadrant(n, shift)
	return v.xor(v.selectBySign(odd, c, s), negative)
}

func (v vec) halfPi() []float64 {
	if v.size == 4 {
		return []float64{1.5707963705062866211, -4.3711388286737928865e-8, -1.7151245100058818728e-15}
	}
	return []float64{1.570796326794896558, 6.1232339957367660359e-17, -1.4973849048591698329e-33}
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
	return odd, v.and(second, v.signBit())
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
