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
}

// say prints a sentence. On a terminal it is broken into lines that fit;
// elsewhere a sentence stays one line, for programs that look for it.
func (s *screen) say(format string, args ...any) { s.item("", fmt.Sprintf(format, args...)) }

// item prints a text behind a label. On a terminal its further lines begin
// below the text, or a little indented where there is no label.
func (s *screen) item(label, text string) {
	used := utf8.RuneCountInString(label)
	if !s.terminal || used+utf8.RuneCountInString(text) <= s.width {
		fmt.Fprintln(s, label+text)
		return
	}
	indent := used
	if used == 0 {
		indent = 2
	}
	for i, line := range wrap(text, max(s.width-indent, 20)) {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		fmt.Fprintln(s, label+line)
	}
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
