package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/sbinet/npyio/npy"
)

// npyArray is an array of NumPy whose head was read.
type npyArray struct {
	name        string
	rows, width int
	axes        int
	element     element
	fortran     bool // its columns lie one after the other
	done        int  // rows

	src   io.Reader   // its elements, one after the other; or
	at    io.ReaderAt // at any place
	found int64       // bytes read from src
}

// bytes is how many bytes the elements take.
func (a *npyArray) bytes() int64 { return int64(a.rows) * int64(a.width) * int64(a.element.size) }

// label is the name of column k. A matrix called x has the columns x1, x2, ...,
// a vector called y the column y, and an array without a name c1, c2, ...
func (a *npyArray) label(k int) string {
	if a.axes > 1 || a.name == "c" {
		return fmt.Sprintf("%s%d", a.name, k+1)
	}
	return a.name
}

// readArray reads the head of an array, which has head bytes. More axes than two
// become columns in their order in memory.
func readArray(name string, src io.Reader) (a *npyArray, head int64, err error) {
	h, head, err := npyHead(src)
	if err != nil {
		return nil, 0, fmt.Errorf("damaged: %w", err)
	}
	shape := h.Descr.Shape
	a = &npyArray{name: name, rows: 1, width: 1, axes: len(shape), src: src, element: elementOf(h.Descr.Type)}
	if a.element.size == 0 {
		return nil, 0, fmt.Errorf("elements of type %s cannot be read; convert it: a.astype('f8')", h.Descr.Type)
	}
	for i, n := range shape {
		switch {
		case n == 0:
			return nil, 0, fmt.Errorf("axis %d is empty, so it has no rows to read", i+1)
		case n < 0 || n > 1<<40:
			return nil, 0, fmt.Errorf("axis %d is %d long, which does not fit any file", i+1, n)
		case i == 0:
			a.rows = n
		case a.width > maxColumns/n:
			return nil, 0, fmt.Errorf("found %.0f columns; at most %d can be read", float64(a.width)*float64(n), maxColumns)
		default:
			a.width *= n
		}
	}
	a.fortran = h.Descr.Fortran && a.width > 1
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
		return h, 0, headFault(err)
	}
	if size = headOfNPY(buf); size < start || size > most {
		return h, 0, fmt.Errorf("a head of %d bytes does not fit: it has %d at most", size, most)
	}
	buf = append(buf, make([]byte, size-start)...)
	if _, err := io.ReadFull(src, buf[start:]); err != nil {
		return h, 0, headFault(err)
	}
	r, err := npy.NewReader(bytes.NewReader(buf))
	if err != nil {
		return h, 0, err
	}
	return r.Header, size, nil
}

// headFault is the error of a file that ends in its head.
func headFault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends in its head; fetch it again")
	}
	return err
}

// headOfNPY is how long an array says that its head is, of which content are the
// first bytes: two bytes of length in version 1 of the format, four in the others.
func headOfNPY(content []byte) int64 {
	const magic = 8 // with the version
	if content[6] == 1 {
		return magic + 2 + int64(binary.LittleEndian.Uint16(content[magic:]))
	}
	return magic + 4 + int64(binary.LittleEndian.Uint32(content[magic:]))
}

// tooShort is the error of an array whose file has so many bytes of elements.
func (a *npyArray) tooShort(found int64) error {
	return fmt.Errorf("damaged: its %d rows of %s take %.0f bytes, which does not fit its %d bytes: the file ends before its last row; fetch the file again",
		a.rows, plural(a.width, "element"), float64(a.rows)*float64(a.width)*float64(a.element.size), found)
}

// drain reads what follows the elements: checksums of what packed them are at the
// end.
func (a *npyArray) drain() error {
	const most = 1 << 30
	if a.at != nil {
		return nil
	}
	_, err := io.CopyN(io.Discard, a.src, most)
	if err == io.EOF {
		return nil
	}
	return err
}
