package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
)

// typedRows reads a file whose format knows types, some rows at a time.
type typedRows interface {
	// columns are those of the file; their cells are of kind Number, Category
	// (words) or Image.
	columns() []*Column
	// count is the number of rows.
	count() int
	// bytes is how many bytes of values there are surely, packed ones as they lie
	// in the file: the head of a file may claim any number of rows.
	bytes() int64
	// read appends the next n rows, which are there by count, to dst, one of each
	// column.
	read(n int, dst []cells) error
	// inSteps says whether the rows may be read some at a time; else all of them
	// are read at once.
	inSteps() bool
	// notes say what was decided.
	notes() []string
	close()
}

// cells are values of a column: in one of the fields.
type cells struct {
	numbers []float64
	words   []string // "" where missing
	pixels  []byte
}

// more makes numbers, or words, longer by n.
func (c *cells) more(n int, words bool) {
	if words {
		c.words = slices.Grow(c.words, n)[:len(c.words)+n]
	} else {
		c.numbers = slices.Grow(c.numbers, n)[:len(c.numbers)+n]
	}
}

// reset forgets the values and keeps their memory.
func (c *cells) reset() {
	c.numbers, c.words, c.pixels = c.numbers[:0], c.words[:0], c.pixels[:0]
}

// typed takes the rows of a file that knows types.
type typed func(file string, rows typedRows) error

// reopened is the file behind a source, to be read at any place; ErrWhole where
// it is packed, or no file.
func reopened(path string, src *source) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if src.size == 0 || err != nil || !info.Mode().IsRegular() || info.Size() != src.size {
		return nil, 0, notInSteps(src.name)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, explainOpen(path, err)
	}
	return f, src.size, nil
}

// notInSteps is the ErrWhole of a source that can be read but once.
func notInSteps(name string) error {
	return fmt.Errorf("%w: %s is packed, or no file", ErrWhole, name)
}

// anyPlace is what a source holds, to be read at any place: the file, or, for a
// table in memory, a copy in memory.
func anyPlace(path string, src *source, opts ReadOptions) (at io.ReaderAt, size int64, shut func() error, err error) {
	f, size, err := reopened(path, src)
	switch {
	case err == nil:
		return f, size, f.Close, nil
	case opts.typed != nil:
		return nil, 0, nil, err
	}
	content, err := io.ReadAll(src)
	if err != nil {
		return nil, 0, nil, readFault(src.name, err)
	}
	return bytes.NewReader(content), int64(len(content)), func() error { return nil }, nil
}

// unasked says whether nobody asks for the values of column i of a file, which
// calls it so.
func (o ReadOptions) unasked(i int, name string) bool {
	if o.typed == nil || o.unread == nil {
		return false
	}
	if i < len(o.Names) {
		name = o.Names[i]
	}
	return o.unread(name)
}

// tellingAt tells how many bytes are read.
type tellingAt struct {
	io.ReaderAt
	tell func(n int64)
}

func (t *tellingAt) ReadAt(b []byte, at int64) (int, error) {
	n, err := t.ReaderAt.ReadAt(b, at)
	if t.tell != nil {
		t.tell(int64(n))
	}
	return n, err
}

// typedSchema is the empty columns of a file under the names and kinds that are
// asked for, checked as settleTyped checks a table.
func typedSchema(file string, rows typedRows, opts ReadOptions) (*Table, error) {
	t := &Table{Name: file}
	for _, c := range rows.columns() {
		one := *c
		t.Columns = append(t.Columns, &one)
	}
	if rows.count() == 0 || len(t.Columns) == 0 {
		return nil, &Error{File: file, Msg: "found no rows"}
	}
	t.Rows = rows.count()
	if err := t.settleTyped(opts); err != nil {
		return nil, err
	}
	t.Rows = 0
	return t, nil
}

// typedColumn is a column on its way from a typed file to a cache.
type typedColumn struct {
	*cached
	file string
	from Kind // of its cells: Number, Category or Image
	kind Kind // that is asked for, or Guess
}

