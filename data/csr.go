package data

import (
	"slices"
	"strconv"

	"descent/internal/kernel"
)

// CSR is a matrix of which most entries are zero, by compressed rows: row i
// holds Value[k] in column Index[k] for k from Start[i] up to Start[i+1], in
// increasing columns counted from 0. An entry that is kept may be zero.
type CSR[T kernel.Float] struct {
	Cols  int
	Start []int64 // one more than there are rows
	Index []int32
	Value []T
}

// NewCSR is a matrix of no rows, with room for so many rows and entries.
func NewCSR[T kernel.Float](cols, rows, entries int) *CSR[T] {
	m := &CSR[T]{Cols: cols, Start: make([]int64, 1, rows+1)}
	m.Index, m.Value = make([]int32, 0, entries), make([]T, 0, entries)
	return m
}

// Rows is the number of rows.
func (m *CSR[T]) Rows() int { return len(m.Start) - 1 }

// Row is the columns and values of row i.
func (m *CSR[T]) Row(i int) (index []int32, value []T) {
	lo, hi := m.Start[i], m.Start[i+1]
	return m.Index[lo:hi], m.Value[lo:hi]
}

// Add puts a value into the row that is being made, behind the entries it has.
func (m *CSR[T]) Add(col int, v T) {
	m.Index, m.Value = append(m.Index, int32(col)), append(m.Value, v)
}

// EndRow ends the row that is being made.
func (m *CSR[T]) EndRow() { m.Start = append(m.Start, int64(len(m.Index))) }

// Reset forgets all rows and keeps their memory.
func (m *CSR[T]) Reset() {
	m.Start, m.Index, m.Value = append(m.Start[:0], 0), m.Index[:0], m.Value[:0]
}

// append puts the rows of o behind those of m.
func (m *CSR[T]) append(o *CSR[T]) {
	at := int64(len(m.Index))
	m.Start = slices.Grow(m.Start, o.Rows())
	for _, s := range o.Start[1:] {
		m.Start = append(m.Start, at+s)
	}
	m.Index, m.Value = append(m.Index, o.Index...), append(m.Value, o.Value...)
	m.Cols = max(m.Cols, o.Cols)
}

// text is row i as LIBSVM writes it, with the names of the columns unless these
// are numbers.
func (m *CSR[T]) text(i int, names []string) string {
	index, value := m.Row(i)
	var b []byte
	for k, j := range index {
		if k > 0 {
			b = append(b, ' ')
		}
		if names != nil {
			b = append(b, names[j]...)
		} else {
			b = strconv.AppendInt(b, int64(j), 10)
		}
		b = append(b, ':')
		b = strconv.AppendFloat(b, float64(value[k]), 'g', -1, 64)
	}
	return string(b)
}

// SparseColumn makes a Sparse column: row i of the matrix is that of the table.
func SparseColumn(name string, m *CSR[float64]) *Column {
	return &Column{Name: name, Kind: Sparse, Entries: m}
}
