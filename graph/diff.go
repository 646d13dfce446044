package graph

import (
	"fmt"
	"slices"
)

// Grad is the gradient of the scalar y with respect to each node of wrt, by
// reverse mode: new nodes of the shapes of wrt. Where y does not depend on a
// node its gradient is zero.
func (g *Graph) Grad(y *Node, wrt ...*Node) []*Node {
	if !y.IsScalar() {
		panic(fmt.Sprintf("graph: the gradient is that of a scalar, not of shape %v", y.Shape))
	}
	return g.VJP([]*Node{y}, []*Node{g.Const(1)}, wrt)
}

// VJP is reverse mode in full: Σᵢ uᵢᵀ·∂yᵢ/∂x for each x of xs, where the
// cotangent uᵢ has the shape of yᵢ.
func (g *Graph) VJP(ys, us, xs []*Node) []*Node {
	needed := g.reach(ys...)
	for id, d := range g.depends(xs) {
		needed[id] = needed[id] && d
	}
	adj := make([]*Node, len(needed))
	for i, y := range ys {
		if !slices.Equal(y.Shape, us[i].Shape) {
			panic(fmt.Sprintf("graph: a cotangent has shape %v and its node %v", us[i].Shape, y.Shape))
		}
		adj[y.id] = g.accumulate(adj[y.id], us[i])
	}
	for id := len(needed) - 1; id >= 0; id-- {
		y := g.nodes[id]
		if adj[id] == nil || !needed[id] {
			continue
		}
		for i, a := range y.Args {
			if needed[a.id] {
				// Later uses come first here; sums keep the order of appearance.
				adj[a.id] = g.accumulate(g.pullback(y, i, adj[id]), adj[a.id])
			}
		}
	}
	out := make([]*Node, len(xs))
	for i, x := range xs {
		if out[i] = adj[x.id]; out[i] == nil {
			out[i] = g.Zeros(x.Shape...)
		}
	}
	return out
}

// JVP is forward mode: the tangents of ys when each x of xs moves along its t.
// A tangent has the shape of its node.
func (g *Graph) JVP(ys, xs, ts []*Node) []*Node {
	needed := g.reach(ys...)
	tangent := make([]*Node, len(needed))
	moves := g.depends(xs)
	fixed := make([]bool, len(needed)) // the nodes of xs move as told
	for i, x := range xs {
		if !slices.Equal(x.Shape, ts[i].Shape) {
			panic(fmt.Sprintf("graph: a tangent has shape %v and its node %v", ts[i].Shape, x.Shape))
		}
		tangent[x.id], fixed[x.id] = ts[i], true
	}
	for id := range needed {
		if needed[id] && moves[id] && !fixed[id] {
			tangent[id] = g.pushforward(g.nodes[id], tangent)
		}
	}
	out := make([]*Node, len(ys))
	for i, y := range ys {
		if out[i] = tangent[y.id]; out[i] == nil {
			out[i] = g.Zeros(y.Shape...)
		}
	}
	return out
}

// depends marks, by id, the nodes that are computed from one of xs, themselves
// included.
func (g *Graph) depends(xs []*Node) []bool {
	mark := make([]bool, len(g.nodes))
	for _, x := range xs {
		mark[x.id] = true
	}
	for id, n := range g.nodes {
		for _, a := range n.Args {
			mark[id] = mark[id] || mark[a.id]
		}
	}
	return mark
}

// pullback maps the adjoint u of y to its contribution to argument i; nil is
// zero.
func (g *Graph) pullback(y *Node, i int, u *Node) *Node {
	r, a := &g.ops[y.Op], y.Args[i]
	switch r.kind {
	case Elementwise:
		p := g.partial(y, i)
		if p == nil {
			return nil
		}
		return g.unbroadcast(g.scale(g.Broadcast(u, y.Shape...), p), a.Shape)
	case Reduction:
		kept := g.Reshape(g.Broadcast(u, y.Shape...), keptShape(a.Shape, y.Axis)...)
		return g.scale(g.Broadcast(kept, a.Shape...), r.weights(g, y, a))
	}
	return r.transpose(g, y, i, u)
}

// pushforward is the tangent of y, given those of its arguments; nil is zero.
func (g *Graph) pushforward(y *Node, tangent []*Node) *Node {
	r := &g.ops[y.Op]
	var sum *Node
	switch r.kind {
	case Linear:
		return g.linearTangent(y, tangent)
	case Reduction:
		if t := tangent[y.Args[0].id]; t != nil {
			sum = g.Sum(g.scale(t, r.weights(g, y, y.Args[0])), y.Axis)
		}
	default:
		for i, a := range y.Args {
			t := tangent[a.id]
			if t == nil {
				continue
			}
			if r.kind == Bilinear {
				args := slices.Clone(y.Args)
				args[i] = t
				t = g.rebuild(y, args)
			} else if p := g.partial(y, i); p != nil {
				t = g.Broadcast(g.scale(t, p), y.Shape...)
			} else {
				continue
			}
			sum = g.accumulate(sum, t)
		}
	}
	return sum
}

