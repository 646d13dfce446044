package optim

import "cmp"

// OptimisticGD adds to the gradient its change since the last step, a guess at
// the next one, which calms games and saddles that plain descent circles
// (Mokhtari et al., arXiv 1901.08511):
//
//	x ← x − η·((α+β)·g − β·g′),  g′ the gradient before (g at first)
type OptimisticGD[T Float] struct {
	Rate  float64 // η; 0 means 0.01
	Alpha float64 // α; 0 means 1
	Beta  float64 // β; 0 means 1

	memory[T]
	last      []T
	now, then T    // factors of g and g′ in this step
	first     bool // whether it is the first
}

// Init implements Rule.
func (r *OptimisticGD[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.last = r.hold("optimistic.last", p.Dim, 0)
	return cmp.Or(checkRate("optimistic-gd", r.rate()), checkPositive("optimistic-gd", "alpha", r.alpha()),
		checkNotNegative("optimistic-gd", "beta", r.beta()))
}

func (r *OptimisticGD[T]) rate() float64  { return orDefault(r.Rate, 0.01) }
func (r *OptimisticGD[T]) alpha() float64 { return orDefault(r.Alpha, 1) }
func (r *OptimisticGD[T]) beta() float64  { return orDefault(r.Beta, 1) }

// Update implements Rule.
func (r *OptimisticGD[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *OptimisticGD[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.now, r.then, r.first = T(-s.Step*(r.alpha()+r.beta())), T(s.Step*r.beta()), s.Iter == 0
	return true
}

// Part implements Elementwise.
func (r *OptimisticGD[T]) Part(u, _ []T, lo int) {
	last := r.last[lo : lo+len(u)]
	if r.first {
		copy(last, u)
	}
	for i, v := range u {
		u[i] = r.now*v + r.then*last[i]
		last[i] = v
	}
}

// OptimisticAdam is OptimisticGD along Adam's direction (Daskalakis et al.,
// arXiv 1711.00141):
//
//	d = m̂/(√v̂ + ε),  x ← x − η·((α+β)·d − β·d′)
//
// It is the second version of Optax. The first one is Alpha = 1 with
// Beta = optimism/η. Optax takes Nesterov's m̂ by default (Nesterov).
type OptimisticAdam[T Float] struct {
	Rate     float64 // η; 0 means 0.001
	Alpha    float64 // α; 0 means 1
	Beta     float64 // β; 0 means 1
	Beta1    float64 // of Adam; 0 means 0.9
	Beta2    float64 // of Adam; 0 means 0.999
	Eps      float64 // of Adam; 0 means 1e-8
	Nesterov bool    // d by NAdam with a constant momentum

	adam  Adam[T]
	nadam NAdam[T]
	guess OptimisticGD[T]
}

// Init implements Rule.
func (r *OptimisticAdam[T]) Init(p *Problem[T]) error {
	r.set()
	return cmp.Or(r.direction().Init(p), r.guess.Init(p))
}

// set hands the settings on, which a schedule may have changed.
func (r *OptimisticAdam[T]) set() {
	r.adam.Rate, r.adam.Beta1, r.adam.Beta2, r.adam.Eps = 1, r.Beta1, r.Beta2, r.Eps
	r.nadam.Rate, r.nadam.Beta1, r.nadam.Beta2, r.nadam.Eps, r.nadam.Constant = 1, r.Beta1, r.Beta2, r.Eps, true
	r.guess.Rate, r.guess.Alpha, r.guess.Beta = orDefault(r.Rate, 0.001), r.Alpha, r.Beta
}

func (r *OptimisticAdam[T]) direction() Elementwise[T] {
	if r.Nesterov {
		return &r.nadam
	}
	return &r.adam
}

// Update implements Rule.
func (r *OptimisticAdam[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise. The direction is Adam's step of rate 1, which
// points downhill.
func (r *OptimisticAdam[T]) Begin(s *State[T]) bool {
	r.set()
	factor := s.Step
	s.Step = 1
	r.direction().Begin(s)
	s.Step = factor
	r.guess.Begin(s)
	r.guess.now, r.guess.then = -r.guess.now, -r.guess.then
	return true
}

// Part implements Elementwise.
func (r *OptimisticAdam[T]) Part(u, x []T, lo int) {
	r.direction().Part(u, x, lo)
	r.guess.Part(u, x, lo)
}

// Buffers implements Rule.
func (r *OptimisticAdam[T]) Buffers(yield func(string, []T) bool) {
	buffersOf(yield, Rule[T](r.direction()), &r.guess)
}
