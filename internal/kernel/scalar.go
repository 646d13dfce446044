package kernel

import "math"

// The functions of one number that package math lacks, or has with a flaw.

// LogOf is the natural logarithm. Package math is wrong by several units for
// subnormal numbers on amd64, so these are scaled first.
func LogOf(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// SigmoidOf is 1/(1+exp(−x)); the exponential never overflows.
func SigmoidOf(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// SoftplusOf is log(1+exp(x)) = max(x, 0) + log1p(exp(−|x|)).
func SoftplusOf(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

// PowOf is x to the power y with the special cases of math.Pow, whose error
// grows with y: here log x and its product with y are sums of two numbers.
func PowOf(x, y float64) float64 {
	ax := math.Abs(x)
	switch {
	case !(ax > 0) || math.IsInf(ax, 1) || !(math.Abs(y) < 0x1p60) || x == 1 || y == 0 || y == 0.5:
		return math.Pow(x, y)
	case x < 0 && y != math.Floor(y):
		return math.NaN()
	}
	h, l := logPair(ax)
	p := y * h
	r := math.Exp(p)
	if r > 0 && r <= math.MaxFloat64 {
		r = math.FMA(r, math.FMA(y, h, -p)+y*l, r)
	}
	if x < 0 && math.Mod(y, 2) != 0 {
		return -r
	}
	return r
}

// logPair is log x as a sum of two numbers: with x = 2ᵉ·m, s = (m−1)/(m+1) and
// z = s² it is e·ln 2 + 2s(1 + z/3 + z²Q(z)).
func logPair(x float64) (h, l float64) {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, k = 2*m, k-1
	}
	e := float64(k)
	f, dh := m-1, m+1
	dl := m - (dh - 1)
	sh := f / dh
	sl := math.FMA(-sh, dl, math.FMA(-sh, dh, f)) / dh
	zh := sh * sh
	zl := math.FMA(2*sh, sl, math.FMA(sh, sh, -zh))
	const third, rest = 0.3333333333333333148296163, 1.850371707708594234039386e-17
	th := zh * third
	tl := math.FMA(zl, third, math.FMA(zh, rest, math.FMA(zh, third, -th)))
	q := 0.058650539309465146965
	for _, c := range [...]float64{0.058527859478386046675, 0.066674147869532672879, 0.076922972519049444338, 0.090909091698488160863, 0.11111111110818421931, 0.14285714285714698711, 0.19999999999999999904} {
		q = math.FMA(q, zh, c)
	}
	wh, wl := sumPair(th, zh*zh*q)
	wl += tl
	ph := sh * wh
	pl := math.FMA(sl, wh, math.FMA(sh, wl, math.FMA(sh, wh, -ph)))
	uh, ul := sumPair(sh, ph)
	ul += pl + sl
	const high, low = 0.693147180559890330187045, 5.497923018708371174712472e-14 // of ln 2
	h, l = sumPair(e*high, 2*uh)
	return h, l + math.FMA(e, low, 2*ul)
}

// sumPair is a + b without rounding, for |a| ≥ |b| or a = 0.
func sumPair(a, b float64) (h, l float64) {
	h = a + b
	return h, a - h + b
}
