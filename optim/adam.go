package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// Adam scales each parameter's step by running moments of its gradient
// (Kingma and Ba, arXiv 1412.6980, algorithm 1):
//
//	m ← β₁·m + (1−β₁)·g,   v ← β₂·v + (1−β₂)·g²
//	x ← x − η · m̂ / (√v̂ + ε),   m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)
//
// ε stands outside the root and is added after the bias correction. AMSGrad
// (Reddi et al. 2018) divides by the largest v so far. L2 regularisation
// belongs to the objective; decoupled decay is the wrapper WeightDecay, which
// makes this AdamW.
type Adam[T Float] struct {
	Rate    float64 // η; 0 means 0.001
	Beta1   float64 // β₁ in [0, 1); 0 means 0.9
	Beta2   float64 // β₂ in [0, 1); 0 means 0.999
	Eps     float64 // ε; 0 means 1e-8
	AMSGrad bool    // divide by the largest v so far
	// UnbiasedMax makes AMSGrad take the largest v̂ instead, as Optax does; the
	// paper, PyTorch and Keras correct the largest v for its start at zero.
	UnbiasedMax bool
	// EpsUncorrected adds ε to √v before the bias correction, which makes the
	// first steps differ: η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε). It is the form at
	// the end of section 2 of the paper, of Keras and of older PyTorch.
	EpsUncorrected bool

	m, v, top        []T
	b1, b2, eta, eps T // of this step
	scale            T // of v in its maximum
}

// Init implements Rule.
func (r *Adam[T]) Init(p *Problem[T]) error {
	if err := checkRate("adam", r.rate()); err != nil {
		return err
	}
	b1, b2, eps := r.constants()
	if err := checkUnit("adam", "beta1", b1); err != nil {
		return err
	}
	if err := checkUnit("adam", "beta2", b2); err != nil {
		return err
	}
	if !(eps > 0) || math.IsInf(eps, 0) {
		return fmt.Errorf("optim: adam needs a positive eps, got %v; try 1e-8", eps)
	}
	r.m, r.v = make([]T, p.Dim), make([]T, p.Dim)
	if r.top = nil; r.AMSGrad {
		r.top = make([]T, p.Dim)
	}
	return nil
}

func (r *Adam[T]) rate() float64 { return orDefault(r.Rate, 0.001) }

func (r *Adam[T]) constants() (b1, b2, eps float64) {
	return orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.999), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *Adam[T]) Update(u []T, s *State[T]) { updateByParts(r, u, s) }

// Begin implements Elementwise.
func (r *Adam[T]) Begin(s *State[T]) bool {
	s.Step *= r.rate()
	b1, b2, eps := r.constants()
	t := float64(s.Iter + 1)
	fix1, fix2 := 1-math.Pow(b1, t), math.Sqrt(1-math.Pow(b2, t))
	// m̂/(√v̂ + ε) = (fix2/fix1) · m/(√v + fix2·ε)
	if !r.EpsUncorrected {
		eps *= fix2
	}
	eta := s.Step * fix2 / fix1
	r.scale = 1
	if r.AMSGrad && r.UnbiasedMax {
		eta, eps, r.scale = eta/fix2, eps/fix2, T(1/(fix2*fix2))
	}
	r.b1, r.b2, r.eta, r.eps = T(b1), T(b2), T(eta), T(eps)
	return true
}

// Part implements Elementwise.
func (r *Adam[T]) Part(u, _ []T, lo int) {
	m, v := r.m[lo:lo+len(u)], r.v[lo:lo+len(u)]
	if r.top == nil {
		kernel.Adam(u, m, v, r.b1, r.b2, r.eta, r.eps)
		return
	}
	top := r.top[lo : lo+len(u)]
	for i, g := range u {
		m[i] = blend(r.b1, m[i], g)
		v[i] = blend(r.b2, v[i], g*g)
		top[i] = max(top[i], v[i]*r.scale)
		u[i] = -r.eta * m[i] / (root(top[i]) + r.eps)
	}
}

// Move implements Mover.
func (r *Adam[T]) Move(y, x, g []T, lo int) bool {
	if r.top != nil {
		return false
	}
	hi := lo + len(g)
	kernel.AdamStep(y, x, g, r.m[lo:hi], r.v[lo:hi], r.b1, r.b2, r.eta, r.eps, 0)
	return true
}

// Buffers implements Rule.
func (r *Adam[T]) Buffers(yield func(string, []T) bool) {
	if yield("adam.m", r.m) && yield("adam.v", r.v) && r.AMSGrad {
		yield("adam.vmax", r.top)
	}
}
