package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Hint is a remark on a part of a formula that is right but may mean something
// else than its author thinks.
type Hint struct {
	Line, Col int
	Place     string // the same in words; of a formula of one line only the column
	Text      string // a sentence without the full stop
}

// Suspicious finds names that look like a product or a call without its signs:
// xy where x and y are variables too, sinx, x2. The names that the caller knows
// from elsewhere, such as a starting point or a table's columns, count as
// variables; a variable that is among them is never suspicious.
// It also finds products without a sign after a division or a power: 1/2x.
func (f *Formula) Suspicious(known ...string) []Hint {
	var hints []Hint
	add := func(pos int32, format string, args ...any) {
		line, col := position(f.src, int(pos))
		hints = append(hints, Hint{line, col, place(f.src, line, col), fmt.Sprintf(format, args...)})
	}
	names := map[string]bool{"pi": true}
	for _, k := range known {
		names[k] = true
	}
	for _, u := range f.free {
		names[u.name] = true
	}
	for _, b := range f.bindings {
		names[b.name] = true
	}
	for i, u := range f.free {
		for _, v := range f.free[:i] {
			if strings.EqualFold(u.name, v.name) {
				add(u.pos, "%s and %s are two variables: capitals count", v.name, u.name)
			}
		}
		if slices.Contains(known, u.name) || strings.HasPrefix(f.src[u.pos:], "`") {
			continue
		}
		if meant := meaning(u.name, names); meant != "" {
			add(u.pos, "%s is one variable; was %s meant?", u.name, meant)
		}
	}
	f.tightProducts(add)
	slices.SortStableFunc(hints, func(a, b Hint) int { return (a.Line-b.Line)<<20 + a.Col - b.Col })
	return hints
}

// meaning is what else a name may have been meant to say, or nothing.
func meaning(name string, names map[string]bool) string {
	if parts := split(name, names); parts != nil {
		return strings.Join(parts, "*")
	}
	for _, fn := range Functions() { // sinx, log2x
		rest, ok := strings.CutPrefix(name, fn)
		if ok && len(fn) > 1 && lookup(fn).max == 1 && rest != "" && (names[rest] || split(rest, names) != nil) {
			return fn + "(" + rest + ")"
		}
	}
	base := strings.TrimRightFunc(name, unicode.IsDigit)
	if digits := name[len(base):]; digits != "" && base != "" && names[base] && !names[base+"1"] {
		return base + "^" + digits + " or " + digits + "*" + base
	}
	return ""
}

// split cuts a name into the fewest other names, at least two.
func split(name string, names map[string]bool) []string {
	if len(name) > 40 {
		return nil
	}
	best := make([][]string, len(name)+1) // fewest parts for each prefix
	best[0] = []string{}
	for end := 1; end <= len(name); end++ {
		for start := range end {
			part := name[start:end]
			if best[start] == nil || part == name || !names[part] {
				continue
			}
			if best[end] == nil || len(best[start])+1 < len(best[end]) {
				best[end] = append(slices.Clone(best[start]), part)
			}
		}
	}
	return best[len(name)]
}

// tightProducts finds products without a sign that a reader may see as one
// unit: 1/2x is (1/2)*x, and x^2y is (x^2)*y.
func (f *Formula) tightProducts(add func(pos int32, format string, args ...any)) {
	tokens, err := scan(f.src)
	if err != nil {
		return
	}
	for i := 2; i < len(tokens); i++ {
		t, number, before := tokens[i], tokens[i-1], tokens[i-2]
		if t.kind != tokName && t.kind != tokQuoted || number.kind != tokNumber {
			continue
		}
		text := f.src[number.pos:number.end]
		name := f.src[t.pos:t.end]
		switch before.kind {
		case '/':
			add(before.pos, "/%s%s divides by %s and multiplies by %s; to divide by both write /(%s*%s)", text, name, text, name, text, name)
		case '^':
			add(before.pos, "^%s%s raises to the power %s and multiplies by %s; for the power of both write ^(%s*%s)", text, name, text, name, text, name)
		}
	}
}
