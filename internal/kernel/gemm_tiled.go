//go:build (amd64 || arm64) && !noasm

package kernel

import "sync"

// Blocking of the tiled product: a packed panel of B (deep × the columns of a
// tile) is read again and again from the first-level cache, high rows of A from
// the second, a slab of deep×wide of B from the second or third. The last two
// are given in bytes, and whole numbers of tiles for every family.
const (
	deep      = 384
	wideBytes = 4096
	highBytes = 1440
)

// tileFunc is a micro-kernel: see the assembly for what it computes. rows is
// the height of the tile.
type tileFunc[T Float] func(rows, k int, a *T, ar, ak int, b *T, bk int, c *T, cr int, alpha T, flags int, mask uint32, bias, pos *T, pr int)

// Bits of the flags of a tile.
const (
	tileAdds  = 1 // to what C holds
	tileRelus = 2
)

// tiler is a micro-kernel family: tiles of up to rows×cols, and where there are
// any, slim tiles of half the columns and lean ones of three quarters, with more
// rows. A masked family handles
// any width in place; the others need B padded and a scratch tile at the right
// edge.
type tiler[T Float] struct {
	rows, cols int
	slimRows   int
	masked     bool
	fuses      bool // applies the epilogue, and reads A and whole panels of B where they lie
	tile, slim tileFunc[T]
	leanRows   int
	lean       tileFunc[T]
}

func tilerFor[T Float](set isa) *tiler[T] {
	if _, single := any(T(0)).(float32); single {
		return any(&tilers32[set]).(*tiler[T])
	}
	return any(&tilers64[set]).(*tiler[T])
}

// product is one call of Gemm under way. Strides are in elements: op(A)[i,p]
// is a[i*ar+p*ak], op(B)[p,j] is b[p*bk+j*bc].
type product[T Float] struct {
	*tiler[T]
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	ar, ak, bk, bc int
	ldc            int
	epilogue       Epilogue[T]
	fused          bool // the micro-kernel applies the epilogue
	depth          int  // of a block
	cut            cut
	shared         bool // B is packed before the threads begin, in work
	work           []T  // work memory, but for that of the units of a cut product
}

var products32, products64 = sync.Pool{New: func() any { return new(product[float32]) }}, sync.Pool{New: func() any { return new(product[float64]) }}

func gemmTiled[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, e Epilogue[T]) {
	pool := &products64
	if _, single := any(alpha).(float32); single {
		pool = &products32
	}
	g := pool.Get().(*product[T])
	*g = product[T]{tiler: tilerFor[T](active), m: m, n: n, k: k, alpha: alpha, beta: beta,
		a: a, b: b, c: c, ar: lda, ak: 1, bk: ldb, bc: 1, ldc: ldc, epilogue: e, depth: even(k, deep, 8), work: g.work}
	g.fused = g.fuses && e.Activation <= ActivateRelu
	if transA {
		g.ar, g.ak = 1, lda
	}
	if transB {
		g.bk, g.bc = 1, ldb
	}
	g.cut = cutFor(Threads(), m, n, k, g.rows, g.cols)
	if g.cut.units > 1 {
		g.packShared()
	}
	share(g.cut.units, g)
	*g = product[T]{work: g.work} // keeps no matrix alive
	pool.Put(g)
}

// even is the length of the parts when n is cut into as few as possible of at
// most limit, all of nearly the same length and whole multiples of unit, as is
// limit; all of n if one part will do.
func even(n, limit, unit int) int {
	if n <= limit {
		return n
	}
	parts := (n + limit - 1) / limit
	return (n + parts*unit - 1) / (parts * unit) * unit
}

// cut is how a product is shared among threads: as ranges of columns, or of
// rows where there are more of them. Sums are never split, so the bits do not
// depend on it.
type cut struct {
	byRows       bool
	units        int
	first, last  int // large units at either end
	large, small int // rows or columns of a unit
}

// smallUnit is about how many multiplications the small units of a cut product
// have: no thread waits longer than one takes.
const smallUnit = 1 << 21

// cutFor cuts an m×n result into one large unit for each thread, together half
// the work, and small ones between them, so that a thread that came late or
// lost its processor for a while is made up for. Units are whole tiles.
func cutFor(threads, m, n, k, rows, cols int) cut {
	c, length, tile := cut{units: 1, first: 1, large: n}, n, cols
	if threads == 1 || m*n*k < worthSharing {
		return c
	}
	if m > n {
		length, tile = m, rows
	}
	tiles := (length + tile - 1) / tile
	if tiles < 2 {
		return c
	}
	threads = min(threads, tiles)
	large := max(1, tiles/(2*threads))
	small := max(1, min(large/2, smallUnit*length/(tile*m*n*k)))
	between := (tiles - threads*large + small - 1) / small
	return cut{byRows: m > n, units: threads + between, first: (threads + 1) / 2, last: threads / 2, large: large * tile, small: small * tile}
}

// span is where unit i begins, and how long it is if nothing ends before.
func (c *cut) span(i int) (from, length int) {
	if i < c.first {
		return i * c.large, c.large
	}
	from = c.first*c.large + (i-c.first)*c.small
	if late := i - (c.units - c.last); late > 0 {
		from += late * (c.large - c.small)
	}
	if i >= c.units-c.last {
		return from, c.large
	}
	return from, c.small
}

// unit computes one range of columns or rows.
func (g *product[T]) unit(i int) {
	from, length := g.cut.span(i)
	u := piece[T]{product: g, rows: g.m, columns: g.n}
	if g.cut.byRows {
		u.row, u.rows = from, min(length, g.m-from)
	} else {
		u.col, u.columns = from, min(length, g.n-from)
	}
	if g.beta != 0 && g.beta != 1 {
		scaleRows(u.rows, u.columns, g.beta, g.c[u.row*g.ldc+u.col:], g.ldc)
	}
	u.run()
}
