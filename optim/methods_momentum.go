package optim

// momentumMethods are the rows of the rules with a velocity.
func momentumMethods[T Float]() []Method[T] {
	return []Method[T]{
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
	}
}
