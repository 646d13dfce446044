package data

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// entriesOf are the entries of a row by name.
func entriesOf(c *Column, row int) map[string]float64 {
	index, value := c.Entries.Row(row)
	out := map[string]float64{}
	for k, j := range index {
		name := fmt.Sprint(j)
		if c.EntryNames != nil {
			name = c.EntryNames[j]
		}
		out[name] = value[k]
	}
	return out
}

// TestReadNames reads words, namespaces, scales and what they come with.
func TestReadNames(t *testing.T) {
	for text, want := range map[string]map[string]float64{
		"1 |a x y:2 x:.5|b:-3 x :4 :5 007 c:d": {"a|x": 1.5, "a|y": 2, "b|x": -3, "b|0": -12, "b|1": -15, "b|7": -3, "b|c:d": -3},
		"1 | x c# # x:2":                       {"x": 3, "c#": 1, "#": 1},
		"-1 .5 3 t|a 2:1 1:0 1:3|c 2":          {"a|2": 1, "a|1": 3, "c|2": 1},
		"|a 4294967296 z|a z":                  {"a|4294967296": 1, "a|z": 2},
	} {
		s, err := sparseFrom(text+"\n", ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Column("features")
		if err != nil {
			t.Fatal(err)
		}
		if got := entriesOf(c, 0); !maps.Equal(got, want) || !slices.IsSorted(c.EntryNames) {
			t.Errorf("%q has %v, want %v", text, got, want)
		}
	}
	s, err := sparseFrom("-1 .5 3 t|a w\n1 2 'u |a v\n12|a v\n2 1:4\n", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Names(), []string{"label", "weight", "base", "tag", "features"}) || !sameNumbers(s.Columns[0].Numbers, []float64{-1, 1, math.NaN(), 2}) ||
		!slices.Equal(s.Columns[1].Numbers, []float64{.5, 2, 1, 1}) || !sameNumbers(s.Columns[2].Numbers, []float64{3, math.NaN(), math.NaN(), math.NaN()}) ||
		!slices.Equal(s.Columns[3].Texts, []string{"t", "u", "12", ""}) || s.Columns[4].Cell(3) != "1:4" || s.Columns[4].Cell(0) != "a|w:1" {
		t.Errorf("%v: %+v", s.Names(), s.Columns)
	}
}

// vowpalWabbit is what Vowpal Wabbit reads in testdata/vw/lines.vw.
type vowpalWabbit struct {
	Rows []struct {
		Label    *float64
		Weight   float64
		Tag      string
		Features [][2]float64 // index and value
	}
	Weights map[string]struct{ Index int }
}

// TestVowpalWabbit: the features of each line, with their values, are those of Vowpal
// Wabbit, one name for each of its indices.
func TestVowpalWabbit(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "vw", "features.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want vowpalWabbit
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	s, err := Read(filepath.Join("testdata", "vw", "lines.vw"), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != len(want.Rows) {
		t.Fatalf("%d rows, want %d", s.Rows, len(want.Rows))
	}
	column := map[string]*Column{}
	for _, c := range s.Columns {
		column[c.Name] = c
	}
	c := column["features"]
	var names []string
	for name := range want.Weights {
		names = append(names, name)
	}
	if slices.Sort(names); !slices.Equal(names, c.EntryNames) {
		t.Fatalf("the features %q, Vowpal Wabbit has %q", c.EntryNames, names)
	}
	for i, w := range want.Rows {
		theirs := map[int]float64{}
		for _, f := range w.Features {
			theirs[int(f[0])] += f[1]
		}
		ours := entriesOf(c, i)
		same := len(ours) == len(theirs)
		for name, v := range ours {
			same = same && math.Abs(v-theirs[want.Weights[name].Index]) < 1e-6
		}
		if !same {
			t.Fatalf("row %d has %v, Vowpal Wabbit %v", i, ours, w.Features)
		}
		label := math.NaN()
		if w.Label != nil {
			label = *w.Label
		}
		if got := column["label"].Numbers[i]; math.Abs(got-label) > 1e-6*math.Abs(label) || math.IsNaN(got) != math.IsNaN(label) ||
			column["weight"].Numbers[i] != w.Weight || column["tag"].Texts[i] != w.Tag {
			t.Errorf("row %d has label %v, weight %v and tag %q, Vowpal Wabbit %v", i, got, column["weight"].Numbers[i], column["tag"].Texts[i], w)
		}
	}
}

// TestNamesOfBlocks: neither blocks nor threads show, and words late in a file name
// the numbers before them.
func TestNamesOfBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "%d |f", i%3)
		for range r.IntN(6) {
			fmt.Fprintf(&b, " %d:%v", r.IntN(30), r.NormFloat64())
		}
		if i > 300 {
			fmt.Fprintf(&b, " w%d |g 1:2 w%d", r.IntN(50), r.IntN(50))
		}
		b.WriteByte('\n')
	}
	want, err := sparseFrom(b.String(), ReadOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if c := want.Columns[1]; c.EntryNames == nil || c.Entries.Cols != len(c.EntryNames) || !slices.Contains(c.EntryNames, "f|7") {
		t.Fatalf("the names are %q", c.EntryNames)
	}
	for _, size := range []int{100, 1000, 1 << 20} {
		for threads := 1; threads < 4; threads++ {
			got, err := readSparse("x", strings.NewReader(b.String()), ReadOptions{Threads: threads}, size)
			if err != nil {
				t.Fatal(err)
			}
			if got.Fingerprint() != want.Fingerprint() {
				t.Fatalf("blocks of %d on %d threads give something else", size, threads)
			}
		}
	}
}

