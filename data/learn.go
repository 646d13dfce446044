package data

import (
	"fmt"
	"math"
	"sync"

	"descent/internal/kernel"
)

// learner makes the rules of columns and their crosses, one a unit of work.
type learner struct {
	table    string
	terms    [][]*Column
	opts     FeatureOptions
	from     lessons
	features []Feature
	errs     []error
}

// all makes the encoder, on every thread of the team that kernel.StartThreads
// started.
func (l *learner) all(table string) (*Encoder, error) {
	n := len(l.terms)
	l.table = table
	l.features, l.errs = make([]Feature, n), make([]error, n)
	kernel.Share(n, l)
	for _, err := range l.errs {
		if err != nil {
			return nil, err
		}
	}
	return &Encoder{Features: l.features}, nil
}

// Unit makes the rule of one column, or of the cross of several.
func (l *learner) Unit(i int) {
	var parts []Feature
	for _, c := range l.terms[i] {
		f, err := learn(c, l.opts.scale(c.Name), l.opts.missing(c), l.from)
		if err != nil {
			l.errs[i] = fmt.Errorf("data: column %q of %s: %w", c.Name, l.table, err)
			return
		}
		parts = append(parts, f)
	}
	if l.features[i] = parts[0]; len(parts) > 1 {
		l.features[i], l.errs[i] = cross(parts)
	}
}

// valuesOf is the values that the rows have, to be read until recycle is
// called, and the first row with an infinite one, or -1. Rows that follow one
// another, as all do, are not copied where none lacks a value.
func valuesOf(c *Column, rows []int) (values []float64, recycle func(), infinite int) {
	if consecutive(rows) {
		if values = c.Numbers[rows[0]:][:len(rows)]; kernel.AllFinite(values) {
			return values, func() {}, -1
		}
	}
	buf, _ := spare.Get().(*[]float64)
	if buf == nil {
		buf = new([]float64)
	}
	if cap(*buf) < len(rows) {
		*buf = make([]float64, len(rows))
	}
	recycle = func() { spare.Put(buf) }
	values = (*buf)[:len(rows)]
	n := 0
	for _, row := range rows {
		v := c.Numbers[row]
		if math.IsInf(v, 0) {
			return nil, recycle, row
		}
		values[n] = v
		n += one(v == v) // without a branch
	}
	return values[:n], recycle, -1
}

// spare are buffers of values.
var spare sync.Pool

// consecutive says whether the rows follow one another without a gap.
func consecutive(rows []int) bool {
	if rows[len(rows)-1]-rows[0] != len(rows)-1 {
		return false
	}
	for i, row := range rows {
		if row != rows[0]+i {
			return false
		}
	}
	return true
}
