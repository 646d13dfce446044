package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"descent"
	"descent/optim"
)

// terminal is a screen of some columns that keeps what it shows.
func terminal(width int, colour bool) (*screen, *bytes.Buffer) {
	var b bytes.Buffer
	return &screen{Writer: &b, terminal: true, colour: colour, width: width}, &b
}

func TestSayFitsATerminal(t *testing.T) {
	w, b := terminal(30, false)
	w.say("%s", "Converged: gradient 9.8e-9 ≤ 1e-8 after 187 steps")
	w.item("  x      ", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")
	w.say("short")
	want := "Converged: gradient 9.8e-9 ≤\n  1e-8 after 187 steps\n" +
		"  x      [1, 2, 3, 4, 5, 6, 7,\n         8, 9, 10]\nshort\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
}

func TestSayKeepsLinesElsewhere(t *testing.T) {
	w, b := terminal(30, false)
	w.terminal = false
	text := strings.Repeat("a long sentence for a program ", 5)
	w.say("%s", text)
	if b.String() != text+"\n" {
		t.Errorf("got %q", b)
	}
}

func TestColours(t *testing.T) {
	w, _ := terminal(80, true)
	if got := w.paint(red, "Diverged"); got != "\x1b[1;31mDiverged\x1b[0m" {
		t.Errorf("painted %q", got)
	}
	w.colour = false
	if got := w.paint(red, "Diverged"); got != "Diverged" {
		t.Errorf("without colours %q", got)
	}
	t.Setenv("COLUMNS", "33")
	if s := newScreen(new(bytes.Buffer)); s.terminal || s.colour || s.width != 33 {
		t.Errorf("a buffer is taken for the screen %+v", s)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no paper") }

func TestScreenKeepsItsFirstError(t *testing.T) {
	s := newScreen(broken{})
	fmt.Fprintln(s, "one")
	if s.failed == nil || s.failed.Error() != "no paper" {
		t.Errorf("the error kept is %v", s.failed)
	}
	var errs bytes.Buffer
	if got := run([]string{"minimize", "x^2"}, nil, broken{}, &errs); got != exitFailed {
		t.Errorf("exit status %d, want %d", got, exitFailed)
	}
	if want := "descent: the result could not be written: no paper\n"; errs.String() != want {
		t.Errorf("said %q, want %q", errs.String(), want)
	}
}

// TestResultsFitAnyTerminal: no line of a result is wider than the terminal,
// save words that cannot be broken.
func TestResultsFitAnyTerminal(t *testing.T) {
	for _, formula := range []string{
		"x^2 + x*y + y^2", "sum(i=1..40, i*(w[i]-1e-7*i)^2)", "-(x^2)", "1/x + exp(-x)",
		"(a_rather_long_name - 1e17)^2 + (b - 2)^4",
	} {
		for _, width := range []int{40, 60, 80, 200} {
			w, b := terminal(width, false)
			a := &app{out: w, err: w}
			f, err := descent.ParseFormula(formula, descent.Inputs{})
			if err != nil {
				t.Fatal(err)
			}
			o, flags := descent.Options{Seed: 1, Starts: 1}, &minimizeFlags{starts: 1, explain: true}
			rec, err := newRecorder(f, flags)
			if err != nil {
				t.Fatal(err)
			}
			m, err := a.descend(context.Background(), f, o, flags, rec)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.minimizeText(f, m, rec, o, true); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("%s at %d columns: a line of %d: %q", formula, width, n, line)
				}
			}
		}
	}
}

func TestProgressFitsATerminal(t *testing.T) {
	for _, width := range []int{20, 40, 80} {
		for _, limit := range []time.Duration{0, time.Minute} {
			w, b := terminal(width, false)
			a := &app{err: w}
			p := a.newMinimizeProgress(&minimizeFlags{starts: 12, limit: limit})
			p.next = time.Now() // due at once
			p.step(&optim.State[float64]{Iter: 123456, F: -math.Pi * 1e100, GradNorm: 1.23456789e-5, Step: 0.001})
			if !strings.Contains(b.String(), "start 0 of 12, step 123456") {
				t.Errorf("at %d columns: %q", width, b)
			}
			p.clear()
			p.quiet = true
			n := b.Len()
			p.next = time.Now()
			p.step(&optim.State[float64]{Iter: 123457})
			if b.Len() != n {
				t.Errorf("quiet progress said %q", b.String()[n:])
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0.3799999999999999, "0.38"}, {math.Copysign(0, -1), "0"}, {6.93887835269149e-9, "6.938878353e-9"},
		{1e-17, "1e-17"}, {-1.835541807135798e6, "-1835541.807"}, {1, "1"}, {math.NaN(), "NaN"}, {math.Inf(1), "+Inf"},
	} {
		if got := full(c.v); got != c.want {
			t.Errorf("full(%v) = %s, want %s", c.v, got, c.want)
		}
	}
	long := make([]float64, 100)
	for i := range long {
		long[i] = float64(i) + 1e-13
	}
	if got, want := vectorText(long), "[1e-13, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … (88 more), 99]"; got != want {
		t.Errorf("a long vector is %s, want %s", got, want)
	}
	if got, want := vectorText(long[:3]), "[1e-13, 1, 2]"; got != want {
		t.Errorf("a short vector is %s, want %s", got, want)
	}
}
