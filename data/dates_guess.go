package data

import "fmt"

// dateKinds are the ways to read a date, the one without a doubt first.
var dateKinds = [...]Kind{Date, DayFirst, MonthFirst}

// dating counts the cells of the sample that are dates, by the ways to read
// them.
type dating struct {
	read [len(dateKinds)]int
	odd  [len(dateKinds)]cell // the first cell that is none
}

func (d *dating) add(c cell) {
	for i, k := range dateKinds {
		if _, ok := date(c.text, k); ok {
			d.read[i]++
		} else if d.odd[i].text == "" {
			d.odd[i] = c
		}
	}
}

// guess is the way in which most of the present cells are dates, Guess where
// that leaves more than a stray cell. open: the day and the month could stand
// either way, in every cell.
func (d *dating) guess(present int) (k Kind, odd cell, stray int, open bool) {
	best := 0
	for i := range dateKinds {
		if d.read[i] > d.read[best] {
			best = i
		}
	}
	stray = present - d.read[best]
	if d.read[best] == 0 || stray > 0 && !(stray*100 < present || stray == 1 && present >= idRows) {
		return Guess, cell{}, 0, false
	}
	open = d.read[1] == d.read[2] && d.read[1] > d.read[0]
	return dateKinds[best], d.odd[best], stray, open
}

// openDates is why a column of dates is left out.
const openDates = "its dates may have the day or the month first; say which by the kind date:dmy or date:mdy"

// chooseDate settles the order of day and month of a column that is to hold
// dates.
func (r *textReader) chooseDate(m *measure, c *Column) error {
	k, _, _, open := m.dates.guess(m.present)
	if open && r.opts.needs(c.Name) {
		return &Error{File: r.file, Column: c.Name, Msg: fmt.Sprintf("in column %q dates were asked for; %s", c.Name, openDates)}
	}
	if k != Guess {
		c.Kind = k
	}
	return nil
}

// settleDate makes a column of dates of one that reads like them. done is false
// where it does not.
func (r *textReader) settleDate(m *measure, c *Column) (done bool, err error) {
	k, odd, stray, open := m.dates.guess(m.present)
	switch {
	case k == Guess:
		return false, nil
	case open:
		c.Kind = Category
		c.Ignored = openDates
		r.notes = append(r.notes, fmt.Sprintf("column %q is left out: %s", c.Name, openDates))
		return true, nil
	case stray > 0 && !r.opts.SkipFaults && r.opts.needs(c.Name):
		err := badCell(odd, c.Name, fmt.Sprintf("%d of %d cells are dates", m.present-stray, m.present))
		err.File = r.file
		err.Line, err.Col = r.place(odd.at)
		return true, err
	}
	c.Kind = k
	if k != Date {
		r.notes = append(r.notes, fmt.Sprintf("the dates of column %q have the %s first", c.Name, map[Kind]string{DayFirst: "day", MonthFirst: "month"}[k]))
	}
	return true, nil
}
