package graph

import (
	"fmt"
	"slices"
)

// Sum adds over the given axes, which are removed; without axes it adds all
// elements. Negative axes count from the last.
func (g *Graph) Sum(x *Node, axes ...int) *Node {
	rank := len(x.Shape)
	if len(axes) == 0 {
		return g.sumRun(x, 0, rank)
	}
	gone := make([]bool, rank)
	for _, a := range axes {
		gone[axisOf(x, a)] = true
	}
	// Runs of adjacent axes, from the last: a run leaves earlier axes in place.
	for end := rank; end > 0; {
		if !gone[end-1] {
			end--
			continue
		}
		start := end - 1
		for start > 0 && gone[start-1] {
			start--
		}
		x = g.sumRun(x, start, end-start)
		end = start
	}
	return x
}

// sumRun adds over span adjacent axes.
func (g *Graph) sumRun(x *Node, axis, span int) *Node {
	_, n, _ := split(x.Shape, axis, span)
	shape := slices.Concat(x.Shape[:axis], x.Shape[axis+span:])
	if n == 1 {
		return g.Reshape(x, shape...)
	}
	if x.Op == Broadcast && x.Args[0].Len() == 1 {
		return g.Broadcast(g.Mul(g.Const(float64(n)), g.Reshape(x.Args[0])), shape...)
	}
	return g.intern(Node{Op: Sum, Args: []*Node{x}, Shape: checkShape(shape), Axis: axis, Span: span})
}

func axisOf(x *Node, axis int) int {
	a := axis
	if a < 0 {
		a += len(x.Shape)
	}
	if a < 0 || a >= len(x.Shape) {
		panic(fmt.Sprintf("graph: no axis %d in the shape %v", axis, x.Shape))
	}
	return a
}

// LogSumExp is log(Σ exp(x)) over one axis, which is removed, without overflow.
func (g *Graph) LogSumExp(x *Node, axis int) *Node { return g.reduce(LogSumExp, x, axis) }

// Maximum is the largest element over one axis, which is removed.
func (g *Graph) Maximum(x *Node, axis int) *Node { return g.reduce(Maximum, x, axis) }

func (g *Graph) reduce(op Op, x *Node, axis int) *Node {
	axis = axisOf(x, axis)
	shape := slices.Delete(slices.Clone(x.Shape), axis, axis+1)
	if x.Shape[axis] == 1 {
		return g.Reshape(x, shape...)
	}
	return g.intern(Node{Op: op, Args: []*Node{x}, Shape: checkShape(shape), Axis: axis, Span: 1})
}

// Broadcast repeats x to a larger shape, by the rules of elementwise operations.
func (g *Graph) Broadcast(x *Node, shape ...int) *Node {
	if slices.Equal(x.Shape, shape) {
		return x
	}
	if s, err := BroadcastShapes(x.Shape, shape); err != nil || !slices.Equal(s, shape) {
		panic(fmt.Sprintf("graph: shape %v does not broadcast to %v", x.Shape, shape))
	}
	for x.Op == Broadcast {
		x = x.Args[0]
	}
	return g.intern(Node{Op: Broadcast, Args: []*Node{x}, Shape: checkShape(shape)})
}

// Reshape keeps the elements in row-major order and changes the shape.
func (g *Graph) Reshape(x *Node, shape ...int) *Node {
	if size(shape) != x.Len() {
		panic(fmt.Sprintf("graph: shape %v does not hold the %d elements of %v", shape, x.Len(), x.Shape))
	}
	for x.Op == Reshape {
		x = x.Args[0]
	}
	if slices.Equal(x.Shape, shape) {
		return x
	}
	if x.Op == Broadcast && x.Args[0].IsScalar() {
		return g.Broadcast(x.Args[0], shape...)
	}
	return g.intern(Node{Op: Reshape, Args: []*Node{x}, Shape: checkShape(shape)})
}

// Transpose swaps the axes of a matrix.
func (g *Graph) Transpose(x *Node) *Node {
	if len(x.Shape) != 2 {
		panic(fmt.Sprintf("graph: only a matrix can be transposed, not shape %v", x.Shape))
	}
	if x.Op == Transpose {
		return x.Args[0]
	}
	shape := []int{x.Shape[1], x.Shape[0]}
	if x.Op == Broadcast && x.Args[0].IsScalar() {
		return g.Broadcast(x.Args[0], shape...)
	}
	return g.intern(Node{Op: Transpose, Args: []*Node{x}, Shape: shape})
}

