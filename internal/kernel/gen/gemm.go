package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileFamily is a set of micro-kernels of the matrix product that differ in
// their number of rows only. Each holds rows×vectors vectors of sums in
// registers.
type tileFamily struct {
	vec
	name          string
	rows, vectors int
}

// tileFamilies: twelve rows of two vectors use 24 of 32 registers for sums.
// Slim tiles, one vector wide, serve results with few columns or few rows: with
// few rows B is what has to be read, and a tile of sixteen rows reads it once.
func tileFamilies() (all []tileFamily) {
	for _, e := range []elem{f32, f64} {
		all = append(all, tileFamily{vec{e, true}, "tile", 12, 2}, tileFamily{vec{e, true}, "slim", 16, 1}, tileFamily{vec{e, false}, "tile", 6, 2})
	}
	return all
}

func gemmTiles() {
	for _, f := range tileFamilies() {
		for rows := 1; rows <= f.rows; rows++ {
			newTile(f, rows).write()
		}
	}
}

// fn is the name of the family in Go.
func (f tileFamily) fn() string { return f.name + f.elem.name + f.isa() }

// tileParams are the parameters that all micro-kernels share.
const tileParams = "k int, a *%[1]s, ar, ak int, b *%[1]s, bk int, c *%[1]s, cr int, alpha %[1]s, flags int, mask uint32, bias, pos *%[1]s, pr int"

const tileDoc = `
%s computes a tile of the product, for i < %d, j < %d:

	c[i,j] = f(old·c[i,j] + alpha·Σₚ a[i,p]·b[p,j] + bias[j])·[pos[i,j] > 0]

Bit 0 of flags is old, bit 1 says that f is relu and not the identity. bias
and pos may be nil. Strides are in bytes: ar and ak step a by a row and by one
p; bk, cr and pr step b, c and pos by a row.%s`

// tile is one micro-kernel while it is being written.
type tile struct {
	tileFamily
	height int
	masks  []reg.OpmaskVirtual // of the vectors of a row; none for AVX2
	acc    [][]reg.VecVirtual
}

func newTile(f tileFamily, rows int) *tile { return &tile{tileFamily: f, height: rows} }

func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

func (t *tile) write() {
	fn, note := fmt.Sprintf("%sx%d", t.fn(), t.height), ""
	if t.wide {
		note = " Columns whose bit in\nmask is 0 are neither read nor written."
	}
	TEXT(fn, NOSPLIT, fmt.Sprintf("func("+tileParams+")", t.goType))
	Pragma("noescape")
	Doc(strings.Split(fmt.Sprintf(tileDoc[1:], fn, t.height, t.vectors*t.lanes(), note), "\n")...)
	t.begin()
	t.sum()
	t.scale()
	t.finish()
	t.leave()
}

// begin loads the masks and clears the sums.
func (t *tile) begin() {
	if t.wide {
		mask := Load(Param("mask"), GP32()).(reg.GPVirtual)
		for v := range t.vectors {
			if v > 0 {
				SHRL(U8(t.lanes()), mask)
			}
			k := K()
			KMOVW(mask, k)
			t.masks = append(t.masks, k)
		}
	}
	for range t.height {
		var row []reg.VecVirtual
		for range t.vectors {
			r := t.reg()
			t.ps(VXORPS, VXORPD)(r, r, r)
			row = append(row, r)
		}
		t.acc = append(t.acc, row)
	}
}

// fetchEarly is how many turns of the loop before its end the lines of c are
// asked for.
const fetchEarly = 80

