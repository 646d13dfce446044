package optim

import (
	"errors"
	"fmt"
	"math"
)

// Lookahead lets a rule take K steps and then goes back to a point between
// there and where it came from (Zhang et al., arXiv 1907.08610):
//
//	every K steps: φ ← φ + α·(x − φ),  x ← φ
//
// It reports φ + α·(x − φ) after every step, the slow point that a return at
// that step would give, so that after every K-th it is φ itself. The rule's
// memory stays as it is.
type Lookahead[T Float] struct {
	Rule[T]
	K     int     // 0 means 5
	Alpha float64 // α in (0, 1]; 0 means 0.5

	slow []T
}

// Unwrap implements Wrapper.
func (r *Lookahead[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Lookahead[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: Lookahead needs a rule")
	}
	if a := orDefault(r.Alpha, 0.5); r.K < 0 || !(a > 0 && a <= 1) {
		return fmt.Errorf("optim: lookahead needs a count of steps and alpha in (0, 1], got %d and %v; try 5 and 0.5", r.K, a)
	}
	r.slow = make([]T, p.Dim)
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Lookahead[T]) Update(u []T, s *State[T]) {
	if s.Iter == 0 {
		copy(r.slow, s.X)
	}
	r.Rule.Update(u, s)
	k := r.K
	if k == 0 {
		k = 5
	}
	if (s.Iter+1)%k != 0 {
		return
	}
	alpha, slow, x := T(orDefault(r.Alpha, 0.5)), r.slow[:len(u)], s.X[:len(u)]
	for i, du := range u {
		slow[i] += alpha * (x[i] + du - slow[i])
		u[i] = slow[i] - x[i]
	}
}

// Average implements Averaging.
func (r *Lookahead[T]) Average(walked, shown []T, _ *State[T]) {
	alpha, slow, walked := T(orDefault(r.Alpha, 0.5)), r.slow[:len(shown)], walked[:len(shown)]
	for i, v := range walked {
		shown[i] = slow[i] + alpha*(v-slow[i])
	}
}

// Buffers implements Rule.
func (r *Lookahead[T]) Buffers(yield func(string, []T) bool) {
	if yield("lookahead.slow", r.slow) {
		r.Rule.Buffers(yield)
	}
}

// SAM is sharpness-aware minimisation (Foret et al., arXiv 2010.01412): the
// rule gets the gradient of the same batch at the worst point nearby,
//
//	∇f(x + ρ·g/|g|)
//
// which costs a second evaluation in each step. A run on a full objective with
// a constant ρ ends near a minimum, not at it.
type SAM[T Float] struct {
	Rule[T]
	Rho float64 // ρ; 0 means 0.05

	p  *Problem[T]
	at []T
}

// Unwrap implements Wrapper.
func (r *SAM[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *SAM[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: SAM needs a rule")
	}
	if rho := orDefault(r.Rho, 0.05); !(rho > 0) || math.IsInf(rho, 0) {
		return fmt.Errorf("optim: sam needs a positive rho, got %v; try 0.05", rho)
	}
	r.p, r.at = p, make([]T, p.Dim)
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *SAM[T]) Update(u []T, s *State[T]) {
	if n := norm(u); n > 0 {
		far := T(orDefault(r.Rho, 0.05) / n)
		for i, g := range u {
			r.at[i] = s.X[i] + far*g
		}
		if _, err := r.p.Eval(r.at, u); err != nil {
			s.err = err // the solver ends the run with it
		}
	}
	r.Rule.Update(u, s)
}
