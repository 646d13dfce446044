package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// isIDX says whether the content begins like an IDX file (Y. LeCun, "The MNIST
// database of handwritten digits"): two zero bytes, an element type, a number
// of axes.
func isIDX(s []byte) bool {
	return len(s) >= 4 && s[0] == 0 && s[1] == 0 && strings.IndexByte("\x08\x09\x0b\x0c\x0d\x0e", s[2]) >= 0 && 1 <= s[3] && s[3] <= 4
}

// idxRows reads an IDX file of bytes, and the labels beside images: one axis is
// labels, two or three are images.
type idxRows struct {
	parts []*idxPart
	said  []string
}

// idxPart is one of the files.
type idxPart struct {
	src       *source
	rows      int
	left      int // rows
	column    *Column
	buf       []byte
	words     [256]string
	elements  int64 // bytes
	known     int64 // of them, that are surely there
	elsewhere bool  // the file is not the caller's
}

// openIDX reads the heads of images or labels, and of the labels that lie beside
// images.
func openIDX(path string, src *source, opts ReadOptions) (typedRows, error) {
	first, err := newIDXPart(src, opts)
	if err != nil {
		return nil, err
	}
	r := &idxRows{parts: []*idxPart{first}}
	labels := labelsBeside(path)
	if first.column.Kind != Image || labels == "" {
		return r, nil
	}
	beside, err := open(labels, nil)
	if err != nil {
		return nil, err
	}
	if magic, _ := beside.Peek(4); !isIDX(magic) {
		beside.Close()
		return nil, &Error{File: labels, Msg: "expected the labels of " + path + " in IDX format"}
	}
	second, err := newIDXPart(beside, opts)
	if err != nil {
		beside.Close()
		return nil, err
	}
	second.elsewhere = true
	r.parts, r.said = append(r.parts, second), []string{"labels are from " + labels}
	if second.column.Kind == Image || second.rows != first.rows {
		r.close()
		return nil, &Error{File: labels, Msg: fmt.Sprintf("expected %d labels for the images of %s, found %d of kind %v", first.rows, path, second.rows, second.column.Kind)}
	}
	return r, nil
}

// newIDXPart reads the head.
func newIDXPart(src *source, opts ReadOptions) (*idxPart, error) {
	head, n, err := readIDXHead(src)
	if err != nil {
		return nil, err
	}
	axes := int(head[3])
	p := &idxPart{src: src, elements: 1}
	var size [3]int
	for i := range axes {
		size[i] = int(binary.BigEndian.Uint32(head[4+4*i:]))
		if err := p.axis(i, int64(size[i])); err != nil {
			return nil, err
		}
	}
	if found := src.size - int64(n); src.size > 0 {
		if found != p.elements {
			return nil, p.otherSize(found)
		}
		p.known = p.elements
	}
	p.rows, p.left = size[0], size[0]
	switch axes {
	case 1:
		p.labels(opts.kind("label"))
	case 2:
		p.column = &Column{Name: "image", Kind: Image, Height: 1, Width: size[1]}
	case 3:
		p.column = &Column{Name: "image", Kind: Image, Height: size[1], Width: size[2]}
	}
	return p, nil
}

// readIDXHead reads the n bytes in front of the elements: their type, the number
// of axes, and the length of each.
func readIDXHead(src *source) (head [16]byte, n int, err error) {
	n, err = io.ReadFull(src, head[:4])
	if err == nil {
		if err := checkIDX(src.name, head[2], int(head[3])); err != nil {
			return head, n, err
		}
		var m int
		m, err = io.ReadFull(src, head[4:4+4*head[3]])
		n += m
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = &Error{File: src.name, Msg: fmt.Sprintf("expected an IDX file of 1 to 3 axes, found %d axes in %d bytes", head[3], n)}
	} else if err != nil {
		err = readFault(src.name, err)
	}
	return head, n, err
}

