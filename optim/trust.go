package optim

import (
	"cmp"
	"math"

	"descent/internal/kernel"
	"descent/param"
)

// LARS scales the gradient of each block by the ratio of the norms of the block
// and its gradient, and takes momentum of the result (You, Gitman and Ginsburg,
// arXiv 1708.03888):
//
//	d = g + λ·x,  m ← β·m + η·c·|x|/|d|·d,  x ← x − m     block by block
//
// A block or gradient of zero has ratio 1. The ratio is that of Optax; the
// paper's is |x|/(|g| + λ·|x|) (SeparateNorms). The velocity keeps the rates it
// was built with.
type LARS[T Float] struct {
	Rate          float64                 // η; 0 means 1
	Beta          float64                 // β in [0, 1); 0 means 0.9
	Trust         float64                 // c; 0 means 0.001
	Decay         float64                 // λ
	Only          func(block string) bool // which blocks decay; nil means all
	Nesterov      bool                    // step along β·m + the newest part
	SeparateNorms bool                    // the ratio of the paper

	memory[T]
	m      []T
	blocks []param.Block
}

// Init implements Rule.
func (r *LARS[T]) Init(p *Problem[T]) (err error) {
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	r.memory = memory[T]{}
	r.m = r.hold("lars.m", p.Dim, 0)
	eta, beta, trust := r.constants()
	return cmp.Or(checkRate("lars", eta), checkUnit("lars", "beta", beta), checkPositive("lars", "trust", trust), checkNotNegative("lars", "decay", r.Decay))
}

func (r *LARS[T]) constants() (eta, beta, trust float64) {
	return orDefault(r.Rate, 1), orDefault(r.Beta, 0.9), orDefault(r.Trust, 0.001)
}

// Update implements Rule.
func (r *LARS[T]) Update(u []T, s *State[T]) {
	eta, beta, trust := r.constants()
	s.Step *= eta
	for _, b := range r.blocks {
		x, g := param.View(s.X, b), param.View(u, b)
		size, slope := norm(x), norm(g)
		if r.decays(b) {
			kernel.Axpy(T(r.Decay), x, g)
			if r.SeparateNorms {
				slope += r.Decay * size
			} else {
				slope = norm(g)
			}
		}
		kernel.Scale(T(s.Step*ratio(trust, size, slope)), g)
	}
	m, mu := r.m[:len(u)], T(beta)
	for i, d := range u {
		m[i] = flush(mu*m[i] + d)
		if u[i] = -m[i]; r.Nesterov {
			u[i] = -(mu*m[i] + d)
		}
	}
}

func (r *LARS[T]) decays(b param.Block) bool {
	return r.Decay > 0 && (r.Only == nil || r.Only(b.Name))
}

// ratio is c·size/slope, and 1 where either is zero.
func ratio(c, size, slope float64) float64 {
	if size == 0 || slope == 0 {
		return 1
	}
	return c * size / slope
}

// LAMB scales Adam's step of each block to a part of the block's norm (You et
// al., arXiv 1904.00962):
//
//	d = m̂/(√v̂ + ε) + λ·x,  x ← x − η·|x|/|d|·d     block by block
//
// A block or step of zero has ratio 1.
type LAMB[T Float] struct {
	Rate  float64                 // η; 0 means 0.001
	Beta1 float64                 // of Adam; 0 means 0.9
	Beta2 float64                 // of Adam; 0 means 0.999
	Eps   float64                 // of Adam; 0 means 1e-6
	Decay float64                 // λ
	Only  func(block string) bool // which blocks decay; nil means all

	adam   Adam[T]
	blocks []param.Block
	decay  decaying[T]
}

// Init implements Rule.
func (r *LAMB[T]) Init(p *Problem[T]) (err error) {
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	r.decay = decayOn[T](r.Only, r.blocks)
	r.set()
	return cmp.Or(checkRate("lamb", r.rate()), checkNotNegative("lamb", "decay", r.Decay), r.adam.Init(p))
}

func (r *LAMB[T]) rate() float64 { return orDefault(r.Rate, 0.001) }

// set hands the settings on, which a schedule may have changed.
func (r *LAMB[T]) set() {
	r.adam.Rate, r.adam.Beta1, r.adam.Beta2, r.adam.Eps = 1, r.Beta1, r.Beta2, orDefault(r.Eps, 1e-6)
}

