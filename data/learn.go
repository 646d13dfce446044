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

// presence is the values that rows have of a column of numbers, with the least and
// the largest, to be read until they are recycled.
type presence struct {
	values   []float64
	lo, hi   float64 // +Inf and −Inf where there are no values
	infinite int     // the first row with an infinite one, or -1
	buf      *[]float64
}

// valuesOf is of the given rows of a column. Rows that follow one another, as all
// do, are not copied where none lacks a value.
func valuesOf(c *Column, rows []int) (p presence) {
	p.infinite = -1
	if consecutive(rows) {
		p.values = c.Numbers[rows[0]:][:len(rows)]
		if p.ends() {
			return p
		}
	}
	p.buf, _ = spare.Get().(*[]float64)
	if p.buf == nil {
		p.buf = new([]float64)
	}
	if cap(*p.buf) < len(rows) {
		*p.buf = make([]float64, len(rows))
	}
	values, n := (*p.buf)[:len(rows)], 0
	for _, row := range rows {
		v := c.Numbers[row]
		if math.IsInf(v, 0) {
			p.values, p.infinite = nil, row
			return p
		}
		values[n] = v
		n += one(v == v) // without a branch
	}
	p.values = values[:n]
	p.ends()
	return p
}

// ends finds the least and the largest value, in one pass, and says whether all are
// finite.
func (p *presence) ends() bool {
	const block = 1 << 12 // stays in the first-level cache
	p.lo, p.hi = math.Inf(1), math.Inf(-1)
	for x := p.values; len(x) > 0; {
		part := x[:min(block, len(x))]
		x = x[len(part):]
		if !kernel.AllFinite(part) {
			return false
		}
		p.lo, p.hi = min(p.lo, kernel.Smallest(part)), max(p.hi, kernel.Largest(part))
	}
	return true
}

// recycle lends the memory of the values to others.
func (p *presence) recycle() {
	if p.buf != nil {
		spare.Put(p.buf)
	}
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
