package graph

// constant is a partial derivative that is the same number everywhere.
func constant(v float64) partial {
	return func(g *Graph, _, _, _ *Node) *Node { return g.Const(v) }
}

// itself is the partial derivative of a function that is its own.
func itself(_ *Graph, y, _, _ *Node) *Node { return y }

func partials(d ...partial) []partial { return d }

// unbroadcast is the transpose of Broadcast from the given shape: it adds over
// the axes that were repeated.
func (g *Graph) unbroadcast(u *Node, shape []int) *Node {
	extra := len(u.Shape) - len(shape)
	var axes []int
	for i, d := range u.Shape {
		if i < extra || shape[i-extra] != d {
			axes = append(axes, i)
		}
	}
	if len(axes) == 0 {
		return u
	}
	return g.Reshape(g.Sum(u, axes...), shape...)
}

func sumTranspose(g *Graph, y *Node, _ int, u *Node) *Node {
	x := y.Args[0]
	kept := append([]int(nil), x.Shape...)
	for i := range y.Span {
		kept[y.Axis+i] = 1
	}
	if u.Op == Broadcast && u.Args[0].IsScalar() {
		u = u.Args[0]
	} else if !u.IsScalar() {
		u = g.Reshape(u, kept...)
	}
	return g.Broadcast(u, x.Shape...)
}

// keepAxis gives u, an array like the reduction y, the reduced axis back with
// extent 1, so that it broadcasts against what was reduced.
func (g *Graph) keepAxis(u, y *Node) *Node {
	return g.Reshape(u, keptShape(y.Args[0].Shape, y.Axis)...)
}

// softmaxWeights is ∂ log Σ exp(x) / ∂x = exp(x - log Σ exp(x)).
func softmaxWeights(g *Graph, y, x *Node) *Node { return g.Exp(g.Sub(x, g.keepAxis(y, y))) }

// maximumWeights shares equally among the elements that attain the maximum.
func maximumWeights(g *Graph, y, x *Node) *Node {
	hit := g.Apply(Eq, x, g.keepAxis(y, y))
	count := g.keepAxis(g.Sum(hit, y.Axis), y)
	return g.Div(hit, count)
}

func matMulTranspose(g *Graph, y *Node, i int, u *Node) *Node {
	a, b := y.Args[0], y.Args[1]
	if i == 0 {
		return g.MatMul(u, g.Transpose(b))
	}
	return g.MatMul(g.Transpose(a), u)
}

func stackTranspose(g *Graph, y *Node, i int, u *Node) *Node {
	return g.Reshape(g.Slice(u, i, 1, 1), y.Args[i].Shape...)
}
