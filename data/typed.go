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
	case Category, Text:
		w := newWords(k, true)
		for _, v := range values {
			text := ""
			if !math.IsNaN(v) {
				text = strconv.FormatFloat(v, 'g', -1, 64)
			}
			w.add(text)
		}
		w.finish(c, "")
		c.Numbers = nil
	case Ignore:
		c.Ignored = asAsked
	case Image, Sparse:
		return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("column %q holds numbers and cannot be of kind %v", name, k)}
	default:
		c.Ignored = leaveOut(c, k == Number, false)
	}
	return c, nil
}

// wordColumn makes a column of collected words.
func (o ReadOptions) wordColumn(file, name string, w *words) (*Column, error) {
	c := &Column{Name: name}
	k := o.kind(name)
	switch k {
	case Number:
		return numbersOf(file, name, w)
	case Image, Sparse:
		return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("column %q holds text and cannot be of kind %v", name, k)}
	case Ignore:
		c.Ignored = asAsked
	case Text:
		if w.dict != nil {
			w.toText()
		}
	}
	w.fixed = k == Category || k == Text
	w.finish(c, "")
	return c, nil
}

// numbersOf reads words as numbers.
func numbersOf(file, name string, w *words) (*Column, error) {
	if w.dict != nil {
		w.toText()
	}
	c := &Column{Name: name, Kind: Number}
	for row, text := range w.strings() {
		v, ok := number(text)
		if !ok && text != "" {
			return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("in column %q a number was asked for, but row %d holds %s", name, row+1, quoteShort(text))}
		}
		c.Numbers = append(c.Numbers, v)
	}
	return c, nil
}
