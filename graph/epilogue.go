package graph

import "descent/internal/kernel"

// epilogue is what a product does to its elements while they are in the cache.
type epilogue struct {
	product    *Node // the MatMul; the node that is lowered comes after it
	bias       bool  // args[2] is a row, added to each row
	activation kernel.Activation
	mask       bool // args[2] is an array; elements stay where it is positive and become 0 elsewhere
}

var activations = map[Op]kernel.Activation{
	Relu: kernel.ActivateRelu, Tanh: kernel.ActivateTanh, Sigmoid: kernel.ActivateSigmoid, Softplus: kernel.ActivateSoftplus,
}

// lowerEpilogue sees the product of matrices in n, with a row added to it and an
// activation or with the mask of a relu, if nothing else reads what lies between.
func (c *compiler) lowerEpilogue(n *Node) (l lowered, ok bool) {
	activation, activates := activations[n.Op]
	switch {
	case n.Len() == 1:
	case activates:
		x := n.Args[0]
		if c.uses[x.id] != 1 {
			break
		}
		if l, ok = c.biased(x); !ok {
			l, ok = c.product(x)
		}
		l.activation = activation
	case n.Op == Add:
		return c.biased(n)
	case n.Op == Mul:
		return c.masked(n)
	}
	return l, ok
}

// product is the lowering of n, if that is a product of matrices.
func (c *compiler) product(n *Node) (l lowered, ok bool) {
	if n.Op != MatMul || c.folded[n] != nil {
		return l, false
	}
	l = lower(n, c.uses)
	l.product = n
	return l, l.op == MatMul
}

// biased is the lowering of a product to which n adds a row.
func (c *compiler) biased(n *Node) (l lowered, ok bool) {
	if n.Op != Add {
		return l, false
	}
	for i, p := range n.Args {
		row := n.Args[1-i]
		if c.uses[p.id] != 1 || row.Len() == 1 || len(p.Shape) != 2 || row.Len() != p.Shape[1] || !isSuffix(row.Shape, n.Shape) {
			continue
		}
		if l, ok = c.product(p); ok {
			l.args = append(l.args, row)
			l.bias = true
			return l, true
		}
	}
	return l, false
}

// masked is the lowering of a product that n multiplies by x > 0.
func (c *compiler) masked(n *Node) (l lowered, ok bool) {
	for i, p := range n.Args {
		positive := n.Args[1-i]
		if c.uses[p.id] != 1 || positive.Op != Gt || !positive.Args[1].IsConst(0) || positive.Args[0].Len() != n.Len() || p.Len() != n.Len() {
			continue
		}
		if l, ok = c.product(p); ok {
			x := positive.Args[0]
			if r := c.g.reluOf(positive); r != nil && c.uses[r.id] > 0 {
				x = r
			}
			l.args = append(l.args, x)
			l.mask = true
			return l, true
		}
	}
	return l, false
}

// recount notes that n, which is computed, reads the given nodes in place of
// its arguments. What nothing reads any more reads nothing.
func (c *compiler) recount(n *Node, args []*Node) {
	for _, a := range args {
		c.uses[a.id]++
	}
	c.drop(n)
}

func (c *compiler) drop(n *Node) {
	for _, a := range n.Args {
		if c.uses[a.id]--; c.uses[a.id] == 0 {
			c.drop(a)
		}
	}
}

// finish is the epilogue of a product for the kernel.
func finish[T Float](p *Program[T], b *block) (e kernel.Epilogue[T]) {
	e.Activation = b.activation
	switch {
	case b.bias:
		e.Bias = p.at(&b.args[2])
	case b.mask:
		e.Mask, e.LDMask = p.at(&b.args[2]), b.inner
	}
	return e
}
