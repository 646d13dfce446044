package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
		if count == 2 && targets[0] == "y" {
			v.prefetch(ptr, sources)
		}
		v.apply(ptr, targets, sources, nil, count, k, func(in []reg.VecVirtual) []reg.VecVirtual { return f(in, s) })
	})
	VZEROUPPER()
	RET()
}

// prefetch asks for what two vectors will need in a while: with four arrays the
// processor's own look ahead, which ends with each page, is too short.
func (v vec) prefetch(ptr map[string]reg.Register, sources []string) {
	const ahead = 2048
	for _, p := range sources {
		for u := range 2 {
			PREFETCHT0(Mem{Base: ptr[p], Disp: ahead + u*v.bytes()})
		}
	}
}

// powInt writes whole powers by repeated squaring, the bits of k from the
// lowest on.
func (v vec) powInt() {
	fn := v.function("powInt", "power")
	TEXT(fn, NOSPLIT, fmt.Sprintf("func(dst, a *%s, k, n int)", v.goType))
	Pragma("noescape")
	Doc(fn + " is a to the power k > 0 over n elements.")
	ptr := v.pointers([]string{"dst", "a"})
	k := Load(Param("k"), GP64())
	n := Load(Param("n"), GP64())
	loops := 0
	v.walk(n, values(ptr, []string{"dst", "a"}), 4, func(count int, mask reg.OpmaskVirtual) {
		loops++
		bit, even := fmt.Sprint("bit", loops), fmt.Sprint("even", loops)
		left := GP64()
		MOVQ(k, left)
		var x, y []reg.VecVirtual
		for u := range count {
			x = append(x, v.get(Mem{Base: ptr["a"], Disp: u * v.bytes()}, mask))
			y = append(y, v.move(v.num(1)))
		}
		Label(bit)
		TESTQ(U32(1), left)
		JE(LabelRef(even))
		for u := range count {
			v.mul(x[u], y[u], y[u])
		}
		Label(even)
		for u := range count {
			v.mul(x[u], x[u], x[u])
		}
		SHRQ(U8(1), left)
		JNE(LabelRef(bit))
		for u := range count {
			v.put(y[u], Mem{Base: ptr["dst"], Disp: u * v.bytes()}, mask)
		}
	})
	VZEROUPPER()
	RET()
}
