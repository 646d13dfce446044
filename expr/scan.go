package expr

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token is. Punctuation of one character is its own kind.
type tokenKind rune

const (
	tokEOF     tokenKind = -(iota + 1)
	tokNewline           // ; or a line end that ends a statement
	tokNumber
	tokSuper  // a superscript integer such as ²
	tokName   // a plain name or a word of the language
	tokQuoted // a name between backquotes: never a word of the language
	tokDots   // ..
	tokLe
	tokGe
	tokEq
	tokNe
	tokAnd
	tokOr
	tokNot
)

// token is one word of a formula: bytes pos..end of the source.
type token struct {
	kind     tokenKind
	pos, end int32
	value    float64 // of a number or superscript
}

// maxSource is the longest formula that is read, in bytes.
const maxSource = 4 << 20

// scanner cuts a formula into tokens.
type scanner struct {
	src      string
	pos      int
	brackets int // how many are open: inside them a line end is a blank
	tokens   []token
}

// scan cuts src into tokens, the last of which is tokEOF.
func scan(src string) ([]token, error) {
	if len(src) > maxSource {
		return nil, errorAt(src[:excerptWidth], 0, "", "the formula has %d bytes; the limit is %d", len(src), maxSource)
	}
	s := &scanner{src: src, tokens: make([]token, 0, len(src)/2+8)}
	s.pos += len(src) - len(strings.TrimPrefix(src, "\uFEFF"))
	for s.pos < len(src) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	// What is missing at the end is missing behind the last token, not below
	// the blank lines that follow it.
	if n := len(s.tokens); n > 0 && s.tokens[n-1].kind != tokNewline {
		s.pos = int(s.tokens[n-1].end)
	}
	s.emit(tokEOF, 0)
	return s.tokens, nil
}

func (s *scanner) emit(kind tokenKind, size int) {
	s.tokens = append(s.tokens, token{kind: kind, pos: int32(s.pos), end: int32(s.pos + size)})
	s.pos += size
}

// next scans one token or one stretch of blanks.
func (s *scanner) next() error {
	c := s.src[s.pos]
	switch {
	case c == '\n' || c == '\r':
		if s.brackets == 0 && !s.open() {
			s.emit(tokNewline, 1)
		} else {
			s.pos++
		}
		return nil
	case c == ' ' || c == '\t' || c == '\v' || c == '\f':
		s.pos++
		return nil
	case c == '#':
		for s.pos < len(s.src) && s.src[s.pos] != '\n' && s.src[s.pos] != '\r' {
			s.pos++
		}
		return nil
	case isDigit(c) || c == '.' && s.pos+1 < len(s.src) && isDigit(s.src[s.pos+1]):
		return s.number()
	case c == '`':
		return s.quoted()
	case c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		s.name()
		return nil
	case c < utf8.RuneSelf:
		return s.punctuation()
	}
	return s.unicode()
}

// open reports whether the last token wants something after it, so that a line
// end does not end the statement.
func (s *scanner) open() bool {
	if len(s.tokens) == 0 {
		return false
	}
	switch k := s.tokens[len(s.tokens)-1].kind; k {
	case '+', '-', '*', '/', '^', '=', ',', tokDots, tokAnd, tokOr, tokNot:
		return true
	default:
		return isComparison(k)
	}
}

// pairs are the operators of two characters.
var pairs = map[string]tokenKind{
	"**": '^', "..": tokDots, "<=": tokLe, ">=": tokGe, "==": tokEq, "!=": tokNe,
	"&&": tokAnd, "||": tokOr, "=<": tokLe, "=>": tokGe,
}

func (s *scanner) punctuation() error {
	if s.pos+1 < len(s.src) {
		if kind, ok := pairs[s.src[s.pos:s.pos+2]]; ok {
			s.emit(kind, 2)
			return nil
		}
	}
	c := s.src[s.pos]
	switch c {
	case '(', '[':
		s.brackets++
	case ')', ']':
		s.brackets = max(0, s.brackets-1)
	case ';':
		s.emit(tokNewline, 1)
		return nil
	}
	if !strings.ContainsRune("()[],=<>+-*/^", rune(c)) {
		return s.unknown(rune(c))
	}
	s.emit(tokenKind(c), 1)
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number scans digits with an optional fraction and exponent. The dot of 1..n
// belongs to the range, and the e of 2exp(x) to the name.
func (s *scanner) number() error {
	src, start := s.src, s.pos
	i := start
	for i < len(src) && isDigit(src[i]) {
		i++
	}
	if i < len(src) && src[i] == '.' && !strings.HasPrefix(src[i:], "..") {
		for i++; i < len(src) && isDigit(src[i]); i++ {
		}
	}
	if i < len(src) && (src[i] == 'e' || src[i] == 'E') {
		j := i + 1
		if j < len(src) && (src[j] == '+' || src[j] == '-') {
			j++
		}
		if j < len(src) && isDigit(src[j]) {
			for i = j; i < len(src) && isDigit(src[i]); i++ {
			}
		}
	}
	text := src[start:i]
	if i < len(src) && (src[i] == '_' || text == "0" && (src[i] == 'x' || src[i] == 'X') && i+1 < len(src) && isDigit(src[i+1])) {
		return errorAt(src, i, "write the number with digits, a point and an exponent: 1500, 0.25, 1e-3",
			"expected the end of the number %s but found %q", text, src[i])
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return errorAt(src, start, "the largest number is about 1.8e308", "the number %s is too large", shorten(text, 30))
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	if v == 0 && strings.ContainsAny(mantissa, "123456789") {
		return errorAt(src, start, "the smallest positive number is about 4.9e-324", "the number %s is too small to tell from 0", shorten(text, 30))
	}
	s.tokens = append(s.tokens, token{kind: tokNumber, pos: int32(start), end: int32(i), value: v})
	s.pos = i
	return nil
}

// name scans a plain name: letters, digits and _ .
func (s *scanner) name() {
	size := nameLength(s.src[s.pos:])
	kind := tokName
	switch s.src[s.pos : s.pos+size] {
	case "and":
		kind = tokAnd
	case "or":
		kind = tokOr
	case "not":
		kind = tokNot
	}
	s.emit(kind, size)
}

// nameLength is the length in bytes of the plain name at the start of text.
// π is always a name of its own.
func nameLength(text string) int {
	if strings.HasPrefix(text, "π") {
		return len("π")
	}
	for i, r := range text {
		letter := r == '_' || unicode.IsLetter(r) && r != 'π'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || unicode.Is(unicode.Mn, r))) {
			return i
		}
	}
	return len(text)
}

