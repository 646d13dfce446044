package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile is a call of the command with something wrong in it.
type hostile struct {
	name   string
	args   string // {in} is the folder of the inputs, {run} one that is not there
	stdin  string
	status int
	says   string // of the one sentence on standard error: what, where, expected, what to try
	most   uint64 // bytes that may be allocated, in MiB; 0: 96
}

// rows are 50 rows of a, b and the target y.
func rows(y func(i int) string) string {
	b := []byte("a,b,y\n")
	for i := range 50 {
		b = fmt.Appendf(b, "%d,%d,%s\n", i, i*i%7, y(i))
	}
	return string(b)
}

// oneOff is a table of numbers with one more row.
func oneOff(row string) string {
	return rows(func(i int) string { return fmt.Sprint(2*i + i%3) }) + row + "\n"
}

// wrongText are inputs that are no table, and what is said of each.
var wrongText = []struct{ name, content, says string }{
	{"empty.csv", "", `the file is empty; expected a table of text`},
	{"blank.csv", "\n \n\n", `the file is empty`},
	{"header.csv", "a,b,y\n", `found a line of column names and no rows behind it`},
	{"missing.csv", rows(func(int) string { return "" }), `no row has a value in the target column y`},
	{"twice.csv", "a,a,y\n1,2,3\n4,5,6\n", `twice.csv:1:3: columns 1 and 2 are both called "a"; rename one, or give names of your own \(--names a,b,\.\.\.\)`},
	{"short.csv", oneOff("1,2"), `short.csv:52: expected 3 fields as in line 1, found 2 \(separator: comma\); complete the line or remove it`},
	{"long.csv", oneOff("1,2,3,4"), `long.csv:52: expected 3 fields as in line 1, found 4 .*quotes`},
	{"nul.csv", oneOff("1,\x00,3"), `nul.csv:52:3: found a zero byte: this is a binary file`},
	{"utf16.csv", "\xff\xfea\x00,\x00b\x00\n\x00", `UTF-16 text, .*iconv -f utf-16 -t utf-8`},
	{"utf16be.csv", "\x00a\x00,\x00y\x00\n\x001\x00,\x002", `UTF-16 text without a byte-order mark, .*iconv -f utf-16be`},
	{"utf32.csv", "\xff\xfe\x00\x00a\x00\x00\x00", `UTF-32 text`},
	{"latin.csv", oneOff("1,\xe9,3"), `latin.csv:52:3: the byte 0xe9 is not UTF-8; .*iconv -f latin1`},
	{"range.csv", oneOff("1e999,2,3"), `range.csv:52:1: in column "a" 50 of 51 cells are numbers, but here is "1e999", which is beyond the range of numbers; correct the cell.*--types a=category`},
	{"hex.csv", oneOff("0x10,2,3"), `hex.csv:52:1: .* here is "0x10"`},
	{"grouped.csv", oneOff("1_000,2,3"), `grouped.csv:52:1: .* here is "1_000"`},
	{"comma.csv", oneOff(`"1,5",2,3`), `comma.csv:52:1: .* here is "1,5"`},
	{"quote.csv", oneOff(`1,"2,3`), `quote.csv:52:3: the quote that opens here is never closed`},
	{"late.csv", strings.Repeat("1,2,3\n4,5,6\n", 30000) + "x,2,3\n", `late.csv:60001:1: .*the first \d+ rows hold numbers, but here is "x"`},
	{"cut.csv.gz", packed(oneOff("1,2,3"))[:200], `damaged gzip file after \d+ bytes of text: unexpected EOF; fetch or pack the file again`},
	{"bad.csv.zst", "\x28\xb5\x2f\xfd\x24\x28\x41\x01\x00junk and more junk", `damaged Zstandard file`},
	{"nothing.csv.gz", "\x1f\x8b\x08", `damaged gzip header`},
	{"page.csv", "<!DOCTYPE html><html></html>\n", `page.csv:1: expected a table of text, found what looks like JSON, XML or HTML`},
	{"sheet.csv", "PK\x03\x04\x14\x00\x06\x00", `a zip archive or a spreadsheet, .*save the sheet as CSV`},
	{"array.json", `[{"a":1,"y":2},{"a":2,"y":3}]`, `found what looks like a JSON array: .*jq -c '\.\[\]'`},
	{"cut.json", "{\"a\":1,\"y\":2}\n{\"a\":1,\"y\":", `cut.json:2: expected a JSON object on one line`},
	{"deep.json", strings.Repeat(`{"a":`, 100000) + "1" + strings.Repeat("}", 100000), `deep.json:1: the JSON object on this line is nested more than 100 deep`},
	{"lists.json", `{"a":` + strings.Repeat("[", 1<<20) + "\n", `lists.json:1: .* nested more than 100 deep`},
	{"unsorted.svm", "1 1:1 2:2\n0 5:1 3:2\n", `unsorted.svm:2:7: index 3 comes after index 5; indices must increase`},
	{"twice.svm", "1 1:1 2:2\n0 3:1 3:2\n", `twice.svm:2:7: index 3 comes after index 3`},
	{"huge.svm", "1 1:1 2:2\n0 1000000000:1\n", `huge.svm:2:3: found "1000000000:1", expected index:value with an index from 0 to \d+`},
	{"word.svm", "1 1:1 2:2\n0 4:x\n", `word.svm:2:\d: found "x", expected a number`},
	{"junk.vw", "1 |a x:1 y |b z\n-1 |||| ::\n", `junk.vw:2:10: found ":", expected a number, or a word`},
	{"junk.npz", "PK\x03\x04junk.npy", `damaged NumPy archive`},
	{"shape.npy", npyFile("<f8", "(1000000000, 1000)", ""), `which does not fit its \d+ bytes`},
	{"object.npy", npyFile("|O", "(2,)", "\x80\x04]\x94."), `elements of type \|O cannot be read`},
	{"none.npy", npyFile("<f8", "(0, 3)", ""), `axis 1 is empty`},
	{"a-images-idx3-ubyte", "\x00\x00\x08\x03\x00\x00\x00\x0a\x00\x00\x00\x1c\x00\x00\x00\x1c", `is 28 long, which does not fit|is 10 long, which does not fit`},
	{"b-images-idx3-ubyte", "\x00\x00\x08\x03\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x02abcdefgh", `expected 4 bytes of elements in this IDX file, found 8`},
	{"head.parquet", "PAR1", `cut off or damaged: its footer does not fit`},
	{"foot.parquet", "PAR1" + strings.Repeat("\x00", 40) + "\xff\xff\xff\x7fPAR1", `cut off or damaged: its footer does not fit`},
}

