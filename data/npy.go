package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sbinet/npyio/npy"
)

// readNPY reads a NumPy array: a vector becomes the column c1, a matrix the
// columns c1, c2, ...; more axes than two become columns in their order in
// memory.
func readNPY(src *source, opts ReadOptions) (*Table, error) {
	content, err := io.ReadAll(src)
	if err != nil {
		return nil, readFault(src.name, err)
	}
	t := &Table{Name: src.name}
	if err := t.addArray("c", content, opts); err != nil {
		return nil, err
	}
	return t, t.settleTyped(opts)
}

// readNPZ reads an archive of NumPy arrays with equally many rows: a vector
// called y becomes the column y, a matrix called x the columns x1, x2, ...
func readNPZ(src *source, opts ReadOptions) (*Table, error) {
	content, err := io.ReadAll(src)
	if err != nil {
		return nil, readFault(src.name, err)
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, &Error{File: src.name, Msg: fmt.Sprintf("damaged NumPy archive: %v", err)}
	}
	t := &Table{Name: src.name}
	most := 1000*int64(len(content)) + 1<<20 // bytes that the entries may unpack to
	for _, entry := range z.File {
		key := entry.Name
		r, err := entry.Open()
		if err != nil {
			return nil, &Error{File: src.name, Msg: fmt.Sprintf("damaged NumPy archive at %s: %v", key, err)}
		}
		array, err := io.ReadAll(io.LimitReader(r, most))
		r.Close()
		most -= int64(len(array))
		if err == nil && most <= 0 {
			err = fmt.Errorf("its %d bytes unpack to more than a thousand times as many", len(content))
		}
		if err != nil {
			return nil, &Error{File: src.name, Msg: fmt.Sprintf("damaged NumPy archive at %s: %v", key, err)}
		}
		name := strings.TrimSuffix(path.Base(key), ".npy")
		if err := t.addArray(name, array, opts); err != nil {
			return nil, err
		}
	}
	return t, t.settleTyped(opts)
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

// addArray appends the columns of one array.
func (t *Table) addArray(name string, content []byte, opts ReadOptions) (err error) {
	size := int64(len(content))
	fault := func(format string, args ...any) error {
		return &Error{File: t.Name, Msg: fmt.Sprintf("NumPy array %q: ", name) + fmt.Sprintf(format, args...)}
	}
	defer func() {
		if p := recover(); p != nil {
			err = fault("damaged: %v", p)
		}
	}()
	if head := headOfNPY(content); head > size {
		return fault("damaged: a head of %d bytes does not fit its %d bytes", head, size)
	}
	r, err := npy.NewReader(bytes.NewReader(content))
	if err != nil {
		return fault("damaged: %v", err)
	}
	rows, width, err := shapeWithin(r.Header.Descr.Shape, size)
	if err != nil {
		return fault("%v", err)
	}
	if len(t.Columns) > 0 && rows != t.Rows {
		return fault("found %d rows where the other arrays have %d", rows, t.Rows)
	}
	if width > maxColumns {
		return fault("found %d columns; at most %d can be read", width, maxColumns)
	}
	if want := elementSize(r.Header.Descr.Type) * int64(rows) * int64(width); want > size-headOfNPY(content) {
		return fault("damaged: expected %d bytes of elements, found %d; fetch the file again", want, size-headOfNPY(content))
	}
	values, err := arrayValues(r, rows*width)
	if err != nil {
		return fault("%v", err)
	}
	t.Rows = rows
	return t.addNumbers(name, r.Header, values, width, opts)
}

// shapeWithin is the rows and columns of an array whose elements take size bytes
// at most.
func shapeWithin(shape []int, size int64) (rows, width int, err error) {
	rows, width = 1, 1
	for i, n := range shape {
		if n == 0 {
			return 0, 0, fmt.Errorf("axis %d is empty, so it has no rows to read", i+1)
		}
		if n < 0 || int64(n) > size || int64(rows)*int64(width) > size/int64(n) {
			return 0, 0, fmt.Errorf("axis %d is %d long, which does not fit its %d bytes", i+1, n, size)
		}
		if i == 0 {
			rows = n
		} else {
			width *= n
		}
	}
	return rows, width, nil
}

// addNumbers appends the columns of an array of t.Rows rows of width values.
func (t *Table) addNumbers(name string, h npy.Header, values []float64, width int, opts ReadOptions) error {
	for k := range width {
		column, label := values, name
		if len(h.Descr.Shape) > 1 || name == "c" {
			label = fmt.Sprintf("%s%d", name, k+1)
		}
		if width > 1 {
			column = make([]float64, t.Rows)
			for i := range column {
				at := i*width + k
				if h.Descr.Fortran {
					at = k*t.Rows + i
				}
				column[i] = values[at]
			}
		}
		if given := opts.Names; len(given) > len(t.Columns) {
			label = given[len(t.Columns)]
		}
		c, err := opts.numberColumn(t.Name, label, column)
		if err != nil {
			return err
		}
		t.Columns = append(t.Columns, c)
	}
	return nil
}

// headOfNPY is how long an array says that its head is, which the library
// believes: two bytes of length in version 1 of the format, four in the others.
func headOfNPY(content []byte) int64 {
	const magic = 8 // with the version
	switch {
	case len(content) < magic+4:
		return int64(len(content)) // too short for anything
	case content[6] == 1:
		return magic + 2 + int64(binary.LittleEndian.Uint16(content[magic:]))
	}
	return magic + 4 + int64(binary.LittleEndian.Uint32(content[magic:]))
}

// elementSize is the bytes of an element of a type such as <f8, 1 where they
// are not stated.
func elementSize(descr string) int64 {
	n, err := strconv.Atoi(strings.TrimLeft(descr, "<>|=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err != nil || n < 1 {
		return 1
	}
	return int64(n)
}

// arrayValues reads n elements of any real type as float64.
func arrayValues(r *npy.Reader, n int) ([]float64, error) {
	switch kind := strings.TrimLeft(r.Header.Descr.Type, "<>|="); kind {
	case "f8":
		v := make([]float64, n)
		return v, r.Read(&v)
	case "f4":
		return widen[float32](r, n)
	case "i8":
		return widen[int64](r, n)
	case "i4":
		return widen[int32](r, n)
	case "i2":
		return widen[int16](r, n)
	case "i1":
		return widen[int8](r, n)
	case "u8":
		return widen[uint64](r, n)
	case "u4":
		return widen[uint32](r, n)
	case "u2":
		return widen[uint16](r, n)
	case "u1":
		return widen[uint8](r, n)
	case "b1":
		flags := make([]bool, n)
		if err := r.Read(&flags); err != nil {
			return nil, err
		}
		v := make([]float64, n)
		for i, on := range flags {
			if on {
				v[i] = 1
			}
		}
		return v, nil
	default:
		return nil, fmt.Errorf("elements of type %s cannot be read; convert it: a.astype('f8')", r.Header.Descr.Type)
	}
}

func widen[E float32 | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16 | uint8](r *npy.Reader, n int) ([]float64, error) {
	elements := make([]E, n)
	if err := r.Read(&elements); err != nil {
		return nil, err
	}
	v := make([]float64, n)
	for i, e := range elements {
		v[i] = float64(e)
	}
	return v, nil
}
