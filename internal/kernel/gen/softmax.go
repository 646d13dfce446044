package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowWalk goes along rows of n elements, whole vectors and then what is left of
// a row under a mask.
type rowWalk struct {
	vec
	full, rest reg.GPVirtual
	k          reg.OpmaskVirtual // of the rest, AVX-512
	m          reg.VecVirtual    // of the rest, AVX2
}

func (v vec) rowWalk(n reg.GPVirtual) *rowWalk {
	w := &rowWalk{vec: v, full: GP64(), rest: GP64()}
	MOVQ(n, w.full)
	MOVQ(n, w.rest)
	shift := map[int]uint8{4: 2, 8: 3, 16: 4}[v.lanes()]
	SHRQ(U8(shift), w.full)
	ANDQ(U32(v.lanes()-1), w.rest)
	if v.wide {
		w.k = v.tailMask(w.rest)
		return w
	}
	table := v.numbered()
	w.m = YMM()
	VMOVQ(w.rest, w.m.AsX())
	if v.size == 4 {
		VPBROADCASTD(w.m.AsX(), w.m)
		VPCMPGTD(table, w.m, w.m)
	} else {
		VPBROADCASTQ(w.m.AsX(), w.m)
		VPCMPGTQ(table, w.m, w.m)
	}
	return w
}

// numbered is a constant with the number of each lane.
func (v vec) numbered() Mem {
	name := "lanes" + v.name
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range v.lanes() {
		if v.size == 4 {
			DATA(4*i, U32(i))
		} else {
			DATA(8*i, U64(i))
		}
	}
	constants[name] = m
	return m
}

// along runs body for the vectors of a row at the pointers; tail says that only
// the lanes of the mask count.
func (w *rowWalk) along(label string, ptrs []reg.GPVirtual, body func(tail bool)) {
	left := GP64()
	MOVQ(w.full, left)
	TESTQ(left, left)
	JE(LabelRef(label + "Rest"))
	Label(label)
	body(false)
	for _, p := range ptrs {
		ADDQ(U32(w.bytes()), p)
	}
	DECQ(left)
	JNE(LabelRef(label))
	Label(label + "Rest")
	TESTQ(w.rest, w.rest)
	JE(LabelRef(label + "Done"))
	body(true)
	Label(label + "Done")
}

// read loads a vector, x in the lanes that do not count.
func (w *rowWalk) read(p reg.GPVirtual, tail bool, x float64) reg.VecVirtual {
	m := Mem{Base: p}
	switch {
	case !tail:
		return w.move(m)
	case w.wide:
		return w.getOr(m, w.k, x)
	}
	r, out, other := YMM(), YMM(), w.move(w.num(x))
	if w.size == 4 {
		VMASKMOVPS(m, w.m, r)
		VBLENDVPS(w.m, r, other, out)
	} else {
		VMASKMOVPD(m, w.m, r)
		VBLENDVPD(w.m, r, other, out)
	}
	return out
}

func (w *rowWalk) write(x reg.VecVirtual, p reg.GPVirtual, tail bool) {
	m := Mem{Base: p}
	switch {
	case !tail:
		w.store(x, m)
	case w.wide:
		w.storeZ(x, w.k, m)
	case w.size == 4:
		VMASKMOVPS(x, w.m, m)
	default:
		VMASKMOVPD(x, w.m, m)
	}
}

// expSums takes the largest element out of each row, so that nothing overflows,
// and sums the exponentials of what is left; softmax also stores each as a share
// of that sum.
func (v vec) expSums(softmax bool) {
	if softmax {
		v.rowsText("softmax", "func(dst, x *%[1]s, tops, sums *float64, rows, n int)",
			"dst[r,j] = exp(x[r,j] − tops[r])/sums[r] for rows of n elements, with what expSums gives.")
	} else {
		v.rowsText("expSums", "func(x *%s, tops, sums *float64, rows, n int)",
			"tops[r] = max x[r,j] and sums[r] = Σ exp(x[r,j] − tops[r]) for rows of n elements.")
	}
	p := params("x", "tops", "sums", "rows", "n")
	x, tops, sums, rows := p[0], p[1], p[2], p[3]
	w := v.rowWalk(p[4])
	var dst reg.GPVirtual
	if softmax {
		dst = param("dst")
	}
	Label("row")
	at, to := GP64(), GP64()
	MOVQ(x, at)
	top := v.constant(math.Inf(-1))
	w.along("top", []reg.GPVirtual{at}, func(tail bool) {
		v.load(v.larger(top, w.read(at, tail, math.Inf(-1))), top)
	})
	top = v.spread(top, v.larger)
	ptrs := []reg.GPVirtual{x}
	if softmax {
		MOVQ(dst, to)
		ptrs = append(ptrs, to)
	}
	double := vec{f64, v.wide}
	total := double.zeroed(1)[0]
	w.along("exp", ptrs, func(tail bool) {
		y := v.formulas().expBelow(w.read(x, tail, math.Inf(-1)), top)
		if softmax {
			w.write(y, to, tail)
		}
		for _, d := range v.doubles(y) {
			double.addTo(total, d)
		}
	})
	v.skipRest(w, x)
	sum := double.across(total)
	VMOVSD(sum.AsX(), Mem{Base: sums})
	v.storeTop(top, tops)
	if softmax {
		v.divideRow(w, dst, sum)
	}
	ADDQ(U32(8), tops)
	ADDQ(U32(8), sums)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// skipRest moves p from the last whole vector of a row to its end.
func (v vec) skipRest(w *rowWalk, p reg.GPVirtual) {
	LEAQ(Mem{Base: p, Index: w.rest, Scale: uint8(v.size)}, p)
}

// divideRow divides a row by its sum and moves on to the next.
func (v vec) divideRow(w *rowWalk, dst reg.GPVirtual, sum reg.VecVirtual) {
	by := v.reg()
	if v.size == 4 {
		VCVTSD2SS(sum.AsX(), sum.AsX(), sum.AsX())
		VBROADCASTSS(sum.AsX(), by)
	} else {
		VBROADCASTSD(sum.AsX(), by)
	}
	w.along("share", []reg.GPVirtual{dst}, func(tail bool) {
		w.write(v.div(w.read(dst, tail, 0), by), dst, tail)
	})
	v.skipRest(w, dst)
}

// storeTop writes the lowest lane as a float64.
func (v vec) storeTop(top reg.VecVirtual, to reg.GPVirtual) {
	if v.size == 4 {
		r := XMM()
		VCVTSS2SD(top.AsX(), top.AsX(), r)
		VMOVSD(r, Mem{Base: to})
		return
	}
	VMOVSD(top.AsX(), Mem{Base: to})
}
