package data

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// textReader settles how a text becomes a table, on a sample of its first
// records: dialect, header, names and kinds.
type textReader struct {
	opts ReadOptions
	file string
	src  string // the sample
	line int    // of the file, on which it begins
	dialect
	first   []cell // the first record
	body    int    // offset of the second record
	measure []*measure
	rows    int // of the sample, without the first record
	header  bool
	whole   bool // the sample is the whole text
	notes   []string
}

// sampleSize is how many bytes of a text settle the types of its columns.
const sampleSize = 1 << 18

// readText makes a table of a text.
func readText(name string, src io.Reader, opts ReadOptions) (*Table, error) {
	return readBlocks(name, src, opts, sampleSize)
}

// readBlocks is readText with a sample and blocks of the given size.
func readBlocks(name string, src io.Reader, opts ReadOptions, size int) (*Table, error) {
	f := newFeed(name, src)
	r := &textReader{opts: opts, file: name}
	sample, err := r.open(f, size)
	if err != nil {
		return nil, err
	}
	columns, l, err := r.settle()
	if err != nil {
		return nil, err
	}
	if !r.header {
		r.body = r.first[0].at
	}
	sample.line += countLines(sample.text[:r.body])
	sample.text = sample.text[r.body:]
	return r.gather(f, sample, columns, l, size)
}

// gather reads the sample and all behind it into the columns.
func (r *textReader) gather(f *feed, sample block, columns []*Column, l *layout, size int) (*Table, error) {
	if r.opts.sink != nil {
		return nil, r.opts.sink(r, f, sample, columns, l, size)
	}
	g := newGather(l)
	g.numbers.size = f.size
	if err := l.read(f, sample, size, r.opts.threads(), g.take); err != nil {
		return nil, err
	}
	t := &Table{Name: r.file, Rows: g.rows, Columns: columns, header: r.header}
	r.finish(t, g)
	t.Notes = append(r.notes, g.note()...)
	return t, nil
}

// settle decides on header, names and kinds.
func (r *textReader) settle() ([]*Column, *layout, error) {
	if err := r.measureAll(); err != nil {
		return nil, nil, err
	}
	names, err := r.settleHeader()
	if err != nil {
		return nil, nil, err
	}
	columns, l, err := r.kinds(names)
	if err == nil {
		l.first, _ = r.place(r.first[0].at)
	}
	return columns, l, err
}

// kinds makes the columns, still empty, and the layout of their text.
func (r *textReader) kinds(names []string) ([]*Column, *layout, error) {
	l := &layout{dialect: r.dialect, names: names, sampled: r.rows, skip: r.opts.SkipFaults}
	t := &Table{Name: r.file}
	for i, m := range r.measure {
		c, err := r.settleKind(m, names[i])
		if err != nil {
			return nil, nil, err
		}
		asked := r.opts.kind(names[i])
		l.kinds = append(l.kinds, c.Kind)
		l.fixed = append(l.fixed, asked != Guess && asked != Ignore && asked != ID)
		l.learned = append(l.learned, asked != r.opts.Types[names[i]])
		l.lax = append(l.lax, !r.opts.needs(names[i]))
		t.Columns = append(t.Columns, c)
	}
	return t.Columns, l, r.opts.checkTypes(t)
}

// finish fills the columns with what was gathered.
func (r *textReader) finish(t *Table, g *gather) {
	for i, c := range t.Columns {
		m := r.measure[i]
		if c.Kind.storage() != Number {
			g.words[i].finish(c, r.odd(m))
			r.noteCommas(c)
			continue
		}
		c.Numbers = g.column(i)
		if c.Ignored == "" {
			c.Ignored = leaveOut(c, r.opts.kind(c.Name) != Guess, r.named())
		}
	}
}

// named says whether the file itself names its first column.
func (r *textReader) named() bool { return r.header && (r.first == nil || r.first[0].text != "") }

