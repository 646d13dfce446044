package optim

// The rules and settings that take the steps of the peers, by family.

func momentumCases() map[string]trajectoryCase {
	return map[string]trajectoryCase{
		"torch SGD":                    {rule: &GD[float64]{Rate: 0.1}},
		"torch SGD momentum":           {rule: &Momentum[float64]{Rate: 0.02}},
		"torch SGD momentum dampening": {rule: &Momentum[float64]{Rate: 0.05, Dampening: 0.3}},
		"torch SGD nesterov":           {rule: &Nesterov[float64]{Rate: 0.02}},
		"torch SGD L2":                 {rule: &Momentum[float64]{Rate: 0.05, Beta: 0.8}, l2: 0.1},
		"optax sgd":                    {rule: &GD[float64]{Rate: 0.1}},
		"optax sgd momentum":           {rule: &Momentum[float64]{Rate: 0.02}},
		"optax sgd nesterov":           {rule: &Nesterov[float64]{Rate: 0.02}},
		"keras SGD momentum":           {rule: &Momentum[float64]{Rate: 0.02, RateInside: true}},
		"keras SGD nesterov":           {rule: &Nesterov[float64]{Rate: 0.02}},
	}
}

func adamCases() map[string]trajectoryCase {
	return map[string]trajectoryCase{
		"torch Adam":         {rule: &Adam[float64]{Rate: 0.02}},
		"torch Adam eps":     {rule: &Adam[float64]{Rate: 0.02, Eps: 0.1}},
		"torch Adam amsgrad": {rule: &Adam[float64]{Rate: 0.02, Beta1: 0.8, Beta2: 0.9, AMSGrad: true}},
		"torch Adam L2":      {rule: &Adam[float64]{Rate: 0.02}, l2: 0.1},
		"torch AdamW":        {rule: &WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.02}, Decay: 0.1}},
		"optax adam":         {rule: &Adam[float64]{Rate: 0.02}},
		"optax adamw":        {rule: &WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.02}, Decay: 0.1}},
		"keras Adam":         {rule: &Adam[float64]{Rate: 0.02, Eps: 0.01, EpsUncorrected: true}},
		"keras AdamW":        {rule: &WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.02, Eps: 1e-7, EpsUncorrected: true}, Decay: 0.1}},
	}
}
