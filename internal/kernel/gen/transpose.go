package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposes writes the kernels that turn square blocks of a matrix, as the
// packing of a transposed operand needs.
func transposes() {
	for _, e := range []elem{f32, f64} {
		transpose512(e)
	}
}

// transpose512 moves square blocks of one vector's width through registers.
func transpose512(e elem) {
	v := vec{e, true}
	n := v.lanes()
	fn := "transpose" + e.name + "AVX512"
	TEXT(fn, NOSPLIT, fmt.Sprintf("func(dst *%[1]s, ldd int, src *%[1]s, lds int, blocks int)", e.goType))
	Pragma("noescape")
	Doc(fmt.Sprintf("%s stores dst[r,l] = src[l,r] for l < %d and r < %d·blocks. ldd and lds are in bytes.", fn, n, n))
	dst := Load(Param("dst"), GP64())
	ldd := Load(Param("ldd"), GP64())
	src := Load(Param("src"), GP64())
	lds := Load(Param("lds"), GP64())
	blocks := Load(Param("blocks"), GP64())
	Label("block")
	from := GP64()
	MOVQ(src, from)
	rows := make([]reg.VecVirtual, n)
	for l := range rows {
		rows[l] = v.move(Mem{Base: from})
		ADDQ(lds, from)
	}
	for _, column := range e.turned(rows) {
		v.store(column, Mem{Base: dst})
		ADDQ(ldd, dst)
	}
	ADDQ(U32(64), src)
	DECQ(blocks)
	JNE(LabelRef("block"))
	VZEROUPPER()
	RET()
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