// wrongCalls are calls that cannot be followed.
var wrongCalls = []hostile{
	{name: "folder", args: "fit {in} --target y", status: 1, says: `this is a folder, not a file; try `},
	{name: "no file", args: "fit {in}/god.csv --target y", status: 1, says: `there is no file .*god.csv; did you mean "good.csv"\?`},
	{name: "no match", args: "fit {in}/nothing-*.csv --target y", status: 1, says: `no file matches .*nothing-\*\.csv`},
	{name: "other headers", args: "fit {in}/part-?.csv --target y", status: 1, says: `part-2.csv has no column "b"; its columns are a, c, y`},
	{name: "silent input", args: "fit - --target y", status: 1, says: `standard input: the file is empty`},
	{name: "pipe twice", args: "fit - --target y --cache {run}", status: 2, says: `standard input can be read only once`},
	{name: "no target", args: "fit {in}/good.csv", status: 2, says: `--target is missing: .*The columns are a, b, y`},
	{name: "near target", args: "fit {in}/good.csv --target yy", status: 2, says: `has no column "yy"; its columns are a, b, y; did you mean "y"\?`},
	{name: "one column", args: "fit {in}/one.csv --target y", status: 2, says: `no column left to learn from besides y`},
	{name: "one class", args: "fit {in}/class.csv --target y", status: 2, says: `only the class "yes" .*nothing to tell apart`},
	{name: "wide", args: "fit {in}/wide.csv --target y", status: 2, says: `its columns are c0, .* more\)`, most: 500},
	{name: "decimal commas", args: "fit {in}/decimal.csv --target y", status: 2, says: `if "0,25" is a number, write it with a point`},
	{name: "endless line", args: "fit - --target y", stdin: "endless", status: 1, says: `standard input:1: the record that begins here is longer than 64 MiB`, most: 400},
	{name: "types kind", args: "fit {in}/good.csv --target y --types a=nmber", status: 2, says: `--types: no column kind "nmber"; .*did you mean "number"\?`},
	{name: "types column", args: "fit {in}/good.csv --target y --types q=number", status: 2, says: `--types: .*no column "q"; its columns are a, b, y`},
	{name: "types twice", args: "fit {in}/good.csv --target y --types a=number,a=category", status: 2, says: `a is given twice, as number and as category`},
	{name: "types form", args: "fit {in}/good.csv --target y --types a", status: 2, says: `--types: found "a", expected column=kind`},
	{name: "weight below 0", args: "fit {in}/below.csv --target y --sample-weight b", status: 2, says: `holds -1 in data row 51; a weight is a finite number of at least 0`},
	{name: "weight missing", args: "fit {in}/hole.csv --target y --sample-weight b", status: 2, says: `is missing in data row 51; a weight of 0 leaves a row out`},
	{name: "weights zero", args: "fit {in}/zero.csv --target y --sample-weight b", status: 2, says: `sum to 0`},
	{name: "features", args: "fit {in}/good.csv --target y --features a,q", status: 2, says: `--features: .* no column "q"`},
	{name: "memory", args: "fit {in}/good.csv --target y --memory 1MB", status: 2, says: `--memory: found 1MB, but .* at least`},
	{name: "layer", args: "fit {in}/good.csv --target y --model mlp:1000000000", status: 2, says: `a size is a whole number from 1 to 65536`},
	{name: "folds", args: "fit {in}/good.csv --target y --cv 1000", status: 2, says: `cannot be dealt into 1000 folds`},
	{name: "out exists", args: "fit {in}/good.csv --target y --out {in}/good", status: 2, says: `exists; choose another name, or add --force`},
	{name: "no folder", args: "fit {in}/good.csv --target y --out {in}/good.csv/run", status: 1, says: `not a directory`},

	{name: "no run", args: "predict {in}/god {in}/good.csv", status: 1, says: `there is no run folder`},
	{name: "no model", args: "predict {in} {in}/good.csv", status: 1, says: `holds no model \(model.safetensors\)`},
	{name: "cut model", args: "predict {in}/cut {in}/good.csv", status: 1, says: `asks? for a header of \d+ bytes in a file of 100; .*cut off`},
	{name: "no bytes", args: "predict {in}/none {in}/good.csv", status: 1, says: `0 bytes are too few for a model file`},
	{name: "bent model", args: "predict {in}/bent {in}/good.csv", status: 1, says: `is damaged: its checksum is wrong`},
	{name: "newer model", args: "predict {in}/newer {in}/good.csv", status: 1, says: `has format 9, and this program reads format \d+: a newer version wrote it`},
	{name: "column lost", args: "predict {in}/good {in}/part-2.csv", status: 1, says: `part-2.csv has no column b, which the model reads; its columns are a, c, y`},
	{name: "near column", args: "predict {in}/good {in}/near.csv", status: 1, says: `no column b, which the model reads; .*did you mean "B"\?`},
	{name: "other type", args: "predict {in}/good {in}/words.csv", status: 1, says: `words.csv:2:1: in column "a" a number was asked for, but here is "x"`},
	{name: "no rows", args: "predict {in}/good {in}/header.csv", status: 1, says: `no rows behind it`},
	{name: "no answers", args: "evaluate {in}/good {in}/features.csv", status: 1, says: `needs the target .*no column "y"`},
}

