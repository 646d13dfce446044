package optim

import (
	"errors"
	"slices"

	"descent/param"
)

// Freeze is the problem with the blocks that match chooses held as they are in
// x: the function of the others, plus half the squared distance of the held ones
// from their places, so that every method leaves them there and a minimum is one.
// Rules that move parameters without a gradient, by decay or noise, want Frozen
// around them besides. The problem must name its blocks.
func Freeze[T Float](p Problem[T], x []T, match func(b param.Block) bool) (Problem[T], error) {
	var held []param.Block
	for _, b := range p.Blocks {
		if match(b) {
			held = append(held, b)
		}
	}
	switch {
	case len(held) == 0:
		return p, errors.New("optim: no block of the problem is chosen to be held where it is")
	case p.Resid != nil || p.Lines != nil || p.Parts != nil || p.Term != nil:
		return p, errors.New("optim: blocks of a problem with residuals, parts, deviations or a term cannot be held; use a method that needs a gradient alone")
	}
	eval, hvp, along := p.Eval, p.HVP, make([]T, p.Dim)
	start, at := slices.Clone(x), make([]T, p.Dim)
	hold := func(x []T) []T {
		copy(at, x)
		for _, b := range held {
			copy(param.View(at, b), param.View(start, b))
		}
		return at
	}
	p.Eval = func(x, grad []T) (float64, error) {
		f, err := eval(hold(x), grad)
		for _, b := range held {
			for i := b.Offset; i < b.Offset+b.Len(); i++ {
				off := x[i] - start[i]
				f += float64(off) * float64(off) / 2
				if grad != nil {
					grad[i] = off
				}
			}
		}
		return f, err
	}
	if hvp == nil {
		return p, nil
	}
	p.HVP = func(x, v, out []T) error {
		copy(along, v)
		clearBlocks(along, held)
		err := hvp(hold(x), along, out)
		for _, b := range held {
			copy(param.View(out, b), param.View(v, b))
		}
		return err
	}
	return p, nil
}

func clearBlocks[T Float](v []T, blocks []param.Block) {
	for _, b := range blocks {
		clear(param.View(v, b))
	}
}

// Frozen holds the blocks that Match chooses where they are, whatever Rule does
// to them.
type Frozen[T Float] struct {
	Rule[T]
	Match func(b param.Block) bool

	held []param.Block
}

// Unwrap implements Wrapper.
func (r *Frozen[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *Frozen[T]) Init(p *Problem[T]) error {
	if r.Rule == nil || r.Match == nil {
		return errors.New("optim: Frozen needs a rule, and a choice of blocks")
	}
	r.held = nil
	for _, b := range p.Blocks {
		if r.Match(b) {
			r.held = append(r.held, b)
		}
	}
	return r.Rule.Init(p)
}

// Update implements Rule.
func (r *Frozen[T]) Update(u []T, s *State[T]) {
	clearBlocks(u, r.held)
	r.Rule.Update(u, s)
	clearBlocks(u, r.held)
}
