package data

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/tidwall/gjson"
)

// jsonDialect ends records at line ends alone: JSON text holds no raw ones.
var jsonDialect = dialect{quote: 0xFF} // no UTF-8 text has this byte

// isJSON says whether a text begins like a line of a JSON object.
func isJSON(start []byte) bool {
	start = bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \t\r\n")
	if len(start) == 0 || start[0] != '{' {
		return false
	}
	rest := bytes.TrimLeft(start[1:], " \t")
	return len(rest) > 0 && (rest[0] == '"' || rest[0] == '}')
}

// readJSON reads lines of JSON objects. The keys of the sample are the columns,
// in order of appearance.
func readJSON(name string, src io.Reader, opts ReadOptions, size int) (*Table, error) {
	f := newFeed(name, src)
	f.dialect = jsonDialect
	if err := f.fill(size); err != nil {
		return nil, readFault(name, err)
	}
	f.rest = bytes.TrimPrefix(f.rest, []byte("\ufeff"))
	sample, err := f.next(max(1, len(f.rest)))
	if err != nil {
		return nil, readFault(name, err)
	}
	r := &textReader{opts: opts, file: name, src: view(sample.text), line: sample.line, header: true}
	names, err := r.measureObjects(sample)
	if err != nil {
		return nil, err
	}
	columns, l, err := r.kinds(names)
	if err != nil {
		return nil, err
	}
	l.keys = make(map[string]int, len(names))
	for i, name := range names {
		l.keys[name] = i
	}
	return r.gather(f, sample, columns, l, size)
}

// measureObjects finds the columns of the sample and what they hold.
func (r *textReader) measureObjects(sample block) (names []string, err error) {
	place := map[string]int{}
	at, nameless := 0, false
	for line := range bytes.Lines(sample.text) {
		start := at
		at += len(line)
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := checkObject(sample, start, line); err != nil {
			if r.opts.SkipFaults {
				continue
			}
			return nil, err
		}
		r.rows++
		eachCell(view(line), func(key, text string) bool {
			i, known := place[key]
			if !known {
				nameless = nameless || strings.TrimSpace(key) == ""
				i = len(names)
				key = strings.Clone(key)
				place[key] = i
				names = append(names, key)
				r.measure = append(r.measure, &measure{first: cell{at: -1}})
			}
			r.measure[i].add(cell{text: text, at: start})
			return len(names) <= maxColumns
		})
	}
	return names, r.checkKeys(names, nameless)
}

// checkKeys refuses keys that cannot be the names of columns.
func (r *textReader) checkKeys(names []string, nameless bool) error {
	switch {
	case len(names) > maxColumns:
		return &Error{File: r.file, Msg: fmt.Sprintf("the objects have more than %d keys", maxColumns)}
	case nameless:
		return &Error{File: r.file, Msg: "found an empty key in a JSON object, and a column needs a name", Try: "name it, or leave it out: jq -c 'del(.[\"\"])'"}
	case len(names) == 0:
		return &Error{File: r.file, Msg: "found JSON objects without keys, so there are no columns"}
	case r.opts.Names != nil:
		return &Error{File: r.file, Msg: "the keys of JSON objects are the names of their columns, so no others can be given"}
	}
	return nil
}

// checkObject refuses a line that is no JSON object.
func checkObject(b block, at int, line []byte) *Error {
	text := strings.TrimSpace(view(line))
	if deeperThan(text, maxDepth) {
		e := b.fault(at, fmt.Sprintf("the JSON object on this line is nested more than %d deep", maxDepth), "flatten it, or leave it out")
		e.Col = 0
		return e
	}
	if gjson.Valid(text) && text[0] == '{' {
		return nil
	}
	e := b.fault(at, fmt.Sprintf("expected a JSON object on one line, found %s", quoteShort(text)), "write one object a line: jq -c .")
	e.Col = 0
	return e
}

// maxDepth is how deep JSON may be nested: reading it takes stack for each level,
// and the name of a column all keys above it.
const maxDepth = 100

// deeperThan says whether brackets that are open at once are more than limit.
func deeperThan(text string, limit int) bool {
	if strings.Count(text, "{")+strings.Count(text, "[") <= limit {
		return false
	}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '"':
			quoted = !quoted
		case quoted && b == '\\':
			i++
		case quoted:
		case b == '{' || b == '[':
			if depth++; depth > limit {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

// eachCell walks over the values of a JSON object as cells of a table: numbers
// as they are written, strings, true and false, "" for null, arrays as text.
// The key of a value inside an object is "outer.inner".
func eachCell(object string, visit func(key, text string) bool) {
	walkObject(gjson.Parse(object), "", visit)
}

func walkObject(object gjson.Result, prefix string, visit func(key, text string) bool) (more bool) {
	more = true
	object.ForEach(func(key, value gjson.Result) bool {
		name := prefix + strings.TrimSpace(key.String()) // as the names of text are
		switch {
		case value.IsObject():
			more = walkObject(value, name+".", visit)
		case value.Type == gjson.String:
			more = visit(name, value.Str)
		case value.Type == gjson.Null:
			more = visit(name, "")
		default:
			more = visit(name, value.Raw)
		}
		return more
	})
	return more
}

// object reads one line into numbers and texts, and says where it began.
func (p *parser) object() (start int, err *Error) {
	s := &p.scan
	s.skipBlankLines()
	start = s.pos
	if start == len(s.src) {
		return start, ended
	}
	end := len(s.src)
	if n := strings.IndexAny(s.src[start:], "\r\n"); n >= 0 {
		end = start + n
	}
	s.pos = end
	if err := checkObject(p.block, start, p.text[start:end]); err != nil {
		return start, err
	}
	clear(p.texts)
	for i, kind := range p.kinds {
		if kind.storage() == Number {
			p.out.numbers[i] = append(p.out.numbers[i], math.NaN())
		}
	}
	eachCell(s.src[start:end], func(key, text string) bool {
		err = p.value(start, key, text)
		return err == nil
	})
	return start, err
}

// value takes the value of a key in the object that begins at start.
func (p *parser) value(start int, key, text string) (err *Error) {
	i, known := p.keys[key]
	switch {
	case !known:
		return p.fault(start, fmt.Sprintf("found the key %q, which none of the first %d rows has", key, p.sampled), "give all keys in the first line, or skip such rows")
	case p.kinds[i].storage() != Number:
		if p.texts[i] = text; p.kinds[i] == Boolean && !isTruth(text) {
			err = p.notOfKind(i, cell{text: text, at: start})
			p.texts[i] = ""
		}
	default:
		v, ok := p.kinds[i].parse(text)
		if !ok && !isMissing(text) {
			err = p.notOfKind(i, cell{text: text, at: start})
		}
		p.out.numbers[i][p.out.rows] = v
	}
	return err
}
