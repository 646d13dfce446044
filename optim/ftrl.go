package optim

import (
	"cmp"
	"math"
)

// FTRL is follow the proximally regularised leader (McMahan et al., KDD 2013):
// each point minimises the sum of all gradients so far, linearised, plus a
// quadratic around every earlier point and an l1 term that makes zeros exact:
//
//	n ← n + g²,  z ← z + g − (nᵖ − n′ᵖ)/η·x,  n′ the sum before
//	x ← −(z − clip(z, ±l1))/((β + nᵖ)/η + l2)
//
// With l1 = l2 = 0 it takes the steps of Adagrad. z begins where the start
// point solves the last line. Keras begins with z = 0, as if the start were
// zero (FromZero), and its l2 is half of this one.
type FTRL[T Float] struct {
	Rate     float64 // η; 0 means 0.1
	Power    float64 // p in (0, 1]; 0 means 0.5. Keras has −p
	Initial  float64 // the first n; 0 means 0.1
	Beta     float64 // β
	L1       float64 // λ₁ of λ₁·|x|
	L2       float64 // λ₂ of λ₂/2·x²
	FromZero bool    // z begins at 0

	memory[T]
	n, z                      []T
	rate, power, beta, l1, l2 T    // of this step
	first                     bool // whether z is to be made from x
}

// Init implements Rule.
func (r *FTRL[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	eta, power, first := r.constants()
	r.n, r.z = r.hold("ftrl.n", p.Dim, first), r.hold("ftrl.z", p.Dim, 0)
	return cmp.Or(checkRate("ftrl", eta), checkPositive("ftrl", "power", power), checkPositive("ftrl", "initial sum", first),
		checkNotNegative("ftrl", "beta", r.Beta), checkNotNegative("ftrl", "l1", r.L1), checkNotNegative("ftrl", "l2", r.L2))
}

func (r *FTRL[T]) constants() (eta, power, first float64) {
	return orDefault(r.Rate, 0.1), orDefault(r.Power, 0.5), orDefault(r.Initial, 0.1)
}

// Update implements Rule.
func (r *FTRL[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *FTRL[T]) Begin(s *State[T]) bool {
	eta, power, _ := r.constants()
	s.Step *= eta
	r.rate, r.power, r.beta, r.l1, r.l2 = T(s.Step), T(power), T(r.Beta), T(r.L1), T(r.L2)
	r.first = s.Iter == 0 && !r.FromZero
	return true
}

// Part implements Elementwise.
func (r *FTRL[T]) Part(u, x []T, lo int) {
	n, z := r.n[lo:lo+len(u)], r.z[lo:lo+len(u)]
	for i, g := range u {
		before := r.raise(n[i])
		if r.first {
			z[i] = -x[i]*((r.beta+before)/r.rate+r.l2) - r.l1*signOf(x[i])
		}
		n[i] += g * g
		after := r.raise(n[i])
		z[i] += g - (after-before)/r.rate*x[i]
		u[i] = -(z[i]-min(max(z[i], -r.l1), r.l1))/((r.beta+after)/r.rate+r.l2) - x[i]
	}
}

func (r *FTRL[T]) raise(n T) T {
	if r.power == 0.5 {
		return root(n)
	}
	return T(math.Pow(float64(n), float64(r.power)))
}

// MADGRAD is dual averaging with cube roots: each point is the start moved
// against the weighted sum of all gradients, and the steps go a part of the way
// there (Defazio and Jelassi, arXiv 2101.11075):
//
//	λ = (η + ε)·√(t+1),  s ← s + λ·g,  n ← n + λ·g²,  z = x₀ − s/(∛n + ε)
//	x ← μ·x + (1−μ)·z     (t counts from 0)
type MADGRAD[T Float] struct {
	Rate     float64 // η; 0 means 0.01
	Momentum float64 // μ in [0, 1); 0 means 0.9
	Eps      float64 // ε; 0 means 1e-6

	memory[T]
	sum, n, start      []T
	weight, share, eps T    // of this step
	first              bool // whether it is the first
}

// Init implements Rule.
func (r *MADGRAD[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.sum, r.n, r.start = r.hold("madgrad.s", p.Dim, 0), r.hold("madgrad.n", p.Dim, 0), r.hold("madgrad.x0", p.Dim, 0)
	eta, mu, eps := r.constants()
	return cmp.Or(checkRate("madgrad", eta), checkUnit("madgrad", "momentum", mu), checkPositive("madgrad", "eps", eps))
}

func (r *MADGRAD[T]) constants() (eta, mu, eps float64) {
	return orDefault(r.Rate, 0.01), orDefault(r.Momentum, 0.9), orDefault(r.Eps, 1e-6)
}

// Update implements Rule.
func (r *MADGRAD[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *MADGRAD[T]) Begin(s *State[T]) bool {
	eta, mu, eps := r.constants()
	s.Step *= eta
	r.weight, r.share, r.eps = T((s.Step+eps)*math.Sqrt(float64(s.Iter+1))), T(1-mu), T(eps)
	r.first = s.Iter == 0
	return true
}

// Part implements Elementwise.
func (r *MADGRAD[T]) Part(u, x []T, lo int) {
	sum, n, start := r.sum[lo:lo+len(u)], r.n[lo:lo+len(u)], r.start[lo:lo+len(u)]
	if r.first {
		copy(start, x)
	}
	for i, g := range u {
		sum[i] += r.weight * g
		n[i] += r.weight * g * g
		z := start[i] - sum[i]/(T(math.Cbrt(float64(n[i])))+r.eps)
		u[i] = r.share * (z - x[i])
	}
}
