package data

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readFormat(t *testing.T, name string, opts ReadOptions) *Table {
	t.Helper()
	table, err := Read(filepath.Join("testdata", "formats", name), opts)
	if err != nil {
		t.Fatal(err)
	}
	checkTable(t, table)
	return table
}

// One table, written by other programs in each format, reads the same.
func TestFormatsAgree(t *testing.T) {
	want := readFormat(t, "table.csv", ReadOptions{Types: map[string]Kind{"word": Category}})
	for _, name := range []string{"table.jsonl", "table_none.parquet", "table_snappy.parquet", "table_zstd.parquet", "table_gzip.parquet"} {
		got := readFormat(t, name, ReadOptions{Types: map[string]Kind{"word": Category}})
		if !strings.EqualFold(show(got), show(want)) { // True and true
			t.Errorf("%s:\n%s\nwant\n%s", name, show(got), show(want))
		}
	}
	x := want.Columns[1].Numbers
	for name, close := range map[string]float64{"matrix.npy": 0, "matrix_fortran_f4.npy": 1e-7, "both.npz": 0} {
		got := readFormat(t, name, ReadOptions{})
		for row, v := range got.Columns[1].Numbers {
			if math.Abs(v-x[row]) > close*math.Abs(x[row]) || got.Columns[0].Numbers[row] != want.Columns[0].Numbers[row] {
				t.Errorf("%s: row %d is %v, want %v", name, row, v, x[row])
			}
		}
	}
	labels := readFormat(t, "labels_u1.npy", ReadOptions{Types: map[string]Kind{"c1": Category}})
	both := readFormat(t, "both.npz", ReadOptions{Names: []string{"p", "q", "flag"}, Types: map[string]Kind{"flag": Category}})
	for row := range want.Rows {
		flag := map[string]string{"True": "1", "False": "0"}[want.Columns[4].Cell(row)]
		if labels.Columns[0].Cell(row) != flag || both.Columns[2].Cell(row) != flag {
			t.Errorf("row %d: %s, %s, want %s", row, labels.Columns[0].Cell(row), both.Columns[2].Cell(row), flag)
		}
	}
}

func TestParquetTypes(t *testing.T) {
	const want = "when:number day:number price:number small:number single:number | 0 0 _ 250 0.10000000149011612 | 1.600000000123e+09 19000 1234 0 2.5 | _ -1 -5 7 _"
	table := readFormat(t, "typed.parquet", ReadOptions{})
	if got := show(table); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if len(table.Notes) != 1 || !strings.Contains(table.Notes[0], `"list.list.element" holds lists and is left out`) {
		t.Errorf("notes %q", table.Notes)
	}
}

func TestLinesOfJSON(t *testing.T) {
	cases := []struct{ text, want string }{
		{"{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2.5e3}\n", "a:number b:category | 1 x | 2500 y"},
		{"\ufeff{\"a\":1}\r\n\r\n{\"a\":null}\r\n{\"c\":true}", "a:number c:category | 1 _ | _ _ | _ true"},
		{"{\"o\":{\"x\":1,\"y\":{\"z\":2}},\"l\":[1, 2]}\n{\"o\":{\"x\":3},\"l\":[1, 2]}\n", "o.x:number o.y.z:number l:category | 1 2 [1, 2] | 3 _ [1, 2]"},
		{"{\"a\":\"1.5\"}\n{\"a\":\"\\u00e9\\n\"}\n", "a:category | 1.5 | é\n"},
		{"{\"a\":1,\"a\":2}\n", "a:number | 2"},
	}
	for _, c := range cases {
		for _, block := range []int{1 << 20, 64} {
			table, err := readJSON("x.jsonl", strings.NewReader(c.text), ReadOptions{}, max(block, len(c.text)))
			if err != nil || show(table) != c.want {
				t.Errorf("%q: %v\n%s\nwant\n%s", c.text, err, show(table), c.want)
			}
		}
	}
}

func TestFaultsOfJSON(t *testing.T) {
	good := strings.Repeat("{\"a\":1,\"b\":\"x\"}\n", 30)
	cases := []struct {
		text, want string
		line       int
	}{
		{"{\"a\":1}\n{\"a\":}\n", "expected a JSON object on one line", 2},
		{"{\"a\":1}\n[1]\n", "expected a JSON object on one line", 2},
		{"{\n\"a\":1}\n", "expected a JSON object on one line", 1},
		{good + "{\"a\":1,\"z\":2}\n", `found the key "z", which none of the first`, 31},
		{good + "{\"a\":\"one\"}\n", `in column "a" the first 4 rows hold numbers, but here is "one"`, 31},
		{"{}\n{}\n", "without keys", 0},
	}
	for _, c := range cases {
		_, err := readJSON("x.jsonl", strings.NewReader(c.text), ReadOptions{Threads: 2}, 64)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Line != c.line {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	table, err := readJSON("x.jsonl", strings.NewReader(good+"oops\n{\"z\":1}\n"+good), ReadOptions{SkipFaults: true}, 64)
	if err != nil || table.Rows != 60 || !strings.Contains(table.Notes[0], "2 faulty rows skipped; the first: line 31") {
		t.Errorf("%v, %v", table, err)
	}
}

// Damaged files of binary formats are refused in words, wherever the damage is.
func TestDamagedFormats(t *testing.T) {
	for _, name := range []string{"matrix.npy", "both.npz", "table_zstd.parquet", "typed.parquet"} {
		content, err := os.ReadFile(filepath.Join("testdata", "formats", name))
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(content); at += 1 + len(content)/400 {
			for _, damaged := range [][]byte{content[:at], append(append(bytes.Clone(content[:at]), content[at]^0x55), content[at+1:]...)} {
				table, err := Read("-", ReadOptions{Stdin: bytes.NewReader(damaged)})
				if err == nil {
					checkTable(t, table)
				}
			}
		}
	}
}
