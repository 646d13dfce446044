package optim

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/internal/nearname"
	"descent/internal/numtext"
)

// Method is one row of the table of methods: what it is, what it needs and how
// to make it.
type Method[T Float] struct {
	Name    string
	Family  string // what kind of method it is, in a few words
	Aliases []string
	Summary string // one line
	Update  string // the update rule in plain symbols
	When    string // what it is good for, and what not
	Paper   string
	// Convention says what others do differently under the same name, and which
	// settings bring their way; empty where all agree.
	Convention string
	Needs      string // what the problem must offer
	// FirstOrder methods are Rules: they take any problem with a gradient,
	// minibatches too. The others are Solvers of a full objective.
	FirstOrder bool
	// Squares methods work on the residuals of a least squares problem, and know
	// by tests of their own when they are done.
	Squares bool
	// Lines methods work on the absolute deviations of a linear model, and know by
	// tests of their own when they are done.
	Lines bool
	// Parts methods work on the parts of a finite sum.
	Parts    bool
	Settings []Setting

	lazy   func(v settings) Lazy // for sparse rows; nil: none
	rule   func(v settings) Rule[T]
	solver func(v settings) Solver[T]
}

// Setting is a hyperparameter of a method.
type Setting struct {
	Name    string
	Default float64
	Meaning string
	// Zero says that 0 is a value of its own; otherwise the setting must be
	// positive.
	Zero bool
	// Whole says that the setting counts something; Switch, that it is 0 or 1;
	// Signed, that it may be any number.
	Whole, Switch, Signed bool
	// Choices are the words that stand for the values 1, 2, …; nil for a number.
	Choices []string
}

// Text is a value of the setting as people write it: a word or a number.
func (s Setting) Text(v float64) string {
	if i := int(v); float64(i) == v && i >= 1 && i <= len(s.Choices) {
		return s.Choices[i-1]
	}
	return numtext.Exact(v)
}

// Words are those that the setting of that name takes for values, in the order
// of the numbers 1, 2, …; none where it takes numbers only.
func Words(setting string) []string {
	for _, m := range Methods[float64]() {
		for _, s := range m.Settings {
			if s.Name == setting && s.Choices != nil {
				return s.Choices
			}
		}
	}
	return nil
}

// refuse says what is wrong with a value of the setting of a method.
func (s Setting) refuse(method string, v float64) error {
	want := "a positive number"
	switch {
	case s.Choices != nil && (v != math.Trunc(v) || v < 1 || v > float64(len(s.Choices))):
		want = "one of " + strings.Join(s.Choices, ", ")
	case s.Signed && !finite(v):
		want = "a number"
	case s.Signed:
		return nil
	case s.Switch && v != 0 && v != 1:
		want = "0 or 1"
	case s.Whole && (v != math.Trunc(v) || v < 1 || v > math.MaxInt32):
		want = "a whole number from 1 to 2147483647"
	case s.Zero && !(v >= 0 && v <= math.MaxFloat64):
		want = "0 or a positive number"
	case v > 0 && v <= math.MaxFloat64 || s.Zero && v == 0:
		return nil
	}
	return fmt.Errorf("optim: %s of %s must be %s, got %v; the default is %v", s.Name, method, want, v, s.Text(s.Default))
}

// settings are the values of a method's settings, all of them. As the zero
// value of a field means its default, a zero that was asked for is given as the
// smallest number there is.
type settings map[string]float64

const (
	needsGradient = "a gradient"
	needsFull     = "a gradient of the full objective, smooth"
)

// Methods is the table of methods, simplest first. Each family keeps its rows
// beside its code.
func Methods[T Float]() []Method[T] {
	return slices.Concat(
		family("Gradient descent", descentMethods[T]()),
		family("Momentum", momentumMethods[T]()),
		family("The sign of the gradient", signMethods[T]()),
		family("Sums of squared gradients", adagradMethods[T]()),
		family("Adam and its kin", adamMethods[T](), adamKinMethods[T]()),
		family("Layer by layer", layerMethods[T]()),
		family("Averages of the path", averageMethods[T]()),
		family("Rates found on the way", rateFreeMethods[T]()),
		family("Line searches", searchMethods[T]()),
		family("Quasi-Newton", quasiNewtonMethods[T]()),
		family("Newton", newtonMethods[T]()),
		family("Least squares", leastSquaresMethods[T]()),
		family("Bounds, penalties and quantiles", boundMethods[T]()),
		family("Finite sums", finiteSumMethods[T]()),
	)
}

