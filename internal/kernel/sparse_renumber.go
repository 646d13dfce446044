package kernel

import "math/bits"

// Columns numbers those columns of sparse matrices that have entries.
type Columns struct {
	bits   []uint64
	places []int32
	list   []int32
}

// NewColumns is for matrices of so many columns.
func NewColumns(cols int) *Columns {
	return &Columns{bits: make([]uint64, (cols+63)/64), places: make([]int32, cols)}
}

// Renumber makes the columns of m that have entries all the columns there are,
// in their order, and returns which they were. The list is overwritten by the
// next call.
func Renumber[T Float](m *CSR[T], c *Columns) []int32 {
	for _, j := range m.Index {
		c.bits[j>>6] |= 1 << (j & 63)
	}
	c.list = c.list[:0]
	for i, word := range c.bits {
		for ; word != 0; word &= word - 1 {
			j := int32(i<<6 + bits.TrailingZeros64(word))
			c.places[j] = int32(len(c.list))
			c.list = append(c.list, j)
		}
		c.bits[i] = 0
	}
	for k, j := range m.Index {
		m.Index[k] = c.places[j]
	}
	m.SetCols(len(c.list))
	return c.list
}

// SetCols makes m a matrix of so many columns; none of its entries may lie
// beyond.
func (m *CSR[T]) SetCols(cols int) {
	m.Cols = cols
	m.cut()
}
