package main

import "descent/internal/kernel/gen/arm64"

// neonNarrow writes the products of narrow matrices with vectors.
func neonNarrow(file *neonFile) {
	v := neon{f64, file}
	v.narrowDots()
	v.narrowSum()
}

// narrowDots takes four rows at once, each with two vectors of running sums.
func (v neon) narrowDots() {
	v.fn = v.Func("narrowDots", "func(y, a, x *float64, rows, stride, cols int)",
		"is y[i] = Σ row i of a · x for rows, a multiple of 4, of at most 32 columns; stride is the bytes from row to row.")
	f, p := v.fn, v.fn.Params("y", "a", "x", "rows", "stride", "cols")
	y, a, x, rows, stride, cols := p[0], p[1], p[2], p[3], p[4], p[5]
	left := f.Copy(cols)
	at := []*arm64.Reg{f.Copy(a), f.Copy(a), f.Copy(a), f.Copy(a), f.Copy(x)}
	v.again("more", rows, func() {
		for i, r := range at[:4] {
			f.CopyTo(r, a)
			if i < 3 {
				f.Step(stride, a)
			}
		}
		f.Step(stride, a)
		f.CopyTo(at[4], x)
		f.CopyTo(left, cols)
		first, second := v.zeroed(4), v.zeroed(4)
		v.steps(left, at, 2, func(count, bytes int) {
			for u, sums := range [][]*arm64.Reg{first, second}[:count] {
				xs := f.Load(bytes, arm64.Mem{Base: at[4], Off: u * bytes})
				for i, s := range sums {
					v.addProduct(s, xs, f.Load(bytes, arm64.Mem{Base: at[i], Off: u * bytes}))
				}
			}
		})
		for i, s := range first {
			v.addTo(s, second[i])
		}
		f.Store(16, v.do("FADDP", first[0], first[1]), arm64.Mem{Base: y})
		f.Store(16, v.do("FADDP", first[2], first[3]), arm64.Mem{Base: y, Off: 16})
		f.Add(32, y)
		f.Subs(3, rows)
	})
	f.Done()
}

// narrowSum goes through the rows once for each few columns, whose sums stay in
// registers, those of even and of odd rows apart.
func (v neon) narrowSum() {
	v.fn = v.Func("narrowSum", "func(y, a, x *float64, rows, stride, cols int)",
		"is y = Σ x[i] · row i of a for rows, a multiple of 2, of at most 32 columns; stride is the bytes from row to row.")
	f, p := v.fn, v.fn.Params("y", "a", "x", "rows", "stride", "cols")
	y, a, x, rows, stride, cols := p[0], p[1], p[2], p[3], p[4], p[5]
	at, factor, left := f.Copy(a), f.Copy(x), f.Copy(rows)
	loop := ""
	v.steps(cols, []*arm64.Reg{y, a}, 8, func(count, bytes int) {
		loop += "rows"
		f.CopyTo(at, a)
		f.CopyTo(factor, x)
		f.CopyTo(left, rows)
		sums := [][]*arm64.Reg{v.zeroed(count), v.zeroed(count)}
		v.again(loop, left, func() {
			by := f.Load(16, arm64.Mem{Base: factor})
			for i, part := range sums {
				for u, s := range part {
					f.AddProducts(8, s, f.Load(bytes, arm64.Mem{Base: at, Off: u * bytes}), by, i)
				}
				f.Step(stride, at)
			}
			f.Add(16, factor)
			f.Subs(1, left)
		})
		for u, s := range sums[0] {
			v.addTo(s, sums[1][u])
			f.Store(bytes, s, arm64.Mem{Base: y, Off: u * bytes})
		}
	})
	f.Done()
}
