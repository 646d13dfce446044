package expr

import (
	"math"
	"slices"
)

// maxLength is the most entries that a vector may get from its indices.
const maxLength = 4_000_000

// entries are the indices of x[…], from 0, for every tuple of some axes: evenly
// spaced, or listed.
type entries struct {
	axes        []int
	start, step int
	count       int
	list        []int // nil where they are evenly spaced
}

// largest is the largest index.
func (i entries) largest() int {
	if i.list == nil {
		return max(i.start, i.start+(i.count-1)*i.step)
	}
	return slices.Max(i.list)
}

// at is the index of the k-th tuple.
func (i entries) at(k int) int {
	if i.list == nil {
		return i.start + k*i.step
	}
	return i.list[k]
}

// entries works out the first (arg 0) or second (1) index of an entry x[…] for
// every index tuple; it must lie in 1..length, where length 0 is no limit.
// Tuples for which the entry is not used get index 0.
func (e *evaluator) entries(n *node, arg int, s *space, length int) (entries, error) {
	axes, ok := s.axesOf(n.args[arg])
	if !ok {
		return entries{}, errVaries
	}
	if v, a, b, ok := e.plainLine(n.args[arg], s, axes); ok {
		return e.even(n, arg, s, length, v, a, b)
	}
	values, taken, err := e.tabulate(n.args[arg], s, axes)
	if err != nil {
		return entries{}, err
	}
	list := make([]int, len(values))
	for k, v := range values {
		if !taken[k] {
			continue
		}
		if err := e.checkEntry(n, arg, v, length, func() string { return s.tuple(k, axes) }); err != nil {
			return entries{}, err
		}
		list[k] = int(v) - 1
	}
	return spaced(axes, list), nil
}

// spaced is a list of indices, as an even row where they are one.
func spaced(axes, list []int) entries {
	step, even := progression(list)
	if even {
		return entries{axes: axes, start: list[0], step: step, count: len(list)}
	}
	return entries{axes: axes, count: len(list), list: list}
}

// checkEntry refuses an index that is no whole number or out of range.
func (e *evaluator) checkEntry(n *node, arg int, v float64, length int, where func() string) error {
	name, pos := quoteName(n.name), int(n.args[arg].pos)
	entry, of, first, parts := name+"["+formatNumber(v)+"]", "the index", name+"[1]", "entries"
	switch {
	case len(n.args) == 2 && arg == 0:
		entry, of, first, parts = name+"["+formatNumber(v)+",…]", "the row", name+"[1,1]", "rows"
	case len(n.args) == 2:
		entry, of, first, parts = name+"[…,"+formatNumber(v)+"]", "the column", name+"[1,1]", "columns"
	}
	switch {
	case v != math.Floor(v):
		return errorAt(e.src, pos, "floor(…) and mod(…) make whole numbers", "%s of %s is %s%s, not a whole number", of, name, formatNumber(v), where())
	case v < 1:
		return errorAt(e.src, pos, "the first entry is "+first, "%s%s: indices start at 1", entry, where())
	case length == 0 && v > maxLength:
		return errorAt(e.src, pos, "", "%s%s: a vector has at most %d entries", entry, where(), maxLength)
	case length > 0 && v > float64(length):
		return errorAt(e.src, pos, "", "%s%s is out of range: %s has %d %s", entry, where(), name, length, parts)
	}
	return nil
}

// progression is the step between the numbers, if it is always the same.
func progression(index []int) (step int, even bool) {
	if len(index) < 2 {
		return 0, true
	}
	step = index[1] - index[0]
	for i := 2; i < len(index); i++ {
		if index[i]-index[i-1] != step {
			return 0, false
		}
	}
	return step, true
}

// plainLine reports that an expression is a*v + b in whole numbers, v one index
// with a plain range, so that its values need not be listed.
func (e *evaluator) plainLine(n *node, s *space, axes []int) (v indexVar, a, b float64, ok bool) {
	if len(axes) != 1 || len(s.guards) > 0 {
		return v, 0, 0, false
	}
	for _, v = range s.vars {
		if v.axis == axes[0] {
			break
		}
	}
	if v.values != nil {
		return v, 0, 0, false
	}
	a, b, ok = e.line(n)
	whole := a == math.Floor(a) && b == math.Floor(b) && math.Abs(a) < 1e9 && math.Abs(b) < 1e15
	return v, a, b, ok && whole
}

// line writes an expression in one loop index i as a*i + b.
func (e *evaluator) line(n *node) (a, b float64, ok bool) {
	switch n.kind {
	case numberNode:
		return 0, n.val, true
	case nameNode:
		if n.sym == indexName {
			return 1, 0, true
		}
		b, ok = e.known[n.name]
		return 0, b, ok
	case negNode:
		a, b, ok = e.line(n.args[0])
		return -a, -b, ok
	case sumNode, mulNode:
		return e.lineOfChain(n)
	}
	return 0, 0, false
}

func (e *evaluator) lineOfChain(n *node) (a, b float64, ok bool) {
	if a, b, ok = e.line(n.args[0]); !ok {
		return 0, 0, false
	}
	for i, arg := range n.args[1:] {
		c, d, ok := e.line(arg)
		switch {
		case !ok || n.ops[i] == opDiv || n.ops[i] == opMul && a != 0 && c != 0:
			return 0, 0, false
		case n.ops[i] == opAdd:
			a, b = a+c, b+d
		case n.ops[i] == opSub:
			a, b = a-c, b-d
		default: // one of the two is a number
			a, b = a*d+b*c, b*d
		}
	}
	return a, b, true
}

// even is the entries a*v + b.
func (e *evaluator) even(n *node, arg int, s *space, length int, v indexVar, a, b float64) (entries, error) {
	count := s.extents[v.axis]
	for _, k := range []int{0, count - 1} {
		where := func() string { return s.tuple(k, []int{v.axis}) }
		if err := e.checkEntry(n, arg, a*float64(v.at(k))+b, length, where); err != nil {
			return entries{}, err
		}
	}
	start := int(a*float64(v.at(0))+b) - 1
	return entries{axes: []int{v.axis}, start: start, step: int(a), count: count}, nil
}
