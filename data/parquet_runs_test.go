package data

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go/format"
)

// Lists and runs that claim more than their page holds are refused before any
// memory is taken for them.
func TestHostileRunsAreRefused(t *testing.T) {
	long := binary.AppendUvarint(nil, 1<<31)     // a run of 2^30 values
	groups := binary.AppendUvarint(nil, 1<<31|1) // as many groups of eight
	list := []byte{0x80, 0x01, 0x04}
	list = append(binary.AppendUvarint(list, 1<<31), 0, 0, 0, 0, 0, 0)
	for name, c := range map[string]struct {
		code   format.Encoding
		kind   format.Type
		values []byte
		want   string
	}{
		"run":            {format.RLEDictionary, format.Int32, append(append([]byte{8}, long...), 1), "runs of 1073741824 values and more in a page of 10"},
		"groups":         {plainDictionary, format.Int32, append(append([]byte{0}, groups...), 1), "runs of"},
		"many runs":      {format.RLEDictionary, format.Int32, append([]byte{1}, strings.Repeat("\xfe\x07\x01", 1000)...), "runs of"},
		"no end":         {format.RLEDictionary, format.Int32, []byte{8, 0x80}, "without a length"},
		"booleans":       {format.RLE, format.Boolean, []byte{9, 0, 0, 0, 1}, "does not fit"},
		"true":           {format.RLE, format.Boolean, []byte{2, 0, 0, 0, 16, 1}, "packed as run lengths"},
		"within a byte":  {format.RLE, format.Boolean, []byte{4, 0, 0, 0, 6, 0, 14, 0}, "packed as run lengths"},
		"runs of words":  {format.RLE, format.ByteArray, []byte{2, 0, 0, 0, 16, 1}, "for booleans"},
		"numbers":        {format.DeltaBinaryPacked, format.Int64, list, "a list of 2147483648 numbers"},
		"lengths":        {format.DeltaLengthByteArray, format.ByteArray, list, "a list of"},
		"second list":    {format.DeltaByteArray, format.ByteArray, append([]byte{0x80, 0x01, 0x04, 1, 0}, list...), "a list of 2147483648 numbers"},
		"one long block": {format.DeltaBinaryPacked, format.Int64, binary.AppendUvarint(nil, 1<<40), "a list without a head"},
	} {
		check := pageCheck{kind: c.kind}
		before := allocated()
		if err := check.values(c.values, c.code, 10); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
		if grown := allocated() - before; grown > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, grown)
		}
	}
	for name, codec := range map[string]format.CompressionCodec{"lz4": format.Lz4Raw, "unknown": 99} {
		if _, err := (&pageCheck{codec: codec}).unpack([]byte("x"), 10); err == nil || !strings.Contains(err.Error(), "snappy or zstd") {
			t.Errorf("%s: %v", name, err)
		}
	}
	bomb := []byte(packedZeros(t, 1<<20))
	if _, err := (&pageCheck{codec: format.Gzip}).unpack(bomb, 1000); err == nil || !strings.Contains(err.Error(), "more than the 1000 bytes") {
		t.Errorf("a page that unpacks to more than it says: %v", err)
	}
}

func packedZeros(t *testing.T, n int) string {
	var b strings.Builder
	w := gzip.NewWriter(&b)
	if _, err := w.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
