package data

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"descent/internal/kernel"
)

// EncodeSparse is Encode for a matrix that is mostly zeros: the same features
// of the given rows, of which only those that are not zero are kept.
func EncodeSparse[T kernel.Float](e *Encoder, t *Table, rows []int) (m *CSR[T], unseen int, err error) {
	s, err := NewSparseEncoder[T](e, t)
	if err != nil {
		return nil, 0, err
	}
	entries := 0
	for i := range e.Features {
		entries += nonZeros(&e.Features[i], s.columns[i], rows)
	}
	m = NewCSR[T](e.Width(), len(rows), entries)
	unseen, err = s.Append(m, rows)
	return m, unseen, err
}

// SparseEncoder appends the features of a table's rows to sparse matrices. It is
// for one goroutine; the rows of the table may change, its columns and levels may
// not. Each kind of column has a case in sparsePartOf, which makes what appends
// the entries of one row.
type SparseEncoder[T kernel.Float] struct {
	e       *Encoder
	table   string
	columns []*Column
	parts   []sparsePart[T]
	copies  *entryCopier // instead of the only part; nil where it cannot
	unseen  int
}

// NewSparseEncoder finds the columns in the table.
func NewSparseEncoder[T kernel.Float](e *Encoder, t *Table) (*SparseEncoder[T], error) {
	s := &SparseEncoder[T]{e: e, table: t.Name}
	offset := 0
	for i := range e.Features {
		f := &e.Features[i]
		c, err := column(f, t)
		if err != nil {
			return nil, err
		}
		part, err := sparsePartOf[T](f, c, offset, &s.unseen)
		if err != nil {
			return nil, fmt.Errorf("data: column %q of %s: %w", c.Name, t.Name, err)
		}
		s.columns, s.parts = append(s.columns, c), append(s.parts, part)
		offset += f.Width
	}
	if len(e.Features) == 1 {
		s.copies = copier[T](&e.Features[0], s.columns[0])
	}
	return s, nil
}

// Append appends the features of the given rows to m, and counts as Encode does.
func (s *SparseEncoder[T]) Append(m *CSR[T], rows []int) (unseen int, err error) {
	s.unseen = 0
	if s.copies != nil {
		s.copies.append(any(m).(*CSR[float64]), rows)
		return 0, nil
	}
	for _, row := range rows {
		for i, add := range s.parts {
			if err := add(row, m); err != nil {
				return 0, inColumn(err, &s.e.Features[i], s.table)
			}
		}
		m.EndRow()
	}
	return s.unseen, nil
}

// AddSquares adds the squared lengths of the features of the given rows to sum,
// row after row.
func (s *SparseEncoder[T]) AddSquares(sum float64, rows []int) (float64, error) {
	m := NewCSR[T](0, 1, 0)
	for i := range rows {
		m.Reset()
		if _, err := s.Append(m, rows[i:i+1]); err != nil {
			return 0, err
		}
		sum += kernel.Dot(m.Value, m.Value)
	}
	return sum, nil
}

// sparsePart appends what one column has in a row to the last row of m: columns
// from the feature's offset up to offset + Width, in increasing order.
type sparsePart[T kernel.Float] func(row int, m *CSR[T]) error

// sparsePartOf is the part of a feature whose first column is offset. It counts
// in unseen as Encode does.
func sparsePartOf[T kernel.Float](f *Feature, c *Column, offset int, unseen *int) (sparsePart[T], error) {
	switch f.Kind {
	case Category:
		place := f.places(c)
		return func(row int, m *CSR[T]) error {
			at := place[c.Codes[row]+1]
			if at == f.Width-1 {
				*unseen++
			}
			m.Add(offset+at, 1)
			return nil
		}, nil
	case Sparse:
		return entriesPart[T](f, c, offset), nil
	case Text:
		return textPart[T](f, c, offset), nil
	case Cross:
		return crossPart[T](f, c, offset, unseen)
	}
	return densePart[T](f, c, offset)
}

