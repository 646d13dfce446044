package optim

import (
	"fmt"
	"slices"

	"descent/internal/kernel"
	"descent/param"
)

// blocksOf is the vector of parameters as blocks, in order and without gaps:
// what the problem does not name is a vector of its own. Layer-wise rules see
// the parameters so.
func blocksOf[T Float](p *Problem[T]) ([]param.Block, error) {
	named := slices.SortedFunc(slices.Values(p.Blocks), func(a, b param.Block) int { return a.Offset - b.Offset })
	var blocks []param.Block
	end := 0
	fill := func(to int) {
		if to > end {
			blocks = append(blocks, param.Block{Shape: []int{to - end}, Offset: end})
		}
	}
	for _, b := range named {
		if b.Offset < end || b.Len() < 1 || b.Offset+b.Len() > p.Dim {
			return nil, fmt.Errorf("optim: the block %q at %d with shape %v does not fit in the %d parameters, or lies on another", b.Name, b.Offset, b.Shape, p.Dim)
		}
		fill(b.Offset)
		blocks = append(blocks, b)
		end = b.Offset + b.Len()
	}
	fill(p.Dim)
	return blocks, nil
}

// matrix is the shape of a block of two axes or more as a matrix: the first
// axis by all others.
func matrix(b param.Block) (rows, cols int, ok bool) {
	if len(b.Shape) < 2 {
		return 1, b.Len(), false
	}
	return b.Shape[0], b.Len() / b.Shape[0], true
}

// A Group is a rule for the blocks that Match chooses, by name and shape.
type Group[T Float] struct {
	Match func(b param.Block) bool // nil chooses all that are left
	Rule  Rule[T]                  // nil holds them where they are
}

// ByBlock gives each block of parameters to the first group that matches it,
// so that biases or embeddings follow another rule or another rate than the
// weights, or stand still. Each rule sees its blocks as a problem of their own:
// norms are over these alone. A block that no group matches is refused.
type ByBlock[T Float] struct {
	Groups []Group[T]

	parts []part[T]
}

// part is one group with the blocks that it got, side by side.
type part[T Float] struct {
	rule   Rule[T]
	blocks []param.Block // in the whole vector
	u      []T
	state  State[T]
}

// Init implements Rule.
func (r *ByBlock[T]) Init(p *Problem[T]) error {
	blocks, err := blocksOf(p)
	if err != nil {
		return err
	}
	r.parts = make([]part[T], len(r.Groups))
	for _, b := range blocks {
		i := slices.IndexFunc(r.Groups, func(g Group[T]) bool { return g.Match == nil || g.Match(b) })
		if i < 0 {
			return fmt.Errorf("optim: no group of ByBlock matches the block %q of shape %v; let the last group match all", b.Name, b.Shape)
		}
		r.parts[i].blocks = append(r.parts[i].blocks, b)
	}
	for i := range r.parts {
		if err := r.parts[i].init(r.Groups[i].Rule); err != nil {
			return err
		}
	}
	return nil
}

func (q *part[T]) init(rule Rule[T]) error {
	q.rule = rule
	own := Problem[T]{}
	for _, b := range q.blocks {
		own.Blocks = append(own.Blocks, param.Block{Name: b.Name, Shape: b.Shape, Offset: own.Dim})
		own.Dim += b.Len()
	}
	q.u = make([]T, own.Dim)
	q.state.X, q.state.G = make([]T, own.Dim), make([]T, own.Dim)
	if q.rule == nil || own.Dim == 0 {
		return nil
	}
	return q.rule.Init(&own)
}

// Update implements Rule. The rate that it reports is that of the first group
// that has a rule and blocks.
func (r *ByBlock[T]) Update(u []T, s *State[T]) {
	factor, told := s.Step, false
	for i := range r.parts {
		q := &r.parts[i]
		if q.rule == nil || len(q.u) == 0 {
			for _, b := range q.blocks {
				clear(param.View(u, b))
			}
			continue
		}
		x, g := q.state.X, q.state.G
		gather(x, s.X, q.blocks)
		gather(g, s.G, q.blocks)
		gather(q.u, u, q.blocks)
		q.state = *s
		q.state.X, q.state.G, q.state.Step = x, g, factor
		q.rule.Update(q.u, &q.state)
		at := 0
		for _, b := range q.blocks {
			at += copy(param.View(u, b), q.u[at:])
		}
		if !told {
			s.Step, told = q.state.Step, true
		}
	}
}

// gather lays the blocks of v side by side.
func gather[T Float](dst, v []T, blocks []param.Block) {
	at := 0
	for _, b := range blocks {
		at += copy(dst[at:], param.View(v, b))
	}
}

// Buffers implements Rule. The names of the groups' buffers begin with their
// numbers.
func (r *ByBlock[T]) Buffers(yield func(string, []T) bool) {
	on := true
	for i, q := range r.parts {
		if !on || q.rule == nil || len(q.u) == 0 {
			continue
		}
		q.rule.Buffers(func(name string, b []T) bool {
			on = yield(fmt.Sprintf("group%d.%s", i, name), b)
			return on
		})
	}
}

// decaying is decoupled weight decay within a rule, where it comes before a step
// that depends on it: the blocks that decay.
type decaying[T Float] []param.Block

// decayOn chooses the blocks that decay, by name; without a choice all do.
func decayOn[T Float](only func(block string) bool, blocks []param.Block) (d decaying[T]) {
	for _, b := range blocks {
		if only == nil || only(b.Name) {
			d = append(d, b)
		}
	}
	return d
}

// add adds scale·x to u.
func (d decaying[T]) add(scale float64, x, u []T) {
	if scale == 0 {
		return
	}
	for _, b := range d {
		kernel.Axpy(T(scale), param.View(x, b), param.View(u, b))
	}
}

// DecayOnly makes the weight decay within a rule act on the blocks that only
// chooses, by name: on weights but not on biases, for example. A rule without
// decay stays as it is.
func DecayOnly[T Float](rule Rule[T], only func(block string) bool) {
	for rule != nil {
		switch r := rule.(type) {
		case *WeightDecay[T]:
			r.Only = only
		case *LARS[T]:
			r.Only = only
		case *LAMB[T]:
			r.Only = only
		case *NovoGrad[T]:
			r.Only = only
		case *Muon[T]:
			r.Only = only
		}
		w, wraps := rule.(Wrapper[T])
		if !wraps {
			return
		}
		rule = w.Unwrap()
	}
}
