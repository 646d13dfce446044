package optim

import (
	"cmp"
	"math"
)

// NAdam is Adam with Nesterov's look ahead along the first moment, whose
// momentum rises over the first steps (Dozat, ICLR workshop 2016):
//
//	μₜ = β₁·(1 − ½·0.96^(ψ·t)),  m and v as in Adam
//	m̂ = μₜ₊₁·m/(1 − Πμ·μₜ₊₁) + (1−μₜ)·g/(1 − Πμ),  x ← x − η·m̂/(√v̂ + ε)
//
// ψ is MomentumDecay: 0.004 in PyTorch, 1 in Keras. Optax keeps μ = β₁
// (Constant). Decoupled decay (nadamw) is the wrapper WeightDecay.
type NAdam[T Float] struct {
	Rate          float64 // η; 0 means 0.002
	Beta1         float64 // β₁ in [0, 1); 0 means 0.9
	Beta2         float64 // β₂ in [0, 1); 0 means 0.999
	Eps           float64 // ε, outside the root; 0 means 1e-8
	MomentumDecay float64 // ψ; 0 means 0.004
	Constant      bool    // μ = β₁ at every step

	memory[T]
	m, v, product                []T
	b1, b2, share, old, fix, eps T // of this step
}

// Init implements Rule.
func (r *NAdam[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("nadam.m", p.Dim, 0), r.hold("nadam.v", p.Dim, 0)
	r.product = r.hold("nadam.product", 1, 1)
	eta, b1, b2, eps := r.constants()
	return cmp.Or(checkMoments("nadam", eta, b1, b2, eps), checkPositive("nadam", "momentum decay", r.decay()))
}

func (r *NAdam[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.002), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8)
}

func (r *NAdam[T]) decay() float64 { return orDefault(r.MomentumDecay, 0.004) }

// momentum is μ of step t.
func (r *NAdam[T]) momentum(b1, t float64) float64 {
	if r.Constant {
		return b1
	}
	return b1 * (1 - 0.5*math.Pow(0.96, t*r.decay()))
}

// Update implements Rule.
func (r *NAdam[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *NAdam[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	t := float64(s.Iter + 1)
	now, next := r.momentum(b1, t), r.momentum(b1, t+1)
	r.product[0] *= T(now)
	product := float64(r.product[0])
	r.share, r.old = T(s.Step*(1-now)/(1-product)), T(s.Step*next/(1-product*next))
	r.b1, r.b2, r.fix, r.eps = T(b1), T(b2), T(1/unbias(b2, s.Iter+1)), T(eps)
	return true
}

// Part implements Elementwise.
func (r *NAdam[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		v[i] = blend(r.b2, v[i], g*g)
		u[i] = -(r.share*g + r.old*m[i]) / (root(v[i]*r.fix) + r.eps)
	}
}

// RAdam is Adam that takes steps of plain momentum until enough gradients have
// been seen to know their variance, and shorter ones for a while after (Liu et
// al., arXiv 1908.03265):
//
//	ρ∞ = 2/(1−β₂) − 1,  ρ = ρ∞ − 2·t·β₂ᵗ/(1−β₂ᵗ)
//	x ← x − η·m̂ while ρ is below 5, then  x ← x − η·r·m̂/(√v̂ + ε)
//	r = √((ρ−4)(ρ−2)ρ∞/((ρ∞−4)(ρ∞−2)ρ))
//
// ε is added after the bias correction of v as in Optax; PyTorch adds it to √v
// before (EpsUncorrected). Decoupled decay is the wrapper WeightDecay.
type RAdam[T Float] struct {
	Rate           float64 // η; 0 means 0.001
	Beta1          float64 // β₁ in [0, 1); 0 means 0.9
	Beta2          float64 // β₂ in [0, 1); 0 means 0.999
	Eps            float64 // ε; 0 means 1e-8
	Threshold      float64 // for ρ, at least 4; 0 means 5
	EpsUncorrected bool    // ε before the bias correction of v

	memory[T]
	m, v               []T
	b1, b2, scale, eps T    // of this step
	known              bool // whether it divides by √v
}

// Init implements Rule.
func (r *RAdam[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("radam.m", p.Dim, 0), r.hold("radam.v", p.Dim, 0)
	eta, b1, b2, eps := r.constants()
	return cmp.Or(checkMoments("radam", eta, b1, b2, eps), checkNotNegative("radam", "threshold minus 4", r.threshold()-4))
}

func (r *RAdam[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8)
}

func (r *RAdam[T]) threshold() float64 { return orDefault(r.Threshold, 5) }

// Update implements Rule.
func (r *RAdam[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *RAdam[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	t := s.Iter + 1
	fix2 := unbias(b2, t)
	limit := 2/(1-b2) - 1
	rho := limit - 2*float64(t)*(1-fix2)/fix2
	scale := s.Step / unbias(b1, t)
	if r.known = rho >= r.threshold() && limit > 4; r.known {
		scale *= math.Sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho) * fix2)
		if !r.EpsUncorrected {
			eps *= math.Sqrt(fix2)
		}
	}
	r.b1, r.b2, r.scale, r.eps = T(b1), T(b2), T(scale), T(eps)
	return true
}

// Part implements Elementwise.
func (r *RAdam[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		v[i] = blend(r.b2, v[i], g*g)
		if u[i] = -r.scale * m[i]; r.known {
			u[i] /= root(v[i]) + r.eps
		}
	}
}
