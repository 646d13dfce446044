package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemmTiles writes the micro-kernels of the matrix product: for each height
// from one row to the full tile, a function that holds rows×2 vectors of sums
// in registers.
func gemmTiles() {
	for _, e := range []elem{f32, f64} {
		for rows := 1; rows <= 12; rows++ {
			tile512(e, rows)
		}
	}
	for _, e := range []elem{f32, f64} {
		for rows := 1; rows <= 6; rows++ {
			tile256(e, rows)
		}
	}
}

const tileDoc = `
%s adds alpha times a tile of the product to c, or stores it when add is 0:

	for i < %d, j < %d { c[i,j] = add*c[i,j] + alpha*Σₚ a[i,p]*b[p,j] }

Strides are in bytes; ar and ak step a by a row and by one p, bk steps b, cr steps c.%s`

// rowPointers sets up one pointer for each three rows of a, so that every row
// is a pointer plus 0, 1 or 2 strides.
func rowPointers(a, stride reg.GPVirtual, rows int) []reg.GPVirtual {
	ptrs := []reg.GPVirtual{a}
	for r := 3; r < rows; r += 3 {
		p := GP64()
		LEAQ(Mem{Base: ptrs[len(ptrs)-1], Index: stride, Scale: 2}, p)
		ADDQ(stride, p)
		ptrs = append(ptrs, p)
	}
	return ptrs
}

func rowMem(ptrs []reg.GPVirtual, stride reg.GPVirtual, r int) Mem {
	m := Mem{Base: ptrs[r/3]}
	if r%3 > 0 {
		m.Index, m.Scale = stride, uint8(r%3)
	}
	return m
}

func tile512(e elem, rows int) {
	name := fmt.Sprintf("tile%sAVX512x%d", e.name, rows)
	lanes := 64 / e.size
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, a *%[1]s, ar, ak int, b *%[1]s, bk int, c *%[1]s, cr int, alpha %[1]s, add int, mask uint32)", e.goType))
	Pragma("noescape")
	Doc(strings.Split(fmt.Sprintf(tileDoc[1:], name, rows, 2*lanes, "\nColumns whose bit in mask is 0 are neither read nor written."), "\n")...)
	k := Load(Param("k"), GP64()).(reg.GPVirtual)
	a := Load(Param("a"), GP64()).(reg.GPVirtual)
	ar := Load(Param("ar"), GP64()).(reg.GPVirtual)
	ak := Load(Param("ak"), GP64()).(reg.GPVirtual)
	b := Load(Param("b"), GP64()).(reg.GPVirtual)
	bk := Load(Param("bk"), GP64()).(reg.GPVirtual)
	mask := Load(Param("mask"), GP32()).(reg.GPVirtual)
	m0, m1 := K(), K()
	KMOVW(mask, m0)
	SHRL(U8(lanes), mask)
	KMOVW(mask, m1)

	acc := make([][2]reg.VecVirtual, rows)
	for r := range acc {
		acc[r] = [2]reg.VecVirtual{ZMM(), ZMM()}
		VPXORQ(acc[r][0], acc[r][0], acc[r][0])
		VPXORQ(acc[r][1], acc[r][1], acc[r][1])
	}
	ptrs := rowPointers(a, ar, rows)
	b0, b1 := ZMM(), ZMM()
	TESTQ(k, k)
	JE(LabelRef("store"))
	Label("loop")
	e.loadZ(Mem{Base: b}, m0, b0)
	e.loadZ(Mem{Base: b, Disp: 64}, m1, b1)
	for r := range rows {
		v := ZMM()
		e.broadcast(rowMem(ptrs, ar, r), v)
		e.fma(b0, v, acc[r][0])
		e.fma(b1, v, acc[r][1])
	}
	for _, p := range ptrs {
		ADDQ(ak, p)
	}
	ADDQ(bk, b)
	DECQ(k)
	JNE(LabelRef("loop"))

	Label("store")
	c := Load(Param("c"), GP64()).(reg.GPVirtual)
	cr := Load(Param("cr"), GP64()).(reg.GPVirtual)
	add := Load(Param("add"), GP64()).(reg.GPVirtual)
	alpha := ZMM()
	addr, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	e.broadcast(addr.Addr, alpha)
	TESTQ(add, add)
	JE(LabelRef("overwrite"))
	for r := range rows {
		for v, m := range []reg.OpmaskVirtual{m0, m1} {
			old := ZMM()
			e.loadZ(Mem{Base: c, Disp: 64 * v}, m, old)
			e.fma(acc[r][v], alpha, old)
			e.storeZ(old, m, Mem{Base: c, Disp: 64 * v})
		}
		ADDQ(cr, c)
	}
	VZEROUPPER()
	RET()
	Label("overwrite")
	for r := range rows {
		for v, m := range []reg.OpmaskVirtual{m0, m1} {
			e.mul(acc[r][v], alpha, acc[r][v])
			e.storeZ(acc[r][v], m, Mem{Base: c, Disp: 64 * v})
		}
		ADDQ(cr, c)
	}
	VZEROUPPER()
	RET()
}

