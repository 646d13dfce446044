// Package data turns files into typed columns, columns into numbers a model
// can use, and rows into batches.
//
// Read finds the types of the columns. An Encoder, fitted on the training rows
// alone, turns the columns into a matrix of features; a Target does the same
// for what is to be predicted. Both are plain values that JSON can store, so a
// saved model carries the whole recipe. Batches says which rows a step uses,
// as a pure function of the seed and the step.
package data

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/internal/kernel"
	"descent/internal/nearname"
)

// Kind is the type of a column.
type Kind uint8

const (
	// Guess is the zero Kind: the values decide.
	Guess Kind = iota
	// Number columns hold float64 values; NaN is a missing one.
	Number
	// Category columns hold one of a few levels.
	Category
	// Text columns hold free text or identifiers; models leave them out unless
	// they are asked for.
	Text
	// Image columns hold one byte picture per row.
	Image
	// Ignore asks Read to guess the kind but leave the column out of models.
	Ignore
	// Sparse columns hold one row of numbers per row, most of them zero: indices
	// and values, as in LIBSVM files.
	Sparse
	// ID is Ignore for a column that names its rows.
	ID
	// Boolean columns hold one of two levels, such as no and yes, the false one
	// first. They are stored as categories are.
	Boolean
	// Date columns hold dates, with or without a time, as numbers: seconds since
	// 1970-01-01 UTC. In text the year comes first, or the month is in letters.
	Date
	// DayFirst is Date for text such as 31/12/2024.
	DayFirst
	// MonthFirst is Date for text such as 12/31/2024.
	MonthFirst
	// Unix is Date for text that holds seconds since 1970.
	Unix
	// Cross is the kind of a Feature of several columns; no column has it.
	Cross
)

var kindNames = []string{"guess", "number", "category", "text", "image", "ignore", "sparse", "id", "boolean", "date", "date:dmy", "date:mdy", "unix", "cross"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// KindNames lists the kinds that a column of text can be given.
func KindNames() []string {
	return []string{"number", "category", "boolean", "date", "date:dmy", "date:mdy", "unix", "text", "id", "ignore"}
}

// ParseKind is the inverse of String.
func ParseKind(name string) (Kind, error) {
	if i := slices.Index(kindNames, name); i >= 0 {
		return Kind(i), nil
	}
	return 0, fmt.Errorf("data: no column kind %q; there are %s%s", name, strings.Join(KindNames(), ", "), nearname.Hint(name, KindNames()))
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(b []byte) (err error) {
	*k, err = ParseKind(string(b))
	return err
}

// Column is one column of a Table. Exactly one group of the value fields is in
// use; Kind says which.
type Column struct {
	Name    string
	Kind    Kind
	Ignored string // why models leave the column out unless it is asked for; "" where they use it

	Numbers []float64 // Number and the dates: one value per row, NaN where missing

	Codes  []int32  // Category and Boolean: index into Levels, -1 where missing
	Levels []string // Category: distinct, sorted (numbers by value, then text)

	Texts []string // Text: "" where missing

	parts []*Column // of a cross

	Pixels        []uint8 // Image: Height*Width bytes per row, row after row
	Height, Width int

	Entries    *CSR[float64] // Sparse: row i of the matrix is that of the table
	EntryNames []string      // of its columns, sorted; nil where they are numbers
	space      string        // the namespace of these numbers

	before int  // rows of the file that stand before those of a part of it
	levels bool // of a file whose words are levels, however many there are
}

// Table is a set of columns of equal length.
type Table struct {
	Name    string // where the rows came from
	Columns []*Column
	Rows    int
	Notes   []string // what the reader decided on its own, in sentences

	header    bool      // the names are from the file
	described []Summary // of a table whose values are elsewhere
}

// NumberColumn makes a Number column; NaN marks a missing value.
func NumberColumn(name string, values []float64) *Column {
	return &Column{Name: name, Kind: Number, Numbers: values}
}

// CategoryColumn makes a Category column; "" marks a missing value.
func CategoryColumn(name string, values []string) *Column {
	c := &Column{Name: name, Kind: Category, Codes: make([]int32, len(values))}
	d := newDictionary()
	for i, v := range values {
		c.Codes[i] = -1
		if v != "" {
			c.Codes[i] = d.code(v)
		}
	}
	c.Levels = d.sorted(c.Codes)
	return c
}

// TextColumn makes a Text column; "" marks a missing value.
func TextColumn(name string, values []string) *Column {
	return &Column{Name: name, Kind: Text, Texts: values, Ignored: "text"}
}

// NewTable puts columns of equal length and different names side by side.
func NewTable(name string, columns ...*Column) (*Table, error) {
	t := &Table{Name: name, Columns: columns}
	seen := map[string]bool{}
	for i, c := range columns {
		if i == 0 {
			t.Rows = c.Len()
		}
		if c.Len() != t.Rows {
			return nil, fmt.Errorf("data: column %q has %d rows, %q has %d", c.Name, c.Len(), columns[0].Name, t.Rows)
		}
		if seen[c.Name] {
			return nil, fmt.Errorf("data: two columns are called %q", c.Name)
		}
		seen[c.Name] = true
	}
	return t, nil
}

// Len is the number of rows of the column.
func (c *Column) Len() int {
	switch c.Kind.storage() {
	case Number:
		return len(c.Numbers)
	case Category:
		return len(c.Codes)
	case Image:
		return len(c.Pixels) / max(1, c.Height*c.Width)
	case Sparse:
		return c.Entries.Rows()
	default:
		return len(c.Texts)
	}
}

// Missing says whether the row has no value.
func (c *Column) Missing(row int) bool {
	switch c.Kind.storage() {
	case Number:
		return math.IsNaN(c.Numbers[row])
	case Category:
		return c.Codes[row] < 0
	case Image, Sparse:
		return false
	default:
		return c.Texts[row] == ""
	}
}

// Cell is the row's value as text: the shortest number that reads back
// exactly, the date as ISO 8601, the level, the text, the entries as
// index:value; "" where missing. Images have no text.
func (c *Column) Cell(row int) string {
	if c.Missing(row) {
		return ""
	}
	switch c.Kind.storage() {
	case Number:
		return c.Kind.Format(c.Numbers[row])
	case Category:
		return c.Levels[c.Codes[row]]
	case Image:
		return ""
	case Sparse:
		return c.Entries.text(row, c.EntryNames)
	default:
		return c.Texts[row]
	}
}

// Names lists the columns' names in order.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Column finds a column by name. The error lists what there is and the nearest
// match.
func (t *Table) Column(name string) (*Column, error) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, nil
		}
	}
	names := t.Names()
	return nil, fmt.Errorf("data: %s has no column %q; its columns are %s%s", t.Name, name, enumerate(names, 20), nearname.Hint(name, names))
}

