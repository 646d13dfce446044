package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packers writes the kernels that lay parts of a matrix out for the
// micro-kernels.
func packers() {
	for _, e := range []elem{f32, f64} {
		v := vec{e, true}
		v.transpose()
		v.strip(1)
		v.strip(2)
	}
}

// ahead is how many rows before its use a line is asked for.
const ahead = 12

// strip copies a few columns of many rows.
func (v vec) strip(vectors int) {
	fn := fmt.Sprintf("strip%s%sx%d", v.name, v.isa(), vectors)
	TEXT(fn, NOSPLIT, fmt.Sprintf("func(dst *%[1]s, ldd int, src *%[1]s, lds, rows int, mask uint32)", v.goType))
	Pragma("noescape")
	Doc(fmt.Sprintf("%s stores dst[r,j] = src[r,j], or 0 where bit j of mask is 0, for r < rows and", fn),
		fmt.Sprintf("j < %d. Strides are in bytes and may be shorter than what is stored of a row.", vectors*v.lanes()))
	dst, ldd, src, lds, rows := param("dst"), param("ldd"), param("src"), param("lds"), param("rows")
	mask := Load(Param("mask"), GP32()).(reg.GPVirtual)
	masks := make([]reg.OpmaskVirtual, vectors)
	for i := range masks {
		if i > 0 {
			SHRL(U8(v.lanes()), mask)
		}
		masks[i] = K()
		KMOVW(mask, masks[i])
	}
	far := GP64()
	IMUL3Q(U32(ahead), lds, far)
	ADDQ(src, far)
	Label("row")
	for i, k := range masks {
		r := v.reg()
		PREFETCHT0(Mem{Base: far, Disp: 64 * i})
		v.loadZ(Mem{Base: src, Disp: 64 * i}, k, r)
		v.store(r, Mem{Base: dst, Disp: 64 * i})
	}
	ADDQ(lds, src)
	ADDQ(lds, far)
	ADDQ(ldd, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// transpose moves square blocks of one vector's width through registers.
func (v vec) transpose() {
	n := v.lanes()
	fn := "transpose" + v.name + "AVX512"
	TEXT(fn, NOSPLIT, fmt.Sprintf("func(dst *%[1]s, ldd int, src *%[1]s, lds, rows, depth, far int)", v.goType))
	Pragma("noescape")
	Doc(fmt.Sprintf("%s stores dst[r,l] = src[l,r] for l < rows and r < depth, rows at", fn),
		fmt.Sprintf("least 1 and at most %d. Strides are in bytes. What lies far bytes behind what is", n), "read is asked for, as the next to be needed.")
	dst, ldd, src, lds := param("dst"), param("ldd"), param("src"), param("lds")
	depth, keep := param("depth"), v.tailMask(param("rows"))
	Label("block")
	CMPQ(depth, U32(n))
	JLT(LabelRef("rest"))
	for _, column := range v.turned(v.block(src, lds, nil)) {
		v.storeZ(column, keep, Mem{Base: dst})
		ADDQ(ldd, dst)
	}
	ADDQ(U32(64), src)
	SUBQ(U32(n), depth)
	JMP(LabelRef("block"))

	Label("rest")
	TESTQ(depth, depth)
	JE(LabelRef("done"))
	part := v.tailMask(depth)
	for _, column := range v.turned(v.block(src, lds, &part)) {
		v.storeZ(column, keep, Mem{Base: dst})
		ADDQ(ldd, dst)
		DECQ(depth)
		JE(LabelRef("done"))
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// block loads one vector of each row. Beyond the last row it is loaded again,
// so that nothing outside the matrix is read.
func (v vec) block(src, lds reg.GPVirtual, part *reg.OpmaskVirtual) []reg.VecVirtual {
	from, left, step, far := GP64(), param("rows"), GP64(), param("far")
	MOVQ(src, from)
	MOVQ(lds, step)
	zero := GP64()
	XORQ(zero, zero)
	rows := make([]reg.VecVirtual, v.lanes())
	for l := range rows {
		rows[l] = v.reg()
		PREFETCHT0(Mem{Base: from, Index: far, Scale: 1})
		if part != nil {
			v.loadZ(Mem{Base: from}, *part, rows[l])
		} else {
			v.load(Mem{Base: from}, rows[l])
		}
		DECQ(left)
		CMOVQEQ(zero, step)
		ADDQ(step, from)
	}
	return rows
}

func pick(f func(...Op), b, a reg.VecVirtual) reg.VecVirtual {
	r := ZMM()
	f(b, a, r)
	return r
}

// turned is the transpose of a block: first within the 128-bit lanes of
// neighbouring rows, then lanes are gathered from all rows.
func (e elem) turned(rows []reg.VecVirtual) []reg.VecVirtual {
	n := len(rows)
	per := 16 / e.size // columns in a lane, and rows of a group
	groups := make([][]reg.VecVirtual, 0, n/per)
	for g := 0; g < n; g += per {
		groups = append(groups, e.withinLanes(rows[g:g+per]))
	}
	// groups[g][j] holds in lane L column per·L + j of the rows of group g.
	shuffle := func(imm uint8, b, a reg.VecVirtual) reg.VecVirtual {
		r := ZMM()
		if e.size == 4 {
			VSHUFF32X4(U8(imm), b, a, r)
		} else {
			VSHUFF64X2(U8(imm), b, a, r)
		}
		return r
	}
	out := make([]reg.VecVirtual, n)
	for j := range per {
		even01, odd01 := shuffle(0x88, groups[1][j], groups[0][j]), shuffle(0xdd, groups[1][j], groups[0][j])
		even23, odd23 := shuffle(0x88, groups[3][j], groups[2][j]), shuffle(0xdd, groups[3][j], groups[2][j])
		out[j] = shuffle(0x88, even23, even01)
		out[per+j] = shuffle(0x88, odd23, odd01)
		out[2*per+j] = shuffle(0xdd, even23, even01)
		out[3*per+j] = shuffle(0xdd, odd23, odd01)
	}
	return out
}

func (e elem) withinLanes(r []reg.VecVirtual) []reg.VecVirtual {
	if e.size == 8 {
		return []reg.VecVirtual{pick(VUNPCKLPD, r[1], r[0]), pick(VUNPCKHPD, r[1], r[0])}
	}
	lo01, hi01 := pick(VUNPCKLPS, r[1], r[0]), pick(VUNPCKHPS, r[1], r[0])
	lo23, hi23 := pick(VUNPCKLPS, r[3], r[2]), pick(VUNPCKHPS, r[3], r[2])
	return []reg.VecVirtual{
		pick(VUNPCKLPD, lo23, lo01), pick(VUNPCKHPD, lo23, lo01),
		pick(VUNPCKLPD, hi23, hi01), pick(VUNPCKHPD, hi23, hi01),
	}
}
