package data

import (
	"fmt"
	"math"
	"regexp"
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
	// anID is why a column of kind ID is.
	anID = "an identifier"
	// noValues and numbersRows are why a column of numbers is.
	noValues    = "no values"
	numbersRows = "it numbers the rows"
	// idRows is the least number of rows with which a column of nothing but
	// different texts counts as an identifier.
	idRows = 10
)

// settleKind makes the column, still without values. A kind that is Category
// here may turn out as Text once all values are known.
func (r *textReader) settleKind(m *measure, name string) (*Column, error) {
	if r.opts.unread != nil && r.opts.unread(name) {
		return &Column{Name: name, Kind: Text}, nil
	}
	c := &Column{Name: name, Kind: r.opts.kind(name)}
	switch c.Kind {
	case Image, Sparse, Cross:
		return nil, &Error{File: r.file, Msg: fmt.Sprintf("column %q cannot be of kind %v in a table of text", name, c.Kind)}
	case Number, Unix:
		if m.bad > 0 && !r.opts.SkipFaults && r.opts.needs(name) {
			return nil, r.badNumber(m, name, "a number was asked for")
		}
	case Ignore, ID:
		c.Ignored = leftOutAs(c.Kind)
		c.Kind = guessKind(m)
	case Date:
		if _, guessed := r.opts.Types[name]; guessed {
			return c, r.chooseDate(m, c)
		}
	case Guess:
		if done, err := r.settleDate(m, c); done {
			return c, err
		}
		stray := m.bad > 0 && (m.bad*100 < m.present || m.bad == 1 && m.present >= idRows)
		if stray && !r.opts.SkipFaults && r.opts.needs(name) {
			return nil, r.badNumber(m, name, fmt.Sprintf("%d of %d cells are numbers", m.present-m.bad, m.present))
		}
		if c.Kind = guessKind(m); stray {
			c.Kind = Number
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

// leftOutAs is why a column of kind Ignore or ID is left out.
func leftOutAs(k Kind) string {
	if k == ID {
		return anID
	}
	return asAsked
}

// badCell is the error of a cell that is not what its column should hold,
// without its place.
func badCell(c cell, name, expected string) *Error {
	return &Error{Column: name, Msg: fmt.Sprintf("in column %q %s, but here is %s", name, expected, quoteShort(c.text)),
		Try: fmt.Sprintf("correct the cell, leave it empty if it is unknown, or read %q as a category", name)}
}

// badNumber is the error of a word among numbers.
func (r *textReader) badNumber(m *measure, name, expected string) error {
	line, col := r.place(m.badCell.at)
	err := badCell(m.badCell, name, expected)
	err.File, err.Line, err.Col = r.file, line, col
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

// leaveOut says why a column of numbers says nothing about its rows: it is
// empty, or it counts the rows and is called so. "" where it may say something.
// asked: the kind was asked for; named: the name is the user's own.
func leaveOut(c *Column, asked, named bool) string {
	any := slices.ContainsFunc(c.Numbers, func(v float64) bool { return !math.IsNaN(v) })
	counting := func() bool {
		for i, v := range c.Numbers {
			if v != c.Numbers[0]+float64(i) {
				return false
			}
		}
		return true
	}
	return leaveOutBy(c.Name, len(c.Numbers), any, counting, asked, named)
}

// leaveOutBy is leaveOut for a column of so many rows, by whether it has any
// value and whether each row counts on from the one before.
func leaveOutBy(name string, rows int, any bool, counting func() bool, asked, named bool) string {
	if !any {
		return noValues
	}
	if asked || rows < idRows {
		return ""
	}
	name = strings.Trim(strings.ToLower(name), "_. ")
	counts := []string{"c1", "id", "index", "idx", "obs", "row", "rowid", "row_id", "rownames", "unnamed: 0", "#"}
	if slices.Contains(counts, name) && (name != "c1" || !named) && counting() {
		return numbersRows
	}
	return ""
}

// decimalComma recognises numbers as much of the world writes them.
var decimalComma = regexp.MustCompile(`^[-+]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+$`)

// noteCommas says of levels that are all written as numbers with a decimal comma
// that they are none, unless they were asked for.
func (r *textReader) noteCommas(c *Column) {
	if c.Kind != Category || r.opts.kind(c.Name) != Guess || slices.ContainsFunc(c.Levels, func(s string) bool { return !decimalComma.MatchString(s) }) || c.Levels == nil {
		return
	}
	r.notes = append(r.notes, fmt.Sprintf("the values of column %q are taken as texts; if %s is a number, write it with a point", c.Name, quoteShort(c.Levels[0])))
}

// odd names the first cell that keeps a column of numbers, for the most part,
// from being one; "" for other columns.
func (r *textReader) odd(m *measure) string {
	if decimalComma.MatchString(m.badCell.text) {
		return fmt.Sprintf("; if %s is a number, write it with a point", quoteShort(m.badCell.text))
	}
	if 2*m.bad > m.present {
		return ""
	}
	line, _ := r.place(m.badCell.at)
	return fmt.Sprintf("; %d of %d cells are numbers, but line %d holds %s", m.present-m.bad, m.present, line, quoteShort(m.badCell.text))
}
