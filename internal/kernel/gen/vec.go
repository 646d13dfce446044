package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec writes arithmetic on whole vectors of one element type in one
// instruction set. Every method yields a new register, so a formula reads from
// top to bottom.
type vec struct {
	elem
	wide bool // AVX-512; otherwise AVX2
}

func (v vec) isa() string {
	if v.wide {
		return "AVX512"
	}
	return "AVX2"
}

func (v vec) bytes() int {
	if v.wide {
		return 64
	}
	return 32
}

// function is the name of a kernel in this instruction set; kind names the type
// of its versions.
func (v vec) function(name, kind string) string {
	if _, known := kinds[name]; !known {
		written = append(written, name)
	}
	kinds[name] = kind
	return name + v.name + v.isa()
}

// written are the kernels in the order of writing, kinds the types of them.
var (
	written []string
	kinds   = map[string]string{}
)

// formulas are those of this element type and instruction set.
func (v vec) formulas() formulas[reg.VecVirtual] { return formulas[reg.VecVirtual]{v, v.size} }

func (v vec) kernels() kernels[reg.VecVirtual] { return kernels[reg.VecVirtual]{v.formulas(), v} }

func (v vec) lanes() int { return v.bytes() / v.size }

func (v vec) reg() reg.VecVirtual {
	if v.wide {
		return ZMM()
	}
	return YMM()
}

// ps picks the instruction of the element type.
func (v vec) ps(single, double func(...Op)) func(...Op) {
	if v.size == 4 {
		return single
	}
	return double
}

var constants = map[string]Mem{}

// bits is a constant with every lane set to the same bits.
func (v vec) bits(b uint64) Op {
	name := fmt.Sprintf("c%d_%x", v.size*8, b)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := 0; i < 64; i += v.size {
		if v.size == 4 {
			DATA(i, U32(b))
		} else {
			DATA(i, U64(b))
		}
	}
	constants[name] = m
	return m
}

// num is a constant with every lane set to x, rounded to the element type.
func (v vec) num(x float64) Op {
	if v.size == 4 {
		return v.bits(uint64(math.Float32bits(float32(x))))
	}
	return v.bits(math.Float64bits(x))
}

func (v vec) op2(f func(...Op), b, a Op) reg.VecVirtual {
	r := v.reg()
	f(b, a, r)
	return r
}

func (v vec) move(a Op) reg.VecVirtual {
	r := v.reg()
	v.load(a, r)
	return r
}

// In the two-operand methods a must be a register; b may be memory.
func (v vec) add(a, b Op) reg.VecVirtual   { return v.op2(v.ps(VADDPS, VADDPD), b, a) }
func (v vec) sub(a, b Op) reg.VecVirtual   { return v.op2(v.ps(VSUBPS, VSUBPD), b, a) }
func (v vec) times(a, b Op) reg.VecVirtual { return v.op2(v.mul, b, a) }
func (v vec) div(a, b Op) reg.VecVirtual   { return v.op2(v.ps(VDIVPS, VDIVPD), b, a) }
func (v vec) and(a, b Op) reg.VecVirtual   { return v.op2(v.ps(VANDPS, VANDPD), b, a) }
func (v vec) or(a, b Op) reg.VecVirtual    { return v.op2(v.ps(VORPS, VORPD), b, a) }
func (v vec) xor(a, b Op) reg.VecVirtual   { return v.op2(v.ps(VXORPS, VXORPD), b, a) }

// atMost and atLeast clamp x by b and keep a NaN in x: the instruction returns
// its second source when either is NaN.
func (v vec) atMost(x reg.VecVirtual, b float64) reg.VecVirtual {
	return v.op2(v.ps(VMINPS, VMINPD), x, v.move(v.num(b)))
}

func (v vec) atLeast(x reg.VecVirtual, b float64) reg.VecVirtual {
	return v.op2(v.ps(VMAXPS, VMAXPD), x, v.move(v.num(b)))
}

// larger and smaller are NaN if either is.
func (v vec) larger(a, b reg.VecVirtual) reg.VecVirtual {
	return v.choose(nan, a, a, a, v.op2(v.ps(VMAXPS, VMAXPD), b, a))
}

func (v vec) smaller(a, b reg.VecVirtual) reg.VecVirtual {
	return v.choose(nan, a, a, a, v.op2(v.ps(VMINPS, VMINPD), b, a))
}

