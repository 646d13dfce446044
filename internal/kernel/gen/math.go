package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
)

// mathFunctions writes the elementary functions. Polynomials are Chebyshev
// approximations, computed in 50 digits on the reduced range.
func mathFunctions[V Op](v kernels[V]) {
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

// one makes a function of one vector a function of a list.
func one[V Op](f func(x V) V) func([]V) V {
	return func(in []V) V { return f(in[0]) }
}

// expRange is where exp is neither 0 nor infinite, with a margin that lets the
// result overflow and underflow by itself.
func (v formulas[V]) expRange() (lo, hi float64) {
	if v.size == 4 {
		return -104, 89
	}
	return -746, 710
}

// exp: x = n·ln 2 + r with |r| ≤ ½ ln 2, eˣ = 2ⁿ(1 + r + r²·q(r)).
func (v formulas[V]) exp(x V) V {
	lo, hi := v.expRange()
	p, n := v.expParts(v.atLeast(v.atMost(x, hi), lo))
	return v.scale(v.add(p, v.num(1)), n)
}

// expParts gives n and p of exp(x + rest) = 2ⁿ(1 + p) for a small rest, if any.
func (v formulas[V]) expParts(x V, rest ...V) (p, n V) {
	n = v.round(v.times(x, v.num(math.Log2E)))
	var r V
	high, low := v.ln2()
	r = v.fnmadd(n, v.num(high), x)
	r = v.fnmadd(n, v.num(low), r)
	for _, small := range rest {
		r = v.add(r, small)
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
func (v formulas[V]) ln2() (high, low float64) {
	if v.size == 4 {
		return 0.693145751953125, 1.428606820309417232121458e-6
	}
	return 0.693147180559890330187045, 5.497923018708371174712472e-14
}

// expm1 is 2ⁿ(p + (1 − 2⁻ⁿ)), where e to the power x is 2ⁿ(1 + p).
func (v formulas[V]) expm1(x V) V {
	lo, hi := -18.0, 89.0 // below, −1
	if v.size == 8 {
		lo, hi = -38, 710
	}
	p, n := v.expParts(v.atLeast(v.atMost(x, hi), lo))
	one := v.move(v.num(1))
	back := v.sub(one, v.scale(one, v.sub(v.constant(0), n)))
	y := v.scale(v.add(p, back), n)
	return v.choose(eq, x, v.num(0), x, y) // −0 stays
}

// reduced is x = 2ᵉ·m with m in (½√2, √2].
func (v formulas[V]) reduced(x V) (m, e V) {
	m, e = v.split(x)
	half := v.times(m, v.num(0.5))
	up := v.add(e, v.num(1))
	e = v.choose(gt, m, v.num(math.Sqrt2), up, e)
	return v.choose(gt, m, v.num(math.Sqrt2), half, m), e
}

// log: log x = e·ln 2 + log m.
func (v formulas[V]) log(x V) V {
	m, e := v.reduced(x)
	f := v.sub(m, v.num(1))
	var res V
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
func (v formulas[V]) logPoly(f, e V) V {
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
func (v formulas[V]) logAtanh(f, e V) V {
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

func (v formulas[V]) signBit() Op {
	if v.size == 4 {
		return v.bits(1 << 31)
	}
	return v.bits(1 << 63)
}

func (v formulas[V]) abs(x V) V {
	if v.size == 4 {
		return v.and(x, v.bits(1<<31-1))
	}
	return v.and(x, v.bits(1<<63-1))
}

// tanh: x + x³P(x²) for |x| < 0.625, otherwise sign(x)·(1 − 2/(e^{2|x|} + 1)).
func (v formulas[V]) tanh(x V) V {
	a := v.abs(x)
	z := v.times(x, x)
	var p V
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
func (v formulas[V]) sigmoid(x V) V {
	e := v.exp(v.or(x, v.signBit()))
	d := v.add(e, v.num(1))
	top := v.choose(lt, x, v.num(0), e, v.move(v.num(1)))
	// A NaN in x is lost to the comparison but not to e.
	return v.div(top, d)
}

// softplus is max(x,0) + log1p(e), e = exp(−|x|).
func (v formulas[V]) softplus(x V) V {
	return v.add(v.atLeast(x, 0), v.log1p(v.exp(v.or(x, v.signBit()))))
}

// log1p is log(1+x) by the logarithm of the rounded u = 1+x, corrected by the
// part (x − (u−1))/u that rounding lost; there is none at −1 and ∞.
func (v formulas[V]) log1p(x V) V {
	u := v.add(x, v.num(1))
	c := v.div(v.sub(x, v.sub(u, v.num(1))), u)
	return v.add(v.log(u), v.keep(lt, v.abs(c), v.num(math.Inf(1)), c))
}

// expBelow is exp(x − top), with what rounding the difference lost.
func (v formulas[V]) expBelow(x, top V) V {
	d := v.sub(x, top)
	back := v.sub(d, x)
	lost := v.sub(v.sub(x, v.sub(d, back)), v.add(top, back))
	lo, _ := v.expRange()
	lost = v.keep(gt, d, v.num(lo), lost) // which may be large beyond
	p, n := v.expParts(v.atLeast(d, lo), lost)
	return v.scale(v.add(p, v.num(1)), n)
}
