package kernel

// The register tile of the portable micro-kernel, and the depth of a packed
// block: a packed row tile of A (mr·kc) and a column panel of B (nr·kc) stay
// in the first-level cache.
const (
	mr = 4
	nr = 4
	kc = 256
)

// gemmPortable is GemmWith in portable Go.
func gemmPortable[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, e Epilogue[T]) {
	scaleRows(m, n, beta, c, ldc)
	panels := (n + nr - 1) / nr
	slab := grab[T](min(k, kc) * (panels*nr + mr))
	defer release(slab)
	for p := 0; p < k; p += kc {
		depth := min(kc, k-p)
		bp := (*slab)[:depth*panels*nr]
		ap := (*slab)[depth*panels*nr:][:depth*mr]
		packB(bp, b, ldb, transB, p, depth, n)
		for i := 0; i < m; i += mr {
			packA(ap, a, lda, transA, i, min(mr, m-i), p, depth)
			rowTile(ap, bp, depth, min(mr, m-i), n, alpha, c[i*ldc:], ldc)
			if p+depth == k {
				e.apply(i, 0, min(mr, m-i), n, c[i*ldc:], ldc)
			}
		}
	}
}

// packB lays rows p..p+depth of op(B) out as panels of nr columns, padded with
// zeros: dst[panel][q][j] = op(B)[p+q, panel·nr+j].
func packB[T Float](dst, b []T, ldb int, trans bool, p, depth, n int) {
	for j := 0; j < n; j += nr {
		w := min(nr, n-j)
		panel := dst[j*depth : j*depth+depth*nr]
		if w < nr {
			clear(panel)
		}
		if trans {
			for l := range w {
				for q, v := range b[(j+l)*ldb+p:][:depth] {
					panel[q*nr+l] = v
				}
			}
			continue
		}
		for q := range depth {
			copy(panel[q*nr:q*nr+w], b[(p+q)*ldb+j:])
		}
	}
}

// packA lays h rows of op(A) from row i out column by column, padded with
// zeros to mr: dst[q][l] = op(A)[i+l, p+q].
func packA[T Float](dst, a []T, lda int, trans bool, i, h, p, depth int) {
	if h < mr {
		clear(dst)
	}
	if trans {
		for q := range depth {
			copy(dst[q*mr:q*mr+h], a[(p+q)*lda+i:])
		}
		return
	}
	for l := range h {
		for q, v := range a[(i+l)*lda+p:][:depth] {
			dst[q*mr+l] = v
		}
	}
}

// rowTile adds alpha times the product of one packed row tile and every packed
// panel to h rows of C.
func rowTile[T Float](ap, bp []T, depth, h, n int, alpha T, c []T, ldc int) {
	var tile [mr * nr]T
	for j := 0; j < n; j += nr {
		panel := bp[j*depth : j*depth+depth*nr]
		microTile(ap, panel, &tile)
		w := min(nr, n-j)
		for l := range h {
			row := c[l*ldc+j : l*ldc+j+w]
			for q := range row {
				row[q] += alpha * tile[l*nr+q]
			}
		}
	}
}

// microTile is the 4×4 product of two packed tiles, as two 2×4 halves so that
// the eight sums of a half stay in registers.
func microTile[T Float](a, b []T, tile *[mr * nr]T) {
	half(a, b, tile[:8])
	half(a[2:], b, tile[8:])
}

func half[T Float](a, b []T, out []T) {
	var c00, c01, c02, c03, c10, c11, c12, c13 T
	for len(a) >= 2 && len(b) >= 4 {
		a0, a1 := a[0], a[1]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		c00 += a0 * b0
		c01 += a0 * b1
		c02 += a0 * b2
		c03 += a0 * b3
		c10 += a1 * b0
		c11 += a1 * b1
		c12 += a1 * b2
		c13 += a1 * b3
		b = b[4:]
		if len(a) < mr {
			break
		}
		a = a[mr:]
	}
	_ = out[7]
	out[0], out[1], out[2], out[3] = c00, c01, c02, c03
	out[4], out[5], out[6], out[7] = c10, c11, c12, c13
}
