package data

import (
	"fmt"
	"slices"

	"descent/internal/kernel"
	"descent/internal/nearname"
)

func learnCategory(c *Column, missing Missing, from lessons) (Feature, error) {
	f := Feature{Column: c.Name, Kind: Category, Drop: missing == DropRow}
	counts, gone := from.levels(c)
	f.Missing = gone > 0
	for code, level := range c.Levels {
		if counts[code] > 0 {
			f.Levels = append(f.Levels, level)
		}
	}
	switch missing {
	case "", FillLevel, DropRow:
	case FillMode:
		if len(f.Levels) > 0 {
			f.FillLevel, f.Missing = c.Levels[slices.Index(counts, slices.Max(counts))], false
		}
	default:
		if f.FillLevel, f.Missing = string(missing), false; !slices.Contains(f.Levels, f.FillLevel) {
			return f, fmt.Errorf("the value %q for missing ones is none of the levels %s%s", missing, enumerate(f.Levels, 10), nearname.Hint(f.FillLevel, f.Levels))
		}
	}
	f.Width = len(f.Levels) + 1
	f.Rule = fmt.Sprintf("one column per level (%d)", len(f.Levels))
	if f.Missing {
		f.Width++
		f.Rule += ", one for missing values"
	}
	f.Rule += ", one for levels not seen in training"
	switch {
	case f.Drop:
		f.Rule += "; rows without a value are left out"
	case f.FillLevel != "":
		f.Rule += fmt.Sprintf("; missing values count as %s (%d of %d training rows)", f.FillLevel, gone, from.rows)
	case !f.Missing:
		f.Rule += " and missing values"
	}
	return f, nil
}

// countLevels counts the rows of each level, and those without one.
func countLevels(c *Column, rows []int) (counts []int, gone int) {
	counts = make([]int, len(c.Levels))
	for _, row := range rows {
		if code := c.Codes[row]; code >= 0 {
			counts[code]++
		} else {
			gone++
		}
	}
	return counts, gone
}

// learnBoolean makes the rule of a column of truth values.
func learnBoolean(c *Column, missing Missing, from lessons) (Feature, error) {
	f := Feature{Column: c.Name, Kind: Boolean, Width: 1, Levels: c.Levels, Drop: missing == DropRow}
	counts, gone := from.levels(c)
	if present := from.rows - gone; present > 0 {
		f.Fill = float64(counts[1]) / float64(present)
	}
	fill := fmt.Sprintf("the share of %s, %s", c.Levels[1], short(f.Fill))
	switch missing {
	case "", FillLevel:
		f.Indicator = missing == FillLevel || gone > 0
	case DropRow:
	case FillMode:
		f.Fill = float64(oneIf[float64](counts[1] > counts[0]))
		fill = c.Levels[int(f.Fill)]
	default:
		v := truth(string(missing))
		if v < 0 {
			return f, fmt.Errorf("the value %q for missing ones is neither %s nor %s", missing, c.Levels[0], c.Levels[1])
		}
		f.Fill, fill = float64(v), c.Levels[v]
	}
	f.Rule = fmt.Sprintf("1 for %s, 0 for %s", c.Levels[1], c.Levels[0])
	switch {
	case f.Drop:
		f.Rule += "; rows without a value are left out"
	case f.Indicator:
		f.Width = 2
		f.Rule += fmt.Sprintf("; missing values count as %s and as 1 in a column of their own", fill)
	default:
		f.Rule += "; missing values count as " + fill
	}
	if gone > 0 {
		f.Rule += fmt.Sprintf(" (%d of %d training rows)", gone, from.rows)
	}
	return f, nil
}

// encodeBooleans fills 1 or 0 for each row, and the indicator. The words need not
// be those of training.
func encodeBooleans[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) {
	for i, row := range rows {
		code := c.Codes[row]
		v := T(code)
		if code < 0 {
			v = T(f.Fill)
		}
		dst[i*stride] = v
		if f.Indicator {
			dst[i*stride+1] = oneIf[T](code < 0)
		}
	}
}

// places maps the column's own codes, plus 1, to the features of a category (the
// first is for missing values), and the columns of a sparse one to those of
// training. It is nil for other kinds.
func (f *Feature) places(c *Column) []int {
	switch f.Kind {
	case Category:
	case Sparse:
		return f.entryPlaces(c)
	default:
		return nil
	}
	unknown := f.Width - 1
	place := make([]int, len(c.Levels)+1)
	known := make(map[string]int, len(f.Levels))
	for i, level := range f.Levels {
		known[level] = i
	}
	place[0] = unknown
	if f.Missing {
		place[0] = len(f.Levels)
	}
	if i, ok := known[f.FillLevel]; ok && f.FillLevel != "" {
		place[0] = i
	}
	for code, level := range c.Levels {
		place[code+1] = unknown
		if i, ok := known[level]; ok {
			place[code+1] = i
		}
	}
	return place
}

func encodeLevels[T kernel.Float](f *Feature, c *Column, place, rows []int, dst []T, stride int) (unseen int) {
	unknown := f.Width - 1
	for i, row := range rows {
		cells := dst[i*stride : i*stride+f.Width]
		clear(cells)
		at := place[c.Codes[row]+1]
		cells[at] = 1
		if at == unknown {
			unseen++
		}
	}
	return unseen
}