// axis takes the length of axis i.
func (p *idxPart) axis(i int, n int64) error {
	const most = 1 << 15 // pixels along an axis of an image of unknown size
	fault := func(what string) error {
		return &Error{File: p.src.name, Msg: fmt.Sprintf("axis %d of this IDX file is %d long, which does not fit %s", i+1, n, what)}
	}
	switch {
	case n == 0 || p.src.size > 0 && p.elements > p.src.size/n:
		return fault(fmt.Sprintf("its %d bytes", p.src.size))
	case p.src.size == 0 && i > 0 && n > most:
		return fault("an image")
	}
	p.elements *= n
	return nil
}

// otherSize is the error of a file that holds so many bytes of elements.
func (p *idxPart) otherSize(found int64) error {
	return &Error{File: p.src.name, Msg: fmt.Sprintf("expected %d bytes of elements in this IDX file, found %d", p.elements, found), Try: "fetch the file again"}
}

// labels makes the column one of labels: a category of the bytes that occur, or a
// number if that is asked for.
func (p *idxPart) labels(asked Kind) {
	p.column = &Column{Name: "label", Kind: Category, levels: true}
	if asked == Number {
		p.column.Kind = Number
	}
	for b := range p.words {
		p.words[b] = strconv.Itoa(b)
	}
}

// checkIDX refuses elements other than bytes and more than three axes.
func checkIDX(name string, element byte, axes int) error {
	if element != 8 {
		return &Error{File: name, Msg: fmt.Sprintf("this IDX file holds elements of type %#x; only bytes (0x8) can be read", element)}
	}
	if axes > 3 {
		return &Error{File: name, Msg: fmt.Sprintf("expected an IDX file of 1 to 3 axes, found %d axes", axes)}
	}
	return nil
}

func (r *idxRows) columns() (list []*Column) {
	for _, p := range r.parts {
		list = append(list, p.column)
	}
	return list
}

func (r *idxRows) count() int      { return r.parts[0].rows }
func (r *idxRows) bytes() int64    { return r.parts[0].known }
func (r *idxRows) notes() []string { return r.said }
func (r *idxRows) inSteps() bool   { return true }

func (r *idxRows) close() {
	for _, p := range r.parts {
		if p.elsewhere {
			p.src.Close()
		}
	}
}

func (r *idxRows) read(n int, dst []cells) error {
	for i, p := range r.parts {
		if err := p.read(n, &dst[i]); err != nil {
			return err
		}
	}
	return nil
}

// read appends n rows, and looks for the end behind the last.
func (p *idxPart) read(n int, dst *cells) (err error) {
	each := p.column.pixels()
	into := &p.buf
	if p.column.Kind == Image {
		into = &dst.pixels
	} else {
		p.buf = p.buf[:0]
	}
	before := len(*into)
	if *into, err = readRows(p.src, *into, n*each); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return p.otherSize(int64((p.rows-p.left)*each + len(*into) - before))
	} else if err != nil {
		return readFault(p.src.name, err)
	}
	if p.left -= n; p.left == 0 {
		if _, err := p.src.Peek(1); err == nil {
			return &Error{File: p.src.name, Msg: fmt.Sprintf("more bytes follow the %d rows of this IDX file", p.rows), Try: "fetch the file again"}
		} else if err != io.EOF {
			return readFault(p.src.name, err)
		}
	}
	switch p.column.Kind {
	case Number:
		for _, b := range p.buf {
			dst.numbers = append(dst.numbers, float64(b))
		}
	case Category:
		for _, b := range p.buf {
			dst.words = append(dst.words, p.words[b])
		}
	}
	return nil
}

// pixels is the bytes of an image, 1 of another column.
func (c *Column) pixels() int { return max(1, c.Height*c.Width) }

// labelsBeside finds train-labels-idx1-ubyte.gz beside
// train-images-idx3-ubyte.gz, "" where there is none.
func labelsBeside(path string) string {
	dir, base := filepath.Split(path)
	labels := strings.NewReplacer("images", "labels", "idx3", "idx1").Replace(base)
	if labels == base {
		return ""
	}
	plain := strings.TrimSuffix(labels, ".gz")
	for _, name := range []string{labels, plain, plain + ".gz"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return filepath.Join(dir, name)
		}
	}
	return ""
}
