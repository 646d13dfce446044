package optim

import "cmp"

// Adamax is Adam with the largest gradient in place of the root of the mean
// square (Kingma and Ba, arXiv 1412.6980, algorithm 2):
//
//	m ← β₁·m + (1−β₁)·g,  v ← max(β₂·v, |g| + ε),  x ← x − η·m̂/v
//
// ε enters the maximum as in PyTorch and Optax; Keras divides by v + ε
// (EpsOutside). Decoupled decay (adamaxw) is the wrapper WeightDecay.
type Adamax[T Float] struct {
	Rate       float64 // η; 0 means 0.002
	Beta1      float64 // β₁ in [0, 1); 0 means 0.9
	Beta2      float64 // β₂ in [0, 1); 0 means 0.999
	Eps        float64 // ε; 0 means 1e-8
	EpsOutside bool    // v ← max(β₂·v, |g|), and divide by v + ε

	memory[T]
	m, v                 []T
	b1, b2, eta, in, out T // of this step
}

// Init implements Rule.
func (r *Adamax[T]) Init(p *Problem[T]) error {
	r.memory = memory[T]{}
	r.m, r.v = r.hold("adamax.m", p.Dim, 0), r.hold("adamax.v", p.Dim, 0)
	eta, b1, b2, eps := r.constants()
	return checkMoments("adamax", eta, b1, b2, eps)
}

func (r *Adamax[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.002), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *Adamax[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Adamax[T]) Begin(s *State[T]) bool {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	r.b1, r.b2, r.eta, r.in, r.out = T(b1), T(b2), T(s.Step/unbias(b1, s.Iter+1)), T(eps), 0
	if r.EpsOutside {
		r.in, r.out = r.out, r.in
	}
	return true
}

// Part implements Elementwise.
func (r *Adamax[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		v[i] = max(flush(r.b2*v[i]), g+r.in, -g+r.in)
		u[i] = -r.eta * m[i] / (v[i] + r.out)
	}
}

// checkMoments checks the settings of rules with two moments.
func checkMoments(rule string, rate, beta1, beta2, eps float64) error {
	return cmp.Or(checkRate(rule, rate), checkUnit(rule, "beta1", beta1), checkUnit(rule, "beta2", beta2), checkPositive(rule, "eps", eps))
}
