package expr

import (
	"math"
	"slices"
)

// loops is the space inside of a sum, and how its tuples belong to those
// outside.
type loops struct {
	inner  *space // nil: there are no terms at all
	count  int    // terms of the sum, where it is the same for all outer tuples
	counts []int  // otherwise, the terms for each outer tuple, and
	parent []int  // the outer tuple of each inner one
}

// enter works out the range of a sum.
func (e *evaluator) enter(n *node, s *space) (*loops, error) {
	axes, ok := s.axesOf(n.args[0], n.args[1])
	if !ok {
		return nil, errVaries
	}
	if len(axes) > 0 { // a range that depends on an outer index: list all tuples
		axes = axes[:0]
		for a := range s.extents {
			axes = append(axes, a)
		}
	}
	first, counts, err := e.ranges(n, s, axes)
	if err != nil {
		return nil, err
	}
	if err := e.terms(n, s, counts); err != nil {
		return nil, err
	}
	if len(axes) == 0 {
		l := &loops{count: counts[0]}
		if l.count > 0 {
			l.inner = s.nested(n.index, first[0], l.count)
		}
		return l, nil
	}
	return s.listed(n.index, first, counts), nil
}

// ranges is the first index and the number of terms for each tuple of the axes.
func (e *evaluator) ranges(n *node, s *space, axes []int) (first, counts []int, err error) {
	var ends [2][]float64
	var taken []bool
	for i := range ends {
		if ends[i], taken, err = e.tabulate(n.args[i], s, axes); err != nil {
			return nil, nil, err
		}
		for k, v := range ends[i] {
			if v != math.Floor(v) || math.Abs(v) > 1e15 {
				return nil, nil, errorAt(e.src, int(n.args[i].pos), "", "the %s bound of %s is %s%s, not a whole number below 1e15",
					[]string{"lower", "upper"}[i], quoteName(n.index), formatNumber(v), s.tuple(k, axes))
			}
		}
	}
	first, counts = make([]int, len(taken)), make([]int, len(taken))
	for k := range first {
		first[k] = int(ends[0][k])
		if taken[k] {
			counts[k] = max(0, int(ends[1][k])-first[k]+1)
		}
		if taken[k] && counts[k] == 0 && n.name != "sum" && n.name != "prod" {
			return nil, nil, errorAt(e.src, int(n.pos), "", "%s over the empty range %d..%d%s has no value",
				n.name, first[k], int(ends[1][k]), s.tuple(k, axes))
		}
	}
	return first, counts, nil
}

// terms refuses a nest of sums with too many terms.
func (e *evaluator) terms(n *node, s *space, counts []int) error {
	total := 0.0
	for _, c := range counts {
		total += float64(c)
	}
	if len(counts) == 1 {
		total *= float64(s.size())
	}
	if total > maxTerms {
		return errorAt(e.src, int(n.pos), "", "this %s has %s terms; the limit is %d", n.name, formatNumber(total), maxTerms)
	}
	return nil
}

// nested is the space with one more axis.
func (s *space) nested(index string, first, count int) *space {
	t := &space{extents: append(slices.Clone(s.extents), count), vars: slices.Clone(s.vars), guards: s.guards}
	t.vars = append(t.vars, indexVar{name: index, axis: len(s.extents), first: first})
	return t
}

// listed is the space whose tuples are listed along one axis: for each outer
// tuple its inner ones.
func (s *space) listed(index string, first, counts []int) *loops {
	l := &loops{counts: counts}
	for k, c := range counts {
		for range c {
			l.parent = append(l.parent, k)
		}
	}
	if len(l.parent) == 0 {
		return l
	}
	l.inner = &space{extents: []int{len(l.parent)}, guards: s.guards}
	for _, v := range s.vars {
		stride := 1 // the outermost axis runs fastest
		for _, d := range s.extents[:v.axis] {
			stride *= d
		}
		w := indexVar{name: v.name, values: make([]int, len(l.parent))}
		for i, k := range l.parent {
			w.values[i] = v.at(k / stride % s.extents[v.axis])
		}
		l.inner.vars = append(l.inner.vars, w)
	}
	own := indexVar{name: index}
	for k, c := range counts {
		for i := range c {
			own.values = append(own.values, first[k]+i)
		}
	}
	l.inner.vars = append(l.inner.vars, own)
	return l
}
