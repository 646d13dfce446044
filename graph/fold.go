package graph

// foldConstants evaluates what depends on no input, once and for all.
func (c *compiler) foldConstants() {
	c.folded = map[*Node][]float64{}
	roots := c.constantRoots()
	if len(roots) == 0 {
		return
	}
	outs := make([]output, len(roots))
	lens := make([]int, len(roots))
	bufs := make([][]float64, len(roots))
	for i, n := range roots {
		outs[i], lens[i], bufs[i] = output{node: n, buf: i}, n.Len(), make([]float64, n.Len())
		c.folded[n] = bufs[i]
	}
	p := newProgram[float64](compile(c.g, outs, lens))
	if err := p.Run(make([]float64, p.Dim()), bufs...); err != nil {
		panic("graph: constants do not evaluate: " + err.Error())
	}
}

// constantRoots are the constant nodes, other than plain numbers and arrays,
// that nodes depending on an input read.
func (c *compiler) constantRoots() []*Node {
	reached := c.g.reach(c.outNodes()...)
	varies := make([]bool, len(c.g.nodes))
	noted := make([]bool, len(c.g.nodes))
	var roots []*Node
	for id, n := range c.g.nodes {
		if !reached[id] {
			continue
		}
		varies[id] = n.Op == Param || n.Op == Data || n.Op == seed
		for _, a := range n.Args {
			varies[id] = varies[id] || varies[a.id]
		}
		if !varies[id] {
			continue
		}
		for _, a := range n.Args {
			if !varies[a.id] && !noted[a.id] && !plain(a) {
				noted[a.id] = true
				roots = append(roots, a)
			}
		}
	}
	return roots
}

// plain reports whether a constant is as simple as it can be.
func plain(n *Node) bool {
	return n.Op == Const || n.Op == Tensor || n.Op == Broadcast && n.Args[0].Op == Const
}