// newTypedColumn settles what becomes of the cells of a column.
func newTypedColumn(file string, c *Column, opts ReadOptions) (*typedColumn, error) {
	from, k := c.Kind, opts.kind(c.Name)
	out := &typedColumn{file: file, from: from, kind: k}
	made := &Column{Name: c.Name, Kind: from, Height: c.Height, Width: c.Width}
	var err error
	switch {
	case from == Number:
		made, err = opts.numberColumn(file, c.Name, nil) // refuses kinds that numbers cannot have
	case from == Category:
		made, err = opts.wordColumn(file, c.Name, newWords(Category, false))
	default:
		made, err = opts.typedColumn(file, made, &cells{}, nil)
	}
	if err != nil {
		return nil, err
	}
	out.cached = &cached{Column: made, counts: true, facts: Facts{Min: math.Inf(1), Max: math.Inf(-1)}}
	fixed := k == Category || k == Text || k == Boolean
	levels := k == Guess && c.levels
	switch {
	case from == Category && (k == Number || k.moment()):
		made.Kind = k
	case from == Category && fixed:
		made.Kind, out.words = k, newWords(k, true)
	case from == Category:
		made.Kind, out.words = Category, newWords(Category, levels)
	case from == Number && fixed:
		made.Kind, out.words = k, newWords(k, true)
	}
	if made.Ignored == noValues {
		made.Ignored = "" // there was none to see
	}
	made.Numbers, made.Codes, made.Texts, made.Levels = nil, nil, nil, nil
	return out, nil
}

// take appends cells; at is the number of rows before them.
func (c *typedColumn) take(cells *cells, at int) error {
	switch {
	case c.from == Image:
		c.Pixels = append(c.Pixels, cells.pixels...)
	case c.from == Number && c.words == nil:
		c.numbers = append(c.numbers, cells.numbers...)
	case c.from == Number:
		for _, v := range cells.numbers {
			if c.kind == Boolean && v != 0 && v != 1 && !math.IsNaN(v) {
				return &Error{File: c.file, Column: c.Name, Msg: fmt.Sprintf("column %q holds %v, which is neither true (1) nor false (0)", c.Name, v)}
			}
			text := ""
			if !math.IsNaN(v) {
				text = strconv.FormatFloat(v, 'g', -1, 64)
			}
			c.words.add(text)
		}
	case c.words == nil:
		return c.parse(cells.words, at)
	default:
		if c.kind == Boolean {
			for _, text := range cells.words {
				if !isMissing(text) && !isTruth(text) {
					return &Error{File: c.file, Column: c.Name, Msg: fmt.Sprintf("in column %q a truth value was asked for, but there is %s", c.Name, quoteShort(text))}
				}
			}
		}
		levels := c.words.dict
		if c.words.addAll(cells.words); levels != nil && c.words.dict == nil {
			c.former = levels.levels
		}
	}
	return nil
}

// parse appends words as numbers or dates.
func (c *typedColumn) parse(words []string, at int) error {
	for i, text := range words {
		if isMissing(text) {
			text = ""
		}
		v, ok := c.kind.parse(text)
		if !ok && text != "" {
			return &Error{File: c.file, Column: c.Name, Msg: fmt.Sprintf("in column %q a %s was asked for, but row %d holds %s", c.Name, c.kind.holds(), at+i+1, quoteShort(text))}
		}
		c.numbers = append(c.numbers, v)
	}
	return nil
}

// typedWriter takes the rows of files that know types.
type typedWriter struct {
	*cacheWriter
	file    string
	opts    ReadOptions
	columns []*typedColumn
	said    []string // notes
}

