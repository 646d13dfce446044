package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"descent/internal/reference"
)

// cellsOf prints the columns of a table that were asked for, row by row.
func cellsOf(t *Table, expect map[string]Kind) []string {
	rows := make([]string, t.Rows)
	for i := range rows {
		for _, c := range t.Columns {
			if _, asked := expect[c.Name]; asked {
				rows[i] += fmt.Sprintf("%s:%v=%q ", c.Name, c.Kind, c.Cell(i))
			}
		}
	}
	return rows
}

// inBlocks gathers the cells of all blocks.
func inBlocks(files []string, opts ReadOptions, size BlockSize) (rows []string, all *Table, blocks int, err error) {
	all, err = InBlocks(files, opts, size, func(t *Table) ([]string, error) { return cellsOf(t, opts.Expect), nil }, func(more []string) error {
		rows = append(rows, more...)
		blocks++
		return nil
	})
	return rows, all, blocks, err
}

// someText is a table of text with all that makes records differ, as CSV or as
// lines of objects.
func someText(rng *rand.Rand, rows int, eol string, faults, objects bool) string {
	var b strings.Builder
	if !objects {
		b.WriteString("n,word,flag,day,free,other,last" + eol)
	}
	words := []string{"red", "blue", `"green, with a comma"`, `"a ""quoted"" word"`, "", "NA", "grün"}
	for i := range rows {
		n := fmt.Sprint(rng.NormFloat64())
		if rng.IntN(9) == 0 {
			n = "?"
		}
		free := fmt.Sprintf(`"text %d%s in lines"`, rng.IntN(1e6), strings.Repeat(eol, rng.IntN(2)))
		if objects {
			fmt.Fprintf(&b, `{"n": %g, "word": %q, "flag": %q, "day": "2024-02-%02d", "free": "t%d", "other": %d, "last": null}`+"\n", rng.NormFloat64(), "w"+fmt.Sprint(rng.IntN(5)), []string{"yes", "no"}[rng.IntN(2)], 1+rng.IntN(28), rng.IntN(1e6), i)
			continue
		}
		last := fmt.Sprint(rng.IntN(100))
		if faults && i > 2 && rng.IntN(50) == 0 {
			last += ",too much"
		}
		fmt.Fprintf(&b, "%s,%s,%s,2024-01-%02d,%s,o%d,%s%s", n, words[rng.IntN(len(words))], []string{"yes", "no", ""}[rng.IntN(3)], 1+rng.IntN(28), free, i, last, eol)
	}
	return b.String()
}