// densePart is the part of a column that has a value for each of its features:
// it is encoded as for a dense matrix, and zeros are left out.
func densePart[T kernel.Float](f *Feature, c *Column, offset int) (sparsePart[T], error) {
	cells, one := make([]T, f.Width), make([]int, 1)
	return func(row int, m *CSR[T]) (err error) {
		one[0] = row
		_, err = encode(f, c, nil, one, cells, f.Width)
		for j, v := range cells {
			if v != 0 {
				m.Add(offset+j, v)
			}
		}
		return err
	}, nil
}

// nonZeros is how many entries the given rows of a column have at most as
// features; a kind without a case has all of them.
func nonZeros(f *Feature, c *Column, rows []int) int {
	switch f.Kind {
	case Category:
		return len(rows)
	case Text:
		return wordsOf(f, c, rows)
	case Cross:
		n := len(rows)
		for k := range f.Parts {
			n *= nonZeros(&f.Parts[k], c.parts[k], rows) / max(1, len(rows))
		}
		return n
	case Sparse:
		n := 0
		for _, row := range rows {
			n += int(c.Entries.Start[row+1] - c.Entries.Start[row])
		}
		return n
	}
	return len(rows) * f.Width
}

// A matrix of features is kept sparse where it is wide and mostly zeros: at
// least sparseWidth features, of which at most one in sparseShare may differ from
// zero in the mean of the training rows.
const (
	sparseWidth = 64
	sparseShare = 8
)

// MostlyZero says whether the features are better kept sparse: there are many of
// them, and few of them differ from zero.
func (e *Encoder) MostlyZero() bool {
	width, entries := 0, 0.0
	for i := range e.Features {
		width += e.Features[i].Width
		entries += e.Features[i].entries()
	}
	return Sparsely(width, entries)
}

// Sparsely says whether so many features, of which so many of a row differ from
// zero, are better kept sparse.
func Sparsely(features int, entries float64) bool {
	return features >= sparseWidth && entries*sparseShare <= float64(features)
}

// Entries is about how many features of a row differ from zero.
func (e *Encoder) Entries() float64 {
	n := 0.0
	for i := range e.Features {
		n += e.Features[i].entries()
	}
	return n
}

// entries is about how many features of a row differ from zero: one of a
// category, those of the training rows of a sparse column or a text, and the product of its parts of a cross; all of the others.
func (f *Feature) entries() float64 {
	switch f.Kind {
	case Sparse:
		return f.Entries
	case Category:
		return 1
	case Text:
		n := f.Entries
		if n == 0 {
			n = 256
		}
		return min(n, float64(f.Width))
	case Cross:
		n := 1.0
		for i := range f.Parts {
			n *= f.Parts[i].entries()
		}
		return n
	}
	return float64(f.Width)
}

var errNoEntry = errors.New("the training rows have no entry")

// learnSparse makes the rule of a sparse column.
func learnSparse(c *Column, rows []int, scale Scaling) (Feature, error) {
	s := newSparseSurvey(c, func(visit func(*Table, []int) error) error {
		return visit(&Table{Columns: []*Column{c}}, rows)
	})
	s.see(c.Entries, rows)
	return s.learn(scale)
}

// known is the part of a row whose indices training had.
func (f *Feature) known(m *CSR[float64], row int) (index []int32, value []float64) {
	index, value = m.Row(row)
	lo, hi := 0, len(index)
	for lo < hi && int(index[lo]) < f.First {
		lo++
	}
	if n := hi; n > 0 && int(index[n-1]) >= f.First+f.Width {
		hi = sort.Search(n, func(k int) bool { return int(index[k]) >= f.First+f.Width })
	}
	return index[lo:max(lo, hi)], value[lo:max(lo, hi)]
}

// encodeEntries fills the cells of a dense matrix.
func encodeEntries[T kernel.Float](f *Feature, c *Column, place, rows []int, dst []T, stride int) error {
	r := f.reader(c, place)
	for i, row := range rows {
		cells := dst[i*stride : i*stride+f.Width]
		clear(cells)
		index, value := r.row(row)
		for k, j := range index {
			v := value[k]
			if f.Scales != nil {
				v /= f.Scales[int(j)-f.First]
			}
			if cells[int(j)-f.First] = T(v); math.IsInf(float64(T(v)), 0) {
				return fmt.Errorf("the value %v in data row %d does not fit after scaling", v, c.place(row))
			}
		}
	}
	return nil
}
