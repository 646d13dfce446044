package data

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/kernel"
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
	// Unscaled leaves numbers as they are.
	Unscaled Scaling = "none"
)

// FeatureOptions says which columns become features, and how.
type FeatureOptions struct {
	Names   []string // the columns; nil: all that are not Ignored and not in Without
	Without []string // the target, the weights
	Scale   Scaling  // "" is Standard
}

// Encoder turns columns into features: numbers are scaled, their missing
// values filled; categories become one column per level; images become one
// column per pixel. It holds everything the training rows taught it and
// nothing else, and goes through JSON unchanged.
type Encoder struct {
	Features []Feature `json:"features"`
}

// Feature is the rule of one column. A number v becomes (v-Shift)/Scale, or 0
// where Scale is 0; a missing one counts as Fill. A category becomes one
// column per level, 1 where it is the row's level and 0 elsewhere, then, where
// the training rows had missing values, one for "missing", then one for every
// level that the training rows did not have. A pixel p becomes p/255. A sparse
// column becomes one column per index that the training rows have; entries of
// other indices are passed over.
type Feature struct {
	Column string  `json:"column"`
	Kind   Kind    `json:"kind"`
	Rule   string  `json:"rule"`  // in words
	Width  int     `json:"width"` // how many features the column becomes
	Fill   float64 `json:"fill,omitempty"`
	Shift  float64 `json:"shift,omitempty"`
	Scale  float64 `json:"scale,omitempty"`

	Levels  []string `json:"levels,omitempty"`
	Missing bool     `json:"missing,omitempty"` // a column for missing values follows the levels

	ImageHeight int `json:"image_height,omitempty"`
	ImageWidth  int `json:"image_width,omitempty"`

	First  int       `json:"first,omitempty"`  // Sparse: the least index; feature j is index First+j
	Scales []float64 `json:"scales,omitempty"` // Sparse: what divides each feature; nil: nothing does
}

// The names of the two extra columns of a category.
const (
	missingLevel = "<missing>"
	unknownLevel = "<other>"
)

// NewEncoder learns the rule of every feature column from the given rows of t
// and no others.
func NewEncoder(t *Table, rows []int, opts FeatureOptions) (*Encoder, error) {
	return newEncoder(t, opts, lessons{
		rows:   len(rows),
		spread: func(c *Column) spread { return spreadOf(c, rows) },
		levels: func(c *Column) ([]bool, bool) { return levelsOf(c, rows) },
		sparse: func(c *Column, scale Scaling) (Feature, error) { return learnSparse(c, rows, scale) },
	})
}

// lessons are what the training rows say about columns.
type lessons struct {
	rows   int
	spread func(*Column) spread                      // of numbers
	levels func(*Column) (seen []bool, missing bool) // of categories
	sparse func(*Column, Scaling) (Feature, error)
}

// newEncoder learns the rule of every feature column from the lessons.
func newEncoder(t *Table, opts FeatureOptions, from lessons) (*Encoder, error) {
	if opts.Scale == "" {
		opts.Scale = Standard
	}
	if !slices.Contains([]Scaling{Standard, MinMax, MaxAbs, Unscaled}, opts.Scale) {
		return nil, fmt.Errorf("data: no scaling %q; there are standard, minmax, maxabs, none", opts.Scale)
	}
	if from.rows == 0 {
		return nil, fmt.Errorf("data: no training rows in %s to fit the encoding on", t.Name)
	}
	columns, err := featureColumns(t, opts)
	if err != nil {
		return nil, err
	}
	e := &Encoder{}
	for _, c := range columns {
		f, err := learn(c, opts.Scale, from)
		if err != nil {
			return nil, fmt.Errorf("data: column %q of %s: %w", c.Name, t.Name, err)
		}
		e.Features = append(e.Features, f)
	}
	return e, nil
}

// leftOut says why the columns that no model reads by itself are none: " (id: it
// numbers the rows)".
func leftOut(t *Table) string {
	var reasons []string
	for _, c := range t.Columns {
		if c.Ignored != "" {
			reasons = append(reasons, c.Name+": "+c.Ignored)
		}
	}
	if reasons == nil {
		return ""
	}
	return " (" + enumerate(reasons, 3) + ")"
}

