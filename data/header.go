package data

import (
	"fmt"
	"strconv"
	"strings"
)

// settleHeader decides whether the first record names the columns, and returns
// the names.
func (r *textReader) settleHeader() ([]string, error) {
	switch r.opts.Header {
	case HeaderYes:
		r.header = true
	case HeaderAuto:
		r.header = r.looksLikeHeader()
	}
	if !r.header {
		r.rows++
		for _, m := range r.measure {
			m.include()
		}
		if r.opts.Header == HeaderAuto && r.opts.Names == nil {
			r.notes = append(r.notes, fmt.Sprintf("the first line is data like the others, so the columns are called c1, …, c%d", len(r.first)))
		}
	}
	if r.rows == 0 {
		return nil, &Error{File: r.file, Msg: "found a line of column names and no rows behind it"}
	}
	return r.columnNames()
}

// looksLikeHeader weighs the first record against the rest:
//   - a name that the options use is a header;
//   - 0,1,2,… over three columns or more are the numbers of the columns;
//   - text over numbers speaks for a header, a number over numbers against it;
//   - where neither is there, a text that comes again below speaks against it.
func (r *textReader) looksLikeHeader() bool {
	forIt, against, repeats := 0, 0, false
	counting := len(r.first) >= 3
	plain := len(r.opts.Expect) > 0 // only names that Read itself gives
	for i, m := range r.measure {
		text := m.first.text
		if r.opts.kind(text) != Guess {
			return true
		}
		if r.opts.Expect[autoName(i)] == Guess {
			plain = false
		}
		counting = counting && text == strconv.Itoa(i)
		switch {
		case m.firstNumber:
			against++
		case isMissing(text):
		case m.present > 0 && (m.bad == 0 || m.dated()):
			forIt++
		case m.repeats:
			repeats = true
		}
	}
	switch {
	case counting:
		return true
	case plain && forIt == 0:
		return false
	case forIt > 0:
		return forIt >= against
	}
	return against == 0 && !repeats
}

// autoName is the name of a column without one.
func autoName(i int) string { return "c" + strconv.Itoa(i+1) }

// namesGiven says that there are not as many names as columns.
func namesGiven(names, columns int) string {
	was := "were"
	if names == 1 {
		was = "was"
	}
	return fmt.Sprintf("%s %s given for %s", plural(names, "name"), was, plural(columns, "column"))
}

// columnNames are the names of the options, of the header, or c1, c2, ...
// No two may be equal.
func (r *textReader) columnNames() ([]string, error) {
	n := len(r.first)
	names := make([]string, n)
	if given := r.opts.Names; given != nil && len(given) != n {
		return nil, &Error{File: r.file, Msg: namesGiven(len(given), n)}
	}
	place := make(map[string]int, n)
	for i := range names {
		switch {
		case r.opts.Names != nil:
			names[i] = r.opts.Names[i]
		case r.header:
			names[i] = strings.Clone(strings.TrimSpace(r.first[i].text))
		}
		if names[i] == "" {
			names[i] = autoName(i)
		}
		if j, taken := place[names[i]]; taken {
			line, col := r.place(r.first[i].at)
			return nil, &Error{File: r.file, Line: line, Col: col,
				Msg: fmt.Sprintf("columns %d and %d are both called %s", j+1, i+1, quoteShort(names[i])),
				Try: "rename one, or give names of your own"}
		}
		place[names[i]] = i
	}
	return names, nil
}
