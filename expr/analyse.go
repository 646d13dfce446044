package expr

import "errors"

// analyse finds out what is known about the variables and works out the ranges
// of all sums, so that a formula with a wrong index is refused when it is
// parsed. What depends on a variable is left to Lower.
func (f *Formula) analyse() error {
	f.variable = make(map[string]*Variable, len(f.free))
	for _, u := range f.free {
		f.variable[u.name] = &Variable{Name: u.name}
	}
	a := &analysis{f: f, e: newEvaluator(f.src), indexed: map[string]*node{}}
	for _, b := range f.bindings {
		if err := a.visit(b.value, &space{}); err != nil {
			return err
		}
		v, err := a.e.value(b.value)
		switch {
		case err == nil:
			a.e.known[b.name] = v
		case !errors.Is(err, errVaries):
			return err
		}
	}
	if err := a.visit(f.value, &space{}); err != nil {
		return err
	}
	return a.sizes()
}

type analysis struct {
	f       *Formula
	e       *evaluator
	indexed map[string]*node // where a variable has an index for the first time
}

// sizes refuses matrices with too many entries.
func (a *analysis) sizes() error {
	for _, u := range a.f.free {
		if v := a.f.variable[u.name]; v.Matrix && v.MinLen*v.MinCols > maxLength {
			return errorAt(a.f.src, int(u.pos), "", "the matrix %s of %d rows and %d columns has more than %d entries", quoteName(u.name), v.MinLen, v.MinCols, maxLength)
		}
	}
	return nil
}

func (a *analysis) visit(n *node, s *space) error {
	switch {
	case n.kind == nameNode && n.sym == freeName:
		a.f.variable[n.name].Whole = true
	case n.kind == indexNode:
		return a.entry(n, s)
	case n.kind == reduceNode:
		return a.reduction(n, s)
	case n.kind == callNode && n.name == "if":
		return a.choice(n, s)
	}
	for _, arg := range n.args {
		if err := a.visit(arg, s); err != nil {
			return err
		}
	}
	return nil
}

func (a *analysis) entry(n *node, s *space) error {
	if n.sym == freeName {
		if err := a.sameIndexes(n); err != nil {
			return err
		}
	}
	for i, arg := range n.args {
		if err := a.visit(arg, s); err != nil {
			return err
		}
		index, err := a.e.entries(n, i, s, 0)
		switch {
		case errors.Is(err, errVaries) || err == nil && n.sym != freeName:
		case err != nil:
			return err
		case i == 0:
			v := a.f.variable[n.name]
			v.MinLen = max(v.MinLen, index.largest()+1)
		default:
			v := a.f.variable[n.name]
			v.MinCols = max(v.MinCols, index.largest()+1)
		}
	}
	return nil
}

// sameIndexes notes that a variable has an index, and refuses one that has one
// index here and two there.
func (a *analysis) sameIndexes(n *node) error {
	v, first := a.f.variable[n.name], a.indexed[n.name]
	v.Indexed = true
	switch {
	case first == nil:
		a.indexed[n.name], v.Matrix = n, len(n.args) == 2
	case len(first.args) != len(n.args):
		line, col := position(a.f.src, int(first.pos))
		return errorAt(a.f.src, int(n.pos), "a vector has one index, a matrix a row and a column: W[i,j]", "%s has %s here and %s at %s",
			quoteName(n.name), indexes(len(n.args)), indexes(len(first.args)), place(a.f.src, line, col))
	}
	return nil
}

func indexes(n int) string {
	if n == 1 {
		return "one index"
	}
	return "two indexes"
}

func (a *analysis) reduction(n *node, s *space) error {
	for _, bound := range n.args[:2] {
		if err := a.visit(bound, s); err != nil {
			return err
		}
	}
	l, err := a.e.enter(n, s)
	if err != nil && !errors.Is(err, errVaries) {
		return err
	}
	inner := s // an index without values: what uses it stays unknown
	if err == nil && l.inner != nil {
		inner = l.inner
	}
	return a.visit(n.args[2], inner)
}

// choice visits the branches of if(c, a, b) under the guard that c holds or
// does not.
func (a *analysis) choice(n *node, s *space) error {
	if err := a.visit(n.args[0], s); err != nil {
		return err
	}
	for i, want := range []bool{true, false} {
		t := s
		if a.e.class(n.args[0])&onVariable == 0 {
			t = s.within(n.args[0], want)
		}
		if err := a.visit(n.args[i+1], t); err != nil {
			return err
		}
	}
	return nil
}
