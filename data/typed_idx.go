package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// idxRows reads an IDX file, and the labels beside images, some rows at a time.
type idxRows struct {
	parts []*idxPart
	said  []string
}

// idxPart is one of the files.
type idxPart struct {
	src    *source
	rows   int
	left   int // rows
	column *Column
	label  Kind // that labels are asked to be
	buf    []byte
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
	r.parts, r.said = append(r.parts, second), []string{"labels are from " + labels}
	if second.column.Kind == Image || second.rows != first.rows {
		r.close()
		return nil, &Error{File: labels, Msg: fmt.Sprintf("expected %d labels for the images of %s, found %d of kind %v", first.rows, path, second.rows, second.column.Kind)}
	}
	return r, nil
}

// newIDXPart reads the head.
func newIDXPart(src *source, opts ReadOptions) (*idxPart, error) {
	var start [4]byte
	if _, err := io.ReadFull(src, start[:]); err != nil {
		return nil, cutOff(src.name, err)
	}
	if err := checkIDX(src.name, start[2], int(start[3])); err != nil {
		return nil, err
	}
	axes := make([]byte, 4*start[3])
	if _, err := io.ReadFull(src, axes); err != nil {
		return nil, cutOff(src.name, err)
	}
	size := [3]int{1, 1, 1}
	for i := range int(start[3]) {
		d := int(binary.BigEndian.Uint32(axes[4*i:]))
		if d == 0 || i > 0 && d > 1<<15 {
			return nil, &Error{File: src.name, Msg: fmt.Sprintf("axis %d of this IDX file is %d long; images have 1 to %d pixels along an axis", i+1, d, 1<<15)}
		}
		size[i] = d
	}
	p := &idxPart{src: src, rows: size[0], left: size[0], label: opts.kind("label"), column: &Column{Name: "label", Kind: Category}}
	switch {
	case start[3] == 2:
		p.column = &Column{Name: "image", Kind: Image, Height: 1, Width: size[1]}
	case start[3] == 3:
		p.column = &Column{Name: "image", Kind: Image, Height: size[1], Width: size[2]}
	case p.label == Number:
		p.column.Kind = Number
	}
	return p, nil
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
func (r *idxRows) notes() []string { return r.said }

func (r *idxRows) close() {
	for _, p := range r.parts[1:] { // the first is the caller's
		p.src.Close()
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

// read fills the cells of n rows, and looks for the end behind the last.
func (p *idxPart) read(n int, dst *cells) error {
	size := n * max(1, p.column.Height*p.column.Width)
	buf, err := readRows(p.src, p.buf, size)
	if p.buf = buf; err != nil {
		return cutOff(p.src.name, err)
	}
	if p.left -= n; p.left == 0 {
		if _, err := p.src.Peek(1); err == nil {
			return &Error{File: p.src.name, Msg: fmt.Sprintf("more bytes follow the %d rows of this IDX file", p.rows), Try: "fetch the file again"}
		}
	}
	switch p.column.Kind {
	case Image:
		dst.pixels = buf
	case Number:
		dst.numbers = dst.numbers[:0]
		for _, b := range buf {
			dst.numbers = append(dst.numbers, float64(b))
		}
	default:
		dst.words = dst.words[:0]
		for _, b := range buf {
			dst.words = append(dst.words, strconv.Itoa(int(b)))
		}
	}
	return nil
}
