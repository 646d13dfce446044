package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// updates writes the fused update rules. They round as the plain loops do:
// products and sums apart, no fused multiply-add.
func updates() {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			v.streams("adam", "one step of Adam", []string{"u", "m", "v"}, []string{"u", "m", "v"}, 6, v.adam)
			v.streams("momentum", "one step of momentum", []string{"u", "m"}, []string{"u", "m"}, 3, v.momentum)
		}
	}
}

// adam: with s = β₁, 1−β₁, β₂, 1−β₂, −η, ε,
//
//	m = s0·m + s1·u;  v = s2·v + s3·u·u;  u = s4·m/(√v + s5)
//
// and moments that no longer count set to zero.
func (v vec) adam(in []reg.VecVirtual) []reg.VecVirtual {
	g, m, w, s := in[0], in[1], in[2], in[3:]
	m = v.add(v.times(m, s[0]), v.times(g, s[1]))
	m = v.flush(m, v.abs(m))
	w = v.add(v.times(w, s[2]), v.times(v.times(g, s[3]), g))
	w = v.flush(w, w)
	u := v.div(v.times(m, s[4]), v.add(v.sqrt(w), s[5]))
	return []reg.VecVirtual{u, m, w}
}

// flush is x, and 0 where its size is below 2⁻¹²⁰: before a moment turns
// denormal, which would slow every later step.
func (v vec) flush(x, size reg.VecVirtual) reg.VecVirtual {
	return v.choose(lt, size, v.num(0x1p-120), v.zero(), x)
}

func (v vec) zero() Op { return v.move(v.num(0)) }

// momentum: with s = β, 1−d, −η,
//
//	m = s0·m + s1·u;  u = s2·m
func (v vec) momentum(in []reg.VecVirtual) []reg.VecVirtual {
	g, m, s := in[0], in[1], in[2:]
	m = v.add(v.times(m, s[0]), v.times(g, s[1]))
	return []reg.VecVirtual{v.times(m, s[2]), m}
}
