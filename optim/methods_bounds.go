package optim

// boundMethods are the rows of the methods for problems with bounds.
func boundMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "lbfgsb", Aliases: []string{"l-bfgs-b"},
			Summary: "quasi-Newton steps within bounds, from the last few gradients",
			Update:  "x ← x + α·(x̄ − x),  x̄ minimises the model g·d + ½·d·B·d over the free variables of its Cauchy point in the box",
			When:    "the default for smooth functions with bounds",
			Paper:   "Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16 (1995) 1190; Morales and Nocedal, ACM TOMS 38 (2011) 7",
			Needs:   needsFull + "; takes bounds",
			Settings: []Setting{
				{Name: "memory", Default: 10, Meaning: "pairs kept", Whole: true},
				{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease of the Wolfe conditions"},
				{Name: "c2", Default: 0.9, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
			},
			solver: func(v settings) Solver[T] {
				return &LBFGSB[T]{Memory: int(v["memory"]), C1: v["c1"], C2: v["c2"]}
			},
		},
		{
			Name: "spg", Aliases: []string{"projected-gradient"},
			Summary: "projected gradient steps within bounds, with the spectral rate of the step before",
			Update:  "x ← x + α·(P(x − λ·g) − x),  λ = s·s/s·y;  α by Armijo on the largest of the last values",
			When:    "simple bounds on very many variables, where a step is to cost little; and convex sets, as with --wrap simplex",
			Paper:   "Birgin, Martínez and Raydan, SIAM J. Optim. 10 (2000) 1196",
			Needs:   needsFull + "; takes bounds",
			Settings: []Setting{
				{Name: "memory", Default: 10, Meaning: "values that a step is compared with", Whole: true},
				{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease, below ½"},
			},
			solver: func(v settings) Solver[T] {
				return &ProjectedGradient[T]{Memory: int(v["memory"]), C1: v["c1"]}
			},
		},
		{
			Name:    "fista",
			Summary: "accelerated proximal gradient steps, for l1 penalties and within bounds",
			Update:  "x₊ ← prox(y − g(y)/L; 1/L),  y ← x₊ + (t−1)/t₊·(x₊ − x);  L by backtracking, t = 1 again where the step turns back",
			When:    "l1 penalties and bounds on smooth convex functions",
			Paper:   "Beck and Teboulle, SIAM J. Imaging Sci. 2 (2009) 183; O'Donoghue and Candès, Found. Comput. Math. 15 (2015) 715",
			Needs:   needsFull + " but for an l1 penalty; takes bounds",
			solver:  func(settings) Solver[T] { return &FISTA[T]{} },
		},
		{
			Name: "frisch-newton", Aliases: []string{"interior-point"},
			Summary: "interior point steps for quantile regression and least absolute deviations",
			Update:  "(x, u, v, d) ← (x, u, v, d) + α·Newton step on A·x + u − v = y, Aᵀd = 0, u·(q − d) = v·(d + 1 − q) = μ;  μ → 0",
			When:    "least absolute deviations and quantiles, to the last digit",
			Paper:   "Portnoy and Koenker, Statistical Science 12 (1997) 279; Mehrotra, SIAM J. Optim. 2 (1992) 575",
			Needs:   "absolute deviations or quantile losses of a linear model", Lines: true,
			Settings: []Setting{
				{Name: "tol", Default: 1e-11, Meaning: "relative duality gap that counts as converged"},
			},
			solver: func(v settings) Solver[T] { return &FrischNewton[T]{Tol: v["tol"]} },
		},
	}
}

// finiteSumMethods are the rows of the methods that take the variance out of
// stochastic gradients.
func finiteSumMethods[T Float]() []Method[T] {
	rate := Setting{Name: "rate", Default: 0, Meaning: "the learning rate η; 0: from the curvature of the parts", Zero: true}
	return []Method[T]{
		{
			Name:    "svrg",
			Summary: "stochastic gradients without their variance, by a full gradient now and then",
			Update:  "x ← x − η·(∇fₖ(x) − ∇fₖ(x̃) + ∇f(x̃)),  k at random;  x̃ ← x after some passes",
			When:    "sums over very many rows whose optimum is wanted to many digits",
			Paper:   "Johnson and Zhang, NIPS 26 (2013) 315",
			Needs:   "a sum over rows or batches", Parts: true,
			Settings: []Setting{rate, {Name: "passes", Default: 2, Meaning: "passes over the parts in a step"}},
			solver:   func(v settings) Solver[T] { return &SVRG[T]{Rate: asked(v["rate"]), Passes: v["passes"]} },
		},
		{
			Name:    "saga",
			Summary: "stochastic gradients without their variance, by the last gradient of every part",
			Update:  "x ← x − η·(∇fₖ(x) − gₖ + mean(g)),  gₖ ← ∇fₖ(x),  k at random",
			When:    "as svrg, where the gradients of all parts fit in memory",
			Paper:   "Defazio, Bach and Lacoste-Julien, NIPS 27 (2014) 1646",
			Convention: "scikit-learn's saga keeps one number a row, as the paper's section 4 does for linear models; here a part is any function, and for fit one of about 500 batches of rows, " +
				"so that it works for every model and the table has 500 gradients at most, however many the rows: a call for each single row would cost more than the batch",
			Needs:    "a sum over rows or batches",
			Parts:    true,
			Settings: []Setting{rate},
			solver:   func(v settings) Solver[T] { return &SAGA[T]{Rate: asked(v["rate"])} },
		},
	}
}

// asked is a rate that was given, 0 where none was: an explicit zero arrives as
// the smallest number.
func asked(rate float64) float64 {
	if rate < 1e-300 {
		return 0
	}
	return rate
}
