package data

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files that claim gigabytes are refused in words and in bounded memory.
func TestHostileSizesAreRefused(t *testing.T) {
	parquet, err := os.ReadFile(filepath.Join("testdata", "formats", "table_zstd.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	big := binary.AppendUvarint(nil, 2<<30-2) // as the zigzag number 2^30 − 1
	swollen := bytes.Clone(parquet)
	copy(swollen[4+3:], big) // behind the type of the first page: its size when unpacked
	head := "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000), }\n"
	for name, c := range map[string]struct{ content, want string }{
		"npy head":     {"\x93NUMPY\x02\x00\xff\xff\xff\xf0{'descr'", "a head of 4043309067 bytes does not fit"},
		"npy shape":    {"\x93NUMPY\x01\x00" + string(rune(len(head))) + "\x00" + head, "which does not fit"},
		"idx":          {"\x00\x00\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "which does not fit"},
		"parquet page": {string(swollen), "Parquet file"},
	} {
		before := allocated()
		_, err := Read("-", ReadOptions{Stdin: strings.NewReader(c.content)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
		if grown := allocated() - before; grown > 96<<20 {
			t.Errorf("%s: %d bytes were allocated", name, grown)
		}
	}
}
