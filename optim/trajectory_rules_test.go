package optim

import "math"

// The rules and settings that take the steps of the peers, by family.

func momentumCases() map[string]trajectoryCase {
	return map[string]trajectoryCase{
		"torch SGD":                    {rule: &GD[float64]{Rate: 0.1}},
		"torch SGD momentum":           {rule: &Momentum[float64]{Rate: 0.02}},
		"torch SGD momentum dampening": {rule: &Momentum[float64]{Rate: 0.05, Dampening: 0.3}},
		"torch SGD nesterov":           {rule: &Nesterov[float64]{Rate: 0.02}},
		"torch SGD L2":                 {rule: &Momentum[float64]{Rate: 0.05, Beta: 0.8}, l2: 0.1},
		"optax sgd":                    {rule: &GD[float64]{Rate: 0.1}},
		"optax noisy_sgd":              {rule: &Noise[float64]{Rule: &GD[float64]{Rate: 0.1}, Eta: math.SmallestNonzeroFloat64}}, // the noise is 0 there
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
		"optax amsgrad":      {rule: &Adam[float64]{Rate: 0.02, Beta1: 0.8, Beta2: 0.9, AMSGrad: true, UnbiasedMax: true}},
		"keras Adam":         {rule: &Adam[float64]{Rate: 0.02, Eps: 0.01, EpsUncorrected: true}},
		"keras AdamW":        {rule: &WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.02, Eps: 1e-7, EpsUncorrected: true}, Decay: 0.1}},
	}
}

func adagradCases() map[string]trajectoryCase {
	return map[string]trajectoryCase{
		"torch Adagrad":           {rule: &Adagrad[float64]{Rate: 0.1}},
		"torch Adagrad decay":     {rule: &Scheduled[float64]{Rule: &Adagrad[float64]{Rate: 0.1, Initial: 0.1, Eps: 0.05}, Schedule: inverse(0.02)}},
		"optax adagrad":           {rule: &Adagrad[float64]{Rate: 0.1, Initial: 0.1, Eps: 1e-7, EpsInside: true}},
		"optax adagrad eps":       {rule: &Adagrad[float64]{Rate: 0.1, Initial: 0.5, Eps: 0.1, EpsInside: true}},
		"keras Adagrad":           {rule: &Adagrad[float64]{Rate: 0.1, Initial: 0.1, Eps: 1e-7, EpsInside: true}},
		"torch Adadelta":          {rule: &Adadelta[float64]{Rate: 1}},
		"optax adadelta":          {rule: &Adadelta[float64]{Rate: 1, Rho: 0.95}},
		"keras Adadelta":          {rule: &Adadelta[float64]{Rate: 1, Rho: 0.95, Eps: 1e-7}},
		"torch RMSprop":           {rule: &RMSprop[float64]{Rate: 0.01, Eps: 1e-3}},
		"torch RMSprop momentum":  {rule: &RMSprop[float64]{Rate: 0.005, Momentum: 0.8}},
		"torch RMSprop centered":  {rule: &RMSprop[float64]{Rate: 0.005, Rho: 0.9, Centered: true, Momentum: 0.5, Eps: 1e-2}},
		"optax rmsprop":           {rule: &RMSprop[float64]{Rate: 0.01, Rho: 0.9, Eps: 1e-3, EpsInside: true}},
		"optax rmsprop outside":   {rule: &RMSprop[float64]{Rate: 0.01, Rho: 0.9, Eps: 1e-2, Initial: 0.5}},
		"optax rmsprop corrected": {rule: &RMSprop[float64]{Rate: 0.01, Rho: 0.95, EpsInside: true, Unbiased: true}},
		"optax rmsprop momentum":  {rule: &RMSprop[float64]{Rate: 0.005, Rho: 0.9, EpsInside: true, Momentum: 0.8, RateInside: true}},
		"optax rmsprop nesterov":  {rule: &RMSprop[float64]{Rate: 0.005, Rho: 0.9, Eps: 1e-3, EpsInside: true, Momentum: 0.8, RateInside: true, Nesterov: true}},
		"optax rmsprop centered":  {rule: &RMSprop[float64]{Rate: 0.005, Rho: 0.9, Eps: 1e-3, EpsInside: true, Centered: true}},
		"keras RMSprop":           {rule: &RMSprop[float64]{Rate: 0.01, Rho: 0.9, Eps: 1e-2, EpsInside: true}},
		"keras RMSprop centered":  {rule: &RMSprop[float64]{Rate: 0.01, Rho: 0.9, Eps: 1e-2, EpsInside: true, Centered: true, Momentum: 0.5, RateInside: true}},
		"keras Ftrl":              {rule: &FTRL[float64]{Rate: 0.1, FromZero: true}},
		"keras Ftrl l1 l2":        {rule: &FTRL[float64]{Rate: 0.1, Power: 0.7, Initial: 0.2, L1: 0.05, L2: 0.2, Beta: 0.3, FromZero: true}},
		"optax madgrad":           {rule: &MADGRAD[float64]{Rate: 0.05}},
		"optax madgrad half":      {rule: &MADGRAD[float64]{Rate: 0.02, Momentum: 0.5}},
	}
}

