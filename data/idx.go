package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"descent/internal/kernel"
)

// isIDX says whether the content begins like an IDX file (Y. LeCun, "The MNIST
// database of handwritten digits"): two zero bytes, an element type, a number
// of axes.
func isIDX(s []byte) bool {
	return len(s) >= 4 && s[0] == 0 && s[1] == 0 && strings.IndexByte("\x08\x09\x0b\x0c\x0d\x0e", s[2]) >= 0 && 1 <= s[3] && s[3] <= 4
}

// readIDX reads images or labels, and the labels that lie beside images.
func readIDX(path string, src *source, opts ReadOptions) (*Table, error) {
	c, err := parseIDX(src, opts)
	if err != nil {
		return nil, err
	}
	t, err := NewTable(src.name, c)
	if err != nil || c.Kind != Image {
		return t, firstError(err, opts.checkTypes(t))
	}
	if labels := labelsBeside(path); labels != "" {
		beside, err := open(labels, nil)
		if err != nil {
			return nil, err
		}
		defer beside.Close()
		if magic, _ := beside.Peek(4); !isIDX(magic) {
			return nil, &Error{File: labels, Msg: "expected the labels of " + path + " in IDX format"}
		}
		l, err := parseIDX(beside, opts)
		if err != nil {
			return nil, err
		}
		if l.Kind == Image || l.Len() != t.Rows {
			return nil, &Error{File: labels, Msg: fmt.Sprintf("expected %d labels for the images of %s, found %d of kind %v", t.Rows, path, l.Len(), l.Kind)}
		}
		t.Columns = append(t.Columns, l)
		t.Notes = append(t.Notes, "labels are from "+labels)
	}
	return t, opts.checkTypes(t)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// readWhole reads an IDX file into memory of the length that its head tells, up
// to a limit, on large pages: a batch takes images from all over them.
func readWhole(src *source) ([]byte, error) {
	const trusted = 1 << 26
	length := 4
	if head, err := src.Peek(16); err == nil && head[2] == 8 && head[3] <= 3 {
		axes := int(head[3])
		elements := 1
		for i := range axes {
			elements *= min(int(binary.BigEndian.Uint32(head[4+4*i:])), trusted)
			elements = min(elements, trusted)
		}
		length += 4*axes + elements
	}
	s := kernel.Make[byte](length)
	n, err := io.ReadFull(src, s)
	if err == io.ErrUnexpectedEOF {
		return s[:n], nil
	}
	if err != nil {
		return nil, err
	}
	rest, err := io.ReadAll(src)
	return append(s, rest...), err
}

// parseIDX makes a column of an IDX file of bytes: one axis is labels, two or
// three are images.
func parseIDX(src *source, opts ReadOptions) (*Column, error) {
	name := src.name
	s, err := readWhole(src)
	if err != nil {
		return nil, readFault(name, err)
	}
	axes := int(s[3])
	if err := checkIDX(name, s[2], axes); err != nil {
		return nil, err
	}
	head := 4 + 4*axes
	if len(s) < head {
		return nil, &Error{File: name, Msg: fmt.Sprintf("expected an IDX file of 1 to 3 axes, found %d axes in %d bytes", axes, len(s))}
	}
	size := []int{1, 1, 1} // rows, height, width
	total := 1
	for i := range axes {
		d := int(binary.BigEndian.Uint32(s[4+4*i:]))
		at := i
		if axes == 2 && i == 1 {
			at = 2
		}
		size[at] = d
		if d == 0 || total > len(s)/d {
			return nil, &Error{File: name, Msg: fmt.Sprintf("axis %d of this IDX file is %d long, which does not fit its %d bytes", i+1, d, len(s))}
		}
		total *= d
	}
	if len(s) != head+total {
		return nil, &Error{File: name, Msg: fmt.Sprintf("expected %d bytes of elements in this IDX file, found %d", total, len(s)-head), Try: "fetch the file again"}
	}
	if axes > 1 {
		if k := opts.kind("image"); k != Guess && k != Image {
			return nil, &Error{File: name, Msg: fmt.Sprintf("images cannot be read as %v", k)}
		}
		return &Column{Name: "image", Kind: Image, Pixels: s[head:], Height: size[1], Width: size[2]}, nil
	}
	return labelColumn(s[head:], opts.kind("label")), nil
}

// labelColumn is a category of the bytes that occur, or a number if asked.
func labelColumn(s []byte, kind Kind) *Column {
	if kind == Number {
		values := make([]float64, len(s))
		for i := range values {
			values[i] = float64(s[i])
		}
		return NumberColumn("label", values)
	}
	c := &Column{Name: "label", Kind: Category, Codes: make([]int32, len(s))}
	var code [256]int32
	for i := range len(s) {
		code[s[i]] = 1
	}
	for b, used := range code {
		if used == 1 {
			code[b] = int32(len(c.Levels))
			c.Levels = append(c.Levels, strconv.Itoa(b))
		}
	}
	for i := range len(s) {
		c.Codes[i] = code[s[i]]
	}
	return c
}

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
