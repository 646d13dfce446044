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
	tag    []string
}

// extra is what a line may have beside its label and its entries.
type extra struct {
	weight, group float64 // NaN: none
	tag           string
}

var noExtra = extra{weight: math.NaN(), group: math.NaN()}

// end ends the row that is being made.
func (r *sparseRows) end(label float64, x extra) {
	n := len(r.label)
	r.EndRow()
	r.label = append(r.label, label)
	r.weight = pad(r.weight, n, x.weight, 1)
	r.group = pad(r.group, n, x.group, math.NaN())
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
		t.Columns = append(t.Columns, NumberColumn(sparseWeight, r.weight))
	}
	if r.group != nil {
		t.Columns = append(t.Columns, &Column{Name: sparseGroup, Kind: Number, Numbers: r.group, Ignored: groupIgnored})
	}
	if r.tag != nil {
		t.Columns = append(t.Columns, TextColumn(sparseTag, r.tag))
	}
	t.Columns = append(t.Columns, SparseColumn(sparseFeatures, &r.CSR))
	switch k := opts.kind(sparseFeatures); k {
	case Guess, Sparse:
	case Ignore:
		t.Columns[len(t.Columns)-1].Ignored = asAsked
	default:
		return nil, &Error{File: name, Column: sparseFeatures, Msg: fmt.Sprintf("the entries index:value are of kind sparse and cannot be of kind %v", k)}
	}
	t.Notes = []string{sparseNote(r.Cols, len(r.Index), t.Rows)}
	return t, opts.checkTypes(t)
}

const groupIgnored = "the groups of a ranking"

// sparseNote says what was read.
func sparseNote(cols, entries, rows int) string {
	return fmt.Sprintf("lines of a label and index:value pairs, with indices up to %d and %s pairs a line", cols-1, short(float64(entries)/float64(max(1, rows))))
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
