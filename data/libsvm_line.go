package data

import (
	"fmt"
	"math"
	"strings"
)

// sparseLine reads lines one at a time, in every form:
//
//	label [qid:group] index:value index:value …   # remark
//	[label [weight]] ['tag]|name index:value index:value …
//
// the second one being that of Vowpal Wabbit with numbers for features, all in
// one namespace.
type sparseLine struct {
	rows   *sparseRows
	file   string
	line   int
	strict bool // an index that begins with a needless zero is none
}

// fault is an error at byte at of the line.
func (p *sparseLine) fault(text string, at int, format string, args ...any) *Error {
	_, col := position(text, at)
	return &Error{File: p.file, Line: p.line, Col: col, Msg: fmt.Sprintf(format, args...)}
}

// read reads a line without its end, and takes nothing of it where there is a
// fault.
func (p *sparseLine) read(text string) *Error {
	r, body := p.rows, text
	if i := strings.IndexByte(text, '#'); i >= 0 {
		body = text[:i]
	}
	if strings.TrimSpace(body) == "" {
		return nil
	}
	label, x, at, err := p.head(text, body)
	if err != nil {
		return err
	}
	before := len(r.Index)
	if err := p.entries(text, body, at); err != nil {
		r.Index, r.Value = r.Index[:before], r.Value[:before]
		return err
	}
	r.end(label, x)
	return nil
}

// head reads what stands before the entries, and says where these begin.
func (p *sparseLine) head(text, body string) (label float64, x extra, at int, err *Error) {
	x, label = noExtra, math.NaN()
	bar := strings.IndexByte(body, '|')
	names, end := body, len(body)
	if bar >= 0 {
		names, end = body[:bar], bar
		if tag := names[strings.LastIndexAny(names, " \t")+1:]; tag != "" && (tag[0] == '\'' || strings.ContainsAny(names, " \t")) {
			if _, number := parseNumber(tag); !number {
				x.tag, names = strings.TrimPrefix(tag, "'"), names[:len(names)-len(tag)]
			}
		}
	}
	for n := 0; ; n++ {
		start, field, ok := nextField(names, at)
		switch {
		case !ok && bar < 0:
			return label, x, at, nil
		case !ok:
			_, name, _ := nextField(body, bar) // "|name", or "|" before a blank
			return label, x, end + len(name), nil
		case bar < 0 && n > 0 && strings.HasPrefix(field, "qid:"):
			v, number := parseNumber(field[4:])
			if !number || math.IsInf(v, 0) {
				return label, x, at, p.fault(text, start, "found %s, expected qid: and a number", quoteShort(field))
			}
			x.group, at = v, start+len(field)
			continue
		case bar < 0 && (n > 0 || strings.IndexByte(field, ':') > 0):
			return label, x, at, nil // entries, behind a label or without one
		}
		if bar >= 0 && field[0] == '\'' {
			x.tag, at = field[1:], start+len(field)
			continue
		}
		v, number := parseNumber(field)
		switch {
		case n == 0 && isMissing(field):
		case !number || math.IsInf(v, 0) || math.IsNaN(v):
			return label, x, at, p.fault(text, start, "found %s, expected a number as the label", quoteShort(field))
		case n == 0:
			label = v
		case n == 1 && v >= 0:
			x.weight = v
		case n > 1:
			return label, x, at, p.fault(text, start, "found %s, expected | and the features behind label and weight", quoteShort(field))
		default:
			return label, x, at, p.fault(text, start, "found the weight %s, expected at least 0", quoteShort(field))
		}
		at = start + len(field)
	}
}

// entries reads the index:value pairs from byte at on.
func (p *sparseLine) entries(text, body string, at int) *Error {
	r, last := p.rows, -1
	for start, field, ok := nextField(body, at); ok; start, field, ok = nextField(body, at) {
		index, value, pair := strings.Cut(field, ":")
		i, whole := parseNumber(index)
		switch {
		case field[0] == '|':
			return p.fault(text, start, "found a second namespace %s, expected one", quoteShort(field))
		case !pair && strings.IndexByte(body, '|') >= 0 && whole:
			value, pair = "1", true // as Vowpal Wabbit has it
		case p.strict && len(index) > 1 && index[0] == '0':
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
