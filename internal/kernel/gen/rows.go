package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileBytes is the part of a row that lies in one piece.
const tileBytes = 512

// rows writes the passes over Rows, and those over the rows of a matrix.
func rows(string) error {
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			v := vec{e, wide}
			v.project()
			v.combine()
			v.difference()
			v.columnSums()
			v.expSums(false)
			v.expSums(true)
		}
	}
	return nil
}

// part is how many vectors of a tile are held in registers at once.
func (v vec) part() int {
	if v.wide {
		return 8
	}
	return 4
}

// parts runs f for each part of a tile, with its offset in bytes.
func (v vec) parts(f func(part string, off int)) {
	size := v.part() * v.bytes()
	for off := 0; off < tileBytes; off += size {
		f(fmt.Sprint(off/size), off)
	}
}

func (v vec) zeroed(count int) []reg.VecVirtual {
	rs := make([]reg.VecVirtual, count)
	for i := range rs {
		rs[i] = v.reg()
		v.ps(VXORPS, VXORPD)(rs[i], rs[i], rs[i])
	}
	return rs
}

// total adds running sums and their lanes.
func (v vec) total(sums []reg.VecVirtual) reg.Register {
	for len(sums) > 1 {
		half := len(sums) / 2
		for i := range half {
			sums[i] = v.add(sums[i], sums[half+i])
		}
		sums = sums[:half]
	}
	return v.across(sums[0]).AsX()
}

func (v vec) rowsText(name, sig, doc string) {
	fn := name + v.name + v.isa()
	TEXT(fn, NOSPLIT, fmt.Sprintf(sig, v.goType))
	Pragma("noescape")
	Doc(fn + " is " + doc)
}

func params(names ...string) []reg.GPVirtual {
	var rs []reg.GPVirtual
	for _, n := range names {
		rs = append(rs, Load(Param(n), GP64()).(reg.GPVirtual))
	}
	return rs
}

// project: the running sums of every row are one vector in acc.
func (v vec) project() {
	v.rowsText("project", "func(rows, x, acc *%s, out *float64, k, stride, tiles int)",
		"out[r] = Σ row r · x for k rows over whole tiles; acc is scratch of k vectors, stride the bytes from tile to tile.")
	p := params("rows", "x", "acc", "out", "k", "stride", "tiles")
	rows, g, acc, out, k, stride, tiles := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	row, a, left := GP64(), GP64(), GP64()

	zero := v.zeroed(1)[0]
	MOVQ(acc, a)
	MOVQ(k, left)
	Label("clear")
	v.store(zero, Mem{Base: a})
	ADDQ(U32(v.bytes()), a)
	DECQ(left)
	JNE(LabelRef("clear"))

	Label("tile")
	v.parts(func(part string, off int) {
		var x []reg.VecVirtual
		for u := range v.part() {
			x = append(x, v.move(Mem{Base: g, Disp: off + u*v.bytes()}))
		}
		LEAQ(Mem{Base: rows, Disp: off}, row)
		MOVQ(acc, a)
		MOVQ(k, left)
		Label("row" + part)
		even, odd := v.move(Mem{Base: a}), v.times(x[1], Mem{Base: row, Disp: v.bytes()})
		v.fma(Mem{Base: row}, x[0], even)
		for u := 2; u < v.part(); u += 2 {
			v.fma(Mem{Base: row, Disp: u * v.bytes()}, x[u], even)
			v.fma(Mem{Base: row, Disp: (u + 1) * v.bytes()}, x[u+1], odd)
		}
		v.store(v.add(even, odd), Mem{Base: a})
		ADDQ(U32(tileBytes), row)
		ADDQ(U32(v.bytes()), a)
		DECQ(left)
		JNE(LabelRef("row" + part))
	})
	ADDQ(U32(tileBytes), g)
	ADDQ(stride, rows)
	DECQ(tiles)
	JNE(LabelRef("tile"))

	Label("sum")
	VMOVSD(v.across(v.move(Mem{Base: acc})), Mem{Base: out})
	ADDQ(U32(v.bytes()), acc)
	ADDQ(U32(8), out)
	DECQ(k)
	JNE(LabelRef("sum"))
	VZEROUPPER()
	RET()
}

func (v vec) combine() {
	v.rowsText("combine", "func(dst, x, rows, c *%s, k, stride, tiles int) float64",
		"dst = c[k]·x + Σ c[r]·row r for k rows over whole tiles, and returns dst·x; stride is in bytes from tile to tile.")
	p := params("dst", "x", "rows", "c", "k", "stride", "tiles")
	dst, g, rows, c, k, stride, tiles := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	row, a, left := GP64(), GP64(), GP64()
	cg := v.reg()
	v.broadcast(Mem{Base: c, Index: k, Scale: uint8(v.size)}, cg)
	dots := v.zeroed(4)
	Label("tile")
	v.parts(func(part string, off int) {
		var x, sum []reg.VecVirtual
		for u := range v.part() {
			x = append(x, v.move(Mem{Base: g, Disp: off + u*v.bytes()}))
			sum = append(sum, v.times(x[u], cg))
		}
		LEAQ(Mem{Base: rows, Disp: off}, row)
		MOVQ(c, a)
		MOVQ(k, left)
		Label("row" + part)
		cr := v.reg()
		v.broadcast(Mem{Base: a}, cr)
		for u := range sum {
			v.fma(Mem{Base: row, Disp: u * v.bytes()}, cr, sum[u])
		}
		ADDQ(U32(tileBytes), row)
		ADDQ(U32(v.size), a)
		DECQ(left)
		JNE(LabelRef("row" + part))
		for u := range sum {
			v.store(sum[u], Mem{Base: dst, Disp: off + u*v.bytes()})
			v.fma(sum[u], x[u], dots[u%4])
		}
	})
	ADDQ(U32(tileBytes), g)
	ADDQ(U32(tileBytes), dst)
	ADDQ(stride, rows)
	DECQ(tiles)
	JNE(LabelRef("tile"))
	out := v.total(dots)
	VZEROUPPER()
	Store(out, ReturnIndex(0))
	RET()
}

func (v vec) difference() {
	v.rowsText("difference", "func(x1, x0, g1, g0, s, y *%s, stride, tiles int) (sy, yy float64)",
		"s = x1 − x0 and y = g1 − g0 over whole tiles, where s and y are rows, and returns s·y and y·y; stride is in bytes from tile to tile.")
	p := params("x1", "x0", "g1", "g0", "s", "y", "stride", "tiles")
	x1, x0, g1, g0, s, y, stride, tiles := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
	sy, yy := v.zeroed(4), v.zeroed(4)
	Label("tile")
	for u := range tileBytes / v.bytes() {
		at := u * v.bytes()
		ds := v.sub(v.move(Mem{Base: x1, Disp: at}), Mem{Base: x0, Disp: at})
		dy := v.sub(v.move(Mem{Base: g1, Disp: at}), Mem{Base: g0, Disp: at})
		v.store(ds, Mem{Base: s, Disp: at})
		v.store(dy, Mem{Base: y, Disp: at})
		v.fma(ds, dy, sy[u%4])
		v.fma(dy, dy, yy[u%4])
	}
	for _, r := range []reg.GPVirtual{x1, x0, g1, g0} {
		ADDQ(U32(tileBytes), r)
	}
	ADDQ(stride, s)
	ADDQ(stride, y)
	DECQ(tiles)
	JNE(LabelRef("tile"))
	a, b := v.total(sy), v.total(yy)
	VZEROUPPER()
	Store(a, ReturnIndex(0))
	Store(b, ReturnIndex(1))
	RET()
}
