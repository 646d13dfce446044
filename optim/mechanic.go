package optim

import (
	"errors"
	"fmt"
	"math"
)

// Mechanic learns the scale of a rule's steps by betting with several memories
// β = 1−10⁻¹, …, 1−10⁻ᴺ at once (Cutkosky, Defazio and Mehta, arXiv 2306.00144,
// algorithm 1, in the form of Optax). With S = Σs, Δ the sum of the rule's
// steps, and the gradient g regularised by λ·S·|g|/|x|·x,
//
//	h = g·Δ,  m ← max(β·m, |h|+ε),  v ← β²·v + h²,  r ← β·r + clip(h, ±m)·s
//	s ← (s₀/N·m + max(0, r))/(√v + ε),  x ← x₀ + Σs·(Δ + u)
//
// where the m that clips is the one before this step, and signs are such that a
// Δ that led downhill makes s grow.
type Mechanic[T Float] struct {
	Rule[T]
	S0    float64 // s₀; 0 means 1e-6
	Betas int     // N; 0 means 6
	Decay float64 // λ; 0 means 0.01
	Eps   float64 // ε; 0 means 1e-8

	x0, g []T
	bets  scalars[T] // r, m, v and s of each β
}

// Unwrap implements Wrapper.
func (r *Mechanic[T]) Unwrap() Rule[T] { return r.Rule }

func (r *Mechanic[T]) betas() int {
	if r.Betas == 0 {
		return 6
	}
	return r.Betas
}

// Init implements Rule.
func (r *Mechanic[T]) Init(p *Problem[T]) error {
	s0, decay, eps := orDefault(r.S0, 1e-6), orDefault(r.Decay, 0.01), orDefault(r.Eps, 1e-8)
	switch {
	case r.Rule == nil:
		return errors.New("optim: Mechanic needs a rule")
	case !(s0 > 0 && decay >= 0 && eps > 0) || math.IsInf(s0+decay+eps, 0):
		return fmt.Errorf("optim: mechanic needs positive s0 and eps and no negative decay, got %v, %v and %v", s0, eps, decay)
	case r.betas() < 1 || r.betas() > 15:
		return fmt.Errorf("optim: mechanic needs 1 to 15 betas, got %d; try 6", r.Betas)
	}
	r.x0, r.g = make([]T, p.Dim), make([]T, p.Dim)
	r.bets = newScalars[T](4 * r.betas())
	for k := range r.betas() {
		r.bets.set(4*k+3, s0)
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Mechanic[T]) Update(u []T, s *State[T]) {
	if s.Iter == 0 {
		copy(r.x0, s.X)
	}
	copy(r.g, u)
	r.Rule.Update(u, s)
	eps, before := orDefault(r.Eps, 1e-8), 0.0
	for k := range r.betas() {
		before += r.bets.at(4*k + 3)
	}
	pull := orDefault(r.Decay, 0.01) * before * norm(r.g) / (norm(s.X) + eps)
	h, scale := 0.0, 1/(before+eps)
	for i, g := range r.g {
		x := float64(s.X[i])
		h += (float64(g) + pull*x) * (float64(r.x0[i]) - x) * scale
	}
	after := 0.0
	for k := range r.betas() {
		after += r.bet(k, h, eps)
	}
	for i, du := range u {
		x, x0 := float64(s.X[i]), float64(r.x0[i])
		u[i] = T(x0 - after*((x0-x)*scale-float64(du)) - x)
	}
	s.Step *= after
}

// bet updates what is known to the memory number k, and returns its s.
func (r *Mechanic[T]) bet(k int, h, eps float64) float64 {
	at := r.bets[4*k*scalarParts:]
	beta, reward, most, square, s := 1-math.Pow(0.1, float64(k+1)), at.at(0), at.at(1), at.at(2), at.at(3)
	reward = beta*reward + max(-most, min(h, most))*s
	most = max(beta*most, math.Abs(h)+eps)
	square = beta*beta*square + h*h
	s = (orDefault(r.S0, 1e-6)/float64(r.betas())*most + max(0, reward)) / (math.Sqrt(square) + eps)
	at.set(0, reward)
	at.set(1, most)
	at.set(2, square)
	at.set(3, s)
	return s
}

// Buffers implements Rule.
func (r *Mechanic[T]) Buffers(yield func(string, []T) bool) {
	if yield("mechanic.x0", r.x0) && yield("mechanic.bets", r.bets) {
		r.Rule.Buffers(yield)
	}
}
