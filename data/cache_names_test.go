package data

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// writeNames writes lines of Vowpal Wabbit whose features are numbers in one
// namespace before the given line, and words in several from it on.
func writeNames(t rapid.TB, path string, rows, words int, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	var b bytes.Buffer
	for row := range rows {
		fmt.Fprintf(&b, "%d |f", rng.IntN(2))
		for range 1 + rng.IntN(5) {
			fmt.Fprintf(&b, " %d:%v", rng.IntN(50), float64(rng.IntN(1000)-500)/7)
		}
		if row >= words {
			fmt.Fprintf(&b, " w%d city:%c |g w%d:2 %d", rng.IntN(200), 'a'+rng.IntN(5), rng.IntN(200), rng.IntN(9))
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What a cache gives back of rows with names is what Read gives, from whichever line
// of whichever file on there are names.
func TestACacheHoldsNames(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var files []string
		rows := rapid.IntRange(1, 1500).Draw(t, "rows")
		for i := range rapid.IntRange(1, 3).Draw(t, "files") {
			words := rapid.SampledFrom([]int{0, 1, rows / 2, rows - 1, rows}).Draw(t, "words")
			files = append(files, filepath.Join(dir, fmt.Sprint(i, ".vw")))
			writeNames(t, files[i], rows, words, rapid.Uint64().Draw(t, "seed"))
		}
		opts := ReadOptions{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}
		want, err := ReadFiles(files, opts)
		if err != nil {
			t.Fatal(err)
		}
		got := roundTrip(t, dir, files, opts, rapid.SampledFrom([]int{1, 1 << 10, 1 << 14, 1 << 22}).Draw(t, "group"))
		if len(files) > 1 {
			got.Notes = want.Notes // of several files, ReadFiles has those of the first
		}
		if err := sameTables(want, got); err != nil {
			t.Fatal(err)
		}
		a, b := want.Columns[len(want.Columns)-1], got.Columns[len(got.Columns)-1]
		if !slices.Equal(a.EntryNames, b.EntryNames) || (a.EntryNames == nil) != (b.EntryNames == nil) {
			t.Fatalf("the names %q, read as a whole %q", b.EntryNames, a.EntryNames)
		}
	})
}

// The rules of columns with names are the same whether they are learned from rows
// that pass by or from a table.
func TestSurveysOfNames(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.vw"), filepath.Join(dir, "rows.cache")
	writeNames(t, file, 3000, 1000, 5)
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
	bytes := int64(0)
	for _, name := range table.Columns[1].EntryNames {
		bytes += int64(len(name))
	}
	if c.Groups() < 3 || c.NamesBytes() < bytes || c.NamesBytes() > 3*bytes+100*int64(len(table.Columns[1].EntryNames)) {
		t.Errorf("%d groups, %d bytes for names of %d", c.Groups(), c.NamesBytes(), bytes)
	}
	// Some of the names are in none of the first rows.
	most := table.Rows / 50
	first := func(visit func(*Table, []int) error) error {
		seen := 0
		return passOf(t, c)(func(some *Table, rows []int) error {
			rows = rows[:min(len(rows), max(0, most-seen))]
			seen += some.Rows
			return visit(some, rows)
		})
	}
	rows := make([]int, most)
	for i := range rows {
		rows[i] = i
	}
	for _, scale := range []Scaling{Standard, MaxAbs} {
		o := FeatureOptions{Names: []string{"features"}, Scale: scale}
		want, err := NewEncoder(table, rows, o)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(want.Features[0].Names); n == 0 || n == len(table.Columns[1].EntryNames) {
			t.Fatalf("the rows have %d names", n)
		}
		s, err := NewSurvey(c.Table(), []string{"features"}, nil, first)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Encoder(o); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %v; in memory %v", got, err, want)
		}
	}
}

// More names than there is memory for end the pass in one sentence, before they are
// there, and leave nothing behind.
func TestTooManyNames(t *testing.T) {
	dir := t.TempDir()
	file, path := filepath.Join(dir, "a.vw"), filepath.Join(dir, "rows.cache")
	var b bytes.Buffer
	const rows, each = 40000, 10
	for i := range rows {
		fmt.Fprintf(&b, "%d |f", i%2)
		for k := range each {
			fmt.Fprintf(&b, " name%d", i*each+k)
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	err := WriteCache(path, []string{file}, ReadOptions{Memory: 10_000_000}, 0, nil)
	var fault *Error
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "features by name, whose dictionary takes 1") || !strings.Contains(fault.Try, "raise --memory") {
		t.Errorf("%v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*rows*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if err := WriteCache(path, []string{file}, ReadOptions{Memory: 100_000_000}, 0, nil); err != nil {
		t.Fatal(err)
	}
}

// Dictionaries that contradict themselves are refused, however their checksums agree.
func TestHostileNames(t *testing.T) {
	whole, id := sampleCache(t, "1 |f abc abd\n0 |g abe\n")
	at := bytes.Index(whole, []byte("f|abcf|abdg|abe"))
	if at < 0 {
		t.Fatal("the names are not in the cache")
	}
	for name, change := range map[string]func(b []byte){
		"out of order":   func(b []byte) { b[at+4] = 'e' },
		"twice":          func(b []byte) { b[at+9] = 'c' },
		"too long":       func(b []byte) { b[at-12] = 200 },
		"too short":      func(b []byte) { b[at-4] = 1 },
		"more than fit":  func(b []byte) { copy(b[bytes.Index(b, []byte(`"cols":3`)):], `"cols":9`) },
		"fewer":          func(b []byte) { copy(b[bytes.Index(b, []byte(`"cols":3`)):], `"cols":2`) },
		"said by nobody": func(b []byte) { copy(b[bytes.Index(b, []byte(`"names":true`)):], `"nome1":true`) },
	} {
		damaged := slices.Clone(whole)
		change(damaged)
		if seal(damaged, &id); slices.Equal(damaged, whole) {
			t.Fatalf("%s: nothing changed", name)
		}
		if err := readBytes(damaged, id); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

// What is read by copying where the machine is little endian is what is read number by
// number elsewhere.
func TestEntriesOnBigEndianMachines(t *testing.T) {
	defer func(was bool) { littleEndian = was }(littleEndian)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, values := range []func() float64{func() float64 { return 1 }, func() float64 { return float64(rng.IntN(9)) / 4 }, rng.NormFloat64} {
		m := NewCSR[float64](40, 0, 0)
		for range 30 {
			for j := rng.IntN(3); j < 40; j += 1 + rng.IntN(20) {
				m.Add(j, values())
			}
			m.EndRow()
		}
		encoding, chunk := appendEntries(nil, m, 30)
		for _, littleEndian = range []bool{false, true} {
			got := NewCSR[float64](40, 0, 0)
			if err := decodeEntries(got, encoding, chunk, 30); err != nil || !reflect.DeepEqual(got, m) {
				t.Fatalf("little endian %v, encoding %d: %v, %v", littleEndian, encoding, got, err)
			}
		}
	}
}