// inverse is the schedule 1/(1 + by·step), the lr_decay of PyTorch's Adagrad.
type inverse float64

func (d inverse) Factor(step int) float64 { return 1 / (1 + float64(d)*float64(step)) }
func (inverse) Check() error              { return nil }

func signCases() map[string]trajectoryCase {
	return map[string]trajectoryCase{
		"optax sign_sgd":                    {rule: &SignSGD[float64]{Rate: 0.01}},
		"optax signum":                      {rule: &Signum[float64]{Rate: 0.01, Beta: 0.8}},
		"optax lion":                        {rule: &WeightDecay[float64]{Rule: &Lion[float64]{Rate: 0.005}, Decay: 0.1}},
		"torch Rprop":                       {rule: &Rprop[float64]{Rate: 0.01}},
		"optax optimistic_gradient_descent": {rule: &OptimisticGD[float64]{Rate: 0.05, Alpha: 0.7, Beta: 0.4}},
		"optax optimistic_adam":             {rule: &OptimisticAdam[float64]{Rate: 0.02, Beta: 0.5, Nesterov: true}},
		"optax optimistic_adam_v2":          {rule: &OptimisticAdam[float64]{Rate: 0.02, Alpha: 0.8, Beta: 0.5}},
	}
}

// adamKinCases are those of rules with the two moments of Adam or their like.
func adamKinCases() map[string]trajectoryCase {
	decay := func(rule Rule[float64]) Rule[float64] { return &WeightDecay[float64]{Rule: rule, Decay: 0.1} }
	return map[string]trajectoryCase{
		"torch Adamax":              {rule: &Adamax[float64]{Rate: 0.02, Beta2: 0.97}},
		"optax adamax":              {rule: &Adamax[float64]{Rate: 0.02, Beta2: 0.97, Eps: 1e-2}},
		"optax adamaxw":             {rule: decay(&Adamax[float64]{Rate: 0.02, Beta2: 0.97})},
		"keras Adamax":              {rule: &Adamax[float64]{Rate: 0.02, Eps: 1e-2, EpsOutside: true}},
		"torch NAdam":               {rule: &NAdam[float64]{Rate: 0.02}},
		"torch NAdam decoupled":     {rule: decay(&NAdam[float64]{Rate: 0.02})},
		"optax nadam":               {rule: &NAdam[float64]{Rate: 0.02, Constant: true}},
		"optax adam nesterov":       {rule: &NAdam[float64]{Rate: 0.02, Constant: true}},
		"optax nadamw":              {rule: decay(&NAdam[float64]{Rate: 0.02, Constant: true})},
		"keras Nadam":               {rule: &NAdam[float64]{Rate: 0.02, Eps: 1e-7, MomentumDecay: 1}},
		"torch RAdam":               {rule: &RAdam[float64]{Rate: 0.02, Beta2: 0.99, Eps: 1e-3, EpsUncorrected: true}},
		"torch RAdam decoupled":     {rule: decay(&RAdam[float64]{Rate: 0.02, EpsUncorrected: true})},
		"optax radam":               {rule: &RAdam[float64]{Rate: 0.02, Beta2: 0.99, Eps: 1e-3}},
		"optax adabelief":           {rule: &AdaBelief[float64]{Rate: 0.02}},
		"optax adabelief eps":       {rule: &AdaBelief[float64]{Rate: 0.02, Eps: 1e-3, EpsRoot: 1e-4}},
		"optax acprop":              {rule: &ACProp[float64]{Rate: 0.02, Eps: 1e-4, EpsRoot: 1e-4}},
		"optax yogi":                {rule: &Yogi[float64]{Rate: 0.02}},
		"optax adan":                {rule: decay(&Adan[float64]{Rate: 0.02, EpsRoot: 1e-8})},
		"optax adopt":               {rule: &Adopt[float64]{Rate: 0.02, Beta2: 0.99}},
		"optax adopt nesterov":      {rule: &Adopt[float64]{Rate: 0.02, Beta2: 0.99, Nesterov: true, NoClip: true}},
		"optax ademamix":            {rule: decay(&AdEMAMix[float64]{Rate: 0.02, Beta3: 0.99, Alpha: 2})},
		"optax simplified_ademamix": {rule: decay(&SimplifiedAdEMAMix[float64]{Rate: 0.002, Alpha: 3})},
	}
}

