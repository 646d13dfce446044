// Package param names the pieces of one flat parameter vector: blocks with
// shapes, and the distributions they start from.
package param

// Block is a named piece of a flat parameter vector: elements
// Offset .. Offset+Len() in row-major order.
type Block struct {
	Name   string
	Shape  []int // nil for a single number
	Offset int
}

// Len is the number of elements of the block.
func (b Block) Len() int {
	n := 1
	for _, d := range b.Shape {
		n *= d
	}
	return n
}

// Dim is the length of the flat vector that the blocks cover.
func Dim(blocks []Block) int {
	n := 0
	for _, b := range blocks {
		n = max(n, b.Offset+b.Len())
	}
	return n
}
