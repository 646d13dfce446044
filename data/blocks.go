package data

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// BlockSize is how much InBlocks hands out at once: about so many rows, and no
// more bytes of text. 0 is for 4096 rows and 2 MiB.
type BlockSize struct {
	Rows, Bytes int
	Whole       int64 // the most bytes of a file that can only be read as a whole; 0: any
}

// orDefault fills in what is 0.
func (s BlockSize) orDefault() BlockSize {
	if s.Rows <= 0 {
		s.Rows = 4096
	}
	if s.Bytes <= 0 {
		s.Bytes = 2 << 20
	}
	return s
}

// text is the bytes of a block whose rows have about so many each.
func (s BlockSize) text(perRow int) int { return min(s.Rows*max(1, perRow), s.Bytes) }

// InBlocks reads files as ReadFiles does, but not as a whole: it hands their rows
// to work, some of them at a time and on several goroutines at once, and what
// work makes of them to take, in the order of the rows. The table of a block has
// the names of all columns, and values in those alone that opts.Expect lists but
// opts.Unread does not; others may hold anything. It must not be used after work has returned. Where work fails, it is called again
// with the same table, once the numbers of its rows are known for the error.
//
// The table that is returned has no values; its rows are counted.
func InBlocks[R any](files []string, opts ReadOptions, size BlockSize, work func(*Table) (R, error), take func(R) error) (*Table, error) {
	all, err := expandAll(files)
	if err != nil {
		return nil, err
	}
	b := &blocks[R]{opts: opts, size: size.orDefault(), work: work, take: take, all: &Table{}}
	for i, file := range all {
		if err := b.file(file, i == 0); err != nil {
			if other := (typesError{}); i > 0 && errors.As(err, &other) {
				err = fmt.Errorf("%w; files that are read together have the columns of the first, %s", other.error, all[0])
			}
			return nil, err
		}
	}
	if len(all) > 1 {
		b.all.Name = fmt.Sprintf("%s and %s", b.all.Name, plural(len(all)-1, "other file"))
		b.all.Notes = append(b.all.Notes, fmt.Sprintf("%d rows of %d files", b.all.Rows, len(all)))
	}
	return b.all, nil
}

// blocks is a pass of InBlocks.
type blocks[R any] struct {
	opts ReadOptions
	size BlockSize
	work func(*Table) (R, error)
	take func(R) error
	all  *Table // of the files so far

	rows    int // of the file at hand
	skipped int
	fault   *Error // the first that was skipped
}

// did is what became of a block.
type did[R any] struct {
	rows    int
	skipped int
	fault   *Error // of the text: the first that was skipped
	bad     error  // what ends the pass
	result  R
	err     error  // of the work
	table   *Table // to work on again; nil where there was no error
}

// file passes over one file. The first settles names, header and kinds.
func (b *blocks[R]) file(path string, first bool) error {
	opts := b.opts
	if !first {
		opts = b.like()
	}
	b.rows, b.skipped, b.fault = 0, 0, nil
	opts.unread = b.unread
	var t *Table // the columns of the file, and its notes
	opts.sink = func(r *textReader, f *feed, sample block, columns []*Column, l *layout, _ int) error {
		t = &Table{Name: r.file, Columns: columns, header: r.header, Notes: r.notes}
		if err := b.agree(t); err != nil {
			return err
		}
		return b.text(r, f, sample, l)
	}
	opts.lines = func(_ string, f *feed, size int) (err error) {
		t, err = b.sparse(f, size, opts)
		return err
	}
	opts.whole = func(name string) error {
		if size := SizeOf([]string{path}); b.size.Whole > 0 && size > b.size.Whole {
			return fmt.Errorf("%w: %s has %d MB, which do not fit into the memory that is allowed with all that comes of them; convert it to CSV, or allow more memory", ErrWhole, name, size/1e6)
		}
		return nil
	}
	opts.typed = func(name string, rows typedRows) (err error) {
		t, err = b.typed(name, rows, opts)
		return err
	}
	whole, err := readFile(path, opts)
	if err == nil && t == nil {
		t = whole
		if err = b.agree(t); err == nil {
			err = b.parts(t)
		}
	}
	if err != nil {
		return err
	}
	b.include(t, first)
	return nil
}

// include adds what is known of a file, which may be the first, to what is known
// of all.
func (b *blocks[R]) include(t *Table, first bool) {
	notes := append(t.Notes, (&gather{skipped: b.skipped, fault: b.fault}).note()...)
	if first {
		b.all.Name, b.all.header = t.Name, t.header
		for _, c := range t.Columns {
			b.all.Columns = append(b.all.Columns, &Column{Name: c.Name, Kind: c.Kind, Ignored: c.Ignored, Height: c.Height, Width: c.Width})
		}
	}
	for _, note := range notes {
		if !slices.Contains(b.all.Notes, note) {
			b.all.Notes = append(b.all.Notes, note)
		}
	}
	b.all.Rows += b.rows
}

// unread says whether nobody asks for the values of a column.
func (b *blocks[R]) unread(name string) bool {
	_, asked := b.opts.Expect[name]
	return !asked || slices.Contains(b.opts.Unread, name)
}

