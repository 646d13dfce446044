package optim

import (
	"cmp"

	"descent/internal/kernel"
)

// Adagrad divides each parameter's step by the root of the sum of its squared
// gradients (Duchi, Hazan and Singer, JMLR 12, 2011):
//
//	a ← a + g²,  x ← x − η·g/(√a + ε)
//
// As in PyTorch the sum begins at 0 and ε stands outside the root. Optax and
// Keras begin at Initial = 0.1 with ε = 1e-7 inside the root (EpsInside).
type Adagrad[T Float] struct {
	Rate      float64 // η; 0 means 0.01
	Initial   float64 // the first a
	Eps       float64 // ε; 0 means 1e-10
	EpsInside bool    // divide by √(a + ε)

	memory[T]
	a            []T
	eta, in, out T // of this step
}

// Init implements Rule.
func (r *Adagrad[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.a = r.hold("adagrad.a", p.Dim, r.Initial)
	return cmp.Or(checkRate("adagrad", r.rate()), checkPositive("adagrad", "eps", r.eps()), checkNotNegative("adagrad", "initial sum", r.Initial))
}

func (r *Adagrad[T]) rate() float64 { return orDefault(r.Rate, 0.01) }
func (r *Adagrad[T]) eps() float64  { return orDefault(r.Eps, 1e-10) }

// Update implements Rule.
func (r *Adagrad[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Adagrad[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.eta, r.in, r.out = T(s.Step), 0, T(r.eps())
	if r.EpsInside {
		r.in, r.out = r.out, r.in
	}
	return true
}

// Part implements Elementwise.
func (r *Adagrad[T]) Part(u, _ []T, lo int) {
	a := r.a[lo : lo+len(u)]
	if r.in == 0 {
		kernel.Adagrad(u, a, r.eta, r.out)
		return
	}
	for i, g := range u {
		a[i] += g * g
		u[i] = -r.eta * g / (root(a[i]+r.in) + r.out)
	}
}

// Move implements Mover.
func (r *Adagrad[T]) Move(y, x, g []T, lo int) bool {
	if r.in != 0 {
		return false
	}
	kernel.AdagradStep(y, x, g, r.a[lo:lo+len(g)], r.eta, r.out)
	return true
}

// Adadelta sets the size of each step by that of the steps before, in the
// units of the parameter (Zeiler, arXiv 1212.5701):
//
//	v ← ρ·v + (1−ρ)·g²,  d = √(w + ε)/√(v + ε)·g
//	w ← ρ·w + (1−ρ)·d²,  x ← x − η·d
type Adadelta[T Float] struct {
	Rate float64 // η; 0 means 1
	Rho  float64 // ρ in [0, 1); 0 means 0.9
	Eps  float64 // ε; 0 means 1e-6

	memory[T]
	v, w          []T
	eta, rho, eps T // of this step
}

// Init implements Rule.
func (r *Adadelta[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.v, r.w = r.hold("adadelta.v", p.Dim, 0), r.hold("adadelta.w", p.Dim, 0)
	eta, rho, eps := r.constants()
	return cmp.Or(checkRate("adadelta", eta), checkUnit("adadelta", "rho", rho), checkPositive("adadelta", "eps", eps))
}

func (r *Adadelta[T]) constants() (eta, rho, eps float64) {
	return orDefault(r.Rate, 1), orDefault(r.Rho, 0.9), orDefault(r.Eps, 1e-6)
}

// Update implements Rule.
func (r *Adadelta[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Adadelta[T]) Begin(s *State[T]) bool {
	eta, rho, eps := r.constants()
	s.Step *= eta
	r.eta, r.rho, r.eps = T(s.Step), T(rho), T(eps)
	return true
}

// Part implements Elementwise.
func (r *Adadelta[T]) Part(u, _ []T, lo int) {
	v, w := r.v[lo:lo+len(u)], r.w[lo:lo+len(u)]
	for i, g := range u {
		v[i] = blend(r.rho, v[i], g*g)
		d := root(w[i]+r.eps) / root(v[i]+r.eps) * g
		w[i] = blend(r.rho, w[i], d*d)
		u[i] = -r.eta * d
	}
}

// RMSprop divides each parameter's step by the root of a running mean of its
// squared gradients (Hinton, lecture 6 of Neural Networks for Machine Learning,
// 2012; centered: Graves, arXiv 1308.0850):
//
//	v ← ρ·v + (1−ρ)·g²,  a ← ρ·a + (1−ρ)·g  (centered)
//	x ← x − η·m,  m ← μ·m + g/(√(v − a²) + ε)
//
// ε stands outside the root as in PyTorch; Optax, Keras and TensorFlow have it
// inside (EpsInside). With RateInside the velocity keeps the rates that it was
// built with, as theirs does; that differs under a schedule only.
type RMSprop[T Float] struct {
	Rate       float64 // η; 0 means 0.01
	Rho        float64 // ρ in [0, 1); 0 means 0.99
	Eps        float64 // ε; 0 means 1e-8
	Momentum   float64 // μ in [0, 1); 0 is none
	Initial    float64 // the first v
	Centered   bool    // subtract the square of the mean gradient
	EpsInside  bool    // divide by √(v − a² + ε)
	Nesterov   bool    // step along μ·m + g/(…), as Optax can
	RateInside bool    // the rate multiplies what enters m
	Unbiased   bool    // correct v and a for their start at zero, as Optax can

	memory[T]
	v, a, m                              []T
	rho, mu, in, out, fix, before, after T // of this step
}

// Init implements Rule.
func (r *RMSprop[T]) Init(p *Problem[T]) error {
	r.memory, r.a, r.m = memory[T]{}, nil, nil
	r.v = r.hold("rmsprop.v", p.Dim, r.Initial)
	if r.Centered {
		r.a = r.hold("rmsprop.a", p.Dim, 0)
	}
	if r.Momentum > 0 {
		r.m = r.hold("rmsprop.m", p.Dim, 0)
	}
	eta, rho, eps := r.constants()
	return cmp.Or(checkRate("rmsprop", eta), checkUnit("rmsprop", "rho", rho), checkUnit("rmsprop", "momentum", r.Momentum),
		checkPositive("rmsprop", "eps", eps), checkNotNegative("rmsprop", "initial mean", r.Initial))
}

func (r *RMSprop[T]) constants() (eta, rho, eps float64) {
	return orDefault(r.Rate, 0.01), orDefault(r.Rho, 0.99), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *RMSprop[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *RMSprop[T]) Begin(s *State[T]) bool {
	eta, rho, eps := r.constants()
	s.Step *= eta
	r.rho, r.mu, r.in, r.out, r.fix = T(rho), T(r.Momentum), 0, T(eps), 1
	r.before, r.after = 1, T(s.Step)
	if r.EpsInside {
		r.in, r.out = r.out, r.in
	}
	if r.Unbiased {
		r.fix = T(1 / unbias(rho, s.Iter+1))
	}
	if r.RateInside {
		r.before, r.after = r.after, r.before
	}
	return true
}

// plain reports whether the rule is the one that the kernels know.
func (r *RMSprop[T]) plain() bool {
	return r.a == nil && r.m == nil && r.in == 0 && r.fix == 1 && r.before == 1
}

// Move implements Mover.
func (r *RMSprop[T]) Move(y, x, g []T, lo int) bool {
	if !r.plain() {
		return false
	}
	kernel.RMSPropStep(y, x, g, r.v[lo:lo+len(g)], r.rho, r.after, r.out)
	return true
}

// Part implements Elementwise.
func (r *RMSprop[T]) Part(u, _ []T, lo int) {
	if r.plain() {
		kernel.RMSProp(u, r.v[lo:lo+len(u)], r.rho, r.after, r.out)
		return
	}
	for i, g := range u {
		v := &r.v[lo+i]
		*v = blend(r.rho, *v, g*g)
		spread := *v * r.fix
		if r.a != nil {
			a := &r.a[lo+i]
			*a = blend(r.rho, *a, g)
			spread = max(spread-*a*r.fix**a*r.fix, 0)
		}
		d := r.before * g / (root(spread+r.in) + r.out)
		if r.m != nil {
			m := &r.m[lo+i]
			*m = flush(r.mu**m + d)
			if r.Nesterov {
				d += r.mu * *m
			} else {
				d = *m
			}
		}
		u[i] = -r.after * d
	}
}
