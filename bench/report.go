package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"descent/internal/atomicfile"
)

// report is what a run writes, and what later runs of some of the rows bring up
// to date: a head, then sections of one table each.
type report struct {
	head     string
	sections []*section
}

// section is a table. A row is a line of Markdown whose first cell names it.
type section struct {
	title, columns string
	rows           []string
}

// rule is the line under the names of columns: the figures of both sides and the
// ratio lie to the right.
func rule(columns string) string {
	line := "|"
	for i := range strings.Count(columns, "|") - 1 {
		if 1 <= i && i <= 3 {
			line += " ---: |"
		} else {
			line += " --- |"
		}
	}
	return line
}

// readReport reads a report that an earlier run wrote; a file that is not there
// is an empty one.
func readReport(path string) (*report, error) {
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	parts := strings.Split(string(text), "\n## ")
	r := &report{head: strings.TrimSpace(parts[0])}
	for _, part := range parts[1:] {
		title, body, _ := strings.Cut(part, "\n")
		s := &section{title: title}
		for line := range strings.Lines(body) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "| work "):
				s.columns = line
			case strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---"):
				s.rows = append(s.rows, line)
			}
		}
		r.sections = append(r.sections, s)
	}
	return r, nil
}

// section is the one with that title, a new one at the end if need be. A table
// with other columns is begun anew.
func (r *report) section(title, columns string) *section {
	i := slices.IndexFunc(r.sections, func(s *section) bool { return s.title == title })
	if i < 0 {
		i = len(r.sections)
		r.sections = append(r.sections, &section{title: title})
	}
	s := r.sections[i]
	if s.columns != columns {
		s.columns, s.rows = columns, nil
	}
	return s
}

// set puts a row in the place of the one with the same name, or at the end.
func (s *section) set(row string) {
	if i := slices.IndexFunc(s.rows, func(old string) bool { return rowName(old) == rowName(row) }); i >= 0 {
		s.rows[i] = row
		return
	}
	s.rows = append(s.rows, row)
}

func rowName(line string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
	return name
}

// cells is a line of a table.
func cells(c ...string) string { return "| " + strings.Join(c, " | ") + " |" }

func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.head)
	for _, s := range r.sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s\n", s.title, s.columns, rule(s.columns))
		for _, row := range s.rows {
			fmt.Fprintln(&b, row)
		}
	}
	return b.String()
}

func (r *report) write(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, r.String())
		return err
	})
}
