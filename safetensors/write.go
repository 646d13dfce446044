package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Write prints the file. Equal contents give equal bytes: the arrays are
// sorted by element type, widest first, then by name, and the metadata by key.
func Write(w io.Writer, f *File) error {
	tensors := slices.Clone(f.Tensors)
	slices.SortFunc(tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(a.DType.order(), b.DType.order()), cmp.Compare(a.Name, b.Name))
	})
	header, err := f.header(tensors)
	if err != nil {
		return err
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(header)))
	parts := [][]byte{length[:], header}
	for i := range tensors {
		parts = append(parts, tensors[i].Data)
	}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("safetensors: %w", err)
		}
	}
	return nil
}

// entry is what the header says about an array; the order of the fields is the
// order in the file.
type entry struct {
	DType   DType  `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// header is the JSON text of the sorted arrays, padded with blanks so that the
// data starts at a multiple of 8.
func (f *File) header(tensors []Tensor) ([]byte, error) {
	b := []byte{'{'}
	var err error
	if f.Metadata != nil {
		for k, v := range f.Metadata {
			if !utf8.ValidString(k) || !utf8.ValidString(v) {
				return nil, fmt.Errorf("safetensors: the metadata %q: %q is not UTF-8", k, v)
			}
		}
		if b, err = appendMember(b, metadataKey, f.Metadata); err != nil {
			return nil, err
		}
	}
	names := map[string]bool{}
	offset := 0
	for i := range tensors {
		t := &tensors[i]
		if err := t.check(); err != nil {
			return nil, err
		}
		if names[t.Name] {
			return nil, fmt.Errorf("safetensors: two tensors are called %q", t.Name)
		}
		names[t.Name] = true
		e := entry{t.DType, append([]int{}, t.Shape...), [2]int{offset, offset + len(t.Data)}}
		if b, err = appendMember(b, t.Name, e); err != nil {
			return nil, err
		}
		offset += len(t.Data)
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	if len(b) > maxHeader {
		return nil, fmt.Errorf("safetensors: a header of %d bytes; at most %d are allowed", len(b), maxHeader)
	}
	return b, nil
}

// appendMember appends "key":value to an open JSON object.
func appendMember(b []byte, key string, value any) ([]byte, error) {
	if len(b) > 1 {
		b = append(b, ',')
	}
	for i, v := range []any{key, value} {
		if i == 1 {
			b = append(b, ':')
		}
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return nil, fmt.Errorf("safetensors: %q: %w", key, err)
		}
		b = append(b, bytes.TrimRight(text.Bytes(), "\n")...)
	}
	return b, nil
}
