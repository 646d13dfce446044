package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// screen is a stream with what is known of the terminal behind it.
type screen struct {
	io.Writer
	terminal bool
	colour   bool
	width    int // columns
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
