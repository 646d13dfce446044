package optim

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/internal/nearname"
)

// Method is one row of the table of methods: what it is, what it needs and how
// to make it.
type Method[T Float] struct {
	Name    string
	Aliases []string
	Summary string // one line
	Update  string // the update rule in plain symbols
	Paper   string
	Needs   string // what the problem must offer
	// FirstOrder methods are Rules: they take any problem with a gradient,
	// minibatches too. The others are Solvers of a full objective.
	FirstOrder bool
	Settings   []Setting

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
	// Whole says that the setting counts something; Switch, that it is 0 or 1.
	Whole, Switch bool
}

// refuse says what is wrong with a value of the setting of a method.
func (s Setting) refuse(method string, v float64) error {
	want := "a positive number"
	switch {
	case s.Switch && v != 0 && v != 1:
		want = "0 or 1"
	case s.Whole && (v != math.Trunc(v) || v < 1 || v > math.MaxInt32):
		want = "a whole number from 1 to 2147483647"
	case s.Zero && !(v >= 0 && v <= math.MaxFloat64):
		want = "0 or a positive number"
	case v > 0 && v <= math.MaxFloat64 || s.Zero && v == 0:
		return nil
	}
	return fmt.Errorf("optim: %s of %s must be %s, got %v; the default is %v", s.Name, method, want, v, s.Default)
}

// settings are the values of a method's settings, all of them. As the zero
// value of a field means its default, a zero that was asked for is given as the
// smallest number there is.
type settings map[string]float64

const (
	needsGradient = "a gradient"
	needsFull     = "a gradient of the full objective, smooth"
)

var rateSetting = Setting{Name: "rate", Default: 0.01, Meaning: "the learning rate η"}

var betaSetting = Setting{Name: "beta", Default: 0.9, Meaning: "the part of the velocity kept in a step", Zero: true}

