package optim

// adamMethods are the rows of Adam and its kin.
func adamMethods[T Float]() []Method[T] {
	return []Method[T]{
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
