package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go"

	"descent/internal/reference"
)

// cachedTable is what a cache of the files gives back.
func cachedTable(t *testing.T, group int, opts ReadOptions, files ...string) (*Table, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.cache")
	if err := WriteCache(path, files, opts, group, nil); err != nil {
		if left, _ := filepath.Glob(path + "*"); left != nil {
			t.Errorf("left behind: %q", left)
		}
		return nil, err
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
	return table, nil
}

// cachesAlike holds a cache of a file to what Read gives.
func cachesAlike(t *testing.T, group int, opts ReadOptions, file string) {
	t.Helper()
	want, bad := Read(file, opts)
	got, err := cachedTable(t, group, opts, file)
	if bad != nil || err != nil {
		if bad == nil || err == nil || opts.Types == nil {
			t.Errorf("%s: %v, in memory %v", file, err, bad)
		}
		return
	}
	if !same(got, want) || show(got) != show(want) {
		t.Errorf("%s: %v\n%.600s\nin memory %v\n%.600s", file, got.Notes, show(got), want.Notes, show(want))
	}
	for i, c := range want.Columns {
		if !bytes.Equal(c.Pixels, got.Columns[i].Pixels) || c.Height != got.Columns[i].Height {
			t.Errorf("%s: other pixels", file)
		}
	}
	s, err := Peek([]string{file}, opts)
	if err != nil || len(s.Table.Columns) != len(want.Columns) || s.Table.Rows > want.Rows || s.Rows < want.Rows {
		t.Errorf("%s: %v: %+v", file, err, s)
	}
}

// What a cache of a file that knows types gives back is what Read gives.
func TestCachesOfTypedFiles(t *testing.T) {
	dir := filepath.Join("testdata", "formats")
	for _, name := range []string{"table_none.parquet", "table_snappy.parquet", "table_zstd.parquet", "table_gzip.parquet", "typed.parquet", "matrix.npy", "matrix_fortran_f4.npy", "both.npz", "labels_u1.npy"} {
		for _, types := range []map[string]Kind{nil, {"word": Category}, {"word": Text}, {"word": Ignore}, {"c1": Category}, {"c1": Boolean}, {"c1": Unix}, {"x1": Text}, {"word": Number}} {
			cachesAlike(t, 300, ReadOptions{Types: types}, filepath.Join(dir, name))
		}
	}
	cachesAlike(t, 1<<18, ReadOptions{}, reference.Path(t, "mnist", "t10k-images-idx3-ubyte.gz"))
	cachesAlike(t, 1<<18, ReadOptions{Types: map[string]Kind{"label": Number}}, reference.Path(t, "mnist", "t10k-labels-idx1-ubyte.gz"))
}

// parquetFile writes rows in groups of 1000 and pages of a few hundred bytes.
func parquetFile(t *testing.T, path string, rows int) {
	t.Helper()
	type row struct {
		X    float64  `parquet:"x"`
		N    *int32   `parquet:"n,optional"`
		Word string   `parquet:"word,dict"`
		Text string   `parquet:"text"`
		On   bool     `parquet:"on"`
		List []string `parquet:"list,list"`
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[row](f, parquet.MaxRowsPerRowGroup(1000), parquet.PageBufferSize(700), parquet.Compression(&parquet.Snappy))
	for i := range rows {
		r := row{X: math.Sqrt(float64(i)), Word: []string{"a", "b", "c"}[i%3], Text: fmt.Sprintf("text %d", i*i), On: i%2 == 0, List: []string{"p", "q"}}
		if i%7 > 0 {
			n := int32(i % 50)
			r.N = &n
		}
		if _, err := w.Write([]row{r}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Groups of rows and pages end where they like.
func TestCachesOfManyPages(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "a.parquet"), filepath.Join(dir, "b.parquet")
	parquetFile(t, file, 7300)
	parquetFile(t, other, 50)
	for _, group := range []int{900, 20000, 1 << 20} {
		cachesAlike(t, group, ReadOptions{}, file)
	}
	got, err := cachedTable(t, 5000, ReadOptions{}, filepath.Join(dir, "*.parquet"))
	if err != nil || got.Rows != 7350 || got.Columns[2].Cell(7301) != "b" || !slices.Contains(got.Notes, "7350 rows of 2 files") {
		t.Errorf("%v: %+v", err, got)
	}
	_, err = cachedTable(t, 5000, ReadOptions{Memory: 1000}, file)
	if err == nil || !strings.Contains(err.Error(), "write the file with smaller pages") {
		t.Errorf("pages beyond the memory: %v", err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for at := 5; at < len(content); at += 4999 { // nothing that is damaged makes the process fall
		broken := slices.Clone(content)
		broken[at] ^= 0x55
		if err := os.WriteFile(other, broken, 0o644); err != nil {
			t.Fatal(err)
		}
		want, bad := Read(other, ReadOptions{})
		if got, err := cachedTable(t, 20000, ReadOptions{}, other); (err == nil) != (bad == nil) || err == nil && show(got) != show(want) {
			t.Fatalf("byte %d: %v, in memory %v", at, err, bad)
		}
	}
}

// npyFile is an array of float32 in either order.
func npyFile(rows, width int, fortran bool) []byte {
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': %s, 'shape': (%d, %d), }", map[bool]string{true: "True", false: "False"}[fortran], rows, width)
	head += strings.Repeat(" ", 117-len(head)) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(head)))...)
	b = append(b, head...)
	for i := range rows * width {
		row, col := i/width, i%width
		if fortran {
			row, col = i%rows, i/rows
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(row)/3-float32(col)))
	}
	return b
}

// Arrays in either order, packed or in archives, are read some rows at a time,
// and what cannot be is told from what is damaged.
func TestCachesOfArrays(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows, columns := npyFile(3000, 7, false), npyFile(3000, 7, true)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(rows); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	archive := func(method uint16, arrays ...[]byte) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i, a := range arrays {
			f, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%c.npy", 'x'+i), Method: method})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write(a); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, content := range map[string][]byte{
		"rows.npy": rows, "columns.npy": columns, "rows.npy.gz": packed.Bytes(),
		"stored.npz": archive(zip.Store, rows, columns), "deflated.npz": archive(zip.Deflate, rows, npyFile(3000, 2, true)),
	} {
		cachesAlike(t, 4000, ReadOptions{}, write(name, content))
	}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"short.npy":   {rows[:len(rows)-5], "ends before its last row"},
		"unequal.npz": {archive(zip.Deflate, rows, npyFile(9, 2, false)), "found 9 rows where the other arrays have 3000"},
		"type.npy":    {bytes.Replace(rows, []byte("<f4"), []byte("<c8"), 1), "elements of type <c8 cannot be read"},
		"short.npz":   {archive(zip.Store, rows[:len(rows)-5]), "ends before its last row"},
	} {
		if _, err := cachedTable(t, 4000, ReadOptions{}, write(name, c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	whole := write("whole.npz", archive(zip.Deflate, columns))
	if err := WriteCache(filepath.Join(dir, "rows.cache"), []string{whole}, ReadOptions{Memory: 10000}, 4000, nil); !errors.Is(err, ErrWhole) {
		t.Errorf("a packed array beyond the memory: %v", err)
	}
	text := write("text.csv", []byte("c1,c2\n1,2\n"))
	for _, files := range [][]string{{text, filepath.Join(dir, "rows.npy")}, {filepath.Join(dir, "rows.npy"), text}} {
		if _, err := cachedTable(t, 4000, ReadOptions{}, files...); err == nil || !strings.Contains(err.Error(), "of one kind") {
			t.Errorf("%q: %v", files, err)
		}
	}
}
