package optim

import (
	"cmp"
	"errors"
	"math/rand/v2"

	"descent/internal/stream"
)

// Sophia divides the mean gradient by a running diagonal of the Hessian and
// clips, so that steps are Newton's where the curvature is known and of one
// size elsewhere (Liu et al., arXiv 2305.14342). Every k steps it estimates the
// diagonal by one product with random signs z (Hutchinson):
//
//	h ← β₂·h + (1−β₂)·z∘(∇²f·z),  m ← β₁·m + (1−β₁)·g
//	x ← x − η·clip(m̂/max(γ·h, ε), ±1)
//
// The new diagonal counts at once, as in the paper; in Optax from the next step
// on (Late). Decoupled decay is the wrapper WeightDecay. Without an HVP the
// product is a difference of gradients.
type Sophia[T Float] struct {
	Rate  float64 // η; 0 means 0.001
	Beta1 float64 // β₁ in [0, 1); 0 means 0.965
	Beta2 float64 // β₂ in [0, 1); 0 means 0.99
	Gamma float64 // γ; 0 means 0.01
	Clip  float64 // the bound; 0 means 1
	Eps   float64 // ε; 0 means 1e-8
	Every int     // k; 0 means 10
	Seed  uint64  // of the signs
	Late  bool    // a new diagonal counts from the next step on

	memory[T]
	m, h    []T
	product func(x, v, out []T) error
	z, hz   []T
	random  rand.PCG
}

// Init implements Rule.
func (r *Sophia[T]) Init(p *Problem[T]) error {
	if p.Eval == nil && p.HVP == nil {
		return errors.New("optim: sophia needs the Hessian of the whole problem; it cannot be the rule of some blocks only")
	}
	r.memory = memory[T]{}
	r.m, r.h = r.hold("sophia.m", p.Dim, 0), r.hold("sophia.h", p.Dim, 0)
	r.z, r.hz = make([]T, p.Dim), make([]T, p.Dim)
	r.product = hessianProduct(p)
	eta, b1, b2, eps := r.constants()
	return cmp.Or(checkMoments("sophia", eta, b1, b2, eps), checkPositive("sophia", "gamma", r.gamma()),
		checkPositive("sophia", "clip", r.clip()), checkPositive("sophia", "count of steps", float64(r.every())))
}

func (r *Sophia[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.965), orDefault(r.Beta2, 0.99), orDefault(r.Eps, 1e-8)
}

func (r *Sophia[T]) gamma() float64 { return orDefault(r.Gamma, 0.01) }
func (r *Sophia[T]) clip() float64  { return orDefault(r.Clip, 1) }
func (r *Sophia[T]) every() int     { return int(orDefault(float64(r.Every), 10)) }

// Update implements Rule.
func (r *Sophia[T]) Update(u []T, s *State[T]) {
	eta, b1, _, eps := r.constants()
	s.Step *= eta
	due := s.Iter%r.every() == 0
	if due && !r.Late {
		r.estimate(s)
	}
	fix, gamma, clip := T(1/unbias(b1, s.Iter+1)), T(r.gamma()), T(r.clip())
	m, h := r.m[:len(u)], r.h[:len(u)]
	for i, g := range u {
		m[i] = blend(T(b1), m[i], g)
		u[i] = -T(s.Step) * min(max(m[i]*fix/max(gamma*h[i], T(eps)), -clip), clip)
	}
	if due && r.Late {
		r.estimate(s)
	}
}

// estimate moves the diagonal by one product with random signs.
func (r *Sophia[T]) estimate(s *State[T]) {
	stream.Seed(&r.random, r.Seed, signsOfSophia, uint64(s.Iter))
	var bits uint64
	for i := range r.z {
		if i%64 == 0 {
			bits = r.random.Uint64()
		}
		r.z[i] = T(1 - 2*float64(bits>>(i%64)&1))
	}
	if err := r.product(s.X, r.z, r.hz); err != nil {
		if !errors.Is(err, errNoCurvature) { // else the diagonal stays
			s.err = err // the solver ends the run with it
		}
		return
	}
	_, _, b2, _ := r.constants()
	for i, z := range r.z {
		r.h[i] = blend(T(b2), r.h[i], z*r.hz[i])
	}
}

var signsOfSophia = stream.Purpose("signs of sophia")
