package expr

import (
	"errors"
	"math"
	"slices"

	"descent/graph"
)

// reduction lowers name(i=lo..hi, body).
func (l *lowerer) reduction(n *node, s *space) (value, error) {
	in, err := l.e.enter(n, s)
	if errors.Is(err, errVaries) {
		return value{}, l.fail(n, "bounds are made of numbers, outer indices and constants bound before: n = 100; sum(i=1..n, x[i])",
			"the range of %s depends on a variable", quoteName(n.index))
	}
	if err != nil {
		return value{}, err
	}
	if in.inner == nil {
		return value{node: l.g.Const(neutral[n.name])}, nil
	}
	y, err := l.lower(n.args[2], in.inner)
	if err != nil {
		return value{}, err
	}
	if in.counts != nil {
		return l.uneven(n, s, in, y)
	}
	if y.rank() == len(in.inner.extents) {
		return value{l.overFirst(n.name, y.node), y.vector, y.cols}, nil
	}
	return l.repeated(n, y, in.count)
}

// neutral is the value of a reduction over nothing, and what pads one.
var neutral = map[string]float64{"sum": 0, "prod": 1, "mean": 0, "min": math.Inf(1), "max": math.Inf(-1)}

// repeated reduces a body that does not depend on the index.
func (l *lowerer) repeated(n *node, y value, count int) (value, error) {
	times := value{node: l.g.Const(float64(count))}
	switch n.name {
	case "sum":
		return l.apply(n, graph.Mul, times, y)
	case "prod":
		return l.apply(n, graph.Pow, y, times)
	}
	return y, nil
}

// overFirst reduces the first axis of an array.
func (l *lowerer) overFirst(name string, x *graph.Node) *graph.Node {
	switch name {
	case "sum":
		return l.g.Sum(x, 0)
	case "mean":
		return l.g.Div(l.g.Sum(x, 0), l.g.Const(float64(x.Shape[0])))
	}
	return l.tree(lookup(name).op, x)
}

// tree joins the slices of an array along its first axis pair by pair. The
// gradient of a product is then right where factors are zero.
func (l *lowerer) tree(op graph.Op, x *graph.Node) *graph.Node {
	for x.Shape[0] > 1 {
		n, half := x.Shape[0], x.Shape[0]/2
		y := l.g.Apply(op, l.g.Slice(x, 0, 1, half), l.g.Slice(x, half, 1, half))
		if n%2 == 1 { // the last one waits for the next round
			last := l.g.Slice(x, n-1, 1, 1)
			y = l.g.Add(l.g.Pad(y, 0, 1, half+1), l.g.Pad(last, half, 1, half+1))
		}
		x = y
	}
	return l.g.Reshape(x, x.Shape[1:]...)
}

// along reduces the entries of a vector.
func (l *lowerer) along(name string, v value) *graph.Node {
	x, last := v.node, len(v.node.Shape)-1
	switch name {
	case "sum", "dot", "norm2":
		return l.g.Sum(x, last)
	case "mean":
		return l.g.Div(l.g.Sum(x, last), l.g.Const(float64(v.length())))
	}
	outer := slices.Clone(x.Shape[:last])
	if last > 0 {
		x = l.g.Transpose(l.g.Reshape(x, x.Len()/v.length(), v.length()))
	}
	return l.g.Reshape(l.tree(lookup(name).op, x), outer...)
}

// uneven reduces where the number of terms differs between outer tuples: the
// terms of all of them lie along one axis.
func (l *lowerer) uneven(n *node, s *space, in *loops, y value) (value, error) {
	rows := len(in.parent)
	inner := []int{rows}
	outer := reversed(s.extents)
	if y.vector {
		inner, outer = append(inner, y.length()), append(outer, y.length())
	}
	x := y.node
	if y.rank() == 0 && y.vector {
		x = l.g.Reshape(x, 1, y.length())
	}
	x = l.g.Broadcast(x, inner...)
	if err := l.count(n, x.Len()); err != nil {
		return value{}, err
	}
	switch n.name {
	case "sum", "mean":
		x = l.g.Scatter(x, in.parent, len(in.counts))
		if n.name == "mean" {
			x = l.g.Div(x, l.countTensor(in.counts, y.vector))
		}
	default:
		most := slices.Max(in.counts)
		if err := l.count(n, most*len(in.counts)); err != nil {
			return value{}, err
		}
		x = l.tree(lookup(n.name).op, l.padded(x, in, most, neutral[n.name]))
	}
	return value{l.g.Reshape(x, outer...), y.vector, y.cols}, nil
}

// padded lays uneven terms out as [most, outer tuples, ...], what is missing
// filled with a number.
func (l *lowerer) padded(x *graph.Node, in *loops, most int, fill float64) *graph.Node {
	rows, outer := len(in.parent), len(in.counts)
	index := make([]int, most*outer)
	for i := range index {
		index[i] = rows // the row that holds fill
	}
	next := make([]int, outer)
	for row, k := range in.parent {
		index[next[k]*outer+k] = row
		next[k]++
	}
	ones := make([]int, len(x.Shape))
	for i := range ones {
		ones[i] = 1
	}
	row := l.g.Pad(l.g.Broadcast(l.g.Const(fill), ones...), rows, 1, rows+1)
	x = l.g.Add(l.g.Pad(x, 0, 1, rows+1), row)
	x = l.g.Gather(x, index)
	return l.g.Reshape(x, append([]int{most, outer}, x.Shape[1:]...)...)
}

// countTensor is the number of terms of each outer tuple, as a divisor.
func (l *lowerer) countTensor(counts []int, vector bool) *graph.Node {
	v := make([]float64, len(counts))
	for i, c := range counts {
		v[i] = float64(max(c, 1)) // 0 where the branch is not taken
	}
	if vector {
		return l.g.Tensor(v, len(v), 1)
	}
	return l.g.Tensor(v, len(v))
}

func reversed(extents []int) []int {
	r := slices.Clone(extents)
	slices.Reverse(r)
	return r
}