// TestHostileInput gives the command what nobody should. Each call ends soon
// and in bounded memory, with the right status and one sentence that says where,
// what was found, and what to try; no file is changed and no run left behind.
func TestHostileInput(t *testing.T) {
	dir := hostileFolder(t)
	calls := wrongCalls
	for _, c := range wrongText {
		target := "y"
		if strings.HasSuffix(c.name, ".svm") || strings.Contains(c.name, "idx") {
			target = "label"
		}
		calls = append(calls, hostile{name: c.name, args: "fit {in}/" + c.name + " --target " + target, status: exitFailed, says: c.says})
	}
	before := treeOf(t, dir)
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) { c.check(t, dir) })
	}
	if after := treeOf(t, dir); after != before {
		t.Errorf("the folder of inputs was\n%sand is\n%s", before, after)
	}
}

// check makes the call and looks at what it leaves.
func (c hostile) check(t *testing.T, dir string) {
	out := filepath.Join(t.TempDir(), "run")
	args := strings.Fields(strings.NewReplacer("{in}", dir, "{run}", out).Replace(c.args))
	if args[0] == "fit" {
		if args = append(args, "--quiet"); !strings.Contains(c.args, "--out") {
			args = append(args, "--out", out)
		}
	}
	var stdout, stderr bytes.Buffer
	before, began := allocatedBytes(), time.Now()
	var stdin io.Reader = strings.NewReader(c.stdin)
	if c.stdin == "endless" {
		stdin = endless{}
	}
	status := run(args, stdin, &stdout, &stderr)
	grown, took := allocatedBytes()-before, time.Since(began)
	first, rest, _ := strings.Cut(strings.TrimRight(stderr.String(), "\n"), "\n")
	if status != c.status || !regexp.MustCompile("^descent: .*(?:"+c.says+")").MatchString(first) {
		t.Errorf("status %d, want %d, and %q, want …%s…", status, c.status, stderr.String(), c.says)
	}
	if rest != "" && !regexp.MustCompile(`^Try: descent \w+ --help$`).MatchString(rest) {
		t.Errorf("more than a sentence: %q", rest)
	}
	if len(first) > 1000 || stdout.Len() > 0 {
		t.Errorf("a sentence of %d bytes, and %d on standard output", len(first), stdout.Len())
	}
	if most := max(c.most, 96) << 20; grown > most {
		t.Errorf("%d bytes were allocated, more than %d", grown, most)
	}
	if took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run folder was left behind")
	}
}