// Methods is the table of methods, simplest first.
func Methods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "gd", Aliases: []string{"sgd"}, FirstOrder: true,
			Summary: "gradient descent with a fixed rate",
			Update:  "x ← x − η·g",
			Paper:   "Cauchy, Comptes rendus 25 (1847) 536; Robbins and Monro, Ann. Math. Stat. 22 (1951) 400",
			Needs:   needsGradient, Settings: []Setting{rateSetting},
			rule: func(v settings) Rule[T] { return &GD[T]{Rate: v["rate"]} },
		},
		{
			Name: "gd-auto", Aliases: []string{"steepest"},
			Summary: "gradient descent that finds its rate from the curvature, and never climbs",
			Update:  "x ← x − α·g,  α from the last step s and gradient change y: sᵀs/sᵀy or sᵀy/yᵀy, halved until f falls enough",
			Paper:   "Barzilai and Borwein, IMA J. Numer. Anal. 8 (1988) 141; Frassoldati, Zanni and Zanghirati, J. Ind. Manag. Optim. 4 (2008) 299",
			Needs:   needsFull,
			Settings: []Setting{
				{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease, below 0.5"},
			},
			solver: func(v settings) Solver[T] { return &SteepestDescent[T]{C1: v["c1"]} },
		},
		{
			Name: "momentum", Aliases: []string{"heavy-ball"}, FirstOrder: true,
			Summary: "gradient descent with a velocity that remembers earlier gradients",
			Update:  "m ← β·m + (1−d)·g;  x ← x − η·m",
			Paper:   "Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1",
			Needs:   needsGradient,
			Settings: []Setting{rateSetting, betaSetting,
				{Name: "dampening", Default: 0, Meaning: "d, the part of the gradient held back", Zero: true},
				{Name: "rate_inside", Default: 0, Meaning: "1: the velocity keeps the rates it was built with (v ← β·v − η·g; x ← x + v), as in Keras", Zero: true, Switch: true},
			},
			rule: func(v settings) Rule[T] {
				return &Momentum[T]{Rate: v["rate"], Beta: v["beta"], Dampening: v["dampening"], RateInside: v["rate_inside"] >= 1}
			},
		},
		{
			Name: "nesterov", Aliases: []string{"nag"}, FirstOrder: true,
			Summary:  "momentum that looks ahead along its velocity",
			Update:   "m ← β·m + g;  x ← x − η·(g + β·m)",
			Paper:    "Nesterov, Soviet Math. Doklady 27 (1983) 372; Sutskever et al., ICML 2013",
			Needs:    needsGradient,
			Settings: []Setting{rateSetting, betaSetting},
			rule:     func(v settings) Rule[T] { return &Nesterov[T]{Rate: v["rate"], Beta: v["beta"]} },
		},
		{
			Name: "adam", FirstOrder: true,
			Summary:  "a step for each parameter, scaled by the moments of its gradient",
			Update:   "m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  x ← x − η·m̂/(√v̂ + ε),  m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ)",
			Paper:    "Kingma and Ba, arXiv 1412.6980; amsgrad: Reddi, Kale and Kumar, ICLR 2018",
			Needs:    needsGradient,
			Settings: adamSettings(),
			rule:     func(v settings) Rule[T] { return adam[T](v) },
		},
		{
			Name: "adamw", FirstOrder: true,
			Summary: "adam with weight decay apart from the gradient",
			Update:  "as adam, and x ← x − η·λ·x",
			Paper:   "Loshchilov and Hutter, arXiv 1711.05101",
			Needs:   needsGradient,
			Settings: append(adamSettings(),
				Setting{Name: "decay", Default: 0.01, Meaning: "λ, the decay of the parameters"}),
			rule: func(v settings) Rule[T] { return &WeightDecay[T]{Rule: adam[T](v), Decay: v["decay"]} },
		},
		{
			Name: "lbfgs", Aliases: []string{"l-bfgs"},
			Summary: "quasi-Newton steps from the last few gradients, with a strong Wolfe line search",
			Update:  "x ← x − α·H·g,  H built from the last pairs s, y;  α by the Wolfe conditions",
			Paper:   "Liu and Nocedal, Math. Programming 45 (1989) 503",
			Needs:   needsFull,
			Settings: []Setting{
				{Name: "memory", Default: 10, Meaning: "pairs kept", Whole: true},
				{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease of the Wolfe conditions"},
				{Name: "c2", Default: 0.9, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
			},
			solver: func(v settings) Solver[T] {
				return &LBFGS[T]{Memory: int(v["memory"]), C1: v["c1"], C2: v["c2"]}
			},
		},
		{
			Name: "lm", Aliases: []string{"levenberg-marquardt"},
			Summary: "damped Gauss–Newton steps for least squares",
			Update:  "x ← x + v,  v minimises |J·v + r|² + λ·|D·v|²",
			Paper:   "Moré, LNM 630 (1978) 105; Nielsen, IMM-REP-1999-05; Transtrum and Sethna, arXiv 1201.5885",
			Needs:   "residuals of a least squares problem and their Jacobian",
			Settings: []Setting{
				{Name: "tol", Default: 1e-9, Meaning: "relative offset that counts as converged"},
				{Name: "damping", Default: 1e-3, Meaning: "the first λ"},
			},
			solver: func(v settings) Solver[T] {
				return &LevenbergMarquardt[T]{Tol: v["tol"], Damping: v["damping"]}
			},
		},
	}
}

func adamSettings() []Setting {
	return []Setting{
		{Name: "rate", Default: 0.001, Meaning: "the learning rate η"},
		{Name: "beta1", Default: 0.9, Meaning: "decay of the first moment", Zero: true},
		{Name: "beta2", Default: 0.999, Meaning: "decay of the second moment", Zero: true},
		{Name: "eps", Default: 1e-8, Meaning: "ε, added to the root"},
		{Name: "amsgrad", Default: 0, Meaning: "1: divide by the largest second moment so far", Zero: true, Switch: true},
		{Name: "eps_uncorrected", Default: 0, Meaning: "1: add ε before the bias correction, as Keras does", Zero: true, Switch: true},
	}
}

func adam[T Float](v settings) *Adam[T] {
	return &Adam[T]{Rate: v["rate"], Beta1: v["beta1"], Beta2: v["beta2"], Eps: v["eps"],
		AMSGrad: v["amsgrad"] >= 1, EpsUncorrected: v["eps_uncorrected"] >= 1}
}

// Find is the method of that name or alias. The error for an unknown name
// lists the known ones.
func Find[T Float](name string) (Method[T], error) {
	var names, known []string
	for _, m := range Methods[T]() {
		if strings.EqualFold(name, m.Name) || slices.ContainsFunc(m.Aliases, func(a string) bool { return strings.EqualFold(name, a) }) {
			return m, nil
		}
		names = append(names, m.Name)
		known = append(append(known, m.Name), m.Aliases...)
	}
	return Method[T]{}, fmt.Errorf("optim: unknown method %q; the methods are auto, %s%s", name, strings.Join(names, ", "), nearname.Hint(name, known))
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
		i := slices.IndexFunc(m.Settings, func(s Setting) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("optim: %s has no setting %q; it has %s%s", m.Name, name, strings.Join(names, ", "), nearname.Hint(name, names))
		}
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
	return "lbfgs", "it suits a smooth function with its full gradient"
}
