package optim

// adamMethods are the rows of Adam and of what is Adam but for one part.
func adamMethods[T Float]() []Method[T] {
	const decoupled = "decoupled decay, apart from the gradient; the L2 term of PyTorch's and Keras's Adam belongs to the objective here"
	return []Method[T]{
		{
			Name: "adam", FirstOrder: true,
			Summary:    "steps scaled by two moments of each gradient",
			Update:     "m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  x ← x − η·m̂/(√v̂ + ε),  m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ)",
			When:       "the first thing to try on a network or on noisy gradients",
			Paper:      "Kingma and Ba, arXiv 1412.6980; amsgrad: Reddi, Kale and Kumar, ICLR 2018",
			Convention: "ε is added after the bias correction, as in PyTorch and Optax; Keras and older PyTorch: eps_uncorrected=1. With amsgrad the largest v is corrected; Optax takes the largest corrected one: unbiased_max=1",
			Needs:      needsGradient,
			Settings:   adamSettings(),
			rule:       func(v settings) Rule[T] { return adam[T](v) },
			lazy: func(v settings) Lazy {
				return &LazyAdam{Rate: v["rate"], Beta1: v["beta1"], Beta2: v["beta2"], Eps: v["eps"]}
			},
		},
		{
			Name: "adamw", FirstOrder: true,
			Summary:    "adam with weight decay apart from the gradient",
			Update:     "as adam, and x ← x − η·λ·x",
			When:       "networks that should not grow their weights; transformers above all",
			Paper:      "Loshchilov and Hutter, arXiv 1711.05101",
			Convention: decoupled + ". PyTorch has decay=0.01, Optax 1e-4, Keras 0.004",
			Needs:      needsGradient,
			Settings:   append(adamSettings(), someDecay),
			rule:       func(v settings) Rule[T] { return &WeightDecay[T]{Rule: adam[T](v), Decay: v["decay"]} },
		},
		{
			Name: "adamax", FirstOrder: true,
			Summary:    "adam that divides by the largest recent gradient",
			Update:     "m ← β₁·m + (1−β₁)·g;  v ← max(β₂·v, |g| + ε);  x ← x − η·m̂/v",
			When:       "gradients with rare large entries, such as embeddings",
			Paper:      "Kingma and Ba, arXiv 1412.6980, algorithm 2",
			Convention: "ε enters the maximum, as in PyTorch and Optax; Keras divides by v + ε: eps_outside=1",
			Needs:      needsGradient,
			Settings:   adamaxSettings(),
			rule:       func(v settings) Rule[T] { return fill(&Adamax[T]{}, v) },
		},
		{
			Name: "adamaxw", FirstOrder: true,
			Summary:    "adamax with weight decay apart from the gradient",
			Update:     "as adamax, and x ← x − η·λ·x",
			When:       "as adamax, where weights should not grow",
			Paper:      "Kingma and Ba, arXiv 1412.6980; Loshchilov and Hutter, arXiv 1711.05101",
			Convention: "Optax has decay=1e-4",
			Needs:      needsGradient,
			Settings:   append(adamaxSettings(), someDecay),
			rule:       func(v settings) Rule[T] { return &WeightDecay[T]{Rule: fill(&Adamax[T]{}, v), Decay: v["decay"]} },
		},
		{
			Name: "nadam", FirstOrder: true,
			Summary:    "adam with Nesterov's look ahead",
			Update:     "μ = β₁·(1 − ½·0.96^(ψ·t)), m and v as in adam;  m̂ = μₜ₊₁·m/(1 − Πμ·μₜ₊₁) + (1−μₜ)·g/(1 − Πμ);  x ← x − η·m̂/(√v̂ + ε)",
			When:       "as adam, where momentum helps; often a little faster",
			Paper:      "Dozat, ICLR workshop 2016",
			Convention: "ψ is momentum_decay: 0.004 in PyTorch, 1 in Keras; Optax keeps μ = β₁: constant=1",
			Needs:      needsGradient,
			Settings:   nadamSettings(),
			rule:       func(v settings) Rule[T] { return fill(&NAdam[T]{}, v) },
		},
		{
			Name: "nadamw", FirstOrder: true,
			Summary:    "nadam with weight decay apart from the gradient",
			Update:     "as nadam, and x ← x − η·λ·x",
			When:       "as adamw; a strong choice in benchmarks of training to a target",
			Paper:      "Dozat, ICLR workshop 2016; Loshchilov and Hutter, arXiv 1711.05101",
			Convention: "Optax: constant=1, decay=1e-4",
			Needs:      needsGradient,
			Settings:   append(nadamSettings(), someDecay),
			rule:       func(v settings) Rule[T] { return &WeightDecay[T]{Rule: fill(&NAdam[T]{}, v), Decay: v["decay"]} },
		},
		{
			Name: "radam", FirstOrder: true,
			Summary:    "adam that warms itself up",
			Update:     "ρ∞ = 2/(1−β₂) − 1,  ρ = ρ∞ − 2·t·β₂ᵗ/(1−β₂ᵗ);  x ← x − η·m̂ while ρ is below the threshold;  x ← x − η·r·m̂/(√v̂ + ε) then,  r = √((ρ−4)(ρ−2)ρ∞/((ρ∞−4)(ρ∞−2)ρ))",
			When:       "in place of adam with a warmup of the rate",
			Paper:      "Liu et al., arXiv 1908.03265",
			Convention: "ε is added after the bias correction, as in Optax; PyTorch: eps_uncorrected=1",
			Needs:      needsGradient,
			Settings: []Setting{rateOf(0.001), beta1Of(0.9), beta2Of(0.999), epsOf(1e-8),
				{Name: "threshold", Default: 5, Meaning: "for ρ, at least 4"},
				{Name: "eps_uncorrected", Default: 0, Meaning: "1: add ε before the bias correction", Zero: true, Switch: true}, noDecay},
			rule: func(v settings) Rule[T] { return decayed[T](fill(&RAdam[T]{}, v), v["decay"]) },
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
		{Name: "unbiased_max", Default: 0, Meaning: "1: amsgrad by the largest corrected moment, as Optax does", Zero: true, Switch: true},
		{Name: "eps_uncorrected", Default: 0, Meaning: "1: add ε before the bias correction, as Keras does", Zero: true, Switch: true},
	}
}

func adamaxSettings() []Setting {
	return []Setting{rateOf(0.002), beta1Of(0.9), beta2Of(0.999), epsOf(1e-8),
		{Name: "eps_outside", Default: 0, Meaning: "1: divide by v + ε, as Keras does", Zero: true, Switch: true}}
}

func nadamSettings() []Setting {
	return []Setting{rateOf(0.002), beta1Of(0.9), beta2Of(0.999), epsOf(1e-8),
		{Name: "momentum_decay", Default: 0.004, Meaning: "ψ, how fast the momentum rises"},
		{Name: "constant", Default: 0, Meaning: "1: μ = β₁ at every step, as in Optax", Zero: true, Switch: true}}
}

func adam[T Float](v settings) *Adam[T] { return fill(&Adam[T]{}, v) }