// featureColumns picks the columns in the order asked for.
func featureColumns(t *Table, opts FeatureOptions) ([]*Column, error) {
	var columns []*Column
	if opts.Names == nil {
		for _, c := range t.Columns {
			if c.Ignored == "" && !slices.Contains(opts.Without, c.Name) {
				columns = append(columns, c)
			}
		}
		if columns == nil {
			return nil, fmt.Errorf("data: %s has no column left to learn from besides %s%s; name the features, or set the kind of a column that was left out",
				t.Name, enumerate(opts.Without, 5), leftOut(t))
		}
		return columns, nil
	}
	for i, name := range opts.Names {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(opts.Names[:i], name) {
			return nil, fmt.Errorf("data: feature %q is named twice", name)
		}
		if slices.Contains(opts.Without, name) {
			return nil, fmt.Errorf("data: column %q cannot be a feature and a target or weight at once", name)
		}
		columns = append(columns, c)
	}
	if columns == nil {
		return nil, fmt.Errorf("data: an empty list of features")
	}
	return columns, nil
}

// learn makes the rule of one column.
func learn(c *Column, scale Scaling, from lessons) (Feature, error) {
	switch c.Kind {
	case Number:
		return learnNumber(c, from.spread(c), scale)
	case Category:
		seen, missing := from.levels(c)
		return learnCategory(c, seen, missing), nil
	case Image:
		return Feature{
			Column: c.Name, Kind: Image, Width: c.Height * c.Width,
			Rule:        fmt.Sprintf("%d×%d pixels divided by 255", c.Height, c.Width),
			ImageHeight: c.Height, ImageWidth: c.Width,
		}, nil
	case Sparse:
		return from.sparse(c, scale)
	default:
		return Feature{}, fmt.Errorf("text cannot be a feature (%s); read it as a category if it has few different values", c.Ignored)
	}
}

func learnNumber(c *Column, s spread, scale Scaling) (Feature, error) {
	f := Feature{Column: c.Name, Kind: Number, Width: 1, Scale: 1}
	if s.infinite > 0 {
		return f, fmt.Errorf("data row %d holds %v; leave it empty if it is unknown", s.infinite, s.bad)
	}
	if s.present == 0 {
		f.Scale, f.Rule = 0, "no value in the training rows: always 0"
		return f, nil
	}
	f.Fill = s.median
	lo, hi := s.lo, s.hi
	switch {
	case scale == Unscaled:
		f.Rule = "as it is"
	case lo == hi:
		f.Shift, f.Scale = lo, 0
		f.Rule = fmt.Sprintf("constant %s in the training rows: always 0", short(lo))
	case scale == MaxAbs:
		f.Scale = max(-lo, hi)
		f.Rule = fmt.Sprintf("value / %s", short(f.Scale))
	case scale == MinMax:
		f.Shift, f.Scale = lo, hi-lo
		f.Rule = fmt.Sprintf("(value - %s) / %s", short(f.Shift), short(f.Scale))
	default:
		f.Shift, f.Scale = s.mean, s.sd
		f.Rule = fmt.Sprintf("(value - %s) / %s", short(f.Shift), short(f.Scale))
	}
	if math.IsInf(f.Scale, 0) || math.IsInf(f.Shift, 0) || math.IsNaN(f.Scale) || math.IsNaN(f.Shift) {
		return f, fmt.Errorf("values from %v to %v are too far apart to scale; divide the column first", lo, hi)
	}
	f.Rule += fmt.Sprintf("; missing values count as the median %s", short(f.Fill))
	if s.missing > 0 {
		f.Rule += fmt.Sprintf(" (%d of %d training rows)", s.missing, s.missing+s.present)
	}
	return f, nil
}

// levelsOf says which levels the rows have, and whether some have none.
func levelsOf(c *Column, rows []int) (seen []bool, missing bool) {
	seen = make([]bool, len(c.Levels))
	for _, row := range rows {
		if code := c.Codes[row]; code >= 0 {
			seen[code] = true
		} else {
			missing = true
		}
	}
	return seen, missing
}

func learnCategory(c *Column, seen []bool, missing bool) Feature {
	f := Feature{Column: c.Name, Kind: Category, Missing: missing}
	for code, level := range c.Levels {
		if seen[code] {
			f.Levels = append(f.Levels, level)
		}
	}
	f.Width = len(f.Levels) + 1
	f.Rule = fmt.Sprintf("one column per level (%d)", len(f.Levels))
	if f.Missing {
		f.Width++
		f.Rule += ", one for missing values"
	}
	f.Rule += ", one for levels not seen in training"
	if !f.Missing {
		f.Rule += " and missing values"
	}
	return f
}