// endless is a line without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '7'
	}
	return len(b), nil
}

// hostileFolder is a folder of the inputs, a model among them, good and bad.
func hostileFolder(t *testing.T) string {
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range wrongText {
		write(c.name, c.content)
	}
	good := oneOff("1,2,3")
	for name, content := range map[string]string{
		"good.csv": good, "part-1.csv": good, "part-2.csv": strings.Replace(good, "a,b,y", "a,c,y", 1), "near.csv": "a,B\n1,2\n",
		"words.csv": "a,b\nx,1\ny,2\n", "features.csv": "a,b\n1,2\n", "one.csv": "y\n1\n2\n3\n", "class.csv": rows(func(int) string { return "yes" }),
		"below.csv": oneOff("1,-1,3"), "hole.csv": oneOff("1,,3"), "zero.csv": "a,b,y\n1,0,1\n2,0,2\n3,0,4\n", "wide.csv": wideTable(99_999), "decimal.csv": "a;y\n" + decimalCommas(40),
	} {
		write(name, content)
	}
	var stderr bytes.Buffer
	if status := run([]string{"fit", filepath.Join(dir, "good.csv"), "--target", "y", "--quiet", "--out", filepath.Join(dir, "good")}, strings.NewReader(""), io.Discard, &stderr); status != exitDone {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	content, err := os.ReadFile(filepath.Join(dir, "good", "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	model := string(content)
	write("cut/model.safetensors", model[:100])
	write("none/model.safetensors", "")
	write("bent/model.safetensors", model[:len(model)-2]+"??")
	write("newer/model.safetensors", strings.Replace(model, `\"format\":1`, `\"format\":9`, 1))
	return dir
}

// wideTable has a few rows of many columns.
func wideTable(columns int) string {
	var b strings.Builder
	for row := range 4 {
		for i := range columns {
			if row == 0 {
				fmt.Fprintf(&b, "c%d,", i)
			} else {
				fmt.Fprintf(&b, "%d,", (i+row)%10)
			}
		}
		b.WriteString("1\n")
	}
	return b.String()
}

// decimalCommas are rows of numbers as much of the world writes them.
func decimalCommas(n int) string {
	b := []byte{}
	for i := range n {
		b = fmt.Appendf(b, "%d,5;%d,25\n", i, 2*i)
	}
	return string(b)
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// npyFile is a NumPy array as a file.
func npyFile(descr, shape, elements string) string {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape)
	head += strings.Repeat(" ", 117-len(head)) + "\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(head)), 0}) + head + elements
}

// treeOf lists all files below a folder with their sizes and times.
func treeOf(t *testing.T, dir string) string {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() {
			fmt.Fprintf(&b, "%s %d %v\n", path, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// allocatedBytes is how much the program has asked for so far.
func allocatedBytes() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
