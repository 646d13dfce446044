package graph

// lowered says how a node is computed: which instruction, on which nodes. It
// is where a pattern of several nodes becomes one instruction.
type lowered struct {
	op             Op
	args           []*Node
	view           bool // the same elements as args[0], from off on
	off            int
	exponent       int
	transA, transB bool
	rows           *Node // the Pad or Scatter whose rows opAddRows touches
	epilogue             // of a MatMul
}

// maxPower is the largest exponent for which a power runs as multiplications.
const maxPower = 16

// lower chooses the instruction for a node. uses counts the nodes that read it.
func lower(n *Node, uses []int) lowered {
	l := lowered{op: n.Op, args: n.Args}
	switch n.Op {
	case Pow:
		lowerPow(n, &l)
	case Add:
		if n.Len() > 1 {
			lowerAdd(n, uses, &l)
		}
	case Sum:
		lowerSum(n, &l)
	case MatMul:
		lowerMatMul(n, &l)
	case Reshape:
		l.view = true
	case Slice:
		if n.Step == 1 {
			l.view, l.off = true, n.Start*size(n.Shape[1:])
		}
	case Transpose:
		l.view = n.Shape[0] == 1 || n.Shape[1] == 1
	case Broadcast:
		if l.view = n.Len() == n.Args[0].Len(); n.Args[0].Len() == 1 {
			l.op = opFill
		}
	}
	return l
}

// reluOf is relu(a) for the node a > 0, if the graph had it before. It is positive where
// a is, so that a itself need not be kept.
func (g *Graph) reluOf(n *Node) *Node {
	if n.Op != Gt || !n.Args[1].IsConst(0) {
		return nil
	}
	key := Node{Op: Relu, Args: n.Args[:1]}
	if r := g.index[key.key(false)]; r != nil && r.id < n.id {
		return r
	}
	return nil
}

func lowerPow(n *Node, l *lowered) {
	b := n.Args[1]
	if b.Op != Const || b.Value != float64(int(b.Value)) || b.Value > maxPower || b.Value < -maxPower {
		return
	}
	l.args, l.op, l.exponent = n.Args[:1], opPowInt, int(b.Value)
	if l.exponent == 2 {
		l.op = opSquare
	}
}

// lowerAdd adds the rows of a Pad or Scatter in place of making an array that
// is mostly zeros. Of two it adds the one that begins earlier: where a loop makes
// both, the other's rows are then there before something is added to them.
func lowerAdd(n *Node, uses []int, l *lowered) {
	order := []int{0, 1}
	if n.Args[1].Op == Pad && n.Args[0].Op == Pad && n.Args[1].Start < n.Args[0].Start {
		order = []int{1, 0}
	}
	for _, i := range order {
		p := n.Args[i]
		acc := n.Args[1-i]
		if (p.Op == Pad || p.Op == Scatter) && uses[p.id] == 1 && p != acc && acc.Len() == n.Len() && p.Len() == n.Len() {
			*l = lowered{op: opAddRows, args: []*Node{acc, p.Args[0]}, rows: p}
			return
		}
	}
}

// lowerSum turns a sum of products into a dot product.
func lowerSum(n *Node, l *lowered) {
	x := n.Args[0]
	if n.Len() > 1 {
		return
	}
	switch {
	case x.Op == Mul && x.Args[0].Len() == x.Len() && x.Args[1].Len() == x.Len():
		l.op, l.args = opDot, x.Args
	case x.Op == Pow && x.Args[1].IsConst(2):
		l.op, l.args = opDot, []*Node{x.Args[0], x.Args[0]}
	}
}

// lowerMatMul moves transposes into flags, and sees the products that are none.
func lowerMatMul(n *Node, l *lowered) {
	a, b := n.Args[0], n.Args[1]
	if isSparse(a) {
		lowerSparse(n, l)
		return
	}
	switch {
	case a.Len() == 1 || b.Len() == 1:
		l.op = Mul
		return
	case n.Len() == 1:
		l.op = opDot
	}
	if l.transA = a.Op == Transpose; l.transA {
		a = a.Args[0]
	}
	if l.transB = b.Op == Transpose; l.transB {
		b = b.Args[0]
	}
	l.args = []*Node{a, b}
	l.product = n
}
