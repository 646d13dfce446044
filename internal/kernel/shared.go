//go:build (amd64 || arm64) && !noasm

package kernel

// A product that is cut by rows needs all of B in every unit. Its threads pack
// B together first, so that this is done once, however small the units are.

const (
	worthPacking = 1 << 21 // multiplications from which packing apart pays
	mostPacked   = 8 << 20 // bytes of B that are packed at once
)

// packShared packs B for all units, where that pays.
func (g *product[T]) packShared() {
	length := g.padded() * g.k
	if !g.cut.byRows || g.m*g.n*g.k < worthPacking || byteLen[T](length) > mostPacked || g.bc == 1 && g.fuses && g.keepsB(g.n) {
		return
	}
	if cap(g.work) < length {
		g.work = Make[T](length)
	}
	g.work, g.shared = g.work[:length], true
	share((g.n+g.cols-1)/g.cols, (*panels[T])(g))
}

// padded is how many columns the panels of B have.
func (g *product[T]) padded() int { return (g.n + g.cols - 1) / g.cols * g.cols }

// panel is where the depth rows from p of the columns from j are packed.
func (g *product[T]) panel(j, p, depth int) []T { return g.work[p*g.padded()+j*depth:] }

// panels is a product as the job to pack its B, a panel a unit.
type panels[T Float] product[T]

func (b *panels[T]) unit(i int) {
	g := (*product[T])(b)
	u, j := piece[T]{product: g}, i*g.cols
	for p := 0; p < g.k; p += g.depth {
		depth := min(g.depth, g.k-p)
		u.packB(g.panel(j, p, depth), j, min(g.cols, g.n-j), p, depth)
	}
}
