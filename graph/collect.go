package graph

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A sum collects like terms in the order in which they first appear.
type sum struct {
	g     *Graph
	terms []*product
	index map[string]int // by the factors of the term
}

func (g *Graph) newSum() *sum { return &sum{g: g, index: map[string]int{}} }

// add adds sign times a simplified expression.
func (s *sum) add(a *Node, sign float64) {
	inner := func(l link) bool { return isSum(l.n) }
	if !isSum(a) || !short(link{a, sign}, termsOf, inner) {
		s.addTerm(a, sign)
		return
	}
	walk(link{a, sign}, termsOf, inner, s.addTerm)
}

func (s *sum) addTerm(a *Node, sign float64) {
	p := s.g.newProduct()
	p.c = sign
	p.multiply(a, 1)
	p.collect()
	s.put(p)
}

// put adds a term to the like one that is there, if any.
func (s *sum) put(p *product) {
	k := p.key()
	if i, ok := s.index[k]; ok {
		s.terms[i].c += p.c
		return
	}
	s.index[k] = len(s.terms)
	s.terms = append(s.terms, p)
}

// opens reports whether a term is a short sum without a factor: like terms may
// have left it so, as (x+y)/2 + (x+y)/2 does.
func (p *product) opens() bool {
	if len(p.factors) != 1 || p.factors[0].w != 1 || math.Abs(p.c) != 1 || !isSum(p.factors[0].n) {
		return false
	}
	return short(link{p.factors[0].n, p.c}, termsOf, func(l link) bool { return isSum(l.n) })
}

// opened is the sum with such terms merged into it.
func (s *sum) opened() *sum {
	for slices.ContainsFunc(s.terms, (*product).opens) {
		t := s.g.newSum()
		for _, p := range s.terms {
			if p.opens() {
				t.add(p.factors[0].n, p.c)
			} else {
				t.put(p)
			}
		}
		s = t
	}
	return s
}

// node writes the sum down: a + b - c.
func (s *sum) node() *Node {
	s = s.opened()
	var y *Node
	for _, p := range s.terms {
		switch {
		case p.c == 0:
		case y == nil:
			y = p.node()
		case p.c < 0:
			p.c = -p.c
			y = s.g.ordered(Sub, y, p.node())
			p.c = -p.c
		default:
			y = s.g.ordered(Add, y, p.node())
		}
	}
	if y == nil {
		return s.g.Const(0)
	}
	return y
}

// longChain is where chains that are used twice are no longer merged into
// others, so that the work cannot multiply.
const longChain = 32

// short reports whether a chain has few leaves.
func short(top link, parts func(link) []link, inner func(link) bool) bool {
	stack, leaves := []link{top}, 0
	for len(stack) > 0 && leaves <= longChain {
		top = stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if inner(top) {
			stack = append(stack, parts(top)...)
		} else {
			leaves++
		}
	}
	return leaves <= longChain
}

// A product is a number times factors with constant exponents.
type product struct {
	g       *Graph
	c       float64
	factors []link
}

func (g *Graph) newProduct() *product { return &product{g: g, c: 1} }

// multiply multiplies by a simplified expression to the power e.
func (p *product) multiply(a *Node, e float64) {
	inner := func(l link) bool {
		return distributes(l) || l.n.Op == Neg && l.w == float64(int(l.w))
	}
	parts := func(l link) []link {
		if l.n.Op == Neg {
			return []link{{l.n.Args[0], l.w}, {p.g.Const(-1), l.w}}
		}
		return factorsOf(l)
	}
	if top := (link{a, e}); inner(top) && !short(top, parts, inner) {
		p.factors = append(p.factors, top)
		return
	}
	walk(link{a, e}, parts, inner, p.multiplyFactor)
}

func (p *product) multiplyFactor(a *Node, e float64) {
	if a.Op == Const {
		if v := math.Pow(a.Value, e); v == v || a.Value != a.Value {
			p.c *= v
			return
		}
	}
	p.factors = append(p.factors, link{a, e})
}

