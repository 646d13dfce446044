package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mathFunctions writes the elementary functions. Polynomials are Chebyshev
// approximations, computed in 50 digits on the reduced range.
func mathFunctions() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			v.loop("exp", "e to the power x", 1, 0, one(v.exp))
			v.loop("log", "the natural logarithm", 1, 0, one(v.log))
			v.loop("tanh", "the hyperbolic tangent", 1, 0, one(v.tanh))
			v.loop("sigmoid", "1/(1+exp(-x))", 1, 0, one(v.sigmoid))
			v.loop("softplus", "log(1+exp(x))", 1, 0, one(v.softplus))
			v.loop("expm1", "exp(x) − 1", 1, 0, one(v.expm1))
			v.loop("log1p", "log(1 + x)", 1, 0, one(v.log1p))
			v.loop("erf", "the error function", 1, 0, one(v.erf))
			v.power()
		}
	}
}

// one makes a function of one vector a function of a list.
func one(f func(x reg.VecVirtual) reg.VecVirtual) func([]reg.VecVirtual) reg.VecVirtual {
	return func(in []reg.VecVirtual) reg.VecVirtual { return f(in[0]) }
}

// expRange is where exp is neither 0 nor infinite, with a margin that lets the
// result overflow and underflow by itself.
func (v vec) expRange() (lo, hi float64) {
	if v.size == 4 {
		return -104, 89
	}
	return -746, 710
}

// exp: x = n·ln 2 + r with |r| ≤ ½ ln 2, eˣ = 2ⁿ(1 + r + r²·q(r)).
func (v vec) exp(x reg.VecVirtual) reg.VecVirtual {
	lo, hi := v.expRange()
	p, n := v.expParts(v.atLeast(v.atMost(x, hi), lo), nil)
	return v.scale(v.add(p, v.num(1)), n)
}

// expParts gives n and p of exp(x + rest) = 2ⁿ(1 + p) for a small rest, which
// may be nil.
func (v vec) expParts(x, rest reg.VecVirtual) (p, n reg.VecVirtual) {
	n = v.round(v.times(x, v.num(math.Log2E)))
	var r reg.VecVirtual
	high, low := v.ln2()
	r = v.fnmadd(n, v.num(high), x)
	r = v.fnmadd(n, v.num(low), r)
	if rest != nil {
		r = v.add(r, rest)
	}
	if v.size == 4 {
		p = v.poly(r, 0.5, 0.16666576989698775683, 0.041666554617204574203, 0.0083631790527225773704, 0.0013926183587713494542)
	} else {
		p = v.poly(r, 0.50000000000000010221, 0.16666666666666667453, 0.041666666666624127873,
			0.0083333333333300618325, 0.0013888888917213716901, 0.00019841269863053616878,
			0.000024801521295954375131, 2.7557268459997064772e-6, 2.7620088445409748161e-7, 2.5100385495510319078e-8)
	}
	return v.fmadd(v.times(r, r), p, r), n // r + r²q
}

// ln2 is the logarithm of 2 in two parts; products of the first with exponents
// are exact.
func (v vec) ln2() (high, low float64) {
	if v.size == 4 {
		return 0.693145751953125, 1.428606820309417232121458e-6
	}
	return 0.693147180559890330187045, 5.497923018708371174712472e-14
}

// expm1 is 2ⁿ(p + (1 − 2⁻ⁿ)), where e to the power x is 2ⁿ(1 + p).
func (v vec) expm1(x reg.VecVirtual) reg.VecVirtual {
	lo, hi := -18.0, 89.0 // below, −1
	if v.size == 8 {
		lo, hi = -38, 710
	}
	p, n := v.expParts(v.atLeast(v.atMost(x, hi), lo), nil)
	one := v.move(v.num(1))
	back := v.sub(one, v.scale(one, v.sub(v.constant(0), n)))
	y := v.scale(v.add(p, back), n)
	return v.choose(eq, x, v.num(0), x, y) // −0 stays
}

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

// reduced is x = 2ᵉ·m with m in (½√2, √2].
func (v vec) reduced(x reg.VecVirtual) (m, e reg.VecVirtual) {
	m, e = v.split(x)
	half := v.times(m, v.num(0.5))
	up := v.add(e, v.num(1))
	e = v.choose(gt, m, v.num(math.Sqrt2), up, e)
	return v.choose(gt, m, v.num(math.Sqrt2), half, m), e
}

// log: log x = e·ln 2 + log m.
func (v vec) log(x reg.VecVirtual) reg.VecVirtual {
	m, e := v.reduced(x)
	f := v.sub(m, v.num(1))
	var res reg.VecVirtual
	if v.size == 4 {
		res = v.logPoly(f, e)
	} else {
		res = v.logAtanh(f, e)
	}
	res = v.choose(eq, x, v.num(0), v.num(math.Inf(-1)), res)
	res = v.choose(eq, x, v.num(math.Inf(1)), x, res)
	return v.choose(nge, x, v.num(0), v.num(math.NaN()), res)
}

