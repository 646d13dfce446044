package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxHeader is the longest header that the format allows, in bytes.
const maxHeader = 100_000_000

// ReadFile reads and checks a whole file.
func ReadFile(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: cannot read %s: %w", path, cause(err))
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("safetensors: cannot read %s: %w", path, cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("safetensors: %s is not a file", path)
	}
	f, err := Read(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return f, nil
}

// cause drops the path that the error repeats.
func cause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// Read reads and checks a file of the given size. It allocates no more than a
// small multiple of that.
func Read(r io.Reader, size int64) (*File, error) {
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil || size < 8 {
		return nil, fmt.Errorf("safetensors: %d bytes are too few for a model file", size)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || n > uint64(size-8) {
		return nil, fmt.Errorf("safetensors: the first 8 bytes ask for a header of %d bytes in a file of %d; this is no model file, or it is cut off", n, size)
	}
	// The size is what the caller says; a reader that holds less must not make
	// us allocate more than it delivers.
	content, err := io.ReadAll(io.LimitReader(r, size-8+1))
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	if int64(len(content)) != size-8 {
		return nil, fmt.Errorf("safetensors: expected %d bytes, found %d; the file changed while it was read, or it is cut off", size, int64(len(content))+8)
	}
	return parse(content[:n], content[n:])
}

// parse checks the header and cuts the data; the arrays share its memory.
func parse(header, data []byte) (*File, error) {
	if !utf8.Valid(header) || len(header) == 0 || header[0] != '{' {
		return nil, fmt.Errorf("safetensors: the header is no JSON object")
	}
	p := &parser{d: json.NewDecoder(bytes.NewReader(header))}
	p.d.UseNumber()
	f := &File{}
	var spans [][2]int
	err := p.object("the header", func(key string) error {
		if key == metadataKey {
			f.Metadata = map[string]string{}
			return p.metadata(f.Metadata)
		}
		t, span, err := p.tensor(key)
		f.Tensors, spans = append(f.Tensors, t), append(spans, span)
		return err
	})
	if err != nil {
		return nil, err
	}
	if rest := bytes.TrimRight(header[p.d.InputOffset():], " "); len(rest) > 0 {
		return nil, fmt.Errorf("safetensors: the header goes on after its last brace")
	}
	return f, cut(f.Tensors, spans, data)
}

// cut gives every array its bytes. Together the spans must cover the data
// without gaps and without overlaps.
func cut(tensors []Tensor, spans [][2]int, data []byte) error {
	order := make([]int, len(tensors))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(spans[a][0], spans[b][0]), cmp.Compare(spans[a][1], spans[b][1]))
	})
	end := 0
	for _, i := range order {
		t, span := &tensors[i], spans[i]
		switch {
		case span[0] < end:
			return fmt.Errorf("safetensors: tensor %q starts at byte %d of the data, inside the one before it, which ends at %d", t.Name, span[0], end)
		case span[0] > end:
			return fmt.Errorf("safetensors: %d bytes before tensor %q belong to none", span[0]-end, t.Name)
		case span[1] < span[0] || span[1] > len(data):
			return fmt.Errorf("safetensors: tensor %q lies at bytes %d to %d of %d", t.Name, span[0], span[1], len(data))
		}
		end = span[1]
		t.Data = data[span[0]:end:end]
		if err := t.check(); err != nil {
			return err
		}
	}
	if end != len(data) {
		return fmt.Errorf("safetensors: %d bytes after the last tensor belong to none", len(data)-end)
	}
	return nil
}

// parser walks the header token by token. The general decoder would accept
// names that come twice and nesting of any depth.
type parser struct{ d *json.Decoder }

func (p *parser) token() (json.Token, error) {
	t, err := p.d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("safetensors: the header is damaged at byte %d: %w", p.d.InputOffset(), err)
	}
	return t, nil
}

// object reads an object; member reads the value of each key.
func (p *parser) object(what string, member func(key string) error) error {
	t, err := p.token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("safetensors: %s is no JSON object", what)
	}
	seen := map[string]bool{}
	for {
		t, err := p.token()
		if err != nil {
			return err
		}
		if t == json.Delim('}') {
			return nil
		}
		key := t.(string) // the decoder lets nothing else stand here
		if seen[key] {
			return fmt.Errorf("safetensors: %q comes twice in %s", key, what)
		}
		seen[key] = true
		if err := member(key); err != nil {
			return err
		}
	}
}

func (p *parser) metadata(m map[string]string) error {
	return p.object("the metadata", func(key string) (err error) {
		m[key], err = p.text("the metadata " + strconv.Quote(key))
		return err
	})
}

func (p *parser) text(what string) (string, error) {
	t, err := p.token()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", fmt.Errorf("safetensors: %s is no text", what)
	}
	return s, nil
}

// integers reads a list of numbers that are whole and not negative.
func (p *parser) integers(what string) ([]int, error) {
	t, err := p.token()
	if err != nil {
		return nil, err
	}
	if t != json.Delim('[') {
		return nil, fmt.Errorf("safetensors: %s is no list", what)
	}
	var list []int
	for {
		t, err := p.token()
		if err != nil {
			return nil, err
		}
		if t == json.Delim(']') {
			return list, nil
		}
		number, _ := t.(json.Number)
		v, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil || v < 0 {
			return nil, fmt.Errorf("safetensors: %s holds %v, not a whole number of at least 0", what, t)
		}
		list = append(list, int(v))
	}
}

// tensor reads what the header says about one array.
func (p *parser) tensor(name string) (t Tensor, span [2]int, err error) {
	t.Name = name
	what := "tensor " + strconv.Quote(name)
	fields := 0
	err = p.object(what, func(key string) error {
		fields++
		switch key {
		case "dtype":
			s, err := p.text("the dtype of " + what)
			t.DType = DType(s)
			return err
		case "shape":
			t.Shape, err = p.integers("the shape of " + what)
			return err
		case "data_offsets":
			offsets, err := p.integers("data_offsets of " + what)
			if err == nil && len(offsets) != 2 {
				err = fmt.Errorf("safetensors: %s has %d data_offsets, not 2", what, len(offsets))
			}
			if err == nil {
				span = [2]int(offsets)
			}
			return err
		}
		return fmt.Errorf("safetensors: %s has the unknown property %q", what, key)
	})
	if err == nil && fields != 3 {
		err = fmt.Errorf("safetensors: %s needs dtype, shape and data_offsets", what)
	}
	return t, span, err
}
