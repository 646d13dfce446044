package optim

import "strings"

var c1Setting = Setting{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease of the line search"}

// searchSetting lets a user choose the line search of a method; def is the one
// without a choice.
func searchSetting(def LineSearch) Setting {
	return Setting{Name: "linesearch", Default: float64(def), Meaning: "how the length of a step is found: " + strings.Join(lineSearchNames, ", "), Choices: lineSearchNames}
}

// quasiNewtonMethods are the rows of the methods that build a curvature of their own.
func quasiNewtonMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name:    "bfgs",
			Summary: "quasi-Newton steps with a dense matrix, for up to a few thousand variables",
			Update:  "x ← x − α·H·g;  H ← (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ,  ρ = 1/sᵀy",
			When:    "smooth functions of up to a few hundred variables with costly evaluations",
			Paper:   "Broyden, Fletcher, Goldfarb, Shanno (1970); Nocedal and Wright, Numerical Optimization, algorithm 6.1",
			Needs:   needsFull,
			Settings: []Setting{
				searchSetting(StrongWolfe), c1Setting,
				{Name: "c2", Default: 0.9, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
			},
			solver: func(v settings) Solver[T] {
				return &BFGS[T]{Search: LineSearch(v["linesearch"]), C1: v["c1"], C2: v["c2"]}
			},
		},
		{
			Name: "lbfgs", Aliases: []string{"l-bfgs"},
			Summary: "quasi-Newton steps from the last few gradients, with a line search",
			Update:  "x ← x − α·H·g,  H built from the last pairs s, y;  α by the Wolfe conditions",
			When:    "the default for smooth functions of any size",
			Paper:   "Liu and Nocedal, Math. Programming 45 (1989) 503",
			Needs:   needsFull,
			Settings: []Setting{
				{Name: "memory", Default: 10, Meaning: "pairs kept", Whole: true},
				{Name: "c1", Default: 1e-4, Meaning: "sufficient decrease of the Wolfe conditions"},
				{Name: "c2", Default: 0.9, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
				searchSetting(StrongWolfe),
			},
			solver: func(v settings) Solver[T] {
				return &LBFGS[T]{Memory: int(v["memory"]), C1: v["c1"], C2: v["c2"], Search: LineSearch(v["linesearch"])}
			},
		},
		{
			Name: "lbfgs-torch", Aliases: []string{"pytorch-lbfgs"},
			Summary:    "L-BFGS as PyTorch takes its steps, with its line search or of fixed length",
			Update:     "x ← x − α·H·g,  H built from the last pairs s, y;  α is the rate, in the first step rate·min(1, 1/|g|₁), or found from there",
			When:       "to repeat a run of PyTorch; lbfgs backs off from points that are not finite, and gets further down",
			Paper:      "Liu and Nocedal, Math. Programming 45 (1989) 503; Schmidt, minFunc (2005)",
			Convention: "PyTorch's line_search_fn=None is fixed=1, its max_iter is inner (20 there), its max_eval evals, its history_size memory",
			Needs:      needsFull,
			Settings: []Setting{
				{Name: "rate", Default: 1, Meaning: "first trial of the line search, or the length of the step"},
				{Name: "fixed", Default: 0, Meaning: "1: no line search", Switch: true},
				{Name: "memory", Default: 100, Meaning: "pairs kept", Whole: true},
				{Name: "inner", Default: 1, Meaning: "inner steps that make a step", Whole: true},
				{Name: "evals", Default: 0, Meaning: "evaluations at most in a step; 0: 5/4 of inner, at least 26", Zero: true},
				{Name: "gradtol", Default: 1e-7, Meaning: "largest entry of a gradient that ends the run"},
				{Name: "changetol", Default: 1e-9, Meaning: "change of x, f or along the slope that ends a step"},
			},
			solver: func(v settings) Solver[T] { return fill(&TorchLBFGS[T]{}, v) },
		},
	}
}

