package graph

import (
	"fmt"

	"descent/internal/kernel"
)

// Program evaluates nodes of a graph, at one point or at many, without
// allocating. It is made by Compile, keeps its own scratch memory, and must not
// be used from several goroutines at once: give each its own Clone.
//
// Equal inputs give equal bits: every sum is taken in a fixed order.
type Program[T Float] struct {
	code  *code
	mem   [][]T     // by space
	regs  []float64 // values of one element
	lanes []float64 // registers of many points, see RunMany
	bound []bool    // which data is

	matrices []*Matrix[T] // of sparse data, by input

	scratch *scratch[T] // of reductions
	totals  []kernel.Total
	kernels *kernels[T]
}

func newProgram[T Float](c *code) *Program[T] {
	p := &Program[T]{code: c, mem: make([][]T, spaceOut+len(c.lens)+len(c.inputs)), bound: make([]bool, len(c.inputs))}
	tensors := make([]T, len(c.tensors))
	for i, v := range c.tensors {
		tensors[i] = T(v)
	}
	p.mem[spaceTensor] = tensors
	p.regs = make([]float64, c.numRegs)
	copy(p.regs, c.consts)
	return p
}

// Clone is a program that shares the code and the bound data, with scratch
// memory of its own.
func (p *Program[T]) Clone() *Program[T] {
	q := &Program[T]{code: p.code, mem: make([][]T, len(p.mem)), regs: make([]float64, len(p.regs)), bound: make([]bool, len(p.bound))}
	copy(q.mem, p.mem)
	copy(q.regs, p.regs)
	copy(q.bound, p.bound)
	q.mem[spaceArena] = nil
	for _, m := range p.matrices {
		q.matrices = append(q.matrices, m.Clone())
	}
	return q
}

// Dim is the length of the flat vector of all parameters.
func (p *Program[T]) Dim() int { return p.code.dim }

// Bind gives the array for a Data node, row-major. It is not copied: its
// elements may change between runs. Names that this program does not read are
// ignored.
func (p *Program[T]) Bind(name string, v []T) error {
	for i, in := range p.code.inputs {
		if in.name != name {
			continue
		}
		if in.sparse {
			return fmt.Errorf("graph: data %q is a sparse matrix; use BindSparse", name)
		}
		if len(v) != size(in.shape) {
			return fmt.Errorf("graph: data %q has %d elements, but its shape %v needs %d", name, len(v), in.shape, size(in.shape))
		}
		p.mem[spaceOut+len(p.code.lens)+i] = v
		p.bound[i] = true
	}
	return nil
}

// Run evaluates at the point x, the flat vector of all parameters, and writes
// node i, row-major, to outs[i]. The outputs must not overlap each other nor
// any input.
func (p *Program[T]) Run(x []T, outs ...[]T) error {
	if err := p.check(x, 1, outs); err != nil {
		return err
	}
	copy(p.mem[spaceOut:], outs)
	p.run(x)
	return nil
}

// run evaluates into the output buffers that are set.
func (p *Program[T]) run(x []T) {
	p.prepare()
	p.mem[spaceX] = x
	p.exec()
	for _, s := range p.code.stores {
		p.mem[spaceOut+s.buf][s.off] = T(p.regs[s.reg])
	}
}

// prepare makes the scratch memory at the first run.
func (p *Program[T]) prepare() {
	if p.mem[spaceArena] == nil {
		p.mem[spaceArena] = make([]T, p.code.arenaLen)
		p.totals = make([]kernel.Total, p.code.totals)
		p.kernels = newKernels[T]()
	}
}

// check finds what is wrong with the arguments of a run at n points.
func (p *Program[T]) check(x []T, n int, outs [][]T) error {
	c := p.code
	if len(x) != n*c.dim {
		return fmt.Errorf("graph: the point has %d elements, but the parameters have %d", len(x), n*c.dim)
	}
	if len(outs) != len(c.lens) {
		return fmt.Errorf("graph: %d output buffers for %d outputs", len(outs), len(c.lens))
	}
	for i, o := range outs {
		if len(o) != n*c.lens[i] {
			return fmt.Errorf("graph: output %d has %d elements, but its buffer %d", i, n*c.lens[i], len(o))
		}
	}
	return p.checkBound()
}

// runAt is Run where the output buffers are set and known to fit.
func (p *Program[T]) runAt(x []T) error {
	if len(x) != p.code.dim {
		return fmt.Errorf("graph: the point has %d elements, but the parameters have %d", len(x), p.code.dim)
	}
	if err := p.checkBound(); err != nil {
		return err
	}
	p.run(x)
	return nil
}

// runAlong runs a program of one output at x in the direction v.
func (p *Program[T]) runAlong(x, v, out []T) error {
	p.mem[spaceSeed], p.mem[spaceOut] = v, out
	return p.runAt(x)
}

func (p *Program[T]) checkBound() error {
	for i, ok := range p.bound {
		if !ok {
			return fmt.Errorf("graph: data %q is not bound; call Bind first", p.code.inputs[i].name)
		}
	}
	return nil
}
