package data

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"descent/internal/kernel"
)

// readTyped reads a file that knows types into memory.
func readTyped(file string, rows typedRows, opts ReadOptions) (*Table, error) {
	t, err := typedSchema(file, rows, opts)
	if err != nil {
		return nil, err
	}
	all := typedCells{columns: t.Columns, cells: make([]cells, len(t.Columns)), words: make([]*words, len(t.Columns)), opts: opts}
	if err := all.read(rows); err != nil {
		return nil, err
	}
	err = inParallel(len(t.Columns), opts.threads(), func(i int) (err error) {
		t.Columns[i], err = opts.typedColumn(file, t.Columns[i], &all.cells[i], all.words[i])
		return err
	})
	t.Rows, t.Notes = rows.count(), rows.notes()
	return t, err
}

// typedCells collects the values of all rows.
type typedCells struct {
	columns []*Column
	cells   []cells
	words   []*words // of the columns of words
	opts    ReadOptions
}

// read takes all rows: at once where they are numbers that are there for sure, or
// else in steps, so that no memory is taken for what is not there, and none for
// words but while they are looked up.
func (c *typedCells) read(rows typedRows) error {
	const much, ratio, many = 1 << 26, 100, 1 << 19 // bytes, bytes for a byte of the file, words
	var texts []int                                 // columns
	numbers := 0
	for i, one := range c.columns {
		switch one.Kind {
		case Category:
			texts = append(texts, i)
			c.words[i] = c.opts.words(one)
		case Number:
			numbers++
		}
	}
	sure := int64(rows.count()) <= (much+ratio*rows.bytes())/int64(8*max(numbers+len(texts), 1))
	if sure {
		c.room(rows.count(), numbers, int(rows.bytes()))
	}
	for at := 0; at < rows.count(); {
		n := rows.count() - at
		if !sure {
			n = min(n, max(at, much/(8*len(c.columns)), 1))
		}
		if len(texts) > 0 {
			n = min(n, max(many/len(texts), 1))
		}
		if !rows.inSteps() {
			n = rows.count()
		}
		if err := rows.read(n, c.cells); err != nil {
			return err
		}
		c.lookUp(texts)
		at += n
	}
	return nil
}

// lookUp takes the words of these columns up into their dictionaries.
func (c *typedCells) lookUp(columns []int) {
	_ = inParallel(len(columns), c.opts.threads(), func(i int) error {
		i = columns[i]
		c.words[i].addAll(c.cells[i].words)
		c.cells[i].words = c.cells[i].words[:0]
		return nil
	})
}

// room makes room for so many numbers in each column that has them, all of them in
// one piece of memory, and for the bytes of images that are there for sure. Batches
// take rows from all over them: they are on large pages.
func (c *typedCells) room(rows, numbers, sure int) {
	all := kernel.Make[float64](rows * numbers)
	for i, one := range c.columns {
		switch one.Kind {
		case Number:
			c.cells[i].numbers, all = all[:0:rows], all[rows:]
		case Category:
			c.words[i].codes = make([]int32, 0, rows)
		case Image:
			c.cells[i].pixels = kernel.Make[byte](min(rows*one.pixels(), sure))[:0]
		}
	}
}

// peekTyped is the first rows of a file as a table.
func peekTyped(file string, rows typedRows, opts ReadOptions) (*Table, error) {
	const most, much = 1000, 1 << 22 // rows, cells
	t, err := typedSchema(file, rows, opts)
	if err != nil {
		return nil, err
	}
	n, some := min(most, 1+much/len(t.Columns), rows.count()), make([]cells, len(t.Columns))
	if err := rows.read(n, some); err != nil {
		return nil, err
	}
	for i, c := range t.Columns {
		if t.Columns[i], err = opts.typedColumn(file, c, &some[i], nil); err != nil {
			return nil, err
		}
	}
	t.Rows, t.Notes = n, rows.notes()
	return t, nil
}

// typedColumn makes a column of the schema with these cells. w is their words, nil
// where they were not looked up yet.
func (o ReadOptions) typedColumn(file string, c *Column, values *cells, w *words) (*Column, error) {
	switch c.Kind {
	case Image:
		if k := o.kind(c.Name); k != Guess && k != Image {
			return nil, &Error{File: file, Msg: fmt.Sprintf("images cannot be read as %v", k)}
		}
		one := *c
		one.Pixels = values.pixels
		return &one, nil
	case Number:
		return o.numberColumn(file, c.Name, values.numbers)
	}
	if w == nil {
		w = o.words(c)
		w.addAll(values.words)
	}
	return o.wordColumn(file, c.Name, w)
}

// settleTyped checks a table of a format that has types of its own.
func (t *Table) settleTyped(opts ReadOptions) error {
	if len(t.Columns) == 0 || t.Rows == 0 {
		return &Error{File: t.Name, Msg: "found no rows"}
	}
	if names := opts.Names; names != nil {
		if len(names) != len(t.Columns) {
			return &Error{File: t.Name, Msg: namesGiven(len(names), len(t.Columns))}
		}
		for i, name := range names {
			t.Columns[i].Name = name
		}
	}
	for i, c := range t.Columns {
		if strings.TrimSpace(c.Name) == "" || strings.Contains(c.Name, "\x00") || !utf8.ValidString(c.Name) {
			return &Error{File: t.Name, Msg: fmt.Sprintf("the name of column %d, %q, is no text", i+1, c.Name), Try: "give names of your own"}
		}
	}
	if _, err := NewTable(t.Name, t.Columns...); err != nil {
		return err
	}
	return opts.checkTypes(t)
}
