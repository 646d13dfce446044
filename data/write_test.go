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
