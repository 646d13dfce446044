package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// roundTrip writes the files to a cache and reads it back as a table.
func roundTrip(t *rapid.T, dir string, files []string, opts ReadOptions, group int) *Table {
	path := filepath.Join(dir, "rows.cache")
	if err := WriteCache(path, files, opts, group, nil); err != nil {
		t.Fatal(err)
	}
	c, err := OpenCache(path, files, opts, group)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := c.Reader()
	if err != nil {
		t.Fatal(err)
	}
	table := r.Table()
	for g := range c.Groups() {
		if err := r.Read(g, table); err != nil {
			t.Fatal(err)
		}
	}
	if table.Rows != c.Rows {
		t.Fatalf("%d rows read of %d", table.Rows, c.Rows)
	}
	return table
}

// same says whether two tables agree in all that models see, notes included.
func same(a, b *Table) bool {
	if !sameColumns(a, b) || !slices.Equal(a.Notes, b.Notes) {
		return false
	}
	for i := range a.Columns {
		if a.Columns[i].Ignored != b.Columns[i].Ignored {
			return false
		}
	}
	return true
}

// sameCells compares what the cells say, whatever the kinds of their columns:
// of several files Read lets the first one settle them, a cache all.
func sameCells(a, b *Table) bool {
	for i, c := range a.Columns {
		for row := range a.Rows {
			if c.Cell(row) != b.Columns[i].Cell(row) {
				return false
			}
		}
	}
	return a.Rows == b.Rows
}

// What a cache gives back is what Read gives, for any text and any number of
// threads.
func TestACacheHoldsWhatReadReads(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 4000).Draw(t, "rows")
		levels := rapid.SampledFrom([]int{2, 300, 1500, 70000}).Draw(t, "levels")
		seed := rapid.Uint64().Draw(t, "seed")
		parts := rapid.IntRange(1, 3).Draw(t, "files")
		files := writeParts(t, dir, rows, levels, seed, parts)
		opts := ReadOptions{Threads: rapid.IntRange(1, 4).Draw(t, "threads")}
		if rapid.Bool().Draw(t, "asked") {
			opts.Types = map[string]Kind{"word": Category, "whole": Category}
		}
		want, err := ReadFiles(files, opts)
		got := error(nil)
		var table *Table
		if err == nil {
			table = roundTrip(t, dir, files, opts, rapid.SampledFrom([]int{1, 1 << 12, 1 << 17}).Draw(t, "group"))
		} else {
			got = WriteCache(filepath.Join(dir, "none.cache"), files, opts, 0, nil)
		}
		switch {
		case err != nil && (got == nil || got.Error() != err.Error()):
			t.Fatalf("Read says %v, the cache %v", err, got)
		case err == nil && parts == 1 && !same(want, table), err == nil && !sameCells(want, table):
			t.Fatalf("read   %v %q\ncached %v %q", want.Describe(), want.Notes, table.Describe(), table.Notes)
		}
	})
}

