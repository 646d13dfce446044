package optim

import (
	"cmp"
	"math"
)

// LazySGD is stochastic gradient descent with the rate η/(1 + η·λ₂·t) at row t
// (Bottou, Tricks of the Trade 2012, section 5.2), which is constant without an
// l2 penalty.
type LazySGD struct {
	Rate  float64 // η
	Decay float64 // λ₂ of the rate
}

func (r *LazySGD) fields() int        { return 3 } // w, last, Σ|x|
func (r *LazySGD) mass() int          { return 2 }
func (r *LazySGD) numbers() []float64 { return nil }
func (r *LazySGD) check() error {
	return cmp.Or(checkRate("sgd", r.Rate), checkNotNegative("sgd", "decay of the rate", r.Decay))
}

func (r *LazySGD) begin(s *Shard, rows int) {
	s.common(rows, func(t int) float64 { return r.Rate / (1 + r.Rate*r.Decay*float64(t)) })
}

func (r *LazySGD) shared()                  {}
func (r *LazySGD) current(s *Shard, at int) { s.catchUp(at) }

func (r *LazySGD) learn(s *Shard, row *Example) {
	state, outputs := s.state, s.model.Outputs
	for o, slope := range row.slope {
		step := s.rate[s.now-s.base] * row.Weight * slope
		if step == 0 {
			continue
		}
		for i, j := range row.Index {
			p := state[(int(j)*outputs+o)*3:][:3]
			x := row.Value[i]
			p[0] -= step * x
			p[2] += math.Abs(x)
		}
	}
}

// LazyAdagrad is Adagrad (Duchi, Hazan and Singer, JMLR 12 (2011) 2121).
type LazyAdagrad struct {
	Rate    float64 // η
	Initial float64 // of the sum of squares
	Eps     float64 // ε, outside the root
}

func (r *LazyAdagrad) fields() int        { return 4 } // w, last, Σg², η/(√Σg² + ε)
func (r *LazyAdagrad) mass() int          { return 2 }
func (r *LazyAdagrad) numbers() []float64 { return nil }
func (r *LazyAdagrad) begin(*Shard, int)  {}
func (r *LazyAdagrad) check() error {
	return cmp.Or(checkRate("adagrad", r.Rate), checkNotNegative("adagrad", "initial sum", r.Initial), checkPositive("adagrad", "eps", r.Eps))
}

func (r *LazyAdagrad) start(state []float64) {
	for at := 0; at < len(state); at += 4 {
		state[at+2] = r.Initial
	}
}

func (r *LazyAdagrad) current(s *Shard, at int) { s.catchUpAlone(at, 3) }

// catchUpAlone is current for a rule whose parameters have rates of their own, in
// that field.
func (s *Shard) catchUpAlone(at, rate int) {
	last := int(s.state[at+1])
	if last == s.now {
		return
	}
	s.state[at+1] = float64(s.now)
	if s.state[at] != 0 && s.weight(at) {
		s.state[at] = proximal(s.state[at], s.state[at+rate], s.model.L1, s.model.L2, s.now-last)
	}
}

func (r *LazyAdagrad) learn(s *Shard, row *Example) {
	state, outputs := s.state, s.model.Outputs
	for o, slope := range row.slope {
		h := row.Weight * slope
		if h == 0 {
			continue
		}
		for i, j := range row.Index {
			p := state[(int(j)*outputs+o)*4:][:4]
			g := h * row.Value[i]
			p[2] += g * g
			p[3] = r.Rate / (math.Sqrt(p[2]) + r.Eps)
			p[0] -= p[3] * g
		}
	}
}

// LazyFTRL is FTRL-proximal (McMahan et al., KDD 2013): its penalties L1 and L2
// are those of the paper, which stay the same however many rows there are, and
// to these come those of the model once for every row.
type LazyFTRL struct {
	Rate, Power, Initial, Beta, L1, L2 float64
}