func (g *Graph) linearTangent(y *Node, tangent []*Node) *Node {
	args := make([]*Node, len(y.Args))
	zero := true
	for i, a := range y.Args {
		if args[i] = tangent[a.id]; args[i] == nil {
			args[i] = g.Zeros(a.Shape...)
		} else {
			zero = false
		}
	}
	if zero {
		return nil
	}
	return g.rebuild(y, args)
}

// partial is ∂y/∂argᵢ of an elementwise operation; nil is zero.
func (g *Graph) partial(y *Node, i int) *Node {
	d := g.ops[y.Op].d[i]
	if d == nil {
		return nil
	}
	var b *Node
	if len(y.Args) > 1 {
		b = y.Args[1]
	}
	p := d(g, y, y.Args[0], b)
	if p.IsConst(0) {
		return nil
	}
	return p
}

// rebuild is the operation of y on other arguments of the same shapes.
func (g *Graph) rebuild(y *Node, args []*Node) *Node {
	x := args[0]
	switch y.Op {
	case Sum:
		return g.sumRun(x, y.Axis, y.Span)
	case LogSumExp, Maximum:
		return g.reduce(y.Op, x, y.Axis)
	case Broadcast:
		return g.Broadcast(x, y.Shape...)
	case Reshape:
		return g.Reshape(x, y.Shape...)
	case Transpose:
		return g.Transpose(x)
	case MatMul:
		return g.MatMul(x, args[1])
	case Slice:
		return g.Slice(x, y.Start, y.Step, y.Shape[0])
	case Pad:
		return g.Pad(x, y.Start, y.Step, y.Shape[0])
	case Gather:
		return g.Gather(x, y.Index)
	case Scatter:
		return g.Scatter(x, y.Index, y.Shape[0])
	case Stack:
		return g.Stack(args...)
	}
	return g.Apply(y.Op, args...)
}

// scale multiplies a derivative u by a partial derivative p. The rules here are
// for derivatives only: they may round differently, and a branch that a Select
// does not take contributes zero even where it is not finite.
func (g *Graph) scale(u, p *Node) *Node {
	switch {
	case u.Op == Broadcast || p.Op == Broadcast:
		shape, _ := BroadcastShapes(u.Shape, p.Shape)
		return g.Broadcast(g.scale(unrepeated(u), unrepeated(p)), shape...)
	case p.Op == Neg:
		return g.negate(g.scale(u, p.Args[0]))
	case u.Op == Neg:
		return g.negate(g.scale(u.Args[0], p))
	case masks(u):
		return g.selectScaled(u, p)
	case masks(p):
		return g.selectScaled(p, u)
	case p.Op == Div && p.Args[0].Op == Const:
		return g.Div(g.scale(u, p.Args[0]), p.Args[1])
	case p.Op == Xlogy && p.Args[0].IsConst(1):
		return g.Apply(Xlogy, u, p.Args[1])
	case u.Op == Mul && u.Args[0].Op == Const && p.Op == Const:
		return g.Mul(g.Const(u.Args[0].Value*p.Value), u.Args[1])
	case u.Op == Mul && u.Args[0].Op == Const && p.Op == Mul && p.Args[0].Op == Const:
		return g.Mul(g.Const(u.Args[0].Value*p.Args[0].Value), g.Mul(u.Args[1], p.Args[1]))
	case u.Op == Const && p.Op == Mul && p.Args[0].Op == Const:
		return g.Mul(g.Const(u.Value*p.Args[0].Value), p.Args[1])
	}
	return g.Mul(u, p)
}

// unrepeated is what n repeats, if it is a Broadcast.
func unrepeated(n *Node) *Node {
	if n.Op == Broadcast {
		return n.Args[0]
	}
	return n
}

// masks reports whether n is zero in one branch of a choice.
func masks(n *Node) bool {
	return n.Op == Select && (n.Args[1].IsConst(0) || n.Args[2].IsConst(0))
}

// negate is -n. A mask stays outside.
func (g *Graph) negate(n *Node) *Node {
	if masks(n) {
		return g.selectScaled(n, g.Const(-1))
	}
	return g.Neg(n)
}

// selectScaled multiplies the branches of the choice s by p; a zero stays zero.
func (g *Graph) selectScaled(s, p *Node) *Node {
	branch := [2]*Node{s.Args[1], s.Args[2]}
	for i, b := range branch {
		if !b.IsConst(0) {
			branch[i] = g.scale(b, p)
		}
	}
	return g.Select(s.Args[0], branch[0], branch[1])
}

// accumulate adds two contributions to one derivative; nil is zero. Masked
// contributions under one condition are added branch by branch, so that they
// stay masked.
func (g *Graph) accumulate(a, b *Node) *Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case masks(a) && masks(b) && a.Args[0] == b.Args[0]:
		return g.Select(a.Args[0], g.Add(a.Args[1], b.Args[1]), g.Add(a.Args[2], b.Args[2]))
	}
	return g.Add(a, b)
}