// MatMul is the product of matrices a [m, k] and b [k, n].
func (g *Graph) MatMul(a, b *Node) *Node {
	if len(a.Shape) != 2 || len(b.Shape) != 2 || a.Shape[1] != b.Shape[0] {
		panic(fmt.Sprintf("graph: shapes %v and %v do not multiply as matrices", a.Shape, b.Shape))
	}
	return g.intern(Node{Op: MatMul, Args: []*Node{a, b}, Shape: []int{a.Shape[0], b.Shape[1]}})
}

// Slice takes n elements along axis 0: start, start+step, ... The step may be
// negative, not 0.
func (g *Graph) Slice(x *Node, start, step, n int) *Node {
	checkRange(x.Shape, start, step, n)
	if start == 0 && step == 1 && n == x.Shape[0] {
		return x
	}
	shape := slices.Clone(x.Shape)
	shape[0] = n
	if n == 1 {
		step = 1
	}
	if x.Op == Broadcast && x.Args[0].IsScalar() {
		return g.Broadcast(x.Args[0], shape...)
	}
	return g.intern(Node{Op: Slice, Args: []*Node{x}, Shape: shape, Start: start, Step: step})
}

// Pad is the transpose of Slice: an array of n elements along axis 0 that is x
// at start, start+step, ... and zero elsewhere.
func (g *Graph) Pad(x *Node, start, step, n int) *Node {
	if len(x.Shape) == 0 {
		panic("graph: a scalar has no axis to pad")
	}
	shape := slices.Clone(x.Shape)
	shape[0] = n
	checkRange(shape, start, step, x.Shape[0])
	if start == 0 && step == 1 && n == x.Shape[0] {
		return x
	}
	if x.Shape[0] == 1 {
		step = 1
	}
	return g.intern(Node{Op: Pad, Args: []*Node{x}, Shape: shape, Start: start, Step: step})
}

func checkRange(shape []int, start, step, n int) {
	if len(shape) == 0 {
		panic("graph: a scalar has no axis to slice")
	}
	last := start + (n-1)*step
	if step == 0 || n < 1 || min(start, last) < 0 || max(start, last) >= shape[0] {
		panic(fmt.Sprintf("graph: slice of %d elements from %d by %d leaves the shape %v", n, start, step, shape))
	}
}

// Gather takes the elements index[0], index[1], ... along axis 0.
func (g *Graph) Gather(x *Node, index []int) *Node {
	checkIndex(x, index, len(index))
	checkElements(x, index, x.Shape[0])
	shape := slices.Clone(x.Shape)
	shape[0] = len(index)
	if len(index) == 1 {
		return g.Slice(x, index[0], 1, 1)
	}
	if x.Shape[0] == 1 {
		return g.Broadcast(x, shape...)
	}
	return g.intern(Node{Op: Gather, Args: []*Node{x}, Shape: shape, Index: slices.Clone(index)})
}

// Scatter is the transpose of Gather: element i of x is added to element
// index[i] of an array of n zeros along axis 0.
func (g *Graph) Scatter(x *Node, index []int, n int) *Node {
	checkIndex(x, index, -1)
	if len(index) != x.Shape[0] {
		panic(fmt.Sprintf("graph: %d indices for the shape %v", len(index), x.Shape))
	}
	checkElements(x, index, n)
	shape := slices.Clone(x.Shape)
	shape[0] = n
	if len(index) == 1 {
		return g.Pad(x, index[0], 1, n)
	}
	if n == 1 {
		return g.Reshape(g.Sum(x, 0), shape...)
	}
	return g.intern(Node{Op: Scatter, Args: []*Node{x}, Shape: shape, Index: slices.Clone(index)})
}

func checkIndex(x *Node, index []int, n int) {
	if len(x.Shape) == 0 || n == 0 {
		panic(fmt.Sprintf("graph: shape %v cannot be indexed by %d numbers", x.Shape, len(index)))
	}
}

func checkElements(x *Node, index []int, n int) {
	for _, i := range index {
		if i < 0 || i >= n {
			panic(fmt.Sprintf("graph: index %d is outside 0..%d", i, n-1))
		}
	}
}

// Stack puts arrays of one shape behind each other along a new first axis.
func (g *Graph) Stack(xs ...*Node) *Node {
	if len(xs) == 0 {
		panic("graph: nothing to stack")
	}
	for _, x := range xs {
		if !slices.Equal(x.Shape, xs[0].Shape) {
			panic(fmt.Sprintf("graph: cannot stack shapes %v and %v", xs[0].Shape, x.Shape))
		}
	}
	shape := slices.Concat([]int{len(xs)}, xs[0].Shape)
	if len(xs) == 1 {
		return g.Reshape(xs[0], shape...)
	}
	return g.intern(Node{Op: Stack, Args: slices.Clone(xs), Shape: shape})
}
