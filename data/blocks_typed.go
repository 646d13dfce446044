package data

import (
	"io"
	"sync"
)

// typed passes over a file that knows types. The table that it returns has the
// columns of the file.
func (b *blocks[R]) typed(file string, rows typedRows, opts ReadOptions) (*Table, error) {
	schema, err := typedSchema(file, rows, opts)
	if err != nil {
		return nil, err
	}
	schema.Notes = rows.notes()
	if err := b.agree(schema); err != nil {
		return nil, err
	}
	const word = 32 // bytes, about
	row := 0
	for _, c := range schema.Columns {
		row += word + c.Height*c.Width
	}
	n := min(b.size.Rows, max(1, b.size.Bytes/row))
	var spare sync.Pool // of *[]cells
	type part struct {
		cells  *[]cells
		n, at  int
		failed error
	}
	at := 0
	next := func() (part, error) {
		if at == rows.count() {
			return part{}, io.EOF
		}
		p := part{n: min(n, rows.count()-at), at: at}
		var used bool
		if p.cells, used = spare.Get().(*[]cells); !used {
			p.cells = new(make([]cells, len(schema.Columns)))
		}
		if p.failed = rows.read(p.n, *p.cells); p.failed != nil {
			at = rows.count() // not further
			return p, nil
		}
		at += p.n
		return p, nil
	}
	err = ordered(next, opts.threads(), func(p part) did[R] {
		d := did[R]{rows: p.n, bad: p.failed}
		b.do(&d, func() (*Table, error) { return b.typedTable(schema, *p.cells, p.n, p.at, opts) })
		if d.err == nil { // or else the table is worked on again
			for i := range *p.cells {
				(*p.cells)[i].reset()
			}
			spare.Put(p.cells)
		}
		return d
	}, b.done)
	return schema, err
}

// typedTable is the n rows behind at as a table.
func (b *blocks[R]) typedTable(schema *Table, cells []cells, n, at int, opts ReadOptions) (*Table, error) {
	opts.before = at
	t := &Table{Name: schema.Name, Rows: n}
	for i, c := range schema.Columns {
		one := &Column{Name: c.Name, Kind: c.Kind}
		if !b.unread(c.Name) {
			var err error
			if one, err = opts.typedColumn(schema.Name, c, &cells[i], nil); err != nil {
				return nil, err
			}
		}
		t.Columns = append(t.Columns, one)
	}
	return t, nil
}
