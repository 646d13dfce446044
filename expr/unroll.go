package expr

import (
	"errors"
	"fmt"
)

// maxUnrolled is how many parts a formula may have when its sums are written
// out.
const maxUnrolled = 200_000

var errTooLong = errors.New("too long to write out")

// extent is the size of a vector or a matrix.
type extent struct {
	length int // of all entries; 0 for a number
	cols   int // of a matrix, otherwise 0
}

// entry is the k-th entry, from 1, of a variable of that size.
func (e extent) entry(name string, k int) Derivative {
	if e.cols == 0 {
		return Derivative{Var: name, Index: k}
	}
	return Derivative{Var: name, Index: (k-1)/e.cols + 1, Col: (k-1)%e.cols + 1}
}

// name is the name of the k-th entry.
func (e extent) name(name string, k int) string {
	d := e.entry(name, k)
	return d.Name()
}

// unroll writes the formula with one number x[k] for each entry of a vector,
// W[i,j] for each of a matrix, and with every sum over an index or over a vector
// written out. extents are those of vectors and matrices; other variables stay
// as they are.
func (f *Formula) unroll(extents map[string]extent, known map[string]float64) (*Formula, error) {
	u := &unroller{e: newEvaluator(f.src), extents: extents, vectors: map[string]*node{}}
	for name, v := range known {
		u.e.known[name] = v
	}
	out := &Formula{src: f.src, variable: f.variable}
	for _, v := range f.free {
		n, vector := extents[v.name]
		if !vector {
			out.free = append(out.free, v)
		}
		for k := range n.length {
			out.free = append(out.free, freeUse{n.name(v.name, k+1), v.pos})
		}
	}
	for _, b := range f.bindings {
		if u.extent(b.value).length > 0 {
			u.vectors[b.name] = b.value
			continue
		}
		value, err := u.expand(b.value, 0)
		if err != nil {
			return nil, err
		}
		if v, err := u.e.value(b.value); err == nil {
			u.e.known[b.name] = v
		}
		out.bindings = append(out.bindings, binding{b.name, b.pos, value})
	}
	var err error
	out.value, err = u.expand(f.value, 0)
	return out, err
}

type unroller struct {
	e       *evaluator
	extents map[string]extent
	vectors map[string]*node // bindings that are vectors
	parts   int
}

// extent is the size of an expression that is a vector or a matrix. Columns of
// data do not count: they stay whole.
func (u *unroller) extent(n *node) extent {
	switch n.kind {
	case nameNode:
		if v := u.vectors[n.name]; v != nil && n.sym == boundName {
			return u.extent(v)
		}
		if n.sym == freeName {
			return u.extents[n.name]
		}
		return extent{}
	case indexNode:
		return extent{}
	case listNode:
		if cols := len(n.args[0].args); n.args[0].kind == listNode {
			return extent{len(n.args) * cols, cols}
		}
		return extent{length: len(n.args)}
	case reduceNode:
		return u.extent(n.args[2])
	case callNode:
		if opOf(n, 0) == noOp {
			return extent{}
		}
	}
	for _, a := range n.args {
		if e := u.extent(a); e.length > 0 {
			return e
		}
	}
	return extent{}
}

