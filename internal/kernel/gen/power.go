package main

import "math"

// power writes a to the power b for positive finite a and finite b, and the
// count of elements that are not.
func (v kernels[V]) power() {
	pow := func(in []V) V { return v.pow(in[0], in[1]) }
	v.loop("pow", "a to the power b", 2, 0, pow)
	v.loop("powS", "a to the power s0", 1, 1, pow)
	v.loop("sPow", "s0 to the power a", 1, 1, func(in []V) V { return v.pow(in[1], in[0]) })
	v.sum("notPositive", "the number of a that are not positive and finite,", 1, 1, func(acc V, x []V) {
		bad := v.choose(gt, x[0], v.num(0), v.num(0), v.constant(1))
		v.addTo(acc, v.choose(lt, x[0], v.num(math.Inf(1)), bad, v.constant(1)))
	})
}

// pow is exp(b·log a), the logarithm and the product in pairs of numbers.
func (v formulas[V]) pow(a, b V) V {
	h, l := v.logPair(a)
	ph := v.times(b, h)
	pl := v.fmadd(b, l, v.fmsub(b, h, ph))
	pl = v.keep(lt, v.abs(ph), v.num(1000), pl) // not where the product overflows
	lo, hi := v.expRange()
	p, n := v.expParts(v.atLeast(v.atMost(ph, hi), lo), pl)
	return v.choose(eq, a, v.num(1), v.num(1), v.scale(v.add(p, v.num(1)), n)) // even 1 to a NaN
}

// logPair is log x = e·ln 2 + 2s(1 + z/3 + z²Q(z)) as a sum of two numbers, with
// s = (m−1)/(m+1) and z = s² as such sums too.
func (v formulas[V]) logPair(x V) (h, l V) {
	m, e := v.reduced(x)
	sh, sl := v.ratioPair(m)
	zh := v.times(sh, sh)
	zl := v.fmadd(v.add(sh, sh), sl, v.fmsub(sh, sh, zh))
	third := 1.0 / 3
	if v.size == 4 {
		third = float64(float32(third))
	}
	rest := -9.934107462565104166666667e-9
	if v.size == 8 {
		rest = 1.850371707708594234039386e-17
	}
	th := v.times(zh, v.num(third))
	tl := v.fmadd(zl, v.num(third), v.fmadd(zh, v.num(rest), v.fmsub(zh, v.num(third), th)))
	var q V
	if v.size == 4 {
		q = v.poly(zh, 0.19999999951412124061, 0.14285766770998621207, 0.11102283763229139959, 0.095628672188596896469)
	} else {
		q = v.poly(zh, 0.19999999999999999904, 0.14285714285714698711, 0.11111111110818421931, 0.090909091698488160863,
			0.076922972519049444338, 0.066674147869532672879, 0.058527859478386046675, 0.058650539309465146965)
	}
	wh, wl := v.sumPair(th, v.times(v.times(zh, zh), q))
	wl = v.add(wl, tl)
	// s + s·w, twice
	ph := v.times(sh, wh)
	pl := v.fmadd(sl, wh, v.fmadd(sh, wl, v.fmsub(sh, wh, ph)))
	uh, ul := v.sumPair(sh, ph)
	ul = v.add(ul, v.add(pl, sl))
	high, low := v.ln2()
	h, l = v.sumPair(v.times(e, v.num(high)), v.add(uh, uh))
	return h, v.add(l, v.fmadd(e, v.num(low), v.add(ul, ul)))
}

// ratioPair is (m−1)/(m+1) as a sum of two numbers.
func (v formulas[V]) ratioPair(m V) (h, l V) {
	f := v.sub(m, v.num(1))
	dh := v.add(m, v.num(1))
	dl := v.sub(m, v.sub(dh, v.num(1)))
	h = v.div(f, dh)
	left := v.fnmadd(h, dl, v.fnmadd(h, dh, f))
	return h, v.div(left, dh)
}

// sumPair is a + b without rounding, for |a| ≥ |b| or a = 0.
func (v formulas[V]) sumPair(a, b V) (h, l V) {
	h = v.add(a, b)
	return h, v.add(v.sub(a, h), b)
}

// erf is x + x·P(x²) for |x| < 1, otherwise sign(x)·(1 − exp(−x²)·R(t)) with
// t = (|x|−3)/(|x|+3).
func (v formulas[V]) erf(x V) V {
	z := v.times(x, x)
	var p, r V
	top := 4.0 // beyond, the result is 1
	if v.size == 8 {
		top = 6
	}
	a := v.atMost(v.abs(x), top)
	t := v.div(v.sub(a, v.num(3)), v.add(a, v.num(3)))
	if v.size == 4 {
		p = v.poly(z, 0.12837916584835094603, -0.37612626666720331023, 0.11283594715160217732, -0.026854212010626412443,
			0.0051890874234339739861, -0.00080168642871658695293, 0.000078758750626854883411)
		r = v.poly(t, 0.17900115118131857194, -0.32623354491338166229, 0.24560382210495475585, -0.15011811326231994311,
			0.07165749817456663644, -0.024337653526757345547, 0.0046650945273359074653, 0.0015493261768614456713)
	} else {
		p = v.poly(z, 0.12837916709551257377, -0.37612638903183748056, 0.11283791670954878666, -0.026866170645076793248,
			0.0052239776248180144673, -0.00085483269808337899052, 0.00012055331111642710923, -0.000014925595266831181565,
			1.6461000484121368033e-6, -1.6350312701054695011e-7, 1.4659775274047435814e-8, -1.137284885679167367e-9, 5.9571761477489114044e-11)
		r = v.poly(t, 0.17900115118138995038, -0.32623356004303723321, 0.24560380171233091336, -0.1501159365007758145,
			0.071665837197973308226, -0.024392499318790734847, 0.0042691363330778686353, 0.00070774644356119723542,
			-0.00059706195318153519556, 0.00004525520140579536031, 0.000064056577940516656969, -0.000012859347351455289403,
			-7.9776965796440728579e-6, 2.1124428949403865976e-6, 1.2459620847174091823e-6, -2.6915157592850124842e-7, -2.0355575642200859218e-7)
	}
	small := v.fmadd(x, p, x)
	e := v.exp(v.sub(v.constant(0), v.times(a, a)))
	large := v.fnmadd(e, r, v.num(1))
	large = v.or(large, v.and(x, v.signBit()))
	return v.choose(lt, v.abs(x), v.num(1), small, large)
}
