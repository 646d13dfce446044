package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"strings"

	"github.com/sbinet/npyio/npy"
)

// npyRows reads NumPy arrays of equally many rows, some at a time.
type npyRows struct {
	file   string
	arrays []*npyArray
	list   []*Column
	shut   []func() error
}

// npyArray is one of the arrays.
type npyArray struct {
	name        string
	rows, width int
	size        int // bytes of an element
	value       func(b []byte) float64
	src         io.Reader   // the rows, one after the other
	at          io.ReaderAt // the columns, in Fortran order; nil otherwise
	done        int         // rows
	buf         []byte
}

// openNPY reads the head of a NumPy array.
func openNPY(path string, src *source, opts ReadOptions) (typedRows, error) {
	r := &npyRows{file: src.name}
	a, head, err := r.array("c", src)
	if err != nil {
		return nil, err
	}
	if a.at != nil {
		f, size, err := reopened(path, src)
		if err != nil {
			return nil, err
		}
		r.shut = append(r.shut, f.Close)
		a.at = &tellingAt{io.NewSectionReader(f, head, size-head), opts.watch}
	}
	return r, nil
}

// openNPZ reads the heads of an archive of NumPy arrays.
func openNPZ(file string, src *source, opts ReadOptions) (typedRows, error) {
	f, size, err := reopened(file, src)
	if err != nil {
		return nil, err
	}
	r := &npyRows{file: src.name, shut: []func() error{f.Close}}
	if err := r.archive(f, size, opts); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *npyRows) archive(f *os.File, size int64, opts ReadOptions) error {
	z, err := zip.NewReader(&tellingAt{f, opts.watch}, size)
	if err != nil {
		return &Error{File: r.file, Msg: fmt.Sprintf("damaged NumPy archive: %v", err)}
	}
	most := 1000*size + 1<<20 // bytes that the entries may unpack to
	for _, entry := range z.File {
		src, err := entry.Open()
		if err != nil {
			return &Error{File: r.file, Msg: fmt.Sprintf("damaged NumPy archive at %s: %v", entry.Name, err)}
		}
		r.shut = append(r.shut, src.Close)
		a, head, err := r.array(strings.TrimSuffix(path.Base(entry.Name), ".npy"), src)
		if err != nil {
			return err
		}
		if most -= int64(a.rows) * int64(a.width) * int64(a.size); most <= 0 {
			return &Error{File: r.file, Msg: fmt.Sprintf("damaged NumPy archive at %s: its %d bytes unpack to more than a thousand times as many", entry.Name, size)}
		}
		if a.at == nil {
			continue
		}
		if entry.Method != zip.Store {
			if err := a.unpack(r.file, opts.Memory); err != nil {
				return err
			}
			continue
		}
		start, err := entry.DataOffset()
		if err != nil {
			return &Error{File: r.file, Msg: fmt.Sprintf("damaged NumPy archive at %s: %v", entry.Name, err)}
		}
		a.at = &tellingAt{io.NewSectionReader(f, start+head, int64(entry.UncompressedSize64)-head), opts.watch}
	}
	return nil
}

// unpack reads a packed array whose columns lie one after the other into memory.
// It takes at most a quarter of what may be taken.
func (a *npyArray) unpack(file string, memory int64) error {
	size := int64(a.rows) * int64(a.width) * int64(a.size)
	if memory > 0 && size > memory/4 {
		return fmt.Errorf("%w: the array %q of %s is packed, with its columns one after the other; save it with its rows one after the other, or unpacked", ErrWhole, a.name, file)
	}
	all, err := io.ReadAll(io.LimitReader(a.src, size))
	a.at = bytes.NewReader(all)
	if err != nil {
		return cutOff(file, err)
	}
	return nil
}

