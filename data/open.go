package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"descent/internal/nearname"
)

// source is an open file, standard input or sample, unpacked.
type source struct {
	name string // for messages
	size int64  // of the text in bytes; 0 where that is unknown
	*bufio.Reader
	close []func()
}

// Close lets go of the file and of what unpacks it.
func (s *source) Close() {
	for _, f := range s.close {
		f()
	}
}

// InputName is what messages call the input of that path.
func InputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// open opens what path names.
func open(path string, stdin io.Reader) (*source, error) { return openWatched(path, stdin, nil) }

// openWatched is open where watch, unless it is nil, is told how many bytes are
// read.
func openWatched(path string, stdin io.Reader, watch func(n int64)) (*source, error) {
	switch sample, ok := strings.CutPrefix(path, "sample:"); {
	case path == "-":
		if stdin == nil {
			stdin = os.Stdin
		}
		return unpack(&source{name: InputName(path)}, watched(stdin, watch))
	case ok:
		f, err := openSample(sample)
		if err != nil {
			return nil, err
		}
		return unpack(&source{name: path, close: []func(){func() { f.Close() }}}, f)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, explainOpen(path, err)
	}
	s := &source{name: path, close: []func(){func() { f.Close() }}}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = explainOpen(path, err)
	case info.IsDir():
		err = &Error{File: path, Msg: "this is a folder, not a file" + exampleIn(path)}
	default:
		s.size = info.Size()
		return unpack(s, watched(f, watch))
	}
	s.Close()
	return nil, err
}

// isPacked says whether a file begins as gzip or Zstandard files do.
func isPacked(magic []byte) bool {
	return bytes.HasPrefix(magic, []byte("\x1f\x8b")) || bytes.Equal(magic, []byte("\x28\xb5\x2f\xfd"))
}

// unpack reads through gzip or Zstandard where the first bytes say so.
func unpack(s *source, r io.Reader) (*source, error) {
	const size = 1 << 16 // blocks of text are larger and pass by it
	s.Reader = bufio.NewReaderSize(r, size)
	magic, _ := s.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(s.Reader)
		if err != nil {
			s.Close()
			return nil, &Error{File: s.name, Msg: fmt.Sprintf("damaged gzip header: %v", err)}
		}
		s.Reader, s.size = bufio.NewReaderSize(&packed{s.name, "gzip", z, 0}, size), 0
		s.close = append(s.close, func() { z.Close() })
	case bytes.Equal(magic, []byte("\x28\xb5\x2f\xfd")):
		const memory = 1 << 27 // of the window: a hostile file may ask for more
		z, err := zstd.NewReader(s.Reader, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(memory))
		if err != nil {
			s.Close()
			return nil, &Error{File: s.name, Msg: fmt.Sprintf("damaged Zstandard file: %v", err)}
		}
		s.Reader, s.size = bufio.NewReaderSize(&packed{s.name, "Zstandard", z, 0}, size), 0
		s.close = append(s.close, z.Close)
	}
	return s, nil
}

// packed names the damage in a packed file.
type packed struct {
	file, format string
	r            io.Reader
	n            int64
}

func (p *packed) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n += int64(n)
	if err != nil && err != io.EOF {
		err = &Error{File: p.file, Msg: fmt.Sprintf("damaged %s file after %d bytes of text: %v", p.format, p.n, err), Try: "fetch or pack the file again"}
	}
	return n, err
}

// explainOpen says why a file cannot be read, and which one may be meant.
func explainOpen(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		var names []string
		dir, base := filepath.Split(path)
		if dir == "" {
			dir = "."
		}
		entries, _ := os.ReadDir(dir)
		for _, e := range entries[:min(len(entries), 1000)] {
			names = append(names, e.Name())
		}
		return fmt.Errorf("data: there is no file %s%s (%w)", path, nearname.Hint(base, names), os.ErrNotExist)
	}
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("data: cannot read %s: %w", path, err)
}

// exampleIn names a file of a folder that can likely be read.
func exampleIn(dir string) string {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".gz")
		if ext := filepath.Ext(name); !e.IsDir() && (ext == ".csv" || ext == ".tsv") {
			return "; try " + filepath.Join(dir, e.Name())
		}
	}
	return ""
}

// foreign are beginnings of files that are something else than text.
var foreign = []struct{ prefix, what, try string }{
	{"\xff\xfe\x00\x00", "UTF-32 text", "convert it: iconv -f utf-32 -t utf-8"},
	{"\x00\x00\xfe\xff", "UTF-32 text", "convert it: iconv -f utf-32 -t utf-8"},
	{"\xff\xfe", "UTF-16 text", "convert it: iconv -f utf-16 -t utf-8"},
	{"\xfe\xff", "UTF-16 text", "convert it: iconv -f utf-16 -t utf-8"},
	{"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"},
	{"\xd0\xcf\x11\xe0", "an old Excel file", "save the sheet as CSV"},
	{"\x28\xb5\x2f\xfd", "packed twice", "unpack it once: zstd -d"},
	{"BZh", "a bzip2 archive", "unpack it: bunzip2"},
	{"\xfd7zXZ", "an xz archive", "unpack it: unxz"},
	{"\x89PNG", "a PNG picture", "a table of text is expected"},
	{"%PDF", "a PDF document", "a table of text is expected"},
	{"SQLite format 3", "an SQLite database", "export the table as CSV"},
	{"\x1f\x8b", "packed twice", "unpack it once: gunzip"},
}

// checkText refuses what begins like something else than a table of text, and
// returns the text without a byte-order mark.
func checkText(file string, text []byte) ([]byte, error) {
	for _, f := range foreign {
		if bytes.HasPrefix(text, []byte(f.prefix)) {
			return nil, &Error{File: file, Msg: "this is " + f.what + ", not a table of text", Try: f.try}
		}
	}
	for at, order := range []string{"be", "le"} { // bytes of ASCII letters, each beside a zero
		if len(text) >= 4 && text[at] == 0 && text[at+2] == 0 && text[1-at] != 0 && text[3-at] != 0 {
			return nil, &Error{File: file, Msg: "this is UTF-16 text without a byte-order mark, not a table of text", Try: "convert it: iconv -f utf-16" + order + " -t utf-8"}
		}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, &Error{File: file, Msg: "the file is empty; expected a table of text"}
	}
	return text, nil
}
