package data

import (
	"sync"

	"descent/internal/kernel"
)

// A strip is a few rows of a few columns of plain numbers, which are turned into
// rows together.
const (
	stripRows    = 256
	stripColumns = 8
)

// strip is the memory of one.
type strip struct {
	consecutive  bool // the rows
	columns      [stripColumns][]float64
	shift, scale [stripColumns]float64
	numbers      [stripColumns * stripRows]float64 // of columns that are not taken where they lie

	lent struct { // to encodeFew
		columns []*Column
		places  [][]int
	}
}

// strips lends memory to those who encode.
var strips = sync.Pool{New: func() any { return new(strip) }}

// plainNumbers is how many of the first features, at most stripColumns, are
// (value-Shift)/Scale and nothing else.
func plainNumbers(features []Feature) int {
	n := 0
	for n < min(len(features), stripColumns) && features[n].plainNumber() {
		n++
	}
	return n
}

func (f *Feature) plainNumber() bool {
	return f.Kind == Number && f.Scale != 0 && !f.Log && !f.Indicator
}

// encodeStrip encodes plain numbers of at most stripRows rows. It says whether all
// values fit.
func encodeStrip[T kernel.Float](features []Feature, columns []*Column, rows []int, dst []T, stride int, s *strip) bool {
	n := len(features)
	for k := range features {
		f := &features[k]
		s.shift[k], s.scale[k] = f.Shift, f.Scale
		if s.consecutive {
			s.columns[k] = columns[k].Numbers[rows[0]:][:len(rows)]
			continue
		}
		s.columns[k] = s.place(k, rows)
		for i, row := range rows {
			s.columns[k][i] = columns[k].Numbers[row]
		}
	}
	if kernel.StandardRows(dst, stride, s.columns[:n], s.shift[:n], s.scale[:n]) {
		return true
	}
	for k := range features { // some are missing
		s.columns[k] = s.place(k, rows)
		features[k].fill(s.columns[k], columns[k].Numbers, rows)
	}
	return kernel.StandardRows(dst, stride, s.columns[:n], s.shift[:n], s.scale[:n])
}

// place is where the numbers of column k go.
func (s *strip) place(k int, rows []int) []float64 {
	return s.numbers[k*stripRows:][:len(rows)]
}

// fill takes the numbers of the rows, with what stands for those that are missing.
func (f *Feature) fill(dst, numbers []float64, rows []int) {
	for i, row := range rows {
		v := numbers[row]
		if v != v {
			v = f.Fill
		}
		dst[i] = v
	}
}
