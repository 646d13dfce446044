package optim

import (
	"fmt"
	"math"
)

// Prodigy is Adam with an estimate d of the distance to the solution in place
// of a rate (Mishchenko and Defazio, arXiv 2306.06101, algorithm 4, in the form
// of Optax). With b = √(1−β₂ᵗ)/(1−β₁ᵗ) and β₃ = √β₂,
//
//	m ← β₁·m + (1−β₁)·d·g,  v ← β₂·v + (1−β₂)·d²·g²
//	r ← β₃·r + (d/d₀)·ηdb·g·(x₀−x),  s ← β₃·s + (d/d₀)·ηdb·g
//	x ← x − ηdb·(λ·x + m/(√v + d'·ε)),  d' = max(d, c·r/|s|₁)
type Prodigy[T Float] struct {
	Rate         float64 // η; 0 means 1
	Beta1, Beta2 float64 // in [0, 1); 0 means 0.9 and 0.999
	Eps          float64 // ε; 0 means 1e-8
	D0           float64 // d₀, the first estimate; 0 means 1e-6
	Coef         float64 // c; 0 means 1
	Decay        float64 // λ, decoupled

	x0, m, v, s []T
	d           scalars[T] // the estimate, and r
}

const (
	estimate = iota
	numerator
	estimateSize
)

// Init implements Rule.
func (r *Prodigy[T]) Init(p *Problem[T]) error {
	if err := checkEstimate("prodigy", r.Rate, orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8), orDefault(r.D0, 1e-6)*orDefault(r.Coef, 1), r.Decay); err != nil {
		return err
	}
	r.x0, r.m, r.v, r.s = make([]T, p.Dim), make([]T, p.Dim), make([]T, p.Dim), make([]T, p.Dim)
	r.d = newScalars[T](estimateSize)
	return nil
}

// checkEstimate checks the hyperparameters of the methods that estimate d.
func checkEstimate(rule string, rate, beta1, beta2, eps, d0, decay float64) error {
	if err := checkRate(rule, orDefault(rate, 1)); err != nil {
		return err
	}
	if err := checkUnit(rule, "beta1", beta1); err != nil {
		return err
	}
	if err := checkUnit(rule, "beta2", beta2); err != nil {
		return err
	}
	if !(eps > 0 && d0 > 0 && decay >= 0) || math.IsInf(eps+d0+decay, 0) {
		return fmt.Errorf("optim: %s needs positive eps and d0 and no negative decay, got %v, %v and %v", rule, eps, d0, decay)
	}
	return nil
}

// Update implements Rule.
func (r *Prodigy[T]) Update(u []T, s *State[T]) {
	d0 := orDefault(r.D0, 1e-6)
	if s.Iter == 0 {
		copy(r.x0, s.X)
		r.d.set(estimate, d0)
	}
	beta1, beta2, t, d := orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), float64(s.Iter+1), r.d.at(estimate)
	beta3 := math.Sqrt(beta2)
	s.Step *= orDefault(r.Rate, 1) * d * math.Sqrt(1-math.Pow(beta2, t)) / (1 - math.Pow(beta1, t))
	b1, b2, b3, c1, c2, c3 := T(beta1), T(beta2), T(beta3), T((1-beta1)*d), T((1-beta2)*d*d), T(s.Step*d/d0)
	var towards, length float64
	m, v, sum, x, x0 := r.m[:len(u)], r.v[:len(u)], r.s[:len(u)], s.X[:len(u)], r.x0[:len(u)]
	for i, g := range u {
		towards += float64(g) * float64(x0[i]-x[i])
		m[i] = b1*m[i] + c1*g
		v[i] = b2*v[i] + c2*g*g
		sum[i] = b3*sum[i] + c3*g
		length += math.Abs(float64(sum[i]))
	}
	up := beta3*r.d.at(numerator) + d/d0*s.Step*towards
	r.d.set(numerator, up)
	if length > 0 {
		d = max(d, orDefault(r.Coef, 1)*up/length)
	}
	r.d.set(estimate, d)
	eta, shrink, eps := T(s.Step), T(r.Decay*s.Step), T(d*orDefault(r.Eps, 1e-8))
	for i := range u {
		u[i] = -shrink*x[i] - eta*m[i]/(T(math.Sqrt(float64(v[i])))+eps)
	}
}

