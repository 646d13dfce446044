package data

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// The columns of a file in the format of LIBSVM or Vowpal Wabbit.
const (
	sparseLabel    = "label"
	sparseWeight   = "weight"
	sparseBase     = "base"
	sparseTag      = "tag"
	sparseGroup    = "qid"
	sparseFeatures = "features"
)

// MaxSparseCols bounds the columns of a sparse table: a weight for each must
// fit in memory.
const MaxSparseCols = 1 << 28

// sparseRows is what the lines of a block, or of a file, hold.
type sparseRows struct {
	CSR[float64]
	label  []float64 // NaN where a line has none
	weight []float64 // nil: no line has one, as below
	group  []float64
	base   []float64
	tag    []string

	names  *dictionary // of the columns; nil where they are numbers
	space  string      // the namespace of these numbers, where there are any
	spaced bool        // there are some
	key    []byte
}

// extra is what a line may have beside its label and its entries.
type extra struct {
	weight, group, base float64 // NaN: none
	tag                 string
}

var noExtra = extra{weight: math.NaN(), group: math.NaN(), base: math.NaN()}

// end ends the row that is being made.
func (r *sparseRows) end(label float64, x extra) {
	n := len(r.label)
	r.EndRow()
	r.label = append(r.label, label)
	r.weight = pad(r.weight, n, x.weight, 1)
	r.group = pad(r.group, n, x.group, math.NaN())
	r.base = pad(r.base, n, x.base, math.NaN())
	if r.tag != nil || x.tag != "" {
		r.tag = append(append(r.tag, make([]string, n-len(r.tag))...), x.tag)
	}
}

// pad puts v, or instead of NaN the value of lines without one, behind n others,
// unless no line had one so far.
func pad(list []float64, n int, v, none float64) []float64 {
	if list == nil && math.IsNaN(v) {
		return nil
	}
	for len(list) < n {
		list = append(list, none)
	}
	if math.IsNaN(v) {
		v = none
	}
	return append(list, v)
}

// table makes columns of the rows.
func (r *sparseRows) table(name string, opts ReadOptions) (*Table, error) {
	label, err := opts.numberColumn(name, sparseLabel, r.label)
	if err != nil {
		return nil, err
	}
	if label.Ignored == noValues {
		label.Ignored = "" // rows to predict have no labels
	}
	t := &Table{Name: name, Rows: r.Rows(), Columns: []*Column{label}}
	if r.weight != nil {
		t.Columns = append(t.Columns, opts.extraColumn(sparseWeight, r.weight, RowWeights))
	}
	if r.group != nil {
		t.Columns = append(t.Columns, opts.extraColumn(sparseGroup, r.group, groupIgnored))
	}
	if r.base != nil {
		t.Columns = append(t.Columns, opts.extraColumn(sparseBase, r.base, baseIgnored))
	}
	if r.tag != nil {
		t.Columns = append(t.Columns, TextColumn(sparseTag, r.tag))
	}
	features := SparseColumn(sparseFeatures, &r.CSR)
	if features.space = r.space; r.names != nil {
		features.EntryNames, features.space = r.names.levels, ""
	}
	t.Columns = append(t.Columns, features)
	switch k := opts.kind(sparseFeatures); k {
	case Guess, Sparse:
	case Ignore:
		t.Columns[len(t.Columns)-1].Ignored = asAsked
	default:
		return nil, &Error{File: name, Column: sparseFeatures, Msg: fmt.Sprintf("the entries index:value are of kind sparse and cannot be of kind %v", k)}
	}
	t.Notes = []string{sparseNote(features.EntryNames, r.Cols, len(r.Index), t.Rows)}
	return t, opts.checkTypes(t)
}

// RowWeights is why models leave out the column of weights of a sparse file.
const RowWeights = "how much each row counts"

const (
	groupIgnored = "the groups of a ranking"
	baseIgnored  = "predictions to start from, which no model takes"
)

// extraColumn is a column beside label and features, which models leave out
// unless it is asked for as a number.
func (o ReadOptions) extraColumn(name string, values []float64, why string) *Column {
	c := &Column{Name: name, Kind: Number, Numbers: values, Ignored: why}
	switch o.kind(name) {
	case Number:
		c.Ignored = ""
	case Ignore, ID:
		c.Ignored = asAsked
	}
	return c
}

// sparseNote says what was read.
func sparseNote(names []string, cols, entries, rows int) string {
	pairs := short(float64(entries) / float64(max(1, rows)))
	if names == nil {
		return fmt.Sprintf("lines of a label and index:value pairs, with indices up to %d and %s pairs a line", cols-1, pairs)
	}
	return fmt.Sprintf("lines of Vowpal Wabbit, with %s and %s of them a line; a feature is called namespace|name", plural(len(names), "feature"), pairs)
}

// isSparse says whether the first lines of a text are labels and index:value
// pairs with increasing indices. Times of the day (12:30) are no pairs where a
// number begins with a zero.
func isSparse(text []byte, whole bool) bool {
	const lines = 20
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var r sparseRows
	for n := 0; n < lines && len(text) > 0; n++ {
		end := bytes.IndexAny(text, "\r\n")
		if end < 0 {
			if !whole && n > 0 {
				break // the sample cuts the line
			}
			end = len(text)
		}
		line := view(text[:end])
		text = text[min(end+1, len(text)):]
		p := sparseLine{rows: &r, strict: true}
		if end == len(line) && len(text) == 0 && !whole {
			line = line[:strings.LastIndexAny(line, " \t")+1]
		}
		if p.read(line) != nil {
			return false
		}
		if len(r.Index) > 0 {
			return true
		}
	}
	return false
}
