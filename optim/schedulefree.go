package optim

import (
	"errors"
	"fmt"
	"math"
)

// ScheduleFree wraps a rule so that it needs no schedule (Defazio et al., arXiv
// 2405.15682): the rule moves z, the gradient is taken at y between z and the
// average x, and x is what is reported:
//
//	y = (1−β)·z + β·x,   z ← z + u(∇f(y)),   x ← (1−c)·x + c·z,
//	c = wₜ/Σw,  w = (largest rate so far)^Power
//
// The rule inside should have no momentum of its own.
type ScheduleFree[T Float] struct {
	Rule[T]
	Beta  float64 // β in [0, 1); 0 means 0.9
	Power float64 // 0 means 2

	z     []T
	total scalars[T] // Σw and the largest rate
}

const (
	freeWeight = iota
	freeRate
	freeShare // c of the last step
	freeSize
)

// Unwrap implements Wrapper.
func (r *ScheduleFree[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *ScheduleFree[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: ScheduleFree needs a rule")
	}
	if err := checkUnit("schedule-free", "beta", r.beta()); err != nil {
		return err
	}
	if pow := orDefault(r.Power, 2); !(pow >= 0) || math.IsInf(pow, 0) {
		return fmt.Errorf("optim: schedule-free needs a power that is not negative, got %v; try 2", pow)
	}
	r.z, r.total = make([]T, p.Dim), newScalars[T](freeSize)
	return r.Rule.Init(p)
}

func (r *ScheduleFree[T]) beta() float64 { return orDefault(r.Beta, 0.9) }

// Update implements Rule: it leads from y to the next y.
func (r *ScheduleFree[T]) Update(u []T, s *State[T]) {
	if s.Iter == 0 {
		copy(r.z, s.X)
	}
	r.Rule.Update(u, s)
	top := max(r.total.at(freeRate), s.Step)
	weight := math.Pow(top, orDefault(r.Power, 2))
	sum := r.total.at(freeWeight) + weight
	share := 0.0
	if sum > 0 {
		share = weight / sum
	}
	r.total.set(freeRate, top)
	r.total.set(freeWeight, sum)
	r.total.set(freeShare, share)
	// β·x = y − (1−β)·z, so the next y is
	// (1−c)·(y − (1−β)·z) + (β·c + 1−β)·(z + u).
	beta := r.beta()
	rest, keep, take := T(1-beta), T(1-share), T(beta*share+1-beta)
	z, x := r.z[:len(u)], s.X[:len(u)]
	for i, du := range u {
		next := z[i] + du
		u[i] = keep*(x[i]-rest*z[i]) + take*next - x[i]
		z[i] = next
	}
}

// Average implements Averaging.
func (r *ScheduleFree[T]) Average(_, shown []T, _ *State[T]) {
	approach(shown, r.z, r.total.at(freeShare))
}

// Buffers implements Rule.
func (r *ScheduleFree[T]) Buffers(yield func(string, []T) bool) {
	if yield("schedulefree.z", r.z) && yield("schedulefree.total", r.total) {
		r.Rule.Buffers(yield)
	}
}
