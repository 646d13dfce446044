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
	a := &analysis{f: f, e: newEvaluator(f.src)}
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
	return a.visit(f.value, &space{})
}

type analysis struct {
	f *Formula
	e *evaluator
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
	if err := a.visit(n.args[0], s); err != nil {
		return err
	}
	index, err := a.e.entries(n, s, 0)
	if err != nil && !errors.Is(err, errVaries) {
		return err
	}
	if n.sym == freeName {
		v := a.f.variable[n.name]
		v.Indexed = true
		if err == nil {
			v.MinLen = max(v.MinLen, index.largest()+1)
		}
	}
	return nil
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
