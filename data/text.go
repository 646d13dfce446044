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

// textReader reads a table of text in two passes. The first measures every
// column and keeps the numbers; then names and kinds are settled; the second
// collects the columns that are not numbers.
type textReader struct {
	opts  ReadOptions
	file  string
	src   string // the file behind the skipped lines is src[start:]
	start int
	dialect
	first   []cell // the first record
	body    int    // offset of the second record
	measure []*measure
	rows    int // without the first record
	header  bool
	notes   []string
}

// readText makes a table of checked text.
func readText(name, src string, opts ReadOptions) (*Table, error) {
	r := &textReader{opts: opts, file: name, src: src}
	if err := r.open(); err != nil {
		return nil, err
	}
	if err := r.measureAll(); err != nil {
		return nil, err
	}
	names, err := r.settleHeader()
	if err != nil {
		return nil, err
	}
	t := &Table{Name: name, Rows: r.rows, Columns: make([]*Column, len(names))}
	for i, m := range r.measure {
		if t.Columns[i], err = r.settleKind(m, names[i]); err != nil {
			return nil, err
		}
	}
	if err := opts.checkTypes(t); err != nil {
		return nil, err
	}
	if err := r.collect(t); err != nil {
		return nil, err
	}
	t.Notes = r.notes
	return t, nil
}

// open skips what is to be skipped, finds the dialect and reads the first
// record.
func (r *textReader) open() error {
	if err := r.skipLines(r.opts.Skip); err != nil {
		return err
	}
	text := r.src[r.start:]
	if err := r.checkForeignText(text); err != nil {
		return err
	}
	r.dialect = sniff(r.file, text, r.opts.Separator)
	if r.sep != ',' {
		r.notes = append(r.notes, fmt.Sprintf("fields are separated by %vs", strings.TrimSuffix(r.dialect.String(), "s")))
	}
	s := r.scan(r.start)
	first, err := s.next()
	if err != nil {
		return err
	}
	r.first, r.body = slices.Clone(first), s.pos
	return r.skipSummary()
}

func (r *textReader) scan(at int) *scanner {
	return &scanner{dialect: r.dialect, file: r.file, src: r.src, pos: at}
}

// skipLines moves the start behind n lines.
func (r *textReader) skipLines(n int) error {
	for line := range n {
		i := strings.IndexAny(r.src[r.start:], "\r\n")
		if i < 0 {
			return &Error{File: r.file, Msg: fmt.Sprintf("cannot skip %s and read on: the file has only %d", plural(n, "line"), line+1)}
		}
		r.start += i + 1
		if strings.HasPrefix(r.src[r.start-1:], "\r\n") {
			r.start++
		}
	}
	if strings.TrimSpace(r.src[r.start:]) == "" {
		return &Error{File: r.file, Msg: fmt.Sprintf("there is nothing behind the %s to skip", plural(n, "line"))}
	}
	return nil
}

// checkForeignText names text formats that are no tables, unless the options
// say how to read the text.
func (r *textReader) checkForeignText(text string) error {
	line := strings.TrimSpace(text)
	if end := strings.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	words := strings.Fields(line)
	what, try := "", "convert it to CSV"
	switch {
	case r.opts.Header != HeaderAuto || r.opts.Separator != 0:
	case marksUp.MatchString(line):
		what = "what looks like JSON, XML or HTML"
	case len(words) > 2 && (isPair(words[1]) || words[1][0] == '|') && isPair(words[len(words)-1]):
		what = "sparse text of the form index:value"
	}
	if what == "" {
		return nil
	}
	at, _ := position(r.src, r.start+strings.Index(text, line))
	return &Error{File: r.file, Line: at, Msg: fmt.Sprintf("expected a table of text, found %s: %s", what, quoteShort(line)), Try: try}
}

// marksUp recognises the first line of JSON, XML and HTML.
var marksUp = regexp.MustCompile(`^(\{\s*("|$)|\[\s*(\{|\[|$)|<\?xml|<![dD][oO])`)

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

// measureAll is the first pass.
func (r *textReader) measureAll() error {
	r.measure = make([]*measure, len(r.first))
	for i, c := range r.first {
		r.measure[i] = newMeasure(c)
	}
	s := r.scan(r.body)
	for {
		cells, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(cells) != len(r.first) {
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
	line, _ := position(r.src, cells[0].at)
	firstLine, _ := position(r.src, r.first[0].at)
	err := &Error{File: r.file, Line: line,
		Msg: fmt.Sprintf("expected %s as in line %d, found %d (separator: %v)", plural(len(r.first), "field"), firstLine, len(cells), r.dialect)}
	switch {
	case r.rows == 0:
		err.Try = fmt.Sprintf("if line %d is neither names nor data, skip it; if names are missing in it, give them all", firstLine)
	case len(cells) > len(r.first):
		err.Try = "a field that holds the separator needs quotes around it"
	default:
		err.Try = "complete the line or remove it"
	}
	return err
}

// collect is the second pass: categories and text.
func (r *textReader) collect(t *Table) error {
	sinks := make([]*sink, len(t.Columns))
	work := false
	for i, c := range t.Columns {
		if c.Kind != Number {
			sinks[i] = newSink(c, r.opts.kind(c.Name), r.rows)
			sinks[i].odd = r.odd(r.measure[i])
			work = true
		}
	}
	if !work {
		return nil
	}
	s := r.scan(r.body)
	cells := r.first
	if r.header {
		cells, _ = s.next() // the first pass read it all without an error
	}
	for range r.rows {
		for i, sink := range sinks {
			if sink != nil {
				sink.add(cells[i].text)
			}
		}
		cells, _ = s.next()
	}
	for _, sink := range sinks {
		if sink != nil {
			sink.finish()
		}
	}
	return nil
}

// measure is what the first pass learns about a column.
type measure struct {
	first       cell // of the first record, which may be a name
	firstValue  float64
	firstNumber bool

	numbers []float64 // the first record's, then all others, NaN where missing; nil after a bad cell
	present int       // cells that are not missing
	bad     int       // cells that are neither missing nor numbers
	badCell cell      // the first of them
	repeats bool      // the first record's text appears again
}

func newMeasure(first cell) *measure {
	m := &measure{first: first}
	m.firstValue, m.firstNumber = number(first.text)
	m.numbers = []float64{m.firstValue}
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
	v, ok := number(c.text)
	if !ok && !isMissing(c.text) {
		if m.bad == 0 {
			m.badCell, m.numbers = c, nil
		}
		m.bad++
		m.present++
		m.repeats = m.repeats || c.text == m.first.text
		return
	}
	if ok {
		m.present++
	}
	if m.bad == 0 {
		m.numbers = append(m.numbers, v)
	}
}

// include counts the first record as data.
func (m *measure) include() {
	if m.firstNumber {
		m.present++
	} else if !isMissing(m.first.text) {
		m.present++
		m.bad++
		m.badCell, m.numbers = m.first, nil
	}
}
