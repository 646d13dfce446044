package main

import (
	"fmt"
	"strings"

	"descent/internal/kernel/gen/arm64"
)

// neonTile is one micro-kernel of the matrix product while it is being written:
// height rows of so many vectors of sums.
type neonTile struct {
	neon
	name            string
	height, vectors int
	acc             [][]*arm64.Reg
}

// neonFamilies are tiles of six rows of four vectors, eight of three and twelve of
// two, for what is left of the columns: 24 of 32 registers for sums.
func neonFamilies(file *neonFile) (all []neonTile) {
	for _, e := range []elem{f32, f64} {
		v := neon{e, file}
		all = append(all, neonTile{neon: v, name: "tile", height: 6, vectors: 4}, neonTile{neon: v, name: "lean", height: 8, vectors: 3}, neonTile{neon: v, name: "slim", height: 12, vectors: 2})
	}
	return all
}

func (t *neonTile) fn() string { return t.name + t.elem.name + "NEON" }

// neonProducts writes the micro-kernels and what packs for them.
func neonProducts(file *neonFile) {
	for _, family := range neonFamilies(file) {
		for rows := 1; rows <= family.height; rows++ {
			t := family
			t.height = rows
			t.write()
		}
	}
	for _, e := range []elem{f32, f64} {
		neon{e, file}.strip()
		neon{e, file}.transpose()
	}
}

func (t *neonTile) write() {
	name := fmt.Sprintf("%sx%d", t.fn(), t.height)
	doc := strings.TrimPrefix(fmt.Sprintf(tileDoc[1:], name, t.height, t.vectors*t.lanes(), " All columns\nare read and written, whatever mask is."), name+" ")
	t.neonFile.fn = t.Func(name, "func("+fmt.Sprintf(tileParams, t.goType)+")", doc)
	t.table = t.neonFile.fn.Table(t.prefix, t.size)
	t.begin()
	t.sum()
	t.scale()
	t.finish()
	t.neonFile.fn.Done()
}

// begin asks for the lines of c and clears the sums.
func (t *neonTile) begin() {
	f := t.neonFile.fn
	c, cr := f.Param("c"), f.Param("cr")
	for range t.height {
		f.Prefetch(arm64.Mem{Base: c})
		f.Step(cr, c)
		t.acc = append(t.acc, t.zeroed(t.vectors))
	}
}

// sum is the loop over p: one for rows of a that lie apart, and one for rows that
// lie side by side, as those of a transposed or packed a do, which takes several
// of them by one load.
func (t *neonTile) sum() {
	f := t.neonFile.fn
	p := f.Params("k", "a", "ar", "ak", "b", "bk")
	k, a, ar, ak, b, bk := p[0], p[1], p[2], p[3], p[4], p[5]
	f.Go(fmt.Sprintf("CMP\t$%d, R{0}", t.size), "r", ar)
	f.Jump("BEQ", "packed")
	at := []*arm64.Reg{nil, ar}
	for r := 2; r < t.height; r++ {
		next := f.Int()
		f.Go("ADD\tR{1}, R{2}, R{0}", "wrr", next, at[r-1], ar)
		at = append(at, next)
	}
	step := func() {
		f.Step(ak, a)
		f.Step(bk, b)
	}
	t.again("apart", k, func() {
		t.products(b, func(r int) (*arm64.Reg, int) { return f.Load(t.size, arm64.Mem{Base: a, Index: at[r]}), 0 })
		step()
	})
	f.Jump("JMP", "summed")
	var left *arm64.Reg
	t.again("packed", k, func() {
		t.products(b, func(r int) (*arm64.Reg, int) {
			lane := r % t.lanes()
			if lane == 0 {
				left = t.few(a, r)
			}
			return left, lane
		})
		step()
	})
	f.Label("summed")
}

// products adds the products of a row of b with each row's element of a, which is
// in a lane of a vector.
func (t *neonTile) products(b *arm64.Reg, element func(r int) (*arm64.Reg, int)) {
	right := t.pairs(b, 0, t.vectors)
	for r, sums := range t.acc {
		left, lane := element(r)
		for v, s := range sums {
			t.neonFile.fn.AddProducts(t.size, s, right[v], left, lane)
		}
	}
}

// few loads the elements of a from row r on, as many as fill a vector or are
// left, and no more.
func (t *neonTile) few(a *arm64.Reg, r int) *arm64.Reg {
	f, off := t.neonFile.fn, r*t.size
	switch left := (t.height - r) * t.size; {
	case left >= 16:
		return f.Load(16, arm64.Mem{Base: a, Off: off})
	case left == 12:
		v, third := f.Load(8, arm64.Mem{Base: a, Off: off}), f.Int()
		f.Go(fmt.Sprintf("MOVWU\t%d(R{1}), R{0}", off+8), "wr", third, a)
		f.Go("VMOV\tR{1}, V{0}.S[2]", "xr", v, third)
		return v
	default:
		return f.Load(left, arm64.Mem{Base: a, Off: off})
	}
}

