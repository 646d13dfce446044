package kernel

import (
	"math/bits"
	"unsafe"
)

// tileBytes is the part of a row that lies in one piece.
const tileBytes = 512

// narrow is the length below which vectors are rows as they are, for plain loops.
const narrow = 8

// Rows are vectors of one length, stored for passes over many of them at once:
// 512 bytes of the first vector, 512 bytes of the next, and so on, then the
// next 512 bytes of the first. A pass so reads memory from one end to the other,
// and holds its part of the vectors it works with in registers. Sums are taken
// in blocks of 4096 elements that are added pairwise.
//
// Rows are for one goroutine at a time.
type Rows[T Float] struct {
	rows, n, width int  // width is the number of elements of a tile
	plain          bool // no assembly
	data           []T
	acc            []T       // running sums of Project
	sums           []float64 // for each halving of the blocks, and for the last tile
	pads           [4][]T    // the last elements of vectors, with zeros behind
}

// NewRows makes so many rows of n zeros.
func NewRows[T Float](rows, n int) *Rows[T] {
	if n < narrow {
		return &Rows[T]{rows: rows, n: n, width: n, data: make([]T, rows*n), plain: true}
	}
	var t T
	size := int(unsafe.Sizeof(t))
	w := tileBytes / size
	r := &Rows[T]{rows: rows, n: n, width: w, plain: active == portable}
	r.data = aligned[T](rows*((n+w-1)/w)*w, size)
	r.acc = aligned[T](rows*64/size, size)
	r.sums = make([]float64, rows*(1+bits.Len(uint(n/block))))
	if n%w > 0 {
		pads := aligned[T](len(r.pads)*w, size)
		for i := range r.pads {
			r.pads[i], pads = pads[:w:w], pads[w:]
		}
	}
	return r
}

// aligned makes n zeros that begin on a cache line.
func aligned[T Float](n, size int) []T {
	b := make([]T, n+64/size)
	skip := 0
	if at := int(uintptr(unsafe.Pointer(&b[0])) % 64); at > 0 {
		skip = (64 - at) / size
	}
	return b[skip : skip+n : skip+n]
}

// Data is all numbers of all rows, for saving them and for filling them again.
// It is the same on every machine.
func (r *Rows[T]) Data() []T { return r.data }

// Clear makes a row zero.
func (r *Rows[T]) Clear(row int) {
	for t := 0; t < r.n; t += r.width {
		clear(r.piece(row, t))
	}
}

// Narrow returns a row as it is, where the vectors are so short that plain loops
// over them are quicker than any call; otherwise nil.
func (r *Rows[T]) Narrow(row int) []T {
	if r.n >= narrow {
		return nil
	}
	return r.data[row*r.n:][:r.n]
}

// piece is the part of a row that begins at element t, a multiple of width.
func (r *Rows[T]) piece(row, t int) []T {
	at := r.rows*t + row*r.width
	return r.data[at : at+min(r.width, r.n-t)]
}

// Dot is the product of a row and x.
func (r *Rows[T]) Dot(row int, x []T) float64 {
	if r.n <= r.width {
		return Dot(r.piece(row, 0), x)
	}
	var p pairwise
	for t := 0; t < r.n; t += r.width {
		v := r.piece(row, t)
		p.add(Dot(v, x[t:t+len(v)]))
	}
	return p.total()
}

// Axpy adds a times a row to x.
func (r *Rows[T]) Axpy(a T, row int, x []T) {
	for t := 0; t < r.n; t += r.width {
		v := r.piece(row, t)
		Axpy(a, v, x[t:t+len(v)])
	}
}

// Project stores the products of the first rows, as many as out has, with g.
func (r *Rows[T]) Project(out []float64, g []T) {
	if len(out) > 0 {
		r.project(out, g[:r.n], 0, r.n, r.sums)
	}
}

