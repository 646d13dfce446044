package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestParquetAgainstArrow reads the files that Arrow wrote in many forms: each
// value as it says.
func TestParquetAgainstArrow(t *testing.T) {
	dir := filepath.Join("testdata", "parquet")
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct{ Columns map[string][]any }
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected) < 30 {
		t.Fatalf("only %d files", len(expected))
	}
	for name, want := range expected {
		types := map[string]Kind{}
		for c, values := range want.Columns {
			for _, v := range values {
				if _, word := v.(string); word {
					types[c] = Category
				}
			}
		}
		table, err := Read(filepath.Join(dir, name+".parquet"), ReadOptions{Types: types})
		if err != nil || len(table.Columns) != len(want.Columns) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for column, values := range want.Columns {
			c, err := table.Column(column)
			if err != nil || table.Rows != len(values) {
				t.Errorf("%s: %d rows, want %d: %v", name, table.Rows, len(values), err)
				continue
			}
			for row, v := range values {
				same := c.Missing(row)
				switch v := v.(type) {
				case float64:
					same = c.Numbers != nil && math.Float64bits(c.Numbers[row]) == math.Float64bits(v)
				case string:
					same = c.Cell(row) == v
				}
				if !same {
					t.Errorf("%s: %s in row %d is %q, want %v", name, column, row+1, c.Cell(row), v)
					break
				}
			}
		}
	}
}

// A flipped bit in a page is found by its checksum, where it has one.
func TestChecksumsOfPages(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "parquet", "sorted_checksums.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for at := 4; at < len(content)/2; at++ {
		broken := bytes.Clone(content)
		broken[at] ^= 1
		if _, err := Read("-", ReadOptions{Stdin: bytes.NewReader(broken)}); err != nil && strings.Contains(err.Error(), "does not fit its checksum") {
			found++
		}
	}
	if found < 300 {
		t.Errorf("only %d flipped bits of %d were found by checksums", found, len(content)/2)
	}
}

// Rows and pages of any size come to the same columns on any number of threads.
func TestParquetInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	const rows = 5300
	parquetFile(t, path, rows)
	check := func(table *Table, err error) {
		t.Helper()
		if err != nil || table.Rows != rows || len(table.Columns) != 5 {
			t.Fatal(err)
		}
		for i := range rows {
			c := table.Columns
			n := c[1].Numbers[i]
			if c[0].Numbers[i] != math.Sqrt(float64(i)) || math.IsNaN(n) != (i%7 == 0) || i%7 > 0 && n != float64(i%50) || c[2].Cell(i) != []string{"a", "b", "c"}[i%3] || c[3].Cell(i) != fmt.Sprintf("text %d", i*i) || c[4].Cell(i) != []string{"true", "false"}[i%2] {
				t.Fatalf("row %d: %v %v %s %s %s", i, c[0].Numbers[i], c[1].Numbers[i], c[2].Cell(i), c[3].Cell(i), c[4].Cell(i))
			}
		}
	}
	for threads := 1; threads < 4; threads++ {
		check(Read(path, ReadOptions{Threads: threads}))
		check(cachedTable(t, 30_000, ReadOptions{Threads: threads}, path))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check(Read("-", ReadOptions{Stdin: bytes.NewReader(content)}))
}

// Reading numbers allocates by page at most, not by value.
func TestParquetAllocatesLittle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.parquet")
	type row struct {
		X float64  `parquet:"x"`
		Y *float32 `parquet:"y,optional"`
		Z int64    `parquet:"z,dict"`
	}
	rows := make([]row, 100_000)
	for i := range rows {
		rows[i] = row{X: float64(i), Z: int64(i % 9)}
		if y := float32(i); i%3 > 0 {
			rows[i].Y = &y
		}
	}
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(3, func() {
		if _, err := Read(path, ReadOptions{Threads: 1}); err != nil {
			t.Fatal(err)
		}
	}); n > 3000 {
		t.Errorf("%v allocations for 300000 values", n)
	}
}