func tile256(e elem, rows int) {
	name := fmt.Sprintf("tile%sAVX2x%d", e.name, rows)
	lanes := 32 / e.size
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, a *%[1]s, ar, ak int, b *%[1]s, bk int, c *%[1]s, cr int, alpha %[1]s, add int)", e.goType))
	Pragma("noescape")
	Doc(strings.Split(fmt.Sprintf(tileDoc[1:], name, rows, 2*lanes, ""), "\n")...)
	k := Load(Param("k"), GP64()).(reg.GPVirtual)
	a := Load(Param("a"), GP64()).(reg.GPVirtual)
	ar := Load(Param("ar"), GP64()).(reg.GPVirtual)
	ak := Load(Param("ak"), GP64()).(reg.GPVirtual)
	b := Load(Param("b"), GP64()).(reg.GPVirtual)
	bk := Load(Param("bk"), GP64()).(reg.GPVirtual)

	acc := make([][2]reg.VecVirtual, rows)
	for r := range acc {
		acc[r] = [2]reg.VecVirtual{YMM(), YMM()}
		VXORPS(acc[r][0], acc[r][0], acc[r][0])
		VXORPS(acc[r][1], acc[r][1], acc[r][1])
	}
	ptrs := rowPointers(a, ar, rows)
	b0, b1 := YMM(), YMM()
	TESTQ(k, k)
	JE(LabelRef("store"))
	Label("loop")
	e.load(Mem{Base: b}, b0)
	e.load(Mem{Base: b, Disp: 32}, b1)
	for r := range rows {
		v := YMM()
		e.broadcast(rowMem(ptrs, ar, r), v)
		e.fma(b0, v, acc[r][0])
		e.fma(b1, v, acc[r][1])
	}
	for _, p := range ptrs {
		ADDQ(ak, p)
	}
	ADDQ(bk, b)
	DECQ(k)
	JNE(LabelRef("loop"))

	Label("store")
	c := Load(Param("c"), GP64()).(reg.GPVirtual)
	cr := Load(Param("cr"), GP64()).(reg.GPVirtual)
	add := Load(Param("add"), GP64()).(reg.GPVirtual)
	alpha := YMM()
	addr, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	e.broadcast(addr.Addr, alpha)
	TESTQ(add, add)
	JE(LabelRef("overwrite"))
	for r := range rows {
		for v := range 2 {
			old := YMM()
			e.load(Mem{Base: c, Disp: 32 * v}, old)
			e.fma(acc[r][v], alpha, old)
			e.store(old, Mem{Base: c, Disp: 32 * v})
		}
		ADDQ(cr, c)
	}
	VZEROUPPER()
	RET()
	Label("overwrite")
	for r := range rows {
		for v := range 2 {
			e.mul(acc[r][v], alpha, acc[r][v])
			e.store(acc[r][v], Mem{Base: c, Disp: 32 * v})
		}
		ADDQ(cr, c)
	}
	VZEROUPPER()
	RET()
}
