package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func decode(content []byte) (*File, error) {
	return Read(bytes.NewReader(content), int64(len(content)))
}

func encode(f *File) ([]byte, error) {
	var b bytes.Buffer
	err := Write(&b, f)
	return b.Bytes(), err
}

// check compares the values of one tensor bit for bit.
func check[T Element](t *testing.T, f *File, name string, shape []int, want []T) {
	t.Helper()
	tensor, err := f.Tensor(name)
	if err != nil {
		t.Error(err)
		return
	}
	got, err := Values[T](tensor)
	if err != nil {
		t.Error(err)
		return
	}
	if fmt.Sprintf("%x", got) != fmt.Sprintf("%x", want) || !slices.Equal(tensor.Shape, shape) {
		t.Errorf("%s: got %v of shape %v, want %v of %v", name, got, tensor.Shape, want, shape)
	}
}

func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "golden.safetensors")
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check(t, f, "w", []int{2, 3}, []float32{0, 0.25, 0.5, 0.75, 1, 1.25})
	check(t, f, "bias", []int{3}, []float64{1e-300, math.Copysign(0, -1), math.Pi})
	check(t, f, "step", nil, []int64{1<<53 + 1})
	check(t, f, "pixels", []int{5}, []uint8{0, 1, 2, 3, 4})
	check(t, f, "none", []int{0, 4}, []float32{})
	half, err := f.Tensor("half")
	if err != nil || half.DType != "F16" || !bytes.Equal(half.Data, []byte{0, 0x3e, 0, 0xc0}) {
		t.Errorf("half: %+v, %v", half, err)
	}
	if odd, err := f.Tensor(`größe "x" <&>`); err != nil || odd.DType != "I32" {
		t.Errorf("%+v, %v", odd, err)
	}
	if want := map[string]string{"format": `1, "quoted" <é>`}; !maps.Equal(f.Metadata, want) {
		t.Errorf("metadata %q", f.Metadata)
	}
	// Written again, in another order, it is the same to the byte.
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(f.Tensors)
	got, err := encode(f)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("printed differently: %v\ngot  %q\nwant %q", err, got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &File{}
		if rapid.Bool().Draw(t, "has metadata") {
			f.Metadata = rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "metadata")
		}
		name := rapid.StringN(1, 10, 40).Filter(func(s string) bool { return s != metadataKey })
		for _, name := range rapid.SliceOfNDistinct(name, 0, 6, rapid.ID[string]).Draw(t, "names") {
			shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 3).Draw(t, "shape")
			n := 1
			for _, d := range shape {
				n *= d
			}
			tensor, err := drawTensor(t, name, shape, n)
			if err != nil {
				t.Fatal(err)
			}
			f.Tensors = append(f.Tensors, tensor)
		}
		content, err := encode(f)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decode(content)
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Tensors) != len(f.Tensors) || !maps.Equal(back.Metadata, f.Metadata) || (back.Metadata == nil) != (f.Metadata == nil) {
			t.Fatalf("got %+v, want %+v", back, f)
		}
		for _, want := range f.Tensors {
			got, err := back.Tensor(want.Name)
			if err != nil || got.DType != want.DType || !slices.Equal(got.Shape, want.Shape) || !bytes.Equal(got.Data, want.Data) {
				t.Fatalf("got %+v, %v; want %+v", got, err, want)
			}
		}
		again, err := encode(back)
		if err != nil || !bytes.Equal(again, content) {
			t.Fatalf("the bytes depend on the order: %v", err)
		}
	})
}

func drawTensor(t *rapid.T, name string, shape []int, n int) (Tensor, error) {
	switch rapid.IntRange(0, 3).Draw(t, "type") {
	case 0:
		return New(name, rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "values"), shape...)
	case 1:
		return New(name, rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "values"), shape...)
	case 2:
		return New(name, rapid.SliceOfN(rapid.Int64(), n, n).Draw(t, "values"), shape...)
	default:
		return New(name, rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "values"), shape...)
	}
}

