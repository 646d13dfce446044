package data

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/internal/nearname"
)

// Task is what a model predicts.
type Task string

const (
	// AutoTask lets the target column decide: categories and numbers with two
	// different whole values are classes, other numbers stay numbers.
	AutoTask Task = "auto"
	// Regression predicts a number.
	Regression Task = "regression"
	// Classification predicts one of the classes.
	Classification Task = "classification"
)

// maxClasses bounds the classes that whole numbers may stand for: beyond it,
// classification of a number is nearly always a mistake.
const maxClasses = 1000

// Target is the rule of the column to predict, learned from the training rows.
// It goes through JSON unchanged.
type Target struct {
	Column string `json:"column"`
	Kind   Kind   `json:"kind"` // of the column: Number or Category
	Rule   string `json:"rule"` // in words

	// Classes in order: whole numbers by value, then text by bytes. nil: the
	// target is a number.
	Classes []string `json:"classes,omitempty"`
	Counts  []int    `json:"counts,omitempty"` // training rows per class

	// Of the training rows, for numbers only.
	Mean float64 `json:"mean,omitempty"`
	SD   float64 `json:"sd,omitempty"`
	Min  float64 `json:"min,omitempty"`
	Max  float64 `json:"max,omitempty"`
}

// NewTarget learns the target from the given rows of t, none of which may lack
// it (see Table.Complete).
func NewTarget(t *Table, rows []int, name string, task Task) (*Target, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("data: no training rows in %s", t.Name)
	}
	if !c.finite() {
		if i := slices.IndexFunc(rows, c.Missing); i >= 0 {
			return nil, fmt.Errorf("data: target %q is missing in data row %d of %s; leave such rows out", name, rows[i]+1, t.Name)
		}
	}
	return newTarget(t, c, task, func() targetFacts { return targetFactsOf(c, rows) })
}

// targetFacts is what the training rows say about a target.
type targetFacts struct {
	counts   []int        // rows of each level
	distinct *frequencies // rows of each number, while they may be classes
	whole    bool         // all numbers are
	lo, hi   float64
	infinite int                       // the first row with an infinity, from 1
	moments  func() (mean, sd float64) // of numbers
}

func targetFactsOf(c *Column, rows []int) targetFacts {
	f := newTargetFacts(make([]int, len(c.Levels)))
	f.moments = func() (mean, sd float64) {
		p := valuesOf(c, rows)
		defer p.recycle()
		return meanSD(p.values)
	}
	for _, row := range rows {
		if c.Codes != nil {
			f.counts[c.Codes[row]]++
		} else {
			f.tell(c.Numbers[row], row+1)
		}
	}
	return f
}

func newTargetFacts(counts []int) targetFacts {
	return targetFacts{counts: counts, distinct: newFrequencies(maxClasses), whole: true, lo: math.Inf(1), hi: math.Inf(-1)}
}

// tell counts the number of a row, while the target may have classes.
func (f *targetFacts) tell(v float64, row int) {
	if math.IsInf(v, 0) && f.infinite == 0 {
		f.infinite = row
	}
	f.lo, f.hi = min(f.lo, v), max(f.hi, v)
	f.whole = f.whole && v == math.Trunc(v)
	f.distinct.add(v)
}

// newTarget makes the target of a column without missing values.
func newTarget(t *Table, c *Column, task Task, facts func() targetFacts) (*Target, error) {
	name := c.Name
	y := &Target{Column: name, Kind: c.Kind}
	switch {
	case c.Ignored == asAsked || c.Ignored == anID:
		return nil, fmt.Errorf("data: target %q of %s is to be ignored; predict another column, or do not ignore it", name, t.Name)
	case c.Kind.moment():
		return nil, fmt.Errorf("data: target %q of %s holds dates, which cannot be predicted; read it as a category or a number", name, t.Name)
	case c.Kind != Number && c.Kind.storage() != Category:
		return nil, fmt.Errorf("data: target %q of %s is %v (%s), which cannot be predicted; read it as a category or a number", name, t.Name, c.Kind, c.Ignored)
	case task == Regression && c.Kind.storage() == Category:
		return nil, fmt.Errorf("data: target %q of %s has levels (%s), not numbers; it can be classified, not regressed", name, t.Name, enumerate(c.Levels, 5))
	case task != Regression && task != Classification && task != AutoTask && task != "":
		return nil, fmt.Errorf("data: no task %q; there are auto, regression, classification", task)
	case c.Kind.storage() == Category:
		return y, y.learnLevels(c, facts().counts)
	}
	return y, y.learnNumbers(facts(), task)
}

func (y *Target) learnLevels(c *Column, counts []int) error {
	for code, n := range counts {
		if n > 0 {
			y.Classes = append(y.Classes, c.Levels[code])
			y.Counts = append(y.Counts, n)
		}
	}
	return y.checkClasses()
}

