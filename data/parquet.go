package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// readParquet reads a Parquet file: numbers and dates become numbers (dates as
// days, timestamps as seconds since 1970), booleans and strings categories or
// text. Columns of lists and maps are left out with a note.
func readParquet(src *source, opts ReadOptions) (t *Table, err error) {
	content, err := io.ReadAll(src)
	if err != nil {
		return nil, readFault(src.name, err)
	}
	defer func() {
		if err != nil {
			t = nil
		}
	}()
	defer recovered(src.name, &err)
	all := bytes.NewReader(content)
	f, _, err := checkedParquet(src.name, all, all, all.Size())
	if err != nil {
		return nil, err
	}
	t = &Table{Name: src.name, Rows: int(f.NumRows())}
	columns, notes := parquetLeaves(f)
	t.Notes = notes
	for _, place := range columns {
		c, err := parquetColumn(f, place.leaf, src.name, place.name, opts)
		if err != nil {
			return nil, err
		}
		t.Columns = append(t.Columns, c)
	}
	return t, t.settleTyped(opts)
}

// checkedParquet opens a Parquet file whose pages hold what they say. pages is
// how many bytes the largest page of each column, with its dictionary, unpacks to
// in all. The library reads through at, the check through plain.
func checkedParquet(name string, at, plain io.ReaderAt, size int64) (f *parquet.File, pages int64, err error) {
	// The library believes the length of the footer that the last bytes state.
	var tail [8]byte
	if size >= 12 {
		if err := readAt(plain, tail[:], size-8); err != nil {
			return nil, 0, readFault(name, err)
		}
	}
	if size < 12 || uint64(binary.LittleEndian.Uint32(tail[:])) > uint64(size-12) {
		return nil, 0, &Error{File: name, Msg: "this Parquet file is cut off or damaged: its footer does not fit", Try: "fetch the file again"}
	}
	f, err = parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, 0, &Error{File: name, Msg: fmt.Sprintf("damaged Parquet file: %v", err)}
	}
	if pages, err = checkPages(plain, size, f); errors.Is(err, errUnsupported) {
		return nil, 0, &Error{File: name, Msg: fmt.Sprintf("this Parquet file cannot be read: %v", err)}
	} else if err != nil {
		return nil, 0, &Error{File: name, Msg: fmt.Sprintf("damaged Parquet file: %v", err), Try: "fetch the file again"}
	}
	return f, pages, nil
}

// parquetColumn reads one column of all row groups.
func parquetColumn(f *parquet.File, leaf parquet.LeafColumn, file, name string, opts ReadOptions) (*Column, error) {
	convert := parquetNumber(leaf.Node.Type())
	var numbers []float64
	w := newWords(Category, opts.kind(name) == Category)
	rows := 0
	keep := func(v parquet.Value) {
		rows++
		switch {
		case convert == nil:
			w.add(parquetText(v))
		case v.IsNull():
			numbers = append(numbers, math.NaN())
		default:
			numbers = append(numbers, convert(v))
		}
	}
	for _, group := range f.RowGroups() {
		if err := eachValue(group.ColumnChunks()[leaf.ColumnIndex], keep); err != nil {
			return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("damaged Parquet file: column %q: %v", name, err), Try: "fetch the file again"}
		}
	}
	if rows != int(f.NumRows()) {
		return nil, &Error{File: file, Column: name, Msg: fmt.Sprintf("damaged Parquet file: column %q has %s, and the file says %s", name, plural(rows, "value"), plural(int(f.NumRows()), "row")), Try: "fetch the file again"}
	}
	if convert == nil {
		return opts.wordColumn(file, name, w)
	}
	return opts.numberColumn(file, name, numbers)
}

// eachValue hands all values of a column of one row group to keep.
func eachValue(chunk parquet.ColumnChunk, keep func(parquet.Value)) error {
	pages := chunk.Pages()
	defer pages.Close()
	var buf [512]parquet.Value
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values := page.Values()
		for err == nil {
			var n int
			n, err = values.ReadValues(buf[:])
			for _, v := range buf[:n] {
				keep(v)
			}
		}
		parquet.Release(page)
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
}

func parquetText(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Boolean:
		return v.String()
	}
	return string(v.ByteArray())
}

// parquetNumber turns values of a type into numbers, nil for text.
func parquetNumber(t parquet.Type) func(parquet.Value) float64 {
	scale, unsigned := 1.0, false
	if l := t.LogicalType(); l != nil {
		switch v := l.Value.(type) {
		case *format.DecimalType:
			return parquetDecimal(t.Kind(), int(v.Scale))
		case *format.TimestampType:
			scale = perSecond(v.Unit)
		case *format.IntType:
			unsigned = !v.IsSigned
		}
	}
	switch t.Kind() {
	case parquet.Int32:
		if unsigned {
			return func(v parquet.Value) float64 { return float64(v.Uint32()) }
		}
		return func(v parquet.Value) float64 { return float64(v.Int32()) / scale }
	case parquet.Int64:
		if unsigned {
			return func(v parquet.Value) float64 { return float64(v.Uint64()) }
		}
		return func(v parquet.Value) float64 { return float64(v.Int64()) / scale }
	case parquet.Int96:
		return func(v parquet.Value) float64 { return julianSeconds(v.Int96()) }
	case parquet.Float:
		return func(v parquet.Value) float64 { return float64(v.Float()) }
	case parquet.Double:
		return func(v parquet.Value) float64 { return v.Double() }
	}
	return nil
}

// perSecond is how many of a unit make a second.
func perSecond(u format.TimeUnit) float64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	case *format.NanoSeconds:
		return 1e9
	}
	return 1
}

// julianSeconds is an old timestamp, nanoseconds of a Julian day, as seconds
// since 1970.
func julianSeconds(v deprecated.Int96) float64 {
	const epoch = 2440588 // the Julian day of 1970-01-01
	nanos := uint64(v[1])<<32 | uint64(v[0])
	return (float64(v[2])-epoch)*86400 + float64(nanos)/1e9
}
