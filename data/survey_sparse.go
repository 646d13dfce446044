package data

import (
	"fmt"
	"math"
)

// sparseSurvey is what one pass tells about a sparse column.
type sparseSurvey struct {
	column  *Column // values apart
	again   Pass    // for another look
	rows    int
	entries int
	lo, hi  int // of the indices
}

func newSparseSurvey(c *Column, again Pass) *sparseSurvey {
	return &sparseSurvey{column: c, again: again, lo: math.MaxInt, hi: -1}
}

// see takes the rows of one table.
func (s *sparseSurvey) see(m *CSR[float64], rows []int) {
	s.rows += len(rows)
	for _, row := range rows {
		if index, _ := m.Row(row); len(index) > 0 {
			s.lo, s.hi = min(s.lo, int(index[0])), max(s.hi, int(index[len(index)-1]))
			s.entries += len(index)
		}
	}
}

// learn makes the rule. Subtracting means would fill the column with numbers, so
// its features are divided by their largest magnitude where a range was asked
// for, and left as they are otherwise.
func (s *sparseSurvey) learn(scale Scaling) (f Feature, err error) {
	if s.hi < 0 {
		return f, errNoEntry
	}
	f = Feature{Column: s.column.Name, Kind: Sparse, First: min(s.lo, 1), Space: s.column.space, Rule: "as it is", Entries: float64(s.entries) / float64(s.rows)}
	f.Width = s.hi - f.First + 1
	if scale == MaxAbs || scale == MinMax {
		f.Scales, err = s.largest(f.First, f.Width)
		f.Rule = "each feature divided by its largest magnitude"
	}
	f.Rule = fmt.Sprintf("indices %d to %d, %s; entries beyond are passed over", f.First, s.hi, f.Rule)
	return f, err
}

// largest is the largest magnitude of each feature, 1 where it has none.
func (s *sparseSurvey) largest(first, width int) ([]float64, error) {
	top := make([]float64, width)
	err := s.again(func(t *Table, rows []int) error {
		c, err := t.Column(s.column.Name)
		if err != nil {
			return err
		}
		for _, row := range rows {
			index, value := c.Entries.Row(row)
			for k, j := range index {
				top[int(j)-first] = max(top[int(j)-first], math.Abs(value[k]))
			}
		}
		return nil
	})
	for j, v := range top {
		if v == 0 {
			top[j] = 1
		}
	}
	return top, err
}
