package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a mistake in a formula. Line and Col count from 1; Col counts
// characters, not bytes.
type Error struct {
	Src       string // the whole formula
	Line, Col int
	Msg       string // what is wrong, and what was expected
	Hint      string // what to try; may be empty
}

// Error is the message, the line with a caret under the place, and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "formula: %s: %s\n", place(e.Src, e.Line, e.Col), e.Msg)
	line, caret := excerpt(e.Src, e.Line, e.Col)
	fmt.Fprintf(&b, "  %s\n  %s^", line, caret)
	if e.Hint != "" {
		b.WriteString("\n  hint: " + e.Hint)
	}
	return b.String()
}

// errorAt makes an Error at a byte offset of src.
func errorAt(src string, pos int, hint, format string, args ...any) *Error {
	const most = 300 // characters: a name may be a megabyte
	e := &Error{Src: src, Msg: shorten(fmt.Sprintf(format, args...), most), Hint: shorten(hint, most)}
	e.Line, e.Col = position(src, pos)
	return e
}

// position is the line and column (in characters, both from 1) of a byte offset.
func position(src string, pos int) (line, col int) {
	pos = min(pos, len(src))
	line = 1
	start := 0
	for i := 0; i < pos; i++ {
		if src[i] == '\n' || src[i] == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCountInString(src[start:pos]) + 1
}

// place names a line and column; in a formula of one line the column is enough.
func place(src string, line, col int) string {
	if strings.ContainsAny(strings.TrimRight(src, "\n\r"), "\n\r") {
		return fmt.Sprintf("line %d, column %d", line, col)
	}
	return fmt.Sprintf("column %d", col)
}

// excerptWidth is how many characters of a long line are shown.
const excerptWidth = 72

// excerpt is the part of a line around a column, and the blanks that bring a
// caret under that column.
func excerpt(src string, line, col int) (text, blanks string) {
	src = strings.ReplaceAll(strings.ReplaceAll(src, "\r\n", "\n"), "\r", "\n")
	for ; line > 1; line-- {
		_, src, _ = strings.Cut(src, "\n")
	}
	src, _, _ = strings.Cut(src, "\n")
	r := []rune(strings.ToValidUTF8(src, "\uFFFD"))
	for i, c := range r {
		if c < ' ' || c == 0x7f {
			r[i] = ' '
		}
	}
	at := min(col-1, len(r))
	from := max(0, at-excerptWidth/2)
	to := min(len(r), from+excerptWidth)
	text, blanks = string(r[from:to]), strings.Repeat(" ", at-from)
	if from > 0 {
		text, blanks = "…"+text, " "+blanks
	}
	if to < len(r) {
		text += "…"
	}
	return text, blanks
}

// shorten cuts a text that is too long for a message.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
