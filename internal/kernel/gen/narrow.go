package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrowVectors is how many vectors of eight float64 a row of a narrow matrix may
// take: what is held in registers.
const narrowVectors = 4

// narrow writes the products of narrow matrices with vectors.
func narrow() {
	narrowDots()
	narrowSum()
}

// narrowMasks are the lanes of each vector that a row of so many columns has.
func narrowMasks(cols reg.Register) (masks []reg.OpmaskVirtual) {
	bits := GP64()
	MOVQ(I32(-1), bits)
	SHLXQ(cols, bits, bits)
	NOTQ(bits)
	for range narrowVectors {
		k := K()
		KMOVB(bits.As32(), k)
		masks = append(masks, k)
		SHRQ(U8(8), bits)
	}
	return masks
}

// narrowDots takes four rows at once: x stays in registers, each row has a
// running sum of its own, and four sums are added up across lanes together.
func narrowDots() {
	TEXT("narrowDots", NOSPLIT, "func(y, a, x *float64, rows, stride, cols int)")
	Pragma("noescape")
	Doc("narrowDots is y[i] = Σ row i of a · x for rows, a multiple of 4, of at most 32 columns; stride is the bytes from row to row.")
	p := params("y", "a", "x", "rows", "stride", "cols")
	y, a, xs, rows, stride, cols := p[0], p[1], p[2], p[3], p[4], p[5]
	masks := narrowMasks(cols)
	var x []reg.VecVirtual
	for v := range narrowVectors {
		x = append(x, ZMM())
		VMOVUPD_Z(Mem{Base: xs, Disp: 64 * v}, masks[v], x[v])
	}
	third := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, third)
	row := func(i int) Mem {
		switch i {
		case 0:
			return Mem{Base: a}
		case 3:
			return Mem{Base: a, Index: third, Scale: 1}
		}
		return Mem{Base: a, Index: stride, Scale: uint8(i)}
	}
	Label("more")
	var sums []reg.VecVirtual
	for i := range 4 {
		s := ZMM()
		VMULPD_Z(row(i), x[0], masks[0], s)
		for v := 1; v < narrowVectors; v++ {
			VFMADD231PD(row(i).Offset(64*v), x[v], masks[v], s)
		}
		half := YMM()
		VEXTRACTF64X4(U8(1), s, half)
		VADDPD(half, s.AsY(), half)
		sums = append(sums, half)
	}
	left, right, swapped := YMM(), YMM(), YMM()
	VHADDPD(sums[1], sums[0], left)
	VHADDPD(sums[3], sums[2], right)
	VPERM2F128(U8(0x21), right, left, swapped)
	VBLENDPD(U8(0b1100), right, left, left)
	VADDPD(swapped, left, left)
	VMOVUPD(left, Mem{Base: y})
	ADDQ(U32(32), y)
	LEAQ(Mem{Base: a, Index: stride, Scale: 4}, a)
	SUBQ(U32(4), rows)
	JG(LabelRef("more"))
	VZEROUPPER()
	RET()
}

// narrowSum keeps the sums of all columns in registers, those of even and of odd
// rows apart.
func narrowSum() {
	TEXT("narrowSum", NOSPLIT, "func(y, a, x *float64, rows, stride, cols int)")
	Pragma("noescape")
	Doc("narrowSum is y = Σ x[i] · row i of a for rows, a multiple of 2, of at most 32 columns; stride is the bytes from row to row.")
	p := params("y", "a", "x", "rows", "stride", "cols")
	y, a, x, rows, stride, cols := p[0], p[1], p[2], p[3], p[4], p[5]
	masks := narrowMasks(cols)
	var sums [2][]reg.VecVirtual
	for i := range sums {
		for range narrowVectors {
			s := ZMM()
			VPXORQ(s, s, s)
			sums[i] = append(sums[i], s)
		}
	}
	Label("more")
	for i := range sums {
		factor := ZMM()
		VBROADCASTSD(Mem{Base: x, Disp: 8 * i}, factor)
		at := Mem{Base: a}
		if i > 0 {
			at.Index, at.Scale = stride, 1
		}
		for v, s := range sums[i] {
			VFMADD231PD(at.Offset(64*v), factor, masks[v], s)
		}
	}
	ADDQ(U32(16), x)
	LEAQ(Mem{Base: a, Index: stride, Scale: 2}, a)
	SUBQ(U32(2), rows)
	JG(LabelRef("more"))
	for v, s := range sums[0] {
		VADDPD(sums[1][v], s, s)
		VMOVUPD(s, masks[v], Mem{Base: y, Disp: 64 * v})
	}
	VZEROUPPER()
	RET()
}
