package data

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// storage is the kind whose fields of a Column hold the values: Number for
// dates, Category for booleans, itself for the others.
func (k Kind) storage() Kind {
	switch {
	case k.moment():
		return Number
	case k == Boolean:
		return Category
	}
	return k
}

// moment says whether columns of the kind hold dates.
func (k Kind) moment() bool { return k >= Date && k <= Unix }

// holds is what a cell of the kind is called.
func (k Kind) holds() string {
	switch {
	case k == Unix || k == Number:
		return "number"
	case k.moment():
		return "date"
	case k == Boolean:
		return "truth value"
	}
	return k.String()
}

// parse reads a cell of a kind that is stored as numbers, NaN where it is none.
func (k Kind) parse(text string) (float64, bool) {
	if !k.moment() || k == Unix {
		return number(text)
	}
	v, ok := date(text, k)
	if !ok {
		return math.NaN(), false
	}
	return v, true
}

// Format prints a value of a column that is stored as numbers: the shortest
// text that reads back as the same, a date as ISO 8601.
func (k Kind) Format(v float64) string {
	if k.moment() && k != Unix {
		return momentText(v)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// short is Format for people.
func (k Kind) short(v float64) string {
	if k.moment() {
		return momentText(v)
	}
	return short(v)
}

// truths are the words for false and true that make a column boolean.
var truths = [][2]string{{"false", "true"}, {"no", "yes"}, {"f", "t"}, {"n", "y"}, {"off", "on"}}

// truth reads a word for false or true, 0 or 1; -1 for others.
func truth(text string) int {
	if v, ok := parseNumber(text); ok && (v == 0 || v == 1) {
		return int(v)
	}
	for _, pair := range truths {
		for i, word := range pair {
			if strings.EqualFold(text, word) {
				return i
			}
		}
	}
	return -1
}

// isTruth says whether a cell of a boolean column can be read.
func isTruth(text string) bool { return isMissing(text) || truth(text) >= 0 }

// settleBoolean makes a category boolean whose levels are a pair such as no and
// yes, or, where that was asked for, any words for false and true: the false
// one is level 0.
func (c *Column) settleBoolean(asked bool) {
	if !asked && !areTruths(c.Levels) {
		return
	}
	place, levels := truthPlaces(c.Levels)
	for i, code := range c.Codes {
		if code >= 0 {
			c.Codes[i] = place[code]
		}
	}
	c.Kind, c.Levels = Boolean, levels
}

// areTruths says whether two levels are a pair such as no and yes.
func areTruths(levels []string) bool {
	return len(levels) == 2 && slices.ContainsFunc(truths, func(p [2]string) bool {
		return strings.EqualFold(levels[0], p[0]) && strings.EqualFold(levels[1], p[1]) ||
			strings.EqualFold(levels[0], p[1]) && strings.EqualFold(levels[1], p[0])
	})
}

// truthPlaces says whether each word is false (0) or true (1), and the two levels
// that the words make.
func truthPlaces(words []string) (place []int32, levels []string) {
	place = make([]int32, len(words))
	counts := [2]int{}
	for i, word := range words {
		place[i] = int32(max(truth(word), 0))
		counts[place[i]]++
	}
	if counts[0] > 1 || counts[1] > 1 || len(words) == 0 {
		return place, []string{"false", "true"}
	}
	return place, spelled(words)
}

// spelled is the pair of words for false and true that holds one or two given
// ones.
func spelled(words []string) []string {
	pair := truths[0]
	for _, p := range truths {
		for _, word := range words {
			if strings.EqualFold(word, p[0]) || strings.EqualFold(word, p[1]) {
				pair = p
			}
		}
	}
	for _, word := range words {
		pair[truth(word)] = word
	}
	return pair[:]
}

// dated says whether all cells of the sample but the first record are dates, and
// the first is none.
func (m *measure) dated() bool {
	for i, k := range dateKinds {
		if _, ok := date(m.first.text, k); !ok && m.dates.read[i] == m.present {
			return true
		}
	}
	return false
}