// logPoly: log(1+f) = f − ½f² + f³q(f), e·ln 2 added in two pieces.
func (v vec) logPoly(f, e reg.VecVirtual) reg.VecVirtual {
	q := v.poly(f, 0.33333331179972575597, -0.24999996957625976254, 0.20000715763521659493, -0.1666780236757913239,
		0.14249057141902145906, -0.12425685692821419879, 0.11685423571105264241, -0.11479748625389889005, 0.069716205410034267615)
	ff := v.times(f, f)
	y := v.times(v.times(f, ff), q)
	high, low := v.ln2()
	y = v.fmadd(e, v.num(low), y)
	y = v.fnmadd(ff, v.num(0.5), y)
	return v.fmadd(e, v.num(high), v.add(y, f))
}

// logAtanh: with s = f/(2+f), log(1+f) = f − (½f² − s(½f² + s²R(s²))), the
// arrangement of FreeBSD's e_log.c.
func (v vec) logAtanh(f, e reg.VecVirtual) reg.VecVirtual {
	s := v.div(f, v.add(f, v.num(2)))
	z := v.times(s, s)
	r := v.times(z, v.poly(z, 0.66666666666666666465, 0.40000000000000877107, 0.28571428570803535467, 0.22222222391731225049,
		0.18181795638283497786, 0.15386239803406361646, 0.13268770444745799885, 0.13086654320256795501))
	h := v.times(v.times(f, f), v.num(0.5))
	y := v.times(s, v.add(h, r))
	high, low := v.ln2()
	y = v.fmadd(e, v.num(low), y)
	y = v.sub(f, v.sub(h, y))
	return v.fmadd(e, v.num(high), y)
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

func (v vec) signBit() Mem {
	if v.size == 4 {
		return v.bits(1 << 31)
	}
	return v.bits(1 << 63)
}

func (v vec) abs(x reg.VecVirtual) reg.VecVirtual {
	if v.size == 4 {
		return v.and(x, v.bits(1<<31-1))
	}
	return v.and(x, v.bits(1<<63-1))
}

// tanh: x + x³P(x²) for |x| < 0.625, otherwise sign(x)·(1 − 2/(e^{2|x|} + 1)).
func (v vec) tanh(x reg.VecVirtual) reg.VecVirtual {
	a := v.abs(x)
	z := v.times(x, x)
	var p reg.VecVirtual
	if v.size == 4 {
		p = v.poly(z, -0.33333333172140361638, 0.13333303556915741766, -0.053959259577204542744, 0.021768918651028210152,
			-0.008343945515839152048, 0.0022927448161781423431)
	} else {
		p = v.poly(z, -0.33333333333333332938, 0.13333333333333041602, -0.05396825396789699169, 0.021869488519008305756,
			-0.008863235103240877925, 0.0035921217511549622695, -0.0014557754120478055104, 0.0005896606577757043347,
			-0.00023759064960555619551, 0.000092571161295567682707, -0.000031201101425797400033, 6.48516348279311315e-6)
	}
	small := v.fmadd(v.times(x, z), p, x)
	e := v.exp(v.add(a, a))
	t := v.div(v.move(v.num(2)), v.add(e, v.num(1)))
	large := v.sub(v.move(v.num(1)), t)
	large = v.or(large, v.and(x, v.signBit()))
	return v.choose(lt, a, v.num(0.625), small, large)
}

// sigmoid is 1/(1+e) for x ≥ 0 and e/(1+e) below, e = exp(−|x|): neither side
// overflows or cancels.
func (v vec) sigmoid(x reg.VecVirtual) reg.VecVirtual {
	e := v.exp(v.or(x, v.signBit()))
	d := v.add(e, v.num(1))
	top := v.choose(lt, x, v.num(0), e, v.move(v.num(1)))
	// A NaN in x is lost to the comparison but not to e.
	return v.div(top, d)
}

// softplus is max(x,0) + log1p(e), e = exp(−|x|).
func (v vec) softplus(x reg.VecVirtual) reg.VecVirtual {
	return v.add(v.atLeast(x, 0), v.log1p(v.exp(v.or(x, v.signBit()))))
}

// log1p is log(1+x) by the logarithm of the rounded u = 1+x, corrected by the
// part (x − (u−1))/u that rounding lost; there is none at −1 and ∞.
func (v vec) log1p(x reg.VecVirtual) reg.VecVirtual {
	u := v.add(x, v.num(1))
	c := v.div(v.sub(x, v.sub(u, v.num(1))), u)
	return v.add(v.log(u), v.keep(lt, v.abs(c), v.num(math.Inf(1)), c))
}
