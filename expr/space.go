package expr

import "slices"

// Limits on the work that a formula may ask for.
const (
	maxTerms = 4_000_000  // index tuples of one nest of sums
	maxWork  = 30_000_000 // operations spent on working out indices
)

// space is the set of index tuples of the enclosing sums. Each sum is an axis;
// where the range of an inner sum depends on an outer index, the tuples are
// listed one by one along a single axis. Values that depend on the indices are
// arrays with the innermost axis first, so that a value of the outer sums is
// also one of the inner sums: arrays align at the right.
type space struct {
	extents []int // outermost first
	vars    []indexVar
	guards  []guard
}

// indexVar is a loop index and its values along one axis.
type indexVar struct {
	name   string
	axis   int
	first  int   // of a plain range
	values []int // of a listed axis, otherwise nil
}

func (v indexVar) at(k int) int {
	if v.values == nil {
		return v.first + k
	}
	return v.values[k]
}

// guard is the condition of an enclosing if: where it does not hold, the branch
// is not taken and its indices may be out of range.
type guard struct {
	cond *node
	want bool
}

// find is the loop index of that name.
func (s *space) find(name string) (indexVar, bool) {
	for i := len(s.vars) - 1; i >= 0; i-- {
		if s.vars[i].name == name {
			return s.vars[i], true
		}
	}
	return indexVar{}, false
}

// size is the number of index tuples.
func (s *space) size() int {
	n := 1
	for _, d := range s.extents {
		n *= d
	}
	return n
}

// within is the space with one more guard.
func (s *space) within(cond *node, want bool) *space {
	t := *s
	t.guards = append(slices.Clip(s.guards), guard{cond, want})
	return &t
}

// shape is the shape of an array over the given axes: innermost first, with
// extent 1 for axes in between that are not used.
func (s *space) shape(axes []int) []int {
	if len(axes) == 0 {
		return nil
	}
	top := slices.Max(axes)
	shape := make([]int, top+1)
	for i := range shape {
		shape[i] = 1
		if slices.Contains(axes, top-i) {
			shape[i] = s.extents[top-i]
		}
	}
	return shape
}

// axesOf lists the axes that an expression depends on, outermost first, the
// axes of the guards included. ok is false where it depends on an index whose
// range is not known.
func (s *space) axesOf(ns ...*node) (axes []int, ok bool) {
	ok = true
	var visit func(n *node)
	visit = func(n *node) {
		if n.kind == nameNode && n.sym == indexName {
			v, found := s.find(n.name)
			ok = ok && found
			if found && !slices.Contains(axes, v.axis) {
				axes = append(axes, v.axis)
			}
		}
		for _, a := range n.args {
			visit(a)
		}
	}
	for _, n := range ns {
		visit(n)
	}
	for _, g := range s.guards {
		visit(g.cond)
	}
	slices.Sort(axes)
	return axes, ok
}

// tuple names the k-th index tuple of the given axes for a message.
func (s *space) tuple(k int, axes []int) string {
	text := ""
	for _, a := range axes {
		i := k % s.extents[a]
		k /= s.extents[a]
		for _, v := range s.vars {
			if v.axis == a {
				text += map[bool]string{true: " at ", false: ", "}[text == ""] + v.name + " = " + formatNumber(float64(v.at(i)))
			}
		}
	}
	return text
}
