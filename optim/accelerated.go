package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// Restart says when Accelerated forgets its momentum.
type Restart int

// The schemes of O'Donoghue and Candès (Found. Comput. Math. 15 (2015) 715).
const (
	RestartGradient Restart = iota + 1 // when the step leads against the momentum: ∇f(y)ᵀ(x₊ − x) > 0
	RestartFunction                    // when f rises
	RestartNever
)

var restartNames = []string{"gradient", "function", "none"}

// Accelerated is Nesterov's accelerated gradient (Soviet Math. Doklady 27 (1983)
// 372) in the form of Beck and Teboulle (SIAM J. Imaging Sci. 2 (2009) 183):
//
//	x₊ = y − ∇f(y)/L
//	t₊ = (1 + √(1 + 4t²))/2
//	y₊ = x₊ + (t − 1)/t₊·(x₊ − x)
//
// L is doubled until f(x₊) ≤ f(y) − |∇f(y)|²/2L, and lowered by a tenth after
// every step, so it follows the curvature. A restart sets t to 1, which on a
// strongly convex f makes the method linear without knowing how convex f is.
// The state's point is y, where the gradient is known; State.Step is 1/L.
type Accelerated[T Float] struct {
	Restart Restart // 0 means RestartGradient

	x, at []T // the point before the momentum, and the next
	memo  []T
}

// The entries of memo.
const (
	accL     = iota // L; 0 before the first step
	accT            // t
	accF            // f(x)
	accStale        // steps in a row within rounding noise
	accLeast        // least |∇f| of those
	accMemo
)

// accEase is the factor of L after a step.
const accEase = 0.9

// Init refuses problems with batches.
func (a *Accelerated[T]) Init(p *Problem[T], s *State[T]) error {
	switch {
	case p.Draw != nil:
		return errors.New("optim: accelerated gradient descent compares values of one function, but this problem draws a new batch for every step; use the full data, or the rule nesterov")
	case a.Restart < 0 || a.Restart > RestartNever:
		return fmt.Errorf("optim: there is no restart number %d", a.Restart)
	}
	a.x, a.at, a.memo = append([]T(nil), s.X...), make([]T, p.Dim), make([]T, accMemo)
	a.memo[accT], a.memo[accF] = 1, T(s.F)
	return nil
}

// Buffers yields what a later step depends on.
func (a *Accelerated[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("x before momentum", a.x) && yield("memo", a.memo)
}

// Next takes one step.
func (a *Accelerated[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if a.memo[accStale] > staleSteps {
		s.Why = stalled(s)
		return nil
	}
	if a.memo[accL] == 0 {
		if err := a.probe(p, s); err != nil {
			return err
		}
	}
	f, ok, err := a.forward(p, s)
	if err != nil || !ok {
		return err
	}
	beta := a.momentum(s, f)
	for i, next := range a.at {
		s.X[i] = next + beta*(next-a.x[i])
	}
	a.x, a.at = a.at, a.x
	before := s.F
	a.memo[accF] = T(f)
	s.Step = 1 / float64(a.memo[accL])
	a.memo[accL] *= accEase
	if s.F, err = p.Eval(s.X, s.G); err != nil {
		return err
	}
	stagnate(&a.memo[accStale], &a.memo[accLeast], math.Abs(before-s.F) > rounding[T](s.F), s.G)
	return nil
}

// probe takes the curvature along the gradient for the first L.
func (a *Accelerated[T]) probe(p *Problem[T], s *State[T]) error {
	out := a.x // which is s.X before the first step
	gg := kernel.Dot(s.G, s.G)
	if err := curvatureAlong(p, s, s.G, a.at, out); err != nil {
		return err
	}
	defer copy(a.x, s.X)
	a.memo[accL] = T(max(1, math.Sqrt(gg)))
	if l := kernel.Dot(out, s.G) / gg; l > 0 && finite(l) && finite(1/l) {
		a.memo[accL] = T(l)
	}
	return nil
}

// forward stores x₊ in at and returns f there, or sets s.Why where no L is
// large enough.
func (a *Accelerated[T]) forward(p *Problem[T], s *State[T]) (f float64, ok bool, err error) {
	gg := kernel.Dot(s.G, s.G)
	for range backtracks {
		rate := 1 / float64(a.memo[accL])
		for i, x := range s.X {
			a.at[i] = x - T(rate)*s.G[i]
		}
		if f, err = p.Eval(a.at, nil); err != nil {
			return f, false, err
		}
		if finite(f) && f <= s.F-rate/2*gg+rounding[T](s.F) {
			return f, true, nil
		}
		a.memo[accL] *= 2
	}
	s.Why = noDescent(s, trial{alpha: 1 / float64(a.memo[accL]), f: f})
	return f, false, nil
}

// momentum is the factor β of the next look ahead, 0 at a restart.
func (a *Accelerated[T]) momentum(s *State[T], f float64) (beta T) {
	t := float64(a.memo[accT])
	next := (1 + math.Sqrt(1+4*t*t)) / 2
	against := 0.0
	if a.Restart <= RestartGradient {
		for i, x := range a.at {
			against += float64(s.G[i]) * float64(x-a.x[i])
		}
	}
	if against > 0 || a.Restart == RestartFunction && f > float64(a.memo[accF]) {
		t, next = 1, 1
	}
	a.memo[accT] = T(next)
	return T((t - 1) / next)
}
