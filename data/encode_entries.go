package data

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/kernel"
)

// entriesPart is the part of a sparse column.
func entriesPart[T kernel.Float](f *Feature, c *Column, offset int) sparsePart[T] {
	shift := int32(offset - f.First)
	_, single := any(T(0)).(float32)
	r := f.reader(c, f.entryPlaces(c))
	return func(row int, m *CSR[T]) error {
		index, value := r.row(row)
		n := len(m.Index)
		m.Index, m.Value = slices.Grow(m.Index, len(index)), slices.Grow(m.Value, len(index))
		m.Index, m.Value = m.Index[:n+len(index)], m.Value[:n+len(index)]
		dst, v := m.Index[n:], m.Value[n:]
		for k, j := range index {
			dst[k], v[k] = j+shift, T(value[k])
		}
		if f.Scales != nil {
			for k, j := range index {
				v[k] = T(value[k] / f.Scales[int(j)-f.First])
			}
		}
		if single && slices.ContainsFunc(v, func(v T) bool { return math.IsInf(float64(v), 0) }) {
			return fmt.Errorf("a value in data row %d is beyond the range of float32", c.place(row))
		}
		return nil
	}
}

// entryCopier appends rows of a sparse column that is the only one, whose entries are
// features as they are: those that follow one another are copied at once.
type entryCopier struct {
	f *Feature
	c *Column
}

// copier is nil where rows are no copies of entries.
func copier[T kernel.Float](f *Feature, c *Column) *entryCopier {
	if _, double := any(T(0)).(float64); !double || f.Kind != Sparse || f.Scales != nil || f.entryPlaces(c) != nil {
		return nil
	}
	return &entryCopier{f, c}
}

// append appends the given rows to m.
func (e *entryCopier) append(m *CSR[float64], rows []int) {
	from, first := e.c.Entries, int32(e.f.First)
	for len(rows) > 0 {
		n := e.whole(rows)
		lo, hi := from.Start[rows[0]], from.Start[rows[0]+n]
		if n == 0 {
			index, value := e.f.known(from, rows[0])
			m.take(index, value, first)
			m.EndRow()
			rows = rows[1:]
			continue
		}
		shift := int64(len(m.Index)) - lo
		m.take(from.Index[lo:hi], from.Value[lo:hi], first)
		for _, end := range from.Start[rows[0]+1 : rows[0]+n+1] {
			m.Start = append(m.Start, end+shift)
		}
		rows = rows[n:]
	}
}

// whole is how many of the rows, from the first on, follow one another in the table and
// have entries in the columns of the feature alone.
func (e *entryCopier) whole(rows []int) (n int) {
	lo, hi := int32(e.f.First), int32(e.f.First+e.f.Width)
	for n < len(rows) && rows[n] == rows[0]+n {
		index, _ := e.c.Entries.Row(rows[n])
		if k := len(index); k > 0 && (index[0] < lo || index[k-1] >= hi) {
			break
		}
		n++
	}
	return n
}

// take appends entries to the row that is being made, of which column first is the
// first of m.
func (m *CSR[T]) take(index []int32, value []T, first int32) {
	n := len(m.Index)
	m.Index, m.Value = append(m.Index, index...), append(m.Value, value...)
	if first != 0 {
		for k := range m.Index[n:] {
			m.Index[n+k] -= first
		}
	}
}
