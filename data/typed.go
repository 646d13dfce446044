package data

import (
	"fmt"
	"math"
	"strconv"
)

// The readers of formats that know types hand over numbers or words; the
// options may ask for another kind.

// numberColumn makes a column of values, NaN where missing.
func (o ReadOptions) numberColumn(file, name string, values []float64) (*Column, error) {
	c := &Column{Name: name, Kind: Number, Numbers: values}
	switch k := o.kind(name); k {
	case Category, Text, Boolean:
		w := newWords(k, true)
		for _, v := range values {
			text := ""
			if k == Boolean && v != 0 && v != 1 && !math.IsNaN(v) {
				return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("column %q holds %v, which is neither true (1) nor false (0)", name, v)}
			}
			if !math.IsNaN(v) {
				text = strconv.FormatFloat(v, 'g', -1, 64)
			}
			w.add(text)
		}
		c.Kind = k
		w.finish(c, "")
		c.Numbers = nil
	case Ignore, ID:
		c.Ignored = leftOutAs(k)
	case Unix:
		c.Kind = Unix
	case Date, DayFirst, MonthFirst:
		return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("column %q holds numbers, not dates", name), Try: "seconds since 1970 are read by the kind unix"}
	case Image, Sparse, Cross:
		return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("column %q holds numbers and cannot be of kind %v", name, k)}
	default:
		c.Ignored = leaveOut(c, k == Number, false)
	}
	return c, nil
}

// words is for the words of a column.
func (o ReadOptions) words(c *Column) *words {
	k := o.kind(c.Name)
	return newWords(Category, k == Category || k == Guess && c.levels)
}

// wordColumn makes a column of collected words.
func (o ReadOptions) wordColumn(file, name string, w *words) (*Column, error) {
	c := &Column{Name: name}
	k := o.kind(name)
	switch k {
	case Number, Unix, Date, DayFirst, MonthFirst:
		return numbersOf(file, name, w, k, o.before)
	case Image, Sparse, Cross:
		return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("column %q holds text and cannot be of kind %v", name, k)}
	case Ignore, ID:
		c.Ignored = leftOutAs(k)
	case Boolean:
		if level := w.untrue(); level != "" {
			return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("in column %q a truth value was asked for, but there is %s", name, quoteShort(level))}
		}
		c.Kind = k
	case Text:
		if w.dict != nil {
			w.toText()
		}
	}
	w.fixed = w.fixed || k == Category || k == Text || k == Boolean
	w.finish(c, "")
	return c, nil
}

// untrue is a level that is no word for true or false, "" where there is none.
func (w *words) untrue() string {
	if w.dict == nil {
		w.fixed = false
		return "more than a thousand different values"
	}
	for _, level := range w.dict.levels {
		if !isTruth(level) {
			return level
		}
	}
	return ""
}

// numbersOf reads words as numbers, or as dates of a kind. before is the number of
// rows before them.
func numbersOf(file, name string, w *words, k Kind, before int) (*Column, error) {
	if w.dict != nil {
		w.toText()
	}
	c := &Column{Name: name, Kind: k}
	for row, text := range w.strings() {
		v, ok := k.parse(text)
		if !ok && text != "" {
			return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("in column %q a %s was asked for, but row %d holds %s", name, k.holds(), before+row+1, quoteShort(text))}
		}
		c.Numbers = append(c.Numbers, v)
	}
	return c, nil
}