// each walks the sums together with the rows at p.
func (t *neonTile) each(p, stride *arm64.Reg, body func(sum *arm64.Reg, m arm64.Mem)) {
	for _, row := range t.acc {
		for v, sum := range row {
			body(sum, arm64.Mem{Base: p, Off: 16 * v})
		}
		t.neonFile.fn.Step(stride, p)
	}
}

// scale multiplies by alpha and adds what c held.
func (t *neonTile) scale() {
	f := t.neonFile.fn
	alpha, flags := f.Spreaded(t.size, f.Param("alpha"), 0), f.Param("flags")
	f.Go("TBZ\t$0, R{0}, fresh", "r", flags)
	t.each(f.Param("c"), f.Param("cr"), func(sum *arm64.Reg, m arm64.Mem) {
		f.MoveTo(sum, t.fmadd(sum, alpha, f.Load(16, m)))
	})
	f.Jump("JMP", "bias")
	f.Label("fresh")
	for _, row := range t.acc {
		for _, sum := range row {
			f.Do("FMUL", t.size, sum, sum, alpha)
		}
	}
}

// finish is the epilogue, every part of which is skipped when it is not asked
// for, and stores the sums.
func (t *neonTile) finish() {
	f := t.neonFile.fn
	f.Label("bias")
	bias := f.Param("bias")
	f.Jump("CBZ", "relu", bias)
	for v, b := range t.pairs(bias, 0, t.vectors) {
		for _, row := range t.acc {
			t.addTo(row[v], b)
		}
	}
	f.Label("relu")
	zero := f.Zero()
	f.Go("TBZ\t$1, R{0}, pos", "r", f.Param("flags"))
	for _, row := range t.acc {
		for _, sum := range row {
			f.Do("FMAX", t.size, sum, sum, zero)
		}
	}
	f.Label("pos")
	pos := f.Param("pos")
	f.Jump("CBZ", "store", pos)
	one := t.constant(1)
	t.each(pos, f.Param("pr"), func(sum *arm64.Reg, m arm64.Mem) {
		positive := t.and(t.do("FCMGT", f.Load(16, m), zero), one)
		f.Do("FMUL", t.size, sum, sum, positive)
	})
	f.Label("store")
	t.each(f.Param("c"), f.Param("cr"), func(sum *arm64.Reg, m arm64.Mem) { f.Store(16, sum, m) })
}

// strip copies four vectors of many rows.
func (v neon) strip() {
	v.begin("strip", "func(dst *%s, ldd int, src *%s, lds, rows int)",
		fmt.Sprintf("dst[r,j] = src[r,j] for r < rows and j < %d. Strides are in bytes.", 4*v.lanes()))
	f, p := v.fn, v.fn.Params("dst", "ldd", "src", "lds", "rows")
	v.again("row", p[4], func() {
		for u, r := range v.pairs(p[2], 0, 4) {
			f.Store(16, r, arm64.Mem{Base: p[0], Off: 16 * u})
		}
		f.Step(p[3], p[2])
		f.Step(p[1], p[0])
	})
	f.Done()
}

// transpose moves square blocks of one vector's width through registers.
func (v neon) transpose() {
	n := v.lanes()
	v.begin("transpose", "func(dst *%s, ldd int, src *%s, lds, blocks int)",
		fmt.Sprintf("dst[r,l] = src[l,r] for l < %d and r < %[1]d·blocks. Strides are in bytes.", n))
	f, p := v.fn, v.fn.Params("dst", "ldd", "src", "lds", "blocks")
	dst, ldd, src, lds := p[0], p[1], p[2], p[3]
	at := f.Copy(src)
	v.again("block", p[4], func() {
		f.CopyTo(at, src)
		var rows []*arm64.Reg
		for range n {
			rows = append(rows, f.Load(16, arm64.Mem{Base: at}))
			f.Step(lds, at)
		}
		zip := func(bytes int, a, b *arm64.Reg) []*arm64.Reg {
			return []*arm64.Reg{f.Zipped(bytes, a, b, false), f.Zipped(bytes, a, b, true)}
		}
		if n == 2 {
			rows = zip(8, rows[0], rows[1])
		} else {
			even, odd := zip(4, rows[0], rows[2]), zip(4, rows[1], rows[3])
			rows = append(zip(4, even[0], odd[0]), zip(4, even[1], odd[1])...)
		}
		for _, r := range rows {
			f.Store(16, r, arm64.Mem{Base: dst})
			f.Step(ldd, dst)
		}
		f.Add(16, src)
	})
	f.Done()
}
