package data

import (
	"fmt"
	"slices"

	"descent/internal/nearname"
)

// Scaling says how numbers are brought to a common size.
type Scaling string

const (
	// Standard subtracts the training mean and divides by the training
	// standard deviation (of the population: divided by n).
	Standard Scaling = "standard"
	// MinMax maps the training range to 0..1.
	MinMax Scaling = "minmax"
	// MaxAbs divides by the largest training magnitude: zeros stay zeros.
	MaxAbs Scaling = "maxabs"
	// Robust subtracts the training median and divides by the distance of the
	// quartiles; by the standard deviation where they are equal.
	Robust Scaling = "robust"
	// Log is Standard of the logarithm sign(v)·ln(1+|v|).
	Log Scaling = "log"
	// Unscaled leaves numbers as they are.
	Unscaled Scaling = "none"
)

// Scalings lists them all.
var Scalings = []Scaling{Standard, MinMax, MaxAbs, Robust, Log, Unscaled}

// Missing says what counts where a value is missing: one of the rules below, or
// a value of the column itself. "" is by kind: FillMedian for numbers and dates,
// FillLevel for categories and booleans whose training rows miss some.
type Missing string

const (
	// FillMedian takes the training median of numbers and dates.
	FillMedian Missing = "median"
	// FillMean takes the training mean of numbers and dates.
	FillMean Missing = "mean"
	// FillZero takes 0, for numbers.
	FillZero Missing = "zero"
	// FillMode takes the most frequent level of categories and booleans.
	FillMode Missing = "mode"
	// FillLevel gives missing values a column of their own: a level of a
	// category; for numbers, dates and booleans a column that is 1 beside the
	// median or the share of true.
	FillLevel Missing = "indicator"
	// DropRow leaves rows out that miss the value; they are not predicted.
	DropRow Missing = "drop"
)

// Missings lists the rules that have a name.
var Missings = []Missing{FillMedian, FillMean, FillZero, FillMode, FillLevel, DropRow}

// takes says whether the kind of column knows the rule by its name.
func (k Kind) takes(m Missing) bool {
	switch m {
	case FillMedian, FillMean:
		return k.storage() == Number
	case FillZero:
		return k == Number
	case FillMode:
		return k.storage() == Category
	case FillLevel:
		return k.storage() == Number || k.storage() == Category
	case DropRow:
		return k != Image && k != Sparse
	}
	return false
}

// scale is the scaling of a column.
func (o *FeatureOptions) scale(name string) Scaling {
	if s, ok := o.Scales[name]; ok {
		return s
	}
	if o.Scale == "" {
		return Standard
	}
	return o.Scale
}

// Standardised says whether the training rows have the mean 0 and the variance 1
// in the first column of a feature.
func (o *FeatureOptions) Standardised(f *Feature) bool {
	scale := o.scale(f.Column)
	return f.Kind == Number && f.Scale != 0 && (scale == Standard || scale == Log)
}

// missing is the rule of a column for missing values, "" for that of its kind.
func (o *FeatureOptions) missing(c *Column) Missing {
	if m, ok := o.Missings[c.Name]; ok {
		return m
	}
	if c.Kind.takes(o.Missing) {
		return o.Missing
	}
	return ""
}

// check refuses rules that do not exist, for columns that are no features or of
// another kind.
func (o *FeatureOptions) check(columns []*Column) error {
	find := func(name string) *Column {
		if i := slices.IndexFunc(columns, func(c *Column) bool { return c.Name == name }); i >= 0 {
			return columns[i]
		}
		return nil
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	noFeature := func(what, name string) error {
		return fmt.Errorf("data: a %s for column %q, which is no feature; the features are %s%s", what, name, enumerate(names, 20), nearname.Hint(name, names))
	}
	if err := checkScaling(o.Scale); o.Scale != "" && err != nil {
		return err
	}
	for _, name := range sortedKeys(o.Scales) {
		c := find(name)
		if c == nil {
			return noFeature("scaling", name)
		}
		if err := c.checkScaling(o.Scales[name]); err != nil {
			return err
		}
	}
	if o.Missing != "" && !slices.Contains(Missings, o.Missing) {
		return fmt.Errorf("data: no rule %q for missing values; there are %v%s", o.Missing, Missings, nearname.Hint(string(o.Missing), asStrings(Missings)))
	}
	for _, name := range sortedKeys(o.Missings) {
		c := find(name)
		if c == nil {
			return noFeature("rule for missing values", name)
		}
		if m := o.Missings[name]; slices.Contains(Missings, m) && !c.Kind.takes(m) {
			return fmt.Errorf("data: column %q is a %v, whose missing values cannot be replaced by the rule %s", name, c.Kind, m)
		}
	}
	return nil
}

// checkScaling refuses a scaling that the column cannot have.
func (c *Column) checkScaling(s Scaling) error {
	if err := checkScaling(s); err != nil {
		return err
	}
	if s == Log && c.Kind.moment() {
		return fmt.Errorf("data: column %q holds dates, whose logarithm means nothing; leave its scaling out", c.Name)
	}
	sparse := c.Kind == Sparse && slices.Contains([]Scaling{MinMax, MaxAbs, Unscaled}, s)
	if c.Kind.storage() != Number && !sparse {
		return fmt.Errorf("data: column %q is a %v, which cannot be scaled by %s", c.Name, c.Kind, s)
	}
	return nil
}

func checkScaling(s Scaling) error {
	if !slices.Contains(Scalings, s) {
		return fmt.Errorf("data: no scaling %q; there are %v%s", s, Scalings, nearname.Hint(string(s), asStrings(Scalings)))
	}
	return nil
}

func asStrings[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
