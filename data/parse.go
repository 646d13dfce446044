package data

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unsafe"

	"descent/internal/decimal"
)

// view is the bytes as a string. They must not change while it is in use.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// layout is how the records of a text become columns: what the sample settled.
type layout struct {
	dialect
	names   []string
	kinds   []Kind         // Number, Category, Text or a date
	fixed   []bool         // the kind was asked for
	learned []bool         // … by a model
	first   int            // line of the first record, for messages
	sampled int            // records of the sample
	skip    bool           // leave out the rows with a fault, and count them
	unread  []bool         // nobody asks for the words of the column; nil: for all
	lax     []bool         // cells that are not of the column's kind are missing
	keys    map[string]int // of lines of JSON objects: key → column; nil for other text
}

// piece is what a block holds, column by column.
type piece struct {
	rows    int
	numbers [][]float64 // of Number columns
	words   []*words    // of the others
	skipped int
	fault   *Error // the first, whether it stopped the block or was skipped
	stray   []int  // cells of lax columns that are missing because of their words; nil: none
	used    []byte // the block's text, to be used again
}

// parser reads the records of one block.
type parser struct {
	*layout
	block
	scan  scanner
	out   *piece
	texts []string // of the record at hand, for the columns that are not numbers
}

// parse reads a block. A fault ends it unless faults are to be skipped.
func (l *layout) parse(b block) *piece {
	p := l.parser(b)
	quick := p.lendFields()
	if quick != nil {
		defer fieldReaders.Put(quick)
	}
	for {
		if quick != nil && !quick.hopeless() {
			p.quickRecords(quick)
		}
		read := p.record
		if l.keys != nil {
			read = p.object
		}
		start, err := read()
		if err == nil {
			p.commit()
			continue
		}
		if err.Msg == "" {
			return p.out
		}
		if p.out.fault == nil {
			p.out.fault = err
		}
		if !l.skip {
			return p.out
		}
		p.discard(start)
	}
}

// parser makes what parses a block, with room for what it holds.
func (l *layout) parser(b block) *parser {
	n := len(l.kinds)
	p := &parser{layout: l, block: b, texts: make([]string, n)}
	p.scan = scanner{dialect: l.dialect, file: b.file, src: view(b.text), line: b.line}
	p.out = &piece{numbers: make([][]float64, n), words: make([]*words, n), used: b.text}
	guess := 16 + len(b.text)/(8*n)
	for i, k := range l.kinds {
		if k.storage() == Number {
			if b.used != nil {
				p.out.numbers[i] = b.used[i][:0]
			} else {
				p.out.numbers[i] = make([]float64, 0, guess)
			}
		} else if l.unread == nil || !l.unread[i] {
			p.out.words[i] = newWords(k, l.fixed[i])
		}
	}
	return p
}

// commit keeps the record at hand.
func (p *parser) commit() {
	p.out.rows++
	for i, w := range p.out.words {
		if w != nil {
			w.add(p.texts[i])
		}
	}
}

// discard forgets the record that begins at start.
func (p *parser) discard(start int) {
	p.out.skipped++
	for i, v := range p.out.numbers {
		p.out.numbers[i] = v[:min(len(v), p.out.rows)]
	}
	p.scan.pos = start
	if p.keys == nil {
		if _, err := p.scan.next(); err == nil {
			return
		}
	}
	end := strings.IndexAny(p.scan.src[start:], "\r\n") // of the line where a quote goes wrong
	if end < 0 {
		end = len(p.scan.src) - start - 1
	}
	p.scan.pos = start + end + 1
}

// ended is the error of a block without another record.
var ended = &Error{}

// record reads one record into numbers and texts, and says where it began.
func (p *parser) record() (start int, err *Error) {
	s := &p.scan
	s.skipBlankLines()
	start = s.pos
	if start == len(s.src) {
		return start, ended
	}
	last := len(p.kinds) - 1
	for i, kind := range p.kinds {
		if (kind == Number || kind == Unix) && p.quick(i, i == last) {
			continue
		}
		s.cells = s.cells[:0]
		more, fault := s.field()
		if fault != nil {
			return start, fault.(*Error)
		}
		if more == (i == last) {
			return start, p.ragged(start)
		}
		c := s.cells[0]
		if kind.storage() != Number {
			if p.texts[i] = c.text; kind == Boolean && !isTruth(c.text) {
				if fault := p.notOfKind(i, c); fault != nil {
					return start, fault
				}
				p.texts[i] = ""
			}
			continue
		}
		v, ok := kind.parse(c.text)
		if !ok && !isMissing(c.text) {
			if fault := p.notOfKind(i, c); fault != nil {
				return start, fault
			}
		}
		p.out.numbers[i] = append(p.out.numbers[i], v)
	}
	return start, nil
}

// quick reads a number that stands between separators as it should, and leaves
// everything else to the scanner.
func (p *parser) quick(i int, last bool) bool {
	s := &p.scan
	if s.sep == ' ' || s.pos >= len(p.text) {
		return false
	}
	v, n := decimal.Scan(p.text[s.pos:])
	end := s.pos + n
	if n == 0 || end >= len(p.text) || math.IsInf(v, 0) {
		return false
	}
	switch b := p.text[end]; {
	case !last && b == s.sep, last && b == '\n':
		s.pos = end + 1
	default:
		return false
	}
	p.out.numbers[i] = append(p.out.numbers[i], v)
	return true
}

// ragged is the error of a record of another length than the first.
func (p *parser) ragged(start int) *Error {
	s := p.scan
	s.pos = start
	cells, err := s.next()
	if err != nil && err != io.EOF {
		return err.(*Error)
	}
	return p.raggedError(p.fault(start, "", ""), len(cells), p.rowsBefore())
}

// rowsBefore is 0 only where no record was read before.
func (p *parser) rowsBefore() int { return p.out.rows + p.out.skipped }

// raggedError describes a record of n fields.
func (l *layout) raggedError(at *Error, n, before int) *Error {
	want := len(l.kinds)
	at.Col = 0
	at.Msg = fmt.Sprintf("expected %s as in line %d, found %d (separator: %v)", plural(want, "field"), l.first, n, l.dialect)
	switch {
	case before == 0 && at.Line <= l.first+1:
		at.Try = fmt.Sprintf("if line %d is neither names nor data, skip it; if names are missing in it, give them all", l.first)
	case n > want:
		at.Try = "a field that holds the separator needs quotes around it"
	default:
		at.Try = "complete the line or remove it"
	}
	return at
}

// notOfKind is the error of a cell that is not what its column holds; nil where
// it counts as missing.
func (p *parser) notOfKind(i int, c cell) *Error {
	if p.lax[i] {
		if p.out.stray == nil {
			p.out.stray = make([]int, len(p.kinds))
		}
		p.out.stray[i]++
		return nil
	}
	what := p.kinds[i].holds()
	expected := fmt.Sprintf("the first %d rows hold %ss", p.sampled, what)
	try := fmt.Sprintf("correct the cell, leave it empty if it is unknown, read %q as a category, or skip such rows", p.names[i])
	if p.learned[i] {
		try = "correct the cell, leave it empty if it is unknown, or skip such rows"
	}
	if p.fixed[i] {
		expected = fmt.Sprintf("a %s was asked for", what)
	}
	e := p.fault(c.at, fmt.Sprintf("in column %q %s, but here is %s", p.names[i], expected, quoteShort(c.text)), try)
	if v, ok := parseNumber(c.text); ok && math.IsInf(v, 0) && p.kinds[i] == Number {
		e.Msg += ", which is beyond the range of numbers"
	}
	e.Column = p.names[i]
	return e
}
