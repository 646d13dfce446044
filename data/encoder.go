package data

import (
	"fmt"
	"slices"

	"descent/internal/kernel"
)

// FeatureOptions says which columns become features, and how.
type FeatureOptions struct {
	Names   []string // the columns, crosses such as "a*b", or "all"; nil: all that are not Ignored and not in Without
	Without []string // the target, the weights
	Scale   Scaling  // of number and date columns; "" is Standard
	Missing Missing  // what counts where a value is missing; "" is by kind, see Missing

	Scales   map[string]Scaling // of single columns, before Scale
	Missings map[string]Missing // of single columns, before Missing
}

// Encoder turns columns into features: numbers are scaled, their missing
// values filled; categories become one column per level; images become one
// column per pixel. It holds everything the training rows taught it and
// nothing else, and goes through JSON unchanged.
type Encoder struct {
	Features []Feature `json:"features"`
}

// Feature is the rule of one column. A number v becomes (v-Shift)/Scale, or 0
// where Scale is 0, of its logarithm sign(v)·ln(1+|v|) where Log is set; a
// missing one counts as Fill. A boolean becomes 1 or 0, a missing one Fill.
// With Indicator one more column is 1 where the value is missing. A category
// becomes one column per level, 1 where it is the row's level and 0 elsewhere,
// then, where the training rows had missing values, one for "missing", then one
// for every level that the training rows did not have. A pixel p becomes p/255.
// A sparse column becomes one column per index, or name, that the training rows
// have; entries of others are passed over. A date becomes its days, scaled as a
// number is, then a sine and a cosine for each of its Cycles. A text becomes one
// column per place that its words hash to. A cross becomes the products of the
// features of its Parts, one for each combination, the last counting fastest.
type Feature struct {
	Column string  `json:"column"`
	Kind   Kind    `json:"kind"`
	Rule   string  `json:"rule"`  // in words
	Width  int     `json:"width"` // how many features the column becomes
	Fill   float64 `json:"fill,omitempty"`
	Shift  float64 `json:"shift,omitempty"`
	Scale  float64 `json:"scale,omitempty"`

	Log    bool     `json:"log,omitempty"`
	Cycles []string `json:"cycles,omitempty"` // of a date: week, year, day

	Parts []Feature `json:"parts,omitempty"` // of a cross: what is multiplied

	Indicator bool `json:"indicator,omitempty"` // the last column is 1 where the value is missing
	Drop      bool `json:"drop,omitempty"`      // rows without a value are left out, and not predicted

	Levels    []string `json:"levels,omitempty"`
	Missing   bool     `json:"missing,omitempty"`    // a column for missing values follows the levels
	FillLevel string   `json:"fill_level,omitempty"` // the level that a missing value counts as

	ImageHeight int `json:"image_height,omitempty"`
	ImageWidth  int `json:"image_width,omitempty"`

	First   int       `json:"first,omitempty"`   // Sparse: the least index; feature j is index First+j
	Names   []string  `json:"names,omitempty"`   // Sparse: of the features, where they are no indices
	Space   string    `json:"space,omitempty"`   // Sparse: the namespace of the indices
	Entries float64   `json:"entries,omitempty"` // Sparse, Text: that a training row has in the mean, about
	Scales  []float64 `json:"scales,omitempty"`  // Sparse: what divides each feature; nil: nothing does
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
		values: func(c *Column) ([]float64, error) { return presentValues(c, rows), nil },
		levels: func(c *Column) ([]int, int) { return countLevels(c, rows) },
		sparse: func(c *Column, scale Scaling) (Feature, error) { return learnSparse(c, rows, scale) },
		length: func(c *Column) float64 { return meanLength(c, rows) },
	})
}

// lessons are what the training rows say about columns.
type lessons struct {
	rows   int
	spread func(*Column) spread                      // of numbers
	values func(*Column) ([]float64, error)          // that are not missing, sorted; an error where they are too many
	levels func(*Column) (counts []int, missing int) // of categories: rows of each, and without
	sparse func(*Column, Scaling) (Feature, error)
	length func(*Column) float64 // of texts: bytes in the mean
}

// newEncoder learns the rule of every feature column from the lessons.
func newEncoder(t *Table, opts FeatureOptions, from lessons) (*Encoder, error) {
	if from.rows == 0 {
		return nil, fmt.Errorf("data: no training rows in %s to fit the encoding on", t.Name)
	}
	terms, err := featureColumns(t, opts)
	if err != nil {
		return nil, err
	}
	if err := opts.check(slices.Concat(terms...)); err != nil {
		return nil, err
	}
	l := &learner{terms: terms, opts: opts, from: from}
	return l.all(t.Name)
}

// learn makes the rule of one column.
func learn(c *Column, scale Scaling, missing Missing, from lessons) (Feature, error) {
	switch c.Kind {
	case Number:
		return learnNumber(c, scale, missing, from)
	case Date, DayFirst, MonthFirst, Unix:
		return learnDate(c, scale, missing, from)
	case Category:
		return learnCategory(c, missing, from)
	case Boolean:
		return learnBoolean(c, missing, from)
	case Image:
		return Feature{
			Column: c.Name, Kind: Image, Width: c.Height * c.Width,
			Rule:        fmt.Sprintf("%d×%d pixels divided by 255", c.Height, c.Width),
			ImageHeight: c.Height, ImageWidth: c.Width,
		}, nil
	case Sparse:
		return from.sparse(c, scale)
	case Text:
		return learnText(c, missing, from.length(c))
	default:
		return Feature{}, fmt.Errorf("a %v cannot be a feature", c.Kind)
	}
}

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
	for i := range e.Features {
		names = append(names, e.Features[i].names()...)
	}
	return names
}

