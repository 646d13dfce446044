package optim

import (
	"fmt"
	"reflect"
)

// solverName is the name of a solver in the table of methods, for messages; that
// of its rule where it applies one. A solver of somebody else's has the name of
// its type.
func solverName[T Float](s Solver[T]) string {
	if o, ok := s.(*FirstOrder[T]); ok && o.Rule != nil {
		return ruleName(o.Rule)
	}
	name := ""
	for _, m := range Methods[T]() {
		if m.solver == nil {
			continue
		}
		made, err := m.NewSolver(nil)
		switch {
		case err != nil || reflect.TypeOf(made) != reflect.TypeOf(s):
		case reflect.DeepEqual(made, s):
			return m.Name
		case name == "":
			name = m.Name
		}
	}
	if name == "" {
		name = fmt.Sprintf("the solver %T", s)
	}
	return name
}

// ruleName is the name of a rule in the tables of methods and wrappers.
func ruleName[T Float](r Rule[T]) string {
	for _, m := range Methods[T]() {
		if made, err := m.NewRule(nil); err == nil && reflect.TypeOf(made) == reflect.TypeOf(r) {
			return m.Name
		}
	}
	span := Span{Steps: 100, Epoch: 10}
	for _, name := range WrapNames() {
		if made, err := Wrap[T](&GD[T]{}, name, span); err == nil && reflect.TypeOf(made) == reflect.TypeOf(r) {
			return name
		}
	}
	if w, ok := r.(Wrapper[T]); ok {
		return ruleName(w.Unwrap())
	}
	return fmt.Sprintf("the rule %T", r)
}
