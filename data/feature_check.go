package data

import (
	"fmt"
	"slices"
)

// Check refuses a rule that NewEncoder does not make.
func (f *Feature) Check() error {
	width := 1
	switch f.Kind {
	case Number, Date, DayFirst, MonthFirst, Unix, Boolean:
		if width += 2 * len(f.Cycles); f.Indicator {
			width++
		}
		cycles := []string{weekCycle, yearCycle, dayCycle}
		if slices.ContainsFunc(f.Cycles, func(c string) bool { return !slices.Contains(cycles, c) }) || len(f.Cycles) > 0 && !f.Kind.moment() {
			return fmt.Errorf("feature %q has the cycles %v", f.Column, f.Cycles)
		}
		if f.Kind == Boolean && len(f.Levels) != 2 {
			return fmt.Errorf("feature %q has %d truth values", f.Column, len(f.Levels))
		}
	case Category:
		if width = len(f.Levels) + 1; f.Missing {
			width++
		}
	case Image:
		width = f.ImageHeight * f.ImageWidth
	case Text:
		if width = f.Width; width < 1 || width > 1<<24 || width&(width-1) != 0 {
			return fmt.Errorf("feature %q is hashed to %d places", f.Column, f.Width)
		}
	case Cross:
		return f.checkCross()
	case Sparse:
		width = f.Width
		if err := f.checkSparse(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("feature %q is a %v, which no model reads", f.Column, f.Kind)
	}
	if width < 1 || f.Width != width {
		return fmt.Errorf("feature %q cannot have %d columns", f.Column, f.Width)
	}
	return nil
}

// checkSparse refuses columns and names that no file has.
func (f *Feature) checkSparse() error {
	if f.First < 0 || f.First > 1 || f.Width > MaxSparseCols || f.Scales != nil && len(f.Scales) != f.Width {
		return fmt.Errorf("feature %q is of %d columns from %d on, which no file has", f.Column, f.Width, f.First)
	}
	if f.Names != nil && (len(f.Names) != f.Width || f.First != 0 || !increasing(f.Names)) {
		return fmt.Errorf("feature %q has %d columns and %d names in order", f.Column, f.Width, len(f.Names))
	}
	return nil
}

// increasing says whether the names are sorted, and none is there twice.
func increasing(names []string) bool {
	for i := 1; i < len(names); i++ {
		if names[i-1] >= names[i] {
			return false
		}
	}
	return true
}

func (f *Feature) checkCross() error {
	width := 1
	for i := range f.Parts {
		p := &f.Parts[i]
		if err := p.Check(); err != nil {
			return err
		}
		if k := p.Kind.storage(); k != Number && k != Category {
			return fmt.Errorf("feature %q crosses a %v", f.Column, p.Kind)
		}
		if width > maxCross/p.Width {
			return fmt.Errorf("feature %q crosses more than %d columns", f.Column, maxCross)
		}
		width *= p.Width
	}
	if len(f.Parts) < 2 || width != f.Width {
		return fmt.Errorf("feature %q cannot have %d columns", f.Column, f.Width)
	}
	return nil
}
