// Package safetensors reads and writes the safetensors format: named arrays
// and a map of text in one file that other tools can read and that cannot run
// code (https://github.com/huggingface/safetensors).
//
// A file is the length of the header (8 bytes, little-endian), the header
// (JSON) and the data of all arrays, one after the other. The writer is
// deterministic, and prints what the reference implementation prints. The
// reader treats every file as hostile: it refuses in words whatever the format
// does not allow, and its memory is bounded by the size of the file.
package safetensors

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"
)

// DType is the element type of an array.
type DType string

// The element types that Go can hold. Arrays of the others (half precision,
// for example) are kept as bytes.
const (
	F32 DType = "F32"
	F64 DType = "F64"
	I64 DType = "I64"
	U8  DType = "U8"
)

// dtypes lists all element types and their sizes in bytes, in the order in
// which a file holds them: what needs the widest alignment comes first.
var dtypes = []struct {
	name DType
	size int
}{
	{"U64", 8}, {I64, 8}, {F64, 8}, {F32, 4}, {"U32", 4}, {"I32", 4}, {"BF16", 2}, {"F16", 2}, {"U16", 2}, {"I16", 2},
	{"F8_E4M3", 1}, {"F8_E5M2", 1}, {"I8", 1}, {U8, 1}, {"BOOL", 1},
}

// order is the place of a type in dtypes, -1 for an unknown one.
func (d DType) order() int {
	for i, t := range dtypes {
		if t.name == d {
			return i
		}
	}
	return -1
}

// Element is a Go type that an array can be made of and read as.
type Element interface {
	float32 | float64 | int64 | uint8
}

// dtypeOf is the element type that stands for T.
func dtypeOf[T Element]() DType {
	switch any(*new(T)).(type) {
	case float32:
		return F32
	case float64:
		return F64
	case int64:
		return I64
	default:
		return U8
	}
}

// Tensor is a named array in row-major order.
type Tensor struct {
	Name  string
	DType DType
	Shape []int  // nil for a single number
	Data  []byte // little-endian
}

// File is the content of a file.
type File struct {
	Metadata map[string]string // nil where there is none
	Tensors  []Tensor
}

// New makes an array of the given values, whose number must fit the shape.
func New[T Element](name string, values []T, shape ...int) (Tensor, error) {
	t := Tensor{Name: name, DType: dtypeOf[T](), Shape: slices.Clone(shape)}
	data, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		return t, fmt.Errorf("safetensors: tensor %q: %w", name, err)
	}
	t.Data = data
	return t, t.check()
}

// Values copies the array to Go values. T must be its element type.
func Values[T Element](t *Tensor) ([]T, error) {
	if want := dtypeOf[T](); t.DType != want {
		return nil, fmt.Errorf("safetensors: tensor %q holds %s, not %s", t.Name, t.DType, want)
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	values := make([]T, len(t.Data)/dtypes[t.DType.order()].size)
	if _, err := binary.Decode(t.Data, binary.LittleEndian, values); err != nil {
		return nil, fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
	}
	return values, nil
}

// Tensor finds an array by name.
func (f *File) Tensor(name string) (*Tensor, error) {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i], nil
		}
	}
	names := make([]string, len(f.Tensors))
	for i := range f.Tensors {
		names[i] = f.Tensors[i].Name
	}
	return nil, fmt.Errorf("safetensors: no tensor %q; there are %q", name, names)
}

// metadataKey cannot be the name of a tensor.
const metadataKey = "__metadata__"

// check refuses an array that a file cannot hold.
func (t *Tensor) check() error {
	if t.Name == "" || t.Name == metadataKey || !utf8.ValidString(t.Name) {
		return fmt.Errorf("safetensors: a tensor cannot be called %q", t.Name)
	}
	n, err := t.bytes()
	if err != nil {
		return err
	}
	if n != len(t.Data) {
		return fmt.Errorf("safetensors: tensor %q of shape %v and type %s takes %d bytes, not %d", t.Name, t.Shape, t.DType, n, len(t.Data))
	}
	return nil
}

// bytes is the size that shape and type ask for.
func (t *Tensor) bytes() (int, error) {
	i := t.DType.order()
	if i < 0 {
		return 0, fmt.Errorf("safetensors: tensor %q has the unknown element type %q", t.Name, t.DType)
	}
	const limit = 1 << 48
	n := dtypes[i].size
	empty := slices.Contains(t.Shape, 0)
	for _, d := range t.Shape {
		if d < 0 {
			return 0, fmt.Errorf("safetensors: tensor %q has the negative axis %d", t.Name, d)
		}
		if empty {
			continue
		}
		if n > limit/d {
			return 0, fmt.Errorf("safetensors: tensor %q of shape %v is too large", t.Name, t.Shape)
		}
		n *= d
	}
	if empty {
		return 0, nil
	}
	return n, nil
}