// open reads the sample, skips what is to be skipped, finds the dialect and
// reads the first record.
func (r *textReader) open(f *feed, size int) (sample block, err error) {
	if err := f.fill(size); err != nil {
		return block{}, readFault(r.file, err)
	}
	if f.rest, err = checkText(r.file, f.rest); err != nil {
		return block{}, err
	}
	text := view(f.rest)
	start, err := r.skipLines(text, r.opts.Skip)
	if err != nil {
		return block{}, err
	}
	f.line += countLines(f.rest[:start])
	if err := r.checkForeignText(text[start:], f.line); err != nil {
		return block{}, err
	}
	whole := text[start:]
	if end := strings.LastIndexAny(whole, "\r\n"); end >= 0 && !f.done {
		whole = whole[:end+1]
	}
	r.dialect = sniff(r.file, whole, r.opts.Separator)
	f.dialect, f.rest = r.dialect, f.rest[start:]
	if r.sep != ',' {
		r.notes = append(r.notes, fmt.Sprintf("fields are separated by %vs", strings.TrimSuffix(r.dialect.String(), "s")))
	}
	return r.records(f)
}

// records reads as much that there is a record behind the first, if the text has
// one.
func (r *textReader) records(f *feed) (sample block, err error) {
	for n := max(1, len(f.rest)); ; n *= 2 {
		if sample, err = f.next(n); err != nil {
			return block{}, err
		}
		r.src, r.line, r.whole = view(sample.text), sample.line, f.done && len(f.rest) == 0
		s := r.scan(0)
		first, err := s.next()
		if err != nil && err != io.EOF {
			return block{}, err
		}
		r.first, r.body = slices.Clone(first), s.pos
		if _, err := s.next(); err != io.EOF || r.whole {
			return sample, r.skipSummary()
		}
		f.rest, f.line = slices.Concat(sample.text, f.rest), sample.line // names alone settle nothing
	}
}

func (r *textReader) scan(at int) *scanner {
	return &scanner{dialect: r.dialect, file: r.file, src: r.src, pos: at, line: r.line}
}

// place is the line and column of an offset of the sample.
func (r *textReader) place(at int) (line, col int) {
	line, col = position(r.src, at)
	return line + r.line - 1, col
}

// skipLines is the offset behind n lines.
func (r *textReader) skipLines(text string, n int) (start int, err error) {
	for line := range n {
		i := strings.IndexAny(text[start:], "\r\n")
		if i < 0 {
			return 0, &Error{File: r.file, Msg: fmt.Sprintf("cannot skip %s and read on: the file has only %d", plural(n, "line"), line+1)}
		}
		start += i + 1
		if strings.HasPrefix(text[start-1:], "\r\n") {
			start++
		}
	}
	if strings.TrimSpace(text[start:]) == "" {
		return 0, &Error{File: r.file, Msg: fmt.Sprintf("there is nothing behind the %s to skip", plural(n, "line"))}
	}
	return start, nil
}

// checkForeignText names text formats that are no tables, unless the options
// say how to read the text.
func (r *textReader) checkForeignText(text string, first int) error {
	line := strings.TrimSpace(text)
	if end := strings.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	words := strings.Fields(line)
	what, try := "", "convert it to CSV"
	switch {
	case r.opts.Header != HeaderAuto || r.opts.Separator != 0:
	case line[0] == '[' && marksUp.MatchString(line):
		what, try = "what looks like a JSON array", "write one object a line: jq -c '.[]'"
	case marksUp.MatchString(line):
		what = "what looks like JSON, XML or HTML"
	case bars.MatchString(line):
		what, try = "a label and fields behind bars (|), as Vowpal Wabbit writes them", "if it is that, give features the kind sparse to hear what is wrong with the line"
	case len(words) > 2 && (isPair(words[1]) || words[1][0] == '|') && isPair(words[len(words)-1]):
		what = "sparse text of the form index:value"
	}
	if what == "" {
		return nil
	}
	at, _ := position(text, strings.Index(text, line))
	return &Error{File: r.file, Line: first + at - 1, Msg: fmt.Sprintf("expected a table of text, found %s: %s", what, quoteShort(line)), Try: try}
}

