//go:build (amd64 || arm64) && !noasm

package kernel

// piece is one unit of a product: its range of C, and work memory of its own.
type piece[T Float] struct {
	*product[T]
	row, rows     int
	col, columns  int
	width, height int  // of a block
	inPlace       bool // B is read where it lies
	panelwise     bool // B is packed a panel at a time
	packs         bool // A is packed
	right         []T  // packed B
	left          []T  // packed A
	edge          []T  // scratch tile
}

// operand is a part of A: element (i, p) at v[i*row+p*col], or packed in the
// tiles that column cuts it into, where row is the depth.
type operand[T Float] struct {
	v        []T
	row, col int
	packed   bool
}

// run computes the piece, block by block.
func (g *piece[T]) run() {
	g.width, g.height = even(g.columns, wideBytes/byteLen[T](1), g.cols), even(g.rows, highBytes/byteLen[T](1), g.tiler.rows)
	g.inPlace, g.packs = g.readsB(), g.packsA()
	g.panelwise = g.rows <= g.height // it is used at once, and only then
	edge, right, left := max(g.tiler.rows, g.slimRows)*g.cols, 0, 0
	switch {
	case g.shared:
		g.inPlace = false
	case g.inPlace && g.masked:
	case g.inPlace, g.panelwise:
		right = g.cols * g.depth
	default:
		right = (g.width + g.cols - 1) / g.cols * g.cols * g.depth
	}
	if g.packs {
		left = g.height*g.depth + 2*g.cols // whole vectors are stored at the end
	}
	work := &g.work
	if g.cut.units > 1 {
		work = grab[T](edge + right + left)
		defer release(work)
	} else if cap(*work) < edge+right+left {
		*work = Make[T](edge + right + left)
	}
	*work = (*work)[:edge+right+left]
	g.edge, g.right, g.left = (*work)[:edge], (*work)[edge:edge+right], (*work)[edge+right:]
	for j := 0; j < g.columns; j += g.width {
		for p := 0; p < g.k; p += g.depth {
			g.block(g.col+j, min(g.width, g.columns-j), p, min(g.depth, g.k-p))
		}
	}
}

// readsB says whether B is read where it lies: packing costs as much as a few
// rows of the product, and gains nothing where all of B stays in the
// first-level cache. Only a masked kernel can read a narrow panel, another one
// has that alone packed.
func (g *piece[T]) readsB() bool {
	return g.bc == 1 && g.fuses && (g.rows <= 2*g.tiler.rows || g.keepsB(g.columns))
}

// keepsB says whether so many columns of B stay in the first-level cache.
func (g *product[T]) keepsB(columns int) bool {
	const cache = 32 << 10
	return columns <= g.cols || byteLen[T](g.k*g.bk) <= cache
}

// packsA says whether A is packed. Mostly it is read where it lies. Long rows
// that lie a multiple of a page apart compete for the same places in the
// caches, and need one entry each of those for the places of pages.
func (g *piece[T]) packsA() bool {
	const page = 4096
	return g.fuses && g.ak == 1 && byteLen[T](g.ar)%page == 0 && (g.rows >= 8*g.tiler.rows || g.shared) && g.columns >= 8*g.cols
}

// longBlock is the number of multiplications from which a block ends by giving
// way to other goroutines.
const longBlock = 1 << 22

// block adds the part of the product that depth numbers from p of each sum
// give to width columns from j, height rows at a time.
func (g *piece[T]) block(j, width, p, depth int) {
	if !g.inPlace && !g.panelwise && !g.shared {
		for q := 0; q < width; q += g.cols {
			g.packB(g.right[q*depth:], j+q, min(g.cols, width-q), p, depth)
		}
	}
	for i := g.row; i < g.row+g.rows; i += g.height {
		h := min(g.height, g.row+g.rows-i)
		a := operand[T]{g.a[i*g.ar+p*g.ak:], g.ar, g.ak, false}
		if g.packs {
			g.packA(i, h, p, depth)
			a = operand[T]{g.left, depth, 1, true}
		}
		g.rowBlock(a, i, h, j, width, p, depth)
		if h*width*depth >= longBlock {
			giveWay()
		}
		if p+depth == g.k && !g.fused {
			g.epilogue.apply(i, j, h, width, g.c[i*g.ldc+j:], g.ldc)
		}
	}
}