// readTyped takes the rows of a file.
func (w *cacheWriter) readTyped(file string, rows typedRows, opts ReadOptions) error {
	schema, err := typedSchema(file, rows, opts)
	if err != nil {
		return err
	}
	if w.columns == nil {
		w.typed = &typedWriter{cacheWriter: w, file: file, opts: opts}
		if err := w.typed.begin(schema); err != nil {
			return err
		}
	}
	if w.typed == nil {
		return mixedFiles(w.text.file, file)
	}
	place, err := w.typed.places(file, schema)
	if err != nil {
		return err
	}
	for _, note := range rows.notes() {
		if !slices.Contains(w.typed.said, note) {
			w.typed.said = append(w.typed.said, note)
		}
	}
	return w.typed.takeAll(rows, place)
}

// mixedFiles is the error of a text among files that know types.
func mixedFiles(text, other string) error {
	return fmt.Errorf("data: %s is text and %s is not; files that are read together are of one kind where they do not fit in memory", text, other)
}

// begin settles the columns and the size of a group by the first file.
func (w *typedWriter) begin(schema *Table) error {
	memory := 0
	for _, c := range schema.Columns {
		one, err := newTypedColumn(w.file, c, w.opts)
		if err != nil {
			return err
		}
		w.columns = append(w.columns, one)
		w.cacheWriter.columns = append(w.cacheWriter.columns, one.cached)
		memory += 8 + c.Height*c.Width
	}
	w.group = min(max(w.bytes/memory, 1), maxGroup)
	return nil
}

// places says which column of the cache each column of a file is.
func (w *typedWriter) places(file string, schema *Table) ([]int, error) {
	if len(schema.Columns) != len(w.columns) {
		return nil, fmt.Errorf("data: %s has %s, %s has %d; files that are read together have the same", file, plural(len(schema.Columns), "column"), w.file, len(w.columns))
	}
	var place []int
	for _, c := range schema.Columns {
		i := slices.IndexFunc(w.columns, func(d *typedColumn) bool { return d.Name == c.Name })
		if i < 0 {
			return nil, fmt.Errorf("data: %s has no column %q, which %s has; files that are read together have the same", w.file, c.Name, file)
		}
		if d := w.columns[i]; d.from != c.Kind || d.Height != c.Height || d.Width != c.Width {
			return nil, fmt.Errorf("data: column %q is a %v in %s and a %v in %s", c.Name, d.from, w.file, c.Kind, file)
		}
		place = append(place, i)
	}
	return place, nil
}

// takeAll takes all rows of a file, and writes the groups that are full.
func (w *typedWriter) takeAll(rows typedRows, place []int) error {
	some := make([]cells, len(place))
	for at, all := 0, rows.count(); at < all; {
		n := min(w.group, all-at)
		for i := range some {
			some[i].reset()
		}
		if err := rows.read(n, some); err != nil {
			return err
		}
		for i := range some {
			if err := w.columns[place[i]].take(&some[i], at); err != nil {
				return err
			}
		}
		at, w.rows = at+n, w.rows+n
		for w.pending() >= w.group {
			if err := w.flush(w.group); err != nil {
				return err
			}
		}
		if err := w.tell(); err != nil {
			return err
		}
	}
	return nil
}

// settle ends all columns.
func (w *typedWriter) settle() {
	for _, c := range w.columns {
		if c.from == Image {
			c.facts = Facts{}
			w.schema.Columns = append(w.schema.Columns, cacheColumn{Name: c.Name, Kind: Image, Height: c.Height, Width: c.Width, Ignored: c.Ignored})
			continue
		}
		w.schema.Columns = append(w.schema.Columns, c.settle(c.kind != Guess, false, ""))
	}
}

// readRows appends size bytes to buf, which grows as they come: the head of a file
// may ask for more than there is.
func readRows(src io.Reader, buf []byte, size int) ([]byte, error) {
	const step = 1 << 20
	for size += len(buf); len(buf) < size; {
		n := min(step, size-len(buf))
		buf = slices.Grow(buf, n)
		m, err := io.ReadFull(src, buf[len(buf):len(buf)+n])
		if buf = buf[:len(buf)+m]; err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// cutOff is the error of a file that ends too early.
func cutOff(file string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{File: file, Msg: "the file ends before its last row", Try: "fetch the file again"}
	}
	return readFault(file, err)
}
