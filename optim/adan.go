package optim

import (
	"cmp"
	"math"
)

// Adan adds to Adam a moment of how the gradient changes, Nesterov's
// acceleration without a second point (Xie et al., arXiv 2208.06677). With
// d = g − g′ the change since the last step (0 at first):
//
//	m ← β₁·m + (1−β₁)·g,  v ← β₂·v + (1−β₂)·d
//	n ← β₃·n + (1−β₃)·(g + (1−β₂)·d)²
//	x ← x − η·(m̂ + (1−β₂)·v̂)/(√(n̂ + ε₀) + ε)
//
// As in Optax the weights of the memory are β = 0.98, 0.92, 0.99 (the paper
// writes 1−β for them), and the moments are corrected for their start at zero.
// Decay is the wrapper WeightDecay, x ← x − η·λ·x; the paper divides by 1 + η·λ.
type Adan[T Float] struct {
	Rate    float64 // η; 0 means 0.001
	Beta1   float64 // β₁ in [0, 1); 0 means 0.98
	Beta2   float64 // β₂ in [0, 1); 0 means 0.92
	Beta3   float64 // β₃ in [0, 1); 0 means 0.99
	Eps     float64 // ε; 0 means 1e-8
	EpsRoot float64 // ε₀; Optax has 1e-8

	memory[T]
	m, v, n, last                   []T
	b1, b2, b3, c1, c2, c3, in, out T    // of this step
	first                           bool // whether it is the first
}

// Init implements Rule.
func (r *Adan[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("adan.m", p.Dim, 0), r.hold("adan.v", p.Dim, 0)
	r.n, r.last = r.hold("adan.n", p.Dim, 0), r.hold("adan.last", p.Dim, 0)
	eta, b1, b2, b3, eps := r.constants()
	return cmp.Or(checkMoments("adan", eta, b1, b2, eps), checkUnit("adan", "beta3", b3), checkNotNegative("adan", "eps_root", r.EpsRoot))
}

func (r *Adan[T]) constants() (eta, b1, b2, b3, eps float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.98), orDefault(r.Beta2, 0.92), orDefault(r.Beta3, 0.99), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *Adan[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Adan[T]) Begin(s *State[T]) bool {
	eta, b1, b2, b3, eps := r.constants()
	s.Step *= eta
	t := s.Iter + 1
	r.b1, r.b2, r.b3, r.in, r.out, r.first = T(b1), T(b2), T(b3), T(r.EpsRoot), T(eps), s.Iter == 0
	r.c1, r.c2, r.c3 = T(s.Step/unbias(b1, t)), T(s.Step*(1-b2)/unbias(b2, t)), T(1/unbias(b3, t))
	return true
}

// Part implements Elementwise.
func (r *Adan[T]) Part(u, _ []T, lo int) {
	m, v, n, last := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)], r.n[lo:lo+len(u)], r.last[lo:lo+len(u)]
	if r.first {
		copy(last, u)
	}
	for i, g := range u {
		d := g - last[i]
		last[i] = g
		m[i] = blend(r.b1, m[i], g)
		v[i] = blend(r.b2, v[i], d)
		d = g + (1-r.b2)*d
		n[i] = blend(r.b3, n[i], d*d)
		u[i] = -(r.c1*m[i] + r.c2*v[i]) / (root(n[i]*r.c3+r.in) + r.out)
	}
}

// Adopt divides each gradient by the second moment of the steps before it and
// takes the momentum of that, which converges for any β₂ (Taniguchi et al.,
// arXiv 2411.02853). Its first step only fills v:
//
//	m ← β₁·m + (1−β₁)·clip(g/max(√v, ε), ±t^¼),  x ← x − η·m
//	v ← β₂·v + (1−β₂)·g²     (t counts from 0; v is g² at first)
type Adopt[T Float] struct {
	Rate     float64 // η; 0 means 0.001
	Beta1    float64 // β₁ in [0, 1); 0 means 0.9
	Beta2    float64 // β₂ in [0, 1); 0 means 0.9999
	Eps      float64 // ε, a floor of the root; 0 means 1e-6
	NoClip   bool    // without the bound t^¼, as in the first version of the paper
	Nesterov bool    // step along β₁·m + (1−β₁)·(the newest scaled gradient)

	memory[T]
	m, v                    []T
	b1, b2, eta, eps, bound T    // of this step
	first                   bool // whether it is the first
}

// Init implements Rule.
func (r *Adopt[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("adopt.m", p.Dim, 0), r.hold("adopt.v", p.Dim, 0)
	eta, b1, b2, eps := r.constants()
	return checkMoments("adopt", eta, b1, b2, eps)
}

func (r *Adopt[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.9999), orDefault(r.Eps, 1e-6)
}

// Update implements Rule.
func (r *Adopt[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Adopt[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	r.b1, r.b2, r.eta, r.eps, r.bound, r.first = T(b1), T(b2), T(s.Step), T(eps), T(math.Inf(1)), s.Iter == 0
	if !r.NoClip {
		r.bound = T(math.Pow(float64(s.Iter), 0.25))
	}
	return true
}

// Part implements Elementwise.
func (r *Adopt[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		if r.first {
			v[i], u[i] = g*g, 0*g
			continue
		}
		d := min(max(g/max(root(v[i]), r.eps), -r.bound), r.bound)
		v[i] = blend(r.b2, v[i], g*g)
		m[i] = blend(r.b1, m[i], d)
		if u[i] = -r.eta * m[i]; r.Nesterov {
			u[i] = -r.eta * blend(r.b1, m[i], d)
		}
	}
}
