package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// columnSums: the rows of a group are added in T, the groups in float64.
func (v vec) columnSums() {
	v.rowsText("columnSums", "func(sum *float64, x *%s, stride, rows, columns int)",
		"sum[j] = Σ x[i,j] for j < columns, eight rows in T first; stride is in bytes.")
	p := params("sum", "x", "stride", "rows", "columns")
	sum, x, columns := p[0], p[1], p[4]
	many := 2
	if v.wide {
		many = 4
	}
	next := func(count int) {
		ADDQ(U32(count*v.bytes()), x)
		ADDQ(U32(count*8*v.lanes()), sum)
		SUBQ(U32(count*v.lanes()), columns)
	}
	Label("many")
	CMPQ(columns, U32(many*v.lanes()))
	JLT(LabelRef("one"))
	v.columnGroup("Many", p, many, nil)
	next(many)
	JMP(LabelRef("many"))
	Label("one")
	CMPQ(columns, U32(v.lanes()))
	JLT(LabelRef("tail"))
	v.columnGroup("One", p, 1, nil)
	next(1)
	JMP(LabelRef("one"))
	Label("tail")
	if v.wide {
		TESTQ(columns, columns)
		JE(LabelRef("done"))
		v.columnGroup("Tail", p, 1, v.tailMask(columns))
		Label("done")
	}
	VZEROUPPER()
	RET()
}

// rowsTogether is how many rows are added in T.
const rowsTogether = 8

// columnGroup adds the rows of a few vectors of columns.
func (v vec) columnGroup(label string, p []reg.GPVirtual, count int, k reg.OpmaskVirtual) {
	sum, x, stride, rows := p[0], p[1], p[2], p[3]
	double := vec{f64, v.wide}
	totals := double.zeroed(count * 8 / v.size)
	at, left, group := GP64(), GP64(), GP64()
	MOVQ(x, at)
	MOVQ(rows, left)
	Label("block" + label)
	var part []reg.VecVirtual
	for u := range count {
		part = append(part, v.get(Mem{Base: at, Disp: u * v.bytes()}, k))
	}
	ADDQ(stride, at)
	MOVQ(U32(rowsTogether), group)
	CMPQ(left, group)
	CMOVQLT(left, group)
	SUBQ(group, left)
	DECQ(group)
	JE(LabelRef("total" + label))
	Label("row" + label)
	for u := range count {
		v.addTo(part[u], v.get(Mem{Base: at, Disp: u * v.bytes()}, k))
	}
	ADDQ(stride, at)
	DECQ(group)
	JNE(LabelRef("row" + label))
	Label("total" + label)
	for u, x := range part {
		for h, d := range v.doubles(x) {
			double.addTo(totals[u*8/v.size+h], d)
		}
	}
	TESTQ(left, left)
	JNE(LabelRef("block" + label))
	for h, t := range totals {
		m := Mem{Base: sum, Disp: h * v.bytes()}
		if k != nil && h > 0 {
			KSHIFTRW(U8(8), k, k)
		}
		double.put(t, m, k)
	}
}

// doubles are the elements of x as float64: one vector, or two.
func (v vec) doubles(x reg.VecVirtual) []reg.VecVirtual {
	if v.size == 8 {
		return []reg.VecVirtual{x}
	}
	low, high := v.reg(), v.reg()
	if v.wide {
		h := YMM()
		VCVTPS2PD(x.AsY(), low)
		VEXTRACTF32X8(U8(1), x, h)
		VCVTPS2PD(h, high)
	} else {
		h := XMM()
		VCVTPS2PD(x.AsX(), low)
		VEXTRACTF128(U8(1), x, h)
		VCVTPS2PD(h, high)
	}
	return []reg.VecVirtual{low, high}
}