// layerCases are those of rules that see blocks.
func layerCases() map[string]trajectoryCase {
	decay := func(rule Rule[float64]) Rule[float64] { return &WeightDecay[float64]{Rule: rule, Decay: 0.1} }
	return map[string]trajectoryCase{
		"optax lars":            {rule: &LARS[float64]{Rate: 0.5, Decay: 0.1, Trust: 0.01}},
		"optax lars nesterov":   {rule: &LARS[float64]{Rate: 0.5, Decay: 0.1, Trust: 0.01, Beta: 0.5, Nesterov: true}},
		"optax lamb":            {rule: &LAMB[float64]{Rate: 0.02, Decay: 0.1}},
		"optax fromage":         {rule: &Fromage[float64]{Rate: 0.02}},
		"optax novograd":        {rule: &NovoGrad[float64]{Rate: 0.01, Decay: 0.1}},
		"optax sm3":             {rule: &SM3[float64]{Rate: 0.1}},
		"torch Adafactor":       {rule: decay(&Adafactor[float64]{Rate: 0.05})},
		"torch Adafactor cap":   {rule: &Adafactor[float64]{Rate: 0.5, Clip: 1.5, Power: 0.6}},
		"optax adafactor":       {rule: &Adafactor[float64]{Rate: 0.01, Uncapped: true}},
		"optax adafactor whole": {rule: &Adafactor[float64]{Rate: 0.02, Uncapped: true, MinDim: 128}},
		"torch Muon":            {rule: &Muon[float64]{Rate: 0.02, RowsOut: true}},
		"torch Muon match_rms":  {rule: &Muon[float64]{Rate: 0.02, RowsOut: true, Plain: true, MatchRMS: true}},
		"optax muon": {rule: &Muon[float64]{Rate: 0.02, Plain: true, Unbiased: true, Eps: 1e-20,
			Rest: &Adam[float64]{Rate: 0.02, Eps: 1e-20}}},
		"optax muon nesterov": {rule: &Muon[float64]{Rate: 0.02, Unbiased: true, Decay: math.SmallestNonzeroFloat64, Eps: 1e-20,
			Rest: &NAdam[float64]{Rate: 0.02, Eps: 1e-20, Constant: true}}},
		"optax muon rms": {rule: &Muon[float64]{Rate: 0.02, Plain: true, Decay: math.SmallestNonzeroFloat64, MatchRMS: true, Eps: 1e-20,
			Rest: &Adam[float64]{Rate: 0.02, Eps: 1e-20}}},
		"optax sophia": {rule: decay(&Sophia[float64]{Rate: 0.02, Every: 3, Gamma: 0.5, Late: true})},
	}
}
