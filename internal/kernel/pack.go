//go:build (amd64 || arm64) && !noasm

package kernel

// packB lays rows p..p+depth of w columns from j of op(B) out as a panel of
// cols columns. What lies beyond the last column is left as it is.
func (g *piece[T]) packB(panel []T, j, w, p, depth int) {
	if g.bc == 1 {
		strip(panel, g.cols, g.b[p*g.bk+j:], g.bk, w, depth)
	} else {
		transposeInto(panel, g.cols, g.b[j*g.bc+p:], g.bc, w, depth, min(g.cols, 16))
	}
}

// packA lays h rows and depth columns of A out as the tiles that column takes,
// each column by column.
func (g *piece[T]) packA(i, h, p, depth int) {
	at := 0
	tiles, rows, short := heights(h, g.tiler.rows)
	for t := range tiles {
		if t == short {
			rows++
		}
		transposeInto(g.left[at:], rows, g.a[i*g.ar+p:], g.ar, rows, depth, rows)
		at, i = at+rows*depth, i+rows
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
