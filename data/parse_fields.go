package data

import (
	"bytes"
	"math"
	"sync"

	"descent/internal/decimal"
)

// fieldsAtOnce is about how many fields are read before their values are stored.
const fieldsAtOnce = 512

// fieldReader reads records whose fields end where separators and line ends
// stand, many at once, and leaves all others to the scanner: those with quotes,
// blank lines, lone carriage returns, and faults.
type fieldReader struct {
	decimal.Fields
	at     int // the field that the next record begins with
	lo, hi int // fields that were read
	missed int // records left to the scanner
	gained int // and others
}

var fieldReaders = sync.Pool{New: func() any { return new(fieldReader) }}

// lendFields is a reader of the block's fields; nil where the scanner is better.
func (p *parser) lendFields() *fieldReader {
	if p.keys != nil || p.sep == ' ' || !decimal.Fast() || len(p.text) > math.MaxInt32 {
		return nil
	}
	f := fieldReaders.Get().(*fieldReader)
	f.Mark(p.text, p.sep)
	f.at, f.lo, f.hi, f.missed, f.gained = 0, 0, 0, 0, 0
	return f
}

// quickRecords reads records from where the scanner stands, up to the first that
// it has to read itself.
func (p *parser) quickRecords(f *fieldReader) {
	n := len(p.kinds)
	for f.at < len(f.Ends) && int(f.Ends[f.at]) < p.scan.pos {
		f.at++
	}
	for f.at+n <= len(f.Ends) && f.Start(f.at) == p.scan.pos {
		if f.at < f.lo || f.at+n > f.hi {
			f.lo, f.hi = f.at, min(f.at+max(1, fieldsAtOnce/n)*n, len(f.Ends))
			f.Read(p.text, f.lo, f.hi)
		}
		if !p.quickRecord(f) {
			f.missed++
			return
		}
		p.commit()
		f.gained++
		f.at += n
		p.scan.pos = f.Start(f.at)
	}
}

// hopeless says whether most records are for the scanner.
func (f *fieldReader) hopeless() bool { return f.missed > 16 && f.missed > f.gained }

// quickRecord reads one record, or leaves all as it was.
func (p *parser) quickRecord(f *fieldReader) bool {
	if b := p.text[p.scan.pos]; b == '\n' || b == '\r' || p.blank(b) {
		return false
	}
	last := len(p.kinds) - 1
	for i, kind := range p.kinds {
		if f.Last(f.at+i) != (i == last) {
			return p.undo(i)
		}
		if kind == Number || kind == Unix {
			v, ok := f.Number(f.at + i)
			if !ok {
				if v, ok = p.otherNumber(f, i); !ok {
					return p.undo(i)
				}
			}
			p.out.numbers[i] = append(p.out.numbers[i], v)
			continue
		}
		text := p.fieldText(f, i)
		if kind.storage() == Number || len(text) > 0 && (text[0] == p.quote || bytes.IndexByte(text, '\r') >= 0) || kind == Boolean && !isTruth(view(text)) {
			return p.undo(i)
		}
		p.texts[i] = view(text)
	}
	return true
}

// undo takes back the numbers of the first n columns of a record.
func (p *parser) undo(n int) bool {
	for i, v := range p.out.numbers[:n] {
		p.out.numbers[i] = v[:min(len(v), p.out.rows)]
	}
	return false
}

// fieldText is field i of the record without blanks around it.
func (p *parser) fieldText(f *fieldReader, i int) []byte {
	text := p.text[f.Start(f.at+i):f.Ends[f.at+i]]
	if i == len(p.kinds)-1 {
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
func (p *parser) otherNumber(f *fieldReader, i int) (float64, bool) {
	text := view(p.fieldText(f, i))
	v, ok := number(text)
	return v, ok || isMissing(text)
}
