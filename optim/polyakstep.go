package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// PolyakStep is gradient descent with Polyak's rate, for objectives whose least
// value is known (Loizou et al., arXiv 2002.10542):
//
//	x ← x − min((f − f*)/(|g|² + ε), η)·g
//
// With Plus a value below f* gives no step rather than one uphill (sps+,
// Garrigos, Gower and Schaipp, arXiv 2307.14528).
type PolyakStep[T Float] struct {
	Rate float64 // η, the largest rate; 0 means 1
	FMin float64 // f*
	Eps  float64 // ε
	Plus bool
}

// Init implements Rule.
func (r *PolyakStep[T]) Init(*Problem[T]) error {
	if !finite(r.FMin) || !(r.Eps >= 0) || math.IsInf(r.Eps, 0) {
		return fmt.Errorf("optim: the polyak step needs a least value and an eps of at least 0, got %v and %v", r.FMin, r.Eps)
	}
	return checkRate("polyak", orDefault(r.Rate, 1))
}

// Update implements Rule.
func (r *PolyakStep[T]) Update(u []T, s *State[T]) {
	n, gap, rate := norm(u), s.F-r.FMin, 0.0
	if r.Plus {
		gap = max(gap, 0)
	}
	if n*n+r.Eps > epsilon[float64]() {
		rate = min(gap/(n*n+r.Eps), orDefault(r.Rate, 1))
	}
	s.Step *= rate
	kernel.Scale(-T(s.Step), u)
}

// Buffers implements Rule: the polyak step remembers nothing.
func (r *PolyakStep[T]) Buffers(func(string, []T) bool) {}

// Momo is momentum with a rate from a model of the loss, at most η (Schaipp et
// al., arXiv 2305.07583, algorithm 1): with exponential averages m of the
// gradients, f̄ of the values and γ of g·x, and f* a bound of the loss from
// below,
//
//	τ = min(η, max(0, (1+ηλ)(f̄ − f* − γ) + m·x)/|m|²)
//	x ← x − τ·m − ηλ/(1+ηλ)·x
//
// With Adam, m is divided by √v̂ + ε and |m|² measured so (algorithm 2), the
// average of the values starts at 0, and its bias is taken out.
type Momo[T Float] struct {
	Rate  float64 // η; 0 means 1, with Adam 0.01
	Beta  float64 // of m, f̄ and γ, in [0, 1); 0 means 0.9
	FMin  float64 // f*
	Decay float64 // λ
	Adapt bool    // estimate f* from below by itself, not less than FMin
	Adam  bool
	Beta2 float64 // of v; 0 means 0.999
	Eps   float64 // ε; 0 means 1e-8

	m, v []T
	avg  scalars[T]
}

// What Momo.avg holds.
const (
	momoValue = iota // f̄
	momoSlope        // γ
	momoLeast        // f*
	momoSize
)

// Init implements Rule.
func (r *Momo[T]) Init(p *Problem[T]) error {
	if !finite(r.FMin) {
		return fmt.Errorf("optim: momo needs a finite bound of the loss, got %v", r.FMin)
	}
	r.m, r.v, r.avg = make([]T, p.Dim), nil, newScalars[T](momoSize)
	if r.Adam {
		r.v = make([]T, p.Dim)
	}
	r.avg.set(momoLeast, r.FMin)
	return checkEstimate("momo", r.Rate, orDefault(r.Beta, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8), 1, r.Decay)
}

// Update implements Rule.
func (r *Momo[T]) Update(u []T, s *State[T]) {
	beta, rate, fix := orDefault(r.Beta, 0.9), orDefault(r.Rate, 1)*s.Step, 1.0
	switch {
	case r.Adam:
		rate = orDefault(r.Rate, 0.01) * s.Step
		fix = 1 - math.Pow(beta, float64(s.Iter+1))
	case s.Iter == 0:
		beta = 0
	}
	slope, inner, square := r.average(u, s, beta)
	value := beta*r.avg.at(momoValue) + (1-beta)*s.F
	slope = beta*r.avg.at(momoSlope) + (1-beta)*slope
	r.avg.set(momoValue, value)
	r.avg.set(momoSlope, slope)
	least, grow := r.avg.at(momoLeast), 1+rate*r.Decay
	if top := grow*(value-slope) + inner; r.Adapt && top < grow*fix*least {
		least = max(top/(2*fix*grow), r.FMin)
	}
	tau := 0.0
	if square > epsilon[float64]() {
		tau = min(rate/fix, max(0, grow*(value-fix*least-slope)+inner)/square)
	}
	if r.Adapt {
		r.avg.set(momoLeast, max((value+inner-slope-tau*square/2)/fix, r.FMin))
	}
	s.Step = tau
	eta, shrink := T(tau), T(rate*r.Decay/grow)
	for i, d := range u {
		u[i] = -eta*d - shrink*s.X[i]
	}
}

// average takes the gradient in u into m and v, and leaves in u the direction:
// m, with Adam m/(√v̂ + ε). It returns g·x, m·x and m·direction.
func (r *Momo[T]) average(u []T, s *State[T], beta float64) (slope, inner, square float64) {
	b, c, m := T(beta), T(1-beta), r.m[:len(u)]
	beta2 := orDefault(r.Beta2, 0.999)
	b2, c2, fix2, eps := T(beta2), T(1-beta2), T(1-math.Pow(beta2, float64(s.Iter+1))), T(orDefault(r.Eps, 1e-8))
	for i, g := range u {
		x := float64(s.X[i])
		slope += float64(g) * x
		m[i] = b*m[i] + c*g
		inner += float64(m[i]) * x
		u[i] = m[i]
		if r.v != nil {
			r.v[i] = b2*r.v[i] + c2*g*g
			u[i] /= eps + T(math.Sqrt(float64(r.v[i]/fix2)))
		}
		square += float64(m[i]) * float64(u[i])
	}
	return slope, inner, square
}

// Buffers implements Rule.
func (r *Momo[T]) Buffers(yield func(string, []T) bool) {
	if yield("momo.m", r.m) && yield("momo.avg", r.avg) && r.Adam {
		yield("momo.v", r.v)
	}
}
