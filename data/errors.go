package data

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a fault at a place in a file.
type Error struct {
	File      string
	Line, Col int    // from 1, Col in characters; 0: the whole file, the whole line
	Column    string // the name of the column, where one is at fault
	Msg       string // what was found and what was expected
	Try       string // what to do about it; may be empty
}

// Error is one sentence: the place, what is wrong, what to try.
func (e *Error) Error() string {
	s := "data: " + e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
		if e.Col > 0 {
			s += fmt.Sprintf(":%d", e.Col)
		}
	}
	s += ": " + e.Msg
	if e.Try != "" {
		s += "; " + e.Try
	}
	return s
}

// with is the error with what to try.
func (e *Error) with(try string) *Error {
	e.Try = try
	return e
}

// short is the line and what is wrong with it.
func (e *Error) short() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// position turns a byte offset of src into line and column. LF, CR LF and a
// lone CR each end a line.
func position(src string, at int) (line, col int) {
	line, start := 1, 0
	for i := 0; i < at; i++ {
		if src[i] == '\n' || src[i] == '\r' && !strings.HasPrefix(src[i+1:], "\n") {
			line, start = line+1, i+1
		}
	}
	return line, utf8.RuneCountInString(src[start:at]) + 1
}

// quoteShort quotes a piece of a file, shortened so that it fits a sentence.
func quoteShort(s string) string {
	const limit = 40
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// plural is "1 field", "2 fields".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
