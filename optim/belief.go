package optim

import "math"

// AdaBelief is Adam that divides by how far the gradients stray from their
// mean, so it strides where they agree (Zhuang et al., arXiv 2010.07468):
//
//	m ← β₁·m + (1−β₁)·g,  v ← β₂·v + (1−β₂)·(g−m)² + ε₀
//	x ← x − η·m̂/(√v̂ + ε)
//
// ε₀ gathers in v step by step, as in the paper and in Optax.
type AdaBelief[T Float] struct {
	Rate    float64 // η; 0 means 0.001
	Beta1   float64 // β₁ in [0, 1); 0 means 0.9
	Beta2   float64 // β₂ in [0, 1); 0 means 0.999
	Eps     float64 // ε, outside the root; 0 means 1e-16
	EpsRoot float64 // ε₀; 0 means 1e-16

	memory[T]
	m, v                          []T
	b1, b2, eta, fix, eps, gather T // of this step
}

// Init implements Rule.
func (r *AdaBelief[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("adabelief.m", p.Dim, 0), r.hold("adabelief.v", p.Dim, 0)
	eta, b1, b2, eps, gather := r.constants()
	return checkBelief("adabelief", eta, b1, b2, eps, gather)
}

func (r *AdaBelief[T]) constants() (eta, b1, b2, eps, gather float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-16), orDefault(r.EpsRoot, 1e-16)
}

// Update implements Rule.
func (r *AdaBelief[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *AdaBelief[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps, gather := r.constants()
	s.Step *= eta
	r.eta, r.fix = T(s.Step/unbias(b1, s.Iter+1)), T(1/unbias(b2, s.Iter+1))
	r.b1, r.b2, r.eps, r.gather = T(b1), T(b2), T(eps), T(gather)
	return true
}

// Part implements Elementwise.
func (r *AdaBelief[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		v[i] = blend(r.b2, v[i], (g-m[i])*(g-m[i])) + r.gather
		u[i] = -r.eta * m[i] / (root(v[i]*r.fix) + r.eps)
	}
}

// ACProp divides the gradient itself by what AdaBelief knew one step before,
// so that the two are independent (Zhuang et al., arXiv 2110.05454):
//
//	x ← x − η·g/(√v̂ + ε), with the v of the step before (1 at first)
//	v ← β₂·v + (1−β₂)·(g−m)² + ε₀, with the m of the step before
//	m ← β₁·m + (1−β₁)·g
type ACProp[T Float] struct {
	Rate    float64 // η; 0 means 0.001
	Beta1   float64 // β₁ in [0, 1); 0 means 0.9
	Beta2   float64 // β₂ in [0, 1); 0 means 0.999
	Eps     float64 // ε, outside the root; 0 means 1e-16
	EpsRoot float64 // ε₀; 0 means 1e-16

	memory[T]
	m, v                          []T
	b1, b2, eta, fix, eps, gather T    // of this step
	first                         bool // whether it is the first
}

// Init implements Rule.
func (r *ACProp[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("acprop.m", p.Dim, 0), r.hold("acprop.v", p.Dim, 0)
	eta, b1, b2, eps, gather := r.constants()
	return checkBelief("acprop", eta, b1, b2, eps, gather)
}

func (r *ACProp[T]) constants() (eta, b1, b2, eps, gather float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-16), orDefault(r.EpsRoot, 1e-16)
}

// Update implements Rule.
func (r *ACProp[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *ACProp[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps, gather := r.constants()
	s.Step *= eta
	r.eta, r.fix, r.first = T(s.Step), T(1/unbias(b2, max(s.Iter, 1))), s.Iter == 0
	r.b1, r.b2, r.eps, r.gather = T(b1), T(b2), T(eps), T(gather)
	return true
}

// Part implements Elementwise.
func (r *ACProp[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		spread := v[i] * r.fix
		if r.first {
			spread = 1
		}
		v[i] = blend(r.b2, v[i], (g-m[i])*(g-m[i])) + r.gather
		m[i] = blend(r.b1, m[i], g)
		u[i] = -r.eta * g / (root(spread) + r.eps)
	}
}

func checkBelief(rule string, rate, beta1, beta2, eps, gather float64) error {
	if err := checkMoments(rule, rate, beta1, beta2, eps); err != nil {
		return err
	}
	return checkPositive(rule, "eps_root", gather)
}

// Yogi lets the second moment move by no more than the newest square, so that
// it cannot collapse when gradients turn small (Zaheer et al., NeurIPS 2018):
//
//	m ← β₁·m + (1−β₁)·g,  v ← v − (1−β₂)·sign(v − g²)·g²
//	x ← x − η·m̂/(√v̂ + ε)
//
// Both moments begin at Initial and are corrected for a start at zero, as in
// Optax; the paper does not correct (Uncorrected).
type Yogi[T Float] struct {
	Rate        float64 // η; 0 means 0.01
	Beta1       float64 // β₁ in [0, 1); 0 means 0.9
	Beta2       float64 // β₂ in [0, 1); 0 means 0.999
	Eps         float64 // ε, outside the root; 0 means 0.001
	Initial     float64 // the first m and v; 0 means 1e-6
	Uncorrected bool    // m for m̂ and v for v̂

	memory[T]
	m, v                []T
	b1, share, eta, eps T // of this step
}

// Init implements Rule.
func (r *Yogi[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	first := orDefault(r.Initial, 1e-6)
	r.m, r.v = r.hold("yogi.m", p.Dim, first), r.hold("yogi.v", p.Dim, first)
	eta, b1, b2, eps := r.constants()
	if err := checkMoments("yogi", eta, b1, b2, eps); err != nil {
		return err
	}
	return checkPositive("yogi", "initial moment", first)
}

func (r *Yogi[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.01), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-3)
}

// Update implements Rule.
func (r *Yogi[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Yogi[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	fix1, fix2 := 1.0, 1.0
	if !r.Uncorrected {
		fix1, fix2 = unbias(b1, s.Iter+1), math.Sqrt(unbias(b2, s.Iter+1))
	}
	r.b1, r.share, r.eta, r.eps = T(b1), T(1-b2), T(s.Step*fix2/fix1), T(eps*fix2)
	return true
}

// Part implements Elementwise.
func (r *Yogi[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		v[i] -= r.share * signOf(v[i]-g*g) * g * g
		u[i] = -r.eta * m[i] / (root(v[i]) + r.eps)
	}
}
