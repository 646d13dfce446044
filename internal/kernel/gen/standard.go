package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// standard writes the kernel that turns columns of a table into standardised rows.
// It asks for what lies farAhead bytes behind: strips are shorter than the
// processor's own prefetching needs.
func standard() {
	const farAhead = 2048
	v := vec{f64, true}
	TEXT("standardF64AVX512", NOSPLIT, "func(dst *float64, ldd int, columns *[8]*float64, shift, scale *[8]float64, rows, width int) (wrong int)")
	Pragma("noescape")
	Doc("standardF64AVX512 stores dst[i,j] = (columns[j][i] - shift[j])/scale[j] for rows, a multiple",
		"of 8 and not 0, and width columns, 1 to 8, and says how many are not finite, some twice;",
		"ldd is in bytes. All eight columns are read.")
	p := params("dst", "ldd", "columns", "shift", "scale", "rows")
	dst, ldd, columns, shift, scale, rows := p[0], p[1], p[2], p[3], p[4], p[5]
	keep := v.tailMask(param("width"))
	at, bad := GP64(), K()
	XORQ(at, at)
	KXORW(bad, bad, bad)
	Label("more")
	from := GP64()
	var block []reg.VecVirtual
	for j := range 8 {
		x := ZMM()
		MOVQ(Mem{Base: columns, Disp: 8 * j}, from)
		VMOVUPD(Mem{Base: from, Index: at, Scale: 8}, x)
		PREFETCHT0(Mem{Base: from, Index: at, Scale: 8, Disp: farAhead})
		VSUBPD_BCST(Mem{Base: shift, Disp: 8 * j}, x, x)
		VDIVPD_BCST(Mem{Base: scale, Disp: 8 * j}, x, x)
		k := K()
		VFPCLASSPDZ(U8(0x99), x, k) // NaN of both kinds, infinities of both signs
		KORB(k, bad, bad)
		block = append(block, x)
	}
	for _, row := range v.turned(block) {
		v.storeZ(row, keep, Mem{Base: dst})
		ADDQ(ldd, dst)
	}
	ADDQ(U8(8), at)
	CMPQ(at, rows)
	JLT(LabelRef("more"))
	n := GP32()
	KMOVB(bad, n)
	POPCNTL(n, n)
	Store(n.As64(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}