func (r *Rows[T]) project(out []float64, g []T, from, to int, scratch []float64) {
	if to-from <= block {
		r.projectBlock(out, g, from, to, scratch)
		return
	}
	mid := halfway(from, to)
	r.project(out, g, from, mid, scratch)
	right, rest := scratch[:len(out)], scratch[r.rows:]
	r.project(right, g, mid, to, rest)
	for i, v := range right {
		out[i] += v
	}
}

// halfway cuts a range into two, the first of which is whole blocks.
func halfway(from, to int) int {
	blocks := (to - from + block - 1) / block
	return from + (blocks+1)/2*block
}

//go:noinline
func (r *Rows[T]) projectBlock(out []float64, g []T, from, to int, tail []float64) {
	if r.plain {
		clear(out)
		for t := from; t < to; t += r.width {
			for row := range out {
				v := r.piece(row, t)
				out[row] += dotLoop(v, g[t:t+len(v)])
			}
		}
		return
	}
	end := to - (to-from)%r.width
	if end == to {
		r.callProject(out, g[from:to], from)
		return
	}
	tail = tail[:len(out)]
	r.callProject(tail, r.pad(0, g[end:to]), end)
	if end == from {
		copy(out, tail)
		return
	}
	r.callProject(out, g[from:end], from)
	for i, v := range tail {
		out[i] += v
	}
}

// pad is a copy of the last elements of a vector, fewer than a tile, with zeros
// behind: their number is the same for every vector.
func (r *Rows[T]) pad(i int, v []T) []T {
	copy(r.pads[i], v)
	return r.pads[i]
}

// Combine stores Σ c[k]·row k + c[last]·g, over as many rows as c has entries
// before the last, and returns its product with g. It goes from the last block
// to the first, as what Project has read last is still near then.
func (r *Rows[T]) Combine(dst, g, c []T) float64 {
	return r.combine(dst[:r.n], g[:r.n], c, 0, r.n)
}

func (r *Rows[T]) combine(dst, g, c []T, from, to int) float64 {
	if to-from <= block {
		return r.combineBlock(dst, g, c, from, to)
	}
	mid := halfway(from, to)
	right := r.combine(dst, g, c, mid, to)
	return r.combine(dst, g, c, from, mid) + right
}

//go:noinline
func (r *Rows[T]) combineBlock(dst, g, c []T, from, to int) (dot float64) {
	k := len(c) - 1
	if k == 0 || r.plain {
		for t := from; t < to; t += r.width {
			d, x := dst[t:min(t+r.width, to)], g[t:min(t+r.width, to)]
			for i, v := range x {
				d[i] = c[k] * v
			}
			for row, a := range c[:k] {
				for i, v := range r.piece(row, t) {
					d[i] += T(a * v)
				}
			}
			dot += dotLoop(d, x)
		}
		return dot
	}
	end := to - (to-from)%r.width
	if end < to {
		d := r.pads[1]
		dot = r.callCombine(d, r.pad(0, g[end:to]), c, end)
		copy(dst[end:to], d)
	}
	if end > from {
		dot += r.callCombine(dst[from:end], g[from:end], c, from)
	}
	return dot
}

// Difference stores x1 − x0 in row s and g1 − g0 in row y, and returns the
// products s·y and y·y.
func (r *Rows[T]) Difference(s, y int, x1, x0, g1, g0 []T) (sy, yy float64) {
	return r.difference(s, y, x1[:r.n], x0[:r.n], g1[:r.n], g0[:r.n], 0, r.n)
}

func (r *Rows[T]) difference(s, y int, x1, x0, g1, g0 []T, from, to int) (sy, yy float64) {
	if to-from <= block {
		return r.differenceBlock(s, y, x1, x0, g1, g0, from, to)
	}
	mid := halfway(from, to)
	sy, yy = r.difference(s, y, x1, x0, g1, g0, from, mid)
	sy2, yy2 := r.difference(s, y, x1, x0, g1, g0, mid, to)
	return sy + sy2, yy + yy2
}

