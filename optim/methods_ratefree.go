package optim

// rateFreeMethods are the rows of the rules that find their own rate.
func rateFreeMethods[T Float]() []Method[T] {
	factor := Setting{Name: "rate", Default: 1, Meaning: "η, a factor on the rate found"}
	beta1 := Setting{Name: "beta1", Default: 0.9, Meaning: "decay of the first moment", Zero: true}
	beta2 := Setting{Name: "beta2", Default: 0.999, Meaning: "decay of the second moment", Zero: true}
	eps := Setting{Name: "eps", Default: 1e-8, Meaning: "ε"}
	d0 := Setting{Name: "d0", Default: 1e-6, Meaning: "the first estimate of the distance"}
	decay := Setting{Name: "decay", Default: 0, Meaning: "λ, the decay of the parameters", Zero: true}
	return []Method[T]{
		{
			Name: "prodigy", FirstOrder: true,
			Summary:    "adam that estimates its rate from the distance travelled",
			Update:     "m ← β₁·m + (1−β₁)·d·g;  v ← β₂·v + (1−β₂)·d²·g²;  r ← √β₂·r + (d/d₀)·ηdb·g·(x₀−x),  s ← √β₂·s + (d/d₀)·ηdb·g,  b = √(1−β₂ᵗ)/(1−β₁ᵗ);  x ← x − ηdb·(λ·x + m/(√v + d'·ε));  d' = max(d, c·r/|s|₁)",
			When:       "when no rate is known; it needs a few hundred steps to find one",
			Paper:      "Mishchenko and Defazio, arXiv 2306.06101; in the form of Optax",
			Convention: "in the form of Optax",
			Needs:      needsGradient,
			Settings:   []Setting{factor, beta1, beta2, eps, d0, {Name: "coef", Default: 1, Meaning: "c, a factor on the estimate"}, decay},
			rule: func(v settings) Rule[T] {
				return &Prodigy[T]{Rate: v["rate"], Beta1: v["beta1"], Beta2: v["beta2"], Eps: v["eps"], D0: v["d0"], Coef: v["coef"], Decay: v["decay"]}
			},
		},
		{
			Name: "dadapt-adamw", Aliases: []string{"d-adapt-adamw"}, FirstOrder: true,
			Summary:    "adamw that estimates its rate from a bound of the distance to the solution",
			Update:     "r ← β·r + (1−β)·ηdb·g·s/(√v + ε),  β = √β₂,  b = √(1−β₂ᵗ)/(1−β₁ᵗ);  m ← β₁·m + (1−β₁)·ηdb·g;  v ← β₂·v + (1−β₂)·g²;  s ← β·s + (1−β)·ηdb·g;  x ← x − ηdb·λ·x − m/(√v + ε);  d' = max(d, r/((1−β)·|s|₁))",
			When:       "as prodigy, which finds the rate sooner",
			Paper:      "Defazio and Mishchenko, arXiv 2301.07733; in the form of Optax",
			Convention: "in the form of Optax",
			Needs:      needsGradient,
			Settings:   []Setting{factor, beta1, beta2, eps, d0, decay},
			rule: func(v settings) Rule[T] {
				return &DAdaptAdamW[T]{Rate: v["rate"], Beta1: v["beta1"], Beta2: v["beta2"], Eps: v["eps"], D0: v["d0"], Decay: v["decay"]}
			},
		},
		{
			Name: "dog", FirstOrder: true,
			Summary:    "gradient descent whose rate is the distance travelled over the gradients seen",
			Update:     "x ← x − η·r/√(Σ|g|² + ε)·g,  r = max(d₀·(1+|x₀|), max|x − x₀|)",
			When:       "sgd without a rate; average the points of a noisy run",
			Paper:      "Ivgi, Hinder and Carmon, arXiv 2302.12022",
			Convention: "one distance over all parameters, as in Optax; the paper reports an average of the way, in the library by Mean or EMA",
			Needs:      needsGradient,
			Settings:   []Setting{factor, d0, eps},
			rule:       func(v settings) Rule[T] { return &DoG[T]{Rate: v["rate"], D0: v["d0"], Eps: v["eps"]} },
		},
		{
			Name: "dowg", FirstOrder: true,
			Summary:    "dog with gradients weighted by the distance",
			Update:     "w ← w + r²·|g|²,  r² = max(ε, max|x − x₀|²);  x ← x − η·r²/(√w + ε)·g",
			When:       "as dog; it speeds up faster on smooth functions",
			Paper:      "Khaled, Mishchenko and Jin, arXiv 2305.16284",
			Convention: "one distance over all parameters, as in Optax; the paper reports an average of the way, in the library by Mean or EMA",
			Needs:      needsGradient,
			Settings:   []Setting{factor, {Name: "eps", Default: 1e-4, Meaning: "ε"}},
			rule:       func(v settings) Rule[T] { return &DoWG[T]{Rate: v["rate"], Eps: v["eps"]} },
		},
		{
			Name: "cocob", FirstOrder: true,
			Summary:    "bets on each coordinate like on a coin; no rate",
			Update:     "L ← max(L, |g|),  G ← G + |g|,  R ← max(R − g·(x−x₀), 0),  C ← C − g;  x ← x₀ + C/(L·max(G + L, α·L))·(L + R)",
			When:       "online learning without any rate",
			Paper:      "Orabona and Tommasi, arXiv 1705.07795",
			Convention: "in the form of Optax",
			Needs:      needsGradient,
			Settings:   []Setting{{Name: "alpha", Default: 100, Meaning: "α, the larger the smaller the first steps"}, {Name: "eps", Default: 1e-8, Meaning: "the first L"}},
			rule:       func(v settings) Rule[T] { return &COCOB[T]{Alpha: v["alpha"], Eps: v["eps"]} },
		},
		{
			Name: "sps", Aliases: []string{"polyak-sgd"}, FirstOrder: true,
			Summary:    "gradient descent with Polyak's rate, for objectives whose least value is known",
			Update:     "x ← x − min((f − f*)/(|g|² + ε), η)·g",
			When:       "models that can fit all data exactly, so that f* is 0",
			Paper:      "Loizou et al., arXiv 2002.10542; plus: Garrigos, Gower and Schaipp, arXiv 2307.14528",
			Convention: "as in Optax",
			Needs:      "a gradient, and values not below f*",
			Settings: []Setting{{Name: "rate", Default: 1, Meaning: "η, the largest rate"},
				{Name: "f_min", Default: 0, Meaning: "f*, the least value there is", Signed: true},
				{Name: "eps", Default: 0, Meaning: "ε", Zero: true},
				{Name: "plus", Default: 0, Meaning: "1: no step uphill where the value is below f* (sps+)", Zero: true, Switch: true}},
			rule: func(v settings) Rule[T] {
				return &PolyakStep[T]{Rate: v["rate"], FMin: v["f_min"], Eps: v["eps"], Plus: v["plus"] >= 1}
			},
		},
		momoMethod[T]("momo", "momentum with a rate from a model of the loss", false, Setting{Name: "rate", Default: 1, Meaning: "η, the largest rate"},
			Setting{Name: "beta", Default: 0.9, Meaning: "decay of the averages", Zero: true}),
		momoMethod[T]("momo-adam", "adam with a rate from a model of the loss", true, Setting{Name: "rate", Default: 0.01, Meaning: "η, the largest rate"},
			Setting{Name: "beta", Default: 0.9, Meaning: "decay of the averages", Zero: true}, beta2, eps),
	}
}

