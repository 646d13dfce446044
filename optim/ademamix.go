package optim

import "cmp"

// AdEMAMix adds to Adam a second mean of gradients with a far longer memory
// (Pagliardini, Ablin and Grangier, arXiv 2409.03137):
//
//	m ← β₁·m + (1−β₁)·g,  l ← β₃·l + (1−β₃)·g,  v ← β₂·v + (1−β₂)·g²
//	x ← x − η·(m̂ + α·l)/(√v̂ + ε)
//
// The long mean is not corrected for its start at zero. Decoupled decay is the
// wrapper WeightDecay.
type AdEMAMix[T Float] struct {
	Rate  float64 // η; 0 means 0.001
	Beta1 float64 // β₁ in [0, 1); 0 means 0.9
	Beta2 float64 // β₂ in [0, 1); 0 means 0.999
	Beta3 float64 // β₃ in [0, 1); 0 means 0.9999
	Alpha float64 // α; 0 means 5
	Eps   float64 // ε, outside the root; 0 means 1e-8

	memory[T]
	m, long, v                   []T
	b1, b2, b3, c1, c2, fix, eps T // of this step
}

// Init implements Rule.
func (r *AdEMAMix[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.long, r.v = r.hold("ademamix.m", p.Dim, 0), r.hold("ademamix.long", p.Dim, 0), r.hold("ademamix.v", p.Dim, 0)
	eta, b1, b2, b3, alpha, eps := r.constants()
	return cmp.Or(checkMoments("ademamix", eta, b1, b2, eps), checkUnit("ademamix", "beta3", b3), checkNotNegative("ademamix", "alpha", alpha))
}

func (r *AdEMAMix[T]) constants() (eta, b1, b2, b3, alpha, eps float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Beta3, 0.9999), orDefault(r.Alpha, 5), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *AdEMAMix[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *AdEMAMix[T]) Begin(s *State[T]) bool {
	eta, b1, b2, b3, alpha, eps := r.constants()
	s.Step *= eta
	r.b1, r.b2, r.b3, r.eps = T(b1), T(b2), T(b3), T(eps)
	r.c1, r.c2, r.fix = T(s.Step/unbias(b1, s.Iter+1)), T(s.Step*alpha), T(1/unbias(b2, s.Iter+1))
	return true
}

// Part implements Elementwise.
func (r *AdEMAMix[T]) Part(u, _ []T, lo int) {
	m, long, v := r.m[lo:lo+len(u)], r.long[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		long[i] = blend(r.b3, long[i], g)
		v[i] = blend(r.b2, v[i], g*g)
		u[i] = -(r.c1*m[i] + r.c2*long[i]) / (root(v[i]*r.fix) + r.eps)
	}
}

// SimplifiedAdEMAMix keeps one velocity and adds the newest gradient to it,
// which does the work of AdEMAMix's two means (Morwani et al., arXiv
// 2502.02431). The velocity sums gradients, so rates are about 1−β₁ times
// those of Adam:
//
//	m ← β₁·m + g,  v ← β₂·v + (1−β₂)·g²,  x ← x − η·(m + α·g)/(√v̂ + ε)
//
// Decoupled decay is the wrapper WeightDecay.
type SimplifiedAdEMAMix[T Float] struct {
	Rate  float64 // η; 0 means 1e-5
	Beta1 float64 // β₁ in [0, 1); 0 means 0.99
	Beta2 float64 // β₂ in [0, 1); 0 means 0.95
	Alpha float64 // α
	Eps   float64 // ε, outside the root; 0 means 1e-8

	memory[T]
	m, v                         []T
	b1, b2, eta, alpha, fix, eps T // of this step
}

// Init implements Rule.
func (r *SimplifiedAdEMAMix[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("simplified-ademamix.m", p.Dim, 0), r.hold("simplified-ademamix.v", p.Dim, 0)
	eta, b1, b2, eps := r.constants()
	return cmp.Or(checkMoments("simplified-ademamix", eta, b1, b2, eps), checkNotNegative("simplified-ademamix", "alpha", r.Alpha))
}

func (r *SimplifiedAdEMAMix[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 1e-5), orDefault(r.Beta1, 0.99), orDefault(r.Beta2, 0.95), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *SimplifiedAdEMAMix[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *SimplifiedAdEMAMix[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	r.b1, r.b2, r.eta, r.alpha = T(b1), T(b2), T(s.Step), T(r.Alpha)
	r.fix, r.eps = T(1/unbias(b2, s.Iter+1)), T(eps)
	return true
}

// Part implements Elementwise.
func (r *SimplifiedAdEMAMix[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = flush(r.b1*m[i] + g)
		v[i] = blend(r.b2, v[i], g*g)
		u[i] = -r.eta * (m[i] + r.alpha*g) / (root(v[i]*r.fix) + r.eps)
	}
}