//go:noinline
func (r *Rows[T]) differenceBlock(s, y int, x1, x0, g1, g0 []T, from, to int) (sy, yy float64) {
	if r.plain {
		for t := from; t < to; t += r.width {
			ds, dy := r.piece(s, t), r.piece(y, t)
			for i := range ds {
				ds[i] = x1[t+i] - x0[t+i]
				dy[i] = g1[t+i] - g0[t+i]
			}
			sy += dotLoop(ds, dy)
			yy += dotLoop(dy, dy)
		}
		return sy, yy
	}
	end := to - (to-from)%r.width
	if end > from {
		sy, yy = r.callDifference(s, y, x1[from:end], x0[from:end], g1[from:end], g0[from:end], from)
	}
	if end < to {
		sy2, yy2 := r.callDifference(s, y, r.pad(0, x1[end:to]), r.pad(1, x0[end:to]), r.pad(2, g1[end:to]), r.pad(3, g0[end:to]), end)
		sy, yy = sy+sy2, yy+yy2
	}
	return sy, yy
}

// The calls of assembly, over whole tiles from the given element on.

func (r *Rows[T]) callProject(out []float64, g []T, from int) {
	tiles, stride := len(g)/r.width, r.rows*tileBytes
	switch d := any(r.data[r.rows*from:]).(type) {
	case []float32:
		projectPaths.f32[active](&d[0], &any(g).([]float32)[0], &any(r.acc).([]float32)[0], &out[0], len(out), stride, tiles)
	case []float64:
		projectPaths.f64[active](&d[0], &any(g).([]float64)[0], &any(r.acc).([]float64)[0], &out[0], len(out), stride, tiles)
	}
}

func (r *Rows[T]) callCombine(dst, g, c []T, from int) float64 {
	tiles, stride := len(g)/r.width, r.rows*tileBytes
	switch d := any(r.data[r.rows*from:]).(type) {
	case []float32:
		return combinePaths.f32[active](&any(dst).([]float32)[0], &any(g).([]float32)[0], &d[0], &any(c).([]float32)[0], len(c)-1, stride, tiles)
	case []float64:
		return combinePaths.f64[active](&any(dst).([]float64)[0], &any(g).([]float64)[0], &d[0], &any(c).([]float64)[0], len(c)-1, stride, tiles)
	}
	return 0
}

func (r *Rows[T]) callDifference(s, y int, x1, x0, g1, g0 []T, from int) (sy, yy float64) {
	tiles, stride := len(x1)/r.width, r.rows*tileBytes
	at := r.rows * from
	s, y = at+s*r.width, at+y*r.width
	switch d := any(r.data).(type) {
	case []float32:
		a, b, c, e := any(x1).([]float32), any(x0).([]float32), any(g1).([]float32), any(g0).([]float32)
		return differencePaths.f32[active](&a[0], &b[0], &c[0], &e[0], &d[s], &d[y], stride, tiles)
	case []float64:
		a, b, c, e := any(x1).([]float64), any(x0).([]float64), any(g1).([]float64), any(g0).([]float64)
		return differencePaths.f64[active](&a[0], &b[0], &c[0], &e[0], &d[s], &d[y], stride, tiles)
	}
	return 0, 0
}

type projectPathSet struct {
	f32 [sets]func(rows, x, acc *float32, out *float64, k, stride, tiles int)
	f64 [sets]func(rows, x, acc *float64, out *float64, k, stride, tiles int)
}

type combinePathSet struct {
	f32 [sets]func(dst, x, rows, c *float32, k, stride, tiles int) float64
	f64 [sets]func(dst, x, rows, c *float64, k, stride, tiles int) float64
}

type differencePathSet struct {
	f32 [sets]func(x1, x0, g1, g0, s, y *float32, stride, tiles int) (sy, yy float64)
	f64 [sets]func(x1, x0, g1, g0, s, y *float64, stride, tiles int) (sy, yy float64)
}
