package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
	"descent/param"
)

// Clip shortens a gradient whose Euclidean norm over all parameters exceeds
// Max to that norm, before Rule sees it (Pascanu et al., arXiv 1211.5063).
type Clip[T Float] struct {
	Rule[T]
	Max float64 // 0 means 1
}

// Unwrap implements Wrapper.
func (r *Clip[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Clip[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: Clip needs a rule")
	}
	if m := orDefault(r.Max, 1); !(m > 0) || math.IsInf(m, 0) {
		return fmt.Errorf("optim: the largest gradient norm must be positive, got %v; try 1", m)
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Clip[T]) Update(u []T, s *State[T]) {
	if n, limit := norm(u), orDefault(r.Max, 1); n > limit {
		kernel.Scale(T(limit/n), u)
	}
	r.Rule.Update(u, s)
}

// WeightDecay shrinks parameters by rate·Decay in every step, apart from the
// gradient (decoupled, arXiv 1711.05101): around Adam it makes AdamW, around
// GD it equals an L2 term of Decay/2·|x|² in the objective.
//
//	x ← x + u − η·Decay·x
type WeightDecay[T Float] struct {
	Rule[T]
	Decay float64 // 0 means 0.01
	// Only chooses the blocks that decay, by name; nil means all parameters.
	// It needs a problem with Blocks.
	Only func(block string) bool

	blocks []param.Block // those that decay, in order
	shrink T             // of this step
}

// Unwrap implements Wrapper.
func (r *WeightDecay[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *WeightDecay[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: WeightDecay needs a rule")
	}
	if d := r.decay(); !(d > 0) || math.IsInf(d, 0) {
		return fmt.Errorf("optim: the weight decay must be positive, got %v; try 0.01", d)
	}
	r.blocks = []param.Block{{Shape: []int{p.Dim}}}
	if r.Only != nil {
		if len(p.Blocks) == 0 {
			return errors.New("optim: weight decay is to act on some blocks only, but the problem names no blocks")
		}
		r.blocks = r.blocks[:0]
		for _, b := range p.Blocks {
			if r.Only(b.Name) {
				r.blocks = append(r.blocks, b)
			}
		}
	}
	return r.Rule.Init(p)
}

func (r *WeightDecay[T]) decay() float64 { return orDefault(r.Decay, 0.01) }

// Update implements Rule.
func (r *WeightDecay[T]) Update(u []T, s *State[T]) {
	r.Rule.Update(u, s)
	shrink := T(s.Step * r.decay())
	for _, b := range r.blocks {
		end := b.Offset + b.Len()
		kernel.Axpy(-shrink, s.X[b.Offset:end], u[b.Offset:end])
	}
}

// Begin implements Elementwise for a rule that does.
func (r *WeightDecay[T]) Begin(s *State[T]) bool {
	inner, ok := r.Rule.(Elementwise[T])
	if !ok || !inner.Begin(s) {
		return false
	}
	r.shrink = T(s.Step * r.decay())
	return true
}

// Part implements Elementwise.
func (r *WeightDecay[T]) Part(u, x []T, lo int) {
	r.Rule.(Elementwise[T]).Part(u, x, lo)
	for _, b := range r.blocks {
		from, to := max(b.Offset-lo, 0), min(b.Offset+b.Len()-lo, len(u))
		if from < to {
			kernel.Axpy(-r.shrink, x[from:to], u[from:to])
		}
	}
}