func family[T Float](name string, rows ...[]Method[T]) []Method[T] {
	all := slices.Concat(rows...)
	for i := range all {
		all[i].Family = name
	}
	return all
}

// Find is the method of that name or alias. The error for an unknown name
// asks for one that is nearly it, or else lists all.
func Find[T Float](name string) (Method[T], error) {
	var names, known []string
	for _, m := range Methods[T]() {
		if strings.EqualFold(name, m.Name) || slices.ContainsFunc(m.Aliases, func(a string) bool { return strings.EqualFold(name, a) }) {
			return m, nil
		}
		names = append(names, m.Name)
		known = append(append(known, m.Name), m.Aliases...)
	}
	if hint := nearname.Hint(name, known); hint != "" {
		return Method[T]{}, fmt.Errorf("optim: unknown method %q%s", name, hint)
	}
	return Method[T]{}, fmt.Errorf("optim: unknown method %q; the methods are auto, %s", name, strings.Join(names, ", "))
}

// NewRule makes the rule of a first-order method. What set leaves out has its
// default.
func (m Method[T]) NewRule(set map[string]float64) (Rule[T], error) {
	v, err := m.values(set)
	if err != nil {
		return nil, err
	}
	if m.rule == nil {
		return nil, fmt.Errorf("optim: %s is not a rule but a solver: it finds its own steps on the full objective", m.Name)
	}
	return m.rule(v), nil
}

// NewSolver makes the method as a solver. What set leaves out has its default.
func (m Method[T]) NewSolver(set map[string]float64) (Solver[T], error) {
	v, err := m.values(set)
	if err != nil {
		return nil, err
	}
	if m.rule != nil {
		return &FirstOrder[T]{Rule: m.rule(v)}, nil
	}
	return m.solver(v), nil
}

// values checks the names and signs of settings; ranges are checked by Init.
func (m Method[T]) values(set map[string]float64) (settings, error) {
	v := make(settings, len(m.Settings))
	var names []string
	for _, s := range m.Settings {
		v[s.Name] = s.Default
		names = append(names, s.Name)
	}
	for name, value := range set {
		if err := m.Has(name); err != nil {
			return nil, err
		}
		i := slices.Index(names, name)
		if err := m.Settings[i].refuse(m.Name, value); err != nil {
			return nil, err
		}
		if value == 0 {
			value = math.SmallestNonzeroFloat64
		}
		v[name] = value
	}
	return v, nil
}

// Has returns an error for a name that is none of the method's settings; it lists
// those.
func (m Method[T]) Has(setting string) error {
	var names []string
	for _, s := range m.Settings {
		names = append(names, s.Name)
	}
	switch {
	case slices.Contains(names, setting):
		return nil
	case len(names) == 0:
		return fmt.Errorf("optim: %s has no settings, so there is no %q", m.Name, setting)
	}
	return fmt.Errorf("optim: %s has no setting %q; it has %s%s", m.Name, setting, strings.Join(names, ", "), nearname.Hint(setting, names))
}

// maxJacobian bounds the elements of the dense Jacobian of a least squares
// problem that Choose gives to lm.
const maxJacobian = 1 << 25

// Choose names the method that suits a problem, and why.
func Choose[T Float](p *Problem[T]) (name, why string) {
	switch {
	case p.Draw != nil:
		return "adam", "each step sees another batch, so values of different steps cannot be compared"
	case p.Resid != nil && p.Resid.Len*p.Dim <= maxJacobian:
		return "lm", "the objective is a sum of squares"
	}
	if p.Lines != nil {
		return "frisch-newton", "the objective is a sum of absolute deviations of a linear model"
	}
	if p.Term != nil {
		return "fista", "the objective has a term that is not smooth"
	}
	if p.Bounds != nil {
		return "lbfgsb", "it suits a smooth function with its full gradient, within bounds"
	}
	return "lbfgs", "it suits a smooth function with its full gradient"
}
