package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	// fewLevels different values are a category however short the table is.
	fewLevels = 20
	// manyLevels different values are text however long the table is.
	manyLevels = 1000
	// asAsked is why a column of kind Ignore is left out.
	asAsked = "as asked"
	// idRows is the least number of rows with which a column of nothing but
	// different texts counts as an identifier.
	idRows = 10
)

// settleKind makes the column, with its values where they are numbers. A kind
// that is Category here may still turn out as Text in the second pass.
func (r *textReader) settleKind(m *measure, name string) (*Column, error) {
	c := &Column{Name: name, Kind: r.opts.kind(name)}
	switch c.Kind {
	case Image:
		return nil, &Error{File: r.file, Msg: fmt.Sprintf("column %q cannot be an image in a table of text", name)}
	case Number:
		if m.bad > 0 {
			return nil, r.badNumber(m, name, "a number was asked for")
		}
	case Ignore:
		c.Ignored = asAsked
		c.Kind = guessKind(m)
	case Guess:
		if m.bad > 0 && (m.bad*100 < m.present || m.bad == 1 && m.present >= idRows) {
			return nil, r.badNumber(m, name, fmt.Sprintf("%d of %d cells are numbers", m.present-m.bad, m.present))
		}
		c.Kind = guessKind(m)
	}
	if c.Kind == Number {
		c.Numbers = m.numbers
		if r.header {
			c.Numbers = m.numbers[1:]
		}
		if c.Ignored == "" {
			c.Ignored = r.ignoreNumbers(c, m)
		}
	}
	return c, nil
}

func guessKind(m *measure) Kind {
	if m.bad == 0 {
		return Number
	}
	return Category
}

// badNumber is the error of a word among numbers.
func (r *textReader) badNumber(m *measure, name, expected string) error {
	line, col := position(r.src, m.badCell.at)
	err := &Error{File: r.file, Line: line, Col: col, Column: name,
		Msg: fmt.Sprintf("in column %q %s, but here is %s", name, expected, quoteShort(m.badCell.text)),
		Try: fmt.Sprintf("correct the cell, leave it empty if it is unknown, or read %q as a category", name)}
	if _, expected := r.opts.Expect[name]; expected && r.opts.Types[name] == Guess {
		err.Try = "correct the cell, or leave it empty if it is unknown"
	}
	if v, ok := parseNumber(m.badCell.text); ok && math.IsInf(v, 0) {
		err.Msg += ", which is beyond the range of numbers"
	}
	if m.badCell.at == m.first.at {
		err.Try += "; if this line names the columns, say that the file has a header, and if it is no data, skip it"
	}
	return err
}

// ignoreNumbers says why a column of numbers says nothing about its rows: it
// is empty, or it counts the rows and is called so.
func (r *textReader) ignoreNumbers(c *Column, m *measure) string {
	if m.present == 0 {
		return "no values"
	}
	if r.opts.kind(c.Name) == Number || len(c.Numbers) < idRows {
		return ""
	}
	name := strings.Trim(strings.ToLower(c.Name), "_. ")
	counts := []string{"c1", "id", "index", "idx", "obs", "row", "rowid", "row_id", "rownames", "unnamed: 0", "#"}
	if !slices.Contains(counts, name) || name == "c1" && r.header && r.first[0].text != "" {
		return ""
	}
	start := c.Numbers[0]
	for i, v := range c.Numbers {
		if v != start+float64(i) {
			return ""
		}
	}
	return "it numbers the rows"
}

// sink collects the values of a Category or Text column in the second pass.
type sink struct {
	column *Column
	odd    string // of a column that is mostly numbers: the first cell that is none
	fixed  bool   // the kind was asked for
	dict   *dictionary
	codes  []int32
	text   strings.Builder // of all rows, one after the other
	ends   []int
}

// odd names the first cell that keeps a column of numbers, for the most part,
// from being one; "" for other columns.
func (r *textReader) odd(m *measure) string {
	if 2*m.bad > m.present {
		return ""
	}
	line, _ := position(r.src, m.badCell.at)
	return fmt.Sprintf("; %d of %d cells are numbers, but line %d holds %s", m.present-m.bad, m.present, line, quoteShort(m.badCell.text))
}

// newSink starts with levels unless text was asked for.
func newSink(c *Column, asked Kind, rows int) *sink {
	s := &sink{column: c, fixed: asked == Category || asked == Text}
	if c.Kind == Text {
		s.ends = make([]int, 0, rows)
	} else {
		s.dict, s.codes = newDictionary(), make([]int32, 0, rows)
	}
	return s
}

func (s *sink) add(text string) {
	missing := isMissing(text)
	if s.dict == nil {
		if !missing {
			s.text.WriteString(text)
		}
		s.ends = append(s.ends, s.text.Len())
		return
	}
	code := int32(-1)
	if !missing {
		code = s.dict.code(text)
	}
	s.codes = append(s.codes, code)
	if len(s.dict.levels) > manyLevels && !s.fixed {
		s.toText(fmt.Sprintf("text: more than %d different values", manyLevels))
	}
}

// toText gives up levels for plain text.
func (s *sink) toText(reason string) {
	s.column.Kind = Text
	if s.column.Ignored == "" {
		s.column.Ignored = reason + s.odd
	}
	for _, code := range s.codes {
		if code >= 0 {
			s.text.WriteString(s.dict.levels[code])
		}
		s.ends = append(s.ends, s.text.Len())
	}
	s.dict, s.codes = nil, nil
}

// finish settles between levels and text and fills the column.
func (s *sink) finish() {
	c := s.column
	if s.dict != nil && !s.fixed {
		levels, present := len(s.dict.levels), 0
		for _, code := range s.codes {
			if code >= 0 {
				present++
			}
		}
		switch {
		case levels == present && present >= idRows:
			s.toText("text: a different value in every row")
		case levels > fewLevels && 2*levels > present:
			s.toText(fmt.Sprintf("text: %d different values in %d rows", levels, present))
		}
	}
	if s.dict != nil {
		c.Codes, c.Levels = s.codes, s.dict.sorted(s.codes)
		return
	}
	if c.Ignored == "" {
		c.Ignored = "text"
	}
	all, start := s.text.String(), 0
	c.Texts = make([]string, len(s.ends))
	for i, end := range s.ends {
		c.Texts[i], start = all[start:end], end
	}
}
