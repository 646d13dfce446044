package main

import (
	"fmt"
	"math"

	"descent/internal/kernel/gen/arm64"
)

// rows writes the passes over Rows, and those over the rows of a matrix.
func (v neon) rows() {
	v.project()
	v.combine()
	v.difference()
	v.columnSums()
	v.expSums(false)
	v.expSums(true)
}

// zeroed are running sums that begin at 0.
func (v neon) zeroed(count int) (rs []*arm64.Reg) {
	for range count {
		rs = append(rs, v.fn.Zero())
	}
	return rs
}

// pairs loads so many vectors that follow one another.
func (v neon) pairs(base *arm64.Reg, off, count int) (rs []*arm64.Reg) {
	for u := 0; u+1 < count; u += 2 {
		a, b := v.fn.LoadPair(arm64.Mem{Base: base, Off: off + 16*u})
		rs = append(rs, a, b)
	}
	if count%2 == 1 {
		rs = append(rs, v.fn.Load(16, arm64.Mem{Base: base, Off: off + 16*(count-1)}))
	}
	return rs
}

// again writes body as a loop that runs left times, at least once.
func (v neon) again(label string, left *arm64.Reg, body func()) {
	v.fn.Label(label)
	body()
	v.fn.Subs(1, left)
	v.fn.Jump("BNE", label)
}

// project: the running sums of every row are one vector in acc.
func (v neon) project() {
	v.begin("project", "func(rows, x, acc *%s, out *float64, k, stride, tiles int)",
		"out[r] = Σ row r · x for k rows over whole tiles; acc is scratch of k vectors, stride the bytes from tile to tile.")
	f, p := v.fn, v.fn.Params("rows", "x", "acc", "out", "k", "stride", "tiles")
	rows, x, acc, out, k, stride, tiles := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	zero, a, left := f.Zero(), f.Copy(acc), f.Copy(k)
	v.again("clear", left, func() {
		f.Store(16, zero, arm64.Mem{Base: a})
		f.Add(16, a)
	})
	row := f.Copy(rows)
	const part = 16 // vectors held in registers
	v.again("tile", tiles, func() {
		for off := 0; off < tileBytes; off += 16 * part {
			xs := v.pairs(x, off, part)
			f.CopyTo(row, rows)
			f.Add(off, row)
			f.CopyTo(a, acc)
			f.CopyTo(left, k)
			v.again(fmt.Sprint("row", off), left, func() {
				v.projectRow(a, row, xs)
				f.Add(tileBytes, row)
				f.Add(16, a)
			})
		}
		f.Add(tileBytes, x)
		f.Step(stride, rows)
	})
	v.again("sum", k, func() {
		f.Store(8, v.across(f.Load(16, arm64.Mem{Base: acc})), arm64.Mem{Base: out})
		f.Add(16, acc)
		f.Add(8, out)
	})
	f.Done()
}

// projectRow adds the products of a part of a row to its running sums at acc.
func (v neon) projectRow(acc, row *arm64.Reg, xs []*arm64.Reg) {
	sums := []*arm64.Reg{v.fn.Load(16, arm64.Mem{Base: acc})}
	for u := 0; u < len(xs); u += 2 {
		for i, r := range v.pairs(row, 16*u, 2) {
			if at := (u + i) % 4; at < len(sums) {
				v.addProduct(sums[at], r, xs[u+i])
			} else {
				sums = append(sums, v.times(r, xs[u+i]))
			}
		}
	}
	v.fn.Store(16, v.add(v.add(sums[0], sums[1]), v.add(sums[2], sums[3])), arm64.Mem{Base: acc})
}

func (v neon) combine() {
	v.begin("combine", "func(dst, x, rows, c *%s, k, stride, tiles int) float64",
		"dst = c[k]·x + Σ c[r]·row r for k rows over whole tiles, and returns dst·x; stride is in bytes from tile to tile.")
	f, p := v.fn, v.fn.Params("dst", "x", "rows", "c", "k", "stride", "tiles")
	dst, x, rows, c, k, stride, tiles := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	last := f.Int()
	f.Go(fmt.Sprintf("ADD\tR{2}<<%d, R{1}, R{0}", map[int]int{4: 2, 8: 3}[v.size]), "wrr", last, c, k)
	cx, dots := f.Spread(v.size, last), v.zeroed(4)
	row, a, left := f.Copy(rows), f.Copy(c), f.Copy(k)
	const part = 8
	v.again("tile", tiles, func() {
		for off := 0; off < tileBytes; off += 16 * part {
			xs := v.pairs(x, off, part)
			var sums []*arm64.Reg
			for _, x := range xs {
				sums = append(sums, v.times(x, cx))
			}
			f.CopyTo(row, rows)
			f.Add(off, row)
			f.CopyTo(a, c)
			f.CopyTo(left, k)
			v.again(fmt.Sprint("row", off), left, func() {
				v.combineRow(sums, row, f.Spread(v.size, a))
				f.Add(tileBytes, row)
				f.Add(v.size, a)
			})
			for u, s := range sums {
				f.Store(16, s, arm64.Mem{Base: dst, Off: off + 16*u})
				v.addProduct(dots[u%4], s, xs[u])
			}
		}
		f.Add(tileBytes, x)
		f.Add(tileBytes, dst)
		f.Step(stride, rows)
	})
	f.Return("ret", v.total(dots))
	f.Done()
}