// TestNamesElsewhere: a rule learned from names reads numbers, other names and
// other orders, and one learned from numbers reads names.
func TestNamesElsewhere(t *testing.T) {
	encoded := func(train, apply string) (names []string, row []float64, beyond int) {
		a, err := sparseFrom(train, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEncoder(a, []int{0, 1}, FeatureOptions{Without: []string{"label"}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := sparseFrom(apply, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		row = make([]float64, e.Width())
		if _, err := Encode(e, b, []int{0}, row); err != nil {
			t.Fatal(err)
		}
		m, _, err := EncodeSparse[float64](e, b, []int{0})
		if err != nil {
			t.Fatal(err)
		}
		index, value := m.Row(0)
		for k, j := range index {
			if row[j] != value[k] {
				t.Errorf("%q: the sparse row is %v %v, the dense one %v", apply, index, value, row)
			}
		}
		if err := e.Features[0].Check(); err != nil {
			t.Error(err)
		}
		return e.Names(), row, e.Overlap(b, []int{0}).Beyond
	}
	words, numbers := "1 |f b:2 a:1\n2 |f 3 b |g 3\n", "1 |f 2:1\n2 |f 4\n"
	for _, c := range []struct {
		train, apply string
		names        []string
		row          []float64
		beyond       int
	}{
		{words, "|f new b:7 |g a 3:5\n", []string{"features[f|3]", "features[f|a]", "features[f|b]", "features[g|3]"}, []float64{0, 0, 7, 5}, 2},
		{words, "|g 3:4 1:2\n", []string{"features[f|3]", "features[f|a]", "features[f|b]", "features[g|3]"}, []float64{0, 0, 0, 4}, 1},
		{words, "1 2:5 3:4\n", []string{"features[f|3]", "features[f|a]", "features[f|b]", "features[g|3]"}, []float64{0, 0, 0, 0}, 2},
		{words, "1 |h 1:5 3:4\n", []string{"features[f|3]", "features[f|a]", "features[f|b]", "features[g|3]"}, []float64{0, 0, 0, 0}, 2},
		{numbers, "|f x 4:3 1:2 9 |g 2\n", []string{"features[1]", "features[2]", "features[3]", "features[4]"}, []float64{2, 0, 0, 3}, 3},
		{numbers, "|g 2\n", []string{"features[1]", "features[2]", "features[3]", "features[4]"}, []float64{0, 0, 0, 0}, 1},
		{numbers, "1 2:5\n", []string{"features[1]", "features[2]", "features[3]", "features[4]"}, []float64{0, 0, 0, 0}, 1},
		{numbers, "1 |f 2:5\n", []string{"features[1]", "features[2]", "features[3]", "features[4]"}, []float64{0, 5, 0, 0}, 0},
	} {
		names, row, beyond := encoded(c.train, c.apply)
		if !slices.Equal(names, c.names) || !slices.Equal(row, c.row) || beyond != c.beyond {
			t.Errorf("%q after %q: %q %v and %d beyond, want %q %v and %d", c.apply, c.train, names, row, beyond, c.names, c.row, c.beyond)
		}
	}
}

// TestNamesOfFiles: files are read together by the names of their features.
func TestNamesOfFiles(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i, text := range []string{"1 |f 2:1\n", "1 |f a |g 2:4\n", "1 |f 2:3 b\n"} {
		paths = append(paths, filepath.Join(dir, fmt.Sprint(i)))
		if err := os.WriteFile(paths[i], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := ReadFiles(paths, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Columns[1]
	for row, want := range []map[string]float64{{"f|2": 1}, {"f|a": 1, "g|2": 4}, {"f|2": 3, "f|b": 1}} {
		if got := entriesOf(c, row); !maps.Equal(got, want) {
			t.Errorf("row %d has %v, want %v", row, got, want)
		}
	}
	if !slices.Equal(c.EntryNames, []string{"f|2", "f|a", "f|b", "g|2"}) || c.Entries.Cols != 4 {
		t.Errorf("%d columns %q", c.Entries.Cols, c.EntryNames)
	}
}

// TestNamesAreText: what is taken for lines of Vowpal Wabbit, and what for a table.
func TestNamesAreText(t *testing.T) {
	for text, want := range map[string]bool{
		"1 |f a b\n": true, "|f a\n": true, "1 'tag|f a\n": true, "1 2 tag|f a:2 |g b\n": true, "-1 | a b\n": true, "1 |f a\r2 |f b\r": true,
		"id|name|x\n1|a|2\n": false, "1|2|3\n": false, "1 | 2 | 3\n": false, "| a | b |\n": false, "|John Smith|12|\n": false, "yes |f a\n": false, "12|f a\n": false,
	} {
		if got := isSparse([]byte(text), true); got != want {
			t.Errorf("%q: sparse is %v", text, got)
		}
	}
}
