package data

import (
	"fmt"
	"math"
	"strings"
)

// sparseSurvey is what one pass tells about a sparse column.
type sparseSurvey struct {
	column  *Column // values apart
	again   Pass    // for another look
	rows    int
	entries int
	lo, hi  int    // of the indices
	seen    []bool // the columns that have an entry, where they have names
}

func newSparseSurvey(c *Column, again Pass) *sparseSurvey {
	return &sparseSurvey{column: c, again: again, lo: math.MaxInt, hi: -1, seen: make([]bool, len(c.EntryNames))}
}

// see takes the rows of one table.
func (s *sparseSurvey) see(m *CSR[float64], rows []int) {
	s.rows += len(rows)
	for _, row := range rows {
		if index, _ := m.Row(row); len(index) > 0 {
			s.lo, s.hi = min(s.lo, int(index[0])), max(s.hi, int(index[len(index)-1]))
			s.entries += len(index)
			if len(s.seen) > 0 {
				for _, j := range index {
					s.seen[j] = true
				}
			}
		}
	}
}

// learn makes the rule. Subtracting means would fill the column with numbers, so
// its features are divided by their largest magnitude where a range was asked
// for, and left as they are otherwise. Columns with names are features where the
// rows have an entry in them.
func (s *sparseSurvey) learn(scale Scaling) (f Feature, err error) {
	if s.hi < 0 {
		return f, errNoEntry
	}
	f = Feature{Column: s.column.Name, Kind: Sparse, Space: s.column.space, Entries: float64(s.entries) / float64(s.rows)}
	what, beyond := "each feature", "entries beyond"
	if names := s.column.EntryNames; names != nil {
		for j, name := range names {
			if s.seen[j] {
				f.Names = append(f.Names, name)
			}
		}
		f.Width, what, beyond = len(f.Names), "each", "other names"
		f.Rule = plural(f.Width, "feature") + " by name, as they are"
	} else {
		f.First = min(s.lo, 1)
		f.Width = s.hi - f.First + 1
		f.Rule = fmt.Sprintf("indices %d to %d, as it is", f.First, s.hi)
	}
	if scale == MaxAbs || scale == MinMax {
		f.Scales, err = s.largest(&f)
		f.Rule = f.Rule[:strings.LastIndex(f.Rule, ", ")] + ", " + what + " divided by its largest magnitude"
	}
	f.Rule += "; " + beyond + " are passed over"
	return f, err
}

// largest is the largest magnitude of each feature, 1 where it has none.
func (s *sparseSurvey) largest(f *Feature) ([]float64, error) {
	top := make([]float64, f.Width)
	place := f.entryPlaces(s.column)
	err := s.again(func(t *Table, rows []int) error {
		c, err := t.Column(s.column.Name)
		if err != nil {
			return err
		}
		r := f.reader(c, place)
		for _, row := range rows {
			index, value := r.row(row)
			for k, j := range index {
				top[int(j)-f.First] = max(top[int(j)-f.First], math.Abs(value[k]))
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