// combineRow adds a part of a row times c to sums.
func (v neon) combineRow(sums []*arm64.Reg, row, c *arm64.Reg) {
	for u := 0; u < len(sums); u += 2 {
		for i, r := range v.pairs(row, 16*u, 2) {
			v.addProduct(sums[u+i], r, c)
		}
	}
}

// total adds four running sums and their lanes.
func (v neon) total(s []*arm64.Reg) *arm64.Reg {
	return v.across(v.add(v.add(s[0], s[2]), v.add(s[1], s[3])))
}

func (v neon) difference() {
	v.begin("difference", "func(x1, x0, g1, g0, s, y *%s, stride, tiles int) (sy, yy float64)",
		"s = x1 − x0 and y = g1 − g0 over whole tiles, where s and y are rows, and returns s·y and y·y; stride is in bytes from tile to tile.")
	f, p := v.fn, v.fn.Params("x1", "x0", "g1", "g0", "s", "y", "stride", "tiles")
	s, y, stride, tiles := p[4], p[5], p[6], p[7]
	sy, yy := v.zeroed(4), v.zeroed(4)
	v.again("tile", tiles, func() {
		for u := 0; u < tileBytes/16; u += 2 {
			x1, x0, g1, g0 := v.pairs(p[0], 16*u, 2), v.pairs(p[1], 16*u, 2), v.pairs(p[2], 16*u, 2), v.pairs(p[3], 16*u, 2)
			for i := range 2 {
				ds, dy := v.sub(x1[i], x0[i]), v.sub(g1[i], g0[i])
				f.Store(16, ds, arm64.Mem{Base: s, Off: 16 * (u + i)})
				f.Store(16, dy, arm64.Mem{Base: y, Off: 16 * (u + i)})
				v.addProduct(sy[(u+i)%4], ds, dy)
				v.addProduct(yy[(u+i)%4], dy, dy)
			}
		}
		for _, r := range p[:4] {
			f.Add(tileBytes, r)
		}
		f.Step(stride, s)
		f.Step(stride, y)
	})
	f.Return("sy", v.total(sy))
	f.Return("yy", v.total(yy))
	f.Done()
}

// columnSums: the rows of a group are added in T, the groups in float64.
func (v neon) columnSums() {
	v.begin("columnSums", "func(sum *float64, x *%s, stride, rows, columns int)",
		"sum[j] = Σ x[i,j] for j < columns, eight rows in T first; stride is in bytes.")
	f, p := v.fn, v.fn.Params("sum", "x", "stride", "rows", "columns")
	loops := 0
	v.steps(p[4], []*arm64.Reg{p[1]}, 4, func(count, bytes int) {
		loops++
		v.columnGroup(fmt.Sprint(loops), p, count, bytes)
		f.Add(8*count*bytes/v.size, p[0])
	})
	f.Done()
}

// columnGroup adds the rows of a few vectors of columns, or of one column.
func (v neon) columnGroup(label string, p []*arm64.Reg, count, bytes int) {
	f, sum, x, stride, rows := v.fn, p[0], p[1], p[2], p[3]
	double := neon{f64, v.neonFile}
	totals := double.zeroed(count * 8 / v.size)
	at, left, group := f.Copy(x), f.Copy(rows), f.Int()
	f.Label("block" + label)
	var part []*arm64.Reg
	for u := range count {
		part = append(part, f.Load(bytes, arm64.Mem{Base: at, Off: u * bytes}))
	}
	f.Step(stride, at)
	f.Go(fmt.Sprintf("MOVD\t$%d, R{0}", rowsTogether), "w", group)
	f.Go("CMP\tR{0}, R{1}", "rr", group, left)
	f.Go("CSEL\tLT, R{1}, R{0}, R{0}", "xr", group, left)
	f.Go("SUB\tR{1}, R{0}, R{0}", "xr", left, group)
	f.Subs(1, group)
	f.Jump("BEQ", "total"+label)
	v.again("row"+label, group, func() {
		for u := range count {
			v.addTo(part[u], f.Load(bytes, arm64.Mem{Base: at, Off: u * bytes}))
		}
		f.Step(stride, at)
	})
	f.Label("total" + label)
	for u, x := range part {
		for h, d := range v.doubles(x) {
			double.addTo(totals[u*8/v.size+h], d)
		}
	}
	f.Jump("CBNZ", "block"+label, left)
	if bytes < 16 {
		f.Store(8, totals[0], arm64.Mem{Base: sum})
		return
	}
	for h, t := range totals {
		f.Store(16, t, arm64.Mem{Base: sum, Off: 16 * h})
	}
}