// agree refuses a later file that has not as many columns as the first.
func (b *blocks[R]) agree(t *Table) error {
	if first := b.all; first.Columns != nil && len(first.Columns) != len(t.Columns) {
		return fmt.Errorf("data: %s has %s, %s has %d; files that are read together have the same", t.Name, plural(len(t.Columns), "column"), first.Name, len(first.Columns))
	}
	return nil
}

// like is the options to read a later file as the first was read. Of columns that
// nobody asks for, the words may be any.
func (b *blocks[R]) like() ReadOptions {
	opts := b.opts
	opts.Types = make(map[string]Kind, len(b.all.Columns))
	for _, c := range b.all.Columns {
		opts.Types[c.Name] = c.Kind
		if kind, asked := b.opts.Expect[c.Name]; asked {
			opts.Types[c.Name] = kind
		} else if c.Kind.storage() == Category || c.Kind == Text {
			opts.Types[c.Name] = Text
		}
	}
	if opts.Header = HeaderNo; b.all.header {
		opts.Header = HeaderYes
	} else if opts.Names == nil {
		opts.Names = b.all.Names()
	}
	return opts
}

// text passes over the sample of a table of text and all behind it.
func (b *blocks[R]) text(r *textReader, f *feed, sample block, l *layout) error {
	l.unread = make([]bool, len(l.names))
	for i, name := range l.names {
		l.unread[i] = b.unread(name)
	}
	size := b.size.text(len(sample.text) / max(1, r.rows))
	f.rest, f.line = slices.Concat(sample.text, f.rest), sample.line // columns may hold on to the sample's text
	return inOrder(f, size, b.opts.threads(), func(text block) did[R] {
		p := l.parse(text)
		d := b.parsed(p.rows, p.skipped, p.fault)
		b.do(&d, func() (*Table, error) { return l.table(r.file, p), nil })
		if d.err == nil {
			f.recycle(p)
		}
		return d
	}, b.done)
}

// parsed is a block of text that is not worked on yet.
func (b *blocks[R]) parsed(rows, skipped int, fault *Error) did[R] {
	d := did[R]{rows: rows, skipped: skipped, fault: fault}
	if fault != nil && !b.opts.SkipFaults {
		d.bad = fault
	}
	return d
}

// do works on the rows of a block.
func (b *blocks[R]) do(d *did[R], table func() (*Table, error)) {
	if d.bad != nil || d.rows == 0 {
		return
	}
	t, err := table()
	if err != nil {
		d.bad = err
		return
	}
	if d.result, d.err = b.work(t); d.err != nil {
		d.table = t
	}
}

// done takes the next block.
func (b *blocks[R]) done(d did[R]) error {
	if d.bad != nil {
		return d.bad
	}
	if b.fault == nil {
		b.fault = d.fault
	}
	if d.err != nil { // say it of the right row
		for _, c := range d.table.Columns {
			c.before = b.rows
		}
		if d.result, d.err = b.work(d.table); d.err != nil {
			return d.err
		}
	}
	b.skipped += d.skipped
	if b.rows += d.rows; d.rows == 0 {
		return nil
	}
	return b.take(d.result)
}

// table is a piece as a table. Levels are in order of appearance.
func (l *layout) table(name string, p *piece) *Table {
	t := &Table{Name: name, Rows: p.rows}
	for i, kind := range l.kinds {
		c := &Column{Name: l.names[i], Kind: kind}
		switch w := p.words[i]; {
		case kind.storage() == Number:
			c.Numbers = p.numbers[i]
		case w == nil:
		case w.dict == nil:
			c.Texts = w.strings()
		default:
			if c.Codes, c.Levels = w.codes, w.dict.levels; kind == Boolean {
				c.settleBoolean(true)
			}
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// parts passes over a table in memory.
func (b *blocks[R]) parts(t *Table) error {
	lo := 0
	next := func() (*Table, error) {
		if lo == t.Rows {
			return nil, io.EOF
		}
		from := lo
		lo = min(lo+b.size.Rows, t.Rows)
		return t.part(from, lo), nil
	}
	return ordered(next, b.opts.threads(), func(t *Table) did[R] {
		d := did[R]{rows: t.Rows}
		b.do(&d, func() (*Table, error) { return t, nil })
		return d
	}, b.done)
}

// part is the rows from lo up to hi, of which it holds no copies.
func (t *Table) part(lo, hi int) *Table {
	part := &Table{Name: t.Name, Rows: hi - lo}
	for _, c := range t.Columns {
		one := *c
		switch c.Kind.storage() {
		case Number:
			one.Numbers = c.Numbers[lo:hi]
		case Category:
			one.Codes = c.Codes[lo:hi]
		case Image:
			size := c.Height * c.Width
			one.Pixels = c.Pixels[lo*size : hi*size]
		case Sparse:
			rows := *c.Entries
			rows.Start = rows.Start[lo : hi+1]
			one.Entries = &rows
		default:
			one.Texts = c.Texts[lo:hi]
		}
		part.Columns = append(part.Columns, &one)
	}
	return part
}
