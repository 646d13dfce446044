package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// screen is a stream with what is known of the terminal behind it.
type screen struct {
	io.Writer
	terminal bool
	colour   bool
	width    int // columns
	failed   error
}

// Write keeps the first error: a result that nobody could read is no success,
// although most printing does not look at errors.
func (s *screen) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil && s.failed == nil {
		s.failed = err
	}
	return n, err
}

// say prints a sentence. On a terminal it is broken into lines that fit;
// elsewhere a sentence stays one line, for programs that look for it.
func (s *screen) say(format string, args ...any) { s.item("", fmt.Sprintf(format, args...)) }

// headline prints a sentence whose first words have the colour of what they say.
func (s *screen) headline(colour, words, rest string) {
	text := strings.Join(s.lines("", words+rest), "\n")
	if after, ok := strings.CutPrefix(text, words); ok {
		text = s.paint(colour, words) + after
	}
	fmt.Fprintln(s, text)
}

// item prints a text behind a label.
func (s *screen) item(label, text string) {
	fmt.Fprintln(s, strings.Join(s.lines(label, text), "\n"))
}

// lines breaks a text behind a label for a terminal. The further lines begin
// below the text, or a little indented where there is no label. Beside a long
// label on a narrow terminal the text begins a line of its own.
func (s *screen) lines(label, text string) []string {
	used := utf8.RuneCountInString(label)
	if !s.terminal || used+utf8.RuneCountInString(text) <= s.width {
		return []string{label + text}
	}
	var out []string
	indent := used
	switch {
	case used == 0:
		indent = 2
	case used > 12 && s.width-used < 24:
		out, indent = append(out, strings.TrimRight(label, " ")), 4
		label = strings.Repeat(" ", indent)
	}
	for _, line := range wrap(text, max(s.width-indent, 16)) {
		out = append(out, label+line)
		label = strings.Repeat(" ", indent)
	}
	return out
}

// The colours of words on a terminal.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
)

// paint colours a text where the screen shows colours.
func (s *screen) paint(colour, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[1;" + colour + "m" + text + "\x1b[0m"
}

// defaultWidth is that of a stream that is no terminal.
const defaultWidth = 100

func newScreen(w io.Writer) *screen {
	s := &screen{Writer: w, width: defaultWidth}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal = true
		s.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			s.width = n
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 && !s.terminal {
		s.width = n
	}
	return s
}
