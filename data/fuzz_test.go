package data

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every reader has a fuzz target of its own. They hold it to four promises on
// any bytes: it returns a consistent table or an error, whose place lies inside
// the file; what it understood is printed and read back the same; and it
// allocates no more than the file has a right to.

func FuzzReadText(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,x\n2,y\n", "a\tb\r\n1\t\"x\r\n", "'a';'b'\r1;?\r", " a  b\n 1  2\n", "\ufeff\"a\"\n\"\"\"\"\n",
		"3,1,x,y\n1,0\n2,1\n5,1\n", "0,1,2\n1,2,3\n", "a,a\n", "\"a\nb\",c\n1,2\n\n\n", "a,b\n1\n",
		"\x1f\x8b\x08\x00", "1e999,2\n3,4\n", "a,b\n\xff,1\n", "\xff\xfea\x00", "BZh9", "\x28\xb5\x2f\xfd\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { fuzzRead(t, s) })
}

func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{
		"a\":1,\"b\":[1]}\n{\"b\":null}\n", "a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2.5e3}\n", "o\":{\"x\":1,\"y\":{\"z\":2}}}\n",
		"a\":\"\\u00e9\\n\"}", "a\":1,\"a\":2}\n{\"c\":true}", strings.Repeat("a\":{\"", 50), strings.Repeat("a\":[", 50),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { fuzzRead(t, "{\""+s) })
}

func FuzzReadIDX(f *testing.F) {
	for _, s := range []string{"\x01\x00\x00\x00\x01\x07", "\x03\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x01\x07\x08", "\x02\xff\xff\xff\xff\xff\xff\xff\xff", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fuzzRead(t, "\x00\x00\x08"+s)
		fuzzRows(t, "\x00\x00\x08"+s)
	})
}

func FuzzReadNPY(f *testing.F)     { fuzzFormat(f, "\x93NUMPY", ".npy") }
func FuzzReadNPZ(f *testing.F)     { fuzzFormat(f, "PK\x03\x04", ".npz") }
func FuzzReadParquet(f *testing.F) { fuzzFormat(f, "PAR1", ".parquet") }

// fuzzFormat fuzzes what follows the magic number of a binary format, from the
// files of that format in testdata.
func fuzzFormat(f *testing.F, magic, ext string) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*"+ext))
	if err != nil || len(files) == 0 {
		f.Fatalf("no files *%s: %v", ext, err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimPrefix(string(content), magic))
	}
	f.Fuzz(func(t *testing.T, s string) {
		fuzzRead(t, magic+s)
		fuzzRows(t, magic+s)
	})
}

// fuzzRows reads a file that knows types some rows at a time: in bounded memory,
// and as many rows as Read.
func fuzzRows(t *testing.T, s string) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
		t.Fatal(err)
	}
	rows, before := 0, allocated()
	opts := ReadOptions{Memory: 1 << 26}
	opts.typed = func(_ string, r typedRows) error {
		some := make([]cells, len(r.columns()))
		for at := 0; at < r.count(); {
			n := min(1+(1<<20)/(8*max(1, len(some))), r.count()-at)
			if err := r.read(n, some); err != nil {
				return err
			}
			at, rows = at+n, rows+n
		}
		return nil
	}
	_, err := readFile(path, opts)
	if grown, most := allocated()-before, fairShare(len(s)); grown > most {
		t.Fatalf("%d bytes made the reader allocate %d, more than %d", len(s), grown, most)
	}
	if table, bad := Read(path, ReadOptions{}); bad == nil && err == nil && table.Rows != rows && rows > 0 {
		t.Fatalf("%d rows, in memory %d", rows, table.Rows)
	}
}

func fuzzRead(t *testing.T, s string) {
	before := allocated()
	table, err := Read("-", ReadOptions{Stdin: strings.NewReader(s)})
	if grown, most := allocated()-before, fairShare(len(s)); grown > most {
		t.Fatalf("%d bytes made the reader allocate %d, more than %d", len(s), grown, most)
	}
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Line > strings.Count(s, "\n")+strings.Count(s, "\r")+1 {
			t.Fatalf("line %d of %q: %v", e.Line, s, err)
		}
		return
	}
	checkTable(t, table)
	if slices.ContainsFunc(table.Columns, func(c *Column) bool {
		return c.Kind == Image || c.Kind == Sparse || slices.ContainsFunc(c.Numbers, func(v float64) bool { return math.IsInf(v, 0) })
	}) {
		return // text has no words for those
	}
	if text := show(table); strings.Contains(text, "\x00") || !utf8.ValidString(text) {
		return // cells of binary formats, which no file of text may hold
	} else if strings.HasPrefix(text, "{") {
		return // a name with which a text looks like lines of JSON objects
	}
	back, err := reread(table)
	if err != nil {
		t.Fatalf("%q reads as %s, which does not read back: %v", s, show(table), err)
	}
	if !sameColumns(table, back) {
		t.Fatalf("%q reads as %s, and printed and read again as %s", s, show(table), show(back))
	}
}

// allocated is the number of bytes that the program has asked for so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// fairShare bounds what a file of n bytes may make a reader allocate: buffers,
// and a table that packed files may blow up.
func fairShare(n int) uint64 { return 160<<20 + 100_000*uint64(n) }

// checkTable fails on columns that contradict each other or themselves.
func checkTable(t *testing.T, table *Table) {
	t.Helper()
	if len(table.Columns) == 0 || table.Rows == 0 {
		t.Fatalf("a table of %d columns and %d rows", len(table.Columns), table.Rows)
	}
	names := map[string]bool{}
	for _, c := range table.Columns {
		if c.Len() != table.Rows || names[c.Name] || c.Name == "" {
			t.Fatalf("column %q has %d rows of %d", c.Name, c.Len(), table.Rows)
		}
		names[c.Name] = true
		for row := range c.Codes {
			if int(c.Codes[row]) >= len(c.Levels) || c.Codes[row] < -1 {
				t.Fatalf("column %q: code %d of %d levels", c.Name, c.Codes[row], len(c.Levels))
			}
		}
	}
	table.Describe()
}
