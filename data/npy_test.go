package data

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"pgregory.net/rapid"
)

// TestArraysOfEveryType reads what NumPy wrote.
func TestArraysOfEveryType(t *testing.T) {
	dir := filepath.Join("testdata", "npy")
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string][][]float64
	if err := json.Unmarshal(text, &expected); err != nil || len(expected) != 40 {
		t.Fatalf("%d arrays: %v", len(expected), err)
	}
	for _, file := range []string{"stored.npz", "packed.npz"} {
		for threads := range 3 {
			table, err := Read(filepath.Join(dir, file), ReadOptions{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			for name, rows := range expected {
				for k := range rows[0] {
					label := fmt.Sprintf("%s%d", name, k+1)
					if name == "vector" {
						label = name
					}
					c, err := table.Column(label)
					if err != nil {
						t.Fatal(err)
					}
					for i, row := range rows {
						if c.Numbers[i] != row[k] {
							t.Fatalf("%s: %s in row %d is %v, want %v", file, label, i+1, c.Numbers[i], row[k])
						}
					}
				}
			}
		}
		cachesAlike(t, 1<<16, ReadOptions{}, filepath.Join(dir, file))
	}
}

// arrayFile is a file of an array of 2-byte integers or float64, big end first or
// not: element (i, k) is i·width + k modulo 30011.
func arrayFile(rows, width int, wide, big, fortran bool) []byte {
	order, descr := binary.ByteOrder(binary.LittleEndian), "<"
	if big {
		order, descr = binary.BigEndian, ">"
	}
	descr += map[bool]string{true: "f8", false: "i2"}[wide]
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }", descr, map[bool]string{true: "True", false: "False"}[fortran], rows, width)
	head += strings.Repeat(" ", 117-len(head)) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(head)))...)
	b = append(b, head...)
	for at := range rows * width {
		v := at
		if fortran {
			v = at%rows*width + at/rows
		}
		v %= 30011
		if wide {
			b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
			order.PutUint64(b[len(b)-8:], math.Float64bits(float64(v)))
		} else {
			b = append(b, 0, 0)
			order.PutUint16(b[len(b)-2:], uint16(v))
		}
	}
	return b
}

// Arrays of many parts come to the same columns from files, pipes and packed
// files, as a whole and some rows at a time, on any number of threads.
func TestArraysInParts(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.SampledFrom([]int{1, 2, 3, 17, 900}).Draw(rt, "width")
		rows := rapid.IntRange(1, 400_000/width).Draw(rt, "rows")
		content := arrayFile(rows, width, rapid.Bool().Draw(rt, "wide"), rapid.Bool().Draw(rt, "big"), rapid.Bool().Draw(rt, "fortran"))
		path := filepath.Join(dir, "a.npy")
		if err := os.WriteFile(path, content, 0o644); err != nil {
			rt.Fatal(err)
		}
		opts := ReadOptions{Threads: rapid.IntRange(1, 3).Draw(rt, "threads"), Types: map[string]Kind{"c1": Number}}
		read := map[string]func() (*Table, error){
			"file":  func() (*Table, error) { return Read(path, opts) },
			"cache": func() (*Table, error) { return cachedTable(t, 100_000, opts, path) },
			"pipe": func() (*Table, error) {
				opts := opts
				opts.Stdin = bytes.NewReader(content)
				return Read("-", opts)
			},
			"gzip": func() (*Table, error) {
				opts := opts
				var b bytes.Buffer
				z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
				if _, err := z.Write(content); err != nil || z.Close() != nil {
					rt.Fatal(err)
				}
				opts.Stdin = &b
				return Read("-", opts)
			},
		}
		for name, read := range read {
			table, err := read()
			if err != nil || table.Rows != rows || len(table.Columns) != width {
				rt.Fatalf("%s: %v", name, err)
			}
			for k, c := range table.Columns {
				for i, v := range c.Numbers {
					if want := (i*width + k) % 30011; v != float64(want) {
						rt.Fatalf("%s: row %d of column %d is %v, want %d", name, i+1, k+1, v, want)
					}
				}
			}
		}
	})
}

// Reading an array allocates by part at most, not by value.
func TestArraysAllocateLittle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := os.WriteFile(path, arrayFile(200_000, 4, true, false, false), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(3, func() {
		if _, err := Read(path, ReadOptions{Threads: 1}); err != nil {
			t.Fatal(err)
		}
	}); n > 300 {
		t.Errorf("%v allocations for 800000 values", n)
	}
}

// A flipped bit in an archive is found by its checksum, where it has one.
func TestChecksumsOfArchives(t *testing.T) {
	for _, file := range []string{"stored.npz", "packed.npz"} {
		content, err := os.ReadFile(filepath.Join("testdata", "npy", file))
		if err != nil {
			t.Fatal(err)
		}
		content[400] ^= 4 // within the elements of the first array
		if _, err := Read("-", ReadOptions{Stdin: bytes.NewReader(content)}); err == nil || !strings.Contains(err.Error(), "damaged NumPy archive at f8C.npy") && !strings.Contains(err.Error(), `NumPy array "f8C"`) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// Columns that nobody asks for are not read: the others come as in memory.
func TestBlocksOfSomeColumns(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pages := filepath.Join(dir, "a.parquet")
	parquetFile(t, pages, 3000)
	for file, names := range map[string][]string{
		write("rows.npy", arrayFile(3000, 5, true, false, false)):    {"c2", "c5"},
		write("columns.npy", arrayFile(3000, 5, false, true, true)):  {"c1", "c4"},
		filepath.Join("testdata", "npy", "packed.npz"):               {"f8F2", "cube6", "vector"},
		filepath.Join("testdata", "parquet", "long_deltas.parquet"):  {"n", "word"},
		filepath.Join("testdata", "parquet", "groups_nulls.parquet"): {"f64"},
		pages: {"n", "word"},
	} {
		whole, err := Read(file, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		opts := ReadOptions{Threads: 2, Expect: map[string]Kind{}}
		for _, name := range names {
			c, err := whole.Column(name)
			if err != nil {
				t.Fatal(err)
			}
			opts.Expect[name] = c.Kind
		}
		var rows []string
		if _, err := InBlocks([]string{file}, opts, BlockSize{Rows: 700}, func(t *Table) ([]string, error) {
			return cellsOf(t, opts.Expect), nil
		}, func(some []string) error {
			rows = append(rows, some...)
			return nil
		}); err != nil || !slices.Equal(rows, cellsOf(whole, opts.Expect)) || len(rows) == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
}