func (r *LazyFTRL) fields() int        { return 4 } // w, last, n, z
func (r *LazyFTRL) mass() int          { return 2 }
func (r *LazyFTRL) numbers() []float64 { return nil }
func (r *LazyFTRL) begin(*Shard, int)  {}
func (r *LazyFTRL) check() error {
	return cmp.Or(checkRate("ftrl", r.Rate), checkPositive("ftrl", "power", r.Power), checkPositive("ftrl", "initial sum", r.Initial),
		checkNotNegative("ftrl", "beta", r.Beta), checkNotNegative("ftrl", "l1", r.L1), checkNotNegative("ftrl", "l2", r.L2))
}

func (r *LazyFTRL) start(state []float64) {
	for at := 0; at < len(state); at += 4 {
		state[at+2] = r.Initial
	}
}

func (r *LazyFTRL) current(s *Shard, at int) {
	if int(s.state[at+1]) == s.now {
		return
	}
	s.state[at+1] = float64(s.now)
	s.state[at] = r.best(s, at, r.raise(s.state[at+2]), s.now)
}

// best is the parameter that minimises all that was seen in so many rows; root is
// nᵖ.
func (r *LazyFTRL) best(s *Shard, at int, root float64, rows int) float64 {
	z, l1, l2 := s.state[at+3], 0.0, 0.0
	if s.weight(at) {
		l1, l2 = r.L1+float64(rows)*s.model.L1, r.L2+float64(rows)*s.model.L2
	}
	return -(z - min(max(z, -l1), l1)) / ((r.Beta+root)/r.Rate + l2)
}

func (r *LazyFTRL) raise(n float64) float64 {
	if r.Power == 0.5 {
		return math.Sqrt(n)
	}
	return math.Pow(n, r.Power)
}

func (r *LazyFTRL) learn(s *Shard, row *Example) {
	outputs := s.model.Outputs
	for o, slope := range row.slope {
		h := row.Weight * slope
		if h == 0 {
			continue
		}
		for i, j := range row.Index {
			at := (int(j)*outputs + o) * 4
			p := s.state[at:][:4]
			g, before := h*row.Value[i], r.raise(p[2])
			p[2] += g * g
			after := r.raise(p[2])
			p[3] += g - (after-before)/r.Rate*p[0]
			p[1] = float64(s.now + 1)
			p[0] = r.best(s, at, after, s.now+1)
		}
	}
}

// LazyAdam is Adam (Kingma and Ba, arXiv 1412.6980) whose moments stay as they
// are while a feature is absent, instead of fading; the bias correction counts
// all rows. The penalties are decoupled: they act with the rate η.
type LazyAdam struct {
	Rate, Beta1, Beta2, Eps float64
}

func (r *LazyAdam) fields() int        { return 5 } // w, last, Σ|x|, m, v
func (r *LazyAdam) mass() int          { return 2 }
func (r *LazyAdam) numbers() []float64 { return nil }
func (r *LazyAdam) check() error {
	return cmp.Or(checkRate("adam", r.Rate), checkUnit("adam", "beta1", r.Beta1), checkUnit("adam", "beta2", r.Beta2), checkPositive("adam", "eps", r.Eps))
}

func (r *LazyAdam) begin(s *Shard, rows int) {
	s.common(rows, func(int) float64 { return r.Rate })
}

func (r *LazyAdam) shared()                  {}
func (r *LazyAdam) current(s *Shard, at int) { s.catchUp(at) }

func (r *LazyAdam) learn(s *Shard, row *Example) {
	t := float64(s.now + 1)
	fix1, fix2 := 1-math.Pow(r.Beta1, t), math.Sqrt(1-math.Pow(r.Beta2, t))
	rate, eps := r.Rate*fix2/fix1, r.Eps*fix2
	outputs := s.model.Outputs
	for o, slope := range row.slope {
		h := row.Weight * slope
		if h == 0 {
			continue
		}
		for i, j := range row.Index {
			p := s.state[(int(j)*outputs+o)*5:][:5]
			g := h * row.Value[i]
			p[2] += math.Abs(row.Value[i])
			p[3] = r.Beta1*p[3] + (1-r.Beta1)*g
			p[4] = r.Beta2*p[4] + (1-r.Beta2)*g*g
			p[0] -= rate * p[3] / (math.Sqrt(p[4]) + eps)
		}
	}
}