// writeParts writes rows with columns of every kind to some files.
func writeParts(t *rapid.T, dir string, rows, levels int, seed uint64, parts int) (files []string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for part := range parts {
		var b bytes.Buffer
		b.WriteString("id,whole,real,word,rare,text,none\n")
		for row := part * rows; row < (part+1)*rows; row++ {
			real := strconv.FormatFloat(rng.NormFloat64(), 'g', -1, 64)
			if rng.IntN(9) == 0 {
				real = ""
			}
			fmt.Fprintf(&b, "%d,%d,%s,w%d,%s,\"some, %d\",\n", row+1, rng.IntN(50)-3, real, rng.IntN(levels), []string{"yes", "no", "", "?"}[rng.IntN(4)], rng.Uint64())
		}
		path := filepath.Join(dir, fmt.Sprintf("part%d.csv", part))
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	return files
}

func TestFactsOfACache(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(file, []byte("x,c,t\n1,b,u\n,a,v\n-3,b,\n2.5,,w\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "rows.cache")
	opts := ReadOptions{Types: map[string]Kind{"t": Text, "c": Category}}
	if err := WriteCache(path, []string{file}, opts, 0, nil); err != nil {
		t.Fatal(err)
	}
	c, err := OpenCache(path, []string{file}, opts, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := []Facts{{Missing: 1, Min: -3, Max: 2.5}, {Missing: 1, Counts: []int{1, 2}}, {Missing: 1}}
	if fmt.Sprint(c.Facts) != fmt.Sprint(want) || c.Rows != 4 || !slices.Equal(c.Columns[1].Levels, []string{"a", "b"}) {
		t.Errorf("facts %v of %d rows, levels %q", c.Facts, c.Rows, c.Columns[1].Levels)
	}
	r, err := c.Reader("t", "x")
	if err != nil {
		t.Fatal(err)
	}
	some := r.Table()
	if err := r.Read(0, some); err != nil {
		t.Fatal(err)
	}
	if names := some.Names(); !slices.Equal(names, []string{"x", "t"}) || some.Columns[1].Texts[3] != "w" || !math.IsNaN(some.Columns[0].Numbers[1]) {
		t.Errorf("columns %q: %v", names, show(some))
	}
	if _, err := c.Reader("nothing"); err == nil {
		t.Error("a column that is not there was read")
	}
}

// A cache of other files, other options or another state of a file is stale.
func TestStaleCaches(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.csv"), filepath.Join(dir, "rows.cache")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("x,y\n1,2\n3,4\n")
	if err := WriteCache(path, []string{file}, ReadOptions{}, 0, nil); err != nil {
		t.Fatal(err)
	}
	open := func(opts ReadOptions) error {
		c, err := OpenCache(path, []string{file}, opts, 0)
		if err == nil {
			c.Close()
		}
		return err
	}
	if err := open(ReadOptions{Threads: 3}); err != nil {
		t.Errorf("the same file: %v", err)
	}
	if err := open(ReadOptions{Skip: 1}); !errors.Is(err, ErrStale) {
		t.Errorf("other options: %v", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	write("x,y\n1,2\n3,5\n")
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := open(ReadOptions{}); !errors.Is(err, ErrStale) {
		t.Errorf("another file of the same size and time: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := open(ReadOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no cache: %v", err)
	}
}

// Any change to the bytes of a cache is noticed, in words, before a row of it
// is used.
func TestDamagedCaches(t *testing.T) {
	for _, text := range sampleTexts {
		whole, id := sampleCache(t, text)
		if err := readBytes(whole, id); err != nil {
			t.Fatal(err)
		}
		for at := range whole {
			damaged := slices.Clone(whole)
			damaged[at] ^= 1 << (at % 8)
			if err := readBytes(damaged, id); err == nil {
				t.Fatalf("byte %d of %d was changed, and nobody noticed", at, len(whole))
			}
			if err := readBytes(whole[:at], id); err == nil {
				t.Fatalf("torn at %d of %d, and nobody noticed", at, len(whole))
			}
		}
	}
}

// sampleTexts have a chunk of every encoding of text, and of sparse rows.
var sampleTexts = []string{
	"x,r,c,t\n1,0.1,b,u\n2,,b,vw\n3,5,a,\n",
	"1 |f 1:1 4:1\n0 |f 2:0.1\n1 2 'tag|f 1:0.5 3:2\n" + strings.Repeat("0 |f 3:1\n", 20),
	"1 |f 3 7:2\n0 |f a b:0.1\n1 |g 3 a:4\n" + strings.Repeat("0 |f 3 a\n", 10),
}

// sampleCache is a small cache.
func sampleCache(t testing.TB, text string) (content []byte, id identity) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.csv"), filepath.Join(dir, "rows.cache")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	opts, group := ReadOptions{}, 24
	if strings.HasPrefix(text, "x,") {
		opts, group = ReadOptions{Types: map[string]Kind{"t": Text, "c": Category}}, 0
	}
	if err := WriteCache(path, []string{file}, opts, group, nil); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(id[:], content[len(cacheMagic)+4:])
	return content, id
}

// readBytes opens a cache in memory and reads all of it.
func readBytes(content []byte, id identity) error {
	c, err := openCache(bytes.NewReader(content), int64(len(content)), id)
	if err != nil {
		return err
	}
	r, err := c.Reader()
	if err != nil {
		return err
	}
	for g := range c.Groups() {
		t := r.Table()
		if err := r.Read(g, t); err != nil {
			return err
		}
		for _, col := range t.Columns {
			if col.Len() != t.Rows {
				return fmt.Errorf("column %q has %d rows of %d", col.Name, col.Len(), t.Rows)
			}
		}
	}
	return nil
}

// Reading a group into a table that had one before does not allocate.
func TestReadingNumbersAndLevelsDoesNotAllocate(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.csv"), filepath.Join(dir, "rows.cache")
	var b strings.Builder
	b.WriteString("x,y,c\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "%d,%g,%c\n", i, math.Sqrt(float64(i)), 'a'+i%7)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteCache(path, []string{file}, ReadOptions{}, 0, nil); err != nil {
		t.Fatal(err)
	}
	c, err := OpenCache(path, []string{file}, ReadOptions{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := c.Reader()
	if err != nil {
		t.Fatal(err)
	}
	table := r.Table()
	if n := testing.AllocsPerRun(10, func() {
		table.Reset()
		if err := r.Read(0, table); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations a group", n)
	}
}

// FuzzCache holds the reader of caches to refusing or reading any bytes: the
// checksums are made to agree, so that what lies behind them is reached.
func FuzzCache(f *testing.F) {
	for _, text := range sampleTexts {
		whole, _ := sampleCache(f, text)
		f.Add(whole)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var id identity
		seal(content, &id)
		if err := readBytes(content, id); err != nil && len(err.Error()) > 1000 {
			t.Fatalf("an error of %d bytes", len(err.Error()))
		}
	})
}

// seal corrects the checksums of a cache that was changed.
func seal(b []byte, id *identity) {
	if len(b) < cacheHeader+cacheTail {
		return
	}
	copy(id[:], b[len(cacheMagic)+4:])
	put := func(at int, part []byte) { binary.LittleEndian.PutUint32(b[at:], crc32.Checksum(part, castagnoli)) }
	put(cacheHeader-4, b[:cacheHeader-4])
	tail := b[len(b)-cacheTail:]
	at, schema, index := binary.LittleEndian.Uint64(tail), binary.LittleEndian.Uint64(tail[8:]), binary.LittleEndian.Uint64(tail[16:])
	end := uint64(len(b) - cacheTail)
	if at > end || schema > end || index > end || at+schema+index != end {
		return
	}
	offset := uint64(cacheHeader)
	for e := b[at+schema : end]; len(e) >= chunkEntry; e = e[chunkEntry:] {
		size := uint64(binary.LittleEndian.Uint32(e[1:]))
		if offset+size > at {
			break
		}
		binary.LittleEndian.PutUint32(e[5:], crc32.Checksum(b[offset:offset+size], castagnoli))
		offset += size
	}
	put(len(b)-cacheTail+3*8, b[at:len(b)-cacheTail+3*8])
}

// Infinite numbers of files that know types are refused by the name of their
// column, and nothing is left of the cache.
func TestCachesOfInfiniteNumbers(t *testing.T) {
	dir := t.TempDir()
	file, folder := filepath.Join(dir, "infinite.npy"), filepath.Join(dir, "caches")
	head := "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n"
	content := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), 0)
	content = append(content, head...)
	for _, v := range []float64{1, math.Inf(-1)} {
		content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
	}
	if err := errors.Join(os.WriteFile(file, content, 0o644), os.Mkdir(folder, 0o755)); err != nil {
		t.Fatal(err)
	}
	err := WriteCache(filepath.Join(folder, "rows.cache"), []string{file}, ReadOptions{}, 0, nil)
	if err == nil || !strings.Contains(err.Error(), `column "c1" holds infinite numbers`) {
		t.Errorf("found %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%v is left: %v", left, err)
	}
}