// sum is the loop over p.
func (t *tile) sum() {
	k, a, ar, ak, b, bk := param("k"), param("a"), param("ar"), param("ak"), param("b"), param("bk")
	rows := rowPointers(a, ar, t.height)
	late := GP64()
	MOVQ(U32(fetchEarly), late)
	CMPQ(k, late)
	CMOVQLT(k, late)
	SUBQ(late, k)
	JE(LabelRef("fetch"))
	Label("loop")
	var right []reg.VecVirtual
	for v := range t.vectors {
		right = append(right, t.read(b, v))
	}
	for r, sums := range t.acc {
		from := rowMem(rows, ar, r)
		if t.wide && t.vectors == 1 {
			t.ps(VFMADD231PS_BCST, VFMADD231PD_BCST)(from, right[0], sums[0])
			continue
		}
		left := t.reg()
		t.broadcast(from, left)
		for v, sum := range sums {
			t.fma(right[v], left, sum)
		}
	}
	for _, p := range rows {
		ADDQ(ak, p)
	}
	ADDQ(bk, b)
	DECQ(k)
	JNE(LabelRef("loop"))
	TESTQ(late, late)
	JE(LabelRef("summed"))
	Label("fetch")
	c, cr := param("c"), param("cr")
	t.each(c, cr, func(_ reg.VecVirtual, v int) { PREFETCHT0(Mem{Base: c, Disp: v * t.bytes()}) })
	MOVQ(late, k)
	XORQ(late, late)
	JMP(LabelRef("loop"))
	Label("summed")
}

// read loads vector v of the row at p, 0 where the mask is.
func (t *tile) read(p reg.GPVirtual, v int) reg.VecVirtual {
	r, from := t.reg(), Mem{Base: p, Disp: v * t.bytes()}
	if t.wide {
		t.loadZ(from, t.masks[v], r)
	} else {
		t.load(from, r)
	}
	return r
}

// each walks the sums together with the rows at p.
func (t *tile) each(p, stride reg.GPVirtual, f func(sum reg.VecVirtual, v int)) {
	for _, row := range t.acc {
		for v, sum := range row {
			f(sum, v)
		}
		ADDQ(stride, p)
	}
}

// scale multiplies by alpha and adds what c held.
func (t *tile) scale() {
	alpha := t.reg()
	addr, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	t.broadcast(addr.Addr, alpha)
	flags, c, cr := param("flags"), param("c"), param("cr")
	TESTQ(U32(1), flags)
	JE(LabelRef("fresh"))
	t.each(c, cr, func(sum reg.VecVirtual, v int) {
		t.ps(VFMADD213PS, VFMADD213PD)(t.read(c, v), alpha, sum)
	})
	JMP(LabelRef("bias"))
	Label("fresh")
	for _, row := range t.acc {
		for _, sum := range row {
			t.mul(alpha, sum, sum)
		}
	}
}

// finish is the epilogue: every part of it is skipped when it is not asked for.
func (t *tile) finish() {
	Label("bias")
	bias := param("bias")
	TESTQ(bias, bias)
	JE(LabelRef("relu"))
	var row []reg.VecVirtual
	for v := range t.vectors {
		row = append(row, t.read(bias, v))
	}
	for _, sums := range t.acc {
		for v, sum := range sums {
			t.ps(VADDPS, VADDPD)(row[v], sum, sum)
		}
	}
	Label("relu")
	flags, zero := param("flags"), t.move(t.num(0))
	TESTQ(U32(2), flags)
	JE(LabelRef("pos"))
	for _, sums := range t.acc {
		for _, sum := range sums {
			t.ps(VMAXPS, VMAXPD)(sum, zero, sum)
		}
	}
	Label("pos")
	pos, pr := param("pos"), param("pr")
	TESTQ(pos, pos)
	JE(LabelRef("store"))
	t.each(pos, pr, func(sum reg.VecVirtual, v int) {
		t.mul(t.positive(t.read(pos, v)), sum, sum)
	})
}

// positive is 1 where h > 0 and 0 elsewhere.
func (v vec) positive(h reg.VecVirtual) reg.VecVirtual {
	if v.wide {
		k, r := K(), v.reg()
		v.ps(VCMPPS, VCMPPD)(U8(gt), v.num(0), h, k)
		v.loadZ(v.num(1), k, r)
		return r
	}
	m := v.reg()
	v.ps(VCMPPS, VCMPPD)(U8(gt), v.num(0), h, m)
	return v.and(m, v.num(1))
}

// leave stores the sums.
func (t *tile) leave() {
	Label("store")
	c, cr := param("c"), param("cr")
	t.each(c, cr, func(sum reg.VecVirtual, v int) {
		to := Mem{Base: c, Disp: v * t.bytes()}
		if t.wide {
			t.storeZ(sum, t.masks[v], to)
		} else {
			t.store(sum, to)
		}
	})
	VZEROUPPER()
	RET()
}

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
