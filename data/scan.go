package data

import (
	"fmt"
	"io"
	"strings"
)

// maxColumns bounds the fields of a line: a file with more is not a table, and
// every column costs memory of its own.
const maxColumns = 100_000

// dialect is how a text file separates and quotes its fields.
type dialect struct {
	sep   byte // ',', ';', '\t', or ' ' for runs of blanks and tabs
	quote byte // '"' or '\''
}

// lenient says whether a quote that is not closed on its line is an ordinary
// character. Tab separated files are often written without any quoting.
func (d dialect) lenient() bool { return d.sep == '\t' }

// blank says whether b may surround a field without belonging to it.
func (d dialect) blank(b byte) bool { return b == ' ' || b == '\t' && d.sep != '\t' }

func (d dialect) String() string {
	switch d.sep {
	case '\t':
		return "tab"
	case ' ':
		return "blanks"
	case ';':
		return "semicolon"
	}
	return "comma"
}

// cell is one field of a record.
type cell struct {
	text   string // without quotes and, outside quotes, without surrounding blanks
	at     int    // byte offset of the field in the file
	quoted bool   // it stood in quotes
}

// scanner splits a text into records. Quoted fields may hold separators, line
// ends and doubled quotes (RFC 4180); lines of blanks are passed over.
type scanner struct {
	dialect
	file  string
	src   string
	line  int // of the file, on which src begins; 0 is 1
	pos   int
	cells []cell
}

// next returns the cells of the next record, io.EOF after the last one. The
// slice is overwritten by the next call.
func (s *scanner) next() ([]cell, error) {
	s.cells = s.cells[:0]
	s.skipBlankLines()
	if s.pos == len(s.src) {
		return nil, io.EOF
	}
	for {
		if len(s.cells) == maxColumns {
			return nil, s.fault(s.pos, fmt.Sprintf("the line has more than %d fields", maxColumns), "is this a table of text?")
		}
		more, err := s.field()
		if err != nil {
			return nil, err
		}
		if !more {
			return s.cells, nil
		}
	}
}

// skipBlankLines moves to the next line that holds anything. With tabs as
// separators a line of tabs holds empty fields.
func (s *scanner) skipBlankLines() {
	for i := s.pos; i < len(s.src); i++ {
		switch b := s.src[i]; {
		case b == '\n' || b == '\r':
			s.pos = i + 1
		case !s.blank(b):
			return
		}
	}
	s.pos = len(s.src)
}

// field appends one field and moves past the separator or the line end behind
// it. more says that another field follows on the line.
func (s *scanner) field() (more bool, err error) {
	i := s.pos
	for i < len(s.src) && s.blank(s.src[i]) {
		i++
	}
	if i < len(s.src) && s.src[i] == s.quote {
		text, end, err := s.quotedField(i)
		if err != nil {
			return false, err
		}
		if end >= 0 {
			s.cells = append(s.cells, cell{text, i, true})
			return s.separator(end), nil
		}
	}
	end := i
	for end < len(s.src) && !s.ends(s.src[end]) {
		end++
	}
	last := end
	for last > i && s.blank(s.src[last-1]) {
		last--
	}
	s.cells = append(s.cells, cell{s.src[i:last], i, false})
	return s.separator(end), nil
}

// ends says whether b ends an unquoted field.
func (s *scanner) ends(b byte) bool {
	return b == s.sep || b == '\n' || b == '\r' || b == '\t' && s.sep == ' '
}

// separator moves past what stands at i, the end of a field: a separator
// (true), a line end or the end of the file (false).
func (s *scanner) separator(i int) bool {
	if s.sep == ' ' { // a run of blanks before the line end separates nothing
		for i < len(s.src) && s.blank(s.src[i]) {
			i++
		}
		if s.pos = i; i < len(s.src) && s.src[i] != '\n' && s.src[i] != '\r' {
			return true
		}
	} else if i < len(s.src) && s.src[i] == s.sep {
		s.pos = i + 1
		return true
	}
	switch {
	case i == len(s.src):
	case s.src[i] == '\r' && strings.HasPrefix(s.src[i+1:], "\n"):
		i += 2
	default:
		i++
	}
	s.pos = i
	return false
}

// quotedField reads the field whose opening quote stands at start and returns
// the offset behind it and behind blanks after it. end is -1 where the quote
// is an ordinary character.
func (s *scanner) quotedField(start int) (text string, end int, err error) {
	line := s.src
	if s.lenient() {
		if n := strings.IndexAny(s.src[start:], "\r\n"); n >= 0 {
			line = s.src[:start+n]
		}
	}
	doubled := false
	i := start + 1
	for {
		n := strings.IndexByte(line[i:], s.quote)
		if n < 0 {
			if s.lenient() {
				return "", -1, nil
			}
			return "", 0, s.fault(start, "the quote that opens here is never closed", "close it, or remove it if it belongs to the text")
		}
		i += n + 1
		if i == len(line) || line[i] != s.quote {
			break
		}
		doubled = true
		i++
	}
	text = s.src[start+1 : i-1]
	if doubled {
		q := string(s.quote)
		text = strings.ReplaceAll(text, q+q, q)
	}
	end = i
	for s.sep != ' ' && end < len(s.src) && s.blank(s.src[end]) {
		end++
	}
	if end == len(s.src) || s.ends(s.src[end]) {
		return text, end, nil
	}
	if s.lenient() {
		return "", -1, nil
	}
	return "", 0, s.fault(end, fmt.Sprintf("expected a separator (%v) or the end of the line after a closing quote, found %s", s.dialect, quoteShort(s.src[end:min(len(s.src), end+1)])),
		"a quote inside a quoted field is written twice")
}

// fault is an error at a byte offset.
func (s *scanner) fault(at int, msg, try string) error {
	line, col := position(s.src, at)
	line += max(0, s.line-1)
	return &Error{File: s.file, Line: line, Col: col, Msg: msg, Try: try}
}
