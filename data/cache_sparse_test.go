package data

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// writeSparse writes lines of labels and index:value pairs; some have weights, a
// group or a tag, from the given line on.
func writeSparse(t rapid.TB, path string, rows, extras int, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 3))
	var b bytes.Buffer
	vw, ones := rng.IntN(2) == 0, rng.IntN(2) == 0
	for row := range rows {
		fmt.Fprintf(&b, "%d", rng.IntN(2))
		extra := row >= extras && rng.IntN(2) == 0
		switch {
		case vw && extra:
			fmt.Fprintf(&b, " %d 'tag%d|f", rng.IntN(3), row)
		case vw:
			b.WriteString(" |f")
		case extra:
			fmt.Fprintf(&b, " qid:%d", row/7)
		}
		for j := rng.IntN(5); j < 400; j += 1 + rng.IntN(90) {
			v := 1.0
			if !ones {
				v = float64(rng.IntN(1000)-500) / []float64{8, 7}[rng.IntN(2)]
			}
			fmt.Fprintf(&b, " %d:%v", j, v)
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sameTables compares two tables with sparse columns, notes included.
func sameTables(a, b *Table) error {
	if a.Rows != b.Rows || !slices.Equal(a.Names(), b.Names()) || !slices.Equal(a.Notes, b.Notes) {
		return fmt.Errorf("%d rows of %q, %q; and %d of %q, %q", a.Rows, a.Names(), a.Notes, b.Rows, b.Names(), b.Notes)
	}
	for i, c := range a.Columns {
		d := b.Columns[i]
		if c.Kind != d.Kind || c.Ignored != d.Ignored || !slices.Equal(c.Levels, d.Levels) {
			return fmt.Errorf("column %q is %v (%s) and %v (%s)", c.Name, c.Kind, c.Ignored, d.Kind, d.Ignored)
		}
		for row := range a.Rows {
			if c.Cell(row) != d.Cell(row) {
				return fmt.Errorf("column %q, row %d: %q and %q", c.Name, row, c.Cell(row), d.Cell(row))
			}
		}
		if c.Kind == Sparse && !reflect.DeepEqual(c.Entries.Start, d.Entries.Start) || c.Kind == Sparse && c.Entries.Cols != d.Entries.Cols {
			return fmt.Errorf("column %q: other rows or %d columns and %d", c.Name, c.Entries.Cols, d.Entries.Cols)
		}
	}
	return nil
}

// What a cache gives back of sparse rows is what Read gives, whatever its lines
// have beside label and entries, and from which line on.
func TestACacheHoldsSparseRows(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 3000).Draw(t, "rows")
		extras := rapid.SampledFrom([]int{0, 1, rows / 2, rows - 1, rows}).Draw(t, "extras")
		files := []string{filepath.Join(dir, "a.txt")}
		writeSparse(t, files[0], rows, extras, rapid.Uint64().Draw(t, "seed"))
		opts := ReadOptions{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}
		if k := rapid.SampledFrom([]Kind{Guess, Category, Boolean, Number, Ignore}).Draw(t, "kind"); k != Guess {
			opts.Types = map[string]Kind{"label": k}
		}
		want, err := ReadFiles(files, opts)
		if err != nil {
			t.Fatal(err)
		}
		got := roundTrip(t, dir, files, opts, rapid.SampledFrom([]int{1, 1 << 10, 1 << 14, 1 << 22}).Draw(t, "group"))
		if err := sameTables(want, got); err != nil {
			t.Fatal(err)
		}
		s, err := Peek(files, opts)
		if err != nil || s.Rows < rows/2 || s.Rows > 2*rows {
			t.Fatalf("peeked at %v rows of %d: %v", s, rows, err)
		}
	})
}

