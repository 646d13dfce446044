package graph

// Node is one value in a Graph. It is immutable and belongs to the Graph that
// made it; nodes that are equal as expressions are equal as pointers. Which of
// the attributes count depends on Op.
type Node struct {
	Op     Op
	Args   []*Node
	Shape  []int     // nil for a scalar
	Value  float64   // Const
	Values []float64 // Tensor, row-major
	Name   string    // Param, Data
	Axis   int       // first reduced axis of Sum; the axis of LogSumExp and Maximum
	Span   int       // number of adjacent axes a Sum reduces
	Start  int       // Slice, Pad
	Step   int       // Slice, Pad
	Index  []int     // Gather, Scatter
	Offset int       // Param: its place in the flat vector of all parameters
	Sparse bool      // Data: a matrix that is mostly zeros, see Graph.Sparse

	id int // creation order, which is a topological order
}

// Len is the number of elements of the node.
func (n *Node) Len() int { return size(n.Shape) }

// IsScalar reports whether the node is a single number without axes.
func (n *Node) IsScalar() bool { return len(n.Shape) == 0 }

// IsConst reports whether the node is the scalar constant v.
func (n *Node) IsConst(v float64) bool { return n.Op == Const && n.Value == v }