// rowBlock computes h rows of a block, a panel of columns at a time.
func (g *piece[T]) rowBlock(a operand[T], i, h, j, width, p, depth int) {
	step := g.cols
	if g.inPlace && h <= g.slimRows {
		step /= 2 // a slim tile takes all rows at once, and B is read once
	}
	for q := 0; q < width; q += step {
		w := min(step, width-q)
		switch {
		case g.shared:
			g.column(a, i, h, j+q, w, p, depth, g.panel(j+q, p, depth), g.cols)
		case g.inPlace && (w == step || g.masked):
			g.column(a, i, h, j+q, w, p, depth, g.b[p*g.bk+j+q:], g.bk)
		case g.panelwise, g.inPlace:
			g.packB(g.right, j+q, w, p, depth)
			g.column(a, i, h, j+q, w, p, depth, g.right, g.cols)
		default:
			g.column(a, i, h, j+q, w, p, depth, g.right[q*depth:], g.cols)
		}
	}
}

// heights cuts h rows into tiles of nearly equal height: short ones of low
// rows, then the others of low+1.
func heights(h, tall int) (tiles, low, short int) {
	tiles = (h + tall - 1) / tall
	low = h / tiles
	return tiles, low, tiles - (h - low*tiles)
}

// column computes h rows of one panel of columns, tile by tile. It is not
// inlined so that a long product passes a preemption point here: the collector
// need not wait for the end.
//
//go:noinline
func (g *piece[T]) column(a operand[T], i, h, j, w, p, depth int, b []T, bk int) {
	f, tall, full := g.tile, g.tiler.rows, g.cols
	if w <= g.cols/2 && g.slimRows > 0 && !a.packed {
		f, tall, full = g.slim, g.slimRows, g.cols/2
	} else if w <= g.cols*3/4 && g.leanRows > 0 && !a.packed {
		f, tall, full = g.lean, g.leanRows, g.cols*3/4
	}
	flags, bias, gate := g.ending(j, p, depth)
	edge := w < full && !g.masked
	mask := uint32(1<<w - 1)
	at, ar, ak := 0, byteLen[T](a.row), byteLen[T](a.col)
	if a.packed {
		ar = byteLen[T](1)
	}
	var pos *T
	tiles, rows, short := heights(h, tall)
	for t := range tiles {
		if t == short {
			rows++
		}
		if a.packed {
			ak = byteLen[T](rows)
		}
		c := g.c[i*g.ldc+j:]
		if edge {
			f(rows, depth, &a.v[at], ar, ak, &b[0], byteLen[T](bk), &g.edge[0], byteLen[T](g.cols), g.alpha, 0, mask, nil, nil, 0)
			g.copyEdge(rows, w, c, flags)
			if p+depth == g.k && g.fused {
				g.epilogue.apply(i, j, rows, w, c, g.ldc)
			}
		} else {
			if gate {
				pos = &g.epilogue.Mask[i*g.epilogue.LDMask+j]
			}
			f(rows, depth, &a.v[at], ar, ak, &b[0], byteLen[T](bk), &c[0], byteLen[T](g.ldc), g.alpha, flags, mask, bias, pos, byteLen[T](g.epilogue.LDMask))
		}
		i += rows
		at += rows * a.row
	}
}

// ending is what becomes of the sums of a panel from column j, over the depth
// numbers from p: the flags and the bias of the micro-kernel, and whether the
// mask of the epilogue applies.
func (g *piece[T]) ending(j, p, depth int) (flags int, bias *T, gate bool) {
	if p > 0 || g.beta != 0 {
		flags = tileAdds
	}
	if p+depth < g.k || !g.fused {
		return flags, nil, false
	}
	if g.epilogue.Activation == ActivateRelu {
		flags |= tileRelus
	}
	if g.epilogue.Bias != nil {
		bias = &g.epilogue.Bias[j]
	}
	return flags, bias, g.epilogue.Mask != nil
}

// copyEdge moves the first w columns of the scratch tile to c, or adds them.
func (g *piece[T]) copyEdge(rows, w int, c []T, flags int) {
	for r := range rows {
		src, dst := g.edge[r*g.cols:r*g.cols+w], c[r*g.ldc:r*g.ldc+w]
		if flags&tileAdds == 0 {
			copy(dst, src)
			continue
		}
		for q, v := range src {
			dst[q] += v
		}
	}
}