// Faulty lines end the pass, or are counted, as Read does.
func TestFaultsOnTheWayToACacheOfSparseRows(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.txt"), filepath.Join(dir, "rows.cache")
	for _, text := range []string{"1 1:2\n0 2:x\n1 3:1\n", "1 1:2 0:1\n", "# nothing\n\n"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, opts := range []ReadOptions{{}, {SkipFaults: true}, {Types: map[string]Kind{"other": Number}}} {
			if opts.Types == nil {
				opts.Types = map[string]Kind{}
			}
			opts.Types["features"] = Sparse
			want, fault := ReadFiles([]string{file}, opts)
			err := WriteCache(path, []string{file}, opts, 0, nil)
			if (fault == nil) != (err == nil) || fault != nil && fault.Error() != err.Error() {
				t.Fatalf("%q: the cache says %v, Read %v", text, err, fault)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".rows*")); len(left) > 0 {
				t.Fatalf("left behind: %q", left)
			}
			if err != nil {
				continue
			}
			c, err := OpenCache(path, []string{file}, opts, 0)
			if err != nil {
				t.Fatal(err)
			}
			if c.Rows != want.Rows || !slices.Equal(c.Notes, want.Notes) {
				t.Errorf("%d rows, %q; Read has %d, %q", c.Rows, c.Notes, want.Rows, want.Notes)
			}
			c.Close()
		}
	}
}

// The rules of sparse columns are the same whether they are learned from rows
// that pass by or from a table.
func TestSurveysOfSparseRows(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.txt"), filepath.Join(dir, "rows.cache")
	writeSparse(t, file, 2000, 0, 5)
	table, err := Read(file, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteCache(path, []string{file}, ReadOptions{}, 1<<12, nil); err != nil {
		t.Fatal(err)
	}
	c, err := OpenCache(path, []string{file}, ReadOptions{}, 1<<12)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Groups() < 3 || c.GroupBytes() > 1<<13 {
		t.Errorf("%d groups of at most %d bytes", c.Groups(), c.GroupBytes())
	}
	rows := make([]int, table.Rows)
	for i := range rows {
		rows[i] = i
	}
	for _, scale := range []Scaling{Standard, MaxAbs} {
		o := FeatureOptions{Names: []string{"features"}, Scale: scale}
		want, err := NewEncoder(table, rows, o)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSurvey(c.Table(), []string{"features"}, nil, passOf(t, c))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Encoder(o); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %v; in memory %v", got, err, want)
		}
	}
}

// passOf passes over all rows of a cache.
func passOf(t *testing.T, c *Cache) Pass {
	return func(visit func(*Table, []int) error) error {
		r, err := c.Reader()
		if err != nil {
			t.Fatal(err)
		}
		some := r.Table()
		for g := range c.Groups() {
			some.Reset()
			if err := r.Read(g, some); err != nil {
				return err
			}
			rows := make([]int, some.Rows)
			for i := range rows {
				rows[i] = i
			}
			if err := visit(some, rows); err != nil {
				return err
			}
		}
		return nil
	}
}

// Chunks of sparse rows that contradict themselves are refused before memory is
// asked for beyond the bytes that are there.
func TestHostileSparseChunks(t *testing.T) {
	m := NewCSR[float64](9, 2, 4)
	for _, row := range [][]int{{0, 3}, {8}} {
		for _, j := range row {
			m.Add(j, 0.1)
		}
		m.EndRow()
	}
	encoding, sound := appendEntries(nil, m, 2)
	if err := decodeEntries(NewCSR[float64](9, 0, 0), encoding, sound, 2); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(b []byte) ([]byte, int, int){
		"a count beyond":     func(b []byte) ([]byte, int, int) { b[3] = 255; return b, 9, 2 },
		"a count short":      func(b []byte) ([]byte, int, int) { b[0] = 1; return b, 9, 2 },
		"columns that fall":  func(b []byte) ([]byte, int, int) { b[8] = 4; return b, 9, 2 },
		"a column beyond":    func(b []byte) ([]byte, int, int) { return b, 8, 2 },
		"a negative column":  func(b []byte) ([]byte, int, int) { b[19] = 255; return b, 9, 2 },
		"more rows":          func(b []byte) ([]byte, int, int) { return b, 9, 1 << 16 },
		"bytes missing":      func(b []byte) ([]byte, int, int) { return b[:len(b)-1], 9, 2 },
		"a value not finite": func(b []byte) ([]byte, int, int) { b[len(b)-1], b[len(b)-2] = 0x7f, 0xf0; return b, 9, 2 },
	} {
		b, cols, rows := change(slices.Clone(sound))
		before := allocated()
		if err := decodeEntries(NewCSR[float64](cols, 0, 0), encoding, b, rows); err == nil {
			t.Errorf("%s: nobody noticed", name)
		}
		if grown := allocated() - before; grown > 1<<20 {
			t.Errorf("%s: %d bytes were asked for", name, grown)
		}
	}
}
