package graph

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"descent/internal/kernel"
	"descent/param"
)

// Float is the element type a Program computes in.
type Float = kernel.Float

// Graph makes nodes and keeps each distinct one once. Its methods panic when
// shapes do not fit or nodes of another Graph are mixed in: shapes are known
// when a graph is built, so that is a mistake of the calling code.
// A Graph must not be used from several goroutines at once.
type Graph struct {
	nodes  []*Node
	index  map[key]*Node
	names  map[string]*Node // Param and Data
	blocks []param.Block
	dim    int // elements of all blocks
	ops    *[numOps]row
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{index: map[key]*Node{}, names: map[string]*Node{}, ops: &table}
}

// Param declares a differentiable input. All parameters lie in one flat vector,
// in the order of their declaration. Declaring the same name and shape again
// returns the same node.
func (g *Graph) Param(name string, shape ...int) *Node {
	if n := g.declared(Param, name, shape); n != nil {
		return n
	}
	n := g.intern(Node{Op: Param, Name: name, Shape: checkShape(shape), Offset: g.dim})
	g.names[name] = n
	g.blocks = append(g.blocks, param.Block{Name: name, Shape: n.Shape, Offset: g.dim})
	g.dim += n.Len()
	return n
}

// Data declares an input that a Program binds by name before it runs.
func (g *Graph) Data(name string, shape ...int) *Node {
	if n := g.declared(Data, name, shape); n != nil {
		return n
	}
	n := g.intern(Node{Op: Data, Name: name, Shape: checkShape(shape)})
	g.names[name] = n
	return n
}

// declared is the earlier declaration of the name, if there is one.
func (g *Graph) declared(op Op, name string, shape []int) *Node {
	n := g.names[name]
	if n != nil && (n.Op != op || n.Sparse || !slices.Equal(n.Shape, shape)) {
		panic(fmt.Sprintf("graph: %q is already declared with shape %v", name, n.Shape))
	}
	return n
}

// Blocks names the parameters and their places in the flat vector.
func (g *Graph) Blocks() []param.Block { return slices.Clone(g.blocks) }

// Const is a number.
func (g *Graph) Const(v float64) *Node { return g.intern(Node{Op: Const, Value: v}) }

// Tensor is a constant array, row-major. It keeps its own copy of v.
func (g *Graph) Tensor(v []float64, shape ...int) *Node {
	if size(shape) != len(v) {
		panic(fmt.Sprintf("graph: %d values do not fill the shape %v", len(v), shape))
	}
	if len(shape) == 0 {
		return g.Const(v[0])
	}
	return g.intern(Node{Op: Tensor, Values: slices.Clone(v), Shape: checkShape(shape)})
}

// Zeros is an array of zeros.
func (g *Graph) Zeros(shape ...int) *Node { return g.Broadcast(g.Const(0), shape...) }

func checkShape(shape []int) []int {
	if len(shape) == 0 {
		return nil
	}
	for _, d := range shape {
		if d < 1 {
			panic(fmt.Sprintf("graph: shape %v has an extent below 1", shape))
		}
	}
	return slices.Clone(shape)
}

// key identifies an expression: two nodes with equal keys are one node.
type key struct {
	op      Op
	a, b, c int // ids of the first arguments
	i, j    int
	bits    uint64
	text    string // whatever else tells two nodes apart
}

func (n *Node) key(commutative bool) key {
	k := key{op: n.Op, a: -1, b: -1, c: -1, i: n.Axis | n.Start<<8, j: n.Span | n.Step<<8, bits: math.Float64bits(n.Value)}
	for i, dst := range []*int{&k.a, &k.b, &k.c} {
		if i < len(n.Args) {
			*dst = n.Args[i].id
		}
	}
	if commutative && k.a > k.b {
		k.a, k.b = k.b, k.a
	}
	var t []byte
	if n.Op.needsShape() {
		for _, d := range n.Shape {
			t = binary.AppendVarint(t, int64(d))
		}
		t = append(t, '|')
	}
	t = append(t, n.Name...)
	for _, v := range n.Values {
		t = binary.LittleEndian.AppendUint64(t, math.Float64bits(v))
	}
	for _, v := range n.Index {
		t = binary.AppendVarint(t, int64(v))
	}
	for i := 3; i < len(n.Args); i++ {
		t = binary.AppendVarint(t, int64(n.Args[i].id))
	}
	k.text = string(t)
	return k
}

// intern returns the one node equal to n.
func (g *Graph) intern(n Node) *Node {
	for _, a := range n.Args {
		if a.id >= len(g.nodes) || g.nodes[a.id] != a {
			panic("graph: an argument belongs to another graph")
		}
	}
	k := n.key(g.ops[n.Op].commutative)
	if old := g.index[k]; old != nil {
		return old
	}
	n.id = len(g.nodes)
	g.nodes = append(g.nodes, &n)
	g.index[k] = &n
	return &n
}

// reach marks, by id, the nodes that the given ones are computed from,
// themselves included.
func (g *Graph) reach(ns ...*Node) []bool {
	mark := make([]bool, len(g.nodes))
	for _, n := range ns {
		mark[n.id] = true
	}
	for id := len(mark) - 1; id >= 0; id-- {
		if mark[id] {
			for _, a := range g.nodes[id].Args {
				mark[a.id] = true
			}
		}
	}
	return mark
}
