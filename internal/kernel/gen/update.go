package main

import (
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// updates writes the fused update rules. They round as the plain loops do:
// products and sums apart, no fused multiply-add.
func updates() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			v.update("momentumMove", "the move of one step of momentum, left in grad,", "grad m", 3, v.momentum)
			v.update("adamMove", "the move of one step of Adam, left in grad,", "grad m v", 6, v.adam)
			v.update("momentumStep", "one step of momentum", "y m", 3, v.momentumStep)
			v.update("nesterovStep", "one step of Nesterov's momentum", "y m", 2, v.nesterovStep)
			v.update("adamStep", "one step of Adam", "y m v", 7, v.adamStep)
			v.update("rmspropStep", "one step of RMSProp", "y v", 4, v.rmspropStep)
			v.update("adagradStep", "one step of Adagrad", "y v", 2, v.adagradStep)
			v.update("lionStep", "one step of Lion", "y m", 6, v.lionStep)
		}
	}
}

// update writes one pass of a rule: y = x + move, or grad = move where y is not
// among the slices written, and what the rule remembers. All rules have one
// signature; they read no pointer that they have no use for. f takes the vectors
// x and of what is remembered, the gradient behind them, and the settings s, and
// gives the vectors written.
func (v vec) update(name, doc, written string, settings int, f func(in, s []reg.VecVirtual) []reg.VecVirtual) {
	fn := v.function(name, "update")
	TEXT(fn, NOSPLIT, "func(y, x, grad, m, v *"+v.goType+", s0, s1, s2, s3, s4, s5, s6 "+v.goType+", n int)")
	Pragma("noescape")
	Doc(fn + " is " + doc + " over n elements.")
	targets := strings.Fields(written)
	sources, names := targets, targets
	if targets[0] == "y" {
		sources = append(append([]string{"x"}, targets[1:]...), "grad")
		names = append([]string{"y"}, sources...)
	}
	s := v.scalars(settings)
	ptr := v.pointers(names)
	n := Load(Param("n"), GP64())
	many := 1
	if v.wide { // registers enough
		many = 2
	}
	v.walk(n, values(ptr, names), many, func(count int, k reg.OpmaskVirtual) {
		v.apply(ptr, targets, sources, nil, count, k, func(in []reg.VecVirtual) []reg.VecVirtual { return f(in, s) })
	})
	VZEROUPPER()
	RET()
}

// adam: with s = β₁, 1−β₁, β₂, 1−β₂, −η, ε,
//
//	m = s0·m + s1·g;  v = s2·v + s3·g·g;  g = s4·m/(√v + s5)
//
// and moments that no longer count set to zero.
func (v vec) adam(in, s []reg.VecVirtual) []reg.VecVirtual {
	g, m, w := in[0], in[1], in[2]
	m = v.flush(v.add(v.times(m, s[0]), v.times(g, s[1])))
	w = v.flush(v.add(v.times(w, s[2]), v.timesSquare(s[3], g)))
	return []reg.VecVirtual{v.div(v.times(m, s[4]), v.add(v.sqrt(w), s[5])), m, w}
}

// adamStep: with s6 = −d besides, y = x + (g + s6·x) for the g of adam.
func (v vec) adamStep(in, s []reg.VecVirtual) []reg.VecVirtual {
	x, m, w, g := in[0], in[1], in[2], in[3]
	out := v.adam([]reg.VecVirtual{g, m, w}, s)
	out[0] = v.add(x, v.add(out[0], v.times(x, s[6])))
	return out
}

// momentum: with s = β, 1−d, −η, m = s0·m + s1·g;  g = s2·m.
func (v vec) momentum(in, s []reg.VecVirtual) []reg.VecVirtual {
	g, m := in[0], in[1]
	m = v.flush(v.add(v.times(m, s[0]), v.times(g, s[1])))
	return []reg.VecVirtual{v.times(m, s[2]), m}
}

// momentumStep: y = x + g for the g of momentum.
func (v vec) momentumStep(in, s []reg.VecVirtual) []reg.VecVirtual {
	x, m, g := in[0], in[1], in[2]
	out := v.momentum([]reg.VecVirtual{g, m}, s)
	out[0] = v.add(x, out[0])
	return out
}

// nesterovStep: with s = β, −η, m = s0·m + g;  y = x + s1·(g + s0·m).
func (v vec) nesterovStep(in, s []reg.VecVirtual) []reg.VecVirtual {
	x, m, g := in[0], in[1], in[2]
	m = v.flush(v.add(v.times(m, s[0]), g))
	return []reg.VecVirtual{v.add(x, v.times(v.add(g, v.times(m, s[0])), s[1])), m}
}

// rmspropStep: with s = α, 1−α, −η, ε,
//
//	v = s0·v + s1·g·g;  y = x + s2·g/(√v + s3)
func (v vec) rmspropStep(in, s []reg.VecVirtual) []reg.VecVirtual {
	x, w, g := in[0], in[1], in[2]
	w = v.flush(v.add(v.times(w, s[0]), v.timesSquare(s[1], g)))
	return []reg.VecVirtual{v.add(x, v.div(v.times(g, s[2]), v.add(v.sqrt(w), s[3]))), w}
}

// adagradStep: with s = −η, ε, v = v + g·g;  y = x + s0·g/(√v + s1).
func (v vec) adagradStep(in, s []reg.VecVirtual) []reg.VecVirtual {
	x, w, g := in[0], in[1], in[2]
	h := v.enough(g)
	w = v.flush(v.add(w, v.times(h, h)))
	return []reg.VecVirtual{v.add(x, v.div(v.times(g, s[0]), v.add(v.sqrt(w), s[1]))), w}
}

// lionStep: with s = β₁, 1−β₁, β₂, 1−β₂, −η, −d,
//
//	x = x + (s4·sign(s0·m + s1·g) + s5·x);  m = s2·m + s3·g
func (v vec) lionStep(in, s []reg.VecVirtual) []reg.VecVirtual {
	x, m, g := in[0], in[1], in[2]
	c := v.add(v.times(m, s[0]), v.times(g, s[1]))
	m = v.flush(v.add(v.times(m, s[2]), v.times(g, s[3])))
	u := v.add(v.times(v.sign(c), s[4]), v.times(x, s[5]))
	return []reg.VecVirtual{v.add(x, u), m}
}

// sign is 1, −1, and x itself where that is 0 or NaN.
func (v vec) sign(x reg.VecVirtual) reg.VecVirtual {
	r := v.choose(gt, x, v.num(0), v.move(v.num(1)), x)
	return v.choose(lt, x, v.num(0), v.move(v.num(-1)), r)
}

// flush is x, and 0 where its size no longer counts: before a moment turns
// denormal, which would slow every later step.
func (v vec) flush(x reg.VecVirtual) reg.VecVirtual {
	return v.keep(nlt, v.abs(x), v.num(v.tiny()), x)
}

// enough is g, and 0 where its square would be flushed anyway.
func (v vec) enough(g reg.VecVirtual) reg.VecVirtual {
	return v.keep(nlt, v.abs(g), v.num(math.Sqrt(v.tiny())), g)
}

func (v vec) timesSquare(c, g reg.VecVirtual) reg.VecVirtual {
	h := v.enough(g)
	return v.times(v.times(h, c), h)
}

func (v vec) tiny() float64 {
	if v.size == 4 {
		return 0x1p-120
	}
	return 0x1p-1000
}
