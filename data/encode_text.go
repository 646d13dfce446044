package data

import (
	"fmt"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"descent/internal/kernel"
)

// TextFeatures is how many features a text becomes: the places that the hashes
// of its words are spread over.
const TextFeatures = 1 << 18

// learnText makes the rule of a column of free text, which learns nothing from
// the rows but how long they are in the mean.
func learnText(c *Column, missing Missing, length float64) (Feature, error) {
	f := Feature{Column: c.Name, Kind: Text, Width: TextFeatures, Drop: missing == DropRow, Entries: math.Round(WordsIn(length))}
	f.Rule = fmt.Sprintf("words, marks and pairs of neighbours in lower case, hashed to %d features: 1 + ln(count), divided by the length of the row; a missing text has none", f.Width)
	switch {
	case f.Drop:
		f.Rule += "; rows without a text are left out"
	case missing != "":
		return f, fmt.Errorf("a missing text counts as empty, or its row is left out (drop)")
	}
	return f, nil
}

// WordsIn is about how many features a text of so many bytes has: words, and
// pairs of neighbours.
func WordsIn(bytes float64) float64 { return 2 + 2*bytes/5 }

// meanLength is the mean number of bytes of the texts of some rows.
func meanLength(c *Column, rows []int) float64 {
	n := 0
	for _, row := range rows {
		n += len(c.Texts[row])
	}
	return float64(n) / float64(len(rows))
}

// hasher turns texts into features; its buffers are used again.
type hasher struct {
	places []int32 // of the words and pairs, sorted
	index  []int32 // of the last text, increasing
	value  []float64
	lower  []byte
}

// FNV-1a, 64 bits.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnv(h uint64, s []byte) uint64 {
	for _, b := range s {
		h = (h ^ uint64(b)) * fnvPrime
	}
	return h
}

// place spreads a hash over width places, a power of two, by its upper bits
// times the golden ratio.
func place(h uint64, width int) int32 {
	const golden = 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * golden
	return int32(h >> 32 & uint64(width-1))
}

// features fills index and value: for each place that a word, a mark or a pair
// of neighbours of the text hashes to, 1 + ln of how often, and all of them
// divided by their Euclidean length.
func (h *hasher) features(text string, width int) {
	h.hash(text, width)
	h.index, h.value = h.index[:0], h.value[:0]
	squares := 0.0
	for i := 0; i < len(h.places); {
		j := i
		for j < len(h.places) && h.places[j] == h.places[i] {
			j++
		}
		v := 1 + math.Log(float64(j-i))
		h.index, h.value = append(h.index, h.places[i]), append(h.value, v)
		squares += v * v
		i = j
	}
	length := math.Sqrt(squares)
	for i := range h.value {
		h.value[i] /= length
	}
}

// hash lists the places of all words and pairs, sorted. A word is a run of
// letters, digits and marks upon them; every other sign that is no blank is one,
// too.
func (h *hasher) hash(text string, width int) {
	h.places = h.places[:0]
	before, any := uint64(0), false
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		end := at + size
		if unicode.IsSpace(r) {
			at = end
			continue
		}
		h.lower = utf8.AppendRune(h.lower[:0], unicode.ToLower(r))
		for inWord(r) && end < len(text) {
			next, size := utf8.DecodeRuneInString(text[end:])
			if !inWord(next) {
				break
			}
			h.lower = utf8.AppendRune(h.lower, unicode.ToLower(next))
			end += size
		}
		at = end
		h.places = append(h.places, place(fnv(fnvOffset, h.lower), width))
		if any {
			h.places = append(h.places, place(fnv(before, h.lower), width))
		}
		before, any = fnv(fnv(fnvOffset, h.lower), []byte{' '}), true
	}
	slices.Sort(h.places)
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// encodeText fills the cells of a dense matrix.
func encodeText[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) {
	var h hasher
	for i, row := range rows {
		cells := dst[i*stride : i*stride+f.Width]
		clear(cells)
		h.features(c.Texts[row], f.Width)
		for k, j := range h.index {
			cells[j] = T(h.value[k])
		}
	}
}

// textPart appends the words of a row.
func textPart[T kernel.Float](f *Feature, c *Column, offset int) sparsePart[T] {
	var h hasher
	return func(row int, m *CSR[T]) error {
		h.features(c.Texts[row], f.Width)
		for k, j := range h.index {
			m.Add(offset+int(j), T(h.value[k]))
		}
		return nil
	}
}

// wordsOf is about how many features the texts of the rows have, at most: two
// for every second letter.
func wordsOf(f *Feature, c *Column, rows []int) int {
	n := 0
	for _, row := range rows {
		n += min(len(c.Texts[row])+1, f.Width)
	}
	return n
}