func (y *Target) checkClasses() error {
	y.Rule = fmt.Sprintf("%d classes: %s", len(y.Classes), enumerate(y.Classes, 10))
	if len(y.Classes) < 2 {
		return fmt.Errorf("data: target %q has only the class %q in the training rows; there is nothing to tell apart", y.Column, y.Classes[0])
	}
	return nil
}

func (y *Target) learnNumbers(f targetFacts, task Task) error {
	whole, distinct := f.whole, f.distinct
	y.Min, y.Max = f.lo, f.hi
	if f.infinite > 0 {
		return fmt.Errorf("data: target %q is infinite in data row %d", y.Column, f.infinite)
	}
	if task != Regression && whole && distinct.len() == 2 {
		task = Classification
	}
	if task != Classification {
		y.Mean, y.SD = f.moments()
		if math.IsInf(y.Mean, 0) || math.IsInf(y.SD, 0) || math.IsNaN(y.SD) {
			return fmt.Errorf("data: target %q: values from %v to %v are too far apart to scale; divide the column first", y.Column, y.Min, y.Max)
		}
		y.Rule = fmt.Sprintf("a number from %s to %s, mean %s", short(y.Min), short(y.Max), short(y.Mean))
		if whole && distinct.len() <= 20 {
			y.Rule += fmt.Sprintf("; its %d whole values could also be classes", distinct.len())
		}
		return nil
	}
	if !whole || distinct.len() > maxClasses {
		return fmt.Errorf("data: target %q cannot be classified: it holds %s; classes are at most %d whole numbers or texts", y.Column, describeSpread(whole, distinct.len()), maxClasses)
	}
	for _, i := range distinct.sorted() {
		y.Classes = append(y.Classes, strconv.FormatFloat(distinct.values[i], 'f', -1, 64))
		y.Counts = append(y.Counts, distinct.counts[i])
	}
	y.Min, y.Max = 0, 0
	return y.checkClasses()
}

func describeSpread(whole bool, distinct int) string {
	if !whole {
		return "numbers with fractions"
	}
	if distinct > maxClasses {
		return fmt.Sprintf("more than %d different numbers", maxClasses)
	}
	return fmt.Sprintf("%d different numbers", distinct)
}

// Encode fills dst, one place per row, with the target: the number itself, or
// the index of the class. A missing target and a class that training did not
// have are errors.
func (y *Target) Encode(t *Table, rows []int, dst []float64) error {
	c, err := t.Column(y.Column)
	if err != nil {
		return err
	}
	if c.Kind != y.Kind {
		return fmt.Errorf("data: target %q of %s is a %v, but a %v in training; read it as a %v", y.Column, t.Name, c.Kind, y.Kind, y.Kind)
	}
	if len(dst) != len(rows) {
		return fmt.Errorf("data: %d places for %d rows of target %q", len(dst), len(rows), y.Column)
	}
	if c.Kind.storage() != Category {
		return y.encodeNumbers(c, t, rows, dst)
	}
	code := y.levelCodes(c)
	for i, row := range rows {
		if c.Missing(row) {
			return y.missing(c, t, row)
		}
		if dst[i] = float64(code[c.Codes[row]]); dst[i] < 0 {
			return y.noClass(c, t, row)
		}
	}
	return nil
}

// encodeNumbers is Encode for a column of numbers.
func (y *Target) encodeNumbers(c *Column, t *Table, rows []int, dst []float64) error {
	classes := newFrequencies(len(y.Classes))
	for _, class := range y.Classes {
		v, ok := parseNumber(class)
		if !ok {
			v = math.NaN() // a class that no number is
		}
		classes.add(v)
	}
	for i, row := range rows {
		v := c.Numbers[row]
		if math.IsNaN(v) {
			return y.missing(c, t, row)
		}
		if y.Classes == nil {
			dst[i] = v
			continue
		}
		k := classes.find(v)
		if k < 0 {
			return y.noClass(c, t, row)
		}
		dst[i] = float64(k)
	}
	return nil
}

func (y *Target) missing(c *Column, t *Table, row int) error {
	return fmt.Errorf("data: target %q is missing in data row %d of %s; leave such rows out", y.Column, c.place(row), t.Name)
}

func (y *Target) noClass(c *Column, t *Table, row int) error {
	return fmt.Errorf("data: target %q is %q in data row %d of %s, which is none of the classes %s%s",
		y.Column, c.Cell(row), c.place(row), t.Name, enumerate(y.Classes, 10), nearname.Hint(c.Cell(row), y.Classes))
}

// levelCodes maps the column's own levels to classes.
func (y *Target) levelCodes(c *Column) []int {
	codes := make([]int, len(c.Levels))
	for i, level := range c.Levels {
		codes[i] = y.Class(level)
	}
	return codes
}

// Class is the index of a class, -1 where there is none of that name. A label
// that differs only by one final dot is the same class: well-known data sets
// write their test labels so.
func (y *Target) Class(label string) int {
	if i := slices.Index(y.Classes, label); i >= 0 {
		return i
	}
	return slices.Index(y.Classes, strings.TrimSuffix(label, "."))
}
