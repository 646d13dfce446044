package param

import (
	"fmt"

	"descent/internal/kernel"
)

// Layout lays named blocks one after the other over one flat vector and
// remembers how each of them starts. The zero value is an empty layout.
type Layout struct {
	blocks []Block
	inits  []Init
	dim    int
}

// Add appends a block; no shape means a single number. It fails on a name that
// is taken or empty and on an axis below 1.
func (l *Layout) Add(name string, init Init, shape ...int) (Block, error) {
	if name == "" {
		return Block{}, fmt.Errorf("param: a block needs a name")
	}
	if _, ok := Find(l.blocks, name); ok {
		return Block{}, fmt.Errorf("param: there is a block %q already", name)
	}
	const limit = 1 << 40 // elements; keeps products of axes far from overflow
	n := 1
	for _, d := range shape {
		if d < 1 || n > limit/d {
			return Block{}, fmt.Errorf("param: block %q cannot have shape %v; every axis is at least 1 and the product at most %d", name, shape, limit)
		}
		n *= d
	}
	b := Block{Name: name, Shape: append([]int(nil), shape...), Offset: l.dim}
	l.blocks = append(l.blocks, b)
	l.inits = append(l.inits, init)
	l.dim += n
	return b, nil
}

// Blocks lists the blocks in order of addition; the caller must not change it.
func (l *Layout) Blocks() []Block { return l.blocks }

// Dim is the length of the flat vector.
func (l *Layout) Dim() int { return l.dim }

// Start draws a new flat vector. float32 values are the rounded float64 ones,
// so both element types start at the same point.
func Start[T kernel.Float](l *Layout, seed uint64) []T {
	x := make([]T, l.dim)
	for i, b := range l.blocks {
		Fill(x, b, l.inits[i], seed)
	}
	return x
}

// View is the part of the flat vector x that belongs to b; writing to it
// writes to x.
func View[T any](x []T, b Block) []T {
	end := b.Offset + b.Len()
	return x[b.Offset:end:end]
}

// Find returns the block of that name.
func Find(blocks []Block, name string) (Block, bool) {
	for _, b := range blocks {
		if b.Name == name {
			return b, true
		}
	}
	return Block{}, false
}
