package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// parquetRows reads a Parquet file, some rows of all columns at a time. A page of
// each column is in memory.
type parquetRows struct {
	name  string
	file  *parquet.File
	list  []*Column
	leafs []*parquetLeaf
	said  []string
	shut  func() error
}

// parquetLeaf is where the reading of a column stands.
type parquetLeaf struct {
	index   int // of the column in the file
	convert func(parquet.Value) float64
	group   int // of rows, that is read next
	pages   parquet.Pages
	page    parquet.Page
	values  parquet.ValueReader
	buf     []parquet.Value
	ready   []parquet.Value // read from the page and not given out
}

// openParquet reads the footer of a Parquet file and looks into all its pages.
func openParquet(path string, src *source, opts ReadOptions) (typedRows, error) {
	f, size, shut, err := anyPlace(path, src, opts)
	if err != nil {
		return nil, err
	}
	r := &parquetRows{name: src.name, shut: shut}
	if err := r.open(&tellingAt{f, opts.watch}, f, size, opts); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// open reads through at what it tells of, and looks into the pages through plain.
func (r *parquetRows) open(at, plain io.ReaderAt, size int64, opts ReadOptions) (err error) {
	defer recovered(r.name, &err)
	f, pages, err := checkedParquet(r.name, at, plain, size)
	if err != nil {
		return err
	}
	if most := opts.Memory; most > 0 && pages > most {
		return &Error{File: r.name, Msg: fmt.Sprintf("a page of each column of this Parquet file unpacks to %d MB in all, more than the %d MB that are left for them", pages>>20, most>>20),
			Try: "allow more memory, or write the file with smaller pages"}
	}
	r.file = f
	columns, notes := parquetLeaves(f)
	r.said = notes
	for _, c := range columns {
		leaf := &parquetLeaf{index: c.leaf.ColumnIndex, convert: parquetNumber(c.leaf.Node.Type()), buf: make([]parquet.Value, 512)}
		one := &Column{Name: c.name, Kind: Number}
		if leaf.convert == nil {
			one.Kind = Category
		}
		r.list, r.leafs = append(r.list, one), append(r.leafs, leaf)
	}
	return nil
}

// recovered turns a panic of the library, which trusts its file more than we do,
// into an error.
func recovered(file string, err *error) {
	if p := recover(); p != nil {
		*err = &Error{File: file, Msg: fmt.Sprintf("damaged Parquet file: %v", p)}
	}
}

// parquetPlace is a column that can be read.
type parquetPlace struct {
	name string
	leaf parquet.LeafColumn
}

// parquetLeaves lists the columns that can be read, and notes on the others.
func parquetLeaves(f *parquet.File) (list []parquetPlace, notes []string) {
	for _, path := range f.Schema().Columns() {
		leaf, _ := f.Schema().Lookup(path...)
		name := strings.Join(path, ".")
		if leaf.MaxRepetitionLevel > 0 {
			notes = append(notes, fmt.Sprintf("column %q holds lists and is left out", name))
			continue
		}
		list = append(list, parquetPlace{name, leaf})
	}
	return list, notes
}

func (r *parquetRows) columns() []*Column { return r.list }
func (r *parquetRows) count() int         { return int(r.file.NumRows()) }
func (r *parquetRows) notes() []string    { return r.said }
func (r *parquetRows) bytes() int64       { return r.file.Size() }
func (r *parquetRows) inSteps() bool      { return true }

func (r *parquetRows) close() {
	for _, leaf := range r.leafs {
		leaf.closePage()
		if leaf.pages != nil {
			_ = leaf.pages.Close()
		}
	}
	_ = r.shut()
}

func (r *parquetRows) read(n int, dst []cells) (err error) {
	defer recovered(r.name, &err)
	for i, leaf := range r.leafs {
		if err := leaf.read(r.file, n, &dst[i]); err != nil {
			name := r.list[i].Name
			return &Error{File: r.name, Column: name, Msg: fmt.Sprintf("damaged Parquet file: column %q: %v", name, err), Try: "fetch the file again"}
		}
	}
	return nil
}

// read fills the cells of the next n rows.
func (l *parquetLeaf) read(f *parquet.File, n int, dst *cells) error {
	for n > 0 {
		if len(l.ready) == 0 {
			if err := l.more(f); err != nil {
				return err
			}
			continue
		}
		some := l.ready[:min(n, len(l.ready))]
		for _, v := range some {
			switch {
			case l.convert == nil:
				dst.words = append(dst.words, parquetText(v))
			case v.IsNull():
				dst.numbers = append(dst.numbers, math.NaN())
			default:
				dst.numbers = append(dst.numbers, l.convert(v))
			}
		}
		l.ready = l.ready[len(some):]
		n -= len(some)
	}
	return nil
}

// more reads on: values of the page, or the next page, or the next group of rows.
func (l *parquetLeaf) more(f *parquet.File) error {
	if l.values != nil {
		n, err := l.values.ReadValues(l.buf)
		l.ready = l.buf[:n]
		if errors.Is(err, io.EOF) {
			l.values, err = nil, nil
		}
		return err
	}
	l.closePage()
	if l.pages == nil {
		groups := f.RowGroups()
		if l.group == len(groups) {
			return fmt.Errorf("it has fewer values than the file has rows")
		}
		l.pages = groups[l.group].ColumnChunks()[l.index].Pages()
		l.group++
	}
	page, err := l.pages.ReadPage()
	switch {
	case errors.Is(err, io.EOF):
		err = l.pages.Close()
		l.pages = nil
	case err == nil:
		l.page, l.values = page, page.Values()
	}
	return err
}

func (l *parquetLeaf) closePage() {
	if l.page != nil {
		parquet.Release(l.page)
		l.page, l.values = nil, nil
	}
}