// doubles are the elements of x as float64: one vector, or two.
func (v neon) doubles(x *arm64.Reg) []*arm64.Reg {
	if v.size == 8 {
		return []*arm64.Reg{x}
	}
	return []*arm64.Reg{v.fn.Widened(x, false), v.fn.Widened(x, true)}
}

// along runs body for 32 bytes of float64 of a row of n elements at the pointers
// at a time, or 16 of float32, so that either fills two vectors of float64; then
// for its last elements. The pointers end behind the row.
func (v neon) along(label string, n *arm64.Reg, ptrs []*arm64.Reg, body func(count, bytes int)) {
	f, many := v.fn, v.size/4
	left := f.Copy(n)
	step := func(name string, count, bytes int, again string) {
		f.Label(name)
		body(count, bytes)
		for _, p := range ptrs {
			f.Add(count*bytes, p)
		}
		f.Subs(count*bytes/v.size, left)
		f.Jump(again, name)
	}
	f.Subs(many*v.lanes(), left)
	f.Jump("BLT", label+"Rest")
	step(label, many, 16, "BGE")
	f.Label(label + "Rest")
	f.Add(many*v.lanes(), left)
	f.Jump("CBZ", label+"Done", left)
	step(label+"Tail", 1, v.size, "BNE")
	f.Label(label + "Done")
}

// expSums is as that of AVX.
func (v neon) expSums(softmax bool) {
	if softmax {
		v.begin("softmax", "func(dst, x *%s, tops, sums *float64, rows, n int)",
			"dst[r,j] = exp(x[r,j] − tops[r])/sums[r] for rows of n elements, with what expSums gives.")
	} else {
		v.begin("expSums", "func(x *%s, tops, sums *float64, rows, n int)",
			"tops[r] = max x[r,j] and sums[r] = Σ exp(x[r,j] − tops[r]) for rows of n elements.")
	}
	f, p := v.fn, v.fn.Params("x", "tops", "sums", "rows", "n")
	x, tops, sums, rows, n := p[0], p[1], p[2], p[3], p[4]
	ptrs, at := []*arm64.Reg{x}, f.Copy(x)
	var dst, to *arm64.Reg
	if softmax {
		dst = f.Param("dst")
		to = f.Copy(dst)
		ptrs = append(ptrs, to)
	}
	double := neon{f64, v.neonFile}
	v.again("row", rows, func() {
		f.CopyTo(at, x)
		top := v.rowTop(n, at)
		totals := double.zeroed(2)
		v.along("exp", n, ptrs, func(count, bytes int) {
			for u := range count {
				y := v.formulas().expBelow(v.getOr(x, u*bytes, bytes, math.Inf(-1)), top)
				if softmax {
					f.Store(bytes, y, arm64.Mem{Base: to, Off: u * bytes})
				}
				for h, d := range v.doubles(y) {
					double.addTo(totals[u+h], d)
				}
			}
		})
		sum := double.across(double.add(totals[0], totals[1]))
		f.Store(8, sum, arm64.Mem{Base: sums})
		f.Store(8, v.doubles(top)[0], arm64.Mem{Base: tops})
		if softmax {
			v.divideRow(n, dst, sum)
		}
		f.Add(8, tops)
		f.Add(8, sums)
	})
	f.Done()
}

// rowTop is the largest element of the row at p, in every lane.
func (v neon) rowTop(n, p *arm64.Reg) *arm64.Reg {
	top := v.constant(math.Inf(-1))
	v.along("top", n, []*arm64.Reg{p}, func(count, bytes int) {
		for u := range count {
			v.fn.Do("FMAX", v.size, top, top, v.getOr(p, u*bytes, bytes, math.Inf(-1)))
		}
	})
	return v.spread(top, v.larger)
}

// divideRow divides a row by its sum and moves on to the next.
func (v neon) divideRow(n, dst, sum *arm64.Reg) {
	if v.size == 4 {
		single := v.fn.Vector()
		v.fn.Go("FCVTDS\tF{1}, F{0}", "wr", single, sum)
		sum = single
	}
	by := v.fn.Spreaded(v.size, sum, 0)
	v.along("share", n, []*arm64.Reg{dst}, func(count, bytes int) {
		for u := range count {
			m := arm64.Mem{Base: dst, Off: u * bytes}
			v.fn.Store(bytes, v.div(v.fn.Load(bytes, m), by), m)
		}
	})
}
