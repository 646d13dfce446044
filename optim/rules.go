package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// GD is gradient descent with a fixed rate (Cauchy 1847):
//
//	x ← x − η·g
//
// On a quadratic it converges when η < 2/λmax, the largest curvature.
type GD[T Float] struct {
	Rate float64 // η; 0 means 0.01

	eta T // of this step
}

// Init implements Rule.
func (r *GD[T]) Init(*Problem[T]) error { return checkRate("gd", r.rate()) }

func (r *GD[T]) rate() float64 { return orDefault(r.Rate, 0.01) }

// Update implements Rule.
func (r *GD[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *GD[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.eta = T(s.Step)
	return true
}

// Part implements Elementwise.
func (r *GD[T]) Part(u, _ []T, _ int) { kernel.Scale(-r.eta, u) }

// Move implements Mover.
func (r *GD[T]) Move(y, x, g []T, _ int) bool {
	kernel.AddScaled(y, -r.eta, g, x)
	return true
}

// Buffers implements Rule: gradient descent remembers nothing.
func (r *GD[T]) Buffers(func(string, []T) bool) {}

func (r *GD[T]) rateLimit(curvature float64) (float64, string) { return 2 / curvature, "2/λ" }

// Momentum is the heavy ball method (Polyak 1964) in the convention of
// PyTorch's SGD, where the rate multiplies the whole velocity:
//
//	m ← β·m + (1−d)·g,  x ← x − η·m     (d is Dampening; the first m is g)
//
// With RateInside the velocity keeps the rates it was built with, as in Keras:
//
//	v ← β·v − η·(1−d)·g,  x ← x + v     (the first v is −η·(1−d)·g)
//
// Both take the same steps while the rate is constant and d is 0, and differ
// under a schedule. On a quadratic the method converges when
// η·(1−d) < 2(1+β)/λmax.
type Momentum[T Float] struct {
	Rate       float64 // η; 0 means 0.01
	Beta       float64 // β in [0, 1); 0 means 0.9
	Dampening  float64 // d in [0, 1)
	RateInside bool    // the convention of Keras

	m                []T
	eta, share, keep T // of this step
}

// Init implements Rule.
func (r *Momentum[T]) Init(p *Problem[T]) error {
	if err := checkRate("momentum", r.rate()); err != nil {
		return err
	}
	if err := checkUnit("momentum", "beta", r.beta()); err != nil {
		return err
	}
	if err := checkUnit("momentum", "dampening", r.Dampening); err != nil {
		return err
	}
	r.m = make([]T, p.Dim)
	return nil
}

func (r *Momentum[T]) rate() float64 { return orDefault(r.Rate, 0.01) }
func (r *Momentum[T]) beta() float64 { return orDefault(r.Beta, 0.9) }

// Update implements Rule.
func (r *Momentum[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Momentum[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.eta, r.share, r.keep = T(s.Step), T(1-r.Dampening), T(r.beta())
	if s.Iter == 0 && !r.RateInside {
		r.share = 1
	}
	return true
}

// Part implements Elementwise.
func (r *Momentum[T]) Part(u, _ []T, lo int) {
	beta, m := r.keep, r.m[lo:lo+len(u)]
	if r.RateInside {
		for i, g := range u {
			m[i] = beta*m[i] - r.eta*r.share*g
			u[i] = m[i]
		}
		return
	}
	kernel.Momentum(u, m, beta, r.share, r.eta)
}

// Move implements Mover.
func (r *Momentum[T]) Move(y, x, g []T, lo int) bool {
	if r.RateInside {
		return false
	}
	kernel.MomentumStep(y, x, g, r.m[lo:lo+len(g)], r.keep, r.share, r.eta)
	return true
}

// Buffers implements Rule.
func (r *Momentum[T]) Buffers(yield func(string, []T) bool) { yield("momentum.m", r.m) }

func (r *Momentum[T]) rateLimit(curvature float64) (float64, string) {
	limit := 2 * (1 + r.beta()) / ((1 - r.Dampening) * curvature)
	if r.Dampening > 0 {
		return limit, "2(1+β)/((1−d)λ)"
	}
	return limit, "2(1+β)/λ"
}

// Nesterov is Nesterov's accelerated gradient with a constant momentum
// (Nesterov 1983), in the form that evaluates the gradient at the point itself
// (Sutskever et al., ICML 2013; PyTorch's SGD with nesterov):
//
//	m ← β·m + g,  x ← x − η·(g + β·m)
//
// On a quadratic it converges when η < 2(1+β)/((1+2β)·λmax).
type Nesterov[T Float] struct {
	Rate float64 // η; 0 means 0.01
	Beta float64 // β in [0, 1); 0 means 0.9

	m         []T
	eta, keep T // of this step
}

// Init implements Rule.
func (r *Nesterov[T]) Init(p *Problem[T]) error {
	if err := checkRate("nesterov", r.rate()); err != nil {
		return err
	}
	if err := checkUnit("nesterov", "beta", r.beta()); err != nil {
		return err
	}
	r.m = make([]T, p.Dim)
	return nil
}

func (r *Nesterov[T]) rate() float64 { return orDefault(r.Rate, 0.01) }
func (r *Nesterov[T]) beta() float64 { return orDefault(r.Beta, 0.9) }

// Update implements Rule.
func (r *Nesterov[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Nesterov[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.eta, r.keep = T(s.Step), T(r.beta())
	return true
}

// Part implements Elementwise.
func (r *Nesterov[T]) Part(u, _ []T, lo int) {
	kernel.Nesterov(u, r.m[lo:lo+len(u)], r.keep, r.eta)
}

// Move implements Mover.
func (r *Nesterov[T]) Move(y, x, g []T, lo int) bool {
	kernel.NesterovStep(y, x, g, r.m[lo:lo+len(g)], r.keep, r.eta)
	return true
}

// Buffers implements Rule.
func (r *Nesterov[T]) Buffers(yield func(string, []T) bool) { yield("nesterov.m", r.m) }

func (r *Nesterov[T]) rateLimit(curvature float64) (float64, string) {
	b := r.beta()
	return 2 * (1 + b) / ((1 + 2*b) * curvature), "2(1+β)/((1+2β)λ)"
}

func checkRate(rule string, v float64) error {
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("optim: %s needs a positive rate, got %v; try 0.01", rule, v)
	}
	return nil
}

func checkUnit(rule, name string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("optim: %s needs %s in [0, 1), got %v", rule, name, v)
	}
	return nil
}
