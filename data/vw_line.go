package data

import (
	"math"
	"strconv"
	"strings"
)

// vwEntry is a feature of a line in the format of Vowpal Wabbit.
type vwEntry struct {
	space, name string
	number      int // that the name is; -1: none
	value       float64
	at          int // of the line
}

// vw reads a line in the format of Vowpal Wabbit, whose first bar is at byte bar:
//
//	[label [weight [base]]] [tag]|space[:scale] name[:value] … |space …
//
// A tag touches the bar or begins with an apostrophe. A name without a value has
// the value 1, one whose value is a word ("city:paris") is a name as a whole, and
// values without names count from 0. A name of digits is a number. Nothing of the
// line is taken where there is a fault.
func (p *sparseLine) vw(text string, bar int) *Error {
	label, x, err := p.vwHead(text, bar)
	if err == nil {
		err = p.vwFeatures(text, bar)
	}
	if err == nil {
		err = p.commit(text)
	}
	if err != nil {
		return err
	}
	p.rows.end(label, x)
	return nil
}

// vwHead reads what stands before the first bar.
func (p *sparseLine) vwHead(text string, bar int) (label float64, x extra, err *Error) {
	x, label = noExtra, math.NaN()
	head := text[:bar]
	for n, at := 0, 0; ; n++ {
		start, field, ok := nextField(head, at)
		if !ok {
			return label, x, nil
		}
		at = start + len(field)
		if _, _, more := nextField(head, at); !more && (at == bar || field[0] == '\'') {
			if p.strict && n == 0 && field[0] != '\'' {
				return label, x, p.fault(text, start, "a tag without a label")
			}
			x.tag = strings.Clone(strings.TrimPrefix(field, "'"))
			return label, x, nil
		}
		if n == 0 && isMissing(field) {
			continue
		}
		v, number := parseNumber(field)
		parts := []string{"label", "weight", "base"}
		switch {
		case n >= len(parts):
			return label, x, p.fault(text, start, "found %s, expected | and the features behind label, weight and base", quoteShort(field)).with(`begin them with a bar, as in "1 2 0 |f word"`)
		case !number || math.IsInf(v, 0) || math.IsNaN(v):
			return label, x, p.fault(text, start, "found %s, expected a number as the %s", quoteShort(field), parts[n]).with(`write "label weight base |features", and a tag behind an apostrophe`)
		case n == 0:
			label = v
		case n == 2:
			x.base = v
		case v >= 0:
			x.weight = v
		default:
			return label, x, p.fault(text, start, "found the weight %s, expected at least 0", quoteShort(field)).with("leave the line out, or give it the weight 0")
		}
	}
}

// vwFeatures reads the namespaces from the bar at byte at on.
func (p *sparseLine) vwFeatures(text string, at int) *Error {
	p.entries = p.entries[:0]
	nameless := 0 // bars before a blank
	for at < len(text) {
		space, scale, from := "", 1.0, at
		at++
		switch token := vwToken(text, at); {
		case token == "":
			nameless++
		default:
			name, value, scaled := strings.Cut(token, ":")
			v, number := parseNumber(value)
			if space = name; name == "" || scaled && (!number || !finite(v)) {
				return p.fault(text, at, "found %s, expected a namespace, or one with a number as its scale", quoteShort(token)).with("write |name, |name:number, or a bar and a blank")
			}
			if scaled {
				scale = v
			}
			at += len(token)
		}
		before := len(p.entries)
		end, err := p.vwSpace(text, at, space, scale)
		if err != nil {
			return err
		}
		if at = end; p.strict && (nameless > 1 || len(p.entries) == before) {
			return p.fault(text, from, "bars between fields")
		}
	}
	return nil
}

// vwSpace reads the features of one namespace, and says where it ends.
func (p *sparseLine) vwSpace(text string, at int, space string, scale float64) (end int, err *Error) {
	for unnamed := 0; ; {
		for at < len(text) && (text[at] == ' ' || text[at] == '\t') {
			at++
		}
		if at == len(text) || text[at] == '|' {
			return at, nil
		}
		token := vwToken(text, at)
		e := vwEntry{space: space, value: 1, at: at}
		var value string
		var pair bool
		e.name, value, pair = strings.Cut(token, ":")
		switch v, number := parseNumber(value); {
		case !pair:
		case number && finite(v):
			e.value = v
		case e.name != "" && isWord(value):
			e.name = token
		default:
			return at, p.fault(text, at+len(e.name)+1, "found %s, expected a number, or a word", quoteShort(value)).with("write name:number, or name=value for a value with such signs")
		}
		if e.name == "" {
			e.name = strconv.Itoa(unnamed)
			unnamed++
		}
		if e.value *= scale; !finite(e.value) {
			return at, p.fault(text, at, "%s times the scale of its namespace is too large for a number", quoteShort(token)).with("make one of them smaller")
		}
		e.name, e.number = wholeNumber(e.name)
		if e.value != 0 {
			p.entries = append(p.entries, e)
		}
		at += len(token)
	}
}

// vwToken is the run of bytes from at on that are neither blanks nor bars.
func vwToken(text string, at int) string {
	end := at
	for end < len(text) && text[end] != ' ' && text[end] != '\t' && text[end] != '|' {
		end++
	}
	return text[at:end]
}

// isWord says whether the value of a feature is a word: it does not begin as
// numbers do, is no way to say that there is none, and holds no second colon.
func isWord(s string) bool {
	return s != "" && !strings.ContainsAny(s[:1], "0123456789+-.") && !isMissing(s) && strings.IndexByte(s, ':') < 0 &&
		!strings.EqualFold(s, "inf") && !strings.EqualFold(s, "infinity") && !strings.EqualFold(s, "nan")
}

// wholeNumber is the value of a name of digits, which loses its leading zeros; -1
// for another one, and for a number that no column can have.
func wholeNumber(name string) (string, int) {
	for i := range len(name) {
		if name[i]-'0' > 9 {
			return name, -1
		}
	}
	for len(name) > 1 && name[0] == '0' {
		name = name[1:]
	}
	if n, err := strconv.Atoi(name); err == nil && n < MaxSparseCols {
		return name, n
	}
	return name, -1
}

func finite(v float64) bool { return v-v == 0 }

// commit puts the entries of a line behind those of the others: by their numbers
// where all names so far are numbers in one namespace, by their names otherwise.
func (p *sparseLine) commit(text string) *Error {
	r, before := p.rows, len(p.rows.Index)
	for i := range p.entries {
		e := &p.entries[i]
		if r.spaced && r.space != e.space || e.number < 0 {
			r.toNames()
			break
		}
		if !r.spaced {
			r.space, r.spaced = strings.Clone(e.space), true
		}
	}
	for i := range p.entries {
		e := &p.entries[i]
		if r.names == nil {
			r.Cols = max(r.Cols, e.number+1)
			r.Add(e.number, e.value)
			continue
		}
		r.key = appendName(r.key[:0], e.space, e.name)
		r.Add(int(r.names.code(view(r.key))), e.value)
	}
	n := p.order.sort(r.Index[before:], r.Value[before:])
	for _, v := range r.Value[before : before+n] {
		if !finite(v) {
			r.Index, r.Value = r.Index[:before], r.Value[:before]
			return p.fault(text, p.entries[0].at, "the values of one feature, which stands here more than once, add up to more than a number can hold").with("write it once")
		}
	}
	r.Index, r.Value = r.Index[:before+n], r.Value[:before+n]
	return nil
}