// expand writes out n for the current loop indices; of a vector its k-th entry.
func (u *unroller) expand(n *node, k int) (*node, error) {
	if u.parts++; u.parts > maxUnrolled {
		return nil, errTooLong
	}
	switch n.kind {
	case numberNode, constNode:
		return n, nil
	case nameNode:
		return u.name(n, k)
	case indexNode:
		return u.entry(n)
	case listNode:
		e := u.extent(n)
		switch {
		case k < 1 || k > e.length:
			return nil, errors.New("a list where a number is expected")
		case e.cols > 0:
			return n.args[(k-1)/e.cols].args[(k-1)%e.cols], nil
		}
		return n.args[k-1], nil
	case reduceNode:
		return u.reduction(n, k)
	case callNode:
		if n.name == "if" && u.e.class(n.args[0])&onVariable == 0 {
			c, err := u.e.value(n.args[0])
			if err != nil {
				return nil, err
			}
			return u.expand(n.args[2-btoi(c != 0)], k)
		}
		if opOf(n, 0) == noOp {
			return u.overVector(n)
		}
	}
	c := *n
	c.args = make([]*node, len(n.args))
	for i, a := range n.args {
		var err error
		if c.args[i], err = u.expand(a, k); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

func (u *unroller) name(n *node, k int) (*node, error) {
	switch {
	case n.sym == indexName:
		return signed(u.e.current[n.name], n.pos), nil
	case n.sym == boundName && u.vectors[n.name] != nil:
		return u.expand(u.vectors[n.name], k)
	case n.sym == freeName && u.extents[n.name].length > 0:
		e := u.extents[n.name]
		if k == 0 || k > e.length {
			return nil, fmt.Errorf("vector %s where a number is expected", n.name)
		}
		return &node{kind: nameNode, pos: n.pos, name: e.name(n.name, k)}, nil
	}
	return n, nil
}

func (u *unroller) entry(n *node) (*node, error) {
	c := *n
	c.args = make([]*node, len(n.args))
	var index [2]int
	for i, a := range n.args {
		v, err := u.e.value(a)
		if err != nil {
			return nil, err
		}
		index[i], c.args[i] = int(v), signed(v, n.pos)
	}
	place := func(e extent) int {
		if e.cols == 0 {
			return index[0]
		}
		return (index[0]-1)*e.cols + index[1]
	}
	switch {
	case n.sym == boundName && u.vectors[n.name] != nil:
		v := u.vectors[n.name]
		return u.expand(v, place(u.extent(v)))
	case n.sym == freeName && u.extents[n.name].length > 0:
		e := u.extents[n.name]
		return &node{kind: nameNode, pos: n.pos, name: e.name(n.name, place(e))}, nil
	}
	return &c, nil
}

// reduction writes out name(i=lo..hi, body).
func (u *unroller) reduction(n *node, k int) (*node, error) {
	lo, err := u.e.value(n.args[0])
	if err != nil {
		return nil, err
	}
	hi, err := u.e.value(n.args[1])
	if err != nil {
		return nil, err
	}
	var terms []*node
	for i := lo; i <= hi; i++ {
		u.e.current[n.index] = i
		t, err := u.expand(n.args[2], k)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	delete(u.e.current, n.index)
	return u.join(n, n.name, terms), nil
}

// overVector writes out sum(x), dot(x, y) and their like.
func (u *unroller) overVector(n *node) (*node, error) {
	length := u.extent(n.args[0]).length
	if length == 0 { // over a column
		length = 1
	}
	var terms []*node
	for k := range length {
		row := make([]*node, len(n.args))
		for i, a := range n.args {
			var err error
			if row[i], err = u.expand(a, k+1); err != nil {
				return nil, err
			}
		}
		switch n.name {
		case "dot":
			terms = append(terms, &node{kind: mulNode, pos: n.pos, args: row, ops: []op{opMul}})
		case "norm2":
			terms = append(terms, &node{kind: powNode, pos: n.pos, args: []*node{row[0], {kind: numberNode, val: 2}}})
		default:
			terms = append(terms, row...)
		}
		if u.extent(n.args[0]).length == 0 {
			return &node{kind: callNode, pos: n.pos, name: n.name, args: row}, nil
		}
	}
	t := u.join(n, n.name, terms)
	if n.name == "norm2" {
		return &node{kind: callNode, pos: n.pos, name: "sqrt", args: []*node{t}}, nil
	}
	return t, nil
}

// join writes terms as one sum, product, mean, minimum or maximum.
func (u *unroller) join(n *node, how string, terms []*node) *node {
	if len(terms) == 0 {
		return &node{kind: numberNode, pos: n.pos, val: neutral[how]}
	}
	if len(terms) == 1 {
		return terms[0]
	}
	all := &node{pos: n.pos, args: terms}
	sign := opAdd
	switch how {
	case "prod":
		all.kind, sign = mulNode, opMul
	case "min", "max":
		all.kind, all.name = callNode, how
		return all
	default:
		all.kind = sumNode
	}
	for range terms[1:] {
		all.ops = append(all.ops, sign)
	}
	if how == "mean" {
		count := &node{kind: numberNode, pos: n.pos, val: float64(len(terms))}
		return &node{kind: mulNode, pos: n.pos, ops: []op{opDiv}, args: []*node{all, count}}
	}
	return all
}
