package optim

// momentumMethods are the rows of the rules with a velocity.
func momentumMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "momentum", Aliases: []string{"heavy-ball"}, FirstOrder: true,
			Summary:    "gradient descent with a velocity that remembers earlier gradients",
			Update:     "m ← β·m + (1−d)·g;  x ← x − η·m",
			When:       "narrow valleys and noisy gradients; the usual choice for images",
			Paper:      "Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1",
			Convention: "the rate multiplies the whole velocity, as in PyTorch and Optax; in Keras the velocity keeps the rates it was built with: rate_inside=1, which differs under a schedule",
			Needs:      needsGradient,
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
			Summary:    "momentum that looks ahead along its velocity",
			Update:     "m ← β·m + g;  x ← x − η·(g + β·m)",
			When:       "as momentum, a little faster on smooth convex functions",
			Paper:      "Nesterov, Soviet Math. Doklady 27 (1983) 372; Sutskever et al., ICML 2013",
			Convention: "the gradient is taken at the point itself, as in PyTorch, Optax and Keras",
			Needs:      needsGradient,
			Settings:   []Setting{rateSetting, betaSetting},
			rule:       func(v settings) Rule[T] { return &Nesterov[T]{Rate: v["rate"], Beta: v["beta"]} },
		},
		{
			Name: "optimistic-gd", FirstOrder: true,
			Summary:    "gd that expects the gradient to go on changing",
			Update:     "x ← x − η·((α+β)·g − β·g′),  g′ the gradient before",
			When:       "games and saddles, which gd circles",
			Paper:      "Mokhtari, Ozdaglar and Pattathil, arXiv 1901.08511",
			Convention: "at the first step g′ is g, as in Optax",
			Needs:      needsGradient,
			Settings: []Setting{rateSetting,
				{Name: "alpha", Default: 1, Meaning: "α, the weight of the gradient"},
				{Name: "beta", Default: 1, Meaning: "β, the weight of its change", Zero: true}},
			rule: func(v settings) Rule[T] { return fill(&OptimisticGD[T]{}, v) },
		},
	}
}
