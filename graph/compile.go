package graph

import "errors"

// output says where the value of a node goes: to buffer buf, from element off
// on.
type output struct {
	node     *Node
	buf, off int
}

// Compile makes a Program that evaluates the given nodes.
func Compile[T Float](g *Graph, outs ...*Node) (*Program[T], error) {
	if len(outs) == 0 {
		return nil, errors.New("graph: nothing to compile; name at least one node")
	}
	list := make([]output, len(outs))
	lens := make([]int, len(outs))
	for i, n := range outs {
		list[i], lens[i] = output{node: n, buf: i}, n.Len()
	}
	return newProgram[T](compile(g, list, lens)), nil
}

// compiler turns nodes into a code.
type compiler struct {
	g    *Graph
	code *code
	outs []output

	low       []lowered // by id, as everything below
	live      []bool    // must be computed
	root      []*Node   // the node whose memory holds this one
	rootOff   []int     // where it begins there
	uses      []int     // how many arguments and outputs it is
	reads     []int     // of a root: how many arguments and outputs read it
	lastUse   []int     // of a root: the last unit that reads it
	lastReads []int     // of a root: how many arguments read it there
	unitOf    []int     // which unit computes it
	place     []operand // where the value lies
	where     []bool    // whether place is known
	pinned    []bool    // lies in an output buffer
	folded    map[*Node][]float64
	units     []*unit
	arena     arena
	regs      registers
}

// compile runs the passes in order.
func compile(g *Graph, outs []output, lens []int) *code {
	c := &compiler{g: g, outs: outs, code: &code{lens: lens, dim: g.dim}}
	n := len(g.nodes)
	c.root, c.rootOff = make([]*Node, n), make([]int, n)
	c.lastUse, c.place = make([]int, n), make([]operand, n)
	c.where, c.pinned = make([]bool, n), make([]bool, n)
	c.reads, c.lastReads, c.unitOf = make([]int, n), make([]int, n), make([]int, n)
	c.foldConstants()
	c.lowerAll()
	c.findRoots()
	c.fuse()
	c.placeLeaves()
	c.placeOutputs()
	for i, u := range c.units {
		if u.n > 0 {
			c.emitLoop(i, u)
		} else {
			c.emit(u.nodes[0])
		}
	}
	c.emitOutputs()
	c.code.numRegs, c.code.arenaLen = c.regs.n, c.arena.len
	return c.code
}

// lowerAll chooses an instruction for every node in use.
func (c *compiler) lowerAll() {
	nodes := c.outNodes()
	reached := c.g.reach(nodes...)
	uses := make([]int, len(c.g.nodes))
	for id, n := range c.g.nodes {
		if reached[id] {
			for _, a := range n.Args {
				uses[a.id]++
			}
		}
	}
	for _, n := range nodes {
		uses[n.id]++
	}
	c.uses = uses
	c.low, c.live = make([]lowered, len(uses)), make([]bool, len(uses))
	for _, n := range nodes {
		c.live[n.id] = true
	}
	for id := len(uses) - 1; id >= 0; id-- {
		if !c.live[id] {
			continue
		}
		n := c.g.nodes[id]
		c.low[id] = c.lowered(n)
		c.recount(n, c.low[id].args)
		for _, a := range c.low[id].args {
			c.live[a.id] = true
		}
	}
}

// lowered is the instruction for one node.
func (c *compiler) lowered(n *Node) lowered {
	if c.folded[n] != nil {
		return lowered{op: Tensor}
	}
	if l, ok := c.lowerEpilogue(n); ok {
		return l
	}
	l := lower(n, c.uses)
	if r := c.g.reluOf(n); r != nil && c.uses[r.id] > 0 {
		l.args = []*Node{r, n.Args[1]}
	}
	return l
}

// findRoots finds which nodes share the memory of another.
func (c *compiler) findRoots() {
	for id, n := range c.g.nodes[:len(c.live)] {
		if !c.live[id] {
			continue
		}
		c.root[id] = n
		if l := &c.low[id]; l.view {
			a := l.args[0]
			if (n.Len() == 1) == (a.Len() == 1) {
				c.root[id], c.rootOff[id] = c.root[a.id], c.rootOff[a.id]+l.off
			}
		}
	}
}

func (c *compiler) outNodes() []*Node {
	nodes := make([]*Node, len(c.outs))
	for i, o := range c.outs {
		nodes[i] = o.node
	}
	return nodes
}