// marksUp recognises the first line of JSON, XML and HTML.
var marksUp = regexp.MustCompile(`^(\{\s*("|$)|\[\s*(\{|\[|$)|<\?xml|<![dD][oO])`)

// bars recognises a line of Vowpal Wabbit: a label, perhaps a weight and a tag,
// and features behind a bar.
var bars = regexp.MustCompile(`^[-+]?[0-9.]+( [0-9.]+)*( '\S*)? ?\|[^|]*([a-zA-Z_]|:[0-9])`)

// isPair says whether a word is index:value, as in LIBSVM files.
func isPair(word string) bool {
	index, value, ok := strings.Cut(word, ":")
	_, err := strconv.Atoi(index)
	_, number := parseNumber(value)
	return ok && err == nil && number
}

// skipSummary passes over a first record that counts instead of naming: rows,
// features and the names of the classes, as scikit-learn writes them.
func (r *textReader) skipSummary() error {
	if r.opts.Header == HeaderYes || len(r.first) < 3 {
		return nil
	}
	s := r.scan(r.body)
	second, err := s.next()
	if err != nil {
		return nil // the reading proper will say it
	}
	rows, err1 := strconv.Atoi(r.first[0].text)
	features, err2 := strconv.Atoi(r.first[1].text)
	if err1 != nil || err2 != nil || features != len(second)-1 {
		return nil
	}
	for _, c := range r.first[2:] {
		if _, number := parseNumber(c.text); number || isMissing(c.text) {
			return nil
		}
	}
	r.notes = append(r.notes, fmt.Sprintf("the first line counts %d rows and %d features and is passed over", rows, features))
	r.first, r.body = slices.Clone(second), s.pos
	return nil
}

// measureAll looks at all records of the sample.
func (r *textReader) measureAll() error {
	r.measure = make([]*measure, len(r.first))
	for i, c := range r.first {
		r.measure[i] = newMeasure(c)
	}
	s := r.scan(r.body)
	for {
		cells, err := s.next()
		if err == io.EOF || err != nil && r.opts.SkipFaults {
			return nil
		}
		if err != nil {
			return err
		}
		if len(cells) != len(r.first) {
			if r.opts.SkipFaults {
				continue
			}
			return r.ragged(cells)
		}
		r.rows++
		for i := range cells {
			r.measure[i].add(cells[i])
		}
	}
}

// ragged is the error of a record of another length than the first.
func (r *textReader) ragged(cells []cell) error {
	line, _ := r.place(cells[0].at)
	first, _ := r.place(r.first[0].at)
	l := &layout{dialect: r.dialect, kinds: make([]Kind, len(r.first)), first: first}
	return l.raggedError(&Error{File: r.file, Line: line}, len(cells), r.rows)
}

// measure is what the sample says about a column.
type measure struct {
	first       cell // of the first record, which may be a name
	firstNumber bool

	present int  // cells that are not missing
	bad     int  // cells that are neither missing nor numbers
	badCell cell // the first of them
	dates   dating
	repeats bool // the first record's text appears again
}

func newMeasure(first cell) *measure {
	m := &measure{first: first}
	_, m.firstNumber = number(first.text)
	return m
}

// number is parseNumber within float64, NaN where there is none.
func number(text string) (float64, bool) {
	v, ok := parseNumber(text)
	if !ok || math.IsInf(v, 0) {
		return math.NaN(), false
	}
	return v, true
}

func (m *measure) add(c cell) {
	if _, ok := number(c.text); ok {
		m.present++
		return
	}
	if isMissing(c.text) {
		return
	}
	m.dates.add(c)
	if m.bad == 0 {
		m.badCell = c
	}
	m.bad++
	m.present++
	m.repeats = m.repeats || c.text == m.first.text
}

// include counts the first record as data.
func (m *measure) include() {
	switch {
	case m.firstNumber:
		m.present++
	case !isMissing(m.first.text):
		m.present++
		m.bad++
		m.badCell = m.first
		m.dates.add(m.first)
	}
}
