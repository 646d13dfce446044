package optim

// Settings that several methods share.

func rateOf(v float64) Setting {
	return Setting{Name: "rate", Default: v, Meaning: "the learning rate η"}
}

func beta1Of(v float64) Setting {
	return Setting{Name: "beta1", Default: v, Meaning: "decay of the first moment", Zero: true}
}

func beta2Of(v float64) Setting {
	return Setting{Name: "beta2", Default: v, Meaning: "decay of the second moment", Zero: true}
}

func epsOf(v float64) Setting {
	return Setting{Name: "eps", Default: v, Meaning: "ε, which keeps the divisor from zero"}
}

func initialOf(what string) Setting {
	return Setting{Name: "initial", Default: 0, Meaning: "the first " + what, Zero: true}
}

var (
	rateSetting = rateOf(0.01)
	betaSetting = Setting{Name: "beta", Default: 0.9, Meaning: "the part of the velocity kept in a step", Zero: true}
	epsInside   = Setting{Name: "eps_inside", Default: 0, Meaning: "1: ε inside the root", Zero: true, Switch: true}
	someDecay   = Setting{Name: "decay", Default: 0.01, Meaning: "λ, the decay of the parameters", Zero: true}
	noDecay     = Setting{Name: "decay", Default: 0, Meaning: "λ, the decay of the parameters", Zero: true}
)
