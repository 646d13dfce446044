//go:build !noasm

package kernel

import (
	"sync"
	"unsafe"
)

// Blocking of the tiled product: a packed panel of B (deep×columns of a tile)
// stays in the first-level cache, high rows of A in the second, a slab of
// deep×wide of B in the third.
const (
	deep = 256
	wide = 1024
	high = 240
)

// tiler is a micro-kernel family: tiles of up to rows×cols, computed for any
// height by one call. A masked family handles any width in place; the others
// need B padded and a scratch tile at the right edge.
type tiler[T Float] struct {
	rows, cols int
	masked     bool
	tile       func(rows, k int, a *T, ar, ak int, b *T, bk int, c *T, cr int, alpha T, add int, mask uint32)
}

func tilerFor[T Float](set isa) tiler[T] {
	var t any
	if _, single := any(T(0)).(float32); single {
		t = tiler[float32]{6, 16, false, tileF32NoMask}
		if set == avx512 {
			t = tiler[float32]{12, 32, true, tileF32AVX512}
		}
	} else {
		t = tiler[float64]{6, 8, false, tileF64NoMask}
		if set == avx512 {
			t = tiler[float64]{12, 16, true, tileF64AVX512}
		}
	}
	return t.(tiler[T])
}

func tileF32NoMask(rows, k int, a *float32, ar, ak int, b *float32, bk int, c *float32, cr int, alpha float32, add int, _ uint32) {
	tileF32AVX2(rows, k, a, ar, ak, b, bk, c, cr, alpha, add)
}

func tileF64NoMask(rows, k int, a *float64, ar, ak int, b *float64, bk int, c *float64, cr int, alpha float64, add int, _ uint32) {
	tileF64AVX2(rows, k, a, ar, ak, b, bk, c, cr, alpha, add)
}

// product is one call of Gemm under way. Strides are in elements: op(A)[i,p]
// is a[i*ar+p*ak], op(B)[p,j] is b[p*bk+j*bc]. Its units are ranges of columns,
// or of rows where the columns are too few to share.
type product[T Float] struct {
	tiler[T]
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	ar, ak, bk, bc int
	ldc            int
	epilogue       Epilogue[T]
	byRows         bool
	span           int // columns or rows of a unit
}

var products32, products64 = sync.Pool{New: func() any { return new(product[float32]) }}, sync.Pool{New: func() any { return new(product[float64]) }}

func gemmTiled[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, e Epilogue[T]) {
	pool := &products64
	if _, single := any(alpha).(float32); single {
		pool = &products32
	}
	g := pool.Get().(*product[T])
	*g = product[T]{tiler: tilerFor[T](active), m: m, n: n, k: k, alpha: alpha, beta: beta,
		a: a, b: b, c: c, ar: lda, ak: 1, bk: ldb, bc: 1, ldc: ldc, epilogue: e}
	if transA {
		g.ar, g.ak = 1, lda
	}
	if transB {
		g.bk, g.bc = 1, ldb
	}
	share(g.split(), g)
	*g = product[T]{} // keeps no matrix alive
	pool.Put(g)
}

// worthSharing is the number of multiplications from which a second thread
// pays.
const worthSharing = 1 << 17

// split cuts the product into units, about two for each thread so that a late
// thread is made up for. Sums are never split, so the bits do not depend on it.
func (g *product[T]) split() (units int) {
	threads := Threads()
	g.byRows, g.span = false, g.n
	if threads == 1 || g.m*g.n*g.k < worthSharing {
		return 1
	}
	panels := (g.n + g.cols - 1) / g.cols
	if panels >= threads {
		g.span = max(1, panels/(2*threads)) * g.cols
		return (g.n + g.span - 1) / g.span
	}
	tiles := (g.m + g.rows - 1) / g.rows
	g.byRows, g.span = true, max(1, tiles/(2*threads))*g.rows
	return (g.m + g.span - 1) / g.span
}

