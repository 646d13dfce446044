package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// DoG is distance over gradients (Ivgi, Hinder and Carmon, arXiv 2302.12022):
// gradient descent whose rate is the largest distance from the start so far
// over the root of all squared gradients,
//
//	η·r/√(Σ|g|² + ε),  r = max(d₀·(1+|x₀|), maxₖ|xₖ − x₀|)
//
// The paper reports an average of the way: wrap it in Mean or EMA.
type DoG[T Float] struct {
	Rate float64 // η; 0 means 1
	D0   float64 // d₀; 0 means 1e-6
	Eps  float64 // ε; 0 means 1e-8

	x0 []T
	d  scalars[T] // r, and the sum
}

// Init implements Rule.
func (r *DoG[T]) Init(p *Problem[T]) error {
	r.x0, r.d = make([]T, p.Dim), newScalars[T](estimateSize)
	return checkEstimate("dog", r.Rate, 0, 0, orDefault(r.Eps, 1e-8), orDefault(r.D0, 1e-6), 0)
}

// Update implements Rule.
func (r *DoG[T]) Update(u []T, s *State[T]) {
	if s.Iter == 0 {
		copy(r.x0, s.X)
		r.d.set(estimate, orDefault(r.D0, 1e-6)*(1+norm(s.X)))
	}
	far := max(r.d.at(estimate), math.Sqrt(squaredDistance(s.X, r.x0)))
	g := norm(u)
	sum := r.d.at(numerator) + g*g
	r.d.set(estimate, far)
	r.d.set(numerator, sum)
	s.Step *= orDefault(r.Rate, 1) * far / math.Sqrt(sum+orDefault(r.Eps, 1e-8))
	kernel.Scale(-T(s.Step), u)
}

// Buffers implements Rule.
func (r *DoG[T]) Buffers(yield func(string, []T) bool) {
	_ = yield("dog.x0", r.x0) && yield("dog.d", r.d)
}

// squaredDistance is |x − y|².
func squaredDistance[T Float](x, y []T) (sum float64) {
	y = y[:len(x)]
	for i, v := range x {
		d := float64(v) - float64(y[i])
		sum += d * d
	}
	return sum
}

// DoWG is distance over weighted gradients (Khaled, Mishchenko and Jin, arXiv
// 2305.16284): with r² = max(ε, maxₖ|xₖ − x₀|²),
//
//	w ← w + r²·|g|²,  x ← x − η·r²/(√w + ε)·g
type DoWG[T Float] struct {
	Rate float64 // η; 0 means 1
	Eps  float64 // ε; 0 means 1e-4

	x0 []T
	d  scalars[T] // r², and w
}

// Init implements Rule.
func (r *DoWG[T]) Init(p *Problem[T]) error {
	r.x0, r.d = make([]T, p.Dim), newScalars[T](estimateSize)
	r.d.set(estimate, orDefault(r.Eps, 1e-4))
	return checkEstimate("dowg", r.Rate, 0, 0, orDefault(r.Eps, 1e-4), 1, 0)
}

// Update implements Rule.
func (r *DoWG[T]) Update(u []T, s *State[T]) {
	if s.Iter == 0 {
		copy(r.x0, s.X)
	}
	square := max(r.d.at(estimate), squaredDistance(s.X, r.x0))
	g := norm(u)
	sum := r.d.at(numerator) + square*g*g
	r.d.set(estimate, square)
	r.d.set(numerator, sum)
	s.Step *= orDefault(r.Rate, 1) * square / (math.Sqrt(sum) + orDefault(r.Eps, 1e-4))
	kernel.Scale(-T(s.Step), u)
}

// Buffers implements Rule.
func (r *DoWG[T]) Buffers(yield func(string, []T) bool) {
	_ = yield("dowg.x0", r.x0) && yield("dowg.d", r.d)
}

// COCOB bets on each coordinate like on a coin and needs no rate (Orabona and
// Tommasi, arXiv 1705.07795, algorithm 2). Coordinate by coordinate:
//
//	L ← max(L, |g|),  G ← G + |g|,  R ← max(R − g·(x−x₀), 0),  C ← C − g
//	x ← x₀ + C/(L·max(G + L, α·L))·(L + R)
//
// A schedule shortens the whole step.
type COCOB[T Float] struct {
	Alpha float64 // α; 0 means 100
	Eps   float64 // the first L; 0 means 1e-8

	x0, least, sum, reward, bets []T
}

// Init implements Rule.
func (r *COCOB[T]) Init(p *Problem[T]) error {
	alpha, eps := orDefault(r.Alpha, 100), orDefault(r.Eps, 1e-8)
	if !(alpha > 0 && eps > 0) || math.IsInf(alpha+eps, 0) {
		return fmt.Errorf("optim: cocob needs positive alpha and eps, got %v and %v", alpha, eps)
	}
	r.x0, r.least, r.sum, r.reward, r.bets = make([]T, p.Dim), make([]T, p.Dim), make([]T, p.Dim), make([]T, p.Dim), make([]T, p.Dim)
	for i := range r.least {
		r.least[i] = T(eps)
	}
	return nil
}

// Update implements Rule.
func (r *COCOB[T]) Update(u []T, s *State[T]) {
	if s.Iter == 0 {
		copy(r.x0, s.X)
	}
	alpha, factor := T(orDefault(r.Alpha, 100)), T(s.Step)
	for i, g := range u {
		size, x := T(math.Abs(float64(g))), s.X[i]
		r.least[i] = max(r.least[i], size)
		r.sum[i] += size
		r.reward[i] = max(r.reward[i]-g*(x-r.x0[i]), 0)
		r.bets[i] -= g
		l := r.least[i]
		u[i] = factor * (r.x0[i] + r.bets[i]/(l*max(r.sum[i]+l, alpha*l))*(l+r.reward[i]) - x)
	}
}

// Buffers implements Rule.
func (r *COCOB[T]) Buffers(yield func(string, []T) bool) {
	_ = yield("cocob.x0", r.x0) && yield("cocob.l", r.least) && yield("cocob.g", r.sum) &&
		yield("cocob.r", r.reward) && yield("cocob.c", r.bets)
}
