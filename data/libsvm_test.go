package data

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func sparseFrom(text string, opts ReadOptions) (*Table, error) {
	return readSparse("x", strings.NewReader(text), opts, 64)
}

// sameNumbers compares, NaN with NaN too.
func sameNumbers(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) })
}

func TestReadSparse(t *testing.T) {
	for _, text := range []string{
		"1 1:0.5 3:-2e3\n-1\n\n+1 2:1 # a remark\n",
		"1 |f 3:-2e3 1:0.5\r\n-1 |f\r\n+1 |f 2",
		"\ufeff1\t1:0.5  3:-2e3  4:0\r-1 \r+1 2:1",
		"1 1:.5 3:-2000.0 9:0\n# only a remark\n-1\n+1 2:1\n",
	} {
		s, err := Read("-", ReadOptions{Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Names(), []string{"label", "features"}) {
			t.Fatalf("%q has the columns %v", text, s.Names())
		}
		m := s.Columns[1].Entries
		if s.Rows != 3 || !slices.Equal(m.Start, []int64{0, 2, 2, 3}) || !slices.Equal(m.Index, []int32{1, 3, 2}) ||
			!slices.Equal(m.Value, []float64{0.5, -2000, 1}) || !slices.Equal(s.Columns[0].Numbers, []float64{1, -1, 1}) || m.Cols < 4 {
			t.Errorf("%q gives %+v", text, m)
		}
	}
}

// TestReadSparseExtras reads weights, groups and tags, and lines without labels.
func TestReadSparseExtras(t *testing.T) {
	vw, err := sparseFrom("1 |f 2:1\n-1 0.5 second|f 3:1\n'third |f 1:2\n? 2 'fourth |f\n", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	if !slices.Equal(vw.Names(), []string{"label", "weight", "tag", "features"}) || !sameNumbers(vw.Columns[0].Numbers, []float64{1, -1, nan, nan}) ||
		!slices.Equal(vw.Columns[1].Numbers, []float64{1, 0.5, 1, 2}) || !slices.Equal(vw.Columns[2].Texts, []string{"", "second", "third", "fourth"}) {
		t.Errorf("%v: %v %v %v", vw.Names(), vw.Columns[0].Numbers, vw.Columns[1].Numbers, vw.Columns[2].Texts)
	}
	rank, err := sparseFrom("3 qid:1 1:0.5\n2 1:2\n1:4 2:1\n", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rank.Names(), []string{"label", "qid", "features"}) || !sameNumbers(rank.Columns[0].Numbers, []float64{3, 2, nan}) ||
		!sameNumbers(rank.Columns[1].Numbers, []float64{1, nan, nan}) || rank.Columns[1].Ignored == "" {
		t.Errorf("%v: %v %v", rank.Names(), rank.Columns[0].Numbers, rank.Columns[1])
	}
}

func TestReadSparseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "x: no row of the form",
		"1 1:2\nyes 1:2":       `x:2:1: found "yes", expected a number as the label`,
		"1 1:2 1:3\n":          "x:1:7: index 1 comes after index 1; indices must increase",
		"1 -1:2":               `found "-1:2", expected index:value`,
		"1 1.5:2":              `found "1.5:2", expected index:value`,
		"1 word:2":             `found "word:2", expected index:value`,
		"1 2":                  `found "2", expected index:value`,
		"1 1:":                 `x:1:5: found "", expected a number`,
		"1 1:nan":              `found "nan", expected a number`,
		"1 999999999999:1\n":   "expected index:value with an index from 0 to",
		"inf 1:1":              "expected a number as the label",
		"1 1:1 2:1e999\n":      `found "1e999", expected a number`,
		"1 1:2 |second 2:1":    `x:1:3: found "1:2", expected a number as the weight`,
		"yes 1 |a b":           `x:1:1: found "yes", expected a number as the label`,
		"1 -2 |a 1:2":          `found the weight "-2", expected at least 0`,
		"1 2 x |a 1:2":         `found "x", expected a number as the base`,
		"1 2 3 4 |a 1:2":       `x:1:7: found "4", expected | and the features behind label, weight and base`,
		"1 |a b:1.5.2":         `x:1:8: found "1.5.2", expected a number, or a word`,
		"1 |a b:nan":           `found "nan", expected a number, or a word`,
		"1 |a b:":              `x:1:8: found "", expected a number, or a word`,
		"1 |a b:c:d":           `found "c:d", expected a number, or a word`,
		"1 |a:b c":             `x:1:4: found "a:b", expected a namespace, or one with a number as its scale`,
		"1 |:2 c":              `found ":2", expected a namespace`,
		"1 |a:1e300 c:1e300":   `"c:1e300" times the scale of its namespace is too large`,
		"1 |a c:1e308 c:1e308": `add up to more than a number can hold`,
		"1 qid:x 1:2":          `found "qid:x", expected qid: and a number`,
		"1 1:2\n1 1:2\n1 x:":   "x:3:3:",
	} {
		_, err := sparseFrom(text, ReadOptions{})
		var fault *Error
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &fault) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
	got, err := sparseFrom("1 1:2\nyes 1:2\n-1 2:1\n1 3:x\n", ReadOptions{SkipFaults: true})
	if err != nil || got.Rows != 2 || !strings.Contains(strings.Join(got.Notes, "; "), `2 faulty rows skipped; the first: line 2: found "yes"`) {
		t.Errorf("%v: %v", err, got)
	}
}