// Complete lists the rows in which none of the named columns is missing, and
// counts the others.
func (t *Table) Complete(names ...string) (rows []int, dropped int, err error) {
	columns := make([]*Column, len(names))
	for i, name := range names {
		if columns[i], err = t.Column(name); err != nil {
			return nil, 0, err
		}
	}
	columns = slices.DeleteFunc(columns, (*Column).finite)
	rows = make([]int, 0, t.Rows)
	for row := range t.Rows {
		if slices.ContainsFunc(columns, func(c *Column) bool { return c.Missing(row) }) {
			dropped++
			continue
		}
		rows = append(rows, row)
	}
	return rows, dropped, nil
}

// place is the number of a row in its file, from 1, for people.
func (c *Column) place(row int) int { return c.before + row + 1 }

// finite says whether a column holds numbers alone, so that none is missing.
func (c *Column) finite() bool { return c.Kind.storage() == Number && kernel.AllFinite(c.Numbers) }

// Values copies the given rows of a Number column to dst, for formulas over
// columns and for sample weights. Missing values are NaN.
func (t *Table) Values(name string, rows []int, dst []float64) error {
	c, err := t.Column(name)
	if err != nil {
		return err
	}
	if c.Kind != Number {
		return fmt.Errorf("data: column %q of %s is a %v, not a number", name, t.Name, c.Kind)
	}
	if len(dst) != len(rows) {
		return fmt.Errorf("data: %d places for %d rows of column %q", len(dst), len(rows), name)
	}
	for i, row := range rows {
		dst[i] = c.Numbers[row]
	}
	return nil
}

// Weights is Values for sample weights: every weight must be a finite number
// that is not negative, and their sum must be positive.
func (t *Table) Weights(name string, rows []int, dst []float64) error {
	sum, err := t.WeightsOf(name, rows, dst)
	if err != nil {
		return err
	}
	return t.CheckWeights(name, len(rows), sum)
}

// WeightsOf is Weights for some of the rows: their sum may be anything.
func (t *Table) WeightsOf(name string, rows []int, dst []float64) (sum float64, err error) {
	if err := t.Values(name, rows, dst); err != nil {
		return 0, err
	}
	c, _ := t.Column(name)
	for i, w := range dst {
		if math.IsNaN(w) {
			return 0, fmt.Errorf("data: the weight in column %q of %s is missing in data row %d; a weight of 0 leaves a row out", name, t.Name, c.place(rows[i]))
		}
		if !(w >= 0) || math.IsInf(w, 0) {
			return 0, fmt.Errorf("data: weight column %q of %s holds %v in data row %d; a weight is a finite number of at least 0", name, t.Name, w, c.place(rows[i]))
		}
		sum += w
	}
	return sum, nil
}

// CheckWeights refuses the sum of the weights of so many rows of t unless it is
// positive and finite.
func (t *Table) CheckWeights(name string, rows int, sum float64) error {
	switch {
	case sum == 0:
		return fmt.Errorf("data: the weights in column %q of %s sum to 0 over %s; at least one must be positive", name, t.Name, rowsOf(rows, t.Rows))
	case math.IsInf(sum, 0):
		return fmt.Errorf("data: the weights in column %q of %s sum to more than a number can hold; divide the column first", name, t.Name)
	}
	return nil
}

// rowsOf is "all 5 rows" or "the 2 rows at hand (of 5)".
func rowsOf(n, all int) string {
	if n == all {
		return "all " + plural(n, "row")
	}
	return fmt.Sprintf("the %s at hand (of %d)", plural(n, "row"), all)
}

// enumerate lists at most limit names.
func enumerate(names []string, limit int) string {
	s := ""
	for i, n := range names {
		if i == limit {
			return s + fmt.Sprintf(", … (%d more)", len(names)-limit)
		}
		if i > 0 {
			s += ", "
		}
		s += n
	}
	return s
}
