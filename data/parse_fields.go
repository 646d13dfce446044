package data

import (
	"bytes"
	"math"
	"slices"
	"sync"

	"descent/internal/decimal"
)

// fieldsAtOnce is about how many fields are read before their values are stored:
// their values stay in the first-level cache.
const fieldsAtOnce = 2048

// fieldReader reads records whose fields end where separators and line ends
// stand, many at once, and leaves all others to the scanner: those with quotes,
// blank lines, lone carriage returns, and faults.
type fieldReader struct {
	decimal.Fields
	at, line int       // the field and the line that the next record begins with
	values   []float64 // of the fields that were read, from lo to hi
	lo, hi   int
	missed   int // records left to the scanner
	gained   int // and others
}

var fieldReaders = sync.Pool{New: func() any { return new(fieldReader) }}

// lendFields is a reader of the block's fields; nil where the scanner is better.
func (p *parser) lendFields() *fieldReader {
	if p.keys != nil || p.sep == ' ' || !decimal.Fast() || len(p.text) > math.MaxInt32 {
		return nil
	}
	f := fieldReaders.Get().(*fieldReader)
	f.Mark(p.text, p.sep)
	f.at, f.line, f.lo, f.hi, f.missed, f.gained = 0, 0, 0, 0, 0, 0
	return f
}

// quickRecords reads records from where the scanner stands, up to the first that
// it has to read itself.
func (p *parser) quickRecords(f *fieldReader) {
	n := len(p.kinds)
	for f.at < len(f.Ends) && int(f.Ends[f.at]) < p.scan.pos {
		f.at++
	}
	for f.line < len(f.Lines) && int(f.Lines[f.line]) <= f.at {
		f.line++
	}
	if f.at == len(f.Ends) || f.Start(f.at) != p.scan.pos {
		return
	}
	for {
		if values, records := p.someRecords(f); records > 0 {
			good := p.quickTexts(f, p.quickNumbers(f, values, records))
			p.keep(values, good)
			f.at, f.line, f.gained = f.at+good*n, f.line+good, f.gained+good
			p.scan.pos = f.Start(f.at)
			if good == records {
				continue
			}
		}
		f.missed++
		return
	}
}

// someRecords is the values of the next records as far as they are regular lines,
// and how many there are. What was read before is not read again.
func (p *parser) someRecords(f *fieldReader) (values []float64, records int) {
	n := len(p.kinds)
	records = f.regular(n, max(1, fieldsAtOnce/n))
	if f.at < f.lo || f.at+n > f.hi {
		f.lo, f.hi = f.at, f.at+records*n
		f.values = f.Read(p.text, f.lo, f.hi)
	}
	return f.values[f.at-f.lo:], min(records, (f.hi-f.at)/n)
}

// regular is how many of the next lines, up to most, hold n fields.
func (f *fieldReader) regular(n, most int) (records int) {
	at := uint32(f.at)
	for _, end := range f.Lines[f.line:min(f.line+most, len(f.Lines))] {
		if at += uint32(n); end != at {
			break
		}
		records++
	}
	return records
}

// hopeless says whether most records are for the scanner.
func (f *fieldReader) hopeless() bool { return f.missed > 16 && f.missed > f.gained }

// quickNumbers adds to the values of so many records the numbers that Read left
// out, and those that are missing. It returns how many records have all of their
// numbers.
func (p *parser) quickNumbers(f *fieldReader, values []float64, records int) int {
	n := len(p.kinds)
	last := f.at + records*n
	for i := f.Other(f.at); i < last; i = f.Other(i + 1) {
		column := (i - f.at) % n
		if column == 0 && p.oddStart(f.Start(i)) {
			return (i - f.at) / n
		}
		if kind := p.kinds[column]; kind == Number || kind == Unix {
			v, ok := p.otherNumber(f, i, column == n-1)
			if !ok {
				return (i - f.at) / n
			}
			values[i-f.at] = v
		}
	}
	return records
}

// oddStart says whether a line that begins so is for the scanner.
func (p *parser) oddStart(at int) bool {
	b := p.text[at]
	return b == '\n' || b == '\r' || p.blank(b)
}

// quickTexts stores the texts of so many records as far as they are in order. It
// returns how many records are.
func (p *parser) quickTexts(f *fieldReader, records int) int {
	n := len(p.kinds)
	for i, kind := range p.kinds {
		if kind == Number || kind == Unix {
			continue
		}
		if kind.storage() == Number {
			return 0 // dates are for the scanner
		}
		for r := range records {
			text := p.fieldText(f, f.at+r*n+i, i == n-1)
			if len(text) > 0 && (text[0] == p.quote || bytes.IndexByte(text, '\r') >= 0) || kind == Boolean && !isTruth(view(text)) ||
				i == 0 && p.oddStart(f.Start(f.at+r*n)) {
				records = r
				break
			}
		}
	}
	for i, w := range p.out.words {
		for r := 0; w != nil && r < records; r++ {
			w.add(view(p.fieldText(f, f.at+r*n+i, i == n-1)))
		}
	}
	return records
}

// keep stores the numbers of so many records in their columns.
func (p *parser) keep(values []float64, records int) {
	n := len(p.kinds)
	for i, to := range p.out.numbers {
		if p.kinds[i].storage() != Number {
			continue
		}
		to = slices.Grow(to, records)
		rows := to[len(to) : len(to)+records]
		p.out.numbers[i] = to[:len(to)+records]
		at := i
		for r := range rows {
			rows[r] = values[at]
			at += n
		}
	}
	p.out.rows += records
}

// fieldText is field i without blanks around it.
func (p *parser) fieldText(f *fieldReader, i int, last bool) []byte {
	text := p.text[f.Start(i):f.Ends[i]]
	if last && !f.CRLF {
		text = bytes.TrimSuffix(text, []byte{'\r'})
	}
	for len(text) > 0 && p.blank(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && p.blank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

// otherNumber reads a number that Fields leave out, or a missing one.
func (p *parser) otherNumber(f *fieldReader, i int, last bool) (float64, bool) {
	text := view(p.fieldText(f, i, last))
	v, ok := number(text)
	return v, ok || isMissing(text)
}