// TestSparseText: what is sparse text, and what is a table.
func TestSparseText(t *testing.T) {
	for text, want := range map[string]bool{
		"1 1:2\n": true, "-1\n+1 7:1\n": true, "1 1:2": true, "1:2 3:4\n": true, "0.5 |f 1:2\n": true, "# remark\n1 2:3\n": true,
		"1\n2\n": false, "1 2\n": false, "1 09:30 10:15\n": false, "a:1 b:2\n": false, "x 1:2\n": false, "1,2:3\n": false, "": false, "1 2:1 1:2\n": false,
	} {
		if got := isSparse([]byte(text), true); got != want {
			t.Errorf("%q: sparse is %v", text, got)
		}
	}
	if !isSparse([]byte("1 1:2 3:4.5 7:8"), false) {
		t.Error("a sample that ends within its first line is not taken for sparse text")
	}
}

// TestSparseBlocks: the table does not depend on blocks and threads, and every
// number is exact.
func TestSparseBlocks(t *testing.T) {
	var b strings.Builder
	r := rand.New(rand.NewPCG(1, 2))
	var label, value []float64
	for range 300 {
		label = append(label, float64(r.IntN(3)))
		fmt.Fprint(&b, label[len(label)-1])
		for j := 1; j < 40; j += 1 + r.IntN(20) {
			v := (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(40)-20))
			value = append(value, v)
			fmt.Fprintf(&b, " %d:%v", j, v)
		}
		b.WriteByte('\n')
	}
	for _, size := range []int{100, 1000, 1 << 20} {
		for threads := 1; threads < 4; threads++ {
			got, err := readSparse("x", strings.NewReader(b.String()), ReadOptions{Threads: threads}, size)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Columns[0].Numbers, label) || !slices.Equal(got.Columns[1].Entries.Value, value) {
				t.Fatalf("blocks of %d on %d threads give something else", size, threads)
			}
		}
	}
}

func FuzzReadSparse(f *testing.F) {
	for _, s := range []string{"1 1:0.5 3:-2e3\n-1\n", "1 |f 9:1e-5 # x\n", "1 2 'a|b 1\n", "1 |a x y:2 x:.5|b:-3 x :4 :5 007 c:d\n-1 2 1:1\n", "1 |a 3 2 3\n2 |b 1\n", "1 2 .5 t|a 1\r|a c#\n", "2 qid:3 1:1\n\r\n? 4:4", "1 1:1\r2 2:2\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := sparseFrom(text, ReadOptions{})
		slow, slowErr := lineByLine(text)
		if err != nil {
			if slowErr == nil && !strings.Contains(err.Error(), "UTF-8") && !strings.Contains(err.Error(), "zero byte") && !strings.Contains(err.Error(), "no row") {
				t.Fatalf("%q: %v, but line by line it can be read", text, err)
			}
			return
		}
		checkTable(t, s)
		c, err := s.Column("features")
		if err != nil {
			t.Fatal(err)
		}
		m := c.Entries
		if int(m.Start[s.Rows]) != len(m.Index) || len(m.Index) != len(m.Value) {
			t.Fatalf("%q gives %+v", text, s)
		}
		for i := range s.Rows {
			row, _ := m.Row(i)
			for k, j := range row {
				if int(j) >= m.Cols || k > 0 && row[k-1] >= j {
					t.Fatalf("%q gives row %v", text, row)
				}
			}
		}
		if slowErr != nil || !slices.Equal(m.Index, slow.Index) || !slices.Equal(m.Value, slow.Value) || !slices.Equal(m.Start, slow.Start) || m.Cols != slow.Cols {
			t.Fatalf("%q gives %+v, line by line %v %+v", text, m, slowErr, slow)
		}
		if slow.names != nil && !slices.Equal(c.EntryNames, slow.names.levels) || slow.names == nil && c.EntryNames != nil {
			t.Fatalf("%q gives the names %q, line by line %v", text, c.EntryNames, slow.names)
		}
	})
}

// lineByLine reads a text without the quick way, and every line for itself.
func lineByLine(text string) (*sparseRows, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var pieces []*sparsePiece
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\r' || c == '\n' }) {
		piece := &sparsePiece{}
		piece.Start = []int64{0}
		p := sparseLine{rows: &piece.sparseRows}
		if err := p.read(line); err != nil {
			return nil, err
		}
		pieces = append(pieces, piece)
	}
	r, _, _ := joinSparse(pieces, 1)
	return r, nil
}
