package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/numtext"
	"descent/model"
)

// constants are the columns that hold one value in all training rows.
func (p *plan) constants() *Diagnosis {
	if p.spec.Kind == model.Formula {
		return nil // a constant column may be a setting of the experiment
	}
	var names []string
	for _, f := range p.encoder.Features {
		on := p.look().train
		if c, err := on.table.Column(f.Column); err == nil && constant(c, on.rows) && p.constantThroughout(f.Column) {
			names = append(names, f.Column)
		}
	}
	if names == nil {
		return nil
	}
	has, it := "holds", "it"
	if len(names) > 1 {
		has, it = "hold", "them"
	}
	return &Diagnosis{
		Kind: ConstantColumn, Columns: names,
		Message: fmt.Sprintf("%s %s one value in %s and can teach nothing: leave %s out with --types %s=ignore",
			columnList(names), has, allRows(p.train.n()), it, strings.Join(names[:min(len(names), 5)], "=ignore,")),
	}
}

// allRows names all training rows.
func allRows(n int) string {
	if n == 1 {
		return "the only training row"
	}
	return fmt.Sprintf("all %d training rows", n)
}

// constant says whether all rows of a column count as one value. It stops at
// the first that differs.
func constant(c *data.Column, rows []int) bool {
	switch {
	case c.Numbers != nil: // a missing value counts as the median of the others
		first := math.NaN()
		for _, row := range rows {
			v := c.Numbers[row]
			switch {
			case math.IsNaN(v) || v == first:
			case math.IsNaN(first):
				first = v
			default:
				return false
			}
		}
		return true
	case c.Codes != nil:
		for _, row := range rows {
			if c.Codes[row] != c.Codes[rows[0]] {
				return false
			}
		}
		return true
	}
	return false
}

// constantThroughout says of a column that is constant in a sample of rows that
// pass by whether it is so in all of them.
func (p *plan) constantThroughout(name string) bool {
	src := p.train.source
	if src == nil {
		return true
	}
	var first *data.Table // a row with a value of each group
	err := src.pass([]string{name}, func(t *data.Table, rows []int) error {
		if len(rows) == 0 {
			return nil
		}
		c, err := t.Column(name)
		if err != nil {
			return err
		}
		if first == nil {
			empty := *c
			empty.Numbers, empty.Codes = nil, nil
			first = &data.Table{Columns: []*data.Column{&empty}}
		}
		some := rows[0]
		if i := slices.IndexFunc(rows, func(row int) bool { return !c.Missing(row) }); i >= 0 {
			some = rows[i]
		}
		first.Pick(&data.Table{Columns: []*data.Column{c}}, []int{some})
		if !constant(c, rows) {
			return errTold
		}
		return nil
	})
	return err == nil && constant(first.Columns[0], upTo(first.Rows))
}

// upTo lists the numbers from 0 on, n of them.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// disparity is from which ratio of their sizes columns are called unscaled: the
// curvature along them differs by its square.
const disparity = 100

// unscaled compares the sizes of columns that are taken as they are.
func (p *plan) unscaled() *Diagnosis {
	if p.opts.Scale != data.Unscaled || p.spec.Kind == model.Formula {
		return nil // who writes a formula chooses the units of its parameters
	}
	largest, least := columnSize{size: 0}, columnSize{size: math.Inf(1)}
	rows := evenly(p.train.rows, 4096)
	for _, f := range p.encoder.Features {
		c, err := p.train.table.Column(f.Column)
		if err != nil || f.Kind != data.Number || c.Numbers == nil || constant(c, rows) {
			continue
		}
		far, wide := sizes(c, rows)
		if far > largest.size {
			largest = columnSize{f.Column, far}
		}
		if wide < least.size {
			least = columnSize{f.Column, wide}
		}
	}
	if !(largest.size >= disparity*least.size) {
		return nil
	}
	d := &Diagnosis{Kind: Unscaled, Columns: []string{largest.name}, Share: largest.size / least.size}
	d.Message = fmt.Sprintf("the columns are not scaled: a typical value of %s is %s", largest.name, numtext.Short(largest.size, 2))
	if least.name == largest.name {
		d.Message += fmt.Sprintf(", of which only %s varies", numtext.Short(least.size, 2))
	} else {
		d.Columns = append(d.Columns, least.name)
		d.Message += fmt.Sprintf(", but %s varies by %s", least.name, numtext.Short(least.size, 2))
	}
	d.Message += ", so no rate suits both; leave --scale out, or use --scale standard"
	return d
}

type columnSize struct {
	name string
	size float64
}

// sizes are the root of the mean square of a column, about zero and about its
// mean.
func sizes(c *data.Column, rows []int) (far, wide float64) {
	var n, mean, square, about float64
	for _, row := range rows {
		if v := c.Numbers[row]; !math.IsNaN(v) {
			n++
			off := v - mean
			mean += off / n
			about += off * (v - mean)
			square += (v*v - square) / n
		}
	}
	return math.Sqrt(square), math.Sqrt(about / n)
}