// collect merges like factors and sorts them: variables first, each group by
// the order in which its first variable was declared.
func (p *product) collect() {
	merged := merge(p.factors)
	for i, f := range merged {
		if f.n.Op == Sqrt && f.w != 0 && math.Mod(f.w, 2) == 0 {
			merged[i] = link{f.n.Args[0], f.w / 2}
		}
	}
	merged = slices.DeleteFunc(merge(merged), func(f link) bool { return f.w == 0 })
	rank := make(map[*Node][2]int, len(merged))
	for _, f := range merged {
		rank[f.n] = readingRank(f.n)
	}
	sort.SliceStable(merged, func(i, j int) bool {
		a, b := rank[merged[i].n], rank[merged[j].n]
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	p.factors = merged
}

// merge adds the exponents of like factors.
func merge(factors []link) []link {
	at := make(map[*Node]int, len(factors))
	var merged []link
	for _, f := range factors {
		if i, ok := at[f.n]; ok {
			merged[i].w += f.w
			continue
		}
		at[f.n] = len(merged)
		merged = append(merged, f)
	}
	return merged
}

// readingRank orders factors as they are read. It looks for the first variable
// only so deep.
func readingRank(n *Node) [2]int {
	rank := [2]int{}
	for depth := 0; len(n.Args) > 0 && depth < longChain; depth++ {
		if n.Op != Reshape && n.Op != Slice && n.Op != Broadcast {
			rank[0] = 1
		}
		n = n.Args[0]
	}
	rank[1] = n.id
	return rank
}

// key tells apart products whose factors differ.
func (p *product) key() string {
	fs := slices.Clone(p.factors)
	slices.SortFunc(fs, func(a, b link) int { return a.n.id - b.n.id })
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(strconv.Itoa(f.n.id))
		b.WriteByte('^')
		b.WriteString(strconv.FormatFloat(f.w, 'g', -1, 64))
		b.WriteByte(' ')
	}
	return b.String()
}

// node writes the product down: the number, the factors, then what divides.
func (p *product) node() *Node {
	p.collect()
	c := p.c
	if c == 0 || c != c || len(p.factors) == 0 {
		return p.g.Const(c)
	}
	if len(p.factors) == 1 && p.factors[0].w == 1 && c == -1 && isSum(p.factors[0].n) {
		s := p.g.newSum()
		s.add(p.factors[0].n, -1)
		return s.node()
	}
	up, down := fraction(c)
	var num, den []*Node
	for _, f := range p.factors {
		if f.w > 0 {
			num = append(num, p.g.power(f.n, f.w))
		} else {
			den = append(den, p.g.power(f.n, -f.w))
		}
	}
	neg := up == -1 && len(num) > 0
	if neg {
		up = 1
	}
	y := p.g.chain(up, num)
	if down != 1 || len(den) > 0 {
		y = p.g.ordered(Div, y, p.g.chain(down, den))
	}
	if neg {
		y = p.g.ordered(Neg, y)
	}
	return y
}

// chain is c times all factors.
func (g *Graph) chain(c float64, factors []*Node) *Node {
	if c != 1 || len(factors) == 0 {
		factors = slices.Insert(factors, 0, g.Const(c))
	}
	y := factors[0]
	for _, f := range factors[1:] {
		y = g.ordered(Mul, y, f)
	}
	return y
}

func (g *Graph) power(n *Node, e float64) *Node {
	if e == 1 {
		return n
	}
	return g.ordered(Pow, n, g.Const(e))
}

// fraction writes c as up/down: 1/3 rather than 0.3333333333333333. Numbers
// with few digits stay as they are.
func fraction(c float64) (up, down float64) {
	if fewDigits(c) {
		return c, 1
	}
	for q := 3.0; q < 100; q++ {
		r := math.Round(c * q)
		if r != 0 && math.Abs(r) < 1e6 && math.Abs(c*q-r) <= 4e-16*math.Abs(r) {
			if v := r / q; fewDigits(v) {
				return v, 1
			}
			d := divisor(math.Abs(r), q)
			return r / d, q / d
		}
	}
	return c, 1
}

// fewDigits reports whether a number is written with few digits.
func fewDigits(c float64) bool { return len(strconv.FormatFloat(math.Abs(c), 'g', -1, 64)) < 12 }

// divisor is the greatest common divisor of two whole numbers.
func divisor(a, b float64) float64 {
	for b != 0 {
		a, b = b, math.Mod(a, b)
	}
	return a
}

// ordered makes an operation whose arguments stay in the given order, also
// where an equal node has them the other way round, and without identities.
func (g *Graph) ordered(op Op, args ...*Node) *Node {
	var shape []int
	for _, a := range args {
		shape, _ = BroadcastShapes(shape, a.Shape)
	}
	n := Node{Op: op, Args: args, Shape: shape}
	if y := g.intern(n); slices.Equal(y.Args, args) {
		return y
	}
	n.Span = 1 // tells it apart from its twin
	return g.intern(n)
}
