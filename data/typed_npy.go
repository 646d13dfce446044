package data

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"
)

// npyRows reads NumPy arrays of equally many rows, some at a time.
type npyRows struct {
	file    string
	opts    ReadOptions
	arrays  []*npyArray
	list    []*Column
	unasked []bool // columns whose values nobody asks for
	known   int64  // bytes of elements that are surely there
	shut    []func() error
}

// openNPY reads the head of a NumPy array. What is no file is read as it comes.
func openNPY(path string, src *source, opts ReadOptions) (typedRows, error) {
	r := &npyRows{file: src.name, opts: opts}
	a, head, err := r.array("c", src)
	if err != nil {
		return nil, err
	}
	f, size, err := reopened(path, src)
	if err != nil {
		return r, nil // as it comes
	}
	r.shut = append(r.shut, f.Close)
	if err := r.place(a, &tellingAt{f, opts.watch}, head, size-head); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// openNPZ reads the heads of an archive of NumPy arrays.
func openNPZ(file string, src *source, opts ReadOptions) (typedRows, error) {
	at, size, shut, err := anyPlace(file, src, opts)
	if err != nil {
		return nil, err
	}
	r := &npyRows{file: src.name, opts: opts, shut: []func() error{shut}}
	if err := r.archive(&tellingAt{at, opts.watch}, size); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *npyRows) archive(f io.ReaderAt, size int64) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return &Error{File: r.file, Msg: fmt.Sprintf("damaged NumPy archive: %v", err)}
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	most := 1000*size + 1<<20 // bytes that the entries may unpack to
	for _, entry := range z.File {
		a, err := r.entry(f, entry)
		if err != nil {
			return err
		}
		if most -= a.bytes(); most <= 0 {
			return r.archiveFault(entry, fmt.Errorf("its %d bytes unpack to more than a thousand times as many", size))
		}
		switch {
		case entry.Method == zip.Store:
			r.known += min(a.bytes(), size)
		case a.fortran && r.opts.typed != nil:
			if err := a.unpack(r.file, r.opts.Memory); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry reads the head of an array of an archive. The array is read as it comes,
// with its checksum, unless its columns lie one after the other and its rows pass by.
func (r *npyRows) entry(f io.ReaderAt, entry *zip.File) (*npyArray, error) {
	content, err := entry.Open()
	if err != nil {
		return nil, r.archiveFault(entry, err)
	}
	r.shut = append(r.shut, content.Close)
	fault := func(err error) error { return r.archiveFault(entry, err) }
	a, head, err := r.array(strings.TrimSpace(strings.TrimSuffix(path.Base(entry.Name), ".npy")), &archived{content, fault})
	if err != nil || !a.fortran || r.opts.typed == nil || entry.Method != zip.Store {
		return a, err
	}
	start, err := entry.DataOffset()
	if err != nil {
		return nil, fault(err)
	}
	return a, r.place(a, f, start+head, int64(entry.UncompressedSize64)-head)
}

// archiveFault says where in an archive the damage is.
func (r *npyRows) archiveFault(entry *zip.File, err error) error {
	return &Error{File: r.file, Msg: fmt.Sprintf("damaged NumPy archive at %s: %v", entry.Name, err)}
}

// archived is an entry of an archive, and says so where it is damaged.
type archived struct {
	io.Reader
	fault func(err error) error
}

func (a *archived) Read(b []byte) (int, error) {
	n, err := a.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = a.fault(err)
	}
	return n, err
}

// place has an array read from so many bytes of a file.
func (r *npyRows) place(a *npyArray, f io.ReaderAt, start, size int64) error {
	if a.bytes() > size {
		return r.fault(a.name, a.tooShort(size))
	}
	a.at = io.NewSectionReader(f, start, size)
	r.known += a.bytes()
	return nil
}

// fault says of which array an error is.
func (r *npyRows) fault(name string, err error) error {
	if _, said := err.(*Error); said {
		return err
	}
	return &Error{File: r.file, Msg: fmt.Sprintf("NumPy array %q: %v", name, err)}
}

// unpack reads a packed array whose columns lie one after the other into memory.
// It takes at most a quarter of what may be taken.
func (a *npyArray) unpack(file string, memory int64) error {
	if memory > 0 && a.bytes() > memory/4 {
		return fmt.Errorf("%w: the array %q of %s is packed, with its columns one after the other; save it with its rows one after the other, or unpacked", ErrWhole, a.name, file)
	}
	all, err := io.ReadAll(io.LimitReader(a.src, a.bytes()))
	if err == nil {
		err = a.drain()
	}
	a.at = bytes.NewReader(all)
	if err != nil {
		return cutOff(file, err)
	}
	return nil
}

// array reads the head of an array and lists its columns.
func (r *npyRows) array(name string, src io.Reader) (a *npyArray, head int64, err error) {
	a, head, err = readArray(name, src)
	switch {
	case err != nil:
	case len(r.arrays) > 0 && a.rows != r.arrays[0].rows:
		err = fmt.Errorf("found %d rows where the other arrays have %d", a.rows, r.arrays[0].rows)
	case len(r.list)+a.width > maxColumns:
		err = fmt.Errorf("found %d columns with those before; at most %d can be read", len(r.list)+a.width, maxColumns)
	}
	if err != nil {
		return nil, 0, r.fault(name, err)
	}
	for k := range a.width {
		label := a.label(k)
		r.unasked = append(r.unasked, r.opts.unasked(len(r.list), label))
		r.list = append(r.list, &Column{Name: label, Kind: Number})
	}
	r.arrays = append(r.arrays, a)
	return a, head, nil
}

func (r *npyRows) columns() []*Column { return r.list }

func (r *npyRows) count() int {
	if len(r.arrays) == 0 {
		return 0
	}
	return r.arrays[0].rows
}

func (r *npyRows) bytes() int64    { return r.known }
func (r *npyRows) notes() []string { return nil }

// inSteps says whether the rows may be read some at a time.
func (r *npyRows) inSteps() bool {
	for _, a := range r.arrays {
		if a.fortran && a.at == nil {
			return false
		}
	}
	return true
}

func (r *npyRows) close() {
	for _, f := range r.shut {
		_ = f()
	}
}

func (r *npyRows) read(n int, dst []cells) error {
	first, steps := 0, r.inSteps() // or else all columns are asked for
	for _, a := range r.arrays {
		at := first
		skip := func(k int) bool { return steps && r.unasked[at+k] }
		err := a.read(n, r.opts.threads(), dst[first:first+a.width], skip)
		if err == nil && a.done == a.rows {
			err = a.drain()
		}
		switch {
		case a.at == nil && errors.Is(err, io.ErrUnexpectedEOF):
			return r.fault(a.name, a.tooShort(a.found))
		case err != nil:
			return cutOff(r.file, err)
		}
		first += a.width
	}
	return nil
}
