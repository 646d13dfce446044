package graph

// Simplify rewrites an expression as a person would write it. Like terms and
// like factors are collected, the number comes first in a product, x*x becomes
// x^2 and a + (-b) becomes a - b. Sums keep the order in which their terms
// appear, and products of sums are not expanded. What it yields is for reading:
// it may be defined at more points than n, and may round differently.
func (g *Graph) Simplify(n *Node) *Node {
	s := &simplifier{g: g, root: n, done: map[*Node]*Node{}}
	s.countUses()
	needed := s.findNeeded()
	for id := range needed {
		if needed[id] {
			old := g.nodes[id]
			s.done[old] = g.Broadcast(s.simplify(old), old.Shape...)
		}
	}
	return s.done[n]
}

// simplifier works on chains: a maximal tree of sums (or of products) whose
// inner nodes are used only there is rewritten at once from its leaves, so that
// the work stays linear and no recursion follows the depth of the graph.
type simplifier struct {
	g    *Graph
	root *Node
	uses []int           // by id: how many nodes of the expression read it
	done map[*Node]*Node // simplified forms
}

func (s *simplifier) countUses() {
	s.uses = make([]int, len(s.g.nodes))
	for id, ok := range s.g.reach(s.root) {
		if ok {
			for _, a := range s.g.nodes[id].Args {
				s.uses[a.id]++
			}
		}
	}
}

// findNeeded marks, by id, the nodes that are simplified on their own: all but
// the inner nodes of chains.
func (s *simplifier) findNeeded() []bool {
	needed := make([]bool, s.root.id+1)
	needed[s.root.id] = true
	for id := s.root.id; id >= 0; id-- {
		if !needed[id] {
			continue
		}
		n := s.g.nodes[id]
		switch {
		case isSum(n):
			s.eachTerm(n, func(a *Node, _ float64) { needed[a.id] = true })
		case isProduct(n):
			s.eachFactor(n, func(a *Node, _ float64) { needed[a.id] = true })
		default:
			for _, a := range n.Args {
				needed[a.id] = true
			}
		}
	}
	return needed
}

// simplify rewrites one node whose leaves are done.
func (s *simplifier) simplify(n *Node) *Node {
	switch {
	case len(n.Args) == 0:
		return n
	case isSum(n):
		sum := s.g.newSum()
		s.eachTerm(n, func(a *Node, sign float64) { sum.add(s.done[a], sign) })
		return sum.node()
	case isProduct(n):
		p := s.g.newProduct()
		s.eachFactor(n, func(a *Node, e float64) { p.multiply(s.done[a], e) })
		return p.node()
	}
	args := make([]*Node, len(n.Args))
	for i, a := range n.Args {
		args[i] = s.done[a]
	}
	if n.Op == Xlogy {
		p := s.g.newProduct()
		p.multiply(args[0], 1)
		p.multiply(s.g.Log(args[1]), 1)
		return p.node()
	}
	if n.Op == Select && args[1] == args[2] {
		return args[1]
	}
	y := s.g.rebuild(n, args)
	if isProduct(y) { // as x^n where n turned out to be a number
		p := s.g.newProduct()
		p.multiply(y, 1)
		return p.node()
	}
	return y
}

// isSum reports whether n adds terms.
func isSum(n *Node) bool { return n.Op == Add || n.Op == Sub || n.Op == Neg }

// isProduct reports whether n multiplies factors: a power with a constant
// exponent does.
func isProduct(n *Node) bool {
	return n.Op == Mul || n.Op == Div || n.Op == Pow && n.Args[1].Op == Const
}

// inner reports whether a is read by one chain only, and so is part of it.
func (s *simplifier) inner(a *Node) bool { return s.uses[a.id] == 1 }

// link is a node of a chain with its sign or its exponent.
type link struct {
	n *Node
	w float64
}

// eachTerm visits the leaves of a sum from left to right, each with its sign.
func (s *simplifier) eachTerm(n *Node, visit func(a *Node, sign float64)) {
	walk(link{n, 1}, termsOf, func(l link) bool { return l.n == n || isSum(l.n) && s.inner(l.n) }, visit)
}

// eachFactor visits the leaves of a product from left to right, each with its
// exponent.
func (s *simplifier) eachFactor(n *Node, visit func(a *Node, e float64)) {
	walk(link{n, 1}, factorsOf, func(l link) bool { return l.n == n || distributes(l) && s.inner(l.n) }, visit)
}

// walk visits the leaves below a link from left to right. parts are the links
// that an inner one consists of, the last first.
func walk(top link, parts func(link) []link, inner func(link) bool, visit func(n *Node, w float64)) {
	stack := []link{top}
	for len(stack) > 0 {
		top = stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if inner(top) {
			stack = append(stack, parts(top)...)
		} else {
			visit(top.n, top.w)
		}
	}
}

// termsOf are the terms of a sum.
func termsOf(l link) []link {
	a := l.n.Args
	switch l.n.Op {
	case Add:
		return []link{{a[1], l.w}, {a[0], l.w}}
	case Sub:
		return []link{{a[1], -l.w}, {a[0], l.w}}
	}
	return []link{{a[0], -l.w}}
}

// distributes reports whether a power of a product is a product of powers: it
// is for whole exponents.
func distributes(l link) bool { return isProduct(l.n) && l.w == float64(int(l.w)) }

// factorsOf are the factors of a product.
func factorsOf(l link) []link {
	a := l.n.Args
	switch l.n.Op {
	case Mul:
		return []link{{a[1], l.w}, {a[0], l.w}}
	case Div:
		return []link{{a[1], -l.w}, {a[0], l.w}}
	}
	return []link{{a[0], l.w * a[1].Value}}
}