// raw is a file of a header and so many bytes of data.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestHostileFilesAreRefusedInWords(t *testing.T) {
	const ok = `"dtype":"F32","shape":[1],"data_offsets":[0,4]`
	cases := []struct {
		name    string
		content []byte
		want    string
	}{
		{"nothing", nil, "0 bytes are too few"},
		{"seven bytes", make([]byte, 7), "7 bytes are too few"},
		{"a text file", []byte("hello, this is text"), "this is no model file, or it is cut off"},
		{"a huge header", append(bytes.Repeat([]byte{255}, 8), '{'), "ask for a header of 18446744073709551615 bytes"},
		{"cut off", raw(`{"a":{`+ok+`}}`, 3), "lies at bytes 0 to 4 of 3"},
		{"no object", raw(`[]`, 0), "no JSON object"},
		{"an empty header", raw(``, 0), "no JSON object"},
		{"not UTF-8", raw("{\"\xff\":{"+ok+"}}", 4), "no JSON object"},
		{"half an object", raw(`{"a":{"dtype"`, 0), "the header is damaged at byte"},
		{"no comma", raw(`{"a":{`+ok+`} "b":{`+ok+`}}`, 4), "the header is damaged at byte"},
		{"more behind it", raw(`{"a":{`+ok+`}}{}`, 4), "goes on after its last brace"},
		{"a name twice", raw(`{"a":{`+ok+`},"a":{`+ok+`}}`, 4), `"a" comes twice in the header`},
		{"a name twice, escaped", raw(`{"a":{`+ok+`},"\u0061":{`+ok+`}}`, 4), `"a" comes twice`},
		{"a property twice", raw(`{"a":{`+ok+`,"dtype":"F64"}}`, 4), `"dtype" comes twice in tensor "a"`},
		{"a property too many", raw(`{"a":{`+ok+`,"x":[[[[[[[[`, 4), `unknown property "x"`},
		{"a property missing", raw(`{"a":{"dtype":"F32","shape":[1]}}`, 4), "needs dtype, shape and data_offsets"},
		{"an unknown type", raw(`{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`, 4), `unknown element type "F99"`},
		{"a type that is no text", raw(`{"a":{"dtype":[[[`, 0), "is no text"},
		{"deep nesting", raw(`{"a":{"shape":`+strings.Repeat("[", 100000), 0), "not a whole number"},
		{"deep metadata", raw(`{"__metadata__":{"a":`+strings.Repeat("{\"a\":", 100000), 0), "is no text"},
		{"metadata twice", raw(`{"__metadata__":{},"__metadata__":{}}`, 0), "comes twice"},
		{"overlap", raw(`{"a":{`+ok+`},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6), "inside the one before it"},
		{"the same place", raw(`{"a":{`+ok+`},"b":{`+ok+`}}`, 4), "inside the one before it"},
		{"a gap", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "4 bytes before tensor \"a\" belong to none"},
		{"bytes at the end", raw(`{"a":{`+ok+`}}`, 5), "1 bytes after the last tensor belong to none"},
		{"backwards", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}}`, 4), "not a whole number"},
		{"end before start", raw(`{"z":{`+ok+`},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "lies at bytes 4 to 0 of 4"},
		{"beyond the end", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}`, 4), "of 4"},
		{"beyond integers", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775808]}}`, 4), "not a whole number"},
		{"fractions", raw(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4), "holds 1.5"},
		{"one offset", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, 4), "has 1 data_offsets"},
		{"a shape that does not fit", raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "takes 8 bytes, not 4"},
		{"a huge shape", raw(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`, 4), "too large"},
		{"a shape that overflows to fit", raw(`{"a":{"dtype":"U8","shape":[4611686018427387905,4],"data_offsets":[0,4]}}`, 4), "too large"},
		{"no name", raw(`{"":{`+ok+`}}`, 4), `cannot be called ""`},
	}
	for _, c := range cases {
		if _, err := decode(c.content); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "safetensors: ") {
			t.Errorf("%s: %v; want %q in it", c.name, err, c.want)
		}
	}
}

// A file that only claims to be large costs what it holds, not what it claims.
func TestClaimsCostNoMemory(t *testing.T) {
	content := raw(`{"a":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]}}`, 16)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err1 := decode(content)
	_, err2 := Read(bytes.NewReader(content), 1<<40)
	runtime.ReadMemStats(&after)
	if err1 == nil || err2 == nil {
		t.Errorf("accepted: %v, %v", err1, err2)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes allocated for a file of %d", used, len(content))
	}
}

func TestWriteRefuses(t *testing.T) {
	good, err := New("a", []float32{1})
	if err != nil {
		t.Fatal(err)
	}
	wrong := good
	wrong.Shape = []int{2}
	odd := good
	odd.DType = "F31"
	for name, f := range map[string]*File{
		"two tensors are called": {Tensors: []Tensor{good, good}},
		"takes 8 bytes, not 4":   {Tensors: []Tensor{wrong}},
		"unknown element type":   {Tensors: []Tensor{odd}},
		"cannot be called":       {Tensors: []Tensor{{Name: metadataKey, DType: U8}}},
		"is not UTF-8":           {Metadata: map[string]string{"a": "\xff"}},
	} {
		if _, err := encode(f); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v; want %q in it", err, name)
		}
	}
	if _, err := New("a", []float64{1, 2}, 3); err == nil {
		t.Error("accepted two values for a shape of three")
	}
	if _, err := New("a", []float64{}, -1, 0); err == nil {
		t.Error("accepted a negative axis")
	}
	if _, err := Values[float64](&good); err == nil || !strings.Contains(err.Error(), "holds F32, not F64") {
		t.Errorf("read as another type: %v", err)
	}
	if _, err := (&File{Tensors: []Tensor{good}}).Tensor("b"); err == nil || !strings.Contains(err.Error(), `there are ["a"]`) {
		t.Errorf("got %v", err)
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	if err := os.WriteFile(path, []byte("text, not a model"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, dir, filepath.Join(dir, "none")} {
		if _, err := ReadFile(p); err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// FuzzRead holds the reader to two promises on any bytes: it does not crash,
// and what it accepts is printed and read back the same.
func FuzzRead(f *testing.F) {
	golden, err := os.ReadFile(filepath.Join("testdata", "golden.safetensors"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add(raw(`{}`, 0))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2,0],"data_offsets":[4,4]}}`, 4))
	f.Add(raw(`{"__metadata__":{"a":"b"},"c":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}  `, 8))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := decode(content)
		if err != nil {
			return
		}
		printed, err := encode(file)
		if err != nil {
			t.Fatalf("read but cannot be printed: %v", err)
		}
		again, err := decode(printed)
		if err != nil {
			t.Fatalf("printed but cannot be read: %v", err)
		}
		twice, err := encode(again)
		if err != nil || !bytes.Equal(twice, printed) || len(again.Tensors) != len(file.Tensors) {
			t.Fatalf("the second print differs: %v", err)
		}
	})
}
