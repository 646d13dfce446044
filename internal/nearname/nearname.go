// Package nearname finds the name that a misspelt one was most likely meant to
// be.
package nearname

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Of is the candidate closest to name, the first of several, or "" where none
// is close: at most two edits away, or a third of a long name, but no more than
// half of the letters. Two neighbours that changed places are one edit, and
// capitals do not count.
func Of(name string, candidates []string) string {
	lower, n := strings.ToLower(name), utf8.RuneCountInString(name)
	best, least := "", max(2, n/3)+1
	for _, c := range candidates {
		m := utf8.RuneCountInString(c)
		d := levenshtein.ComputeDistance(lower, strings.ToLower(c))
		if d == 2 && swapped(lower, strings.ToLower(c)) {
			d = 1
		}
		if d < least && 2*d <= max(n, m) {
			best, least = c, d
		}
	}
	return best
}

// Hint asks for Of at the end of a sentence: `; did you mean "adam"?`. It is
// empty where no candidate is close.
func Hint(name string, candidates []string) string {
	near := Of(name, candidates)
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

// swapped reports whether a and b differ by two neighbours in each other's
// place.
func swapped(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}
