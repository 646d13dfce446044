package expr

import (
	"errors"
	"fmt"

	"descent/graph"
)

// describe is what a vector is, for messages.
func (v value) describe() string {
	if v.cols > 0 {
		return fmt.Sprintf("a matrix of %d×%d", v.length()/v.cols, v.cols)
	}
	return fmt.Sprintf("a vector of %d entries", v.length())
}

// misfit complains about two vectors or matrices of different size.
func (l *lowerer) misfit(n *node, a, b value) error {
	if a.cols == 0 && b.cols == 0 {
		return l.fail(n, "", "vectors of %d and %d entries do not fit together", a.length(), b.length())
	}
	return l.fail(n, "a matrix goes with numbers and matrices of its shape, entry by entry; a product is sum(j=1..n, W[i,j]*x[j])",
		"%s and %s do not fit together", a.describe(), b.describe())
}

// variable is the value of a variable. A matrix is laid out row by row.
func (l *lowerer) variable(name string) value {
	x := l.scope[name]
	if len(x.Shape) == 2 {
		return value{node: l.g.Reshape(x, x.Len()), vector: true, cols: x.Shape[1]}
	}
	return value{node: x, vector: len(x.Shape) == 1}
}

// list is a vector of numbers, or a matrix where its items are lists.
func (l *lowerer) list(n *node) (value, error) {
	cols, items := 0, n.args
	if n.args[0].kind == listNode {
		cols, items = len(n.args[0].args), nil
		for _, row := range n.args {
			if row.kind != listNode || len(row.args) != cols {
				return value{}, l.fail(row, "a matrix is [[1, 2], [3, 4]]", "the rows of a matrix are lists of one length, and the first has %d", cols)
			}
			items = append(items, row.args...)
		}
	}
	values := make([]float64, len(items))
	for i, a := range items {
		v, err := l.e.value(a)
		if errors.Is(err, errVaries) {
			return value{}, l.fail(a, "bind each to a name of its own, or write x[1], x[2] for a vector of variables", "a list is made of numbers, and this depends on a variable or an index")
		}
		if err != nil {
			return value{}, err
		}
		values[i] = v
	}
	return value{node: l.g.Tensor(values, len(values)), vector: true, cols: cols}, l.count(n, len(values))
}

// entry lowers x[…]: a slice where the indices run evenly, otherwise a gather.
func (l *lowerer) entry(n *node, s *space) (value, error) {
	x := l.bound[n.name]
	if n.sym == freeName {
		x = l.variable(n.name)
	}
	switch {
	case !x.vector:
		return value{}, l.fail(n, "", "%s is a number: it has no entries", quoteName(n.name))
	case x.cols > 0 && len(n.args) == 1:
		return value{}, l.fail(n, "its entries are "+quoteName(n.name)+"[i,j]", "%s is %s and takes a row and a column", quoteName(n.name), x.describe())
	case x.cols == 0 && len(n.args) == 2:
		return value{}, l.fail(n, "", "%s is %s and has one index", quoteName(n.name), x.describe())
	case x.cols > 0:
		return l.cell(n, s, x)
	}
	index, err := l.indices(n, 0, s, x.length())
	if err != nil {
		return value{}, err
	}
	return l.pick(n, s, x, index)
}

// indices works out one index of x[…] for all index tuples.
func (l *lowerer) indices(n *node, arg int, s *space, length int) (entries, error) {
	index, err := l.e.entries(n, arg, s, length)
	if errors.Is(err, errVaries) {
		err = l.fail(n.args[arg], "an index is made of loop indices, numbers and constants bound before", "the index of %s depends on a variable", quoteName(n.name))
	}
	return index, err
}

// pick takes entries of a vector.
func (l *lowerer) pick(n *node, s *space, x value, index entries) (value, error) {
	if err := l.count(n, index.count); err != nil {
		return value{}, err
	}
	var y *graph.Node
	switch {
	case index.list != nil:
		y = l.g.Gather(x.node, index.list)
	case index.step == 0 || index.count == 1:
		return value{node: l.g.Reshape(l.g.Slice(x.node, index.start, 1, 1))}, nil
	default:
		y = l.g.Slice(x.node, index.start, index.step, index.count)
	}
	return value{node: l.g.Reshape(y, s.shape(index.axes)...)}, nil
}

// cell lowers W[i,j].
func (l *lowerer) cell(n *node, s *space, x value) (value, error) {
	rows, err := l.indices(n, 0, s, x.length()/x.cols)
	if err != nil {
		return value{}, err
	}
	cols, err := l.indices(n, 1, s, x.cols)
	if err != nil {
		return value{}, err
	}
	if rows.runs() && cols.runs() && rows.axes[0] != cols.axes[0] {
		return l.rectangle(n, s, x, rows, cols)
	}
	index, err := l.crossed(n, s, rows, cols, x.cols)
	if err != nil {
		return value{}, err
	}
	return l.pick(n, s, x, index)
}

// runs reports whether indices go evenly along one axis.
func (i entries) runs() bool { return i.list == nil && len(i.axes) == 1 && i.step != 0 }

// rectangle takes rows and columns of a matrix that run along two axes.
func (l *lowerer) rectangle(n *node, s *space, x value, rows, cols entries) (value, error) {
	if err := l.count(n, rows.count*cols.count); err != nil {
		return value{}, err
	}
	y := l.g.Slice(l.g.Reshape(x.node, x.length()/x.cols, x.cols), rows.start, rows.step, rows.count)
	y = l.g.Slice(l.g.Transpose(y), cols.start, cols.step, cols.count)
	axes := []int{rows.axes[0], cols.axes[0]}
	if axes[0] > axes[1] { // the rows lie innermost, which is first
		y = l.g.Transpose(y)
		axes[0], axes[1] = axes[1], axes[0]
	}
	return value{node: l.g.Reshape(y, s.shape(axes)...)}, nil
}

// crossed is the place of W[i,j] in a matrix that is laid out row by row, for
// all tuples of the axes of both indices.
func (l *lowerer) crossed(n *node, s *space, rows, cols entries, width int) (entries, error) {
	axes, _ := s.axesOf(n.args...) // known, as each index is
	if rows.list == nil && cols.list == nil && len(axes) < 2 {
		return entries{axes: axes, start: rows.start*width + cols.start, step: rows.step*width + cols.step, count: max(rows.count, cols.count)}, nil
	}
	total := elements(s.shape(axes))
	if err := l.count(n, total); err != nil {
		return entries{}, err
	}
	list := make([]int, total)
	row, col := s.places(axes, rows.axes), s.places(axes, cols.axes)
	for k := range list {
		list[k] = rows.at(row(k))*width + cols.at(col(k))
	}
	return spaced(axes, list), nil
}

// places maps the k-th tuple of some axes to the tuple of a part of them. The
// first axis runs fastest.
func (s *space) places(axes, part []int) func(k int) int {
	type digit struct{ from, extent, to int }
	var digits []digit
	from, to := 1, 1
	for _, a := range axes {
		d := s.extents[a]
		for _, b := range part {
			if a == b {
				digits = append(digits, digit{from, d, to})
				to *= d
			}
		}
		from *= d
	}
	return func(k int) int {
		place := 0
		for _, d := range digits {
			place += k / d.from % d.extent * d.to
		}
		return place
	}
}
