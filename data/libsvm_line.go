package data

import (
	"fmt"
	"math"
	"strings"
)

// sparseLine reads lines one at a time, in every form:
//
//	label [qid:group] index:value index:value …   # remark
//	[label [weight [base]]] ['tag]|namespace[:scale] feature[:value] … |namespace …
//
// the second one being that of Vowpal Wabbit.
type sparseLine struct {
	rows   *sparseRows
	file   string
	line   int
	strict bool // the form is in question: an index that begins with a needless zero is none

	entries []vwEntry // of a line of Vowpal Wabbit
	order   rowSorter[float64]
}

// fault is an error at byte at of the line.
func (p *sparseLine) fault(text string, at int, format string, args ...any) *Error {
	_, col := position(text, at)
	return &Error{File: p.file, Line: p.line, Col: col, Msg: fmt.Sprintf(format, args...)}
}

// read reads a line without its end, and takes nothing of it where there is a
// fault.
func (p *sparseLine) read(text string) *Error {
	bar := strings.IndexByte(text, '|')
	if i := strings.IndexByte(text, '#'); i >= 0 && (bar < 0 || i < bar && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t')) {
		return p.libsvm(text, text[:i])
	}
	if bar >= 0 {
		return p.vw(text, bar)
	}
	return p.libsvm(text, text)
}

// libsvm reads a line whose part before a remark is body.
func (p *sparseLine) libsvm(text, body string) *Error {
	if strings.TrimSpace(body) == "" {
		return nil
	}
	label, x, at, err := p.head(text, body)
	if err != nil {
		return err
	}
	r, before := p.rows, len(p.rows.Index)
	if err := p.pairs(text, body, at); err != nil {
		r.Index, r.Value = r.Index[:before], r.Value[:before]
		return err
	}
	if last := len(r.Index); last > before && (r.names != nil || r.spaced && r.space != "") {
		added := CSR[float64]{Index: r.Index[before:last]}
		r.Index = r.Index[:before]
		r.toNames()
		nameColumns(&added, "", r.names)
		r.Index = r.Index[:last]
	} else {
		r.spaced = r.spaced || last > before
	}
	r.end(label, x)
	return nil
}

// head reads what stands before the pairs, and says where these begin.
func (p *sparseLine) head(text, body string) (label float64, x extra, at int, err *Error) {
	x, label = noExtra, math.NaN()
	for n := 0; ; n++ {
		start, field, ok := nextField(body, at)
		switch {
		case !ok:
			return label, x, at, nil
		case n > 0 && strings.HasPrefix(field, "qid:"):
			v, number := parseNumber(field[4:])
			if !number || math.IsInf(v, 0) {
				return label, x, at, p.fault(text, start, "found %s, expected qid: and a number", quoteShort(field))
			}
			x.group, at = v, start+len(field)
			continue
		case n > 0 || strings.IndexByte(field, ':') > 0:
			return label, x, at, nil // pairs, behind a label or without one
		}
		v, number := parseNumber(field)
		switch {
		case isMissing(field):
		case !number || math.IsInf(v, 0) || math.IsNaN(v):
			return label, x, at, p.fault(text, start, "found %s, expected a number as the label", quoteShort(field)).with(sparseTry(body))
		default:
			label = v
		}
		at = start + len(field)
	}
}

// sparseTry says what to do about a line that begins with no label.
func sparseTry(line string) string {
	const form = `lines such as "1 3:0.5 7:2" or "1 |f word other:2"`
	if !strings.Contains(line, ":") && strings.ContainsAny(line, ",;\t") {
		return "this seems to be a table with columns; write its rows as " + form + ", or use a model that was fitted to such a table"
	}
	return "write " + form
}

// pairs reads the index:value pairs from byte at on.
func (p *sparseLine) pairs(text, body string, at int) *Error {
	r, last := p.rows, -1
	for start, field, ok := nextField(body, at); ok; start, field, ok = nextField(body, at) {
		index, value, pair := strings.Cut(field, ":")
		i, whole := parseNumber(index)
		if p.strict && len(index) > 1 && index[0] == '0' {
			whole = false
		}
		if !pair || !whole || i != math.Trunc(i) || i < 0 || i >= MaxSparseCols {
			return p.fault(text, start, "found %s, expected index:value with an index from 0 to %d", quoteShort(field), MaxSparseCols-1)
		}
		if int(i) <= last {
			return p.fault(text, start, "index %d comes after index %d; indices must increase", int(i), last)
		}
		v, number := parseNumber(value)
		if !number || math.IsInf(v, 0) || math.IsNaN(v) {
			return p.fault(text, start+len(index)+1, "found %s, expected a number", quoteShort(value))
		}
		last = int(i)
		r.Cols = max(r.Cols, last+1)
		if v != 0 {
			r.Add(last, v)
		}
		at = start + len(field)
	}
	return nil
}

// nextField is the next run of non-blanks from byte from on.
func nextField(s string, from int) (at int, field string, ok bool) {
	for from < len(s) && (s[from] == ' ' || s[from] == '\t') {
		from++
	}
	end := from
	for end < len(s) && s[end] != ' ' && s[end] != '\t' {
		end++
	}
	return from, s[from:end], end > from
}
