package data

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzRead holds the reader to three promises on any bytes: it returns a
// consistent table or an *Error with a place inside the file, and what it
// understood is printed and read back the same.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,x\n2,y\n", "a\tb\r\n1\t\"x\r\n", "'a';'b'\r1;?\r", " a  b\n 1  2\n", "\ufeff\"a\"\n\"\"\"\"\n",
		"3,1,x,y\n1,0\n2,1\n5,1\n", "0,1,2\n1,2,3\n", "a,a\n", "\"a\nb\",c\n1,2\n\n\n", "a,b\n1\n", "\x00\x00\x08\x01\x00\x00\x00\x01\x07",
		"\x00\x00\x08\x03\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x01\x07\x08", "\x1f\x8b\x08\x00", "1e999,2\n3,4\n", "a,b\n\xff,1\n",
	} {
		f.Add(s)
	}
	f.Add("{\"a\":1,\"b\":[1]}\n{\"b\":null}\n")
	for _, name := range []string{"matrix.npy", "both.npz", "typed.parquet", "table_zstd.parquet"} {
		content, err := os.ReadFile(filepath.Join("testdata", "formats", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	f.Fuzz(func(t *testing.T, s string) {
		table, err := Read("-", ReadOptions{Stdin: strings.NewReader(s)})
		if err != nil {
			var e *Error
			if errors.As(err, &e) && e.Line > strings.Count(s, "\n")+strings.Count(s, "\r")+1 {
				t.Fatalf("line %d of %q: %v", e.Line, s, err)
			}
			return
		}
		checkTable(t, table)
		if slices.ContainsFunc(table.Columns, func(c *Column) bool { return c.Kind == Image || c.Kind == Sparse }) {
			return
		}
		back, err := reread(table)
		if err != nil {
			t.Fatalf("%q reads as %s, which does not read back: %v", s, show(table), err)
		}
		if !sameColumns(table, back) {
			t.Fatalf("%q reads as %s, and printed and read again as %s", s, show(table), show(back))
		}
	})
}

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
