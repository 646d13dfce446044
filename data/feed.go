package data

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// maxRecord bounds the bytes of one record: a longer one is a quote that is
// never closed, or no table.
const maxRecord = 64 << 20

// block is a run of whole records.
type block struct {
	file string
	text []byte
	line int         // of the file, on which text begins, from 1
	used [][]float64 // memory for its numbers; nil where there is none
}

// feed cuts a text into blocks of whole records.
type feed struct {
	dialect
	file string
	src  io.Reader
	rest []byte // read and not given out
	line int    // on which rest begins
	done bool   // rest is the end of the text
	free chan []byte
	used chan [][]float64
	size int64 // of the text, 0 where that is unknown
}

func newFeed(file string, src io.Reader) *feed {
	f := &feed{file: file, src: src, line: 1, free: make(chan []byte, 8), used: make(chan [][]float64, 8)}
	if s, ok := src.(*source); ok {
		f.size = s.size
	}
	return f
}

// fill reads until rest holds size bytes or the text ends.
func (f *feed) fill(size int) error {
	if f.done || len(f.rest) >= size {
		return nil
	}
	buf := f.buffer(size)
	n := copy(buf, f.rest)
	m, err := io.ReadFull(f.src, buf[n:])
	f.rest = buf[:n+m]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		f.done, err = true, nil
	}
	return err
}

// buffer is a used buffer, or a new one.
func (f *feed) buffer(size int) []byte {
	select {
	case b := <-f.free:
		if cap(b) >= size {
			return b[:size]
		}
	default:
	}
	return make([]byte, size)
}

// recycle takes back the text and the numbers of a piece, which nobody reads any
// more.
func (f *feed) recycle(p *piece) {
	text := p.used
	p.used = nil
	select {
	case f.free <- text[:cap(text)]:
	default:
	}
	select {
	case f.used <- p.numbers:
	default:
	}
	p.numbers = nil
}

// next gives out the next block, of about size bytes; io.EOF after the last.
func (f *feed) next(size int) (block, error) {
	if len(f.rest) >= size && !f.done || len(f.rest) >= 2*size {
		f.rest = slices.Clone(f.rest) // two blocks of one buffer could not be recycled
	}
	for {
		if err := f.fill(size); err != nil {
			return block{}, err
		}
		if len(f.rest) == 0 {
			return block{}, io.EOF
		}
		cut := len(f.rest)
		if cut >= 2*size { // it was a sample
			if cut = f.border(f.rest[:size]); cut == 0 {
				size *= 2
				continue
			}
		} else if !f.done {
			cut = f.border(f.rest)
		}
		if cut > 0 {
			return f.give(cut)
		}
		if size >= maxRecord {
			return block{}, &Error{File: f.file, Line: f.line, Msg: fmt.Sprintf("the record that begins here is longer than %d MiB", maxRecord>>20), Try: "close the quote that was opened, if there is one; is this a table of text?"}
		}
		size = 2 * max(size, len(f.rest))
	}
}

// give cuts the block off.
func (f *feed) give(cut int) (block, error) {
	b := block{file: f.file, text: f.rest[:cut], line: f.line}
	f.rest = f.rest[cut:]
	f.line += countLines(b.text)
	select {
	case b.used = <-f.used:
	default:
	}
	return b, b.check()
}

// check refuses what is no UTF-8 text.
func (b block) check() error {
	if at := bytes.IndexByte(b.text, 0); at >= 0 {
		return b.fault(at, "found a zero byte: this is a binary file, not a table of text", "")
	}
	if utf8.Valid(b.text) {
		return nil
	}
	at := 0
	for r, n := utf8.DecodeRune(b.text); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRune(b.text[at:]) {
		at += n
	}
	return b.fault(at, fmt.Sprintf("the byte %#x is not UTF-8", b.text[at]), "if the text is Latin-1, convert it: iconv -f latin1 -t utf-8")
}

// fault is an error at an offset of the block.
func (b block) fault(at int, msg, try string) *Error {
	line, col := position(view(b.text), at)
	return &Error{File: b.file, Line: b.line + line - 1, Col: col, Msg: msg, Try: try}
}

// countLines counts the line ends: LF, CR LF, and CR alone.
func countLines(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	for {
		i := bytes.IndexByte(text, '\r')
		if i < 0 {
			return n
		}
		if text = text[i+1:]; len(text) == 0 || text[0] != '\n' {
			n++
		}
	}
}

// border is the offset behind the last line end that ends a record, 0 where
// there is none: a line end within quotes is part of a field.
func (f *feed) border(text []byte) int {
	border, pos := 0, 0
	for {
		n := bytes.IndexByte(text[pos:], f.quote)
		plain := text[pos:]
		if n >= 0 {
			plain = text[pos : pos+n]
		}
		if i := lastLineEnd(plain, n < 0); i >= 0 {
			border = pos + i + 1
		}
		if n < 0 {
			return border
		}
		pos += n
		if !f.opens(text, pos) {
			pos++
			continue
		}
		end := f.closing(text, pos)
		if end < 0 {
			return border
		}
		pos = end
	}
}

// lastLineEnd finds the last LF, or CR that is not the last byte: an LF may
// follow.
func lastLineEnd(text []byte, open bool) int {
	lf := bytes.LastIndexByte(text, '\n')
	tail := text[lf+1:]
	if open && len(tail) > 0 {
		tail = tail[:len(tail)-1]
	}
	if cr := bytes.LastIndexByte(tail, '\r'); cr >= 0 {
		return lf + 1 + cr
	}
	return lf
}

// opens says whether the quote at i is the first character of a field.
func (f *feed) opens(text []byte, i int) bool {
	for i--; i >= 0 && f.blank(text[i]); i-- {
		if f.sep == ' ' {
			return true
		}
	}
	return i < 0 || text[i] == f.sep || text[i] == '\n' || text[i] == '\r'
}

// closing is the offset behind the quote that closes the one at start, or
// behind the opening quote where that is an ordinary character; -1 where the
// text ends before.
func (f *feed) closing(text []byte, start int) int {
	i := start + 1
	for {
		n := bytes.IndexByte(text[i:], f.quote)
		if f.lenient() {
			end := bytes.IndexAny(text[i:], "\r\n")
			if end >= 0 && (n < 0 || end < n) {
				return start + 1
			}
		}
		if n < 0 {
			return -1
		}
		if i += n + 1; i == len(text) || text[i] != f.quote {
			return i
		}
		i++
	}
}