// Buffers implements Rule.
func (r *Prodigy[T]) Buffers(yield func(string, []T) bool) {
	_ = yield("prodigy.x0", r.x0) && yield("prodigy.m", r.m) && yield("prodigy.v", r.v) &&
		yield("prodigy.s", r.s) && yield("prodigy.d", r.d)
}

// DAdaptAdamW is AdamW with D-adaptation, an estimate d of the distance to the
// solution in place of a rate (Defazio and Mishchenko, arXiv 2301.07733,
// algorithm 5, in the form of Optax). With b = √(1−β₂ᵗ)/(1−β₁ᵗ) and β = √β₂,
//
//	r ← β·r + (1−β)·ηdb·g·s/(√v + ε)      (s and v before this step)
//	m ← β₁·m + (1−β₁)·ηdb·g,  v ← β₂·v + (1−β₂)·g²,  s ← β·s + (1−β)·ηdb·g
//	x ← x − ηdb·λ·x − m/(√v + ε),  d' = max(d, r/((1−β)·|s|₁))
type DAdaptAdamW[T Float] struct {
	Rate         float64 // η; 0 means 1
	Beta1, Beta2 float64 // in [0, 1); 0 means 0.9 and 0.999
	Eps          float64 // ε; 0 means 1e-8
	D0           float64 // the first estimate; 0 means 1e-6
	Decay        float64 // λ, decoupled

	m, v, s []T
	d       scalars[T]
}

// Init implements Rule.
func (r *DAdaptAdamW[T]) Init(p *Problem[T]) error {
	if err := checkEstimate("dadapt-adamw", r.Rate, orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8), orDefault(r.D0, 1e-6), r.Decay); err != nil {
		return err
	}
	r.m, r.v, r.s = make([]T, p.Dim), make([]T, p.Dim), make([]T, p.Dim)
	r.d = newScalars[T](estimateSize)
	r.d.set(estimate, orDefault(r.D0, 1e-6))
	return nil
}

// Update implements Rule.
func (r *DAdaptAdamW[T]) Update(u []T, s *State[T]) {
	beta1, beta2, t, d := orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), float64(s.Iter+1), r.d.at(estimate)
	beta := math.Sqrt(beta2)
	s.Step *= orDefault(r.Rate, 1) * d * math.Sqrt(1-math.Pow(beta2, t)) / (1 - math.Pow(beta1, t))
	eps := T(orDefault(r.Eps, 1e-8))
	b1, b2, b3, c1, c2, c3 := T(beta1), T(beta2), T(beta), T((1-beta1)*s.Step), T(1-beta2), T((1-beta)*s.Step)
	shrink := T(r.Decay * s.Step)
	var along, length float64
	m, v, sum, x := r.m[:len(u)], r.v[:len(u)], r.s[:len(u)], s.X[:len(u)]
	for i, g := range u {
		along += float64(g) * float64(sum[i]/(T(math.Sqrt(float64(v[i])))+eps))
		m[i] = b1*m[i] + c1*g
		v[i] = b2*v[i] + c2*g*g
		sum[i] = b3*sum[i] + c3*g
		length += math.Abs(float64(sum[i]))
		u[i] = -shrink*x[i] - m[i]/(T(math.Sqrt(float64(v[i])))+eps)
	}
	up := beta*r.d.at(numerator) + (1-beta)*s.Step*along
	r.d.set(numerator, up)
	if length > 0 {
		r.d.set(estimate, max(d, up/((1-beta)*length)))
	}
}

// Buffers implements Rule.
func (r *DAdaptAdamW[T]) Buffers(yield func(string, []T) bool) {
	_ = yield("dadapt.m", r.m) && yield("dadapt.v", r.v) && yield("dadapt.s", r.s) && yield("dadapt.d", r.d)
}