// Update implements Rule.
func (r *LAMB[T]) Update(u []T, s *State[T]) {
	r.set()
	direct(&r.adam, u, s)
	s.Step *= r.rate()
	r.decay.add(-r.Decay, s.X, u)
	for _, b := range r.blocks {
		d := param.View(u, b)
		kernel.Scale(T(s.Step*ratio(1, norm(param.View(s.X, b)), norm(d))), d)
	}
}

// Buffers implements Rule.
func (r *LAMB[T]) Buffers(yield func(string, []T) bool) { r.adam.Buffers(yield) }

// Fromage turns each block by an angle of η: it steps by η times the block's
// norm and then shrinks it, so that its size stays (Bernstein et al., arXiv
// 2002.03432):
//
//	x ← (x − η·|x|/|g|·g)/√(1 + η²)     block by block
//
// Norms count as MinNorm at least.
type Fromage[T Float] struct {
	Rate    float64 // η; 0 means 0.01
	MinNorm float64 // 0 means 1e-6

	blocks []param.Block
}

// Init implements Rule.
func (r *Fromage[T]) Init(p *Problem[T]) (err error) {
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	return cmp.Or(checkRate("fromage", r.rate()), checkPositive("fromage", "min_norm", r.floor()))
}

func (r *Fromage[T]) rate() float64  { return orDefault(r.Rate, 0.01) }
func (r *Fromage[T]) floor() float64 { return orDefault(r.MinNorm, 1e-6) }

// Update implements Rule.
func (r *Fromage[T]) Update(u []T, s *State[T]) {
	s.Step *= r.rate()
	shrink := 1 / math.Sqrt(1+s.Step*s.Step)
	for _, b := range r.blocks {
		x, g := param.View(s.X, b), param.View(u, b)
		kernel.Scale(T(-s.Step*shrink*max(norm(x), r.floor())/max(norm(g), r.floor())), g)
		kernel.Axpy(T(shrink-1), x, g)
	}
}

// Buffers implements Rule: there is nothing to remember.
func (r *Fromage[T]) Buffers(func(string, []T) bool) {}

// NovoGrad divides the gradient of each block by a running norm of it, one
// number a block, and takes momentum of the result (Ginsburg et al., arXiv
// 1905.11286):
//
//	v ← β₂·v + (1−β₂)·|g|²  (|g|² at first),  m ← β₁·m + g/(√v + ε) + λ·x
//	x ← x − η·m
type NovoGrad[T Float] struct {
	Rate  float64                 // η; 0 means 0.001
	Beta1 float64                 // β₁ in [0, 1); 0 means 0.9
	Beta2 float64                 // β₂ in [0, 1); 0 means 0.25
	Eps   float64                 // ε; 0 means 1e-6
	Decay float64                 // λ
	Only  func(block string) bool // which blocks decay; nil means all

	memory[T]
	m, v   []T
	blocks []param.Block
	decay  decaying[T]
}

// Init implements Rule.
func (r *NovoGrad[T]) Init(p *Problem[T]) (err error) {
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	r.memory, r.decay = memory[T]{}, decayOn[T](r.Only, r.blocks)
	r.m, r.v = r.hold("novograd.m", p.Dim, 0), r.hold("novograd.v", len(r.blocks), 0)
	eta, b1, b2, eps := r.constants()
	return cmp.Or(checkMoments("novograd", eta, b1, b2, eps), checkNotNegative("novograd", "decay", r.Decay))
}

func (r *NovoGrad[T]) constants() (eta, b1, b2, eps float64) {
	return orDefault(r.Rate, 0.001), orDefault(r.Beta1, 0.9), orDefault(r.Beta2, 0.25), orDefault(r.Eps, 1e-6)
}

// Update implements Rule.
func (r *NovoGrad[T]) Update(u []T, s *State[T]) {
	eta, b1, b2, eps := r.constants()
	s.Step *= eta
	for i, b := range r.blocks {
		g := param.View(u, b)
		square := norm(g)
		square *= square
		if s.Iter == 0 {
			r.v[i] = T(square)
		}
		r.v[i] = blend(T(b2), r.v[i], T(square))
		kernel.Scale(1/(root(r.v[i])+T(eps)), g)
	}
	r.decay.add(r.Decay, s.X, u)
	kernel.Momentum(u, r.m, T(b1), 1, T(s.Step))
}
