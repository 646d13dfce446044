package data

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// words collects the values of a column that is not of numbers: as levels
// while they are few, as plain text otherwise.
type words struct {
	fixed bool // the kind was asked for, so levels stay levels
	dict  *dictionary
	codes []int32
	text  strings.Builder // of all rows, one after the other
	ends  []int
}

func newWords(kind Kind, fixed bool) *words {
	w := &words{fixed: fixed}
	if kind != Text {
		w.dict = newDictionary()
	}
	return w
}

func (w *words) add(text string) {
	missing := isMissing(text)
	if w.dict == nil {
		if !missing {
			w.text.WriteString(text)
		}
		w.ends = append(w.ends, w.text.Len())
		return
	}
	code := int32(-1)
	if !missing {
		code = w.dict.code(text)
	}
	w.codes = append(w.codes, code)
	w.settle()
}

// addAll adds words, many of which are the same parts of memory, as those of a
// dictionary are: where one was found is remembered.
func (w *words) addAll(list []string) {
	type found struct {
		at   *byte
		size int
		code int32
	}
	var last [256]found
	for _, text := range list {
		at := unsafe.StringData(text)
		if len(text) == 0 || w.dict == nil {
			w.add(text)
			continue
		}
		f := &last[uint64(uintptr(unsafe.Pointer(at)))*0x9e3779b97f4a7c15>>56]
		if f.at == at && f.size == len(text) {
			w.codes = append(w.codes, f.code)
			continue
		}
		w.add(text)
		if w.dict != nil {
			*f = found{at, len(text), w.codes[len(w.codes)-1]}
		}
	}
}

// settle gives levels up where they have become too many.
func (w *words) settle() {
	if w.dict != nil && len(w.dict.levels) > manyLevels && !w.fixed {
		w.toText()
	}
}

// toText gives up levels for plain text.
func (w *words) toText() {
	w.ends = slices.Grow(w.ends, cap(w.codes))
	for _, code := range w.codes {
		if code >= 0 {
			w.text.WriteString(w.dict.levels[code])
		}
		w.ends = append(w.ends, w.text.Len())
	}
	w.dict, w.codes = nil, nil
}

// join appends the rows of o, which is of no use afterwards.
func (w *words) join(o *words) {
	if w.dict != nil && o.dict == nil {
		w.toText()
	}
	if w.dict == nil && o.dict != nil {
		o.toText()
	}
	if w.dict == nil {
		base := w.text.Len()
		w.text.WriteString(o.text.String())
		for _, end := range o.ends {
			w.ends = append(w.ends, base+end)
		}
		return
	}
	place := make([]int32, len(o.dict.levels)+1) // code+1 → code here; place[0] is for missing
	place[0] = -1
	for i, level := range o.dict.levels {
		place[i+1] = w.dict.code(level)
	}
	for _, code := range o.codes {
		w.codes = append(w.codes, place[code+1])
	}
	w.settle()
}

// finish settles between levels and text and fills the column. odd is what
// speaks for numbers after all.
func (w *words) finish(c *Column, odd string) {
	present := 0
	for _, code := range w.codes {
		if code >= 0 {
			present++
		}
	}
	reason := w.unlike(present)
	if reason != "" && w.dict != nil {
		w.toText()
	}
	if w.dict != nil {
		asked := c.Kind
		c.Kind, c.Codes, c.Levels = Category, w.codes, w.dict.sorted(w.codes)
		if asked == Boolean || !w.fixed {
			c.settleBoolean(asked == Boolean)
		}
		return
	}
	c.Texts = w.strings()
	c.beText(reason, odd)
}

// unlike says why the values are text and no levels of a category, "" where
// they are, or where the kind was asked for. present is how many there are.
func (w *words) unlike(present int) string {
	if w.fixed {
		return ""
	}
	if w.dict == nil {
		return fmt.Sprintf("text: more than %d different values", manyLevels)
	}
	switch levels := len(w.dict.levels); {
	case levels == present && present >= idRows:
		return "text: a different value in every row"
	case levels > fewLevels && 2*levels > present:
		return fmt.Sprintf("text: %d different values in %d rows", levels, present)
	}
	return ""
}

// beText makes the column one of text that models leave out.
func (c *Column) beText(reason, odd string) {
	c.Kind = Text
	switch {
	case c.Ignored != "":
	case reason != "":
		c.Ignored = reason + odd
	}
}

// strings are the rows of plain text.
func (w *words) strings() []string {
	all, start := w.text.String(), 0
	texts := make([]string, len(w.ends))
	for i, end := range w.ends {
		texts[i], start = all[start:end], end
	}
	return texts
}
