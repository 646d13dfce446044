package data

import (
	"fmt"
	"math"
)

// outline is what the lines of a block, or of a file, have.
type outline struct {
	rows, entries, cols int
	weight, group, tag  bool // in any line
	base                bool
	names               bool // the columns have some
}

func (r *sparseRows) outline() outline {
	return outline{r.Rows(), len(r.Index), r.Cols, r.weight != nil, r.group != nil, r.tag != nil, r.base != nil, r.names != nil}
}

// add takes the lines of another block.
func (o *outline) add(p outline) {
	o.rows, o.entries, o.cols = o.rows+p.rows, o.entries+p.entries, max(o.cols, p.cols)
	o.weight, o.group, o.tag = o.weight || p.weight, o.group || p.group, o.tag || p.tag
	o.base, o.names = o.base || p.base, o.names || p.names
}

// table is the columns of such lines, with one row.
func (o *outline) table(name string, opts ReadOptions) (*Table, error) {
	var r sparseRows
	r.Start = []int64{0}
	x := noExtra
	if o.weight {
		x.weight = 1
	}
	if o.group {
		x.group = 1
	}
	if o.base {
		x.base = 0
	}
	if o.tag {
		x.tag = "'"
	}
	r.end(math.NaN(), x)
	t, err := r.table(name, opts)
	if err == nil {
		t.Notes = []string{sparseNote(nil, o.cols, o.entries, o.rows)}
		if o.names {
			t.Notes = []string{fmt.Sprintf("lines of Vowpal Wabbit, with %s features a line", short(float64(o.entries)/float64(max(1, o.rows))))}
		}
	}
	return t, err
}

// complete adds the columns of a list that no line of the block has, since those
// of others may.
func (r *sparseRows) complete(expect map[string]Kind) {
	n := r.Rows()
	fill := func(list []float64, name string, v float64) []float64 {
		if _, asked := expect[name]; list != nil || !asked {
			return list
		}
		list = make([]float64, n)
		for i := range list {
			list[i] = v
		}
		return list
	}
	r.weight, r.group = fill(r.weight, sparseWeight, 1), fill(r.group, sparseGroup, math.NaN())
	r.base = fill(r.base, sparseBase, math.NaN())
	if _, asked := expect[sparseTag]; asked && r.tag == nil {
		r.tag = make([]string, n)
	}
}

// usualLine is about how many bytes a short line of pairs has.
const usualLine = 64

// sparse passes over lines of a label and index:value pairs. The table that it
// returns has the columns of all lines.
func (b *blocks[R]) sparse(f *feed, size int, opts ReadOptions) (*Table, error) {
	size = min(size, b.size.text(usualLine))
	each := opts
	each.Types = nil // the lines of a block may lack what others have
	type lines struct {
		did[R]
		outline
	}
	var all outline
	err := inOrder(f, size, opts.threads(), func(text block) lines {
		p := parseSparse(text, opts.SkipFaults)
		f.reuse(text.text)
		d, has := b.parsed(p.Rows(), p.skipped, p.fault), p.outline()
		b.do(&d, func() (*Table, error) {
			p.complete(opts.Expect)
			p.settle()
			return p.table(f.file, each)
		})
		return lines{d, has}
	}, func(d lines) error {
		all.add(d.outline)
		return b.done(d.did)
	})
	switch {
	case err != nil:
		return nil, err
	case all.rows == 0 && b.fault != nil:
		return nil, b.fault
	case all.rows == 0:
		return nil, &Error{File: f.file, Msg: noSparseRow}
	}
	t, err := all.table(f.file, opts)
	if err == nil {
		err = b.agree(t)
	}
	return t, err
}