// someLines are lines of a label and index:value pairs.
func someLines(rng *rand.Rand, rows int) string {
	var b strings.Builder
	for i := range rows {
		fmt.Fprint(&b, rng.IntN(2))
		if i == 1 || i > 1 && rng.IntN(40) == 0 { // most blocks have none
			fmt.Fprintf(&b, " qid:%d", rng.IntN(9))
		}
		for j := range 8 {
			if rng.IntN(3) == 0 {
				fmt.Fprintf(&b, " %d:%g", j+1, rng.NormFloat64())
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// The rows of all blocks are those of the whole, whatever the size of the blocks,
// the threads and the kind of text; so are the notes.
func TestBlocksAreTheWhole(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		kind := rapid.SampledFrom([]string{"csv", "csv.gz", "json", "libsvm", "-"}).Draw(t, "kind")
		faults := rapid.Bool().Draw(t, "faults")
		parts := rapid.IntRange(1, 3).Draw(t, "files")
		opts := ReadOptions{SkipFaults: faults, Threads: rapid.IntRange(1, 4).Draw(t, "threads")}
		opts.Expect = map[string]Kind{"n": Number, "word": Category, "flag": Boolean, "day": Date, "free": Text}
		if kind == "libsvm" {
			opts.Expect = map[string]Kind{"label": Category, "features": Sparse}
		}
		if kind == "-" {
			parts = 1
		}
		var files []string
		var text []byte
		for i := range parts {
			rows, eol := rapid.IntRange(3, 2000).Draw(t, "rows"), rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "ends")
			text = []byte(someText(rng, rows, eol, faults, kind == "json"))
			if kind == "libsvm" {
				text = []byte(someLines(rng, rows))
			}
			if kind == "csv.gz" {
				var b bytes.Buffer
				z := gzip.NewWriter(&b)
				_, err1 := z.Write(text)
				if err2 := z.Close(); err1 != nil || err2 != nil {
					t.Fatal(err1, err2)
				}
				text = b.Bytes()
			}
			file := filepath.Join(dir, fmt.Sprintf("part%d.%s", i, kind))
			if kind == "-" {
				file = "-"
			} else if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		opts.Stdin = bytes.NewReader(text)
		whole, err := ReadFiles(files, opts)
		if err != nil {
			t.Fatal(err)
		}
		size := BlockSize{Rows: rapid.IntRange(1, 3000).Draw(t, "block rows"), Bytes: rapid.SampledFrom([]int{100, 5000, 1 << 20}).Draw(t, "block bytes")}
		opts.Stdin = bytes.NewReader(text)
		rows, all, _, err := inBlocks(files, opts, size)
		if err != nil {
			t.Fatal(err)
		}
		if want := cellsOf(whole, opts.Expect); !slices.Equal(rows, want) {
			for i := range want {
				if i >= len(rows) || rows[i] != want[i] {
					t.Fatalf("row %d of %d and %d: %q, want %q", i, len(rows), len(want), rows[min(i, len(rows)-1)], want[i])
				}
			}
			t.Fatalf("%d rows, want %d", len(rows), len(want))
		}
		if all.Rows != whole.Rows || all.Name != whole.Name || !slices.Equal(all.Notes, whole.Notes) || !slices.Equal(all.Names(), whole.Names()) {
			t.Fatalf("%s: %d rows, %q, %q; want %s: %d, %q, %q", all.Name, all.Rows, all.Notes, all.Names(), whole.Name, whole.Rows, whole.Notes, whole.Names())
		}
	})
}

// A fault in the middle ends the pass with the place it has in the file, and so
// does work that fails, with the number of its row.
func TestBlocksNameThePlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	text := someText(rng, 6000, "\r\n", false, false)
	lines := strings.SplitAfter(text, "\r\n")
	at := slices.IndexFunc(lines[len(lines)/2:], func(l string) bool { return strings.Count(l, `"`)%2 == 0 && strings.Count(l, ",") >= 6 }) + len(lines)/2
	lines[at] = "12x" + lines[at][strings.Index(lines[at], ","):]
	opts := ReadOptions{Expect: map[string]Kind{"n": Number}}
	for _, threads := range []int{1, 3} {
		for _, bytes := range []int{1000, 60_000, 1 << 20} {
			opts.Stdin, opts.Threads = strings.NewReader(strings.Join(lines, "")), threads
			_, _, _, err := inBlocks([]string{"-"}, opts, BlockSize{Bytes: bytes})
			if want := fmt.Sprintf("data: standard input:%d:1: in column \"n\" ", at+1); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("blocks of %d bytes: %v, want %q", bytes, err, want)
			}
			opts.Stdin = strings.NewReader("n\n" + strings.Repeat("1\n", 100_000) + "-1\n" + strings.Repeat("1\n", 5000))
			_, err = InBlocks([]string{"-"}, opts, BlockSize{Bytes: bytes}, func(t *Table) (int, error) {
				c := t.Columns[0]
				if i := slices.Index(c.Numbers, -1); i >= 0 {
					return 0, fmt.Errorf("row %d", c.place(i))
				}
				return t.Rows, nil
			}, func(int) error { return nil })
			if err == nil || err.Error() != "row 100001" {
				t.Errorf("blocks of %d bytes: work failed with %v", bytes, err)
			}
		}
	}
}

