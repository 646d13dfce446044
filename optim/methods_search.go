package optim

// searchMethods are the rows of the methods that search along a direction and
// keep no curvature.
func searchMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "gd-line", Aliases: []string{"armijo"},
			Summary: "gradient descent with a line search",
			Update:  "x ← x − α·g,  α by the line search",
			When:    "to see descent with a chosen line search",
			Paper:   "Cauchy, Comptes rendus 25 (1847) 536; Armijo, Pacific J. Math. 16 (1966) 1",
			Needs:   needsFull,
			Settings: []Setting{
				searchSetting(Armijo), c1Setting,
				{Name: "c2", Default: 0.1, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
			},
			solver: func(v settings) Solver[T] {
				return &LineDescent[T]{Search: LineSearch(v["linesearch"]), C1: v["c1"], C2: v["c2"]}
			},
		},
		{
			Name: "gd-bb", Aliases: []string{"barzilai-borwein", "bb"},
			Summary: "gradient descent by the quotients of Barzilai and Borwein, which may climb in between",
			Update:  "x ← x − α·g,  α = sᵀs/sᵀy (long) or sᵀy/yᵀy (short), halved until f is below its last values",
			When:    "large smooth functions, where its steps rival conjugate gradients at a vector's memory",
			Paper:   "Barzilai and Borwein, IMA J. Numer. Anal. 8 (1988) 141; Raydan, SIAM J. Optim. 7 (1997) 26",
			Needs:   needsFull,
			Settings: []Setting{
				{Name: "quotient", Default: float64(AlternatingQuotient), Meaning: "long, short, or alternating", Choices: quotientNames},
				{Name: "window", Default: 10, Meaning: "values among which f has to fall below the largest; 1: it never climbs", Whole: true},
				c1Setting,
			},
			solver: func(v settings) Solver[T] {
				return &SteepestDescent[T]{Quotient: Quotient(v["quotient"]), Window: int(v["window"]), C1: v["c1"]}
			},
		},
		{
			Name: "gd-polyak", Aliases: []string{"polyak"},
			Summary: "gradient descent on a convex function whose least value is known",
			Update:  "x ← x − α·g,  α = (f − f*)/|g|²",
			When:    "convex functions whose least value is known, such as 0 for a fit that can be exact",
			Paper:   "Polyak, USSR Comput. Math. Math. Phys. 9 (1969) 14",
			Needs:   "a gradient of the full objective, convex, and its least value",
			Settings: []Setting{
				{Name: "least", Default: 0, Meaning: "f*, the least value", Signed: true},
			},
			solver: func(v settings) Solver[T] { return &PolyakDescent[T]{Least: v["least"]} },
		},
		{
			Name: "accelerated", Aliases: []string{"agd"},
			Summary: "Nesterov's accelerated gradient that finds its rate and restarts its momentum",
			Update:  "x₊ = y − g(y)/L;  t₊ = (1 + √(1 + 4t²))/2;  y ← x₊ + (t − 1)/t₊·(x₊ − x);  L doubled until f(x₊) ≤ f(y) − |g|²/2L",
			When:    "convex functions, badly conditioned ones above all",
			Paper:   "Nesterov, Soviet Math. Doklady 27 (1983) 372; O'Donoghue and Candès, Found. Comput. Math. 15 (2015) 715",
			Needs:   needsFull,
			Settings: []Setting{
				{Name: "restart", Default: float64(RestartGradient), Meaning: "what makes it forget its momentum: gradient (the step leads against it), function (f rises), none", Choices: restartNames},
			},
			solver: func(v settings) Solver[T] { return &Accelerated[T]{Restart: Restart(v["restart"])} },
		},
		{
			Name: "cg", Aliases: []string{"conjugate-gradient"},
			Summary:    "nonlinear conjugate gradients",
			Update:     "d ← −g + β·d;  x ← x + α·d,  α by the line search",
			When:       "large smooth functions with little memory; lbfgs needs fewer evaluations",
			Paper:      "Hestenes and Stiefel, J. Res. NBS 49 (1952) 409; Fletcher and Reeves, Computer J. 7 (1964) 149; Hager and Zhang, SIAM J. Optim. 16 (2005) 170",
			Convention: "the formulas are those of the papers, pr+ being max(pr, 0)",
			Needs:      needsFull,
			Settings: []Setting{
				{Name: "formula", Default: float64(CGHagerZhang), Meaning: "β by Hager–Zhang (hz), Polak–Ribière (pr+), Fletcher–Reeves (fr), Hestenes–Stiefel (hs) or Dai–Yuan (dy)", Choices: cgNames},
				searchSetting(HagerZhang), c1Setting,
				{Name: "c2", Default: 0.1, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
				{Name: "restart", Default: 0, Meaning: "steps after which d is forgotten; 0: six for each variable", Zero: true},
			},
			solver: func(v settings) Solver[T] {
				return &ConjugateGradient[T]{Formula: CGFormula(v["formula"]), Search: LineSearch(v["linesearch"]), C1: v["c1"], C2: v["c2"], Restart: int(v["restart"])}
			},
		},
	}
}
