package optim

// descentMethods are the rows of plain gradient descent.
func descentMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "gd", Aliases: []string{"sgd"}, FirstOrder: true,
			Summary:    "gradient descent with a fixed rate",
			Update:     "x ← x − η·g",
			When:       "the simplest thing; with minibatches a good end for networks, given a schedule",
			Paper:      "Cauchy, Comptes rendus 25 (1847) 536; Robbins and Monro, Ann. Math. Stat. 22 (1951) 400",
			Convention: "others call it sgd",
			Needs:      needsGradient, Settings: []Setting{rateSetting},
			rule: func(v settings) Rule[T] { return &GD[T]{Rate: v["rate"]} },
			lazy: func(v settings) Lazy { return &LazySGD{Rate: v["rate"]} },
		},
		{
			Name: "noisy-sgd", Aliases: []string{"noisy-gd"}, FirstOrder: true,
			Summary:    "gradient descent with noise that dies away",
			Update:     "x ← x − η·(g + n),  n normal with variance ν/(1+t)^γ",
			When:       "to leave flat places and poor minima early in a run",
			Paper:      "Neelakantan et al., arXiv 1511.06807",
			Convention: "ν = 0.01 and γ = 0.55 as in Optax; the numbers themselves differ from program to program",
			Needs:      needsGradient,
			Settings: []Setting{rateSetting,
				{Name: "eta", Default: 0.01, Meaning: "ν, the variance of the noise at first"},
				{Name: "gamma", Default: 0.55, Meaning: "γ, the power by which it falls", Zero: true}},
			rule: func(v settings) Rule[T] {
				return &Noise[T]{Rule: &GD[T]{Rate: v["rate"]}, Eta: v["eta"], Gamma: v["gamma"]}
			},
		},
		{
			Name: "gd-auto", Aliases: []string{"steepest"},
			Summary: "gradient descent that finds its rate from the curvature, and never climbs",
			Update:  "x ← x − α·g,  α from the last step s and gradient change y: sᵀs/sᵀy or sᵀy/yᵀy, halved until f falls enough",
			When:    "smooth functions of any size when nothing is known; lbfgs is usually faster",
			Paper:   "Barzilai and Borwein, IMA J. Numer. Anal. 8 (1988) 141; Frassoldati, Zanni and Zanghirati, J. Ind. Manag. Optim. 4 (2008) 299",
			Needs:   needsFull,
			Settings: []Setting{
				{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease, below 0.5"},
			},
			solver: func(v settings) Solver[T] { return &SteepestDescent[T]{C1: v["c1"]} },
		},
	}
}
