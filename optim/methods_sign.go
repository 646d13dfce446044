package optim

// signMethods are the rows of the rules that look at the sign of the gradient.
func signMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "signsgd", Aliases: []string{"sign-sgd"}, FirstOrder: true,
			Summary:  "steps of one size along every axis",
			Update:   "x ← x − η·sign(g)",
			When:     "gradients whose sizes mean little, or that cost much to send; it comes as near as its rate, so let the rate fall",
			Paper:    "Bernstein et al., arXiv 1802.04434",
			Needs:    needsGradient,
			Settings: []Setting{rateOf(0.001)},
			rule:     func(v settings) Rule[T] { return fill(&SignSGD[T]{}, v) },
		},
		{
			Name: "signum", FirstOrder: true,
			Summary:    "signsgd along the momentum",
			Update:     "m ← β·m + (1−β)·g;  x ← x − η·sign(m)",
			When:       "as signsgd, where batches make the signs noisy",
			Paper:      "Bernstein et al., arXiv 1802.04434",
			Convention: "the mean is an exponential average that is not corrected for its start at zero, as in Optax",
			Needs:      needsGradient,
			Settings:   []Setting{rateOf(0.001), betaSetting},
			rule:       func(v settings) Rule[T] { return fill(&Signum[T]{}, v) },
		},
		{
			Name: "lion", FirstOrder: true,
			Summary:    "signsgd along a mean that favours the newest gradient",
			Update:     "x ← x − η·sign(β₁·m + (1−β₁)·g);  m ← β₂·m + (1−β₂)·g",
			When:       "large networks: half the memory of adam; take a third to a tenth of adam's rate, and more decay",
			Paper:      "Chen et al., arXiv 2302.06675",
			Convention: "decay=0 as in Keras; Optax has decay=0.001",
			Needs:      needsGradient,
			Settings:   []Setting{rateOf(1e-4), beta1Of(0.9), beta2Of(0.99), noDecay},
			rule:       func(v settings) Rule[T] { return decayed[T](fill(&Lion[T]{}, v), v["decay"]) },
		},
		{
			Name: "rprop", FirstOrder: true,
			Summary:    "a step size for each parameter, by how its sign turns",
			Update:     "step ← step·up where sign(g) stayed, step·down where it turned;  x ← x − step·sign(g)",
			When:       "functions with their full gradient and badly scaled variables; never minibatches, whose signs are noise",
			Paper:      "Riedmiller and Braun, ICNN 1993, 586",
			Convention: "where the sign turned the parameter waits one step, as in PyTorch; Optax lags a step behind there",
			Needs:      "a gradient of the full objective",
			Settings: []Setting{
				{Name: "rate", Default: 0.01, Meaning: "the first step size"},
				{Name: "down", Default: 0.5, Meaning: "factor where the sign turned, below 1"},
				{Name: "up", Default: 1.2, Meaning: "factor where it stayed, above 1"},
				{Name: "min_step", Default: 1e-6, Meaning: "the least step"},
				{Name: "max_step", Default: 50, Meaning: "the largest step"},
			},
			rule: func(v settings) Rule[T] { return fill(&Rprop[T]{}, v) },
		},
	}
}
