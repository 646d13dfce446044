package optim

import (
	"cmp"
	"math"

	"descent/internal/kernel"
	"descent/param"
)

// Muon takes momentum of the gradient of each matrix and steps along the
// nearest matrix with equal singular values, found by a few steps of a
// Newton–Schulz iteration (Jordan et al. 2024; Liu et al., arXiv 2502.16982):
//
//	m ← β·m + (1−β)·g,  d = β·m + (1−β)·g,  X = d/|d|
//	X ← a·X + (b·A + c·A²)·X,  A = X·Xᵀ,  5 times, (a, b, c) = (3.4445, −4.7750, 2.0315)
//	x ← x − η·√max(1, outputs/inputs)·X − η·λ·x
//
// Blocks that are no matrices follow Rest. The momentum is an exponential
// average, as in the code of PyTorch and Optax (PyTorch's description has
// m ← β·m + g). Columns are the outputs of a matrix, as in models of this
// module and in Optax; PyTorch's outputs are rows (RowsOut).
type Muon[T Float] struct {
	Rate  float64                 // η; 0 means 0.001
	Beta  float64                 // β in [0, 1); 0 means 0.95
	Decay float64                 // λ; 0 means 0.1
	Only  func(block string) bool // which blocks decay; nil means all
	Steps int                     // of the iteration; 0 means 5
	Eps   float64                 // the least |d|; 0 means 1e-7
	Rest  Rule[T]                 // nil means AdamW with this rate and decay

	Plain    bool // d = m, without Nesterov's look ahead
	Unbiased bool // correct m and g in d for the start at zero, as Optax does
	RowsOut  bool // rows are outputs
	MatchRMS bool // 0.2·√max(rows, columns) for √max(1, outputs/inputs): steps as long as Adam's

	groups ByBlock[T]
	adam   Adam[T]
	decays [2]*WeightDecay[T] // of the matrices and of the rest
}

// Init implements Rule.
func (r *Muon[T]) Init(p *Problem[T]) error {
	r.decays = [2]*WeightDecay[T]{{Rule: &orthogonal[T]{Muon: r}, Only: r.Only}, {Rule: &r.adam, Only: r.Only}}
	r.set()
	var rest Rule[T] = r.decays[1]
	if r.Rest != nil {
		rest = r.Rest
	}
	r.groups.Groups = []Group[T]{
		{Match: func(b param.Block) bool { _, _, ok := matrix(b); return ok }, Rule: r.decays[0]},
		{Rule: rest},
	}
	return cmp.Or(checkRate("muon", r.rate()), checkUnit("muon", "beta", orDefault(r.Beta, 0.95)), checkNotNegative("muon", "decay", r.Decay),
		checkPositive("muon", "eps", orDefault(r.Eps, 1e-7)), checkNotNegative("muon", "count of steps", float64(r.Steps)), r.groups.Init(p))
}

func (r *Muon[T]) rate() float64 { return orDefault(r.Rate, 0.001) }

// set hands the settings on, which a schedule may have changed.
func (r *Muon[T]) set() {
	r.adam.Rate = r.rate()
	for _, d := range r.decays {
		d.Decay = orDefault(r.Decay, 0.1)
	}
}

// Update implements Rule.
func (r *Muon[T]) Update(u []T, s *State[T]) {
	r.set()
	r.groups.Update(u, s)
}

// Buffers implements Rule.
func (r *Muon[T]) Buffers(yield func(string, []T) bool) { r.groups.Buffers(yield) }

// orthogonal is Muon for blocks that are all matrices.
type orthogonal[T Float] struct {
	*Muon[T]

	memory[T]
	m       []T
	blocks  []param.Block
	a, b, x []T
}

func (r *orthogonal[T]) Init(p *Problem[T]) error {
	r.memory, r.blocks = memory[T]{}, p.Blocks
	r.m = r.hold("muon.m", p.Dim, 0)
	square, size := 0, 0
	for _, b := range p.Blocks {
		rows, cols, _ := matrix(b)
		square, size = max(square, min(rows, cols)), max(size, b.Len())
	}
	r.a, r.b, r.x = make([]T, square*square), make([]T, square*square), make([]T, size)
	return nil
}

// Buffers implements Rule; both embedded types have the method.
func (r *orthogonal[T]) Buffers(yield func(string, []T) bool) { r.memory.Buffers(yield) }

func (r *orthogonal[T]) Update(u []T, s *State[T]) {
	beta := orDefault(r.Beta, 0.95)
	s.Step *= r.rate()
	old, share := beta, 1-beta
	if r.Unbiased {
		old, share = beta/unbias(beta, s.Iter+2), (1-beta)/unbias(beta, s.Iter+1)
	}
	for i, g := range u {
		r.m[i] = blend(T(beta), r.m[i], g)
		if u[i] = r.m[i]; !r.Plain {
			u[i] = T(old)*r.m[i] + T(share)*g
		}
	}
	for _, b := range r.blocks {
		rows, cols, _ := matrix(b)
		d := param.View(u, b)
		kernel.Scale(T(1/max(norm(d), orDefault(r.Eps, 1e-7))), d)
		r.equalise(d, rows, cols)
		kernel.Scale(T(-s.Step*r.length(rows, cols)), d)
	}
}

// length is the factor on the step of a matrix of that shape.
func (r *orthogonal[T]) length(rows, cols int) float64 {
	if r.MatchRMS {
		return 0.2 * math.Sqrt(float64(max(rows, cols)))
	}
	in, out := float64(rows), float64(cols)
	if r.RowsOut {
		in, out = out, in
	}
	return math.Sqrt(max(1, out/in))
}

// equalise brings the singular values of x near 1. The products are taken on
// the shorter side.
func (r *orthogonal[T]) equalise(x []T, rows, cols int) {
	const ca, cb, cc = 3.4445, -4.7750, 2.0315
	n, tall := min(rows, cols), rows > cols
	a, b, next := r.a[:n*n], r.b[:n*n], r.x[:len(x)]
	steps := r.Steps
	if steps == 0 {
		steps = 5
	}
	for range steps {
		kernel.Gemm(tall, !tall, n, n, max(rows, cols), 1, x, cols, x, cols, 0, a, n)
		copy(b, a)
		kernel.Gemm(false, false, n, n, n, T(cc), a, n, a, n, T(cb), b, n)
		copy(next, x)
		if tall {
			kernel.Gemm(false, false, rows, cols, n, 1, x, cols, b, n, T(ca), next, cols)
		} else {
			kernel.Gemm(false, false, rows, cols, n, 1, b, n, x, cols, T(ca), next, cols)
		}
		copy(x, next)
	}
}
