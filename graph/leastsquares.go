package graph

import (
	"math"
	"slices"
)

// SumOfSquares takes a scalar f apart that is visibly a sum of squares with
// factors that are not negative, f = ½·scale·Σ rᵢ²: even powers, products of
// squares and choices between them, under sums, means and constant factors. It
// returns the vector r and the scale. Where f is no such sum, stranger is the
// first term that is no square, and r is nil.
func (g *Graph) SumOfSquares(f *Node) (r *Node, scale float64, stranger *Node) {
	c := &squareCollector{g: g}
	if stranger = c.collect(f, 1); stranger != nil {
		return nil, 0, stranger
	}
	if len(c.terms) == 0 {
		return nil, 0, f
	}
	// A factor that all terms share is the scale: the residuals stay as they
	// are written.
	scale = c.terms[0].factor
	for _, t := range c.terms {
		if t.factor != scale {
			scale = 1
			break
		}
	}
	for i, t := range c.terms {
		if t.factor != scale {
			c.terms[i].base = g.Mul(g.Const(math.Sqrt(t.factor/scale)), t.base)
		}
	}
	return c.joined(), 2 * scale, nil
}

// squareCollector collects the terms of a sum of squares.
type squareCollector struct {
	g     *Graph
	terms []scaledSquare
}

// collect adds the squares whose sum over all elements is factor times that of
// n; otherwise it returns what is no square.
func (c *squareCollector) collect(n *Node, factor float64) (stranger *Node) {
	switch n.Op {
	case Add:
		for n.Op == Add { // sums lean to the left, and may be long
			if s := c.collect(n.Args[1], factor*repeats(n, n.Args[1])); s != nil {
				return s
			}
			factor *= repeats(n, n.Args[0])
			n = n.Args[0]
		}
		return c.collect(n, factor)
	case Sum, Reshape, Transpose, Pad, Scatter:
		return c.collect(n.Args[0], factor)
	case Stack:
		for _, a := range n.Args {
			if s := c.collect(a, factor); s != nil {
				return s
			}
		}
		return nil
	case Broadcast:
		return c.collect(n.Args[0], factor*repeats(n, n.Args[0]))
	case Mul:
		for i, a := range n.Args {
			if a.Op == Const && a.Value > 0 {
				b := n.Args[1-i]
				return c.collect(b, factor*a.Value*repeats(n, b))
			}
		}
	case Div:
		if d := n.Args[1]; d.Op == Const && d.Value > 0 {
			return c.collect(n.Args[0], factor/d.Value)
		}
	case Pow:
		if root := n.Args[0]; root.Op == Sqrt && n.Args[1].IsConst(2) { // a norm squared
			return c.collect(root.Args[0], factor)
		}
	case Const:
		if n.Value == 0 {
			return nil
		}
	}
	root := c.root(n)
	if root == nil || math.IsInf(factor, 0) || !(factor > 0) {
		return n
	}
	c.terms = append(c.terms, scaledSquare{factor, root})
	return nil
}

// repeats is how often each element of a occurs in n.
func repeats(n, a *Node) float64 { return float64(n.Len() / a.Len()) }

// root is a node whose square is n, for an n that cannot be negative by the way
// it is written; otherwise nil.
func (c *squareCollector) root(n *Node) *Node {
	g := c.g
	switch n.Op {
	case Const:
		if n.Value >= 0 && !math.IsInf(n.Value, 0) {
			return g.Const(math.Sqrt(n.Value))
		}
	case Tensor:
		return c.rootOfNumbers(n)
	case Pow:
		if p := n.Args[1]; p.Op == Const && p.Value > 0 && math.Mod(p.Value, 2) == 0 {
			return g.Pow(n.Args[0], g.Const(p.Value/2))
		}
	case Mul:
		if n.Args[0] == n.Args[1] {
			return n.Args[0]
		}
		return c.both(Mul, n.Args[0], n.Args[1])
	case Div:
		return c.both(Div, n.Args[0], n.Args[1])
	case Select:
		a, b := c.root(n.Args[1]), c.root(n.Args[2])
		if a != nil && b != nil {
			return g.Apply(Select, n.Args[0], a, b)
		}
	case Reshape:
		if a := c.root(n.Args[0]); a != nil {
			return g.Reshape(a, n.Shape...)
		}
	case Broadcast:
		if a := c.root(n.Args[0]); a != nil {
			return g.Broadcast(a, n.Shape...)
		}
	}
	return nil
}

func (c *squareCollector) both(op Op, a, b *Node) *Node {
	if a, b = c.root(a), c.root(b); a == nil || b == nil {
		return nil
	}
	return c.g.Apply(op, a, b)
}

func (c *squareCollector) rootOfNumbers(n *Node) *Node {
	roots := make([]float64, len(n.Values))
	for i, v := range n.Values {
		if roots[i] = math.Sqrt(v); !(v >= 0) || math.IsInf(v, 0) {
			return nil
		}
	}
	return c.g.Tensor(roots, n.Shape...)
}

// joined lays the bases of all terms out as one vector: single numbers first.
func (c *squareCollector) joined() *Node {
	g := c.g
	var numbers, parts []*Node
	total := 0
	for _, t := range c.terms {
		if total += t.base.Len(); t.base.Len() == 1 {
			numbers = append(numbers, g.Reshape(t.base))
		} else {
			parts = append(parts, g.Reshape(t.base, t.base.Len()))
		}
	}
	if len(numbers) > 0 {
		parts = slices.Insert(parts, 0, g.Stack(numbers...))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	var r *Node
	at := 0
	for _, p := range parts {
		padded := g.Pad(p, at, 1, total)
		at += p.Len()
		if r == nil {
			r = padded
		} else {
			r = g.Add(r, padded)
		}
	}
	return r
}