func momoMethod[T Float](name, summary string, adam bool, settingsOfIt ...Setting) Method[T] {
	update := "m, f̄ and γ ← averages of g, f and g·x;  τ = min(η, max(0, (1+ηλ)(f̄ − f* − γ) + m·x)/|m|²);  x ← x − τ·m − ηλ/(1+ηλ)·x"
	if adam {
		update = "as momo, with m/(√v̂ + ε) for the direction and the norm of m, v̂ as in adam"
	}
	return Method[T]{
		Name: name, FirstOrder: true, Summary: summary, Update: update,
		When:       "losses with a known lower bound, at any rate that is high enough",
		Paper:      "Schaipp et al., arXiv 2305.07583",
		Convention: "in the form of Optax",
		Needs:      "a gradient, and values not below f*",
		Settings: append(settingsOfIt,
			Setting{Name: "f_min", Default: 0, Meaning: "f*, a bound of the loss from below", Signed: true},
			Setting{Name: "decay", Default: 0, Meaning: "λ, the decay of the parameters", Zero: true},
			Setting{Name: "adapt", Default: 0, Meaning: "1: estimate f* on the way, not below f_min", Zero: true, Switch: true}),
		rule: func(v settings) Rule[T] {
			return &Momo[T]{Rate: v["rate"], Beta: v["beta"], Beta2: v["beta2"], Eps: v["eps"],
				FMin: v["f_min"], Decay: v["decay"], Adapt: v["adapt"] >= 1, Adam: adam}
		},
	}
}