// names lists the features of one column.
func (f *Feature) names() (names []string) {
	switch f.Kind {
	case Category:
		for _, level := range f.Levels {
			names = append(names, f.Column+"="+level)
		}
		if f.Missing {
			names = append(names, f.Column+"="+missingLevel)
		}
		return append(names, f.Column+"="+unknownLevel)
	case Image:
		for i := range f.Width {
			names = append(names, fmt.Sprintf("%s[%d,%d]", f.Column, i/f.ImageWidth, i%f.ImageWidth))
		}
		return names
	case Sparse:
		return f.entryNames()
	case Cross:
		return crossNames(f.Parts)
	case Text:
		for i := range f.Width {
			names = append(names, fmt.Sprintf("%s[%d]", f.Column, i))
		}
		return names
	case Boolean:
		names = []string{f.Column + "=" + f.Levels[1]}
	default:
		names = []string{f.Column}
		for _, cycle := range f.Cycles {
			names = append(names, f.Column+"."+cycle+".sin", f.Column+"."+cycle+".cos")
		}
	}
	if f.Indicator {
		names = append(names, f.Column+"="+missingLevel)
	}
	return names
}

// entryNames lists the features of a sparse column.
func (f *Feature) entryNames() (names []string) {
	for _, name := range f.Names {
		names = append(names, fmt.Sprintf("%s[%s]", f.Column, name))
	}
	for i := range f.Width - len(f.Names) {
		names = append(names, fmt.Sprintf("%s[%d]", f.Column, f.First+i))
	}
	return names
}

// Columns lists the kinds of the columns that the encoder needs, for reading
// another file the same way (ReadOptions.Expect).
func (e *Encoder) Columns() map[string]Kind {
	kinds := make(map[string]Kind, len(e.Features))
	for i := range e.Features {
		e.Features[i].columns(kinds)
	}
	return kinds
}

// Reads lists the columns that the encoder needs, in the order of its features.
func (e *Encoder) Reads() (names []string) {
	seen := map[string]bool{}
	var visit func([]Feature)
	visit = func(list []Feature) {
		for i := range list {
			if f := &list[i]; f.Kind == Cross {
				visit(f.Parts)
			} else if !seen[f.Column] {
				seen[f.Column] = true
				names = append(names, f.Column)
			}
		}
	}
	visit(e.Features)
	return names
}

func (f *Feature) columns(kinds map[string]Kind) {
	if f.Kind != Cross {
		kinds[f.Column] = f.Kind
	}
	for i := range f.Parts {
		f.Parts[i].columns(kinds)
	}
}

// Encode fills dst, row-major [len(rows), Width], with the features of the
// given rows. It also counts the cells whose level the training rows did not
// have (missing values without a column of their own among them). Rows are shared
// among the threads of the team that kernel.StartThreads started.
func Encode[T kernel.Float](e *Encoder, t *Table, rows []int, dst []T) (unseen int, err error) {
	width := e.Width()
	if len(dst) != len(rows)*width {
		return 0, fmt.Errorf("data: %d places for %d rows of %d features", len(dst), len(rows), width)
	}
	if len(dst) <= encodedAtOnce { // not worth sharing
		return encodeFew(e, t, rows, dst)
	}
	j := &encoding[T]{e: e, rows: rows, dst: dst, width: width}
	if err := j.prepare(t); err != nil {
		return 0, err
	}
	return j.all()
}

// encode fills the features of one column: dst[0:f.Width] for the first row, and
// so on every stride places. place is that of a category's levels or of the columns of
// a sparse one (places).
func encode[T kernel.Float](f *Feature, c *Column, place, rows []int, dst []T, stride int) (unseen int, err error) {
	switch f.Kind {
	case Number:
		err = encodeNumbers(f, c, rows, dst, stride)
	case Date, DayFirst, MonthFirst, Unix:
		err = encodeDates(f, c, rows, dst, stride)
	case Category:
		unseen = encodeLevels(f, c, place, rows, dst, stride)
	case Boolean:
		encodeBooleans(f, c, rows, dst, stride)
	case Image:
		err = encodePixels(f, c, rows, dst, stride)
	case Text:
		encodeText(f, c, rows, dst, stride)
	case Cross:
		unseen, err = encodeCross(f, c, rows, dst, stride)
	case Sparse:
		err = encodeEntries(f, c, place, rows, dst, stride)
	default:
		err = fmt.Errorf("a %v cannot be a feature", f.Kind)
	}
	return unseen, err
}

// column is the column of a feature.
func column(f *Feature, t *Table) (*Column, error) {
	if f.Kind == Cross {
		return columnsOf(f, t)
	}
	c, err := t.Column(f.Column)
	if err == nil && c.Kind != f.Kind {
		err = fmt.Errorf("data: column %q of %s is a %v, but a %v in training; read it as a %v", c.Name, t.Name, c.Kind, f.Kind, f.Kind)
	}
	return c, err
}