// unit computes one range of columns or rows.
func (g *product[T]) unit(i int) {
	u := piece[T]{product: g, row: 0, rows: g.m, col: i * g.span}
	u.columns = min(g.span, g.n-u.col)
	if g.byRows {
		u.row, u.rows, u.col, u.columns = i*g.span, min(g.span, g.m-i*g.span), 0, g.n
	}
	if g.beta != 0 && g.beta != 1 {
		scaleRows(u.rows, u.columns, g.beta, g.c[u.row*g.ldc+u.col:], g.ldc)
	}
	padded := min((u.columns+g.cols-1)/g.cols*g.cols, wide)
	edge := g.rowsOf() * g.cols
	const block = (high + 16) * (deep + 16)
	slab := grab[T](min(g.k, deep)*padded + edge + block)
	u.edge, u.copyA, u.panel = (*slab)[:edge], (*slab)[edge:edge+block], (*slab)[edge+block:]
	for j := 0; j < u.columns; j += wide {
		for p := 0; p < g.k; p += deep {
			u.block(u.col+j, min(wide, u.columns-j), p, min(deep, g.k-p))
		}
	}
	release(slab)
}

// rowsOf is the height of a full tile.
func (g *product[T]) rowsOf() int { return g.tiler.rows }

// piece is one unit of a product: its range of C, and work memory of its own.
type piece[T Float] struct {
	*product[T]
	row, rows    int
	col, columns int
	panel, edge  []T // packed B, scratch tile
	copyA        []T // see left
}

// inPlace says whether B is read where it lies: packing costs as much as a few
// rows of the product, and only a masked kernel can read a narrow panel.
func (g *piece[T]) inPlace() bool {
	return g.bc == 1 && g.masked && (g.rows <= 2*g.rowsOf() || g.columns <= g.cols)
}

// block adds the part of the product that depth numbers from p of each sum
// give to width columns from j.
func (g *piece[T]) block(j, width, p, depth int) {
	direct := g.inPlace()
	if !direct {
		g.packB(j, width, p, depth)
	}
	for i := 0; i < g.rows; i += high {
		h := min(high, g.rows-i)
		a := g.left(g.row+i, h, p, depth, width)
		for q := 0; q < width; q += g.cols {
			b, bk := g.panel[min(q*depth, len(g.panel)-1):], g.cols
			if direct {
				b, bk = g.b[p*g.bk+j+q:], g.bk
			}
			g.column(a, g.row+i, h, j+q, min(g.cols, width-q), p, depth, b, bk)
		}
		if p+depth == g.k {
			g.epilogue.apply(g.row+i, j, h, width, g.c[(g.row+i)*g.ldc+j:], g.ldc)
		}
	}
}

// operand is a part of A: element (i, p) at v[i*row+p*col].
type operand[T Float] struct {
	v        []T
	row, col int
}

// left is the part of A from row i and depth p. It is read where it lies, unless
// its rows are a power of two apart: then they compete for the same places in
// the cache, and a copy with another stride pays.
func (g *piece[T]) left(i, h, p, depth, width int) operand[T] {
	const bad = 1024 // bytes
	here := operand[T]{g.a[i*g.ar+p*g.ak:], g.ar, g.ak}
	stride := max(g.ar, g.ak)
	if stride*int(unsafe.Sizeof(g.alpha))%bad != 0 || h < g.rowsOf() || width < 4*g.cols {
		return here
	}
	rows, length := h, depth
	if g.ar == 1 {
		rows, length = depth, h
	}
	ld := length + 16
	dst := g.copyA[:rows*ld]
	for r := range rows {
		copy(dst[r*ld:r*ld+length], here.v[r*stride:])
	}
	if g.ar == 1 {
		return operand[T]{dst, 1, ld}
	}
	return operand[T]{dst, ld, 1}
}