// newtonMethods are the rows of the methods that use second derivatives.
func newtonMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "newton", Aliases: []string{"trust-region", "newton-cg"},
			Summary: "Newton steps within a trust region, which leave saddles",
			Update:  "x ← x + v,  v minimises gᵀv + ½·vᵀHv with |D·v| ≤ Δ;  Δ grows and shrinks with the quality of the model",
			When:    "smooth functions with saddles or a bad scale, where second derivatives are cheap",
			Paper:   "Moré and Sorensen, SIAM J. Sci. Stat. Comput. 4 (1983) 553; Steihaug, SIAM J. Numer. Anal. 20 (1983) 626",
			Needs:   "Hessian products, or differences of the gradient; the full objective, smooth",
			Settings: []Setting{
				{Name: "radius", Default: 0, Meaning: "the first Δ; 0: the size of the start point, at least 1", Zero: true},
				{Name: "dense", Default: 150, Meaning: "variables up to which the whole Hessian is used; beyond, conjugate gradients on its products", Whole: true},
			},
			solver: func(v settings) Solver[T] { return &Newton[T]{Radius: v["radius"], Dense: int(v["dense"])} },
		},
		{
			Name:    "newton-line",
			Summary: "Newton steps with a line search, which leave saddles",
			Update:  "x ← x + α·d,  d = −|H|⁻¹·g by the absolute values of H's eigenvalues;  α by the line search",
			When:    "as newton, to see it with a line search",
			Paper:   "Gill, Murray and Wright, Practical Optimization (1981), §4.4.2; Nocedal and Wright, Numerical Optimization, §3.4 and algorithm 7.1",
			Needs:   "Hessian products, or differences of the gradient; the full objective, smooth",
			Settings: []Setting{
				searchSetting(StrongWolfe), c1Setting,
				{Name: "c2", Default: 0.9, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
				{Name: "dense", Default: 150, Meaning: "variables up to which the whole Hessian is used; beyond, conjugate gradients on its products", Whole: true},
			},
			solver: func(v settings) Solver[T] {
				return &NewtonLine[T]{Search: LineSearch(v["linesearch"]), C1: v["c1"], C2: v["c2"], Dense: int(v["dense"])}
			},
		},
	}
}

// leastSquaresMethods are the rows of the methods for sums of squares.
func leastSquaresMethods[T Float]() []Method[T] {
	return []Method[T]{
		{
			Name: "lm", Aliases: []string{"levenberg-marquardt"},
			Summary:    "damped Gauss–Newton steps for least squares",
			Update:     "x ← x + v,  v minimises |J·v + r|² + λ·|D·v|²",
			When:       "the default for curve fits and other sums of squares",
			Paper:      "Moré, LNM 630 (1978) 105; Nielsen, IMM-REP-1999-05; Transtrum and Sethna, arXiv 1201.5885",
			Convention: "tol is the relative offset of Bates and Watts, not the ftol and xtol of MINPACK",
			Needs:      "residuals of a least squares problem and their Jacobian; takes bounds", Squares: true,
			Settings: []Setting{
				{Name: "tol", Default: 1e-10, Meaning: "relative offset that counts as converged"},
				{Name: "damping", Default: 1e-3, Meaning: "the first λ"},
			},
			solver: func(v settings) Solver[T] {
				return &LevenbergMarquardt[T]{Tol: v["tol"], Damping: v["damping"]}
			},
		},
		{
			Name:       "gauss-newton",
			Summary:    "Gauss–Newton steps with a line search for least squares",
			Update:     "x ← x + α·d,  d minimises |J·d + r|²;  α by the line search",
			When:       "fits with small residuals from a good start; lm is safer",
			Paper:      "Nocedal and Wright, Numerical Optimization, §10.3",
			Convention: "tol is the relative offset of Bates and Watts",
			Needs:      "residuals of a least squares problem and their Jacobian", Squares: true,
			Settings: []Setting{
				{Name: "tol", Default: 1e-9, Meaning: "relative offset that counts as converged"},
				searchSetting(StrongWolfe), c1Setting,
				{Name: "c2", Default: 0.9, Meaning: "curvature of the Wolfe conditions, between c1 and 1"},
			},
			solver: func(v settings) Solver[T] {
				return &GaussNewton[T]{Tol: v["tol"], Search: LineSearch(v["linesearch"]), C1: v["c1"], C2: v["c2"]}
			},
		},
	}
}