// short prints a number for people.
func short(v float64) string { return fmt.Sprintf("%.6g", v) }

// Width is the number of features: the columns of the matrix Encode fills.
func (e *Encoder) Width() int {
	n := 0
	for _, f := range e.Features {
		n += f.Width
	}
	return n
}

// Names lists the features: a number's column name, "island=Biscoe" for a
// level, "image[3,7]" for a pixel.
func (e *Encoder) Names() []string {
	names := make([]string, 0, e.Width())
	for _, f := range e.Features {
		switch f.Kind {
		case Category:
			for _, level := range f.Levels {
				names = append(names, f.Column+"="+level)
			}
			if f.Missing {
				names = append(names, f.Column+"="+missingLevel)
			}
			names = append(names, f.Column+"="+unknownLevel)
		case Image:
			for i := range f.Width {
				names = append(names, fmt.Sprintf("%s[%d,%d]", f.Column, i/f.ImageWidth, i%f.ImageWidth))
			}
		case Sparse:
			for i := range f.Width {
				names = append(names, fmt.Sprintf("%s[%d]", f.Column, f.First+i))
			}
		default:
			names = append(names, f.Column)
		}
	}
	return names
}

// Columns lists the kinds of the columns that the encoder needs, for reading
// another file the same way (ReadOptions.Expect).
func (e *Encoder) Columns() map[string]Kind {
	kinds := make(map[string]Kind, len(e.Features))
	for _, f := range e.Features {
		kinds[f.Column] = f.Kind
	}
	return kinds
}

// Encode fills dst, row-major [len(rows), Width], with the features of the
// given rows. It also counts the cells whose level the training rows did not
// have (missing values without a column of their own among them).
func Encode[T kernel.Float](e *Encoder, t *Table, rows []int, dst []T) (unseen int, err error) {
	width := e.Width()
	if len(dst) != len(rows)*width {
		return 0, fmt.Errorf("data: %d places for %d rows of %d features", len(dst), len(rows), width)
	}
	offset := 0
	for i := range e.Features {
		f := &e.Features[i]
		c, err := column(f, t)
		if err != nil {
			return 0, err
		}
		switch f.Kind {
		case Number:
			err = encodeNumbers(f, c, rows, dst[offset:], width)
		case Category:
			unseen += encodeLevels(f, c, rows, dst[offset:], width)
		case Image:
			err = encodePixels(f, c, rows, dst[offset:], width)
		case Sparse:
			err = encodeEntries(f, c, rows, dst[offset:], width)
		}
		if err != nil {
			return 0, fmt.Errorf("data: column %q of %s: %w", c.Name, t.Name, err)
		}
		offset += f.Width
	}
	return unseen, nil
}

// column is the column of a feature.
func column(f *Feature, t *Table) (*Column, error) {
	c, err := t.Column(f.Column)
	if err == nil && c.Kind != f.Kind {
		err = fmt.Errorf("data: column %q of %s is a %v, but a %v in training; read it as a %v", c.Name, t.Name, c.Kind, f.Kind, f.Kind)
	}
	return c, err
}

func encodeNumbers[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) error {
	for i, row := range rows {
		v := c.Numbers[row]
		if math.IsNaN(v) {
			v = f.Fill
		}
		u := T(0)
		if f.Scale != 0 {
			u = T((v - f.Shift) / f.Scale)
		}
		if math.IsInf(float64(u), 0) || math.IsNaN(float64(u)) {
			return fmt.Errorf("the value %v in data row %d does not fit after scaling", v, row+1)
		}
		dst[i*stride] = u
	}
	return nil
}

// places maps the column's own codes, plus 1, to the features of a category; the
// first is for missing values.
func (f *Feature) places(c *Column) []int {
	unknown := f.Width - 1
	place := make([]int, len(c.Levels)+1)
	place[0] = unknown
	if f.Missing {
		place[0] = len(f.Levels)
	}
	known := make(map[string]int, len(f.Levels))
	for i, level := range f.Levels {
		known[level] = i
	}
	for code, level := range c.Levels {
		place[code+1] = unknown
		if i, ok := known[level]; ok {
			place[code+1] = i
		}
	}
	return place
}

func encodeLevels[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) (unseen int) {
	unknown, place := f.Width-1, f.places(c)
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
