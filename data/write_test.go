package data

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// kindsOf lists the kinds of all columns, to read them back as they were.
func kindsOf(t *Table) map[string]Kind {
	kinds := map[string]Kind{}
	for _, c := range t.Columns {
		kinds[c.Name] = c.Kind
	}
	return kinds
}

// sameColumns compares values bit for bit.
func sameColumns(a, b *Table) bool {
	return a.Rows == b.Rows && slices.EqualFunc(a.Columns, b.Columns, func(x, y *Column) bool {
		return x.Name == y.Name && x.Kind == y.Kind && slices.Equal(x.Codes, y.Codes) && slices.Equal(x.Levels, y.Levels) && slices.Equal(x.Texts, y.Texts) &&
			slices.EqualFunc(x.Numbers, y.Numbers, func(u, v float64) bool {
				return math.Float64bits(u) == math.Float64bits(v) || math.IsNaN(u) && math.IsNaN(v)
			})
	})
}

// reread prints a table and reads it back with the same kinds.
func reread(table *Table) (*Table, error) {
	var b bytes.Buffer
	if err := WriteCSV(&b, table); err != nil {
		return nil, err
	}
	return Read("-", ReadOptions{Stdin: &b, Header: HeaderYes, Types: kindsOf(table)})
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	// Any text but zero bytes and the marks of missing values.
	text := rapid.StringOf(rapid.RuneFrom([]rune("ab1.,;\t\"' \r\n?é{:\ufeff-#"))).Filter(func(s string) bool { return !isMissing(s) })
	cell := rapid.OneOf(text, rapid.Just(""))
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 30).Draw(t, "rows")
		name := rapid.StringMatching(`[a-z ,;"']{0,5}`)
		var columns []*Column
		for i := range rapid.IntRange(1, 5).Draw(t, "columns") {
			name := string(rune('A'+i)) + name.Draw(t, "name") + "."
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				x := rapid.SliceOfN(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), rows, rows).Draw(t, "numbers")
				x[0] = math.NaN()
				columns = append(columns, NumberColumn(name, x))
			case 1:
				columns = append(columns, CategoryColumn(name, rapid.SliceOfN(cell, rows, rows).Draw(t, "levels")))
			default:
				columns = append(columns, TextColumn(name, rapid.SliceOfN(cell, rows, rows).Draw(t, "texts")))
			}
		}
		table, err := NewTable("drawn", columns...)
		if err != nil {
			t.Fatal(err)
		}
		back, err := reread(table)
		if err != nil {
			t.Fatal(err)
		}
		if !sameColumns(table, back) {
			t.Fatalf("wrote %s\nread  %s", show(table), show(back))
		}
	})
}

func TestAppendCSV(t *testing.T) {
	cases := []struct {
		fields []string
		want   string
	}{
		{[]string{"a", "1.5e-3", "x_y"}, "a,1.5e-3,x_y\n"},
		{[]string{"a,b", "say \"hi\"", "two\nlines"}, "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\n"},
		{[]string{" a", "New York", "'x'"}, "\" a\",\"New York\",\"'x'\"\n"},
		{[]string{""}, "\"\"\n"},
		{[]string{"", ""}, ",\n"},
	}
	for _, c := range cases {
		if got := string(AppendCSV(nil, c.fields...)); got != c.want {
			t.Errorf("%q: got %q, want %q", c.fields, got, c.want)
		}
	}
}

// full refuses every byte, like a full disk.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteCSVRefuses(t *testing.T) {
	table, err := NewTable("t", NumberColumn("x", []float64{1}))
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(full{}, table); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	images := &Table{Name: "t", Rows: 1, Columns: []*Column{{Name: "image", Kind: Image, Pixels: []byte{1}, Height: 1, Width: 1}}}
	if err := WriteCSV(&bytes.Buffer{}, images); err == nil || !strings.Contains(err.Error(), "image") {
		t.Errorf("got %v", err)
	}
}

// The table is the same however small the blocks are and however many threads
// parse them.
func TestBlocksAndThreads(t *testing.T) {
	text := rapid.StringOf(rapid.RuneFrom([]rune("ab1.,\"' \r\né?")))
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 200).Draw(t, "rows")
		words := CategoryColumn("w", rapid.SliceOfN(text.Filter(func(s string) bool { return !isMissing(s) }), rows, rows).Draw(t, "w"))
		prose := TextColumn("p", rapid.SliceOfN(text.Filter(func(s string) bool { return !isMissing(s) }), rows, rows).Draw(t, "p"))
		table, err := NewTable("x", words, NumberColumn("x", rapid.SliceOfN(rapid.Float64Range(-1e300, 1e300), rows, rows).Draw(t, "x")), prose)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, table); err != nil {
			t.Fatal(err)
		}
		written := b.String()
		if rapid.Bool().Draw(t, "CR LF") {
			written = strings.ReplaceAll(written, "\n", "\r\n")
			for i := range words.Levels { // line ends within quotes change, too
				words.Levels[i] = strings.ReplaceAll(words.Levels[i], "\n", "\r\n")
			}
			for i := range prose.Texts {
				prose.Texts[i] = strings.ReplaceAll(prose.Texts[i], "\n", "\r\n")
			}
		}
		opts := ReadOptions{Header: HeaderYes, Separator: ',', Types: kindsOf(table), Threads: rapid.IntRange(1, 4).Draw(t, "threads")}
		back, err := readBlocks("x.csv", strings.NewReader(written), opts, rapid.IntRange(1, 300).Draw(t, "block"))
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		back.Columns[0].Levels = slices.Clone(back.Columns[0].Levels)
		for row := range rows {
			for k, c := range table.Columns {
				if c.Cell(row) != back.Columns[k].Cell(row) {
					t.Fatalf("%q: row %d of %s is %q, want %q", written, row, c.Name, back.Columns[k].Cell(row), c.Cell(row))
				}
			}
		}
		if back.Rows != rows {
			t.Fatalf("%d rows, want %d", back.Rows, rows)
		}
	})
}

// A fault behind the sample has its line, and may be skipped.
func TestFaultsBehindTheSample(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b\n")
	for i := range 100 {
		switch i {
		case 70:
			b.WriteString("oops,x\n")
		case 80:
			b.WriteString("1,x,3\n")
		case 90:
			b.WriteString("\"1\n")
		default:
			b.WriteString("1.5,x\n")
		}
	}
	for _, threads := range []int{1, 3} {
		_, err := readBlocks("x.csv", strings.NewReader(b.String()), ReadOptions{Threads: threads}, 64)
		var e *Error
		if !errors.As(err, &e) || e.Line != 72 || e.Col != 1 || e.Column != "a" {
			t.Fatalf("%v", err)
		}
		table, err := readBlocks("x.csv", strings.NewReader(b.String()), ReadOptions{Threads: threads, SkipFaults: true}, 64)
		if err != nil {
			t.Fatal(err)
		}
		if table.Rows != 97 || len(table.Notes) != 1 || !strings.Contains(table.Notes[0], "3 faulty rows skipped; the first: line 72") {
			t.Fatalf("%d rows, notes %q", table.Rows, table.Notes)
		}
	}
}
