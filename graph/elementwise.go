package graph

import "fmt"

// Apply makes an elementwise operation on arguments that broadcast to one
// shape. Constants are folded, and identities that hold for every number,
// NaN and infinities included, are applied.
func (g *Graph) Apply(op Op, args ...*Node) *Node {
	r := &g.ops[op]
	if r.kind != Elementwise || len(args) != len(r.d) {
		panic(fmt.Sprintf("graph: %s is not an elementwise operation on %d arguments", r.name, len(args)))
	}
	var shape []int
	for _, a := range args {
		var err error
		if shape, err = BroadcastShapes(shape, a.Shape); err != nil {
			panic(err.Error())
		}
	}
	bare := make([]*Node, len(args))
	var bareShape []int
	for i, a := range args {
		for a.Op == Broadcast {
			a = a.Args[0]
		}
		bare[i] = a
		bareShape, _ = BroadcastShapes(bareShape, a.Shape)
	}
	y := g.fold(op, bare)
	if y == nil {
		y = g.identity(op, bare)
	}
	if y == nil {
		y = g.intern(Node{Op: op, Args: bare, Shape: bareShape})
	}
	return g.Broadcast(y, shape...)
}

// fold is the value of an operation on constants, otherwise nil.
func (g *Graph) fold(op Op, args []*Node) *Node {
	var v [3]float64
	for i, a := range args {
		if a.Op != Const {
			return nil
		}
		v[i] = a.Value
	}
	r := &g.ops[op]
	switch len(args) {
	case 1:
		return g.Const(r.f1(v[0]))
	case 2:
		return g.Const(r.f2(v[0], v[1]))
	}
	return g.Const(r.f3(v[0], v[1], v[2]))
}

// identity is a simpler node of equal value, or nil. Values may differ in the
// sign of a zero only.
func (g *Graph) identity(op Op, args []*Node) *Node {
	a := args[0]
	if len(args) == 1 {
		if op == Neg {
			return g.identityNeg(a)
		}
		return nil
	}
	b := args[1]
	switch op {
	case Add:
		return g.identityAdd(a, b)
	case Sub:
		return g.identitySub(a, b)
	case Mul:
		return g.identityMul(a, b)
	case Div:
		return g.identityDiv(a, b)
	case Pow:
		if b.IsConst(1) {
			return a
		}
	}
	return nil
}

func (g *Graph) identityNeg(a *Node) *Node {
	switch a.Op {
	case Neg:
		return a.Args[0]
	case Sub:
		return g.Sub(a.Args[1], a.Args[0])
	}
	return nil
}

func (g *Graph) identityAdd(a, b *Node) *Node {
	switch {
	case b.IsConst(0):
		return a
	case a.IsConst(0):
		return b
	case b.Op == Neg:
		return g.Sub(a, b.Args[0])
	case a.Op == Neg:
		return g.Sub(b, a.Args[0])
	}
	return nil
}

func (g *Graph) identitySub(a, b *Node) *Node {
	switch {
	case b.IsConst(0):
		return a
	case a.IsConst(0):
		return g.Neg(b)
	case b.Op == Neg:
		return g.Add(a, b.Args[0])
	}
	return nil
}

func (g *Graph) identityMul(a, b *Node) *Node {
	switch {
	case b.IsConst(1):
		return a
	case a.IsConst(1):
		return b
	case b.IsConst(-1):
		return g.Neg(a)
	case a.IsConst(-1):
		return g.Neg(b)
	case a.Op == Neg && b.Op == Const:
		return g.Mul(a.Args[0], g.Const(-b.Value))
	case b.Op == Neg && a.Op == Const:
		return g.Mul(g.Const(-a.Value), b.Args[0])
	case a.Op == Neg:
		return g.Neg(g.Mul(a.Args[0], b))
	case b.Op == Neg:
		return g.Neg(g.Mul(a, b.Args[0]))
	}
	return nil
}

func (g *Graph) identityDiv(a, b *Node) *Node {
	switch {
	case b.IsConst(1):
		return a
	case b.IsConst(-1):
		return g.Neg(a)
	case a.Op == Neg:
		return g.Neg(g.Div(a.Args[0], b))
	case b.Op == Neg:
		return g.Neg(g.Div(a, b.Args[0]))
	}
	return nil
}

// Neg is -a.
func (g *Graph) Neg(a *Node) *Node { return g.Apply(Neg, a) }

// Add is a + b.
func (g *Graph) Add(a, b *Node) *Node { return g.Apply(Add, a, b) }

// Sub is a - b.
func (g *Graph) Sub(a, b *Node) *Node { return g.Apply(Sub, a, b) }

// Mul is the elementwise product.
func (g *Graph) Mul(a, b *Node) *Node { return g.Apply(Mul, a, b) }

// Div is the elementwise quotient a / b.
func (g *Graph) Div(a, b *Node) *Node { return g.Apply(Div, a, b) }

// Pow is a to the power b.
func (g *Graph) Pow(a, b *Node) *Node { return g.Apply(Pow, a, b) }

// Exp is e to the power a.
func (g *Graph) Exp(a *Node) *Node { return g.Apply(Exp, a) }

// Log is the natural logarithm.
func (g *Graph) Log(a *Node) *Node { return g.Apply(Log, a) }

// Sqrt is the square root.
func (g *Graph) Sqrt(a *Node) *Node { return g.Apply(Sqrt, a) }

// Sin is the sine.
func (g *Graph) Sin(a *Node) *Node { return g.Apply(Sin, a) }

// Cos is the cosine.
func (g *Graph) Cos(a *Node) *Node { return g.Apply(Cos, a) }

// Sinh is the hyperbolic sine.
func (g *Graph) Sinh(a *Node) *Node { return g.Apply(Sinh, a) }

// Cosh is the hyperbolic cosine.
func (g *Graph) Cosh(a *Node) *Node { return g.Apply(Cosh, a) }

// Tanh is the hyperbolic tangent.
func (g *Graph) Tanh(a *Node) *Node { return g.Apply(Tanh, a) }

// Abs is the absolute value.
func (g *Graph) Abs(a *Node) *Node { return g.Apply(Abs, a) }

// Sign is -1, 0 or 1.
func (g *Graph) Sign(a *Node) *Node { return g.Apply(Sign, a) }

// Floor is the greatest whole number that is not above a.
func (g *Graph) Floor(a *Node) *Node { return g.Apply(Floor, a) }

// Sigmoid is 1/(1+exp(-a)).
func (g *Graph) Sigmoid(a *Node) *Node { return g.Apply(Sigmoid, a) }

// Softplus is log(1+exp(a)).
func (g *Graph) Softplus(a *Node) *Node { return g.Apply(Softplus, a) }

// Relu is max(a, 0).
func (g *Graph) Relu(a *Node) *Node { return g.Apply(Relu, a) }

// Select is a where c is not 0, and b elsewhere.
func (g *Graph) Select(c, a, b *Node) *Node { return g.Apply(Select, c, a, b) }

func (g *Graph) square(a *Node) *Node { return g.Pow(a, g.Const(2)) }

func (g *Graph) inv(a *Node) *Node { return g.Div(g.Const(1), a) }

func (g *Graph) oneMinusSquare(a *Node) *Node { return g.Sub(g.Const(1), g.square(a)) }
