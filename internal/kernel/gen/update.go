package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
)

// updates writes the fused update rules. They round as the plain loops do:
// products and sums apart, no fused multiply-add.
func updates[V Op](v kernels[V]) {
	v.rule("momentum", "momentum", "m", 3, 0, v.momentum)
	v.rule("nesterov", "Nesterov's momentum", "m", 2, 0, v.nesterov)
	v.rule("adam", "Adam", "m v", 7, 6, v.adam)
	v.rule("rmsprop", "RMSProp", "v", 4, 0, v.rmsprop)
	v.rule("adagrad", "Adagrad", "v", 2, 0, v.adagrad)
	v.rule("lion", "Lion", "m", 6, 5, v.lion)
}

// rule writes a rule twice: its move left in grad, and its step y = x + move,
// with s[decay]·x in the move unless decay is 0. f takes the gradient and what
// the rule remembers to the move and what it remembers next.
func (v kernels[V]) rule(name, doc, memory string, settings, decay int, f func(in, s []V) []V) {
	v.update(name+"Move", "the move of one step of "+doc+", left in grad,", "grad "+memory, settings, f)
	v.update(name+"Step", "one step of "+doc, "y "+memory, settings, func(in, s []V) []V {
		last := len(in) - 1
		out := f(append([]V{in[last]}, in[1:last]...), s)
		if decay > 0 {
			out[0] = v.add(out[0], v.times(in[0], s[decay]))
		}
		out[0] = v.add(in[0], out[0])
		return out
	})
}

// adam: with s = β₁, 1−β₁, β₂, 1−β₂, −η, ε,
//
//	m = s0·m + s1·g;  v = s2·v + s3·g·g;  move = s4·m/(√v + s5)
//
// and moments that no longer count set to zero.
func (v formulas[V]) adam(in, s []V) []V {
	g, m, w := in[0], in[1], in[2]
	m = v.flush(v.add(v.times(m, s[0]), v.times(g, s[1])))
	w = v.flush(v.add(v.times(w, s[2]), v.timesSquare(s[3], g)))
	return []V{v.div(v.times(m, s[4]), v.add(v.sqrt(w), s[5])), m, w}
}

// momentum: with s = β, 1−d, −η, m = s0·m + s1·g;  move = s2·m.
func (v formulas[V]) momentum(in, s []V) []V {
	g, m := in[0], in[1]
	m = v.flush(v.add(v.times(m, s[0]), v.times(g, s[1])))
	return []V{v.times(m, s[2]), m}
}

// nesterov: with s = β, −η, m = s0·m + g;  move = s1·(g + s0·m).
func (v formulas[V]) nesterov(in, s []V) []V {
	g, m := in[0], in[1]
	m = v.flush(v.add(v.times(m, s[0]), g))
	return []V{v.times(v.add(g, v.times(m, s[0])), s[1]), m}
}

// rmsprop: with s = α, 1−α, −η, ε, v = s0·v + s1·g·g;  move = s2·g/(√v + s3).
func (v formulas[V]) rmsprop(in, s []V) []V {
	g, w := in[0], in[1]
	w = v.flush(v.add(v.times(w, s[0]), v.timesSquare(s[1], g)))
	return []V{v.div(v.times(g, s[2]), v.add(v.sqrt(w), s[3])), w}
}

// adagrad: with s = −η, ε, v = v + g·g;  move = s0·g/(√v + s1).
func (v formulas[V]) adagrad(in, s []V) []V {
	g, w := in[0], in[1]
	h := v.enough(g)
	w = v.flush(v.add(w, v.times(h, h)))
	return []V{v.div(v.times(g, s[0]), v.add(v.sqrt(w), s[1])), w}
}

// lion: with s = β₁, 1−β₁, β₂, 1−β₂, −η,
//
//	move = s4·sign(s0·m + s1·g);  m = s2·m + s3·g
func (v formulas[V]) lion(in, s []V) []V {
	g, m := in[0], in[1]
	c := v.sign(v.add(v.times(m, s[0]), v.times(g, s[1])))
	m = v.flush(v.add(v.times(m, s[2]), v.times(g, s[3])))
	return []V{v.times(c, s[4]), m}
}

// sign is 1, −1, and x itself where that is 0 or NaN.
func (v formulas[V]) sign(x V) V {
	r := v.choose(gt, x, v.num(0), v.move(v.num(1)), x)
	return v.choose(lt, x, v.num(0), v.move(v.num(-1)), r)
}

// flush is x, and 0 where its size no longer counts: before a moment turns
// denormal, which would slow every later step.
func (v formulas[V]) flush(x V) V {
	return v.keep(nlt, v.abs(x), v.num(v.tiny()), x)
}

// enough is g, and 0 where its square would be flushed anyway.
func (v formulas[V]) enough(g V) V {
	return v.keep(nlt, v.abs(g), v.num(math.Sqrt(v.tiny())), g)
}

func (v formulas[V]) timesSquare(c, g V) V {
	h := v.enough(g)
	return v.times(v.times(h, c), h)
}

func (v formulas[V]) tiny() float64 {
	if v.size == 4 {
		return 0x1p-120
	}
	return 0x1p-1000
}