// column computes h rows of one panel of columns, in tiles of nearly equal
// height. It is not inlined so that a long product passes a preemption point
// here: the collector need not wait for the end.
//
//go:noinline
func (g *piece[T]) column(left operand[T], i, h, j, w, p, depth int, b []T, bk int) {
	size := int(unsafe.Sizeof(g.alpha))
	mask := uint32(1)<<w - 1
	add := 1
	if p == 0 && g.beta == 0 {
		add = 0
	}
	ar, ak, first := left.row*size, left.col*size, i
	tiles := (h + g.rowsOf() - 1) / g.rowsOf()
	for t := range tiles {
		rows := h / tiles
		if t < h%tiles {
			rows++
		}
		a, c := &left.v[(i-first)*left.row], g.c[i*g.ldc+j:]
		if w < g.cols && !g.masked {
			g.tile(rows, depth, a, ar, ak, &b[0], bk*size, &g.edge[0], g.cols*size, g.alpha, 0, mask)
			g.copyEdge(rows, w, c, add)
		} else {
			g.tile(rows, depth, a, ar, ak, &b[0], bk*size, &c[0], g.ldc*size, g.alpha, add, mask)
		}
		i += rows
	}
}

// copyEdge moves the first w columns of the scratch tile to c, or adds them.
func (g *piece[T]) copyEdge(rows, w int, c []T, add int) {
	for r := range rows {
		src, dst := g.edge[r*g.cols:r*g.cols+w], c[r*g.ldc:r*g.ldc+w]
		if add == 0 {
			copy(dst, src)
			continue
		}
		for q, v := range src {
			dst[q] += v
		}
	}
}

// packB lays rows p..p+depth and columns j..j+width of op(B) out as panels of
// cols columns, the last one padded with zeros.
func (g *piece[T]) packB(j, width, p, depth int) {
	for q := 0; q < width; q += g.cols {
		w := min(g.cols, width-q)
		panel := g.panel[q*depth : q*depth+depth*g.cols]
		if w < g.cols {
			clear(panel)
		}
		if g.bc == 1 {
			for r := range depth {
				copy(panel[r*g.cols:r*g.cols+w], g.b[(p+r)*g.bk+j+q:])
			}
			continue
		}
		transposeInto(panel, g.cols, g.b[(j+q)*g.bc+p:], g.bc, w, depth)
	}
}

// transposeInto stores dst[r,l] = src[l,r] for l < w and r < depth: whole square
// blocks in registers where there is a kernel, the rest one by one.
func transposeInto[T Float](dst []T, ldd int, src []T, lds, w, depth int) {
	lanes := 64 / int(unsafe.Sizeof(T(0)))
	full, deepest := 0, 0
	if active == avx512 {
		full, deepest = w/lanes*lanes, depth/lanes*lanes
	}
	if deepest > 0 {
		for l := 0; l < full; l += lanes {
			transposeBlocks(dst[l:], ldd, src[l*lds:], lds, deepest/lanes)
		}
	} else {
		full = 0
	}
	if full > 0 && deepest < depth {
		transposeLoop(dst[deepest*ldd:], ldd, src[deepest:], lds, full, depth-deepest)
	}
	if full < w {
		transposeLoop(dst[full:], ldd, src[full*lds:], lds, w-full, depth)
	}
}

func transposeBlocks[T Float](dst []T, ldd int, src []T, lds, blocks int) {
	switch d := any(dst).(type) {
	case []float32:
		transposeF32AVX512(&d[0], 4*ldd, &any(src).([]float32)[0], 4*lds, blocks)
	case []float64:
		transposeF64AVX512(&d[0], 8*ldd, &any(src).([]float64)[0], 8*lds, blocks)
	}
}

// transposeLoop takes eight rows of dst at a time, so that both sides stay in
// the first-level cache.
func transposeLoop[T Float](dst []T, ldd int, src []T, lds, w, depth int) {
	for r := 0; r < depth; r += 8 {
		h := min(8, depth-r)
		for l := range w {
			s := src[l*lds+r : l*lds+r+h]
			d := dst[r*ldd+l:]
			for q, v := range s {
				d[q*ldd] = v
			}
		}
	}
}
