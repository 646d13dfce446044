package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
)

// trigonometry writes sine and cosine, for arguments up to trigLimit.
func trigonometry[V Op](v kernels[V]) {
	v.loop("sin", "the sine", 1, 0, one(func(x V) V { return v.circular(x, 0) }))
	v.loop("cos", "the cosine", 1, 0, one(func(x V) V { return v.circular(x, 1) }))
	v.sum("far", "the number of |a| above the limit of sine and cosine,", 1, 0, func(acc V, x []V) {
		far := v.choose(gt, v.abs(x[0]), v.num(v.trigLimit()), v.num(1), v.move(v.num(0)))
		v.addTo(acc, far)
	})
}

// trigLimit keeps the first step of the reduction exact: the last place of
// n·(π/2) must fit beside the argument.
func (v formulas[V]) trigLimit() float64 {
	if v.size == 4 {
		return 1e4
	}
	return 1e6
}

// circular: x = n·π/2 + r with |r| ≤ π/4, π/2 in three parts (Cody and Waite
// 1980); then sin r or cos r by the quadrant n + shift, and its sign.
func (v formulas[V]) circular(x V, shift uint64) V {
	n := v.round(v.times(x, v.num(2/math.Pi)))
	r := x
	for _, part := range v.halfPi() {
		r = v.fnmadd(n, v.num(part), r)
	}
	z := v.times(r, r)
	var s, c V
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

func (v formulas[V]) halfPi() []float64 {
	if v.size == 4 {
		return []float64{1.5707963705062866211, -4.3711388286737928865e-8, -1.7151245100058818728e-15}
	}
	return []float64{1.570796326794896558, 6.1232339957367660359e-17, -1.4973849048591698329e-33}
}
