package optim

import (
	"math"
	"strings"
)

const needsGradientOnly = "a gradient; it reports an average of its way"

// averageMethods are the rows of the rules that report an average.
func averageMethods[T Float]() []Method[T] {
	beta := Setting{Name: "beta", Default: 0.9, Meaning: "β, where the gradient is taken between z and x", Zero: true}
	power := Setting{Name: "power", Default: 2, Meaning: "of the largest rate so far, in the weights of the average", Zero: true}
	const update = "y ← (1−β)·z + β·x;  z ← z − η·%;  x ← (1−c)·x + c·z,  c the weight of z in the average;  g is the gradient at y, the point reported is x"
	return []Method[T]{
		{
			Name: "asgd", FirstOrder: true,
			Summary:    "gradient descent that reports the mean of its later points",
			Update:     "ηₜ = η/(1 + λ·η·t)^α;  x ← x − ηₜ·(λ·x + g);  x̄ ← x̄ + (x − x̄)/max(1, t − t0);  the point reported is x̄",
			When:       "convex losses with noisy gradients, once t0 is set below the number of steps",
			Paper:      "Polyak and Juditsky, SIAM J. Control Optim. 30 (1992) 838; in the form of PyTorch",
			Convention: "in the form of PyTorch, whose t0 of a million leaves the average out of most runs",
			Needs:      needsGradientOnly,
			Settings: []Setting{rateSetting,
				{Name: "decay", Default: 1e-4, Meaning: "λ", Zero: true},
				{Name: "alpha", Default: 0.75, Meaning: "the power by which the rate falls", Zero: true},
				{Name: "t0", Default: 1e6, Meaning: "steps before the mean begins", Zero: true},
			},
			rule: func(v settings) Rule[T] {
				return &ASGD[T]{Rate: v["rate"], Decay: v["decay"], Alpha: v["alpha"], T0: v["t0"]}
			},
		},
		{
			Name: "schedule-free-sgd", FirstOrder: true,
			Summary:    "gradient descent without a schedule, which reports a running average",
			Update:     scheduleFreeUpdate(update, "g"),
			When:       "runs of unknown length, in place of sgd with a schedule",
			Paper:      "Defazio et al., arXiv 2405.15682",
			Convention: "the point reported is the average, without a call to switch over as in the authors' code",
			Needs:      needsGradientOnly,
			Settings:   []Setting{{Name: "rate", Default: 1, Meaning: "the learning rate η"}, beta, power},
			rule: func(v settings) Rule[T] {
				return &ScheduleFree[T]{Rule: &GD[T]{Rate: v["rate"]}, Beta: v["beta"], Power: v["power"]}
			},
		},
		{
			Name: "schedule-free-adamw", FirstOrder: true,
			Summary:    "adamw without a schedule, which reports a running average",
			Update:     scheduleFreeUpdate(update, "(g/(√v̂ + ε) + λ·y)") + ";  v̂ as in adam",
			When:       "runs of unknown length, in place of adamw with a schedule",
			Paper:      "Defazio et al., arXiv 2405.15682",
			Convention: "the decay acts at y, as in the paper's code; Optax leaves it to the rule inside",
			Needs:      needsGradientOnly,
			Settings: []Setting{{Name: "rate", Default: 0.0025, Meaning: "the learning rate η"}, beta, power,
				{Name: "beta2", Default: 0.999, Meaning: "decay of the second moment", Zero: true},
				{Name: "eps", Default: 1e-8, Meaning: "ε, added to the root"},
				{Name: "decay", Default: 0, Meaning: "λ, the decay of the parameters at y", Zero: true},
			},
			rule: func(v settings) Rule[T] {
				adam := &Adam[T]{Rate: v["rate"], Beta1: math.SmallestNonzeroFloat64, Beta2: v["beta2"], Eps: v["eps"]}
				return &ScheduleFree[T]{Rule: decayed[T](adam, v["decay"]), Beta: v["beta"], Power: v["power"]}
			},
		},
	}
}

// scheduleFreeUpdate is the update with the direction that z moves against.
func scheduleFreeUpdate(update, direction string) string {
	return strings.Replace(update, "%", direction, 1)
}

// decayed is the rule with weight decay, where there is any.
func decayed[T Float](r Rule[T], decay float64) Rule[T] {
	if decay == 0 {
		return r
	}
	return &WeightDecay[T]{Rule: r, Decay: decay}
}