// quoted scans a name between backquotes: any text without a line end.
func (s *scanner) quoted() error {
	rest := s.src[s.pos+1:]
	n := strings.IndexAny(rest, "`\n\r")
	if n < 0 || rest[n] != '`' {
		return errorAt(s.src, s.pos, "", "this ` is never closed; a name between backquotes ends on its line")
	}
	if n == 0 || !utf8.ValidString(rest[:n]) {
		return errorAt(s.src, s.pos, "", "expected a name between the backquotes")
	}
	s.emit(tokQuoted, n+2)
	return nil
}

// signs are the characters outside ASCII that stand for an operator.
var signs = map[rune]tokenKind{
	'−': '-', '–': '-', '·': '*', '×': '*', '⋅': '*', '∗': '*', '÷': '/', '⁄': '/', '∕': '/',
	'≤': tokLe, '≥': tokGe, '≠': tokNe, '…': tokDots, '∧': tokAnd, '∨': tokOr, '¬': tokNot,
	'；': tokNewline, '\u2028': tokNewline, '\u0085': tokNewline,
}

// superscripts are the digits that mean a power, by value.
var superscripts = map[rune]int{'⁰': 0, '¹': 1, '²': 2, '³': 3, '⁴': 4, '⁵': 5, '⁶': 6, '⁷': 7, '⁸': 8, '⁹': 9}

// unicode scans what starts with a character outside ASCII.
func (s *scanner) unicode() error {
	r, size := utf8.DecodeRuneInString(s.src[s.pos:])
	if r == utf8.RuneError && size <= 1 {
		return errorAt(s.src, s.pos, "", "byte 0x%02x is not UTF-8 text", s.src[s.pos])
	}
	if kind, ok := signs[r]; ok {
		if kind == tokNewline && s.brackets > 0 {
			s.pos += size
			return nil
		}
		s.emit(kind, size)
		return nil
	}
	if _, ok := superscripts[r]; ok || r == '⁻' {
		return s.superscript()
	}
	if unicode.IsSpace(r) || r == '\uFEFF' {
		s.pos += size
		return nil
	}
	if nameLength(s.src[s.pos:]) > 0 {
		s.name()
		return nil
	}
	return s.unknown(r)
}

// superscript scans a run of superscript digits, perhaps with a minus.
func (s *scanner) superscript() error {
	i := s.pos + len(s.src[s.pos:]) - len(strings.TrimPrefix(s.src[s.pos:], "⁻"))
	value, digits := 0, 0
	for i < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[i:])
		d, ok := superscripts[r]
		if !ok {
			break
		}
		value = value*10 + d
		digits++
		i += size
		if digits > 3 {
			return errorAt(s.src, s.pos, "write the power with ^", "this superscript has more than 3 digits")
		}
	}
	if digits == 0 {
		return errorAt(s.src, s.pos, "write the power with ^", "expected superscript digits after ⁻")
	}
	if strings.HasPrefix(s.src[s.pos:], "⁻") {
		value = -value
	}
	s.tokens = append(s.tokens, token{kind: tokSuper, pos: int32(s.pos), end: int32(i), value: float64(value)})
	s.pos = i
	return nil
}

// charHints say what to write instead of a character that means nothing here.
var charHints = map[rune]string{
	'{': "group with ( and )", '}': "group with ( and )",
	'|': "the absolute value is abs(x); the logical or is or", '&': "the logical and is and",
	'!': "the logical not is not; n! is exp(lgamma(n+1))", '%': "the remainder is mod(a, b)",
	':': "a range is 1..n; a binding is a = 2", '.': "a number needs a digit; a column name with a dot goes between backquotes",
	'√': "write sqrt(x)", '∑': "write sum(i=1..n, …)", 'Σ': "write sum(i=1..n, …)", '∏': "write prod(i=1..n, …)",
	'"': "a name with blanks goes between backquotes", '\'': "a name with blanks goes between backquotes",
	'“': "a name with blanks goes between backquotes", '’': "a name with blanks goes between backquotes",
	'\\': "this reads plain formulas, not LaTeX: sin(x), sqrt(x), a/b", '$': "this reads plain formulas, not LaTeX: sin(x), sqrt(x), a/b",
	'~': "equality is ==", '?': "a choice is if(c, a, b)", '@': "the product is *", '∞': "leave a bound away instead of writing ∞",
}

func (s *scanner) unknown(r rune) error {
	hint := charHints[r]
	if hint == "" && r >= '₀' && r <= '₉' {
		hint = "write x1 for a name, or x[1] for an entry of a vector"
	}
	if r < ' ' || !unicode.IsPrint(r) {
		return errorAt(s.src, s.pos, hint, "the character U+%04X has no place in a formula", r)
	}
	return errorAt(s.src, s.pos, hint, "the character %c has no place in a formula", r)
}
