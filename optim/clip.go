package optim

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"descent/internal/kernel"
	"descent/internal/stream"
	"descent/param"
)

// checkWrapped checks a wrapper that has a rule and one positive number.
func checkWrapped[T Float](name, what string, r Rule[T], v float64) error {
	if r == nil {
		return fmt.Errorf("optim: %s needs a rule", name)
	}
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("optim: %s needs a positive %s, got %v", name, what, v)
	}
	return nil
}

// ClipValue moves each element of a gradient into [−Max, Max] before Rule sees
// it.
type ClipValue[T Float] struct {
	Rule[T]
	Max float64 // 0 means 1
}

// Unwrap implements Wrapper.
func (r *ClipValue[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *ClipValue[T]) Init(p *Problem[T]) error {
	if err := checkWrapped("clip by value", "limit", r.Rule, orDefault(r.Max, 1)); err != nil {
		return err
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *ClipValue[T]) Update(u []T, s *State[T]) {
	top := T(orDefault(r.Max, 1))
	for i, g := range u {
		u[i] = max(-top, min(g, top))
	}
	r.Rule.Update(u, s)
}

// ClipBlocks shortens the gradient of each block whose Euclidean norm exceeds
// Max to that norm.
type ClipBlocks[T Float] struct {
	Rule[T]
	Max float64 // 0 means 1

	blocks []param.Block
}

// Unwrap implements Wrapper.
func (r *ClipBlocks[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *ClipBlocks[T]) Init(p *Problem[T]) (err error) {
	if err := checkWrapped("clip by block", "limit", r.Rule, orDefault(r.Max, 1)); err != nil {
		return err
	}
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *ClipBlocks[T]) Update(u []T, s *State[T]) {
	for _, b := range r.blocks {
		g := u[b.Offset : b.Offset+b.Len()]
		if n, limit := norm(g), orDefault(r.Max, 1); n > limit {
			kernel.Scale(T(limit/n), g)
		}
	}
	r.Rule.Update(u, s)
}

// ClipAdaptive is adaptive gradient clipping (Brock et al., arXiv 2102.06171,
// equation 3): the gradient of a unit is shortened to Max times the norm of the
// unit's parameters, which counts as at least 1e-3. A unit is a column of a
// matrix, whose shape is inputs × outputs, or a whole vector.
type ClipAdaptive[T Float] struct {
	Rule[T]
	Max float64 // 0 means 0.01

	blocks []param.Block
}

// Unwrap implements Wrapper.
func (r *ClipAdaptive[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *ClipAdaptive[T]) Init(p *Problem[T]) (err error) {
	if err := checkWrapped("adaptive clipping", "limit", r.Rule, orDefault(r.Max, 0.01)); err != nil {
		return err
	}
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *ClipAdaptive[T]) Update(u []T, s *State[T]) {
	for _, b := range r.blocks {
		n, stride := b.Len(), 1
		if len(b.Shape) > 1 {
			stride = b.Shape[len(b.Shape)-1]
		}
		g, x := u[b.Offset:b.Offset+n], s.X[b.Offset:b.Offset+n]
		for unit := range stride {
			limit := orDefault(r.Max, 0.01) * max(strideNorm(x, unit, stride), 1e-3)
			if length := strideNorm(g, unit, stride); !(length < limit) {
				factor := T(limit / max(length, 1e-6))
				for i := unit; i < n; i += stride {
					g[i] *= factor
				}
			}
		}
	}
	r.Rule.Update(u, s)
}

// strideNorm is the Euclidean norm of every stride-th element from first on.
func strideNorm[T Float](v []T, first, stride int) float64 {
	sum := 0.0
	for i := first; i < len(v); i += stride {
		sum += float64(v[i]) * float64(v[i])
	}
	return math.Sqrt(sum)
}

// Centralise takes its mean from the gradient of each unit of a matrix (Yong et
// al., arXiv 2004.01461, equation 1): a unit is a column, as matrices are inputs
// × outputs. Vectors stay as they are.
type Centralise[T Float] struct {
	Rule[T]
	Rows bool // units are rows, as where matrices are outputs × inputs

	blocks []param.Block
}

// Unwrap implements Wrapper.
func (r *Centralise[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Centralise[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: Centralise needs a rule")
	}
	if r.blocks = nil; len(p.Blocks) == 0 {
		return errors.New("optim: gradients are centralised by the columns of matrices, but the problem names no blocks")
	}
	for _, b := range p.Blocks {
		if len(b.Shape) > 1 {
			r.blocks = append(r.blocks, b)
		}
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Centralise[T]) Update(u []T, s *State[T]) {
	for _, b := range r.blocks {
		n, units := b.Len(), b.Shape[len(b.Shape)-1]
		first, stride, count := 1, units, n/units
		if r.Rows {
			units = b.Shape[0]
			first, stride, count = n/units, 1, n/units
		}
		for unit := range units {
			g := u[b.Offset+unit*first : b.Offset+n]
			sum := 0.0
			for k := range count {
				sum += float64(g[k*stride])
			}
			mean := T(sum / float64(count))
			for k := range count {
				g[k*stride] -= mean
			}
		}
	}
	r.Rule.Update(u, s)
}

// Noise adds to each gradient normal numbers of variance Eta/(1+t)^Gamma,
// t counted from 0 (Neelakantan et al., arXiv 1511.06807, equation 1), drawn
// from a stream of (Seed, step).
type Noise[T Float] struct {
	Rule[T]
	Eta   float64 // 0 means 0.01
	Gamma float64 // 0 means 0.55
	Seed  uint64

	source  *rand.PCG
	random  *rand.Rand
	purpose uint64
}

// Unwrap implements Wrapper.
func (r *Noise[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Noise[T]) Init(p *Problem[T]) error {
	if err := checkWrapped("gradient noise", "variance", r.Rule, orDefault(r.Eta, 0.01)); err != nil {
		return err
	}
	if g := orDefault(r.Gamma, 0.55); !(g >= 0) || math.IsInf(g, 0) {
		return fmt.Errorf("optim: gradient noise needs a gamma of at least 0, got %v; try 0.55", g)
	}
	r.source, r.purpose = new(rand.PCG), stream.Purpose("gradient noise")
	r.random = rand.New(r.source)
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Noise[T]) Update(u []T, s *State[T]) {
	stream.Seed(r.source, r.Seed, r.purpose, uint64(s.Iter))
	size := math.Sqrt(orDefault(r.Eta, 0.01) / math.Pow(float64(s.Iter+1), orDefault(r.Gamma, 0.55)))
	for i := range u {
		u[i] += T(size * r.random.NormFloat64())
	}
	r.Rule.Update(u, s)
}