// Files that do not go together, and an end of taking, are errors.
func TestBlocksRefuse(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, b, c := write("a.csv", "x,y\n1,2\n"), write("b.csv", "y,z\n1,2\n"), write("c.csv", "y,x,z\n1,2,3\n")
	for _, other := range []struct{ file, want string }{{b, `has no column "x"`}, {c, "has 3 columns"}} {
		_, err := ReadFiles([]string{a, other.file}, ReadOptions{})
		_, _, _, err2 := inBlocks([]string{a, other.file}, ReadOptions{}, BlockSize{})
		if err == nil || err2 == nil || err.Error() != err2.Error() || !strings.Contains(err.Error(), other.want) {
			t.Errorf("%s: %v; as a whole %v", other.file, err2, err)
		}
	}
	full := errors.New("full")
	for _, threads := range []int{1, 4} {
		opts := ReadOptions{Stdin: strings.NewReader("x\n" + strings.Repeat("1\n", 500_000)), Threads: threads}
		taken := 0
		_, err := InBlocks([]string{"-"}, opts, BlockSize{Bytes: 1000}, func(t *Table) (int, error) { return t.Rows, nil }, func(int) error {
			if taken++; taken == 3 {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) || taken != 3 {
			t.Errorf("%v after %d", err, taken)
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err1 := z.Write([]byte("PAR1" + strings.Repeat("x", 100_000)))
	if err2 := z.Close(); err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	array := write("a.parquet.gz", packed.String())
	if _, err := InBlocks([]string{array}, ReadOptions{}, BlockSize{Whole: 10}, func(*Table) (int, error) { return 0, nil }, func(int) error { return nil }); !errors.Is(err, ErrWhole) {
		t.Errorf("a file that does not fit: %v", err)
	}
}

// Rows of files that know types come in blocks, too.
func TestBlocksOfTypedFiles(t *testing.T) {
	dir := t.TempDir()
	grouped := filepath.Join(dir, "grouped.parquet")
	parquetFile(t, grouped, 5000)
	files := []string{grouped, reference.Path(t, "mnist", "t10k-images-idx3-ubyte.gz"), reference.Path(t, "mnist", "t10k-labels-idx1-ubyte.gz")}
	for _, name := range []string{"table_snappy.parquet", "typed.parquet", "matrix.npy", "matrix_fortran_f4.npy", "both.npz", "labels_u1.npy"} {
		files = append(files, filepath.Join("testdata", "formats", name))
	}
	for _, file := range files {
		kinds, err := Read(file, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		opts := ReadOptions{Expect: kindsOf(kinds)}
		whole, err := ReadFiles([]string{file, file}, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, threads := range []int{1, 3} {
			opts.Threads = threads
			var pixels []byte
			var rows []string
			type block struct {
				rows   []string
				pixels []byte
			}
			all, err := InBlocks([]string{file, file}, opts, BlockSize{Rows: 700}, func(t *Table) (b block, err error) {
				if t.Rows > 700 {
					return b, fmt.Errorf("a block of %d rows", t.Rows)
				}
				b.rows = cellsOf(t, opts.Expect)
				for _, c := range t.Columns {
					b.pixels = append(b.pixels, c.Pixels...)
				}
				return b, nil
			}, func(b block) error {
				rows, pixels = append(rows, b.rows...), append(pixels, b.pixels...)
				return nil
			})
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			var want []byte
			for _, c := range whole.Columns {
				want = append(want, c.Pixels...)
			}
			if !slices.Equal(rows, cellsOf(whole, opts.Expect)) || !bytes.Equal(pixels, want) || all.Rows != whole.Rows || !slices.Equal(all.Notes, whole.Notes) {
				t.Errorf("%s: %d rows, %q; want %d, %q", file, all.Rows, all.Notes, whole.Rows, whole.Notes)
			}
		}
	}
}
