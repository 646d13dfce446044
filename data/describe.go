package data

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/internal/numtext"
)

// Summary is what Describe says about a column.
type Summary struct {
	Name     string  `json:"name"`
	Kind     Kind    `json:"kind"`
	Ignored  string  `json:"ignored,omitempty"` // why models leave the column out
	Missing  int     `json:"missing"`
	Distinct int     `json:"distinct"` // different values; pictures are not compared; −1: not counted; Sparse: columns
	Min      float64 `json:"min"`      // Number, and so on
	Max      float64 `json:"max"`
	Mean     float64 `json:"mean"` // Sparse: entries a row
	Median   float64 `json:"median"`

	Levels []string `json:"levels,omitempty"` // Category, in order
	Counts []int    `json:"counts,omitempty"` // rows per level
}

// Describe summarises every column.
func (t *Table) Describe() []Summary {
	if t.described != nil {
		return t.described
	}
	all := make([]Summary, len(t.Columns))
	for i, c := range t.Columns {
		all[i] = c.describe()
	}
	return all
}

// Ranges is Describe without what numbers must be sorted for: of numbers it gives
// the range, and Distinct is -1 where there are any.
func (t *Table) Ranges() []Summary {
	if t.described != nil {
		return t.described
	}
	all := make([]Summary, len(t.Columns))
	for i, c := range t.Columns {
		if c.Kind.storage() == Number {
			all[i] = c.ranges()
		} else {
			all[i] = c.describe()
		}
	}
	return all
}

// ranges is what one look at a column of numbers tells.
func (c *Column) ranges() Summary {
	s := Summary{Name: c.Name, Kind: c.Kind, Ignored: c.Ignored}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range c.Numbers {
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
		if v != v {
			s.Missing++
		}
	}
	if s.Missing < len(c.Numbers) {
		s.Distinct, s.Min, s.Max = notCounted, lo, hi
	}
	return s
}

func (c *Column) describe() Summary {
	s := Summary{Name: c.Name, Kind: c.Kind, Ignored: c.Ignored}
	for row := range c.Len() {
		if c.Missing(row) {
			s.Missing++
		}
	}
	switch c.Kind.storage() {
	case Number:
		s.describeNumbers(c.Numbers)
	case Category:
		s.Levels, s.Counts = c.Levels, make([]int, len(c.Levels))
		for _, code := range c.Codes {
			if code >= 0 {
				s.Counts[code]++
			}
		}
		s.Distinct = len(c.Levels)
	case Text:
		seen := map[string]bool{}
		for _, text := range c.Texts {
			if text != "" {
				seen[text] = true
			}
		}
		s.Distinct = len(seen)
	case Sparse:
		s.Distinct, s.Mean = c.Entries.Cols, float64(len(c.Entries.Index))/float64(max(1, c.Len()))
	}
	return s
}

func (s *Summary) describeNumbers(numbers []float64) {
	x := make([]float64, 0, len(numbers))
	for _, v := range numbers {
		if !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	if len(x) == 0 {
		return
	}
	s.Median = median(x) // sorts x
	s.Min, s.Max = x[0], x[len(x)-1]
	s.Mean, _ = meanSD(x)
	s.Distinct = len(slices.Compact(x))
}

// String is one line: name, kind, what is in it, what is missing, why it is
// left out.
func (s Summary) String() string {
	var parts []string
	switch s.Kind.storage() {
	case Number:
		if s.Distinct > 0 {
			parts = append(parts, fmt.Sprintf("%s to %s", s.Kind.short(s.Min), s.Kind.short(s.Max)), fmt.Sprintf("median %s", s.Kind.short(s.Median)), fmt.Sprintf("%d different", s.Distinct))
		}
	case Category:
		levels := make([]string, len(s.Levels))
		for i, level := range s.Levels {
			levels[i] = fmt.Sprintf("%s (%d)", level, s.Counts[i])
		}
		parts = append(parts, fmt.Sprintf("%s: %s", numtext.Count(len(levels), "level"), enumerate(levels, 6)))
	case Text:
		if s.Distinct >= 0 {
			parts = append(parts, fmt.Sprintf("%d different", s.Distinct))
		}
	case Sparse:
		parts = append(parts, fmt.Sprintf("%d columns, %s entries a row", s.Distinct, short(s.Mean)))
	}
	if s.Missing > 0 {
		parts = append(parts, fmt.Sprintf("%d missing", s.Missing))
	}
	if s.Ignored != "" {
		parts = append(parts, "left out: "+s.Ignored)
	}
	return fmt.Sprintf("%s: %v, %s", s.Name, s.Kind, strings.Join(parts, "; "))
}
