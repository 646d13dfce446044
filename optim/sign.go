package optim

import (
	"cmp"

	"descent/internal/kernel"
)

// SignSGD takes steps of one size along every axis, against the sign of the
// gradient (Bernstein et al., arXiv 1802.04434). It comes to a minimum only as
// near as its rate, which a schedule should let fall:
//
//	x ← x − η·sign(g)
type SignSGD[T Float] struct {
	Rate float64 // η; 0 means 0.001

	eta T // of this step
}

// Init implements Rule.
func (r *SignSGD[T]) Init(*Problem[T]) error { return checkRate("signsgd", r.rate()) }

func (r *SignSGD[T]) rate() float64 { return orDefault(r.Rate, 0.001) }

// Update implements Rule.
func (r *SignSGD[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *SignSGD[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.eta = T(s.Step)
	return true
}

// Part implements Elementwise.
func (r *SignSGD[T]) Part(u, _ []T, _ int) {
	for i, g := range u {
		u[i] = -r.eta * signOf(g)
	}
}

// Buffers implements Rule: there is nothing to remember.
func (r *SignSGD[T]) Buffers(func(string, []T) bool) {}

// Lion steps against the sign of a mean of gradients that weighs the newest
// one more than the memory does (Chen et al., arXiv 2302.06675):
//
//	x ← x − η·sign(β₁·m + (1−β₁)·g),  m ← β₂·m + (1−β₂)·g
//
// Decoupled decay is the wrapper WeightDecay.
type Lion[T Float] struct {
	Rate  float64 // η; 0 means 0.0001
	Beta1 float64 // β₁ in [0, 1); 0 means 0.9
	Beta2 float64 // β₂ in [0, 1); 0 means 0.99

	memory[T]
	m           []T
	eta, b1, b2 T // of this step
}

// Init implements Rule.
func (r *Lion[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m = r.hold("lion.m", p.Dim, 0)
	eta, b1, b2 := r.constants()
	return cmp.Or(checkRate("lion", eta), checkUnit("lion", "beta1", b1), checkUnit("lion", "beta2", b2))
}

func (r *Lion[T]) constants() (eta, b1, b2 float64) {
	return orDefault(r.Rate, 1e-4), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.99)
}

// Update implements Rule.
func (r *Lion[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Lion[T]) Begin(s *State[T]) bool {
	eta, b1, b2 := r.constants()
	s.Step *= eta
	r.eta, r.b1, r.b2 = T(s.Step), T(b1), T(b2)
	return true
}

// Part implements Elementwise.
func (r *Lion[T]) Part(u, _ []T, lo int) {
	kernel.Lion(u, r.m[lo:lo+len(u)], r.b1, r.b2, r.eta)
}

// Move implements Mover.
func (r *Lion[T]) Move(y, x, g []T, lo int) bool {
	kernel.LionStep(y, x, g, r.m[lo:lo+len(g)], r.b1, r.b2, r.eta, 0)
	return true
}

// Signum steps against the sign of the momentum: Lion with one mean (Bernstein
// et al., arXiv 1802.04434):
//
//	m ← β·m + (1−β)·g,  x ← x − η·sign(m)
type Signum[T Float] struct {
	Rate float64 // η; 0 means 0.001
	Beta float64 // β in [0, 1); 0 means 0.9

	memory[T]
	m         []T
	eta, keep T // of this step
}

// Init implements Rule.
func (r *Signum[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m = r.hold("signum.m", p.Dim, 0)
	return cmp.Or(checkRate("signum", r.rate()), checkUnit("signum", "beta", r.beta()))
}

func (r *Signum[T]) rate() float64 { return orDefault(r.Rate, 0.001) }
func (r *Signum[T]) beta() float64 { return orDefault(r.Beta, 0.9) }

// Update implements Rule.
func (r *Signum[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Signum[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	r.eta, r.keep = T(s.Step), T(r.beta())
	return true
}

// Part implements Elementwise.
func (r *Signum[T]) Part(u, _ []T, lo int) {
	m := r.m[lo : lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.keep, m[i], g)
		u[i] = -r.eta * signOf(m[i])
	}
}

// Rprop keeps a step size for each parameter, which grows while the gradient
// keeps its sign and shrinks when it turns; the size of the gradient counts
// for nothing (Riedmiller and Braun, ICNN 1993). It needs the full objective:
// the signs of batches are noise.
//
//	step ← step·(up or down),  x ← x − step·sign(g)
//
// Where the sign turned, the parameter waits one step, as in PyTorch
// (iRprop−, Igel and Hüsken 2000).
type Rprop[T Float] struct {
	Rate    float64 // the first step size; 0 means 0.01
	Down    float64 // factor where the sign turned, in (0, 1); 0 means 0.5
	Up      float64 // factor where it stayed, above 1; 0 means 1.2
	MinStep float64 // 0 means 1e-6
	MaxStep float64 // 0 means 50

	memory[T]
	step, last                  []T
	factor, down, up, low, high T // of this step
}

// Init implements Rule.
func (r *Rprop[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.step, r.last = r.hold("rprop.step", p.Dim, r.rate()), r.hold("rprop.last", p.Dim, 0)
	down, up, low, high := r.constants()
	return cmp.Or(checkRate("rprop", r.rate()), checkUnit("rprop", "down", down), checkPositive("rprop", "up above 1", up-1),
		checkPositive("rprop", "min_step", low), checkPositive("rprop", "max_step above min_step", high-low))
}

func (r *Rprop[T]) rate() float64 { return orDefault(r.Rate, 0.01) }

func (r *Rprop[T]) constants() (down, up, low, high float64) {
	return orDefault(r.Down, 0.5), orDefault(r.Up, 1.2), orDefault(r.MinStep, 1e-6), orDefault(r.MaxStep, 50)
}

// Update implements Rule.
func (r *Rprop[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Rprop[T]) Begin(s *State[T]) bool {
	down, up, low, high := r.constants()
	r.factor, r.down, r.up, r.low, r.high = T(s.Step), T(down), T(up), T(low), T(high)
	s.Step *= r.rate()
	return true
}

// Part implements Elementwise.
func (r *Rprop[T]) Part(u, _ []T, lo int) {
	step, last := r.step[lo:lo+len(u)], r.last[lo:lo+len(u)]
	for i, g := range u {
		switch turn := signOf(g) * signOf(last[i]); {
		case turn > 0:
			step[i] = min(step[i]*r.up, r.high)
		case turn < 0:
			step[i] = max(step[i]*r.down, r.low)
			g = 0
		}
		last[i] = g
		u[i] = -r.factor * step[i] * signOf(g)
	}
}