// fmadd is a·b + c in a new register, fnmadd c − a·b, fmsub a·b − c.
func (v vec) fmadd(a, b, c Op) reg.VecVirtual {
	r := v.move(c)
	v.fma(b, a, r)
	return r
}

func (v vec) fnmadd(a, b, c Op) reg.VecVirtual {
	r := v.move(c)
	v.ps(VFNMADD231PS, VFNMADD231PD)(b, a, r)
	return r
}

func (v vec) fmsub(a, b, c Op) reg.VecVirtual {
	r := v.move(c)
	v.ps(VFMSUB231PS, VFMSUB231PD)(b, a, r)
	return r
}

// poly is c[0] + c[1]x + c[2]x² + … by Horner's rule.
func (v vec) poly(x reg.VecVirtual, c ...float64) reg.VecVirtual {
	p := v.move(v.num(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		v.ps(VFMADD213PS, VFMADD213PD)(v.num(c[i]), x, p)
	}
	return p
}

// round is the nearest whole number, ties to even.
func (v vec) round(x reg.VecVirtual) reg.VecVirtual { return v.rounded(x, 8) }

// rounded is a whole number near x: 8 the nearest, 9 not above, 10 not below.
func (v vec) rounded(x reg.VecVirtual, mode uint8) reg.VecVirtual {
	r := v.reg()
	if v.wide {
		v.ps(VRNDSCALEPS, VRNDSCALEPD)(U8(mode), x, r)
	} else {
		round := VROUNDPD
		if v.size == 4 {
			round = VROUNDPS
		}
		round(U8(mode), x, r)
	}
	return r
}

// Predicates of comparisons.
const (
	eq  = 0  // equal
	lt  = 17 // less, quiet
	gt  = 30 // greater, quiet
	nan = 3  // either is NaN, quiet
	nlt = 21 // not less: greater, equal or NaN, quiet
	nge = 25 // not greater or equal: less or NaN
)

// choose is t where a ⟨predicate⟩ b, and f elsewhere.
func (v vec) choose(predicate uint8, a reg.VecVirtual, b, t Op, f reg.VecVirtual) reg.VecVirtual {
	r := v.reg()
	if v.wide {
		k := K()
		v.ps(VCMPPS, VCMPPD)(U8(predicate), b, a, k)
		v.ps(VBLENDMPS, VBLENDMPD)(t, f, k, r)
		return r
	}
	m := v.reg()
	v.ps(VCMPPS, VCMPPD)(U8(predicate), b, a, m)
	blend := VBLENDVPD
	if v.size == 4 {
		blend = VBLENDVPS
	}
	blend(m, t, f, r)
	return r
}

// keep is x where a ⟨predicate⟩ b, and 0 elsewhere.
func (v vec) keep(predicate uint8, a reg.VecVirtual, b Op, x reg.VecVirtual) reg.VecVirtual {
	r := v.reg()
	if v.wide {
		k := K()
		v.ps(VCMPPS, VCMPPD)(U8(predicate), b, a, k)
		if v.size == 4 {
			VMOVAPS_Z(x, k, r)
		} else {
			VMOVAPD_Z(x, k, r)
		}
		return r
	}
	v.ps(VCMPPS, VCMPPD)(U8(predicate), b, a, r)
	return v.and(r, x)
}

// loop writes f over whole vectors, dst[i:i+lanes] = f(a[i:i+lanes], …, s…),
// for n elements; the scalars s come broadcast, after the vectors.
func (v vec) loop(name, doc string, vectors, scalars int, f func(in []reg.VecVirtual) reg.VecVirtual) {
	v.streams(name, doc, []string{"dst"}, []string{"a", "b", "c", "d"}[:vectors], scalars, func(in []reg.VecVirtual) []reg.VecVirtual {
		return []reg.VecVirtual{f(in)}
	})
}

// streams writes f over whole vectors of several slices: f takes those of
// sources, then the scalars, and gives those of targets. A name may be both.
func (v vec) streams(name, doc string, targets, sources []string, scalars int, f func(in []reg.VecVirtual) []reg.VecVirtual) {
	fn := v.function(name, fmt.Sprintf("map%d%d", len(sources), scalars))
	names := slices.Clone(targets)
	for _, s := range sources {
		if !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	sig := "func(" + strings.Join(names, ", ") + " *" + v.goType
	for i := range scalars {
		sig += fmt.Sprintf(", s%d %s", i, v.goType)
	}
	TEXT(fn, NOSPLIT, sig+", n int)")
	Pragma("noescape")
	Doc(fn + " is " + doc + " over n elements.")
	ptr := v.pointers(names)
	n := Load(Param("n"), GP64())
	s := v.scalars(scalars)
	v.walk(n, values(ptr, names), 2, func(count int, k reg.OpmaskVirtual) {
		v.apply(ptr, targets, sources, s, count, k, f)
	})
	VZEROUPPER()
	RET()
}

// apply loads count vectors of each source, calls f and stores the targets.
func (v vec) apply(ptr map[string]reg.Register, targets, sources []string, s []reg.VecVirtual, count int, k reg.OpmaskVirtual, f func(in []reg.VecVirtual) []reg.VecVirtual) {
	var xs [][]reg.VecVirtual
	for u := range count {
		var x []reg.VecVirtual
		for _, p := range sources {
			x = append(x, v.get(Mem{Base: ptr[p], Disp: u * v.bytes()}, k))
		}
		xs = append(xs, append(x, s...))
	}
	for u, x := range xs {
		for i, y := range f(x) {
			v.put(y, Mem{Base: ptr[targets[i]], Disp: u * v.bytes()}, k)
		}
	}
}

// pointers loads the parameters of these names.
func (v vec) pointers(names []string) map[string]reg.Register {
	ptr := map[string]reg.Register{}
	for _, p := range names {
		ptr[p] = Load(Param(p), GP64())
	}
	return ptr
}

// values are the registers of the names, in their order.
func values(ptr map[string]reg.Register, names []string) []reg.Register {
	var all []reg.Register
	for _, p := range names {
		all = append(all, ptr[p])
	}
	return all
}

// get and put move a vector; a mask leaves out what lies beyond the end.
func (v vec) get(m Mem, k reg.OpmaskVirtual) reg.VecVirtual {
	if k == nil {
		return v.move(m)
	}
	r := v.reg()
	v.loadZ(m, k, r)
	return r
}

func (v vec) put(x reg.VecVirtual, m Mem, k reg.OpmaskVirtual) {
	if k == nil {
		v.store(x, m)
	} else {
		v.storeZ(x, k, m)
	}
}

// getOr is get with the lanes beyond the end set to x.
func (v vec) getOr(m Mem, k reg.OpmaskVirtual, x float64) reg.VecVirtual {
	if k == nil || x == 0 {
		return v.get(m, k)
	}
	r := v.move(v.num(x))
	v.storeZ(m, k, r)
	return r
}

// walk writes the loop over n elements: body for many vectors at a time, then
// for one; AVX-512 does the rest of a vector under a mask, for AVX2 n is a
// multiple of lanes. The pointers move along.
func (v vec) walk(n reg.Register, ptrs []reg.Register, many int, body func(count int, k reg.OpmaskVirtual)) {
	step := func(count int) {
		body(count, nil)
		for _, p := range ptrs {
			ADDQ(U32(count*v.bytes()), p)
		}
		SUBQ(U32(count*v.lanes()), n)
	}
	Label("many")
	CMPQ(n, U32(many*v.lanes()))
	JLT(LabelRef("one"))
	step(many)
	JMP(LabelRef("many"))
	Label("one")
	CMPQ(n, U32(v.lanes()))
	JLT(LabelRef("tail"))
	step(1)
	JMP(LabelRef("one"))
	Label("tail")
	if v.wide {
		TESTQ(n, n)
		JE(LabelRef("done"))
		body(1, v.tailMask(n.(reg.GPVirtual)))
		Label("done")
	}
}

// scalars broadcasts the parameters s0, s1, …
func (v vec) scalars(n int) []reg.VecVirtual {
	s := make([]reg.VecVirtual, n)
	for i := range s {
		s[i] = v.reg()
		addr, err := Param(fmt.Sprintf("s%d", i)).Resolve()
		if err != nil {
			panic(err)
		}
		v.broadcast(addr.Addr, s[i])
	}
	return s
}

// tailMask has the lowest n bits set.
func (v vec) tailMask(n reg.GPVirtual) reg.OpmaskVirtual {
	ones, k := GP32(), K()
	MOVL(U32(0xffffffff), ones)
	BZHIL(n.As32(), ones, ones)
	KMOVW(ones, k)
	return k
}
