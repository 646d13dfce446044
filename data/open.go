package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"descent/internal/nearname"
)

// load reads a whole source, unpacked, and the name to call it in messages.
func load(path string, stdin io.Reader) (content, name string, err error) {
	if path == "-" {
		if stdin == nil {
			stdin = os.Stdin
		}
		content, err = unpack("standard input", stdin, 0)
		return content, "standard input", err
	}
	if sample, ok := strings.CutPrefix(path, "sample:"); ok {
		f, err := openSample(sample)
		if err != nil {
			return "", "", err
		}
		defer f.Close()
		content, err = unpack(path, f, 0)
		return content, path, err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", "", explainOpen(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", "", explainOpen(path, err)
	}
	if info.IsDir() {
		return "", "", &Error{File: path, Msg: "this is a folder, not a file" + exampleIn(path)}
	}
	content, err = unpack(path, f, info.Size())
	return content, path, err
}

// unpack reads r to the end, through gzip where the first bytes say so.
func unpack(name string, r io.Reader, size int64) (string, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	var text strings.Builder
	src := io.Reader(b)
	if magic, _ := b.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(b)
		if err != nil {
			return "", &Error{File: name, Msg: fmt.Sprintf("damaged gzip header: %v", err)}
		}
		defer z.Close()
		src = z
	} else {
		text.Grow(int(min(size, 1<<32)))
	}
	if _, err := io.Copy(&text, src); err != nil {
		if src != io.Reader(b) {
			return "", &Error{File: name, Msg: fmt.Sprintf("damaged gzip file after %d bytes of text: %v", text.Len(), err), Try: "fetch or pack the file again"}
		}
		return "", explainOpen(name, err)
	}
	return text.String(), nil
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
	{"\xff\xfe", "UTF-16 text", "convert it: iconv -f utf-16 -t utf-8"},
	{"\xfe\xff", "UTF-16 text", "convert it: iconv -f utf-16 -t utf-8"},
	{"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"},
	{"\xd0\xcf\x11\xe0", "an old Excel file", "save the sheet as CSV"},
	{"PAR1", "a Parquet file", "convert it to CSV"},
	{"\x28\xb5\x2f\xfd", "a Zstandard archive", "unpack it: zstd -d"},
	{"BZh", "a bzip2 archive", "unpack it: bunzip2"},
	{"\xfd7zXZ", "an xz archive", "unpack it: unxz"},
	{"\x93NUMPY", "a NumPy array", "save it as CSV: numpy.savetxt"},
	{"\x89PNG", "a PNG picture", "a table of text is expected"},
	{"%PDF", "a PDF document", "a table of text is expected"},
	{"SQLite format 3", "an SQLite database", "export the table as CSV"},
	{"\x1f\x8b", "packed twice", "unpack it once: gunzip"},
}

// checkText refuses what is no UTF-8 text and returns the text without a
// byte-order mark.
func checkText(file, src string) (string, error) {
	for _, f := range foreign {
		if strings.HasPrefix(src, f.prefix) {
			return "", &Error{File: file, Msg: "this is " + f.what + ", not a table of text", Try: f.try}
		}
	}
	src = strings.TrimPrefix(src, "\ufeff")
	if strings.TrimSpace(src) == "" {
		return "", &Error{File: file, Msg: "the file is empty; expected a table of text"}
	}
	if i := strings.IndexByte(src, 0); i >= 0 {
		line, col := position(src, i)
		return "", &Error{File: file, Line: line, Col: col, Msg: "found a zero byte: this is a binary file, not a table of text"}
	}
	if !utf8.ValidString(src) {
		i := 0
		for r, n := utf8.DecodeRuneInString(src); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRuneInString(src[i:]) {
			i += n
		}
		line, col := position(src, i)
		return "", &Error{File: file, Line: line, Col: col, Msg: fmt.Sprintf("the byte %#x is not UTF-8", src[i]), Try: "if the text is Latin-1, convert it: iconv -f latin1 -t utf-8"}
	}
	return src, nil
}