// array reads the head of an array and lists its columns. at is not nil where
// these lie one after the other.
func (r *npyRows) array(name string, src io.Reader) (a *npyArray, head int64, err error) {
	fault := func(format string, args ...any) error {
		return &Error{File: r.file, Msg: fmt.Sprintf("NumPy array %q: ", name) + fmt.Sprintf(format, args...)}
	}
	h, head, err := npyHead(src)
	if err != nil {
		return nil, 0, fault("damaged: %v", err)
	}
	a = &npyArray{name: name, rows: 1, width: 1, src: src, size: int(elementSize(h.Descr.Type))}
	for i, n := range h.Descr.Shape {
		switch {
		case n == 0:
			return nil, 0, fault("axis %d is empty, so it has no rows to read", i+1)
		case n < 0 || n > 1<<40:
			return nil, 0, fault("axis %d is %d long", i+1, n)
		case i == 0:
			a.rows = n
		default:
			if a.width *= n; a.width > maxColumns {
				return nil, 0, fault("found %d columns; at most %d can be read", a.width, maxColumns)
			}
		}
	}
	if len(r.arrays) > 0 && a.rows != r.arrays[0].rows {
		return nil, 0, fault("found %d rows where the other arrays have %d", a.rows, r.arrays[0].rows)
	}
	if a.value = npyValue(h.Descr.Type); a.value == nil {
		return nil, 0, fault("elements of type %s cannot be read; convert it: a.astype('f8')", h.Descr.Type)
	}
	if h.Descr.Fortran && a.width > 1 {
		a.at = bytes.NewReader(nil) // until the place is known
	}
	for k := range a.width {
		label := name
		if len(h.Descr.Shape) > 1 || name == "c" {
			label = fmt.Sprintf("%s%d", name, k+1)
		}
		r.list = append(r.list, &Column{Name: label, Kind: Number})
	}
	if len(r.list) > maxColumns {
		return nil, 0, fault("found %d columns with those before; at most %d can be read", len(r.list), maxColumns)
	}
	r.arrays = append(r.arrays, a)
	return a, head, nil
}

// npyHead reads the head of an array, and says how many bytes it has.
func npyHead(src io.Reader) (h npy.Header, size int64, err error) {
	const start, most = 12, 1 << 20
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	buf := make([]byte, start)
	if _, err := io.ReadFull(src, buf); err != nil {
		return h, 0, err
	}
	if size = headOfNPY(buf); size < start || size > most {
		return h, 0, fmt.Errorf("a head of %d bytes", size)
	}
	buf = append(buf, make([]byte, size-start)...)
	if _, err := io.ReadFull(src, buf[start:]); err != nil {
		return h, 0, err
	}
	r, err := npy.NewReader(bytes.NewReader(buf))
	if err != nil {
		return h, 0, err
	}
	return r.Header, size, nil
}

// npyValue reads an element of any real type; nil for others.
func npyValue(descr string) func(b []byte) float64 {
	var order binary.ByteOrder = binary.LittleEndian
	if strings.HasPrefix(descr, ">") {
		order = binary.BigEndian
	}
	switch strings.TrimLeft(descr, "<>|=") {
	case "f8":
		return func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }
	case "f4":
		return func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }
	case "i8":
		return func(b []byte) float64 { return float64(int64(order.Uint64(b))) }
	case "i4":
		return func(b []byte) float64 { return float64(int32(order.Uint32(b))) }
	case "i2":
		return func(b []byte) float64 { return float64(int16(order.Uint16(b))) }
	case "i1":
		return func(b []byte) float64 { return float64(int8(b[0])) }
	case "u8":
		return func(b []byte) float64 { return float64(order.Uint64(b)) }
	case "u4":
		return func(b []byte) float64 { return float64(order.Uint32(b)) }
	case "u2":
		return func(b []byte) float64 { return float64(order.Uint16(b)) }
	case "u1":
		return func(b []byte) float64 { return float64(b[0]) }
	case "b1":
		return func(b []byte) float64 { return float64(one(b[0] != 0)) }
	}
	return nil
}

func (r *npyRows) columns() []*Column { return r.list }

func (r *npyRows) count() int {
	if len(r.arrays) == 0 {
		return 0
	}
	return r.arrays[0].rows
}

func (r *npyRows) notes() []string { return nil }

func (r *npyRows) close() {
	for _, f := range r.shut {
		_ = f()
	}
}

func (r *npyRows) read(n int, dst []cells) error {
	for _, a := range r.arrays {
		if err := a.read(n, dst[:a.width]); err != nil {
			return cutOff(r.file, err)
		}
		dst = dst[a.width:]
	}
	return nil
}

// read fills the cells of the next n rows, column by column.
func (a *npyArray) read(n int, dst []cells) error {
	var err error
	if a.at == nil {
		if a.buf, err = readRows(a.src, a.buf, n*a.size*a.width); err != nil {
			return err
		}
	}
	for k := range dst {
		from, step := k*a.size, a.width*a.size
		if a.at != nil {
			at := (int64(k)*int64(a.rows) + int64(a.done)) * int64(a.size)
			if a.buf, err = readRows(io.NewSectionReader(a.at, at, int64(n*a.size)), a.buf, n*a.size); err != nil {
				return err
			}
			from, step = 0, a.size
		}
		v := dst[k].numbers[:0]
		for i := range n {
			v = append(v, a.value(a.buf[from+i*step:]))
		}
		dst[k].numbers = v
	}
	a.done += n
	return nil
}
