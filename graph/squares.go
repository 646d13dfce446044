package graph

// splitSquares rewrites f so that a sum of positive multiples of squares,
// Σ(a·uᵢ² + b·vᵢ²), is a·Σuᵢ² + b·Σvᵢ²: each part is then a product of a vector
// with itself, for which no square is stored. As no term is negative, nothing
// cancels that did not cancel before.
func (g *Graph) splitSquares(f *Node) *Node {
	done := map[*Node]*Node{}
	for id, ok := range g.reach(f) {
		if n := g.nodes[id]; ok && n.Len() == 1 {
			if r := g.splitSum(n, done); r != n {
				done[n] = r
			}
		}
	}
	if r := done[f]; r != nil {
		return r
	}
	return f
}

// splitSum is n by parts, or n on arguments that were rewritten, or n.
func (g *Graph) splitSum(n *Node, done map[*Node]*Node) *Node {
	if n.Op == Sum && n.Args[0].Len() > 1 {
		if parts := squares(n.Args[0], nil); parts != nil {
			total := g.Const(0)
			for _, p := range parts {
				total = g.Add(total, g.Mul(g.Const(p.factor), g.Sum(g.square(p.base))))
			}
			return g.Reshape(total, n.Shape...)
		}
	}
	if g.ops[n.Op].kind != Elementwise {
		return n
	}
	args, changed := make([]*Node, len(n.Args)), false
	for i, a := range n.Args {
		args[i] = a
		if r := done[a]; r != nil {
			args[i], changed = r, true
		}
	}
	if !changed {
		return n
	}
	return g.rebuild(n, args)
}

// sumsOfSquares makes the sums that splitSquares will use: when that is before the
// gradient is derived, one loop may make both.
func (g *Graph) sumsOfSquares(f *Node) {
	for id, ok := range g.reach(f) {
		if n := g.nodes[id]; ok && n.Op == Sum && n.Len() == 1 && n.Args[0].Len() > 1 {
			for _, p := range squares(n.Args[0], nil) {
				g.Sum(g.square(p.base))
			}
		}
	}
}

type scaledSquare struct {
	factor float64
	base   *Node
}

// squares appends the terms of n to parts if all are positive multiples of
// squares as long as n; otherwise it returns nil.
func squares(n *Node, parts []scaledSquare) []scaledSquare {
	for ; n.Op == Add; n = n.Args[1] { // sums lean to the left
		if n.Args[0].Len() != n.Len() || n.Args[1].Len() != n.Len() {
			return nil
		}
		if parts = squares(n.Args[0], parts); parts == nil {
			return nil
		}
	}
	factor, p := 1.0, n
	if n.Op == Mul && n.Args[0].Op == Const {
		factor, p = n.Args[0].Value, n.Args[1]
	}
	if !(factor > 0) || p.Op != Pow || !p.Args[1].IsConst(2) || p.Args[0].Len() != n.Len() {
		return nil
	}
	return append(parts, scaledSquare{factor, p.Args[0]})
}
