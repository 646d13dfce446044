package data

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// read parses a text as if it were a file called x.csv.
func read(text string, opts ReadOptions) (*Table, error) {
	return readText("x.csv", strings.NewReader(text), opts)
}

// show prints a table for comparison: names with kinds, then the cells.
func show(t *Table) string {
	var b strings.Builder
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s:%v", c.Name, c.Kind)
	}
	for row := range t.Rows {
		b.WriteString(" |")
		for _, c := range t.Columns {
			cell := c.Cell(row)
			if c.Missing(row) {
				cell = "_"
			}
			b.WriteString(" " + cell)
		}
	}
	return b.String()
}

func TestTextAsFoundInTheWild(t *testing.T) {
	const want = "a:number b:category | 1 x | 2 y | 3 x"
	cases := []struct{ name, text string }{
		{"plain", "a,b\n1,x\n2,y\n3,x\n"},
		{"no last line end", "a,b\n1,x\n2,y\n3,x"},
		{"CR LF", "a,b\r\n1,x\r\n2,y\r\n3,x\r\n"},
		{"lone CR", "a,b\r1,x\r2,y\r3,x\r"},
		{"mixed line ends", "a,b\r1,x\n2,y\r\n3,x"},
		{"byte-order mark", "\ufeffa,b\n1,x\n2,y\n3,x\n"},
		{"quotes", "\"a\",\"b\"\n\"1\",\"x\"\n2,y\n3,\"x\"\n"},
		{"byte-order mark and quotes", "\ufeff\"a\",\"b\"\n1,x\n2,y\n3,x\n"},
		{"blanks around fields", "a, b \n1 , x\n2,  y\t\n 3,\"x\" \n"},
		{"blank lines", "\n\na,b\n\n1,x\n  \n2,y\n3,x\n\n\n"},
		{"tabs", "a\tb\n1\tx\n2\ty\n3\tx\n"},
		{"semicolons", "a;b\n1;x\n2;y\n3;x\n"},
		{"runs of blanks", "  a    b\n  1    x\n 2  y  \n3 \t x\n"},
		{"single quotes", "'a','b'\n1,'x'\n2,'y'\n3,'x'\n"},
		{"single quotes and blanks", "'a' 'b'\n1 'x'\n2 'y'\n3 'x'\n"},
		{"exponents and signs", "a,b\n1e0,x\n+2.0,y\n.3e+1,x\n"},
	}
	for _, c := range cases {
		table, err := read(c.text, ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := show(table); got != want {
			t.Errorf("%s: got %s, want %s", c.name, got, want)
		}
	}
}

func TestCellsAndKinds(t *testing.T) {
	cases := []struct {
		name, text string
		opts       ReadOptions
		want       string
	}{
		{"missing values", "a,b\n1,x\n,\nNA,?\nN/A,null\nnan,NULL\n2,y\n", ReadOptions{},
			"a:number b:category | 1 x | _ _ | _ _ | _ _ | _ _ | 2 y"},
		{"quoted separators, quotes and line ends", "a,b\n\"x,y\",1\n\"say \"\"hi\"\"\",2\n\"two\nlines\",3\n", ReadOptions{},
			"a:category b:number | x,y 1 | say \"hi\" 2 | two\nlines 3"},
		{"an open quote in tab separated text", "ham\t\"Oh no, he said\nspam\tsay \"win\" now\nham\t\"whole\"\n", ReadOptions{},
			"c1:category c2:category | ham \"Oh no, he said | spam say \"win\" now | ham whole"},
		{"a quote inside an unquoted field", "a,b\n5\" disk,1\n6\" disk,2\n", ReadOptions{},
			"a:category b:number | 5\" disk 1 | 6\" disk 2"},
		{"no header", "1,2\n3,4\n", ReadOptions{}, "c1:number c2:number | 1 2 | 3 4"},
		{"no header, text too", "M,0.4\nF,0.5\nM,0.6\n", ReadOptions{}, "c1:category c2:number | M 0.4 | F 0.5 | M 0.6"},
		{"no header, only text", "ham,no\nham,yes\nspam,no\n", ReadOptions{}, "c1:category c2:boolean | ham no | ham yes | spam no"},
		{"header over text", "class,note\nham,no\nham,yes\n", ReadOptions{}, "class:category note:boolean | ham no | ham yes"},
		{"numbers as names", "0,1,2\n5,6.5,7\n8,9,1\n", ReadOptions{}, "0:number 1:number 2:number | 5 6.5 7 | 8 9 1"},
		{"a summary line", "2,2,yes,no\n1.5,2.5,0\n3.5,4.5,1\n", ReadOptions{}, "c1:number c2:number c3:number | 1.5 2.5 0 | 3.5 4.5 1"},
		{"header asked for", "1,2\n3,4\n", ReadOptions{Header: HeaderYes}, "1:number 2:number | 3 4"},
		{"header denied", "a,b\nc,d\n", ReadOptions{Header: HeaderNo}, "c1:category c2:category | a b | c d"},
		{"names given", "1,2\n3,4\n", ReadOptions{Names: []string{"x", "y"}}, "x:number y:number | 1 2 | 3 4"},
		{"an empty name", ",b\n1,2\n", ReadOptions{}, "c1:number b:number | 1 2"},
		{"lines skipped", "# made by hand\r\nmore, and more\r\na,b\r\n1,2\r\n", ReadOptions{Skip: 2}, "a:number b:number | 1 2"},
		{"one column", "x\n1\n2\n", ReadOptions{}, "x:number | 1 | 2"},
		{"one column with an empty cell", "x\n1\n\"\"\n2\n", ReadOptions{}, "x:number | 1 | _ | 2"},
		{"one column of words", "x\nNew York\nLos Angeles\nNew York\n", ReadOptions{}, "x:category | New York | Los Angeles | New York"},
		{"kinds asked for", "a,b\n1,x\n02,y\n", ReadOptions{Types: map[string]Kind{"a": Category, "b": Text}}, "a:category b:text | 1 x | 02 y"},
		{"a kind decides about the header", "a,b\na,1\nb,2\n", ReadOptions{Types: map[string]Kind{"a": Category}}, "a:category b:number | a 1 | b 2"},
		{"words that Go takes for numbers", "a,b\n0x10,1_0\ninf,2\ninfinity,3\n", ReadOptions{}, "a:category b:category | 0x10 1_0 | inf 2 | infinity 3"},
		{"a separator given", "a;b,c\n1;2,3\n", ReadOptions{Separator: ','}, "a;b:category c:number | 1;2 3"},
		{"a column without values", "a,b\n1,\n2,\n", ReadOptions{}, "a:number b:number | 1 _ | 2 _"},
	}
	for _, c := range cases {
		table, err := read(c.text, c.opts)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := show(table); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestErrorsNameThePlaceAndTheWayOut(t *testing.T) {
	var hundred, stray strings.Builder
	stray.WriteString("age,b\n")
	for i := range 200 {
		fmt.Fprintf(&hundred, "%d\n", i)
		if i == 57 {
			fmt.Fprintf(&stray, "abc,%d\n", i)
		} else {
			fmt.Fprintf(&stray, "%d,%d\n", i, i)
		}
	}
	cases := []struct {
		name, text string
		opts       ReadOptions
		want       string
	}{
		{"short line", "a,b,c\n1,2,3\n4,5\n", ReadOptions{}, "data: x.csv:3: expected 3 fields as in line 1, found 2 (separator: comma); complete the line or remove it"},
		{"long line", "a,b\n1,2\n1,2,3\n", ReadOptions{}, "data: x.csv:3: expected 2 fields as in line 1, found 3 (separator: comma); a field that holds the separator needs quotes around it"},
		{"another first line", "my data\na,b\n1,2\n", ReadOptions{}, "data: x.csv:2: expected 1 field as in line 1, found 2 (separator: comma); if line 1 is neither names nor data, skip it; if names are missing in it, give them all"},
		{"open quote", "a,b\n1,2\n3,\"x\n4,5\n", ReadOptions{}, "data: x.csv:3:3: the quote that opens here is never closed; close it, or remove it if it belongs to the text"},
		{"text after a quote", "a,b\r1,\"x\"y\r", ReadOptions{}, "data: x.csv:2:6: expected a separator (comma) or the end of the line after a closing quote, found \"y\"; a quote inside a quoted field is written twice"},
		{"empty", "", ReadOptions{}, "data: x.csv: the file is empty; expected a table of text"},
		{"only blanks", "\ufeff \n\n", ReadOptions{}, "data: x.csv: the file is empty; expected a table of text"},
		{"header only", "a,b\n", ReadOptions{}, "data: x.csv: found a line of column names and no rows behind it"},
		{"equal names", "a,b,a\n1,2,3\n", ReadOptions{}, "data: x.csv:1:5: columns 1 and 3 are both called \"a\"; rename one, or give names of your own"},
		{"too few names", "1,2\n3,4\n", ReadOptions{Names: []string{"x"}}, "data: x.csv: 1 name was given for 2 columns"},
		{"zero byte", "a,b\n1,\x002\n", ReadOptions{}, "data: x.csv:2:3: found a zero byte: this is a binary file, not a table of text"},
		{"Latin-1", "a,b\nM\xfcnchen,2\n", ReadOptions{}, "data: x.csv:2:2: the byte 0xfc is not UTF-8; if the text is Latin-1, convert it: iconv -f latin1 -t utf-8"},
		{"spreadsheet", "PK\x03\x04\x14\x00", ReadOptions{}, "data: x.csv: this is a zip archive or a spreadsheet, not a table of text; unpack it, or save the sheet as CSV"},
		{"JSON", "{\"a\": 1}\n", ReadOptions{}, "data: x.csv:1: expected a table of text, found what looks like JSON, XML or HTML: \"{\\\"a\\\": 1}\"; convert it to CSV"},
		{"sparse text", "+1 3:1 11:0.5\n-1 2:1 4:1\n", ReadOptions{}, "data: x.csv:1: expected a table of text, found sparse text of the form index:value: \"+1 3:1 11:0.5\"; convert it to CSV"},
		{"a word among numbers", stray.String(), ReadOptions{}, "data: x.csv:59:1: in column \"age\" 199 of 200 cells are numbers, but here is \"abc\"; correct the cell, leave it empty if it is unknown, or read \"age\" as a category"},
		{"a number asked for", "a,b\nx,1\ny,2\n", ReadOptions{Types: map[string]Kind{"a": Number}}, "data: x.csv:2:1: in column \"a\" a number was asked for, but here is \"x\"; correct the cell, leave it empty if it is unknown, or read \"a\" as a category"},
		{"a number too large", "a,b\n1e999,1\n2,2\n", ReadOptions{Types: map[string]Kind{"a": Number}}, "data: x.csv:2:1: in column \"a\" a number was asked for, but here is \"1e999\", which is beyond the range of numbers; correct the cell, leave it empty if it is unknown, or read \"a\" as a category"},
		{"a first line that may be a header", "id,2019,2020\n1,2,3\n4,5,6\n1,2,3\n4,5,6\n1,2,3\n4,5,6\n1,2,3\n4,5,6\n1,2,3\n4,5,6\n", ReadOptions{}, "data: x.csv:1:1: in column \"c1\" 10 of 11 cells are numbers, but here is \"id\"; correct the cell, leave it empty if it is unknown, or read \"c1\" as a category; if this line names the columns, say that the file has a header, and if it is no data, skip it"},
		{"an unknown column", "mass,b\n1,2\n", ReadOptions{Types: map[string]Kind{"masss": Number}}, "data: x.csv has no column \"masss\"; its columns are mass, b; did you mean \"mass\"?"},
		{"too many skipped", "a,b\n1,2\n", ReadOptions{Skip: 9}, "data: x.csv: cannot skip 9 lines and read on: the file has only 3"},
		{"all skipped", "a,b\n1,2\n", ReadOptions{Skip: 2}, "data: x.csv: there is nothing behind the 2 lines to skip"},
		{"too wide", strings.Repeat(",", maxColumns+1), ReadOptions{}, "data: x.csv:1:100001: the line has more than 100000 fields; is this a table of text?"},
	}
	for _, c := range cases {
		_, err := read(c.text, c.opts)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestFewBadCellsInAShortTableAreACategory(t *testing.T) {
	table, err := read("grade,b\n1,0\n2,0\n3,1\n3+,1\n", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := table.Columns[0]
	if c.Kind != Category || !slices.Equal(c.Levels, []string{"1", "2", "3", "3+"}) {
		t.Errorf("got %v with levels %q", c.Kind, c.Levels)
	}
}

func TestWhatModelsLeaveOut(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,name,word,level,x\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,n%d,w%d,l%d,%d\n", i+1, i, i%40, i%4, i%7)
	}
	table, err := read(b.String(), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"it numbers the rows", "text: a different value in every row", "text: 40 different values in 60 rows", "", ""}
	for i, c := range table.Columns {
		if c.Ignored != want[i] {
			t.Errorf("%s: left out because %q, want %q", c.Name, c.Ignored, want[i])
		}
	}
	table, err = read(b.String(), ReadOptions{Types: map[string]Kind{"id": Number, "name": Category, "x": Ignore}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "", "text: 40 different values in 60 rows", "", "as asked"} {
		if got := table.Columns[i].Ignored; got != want {
			t.Errorf("asked otherwise, %s: %q, want %q", table.Columns[i].Name, got, want)
		}
	}
}

func TestALongTextColumnTurnsToTextOnTheWay(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,word\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "1,w%d\n", i%(manyLevels+1))
	}
	table, err := read(b.String(), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := table.Columns[1]
	if c.Kind != Text || len(c.Texts) != 5000 || c.Texts[3] != "w3" || c.Texts[4999] != fmt.Sprintf("w%d", 4999%(manyLevels+1)) {
		t.Errorf("kind %v, %d texts", c.Kind, len(c.Texts))
	}
}

func TestAModelsKindsDecideForASingleRow(t *testing.T) {
	expect := map[string]Kind{"size": Category, "x": Number, "gone": Number}
	table, err := read("size,x\n3,4\n", ReadOptions{Expect: expect})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(table); got != "size:category x:number | 3 4" {
		t.Errorf("got %s", got)
	}
	// Columns that Read named itself stay nameless in the next file.
	table, err = read("M,word\n", ReadOptions{Expect: map[string]Kind{"c1": Category, "c2": Category}})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(table); got != "c1:category c2:category | M word" {
		t.Errorf("got %s", got)
	}
}

func TestLevelsAreSorted(t *testing.T) {
	table, err := read("a,b\n10,x\n9,x\nten,x\n1.5,x\nNine,x\n", ReadOptions{Types: map[string]Kind{"a": Category}})
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Columns[0].Levels; !slices.Equal(got, []string{"1.5", "9", "10", "Nine", "ten"}) {
		t.Errorf("levels %q", got)
	}
}

func TestNumbersAreExact(t *testing.T) {
	// Halfway cases and the ends of the range, from the literature on decimal
	// conversion: a reader that is off by one bit fails here.
	values := map[string]float64{
		"9007199254740993":        9007199254740992,
		"2.2250738585072011e-308": math.Float64frombits(0x000fffffffffffff),
		"2.2250738585072014e-308": math.Float64frombits(0x0010000000000000),
		"4.9e-324":                math.SmallestNonzeroFloat64,
		"1.7976931348623157e308":  math.MaxFloat64,
		"0.1":                     0.1,
		"-0":                      math.Copysign(0, -1),
		"1e-400":                  0,
	}
	for text, want := range values {
		table, err := read("a,b\n"+text+",1\n", ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := table.Columns[0].Numbers[0]; math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestFilesFoldersAndPipes(t *testing.T) {
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "data.csv"), filepath.Join(dir, "odd-name")
	if err := os.WriteFile(plain, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	fmt.Fprint(z, "a,b\n1,2\n")
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{plain, packed} {
		table, err := Read(path, ReadOptions{})
		if err != nil || show(table) != "a:number b:number | 1 2" {
			t.Errorf("%s: %v", path, err)
		}
	}
	table, err := Read("-", ReadOptions{Stdin: strings.NewReader("a,b\n1,2\n")})
	if err != nil || table.Name != "standard input" || table.Rows != 1 {
		t.Errorf("standard input: %v", err)
	}
	whole, err := os.ReadFile(packed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(packed, whole[:len(whole)-6], 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		packed:                         "damaged gzip file",
		dir:                            "this is a folder, not a file; try " + plain,
		filepath.Join(dir, "dta.csv"):  "there is no file",
		filepath.Join(dir, "data.cvs"): "did you mean \"data.csv\"?",
		"sample:pengins":               "did you mean \"penguins\"?",
	} {
		if _, err := Read(path, ReadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q in it", path, err, want)
		}
	}
}

func TestSamples(t *testing.T) {
	want := map[string][2]int{"iris": {150, 5}, "mpg": {398, 9}, "penguins": {344, 7}}
	if got := SampleNames(); len(got) != len(want) {
		t.Errorf("samples %v", got)
	}
	for _, name := range SampleNames() {
		table, err := Read("sample:"+name, ReadOptions{})
		if err != nil {
			t.Error(err)
		} else if got := [2]int{table.Rows, len(table.Columns)}; got != want[name] {
			t.Errorf("%s: %v rows and columns, want %v", name, got, want[name])
		}
	}
}

func TestDescribe(t *testing.T) {
	table, err := Read("sample:penguins", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"species: category, 3 levels: Adelie (152), Chinstrap (68), Gentoo (124)",
		"island: category, 3 levels: Biscoe (168), Dream (124), Torgersen (52)",
		"bill_length_mm: number, 32.1 to 59.6; median 44.45; 164 different; 2 missing",
		"bill_depth_mm: number, 13.1 to 21.5; median 17.3; 80 different; 2 missing",
		"flipper_length_mm: number, 172 to 231; median 197; 55 different; 2 missing",
		"body_mass_g: number, 2700 to 6300; median 4050; 94 different; 2 missing",
		"sex: category, 2 levels: FEMALE (165), MALE (168); 11 missing",
	}
	for i, s := range table.Describe() {
		if s.String() != want[i] {
			t.Errorf("got  %s\nwant %s", s, want[i])
		}
		if _, err := json.Marshal(s); err != nil {
			t.Error(err)
		}
	}
}

// TestWordsAmongNumbersAreNamed: a column that is text for a few cells only says
// where the first of them is.
func TestWordsAmongNumbersAreNamed(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range 60 {
		cell := strconv.Itoa(i)
		if i%7 == 1 {
			cell = "inf"
		}
		fmt.Fprintf(&b, "%s,%d\n", cell, i)
	}
	table, err := read(b.String(), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := `text: 52 different values in 60 rows; 51 of 60 cells are numbers, but line 3 holds "inf"`
	if got := table.Columns[0].Ignored; got != want {
		t.Errorf("left out because %q, want %q", got, want)
	}
	rows := make([]int, table.Rows)
	if _, err := NewTarget(table, rows, "x", AutoTask); err == nil || !strings.Contains(err.Error(), "line 3 holds") {
		t.Errorf("as a target: %v", err)
	}
	if _, err := NewEncoder(table, rows, FeatureOptions{Without: []string{"y"}}); err == nil || !strings.Contains(err.Error(), "besides y (x: text: 52 ") {
		t.Errorf("as the only feature: %v", err)
	}
	table, err = read(b.String(), ReadOptions{Types: map[string]Kind{"y": Ignore}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewTarget(table, rows, "y", AutoTask); err == nil || !strings.Contains(err.Error(), "is to be ignored") {
		t.Errorf("an ignored target: %v", err)
	}
}
