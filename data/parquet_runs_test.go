package data

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
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
		"no end":         {format.RLEDictionary, format.Int32, []byte{8, 0x80}, "without a length"},
		"booleans":       {format.RLE, format.Boolean, []byte{9, 0, 0, 0, 1}, "does not fit"},
		"few booleans":   {format.RLE, format.Boolean, []byte{2, 0, 0, 0, 16, 1}, "without a length"},
		"runs of words":  {format.RLE, format.ByteArray, []byte{2, 0, 0, 0, 16, 1}, "not one of values of type"},
		"numbers":        {format.DeltaBinaryPacked, format.Int64, list, "a list of 2147483648 numbers"},
		"lengths":        {format.DeltaLengthByteArray, format.ByteArray, list, "a list of"},
		"second list":    {format.DeltaByteArray, format.ByteArray, append([]byte{0x80, 0x01, 0x04, 1, 0}, list...), "a list of 2147483648 numbers"},
		"one long block": {format.DeltaBinaryPacked, format.Int64, binary.AppendUvarint(nil, 1<<40), "a list without a head"},
	} {
		chunk := parquetChunk{parquetType: &parquetType{kind: parquet.Kind(c.kind), size: 8}, parquetWork: new(parquetWork)}
		before := allocated()
		next, err := chunk.wordPage(c.values, &parquetPage{encoding: c.code, values: 10})
		if c.kind == format.Int64 || c.kind == format.Int32 {
			_, err = chunk.numberPage(c.values, &parquetPage{encoding: c.code, values: 10})
			if c.code != format.DeltaBinaryPacked {
				next, err = chunk.wordPage(c.values, &parquetPage{encoding: c.code, values: 10})
			}
		}
		if err == nil {
			chunk.words.dictionary = make([]string, 256)
			err = next(make([]string, 10))
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
		if grown := allocated() - before; grown > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, grown)
		}
	}
}

// Packed pages that hold more than they say are refused, and room is taken for no
// more.
func TestHostilePagesAreRefused(t *testing.T) {
	zeros := make([]byte, 1<<20)
	var z lz4.Compressor
	block := make([]byte, lz4.CompressBlockBound(len(zeros)))
	n, err := z.CompressBlock(zeros, block)
	if err != nil {
		t.Fatal(err)
	}
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for codec, packed := range map[format.CompressionCodec][]byte{
		format.Gzip: []byte(packedZeros(t, 1<<20)), format.Lz4Raw: block[:n], format.Zstd: w.EncodeAll(zeros, nil), format.Snappy: s2.EncodeSnappy(nil, zeros),
	} {
		u := new(unpacker)
		if b, err := u.unpack(codec, packed, 1<<20); err != nil || !bytes.Equal(b, zeros) {
			t.Errorf("%v: %v", codec, err)
		}
		if _, err := u.unpack(codec, packed, 1000); err == nil || !strings.Contains(err.Error(), "it unpacks to") && !strings.Contains(err.Error(), "does not unpack to the 1000") {
			t.Errorf("%v: a page that unpacks to more than it says: %v", codec, err)
		}
		for at := 0; at < len(packed); at += 1 + len(packed)/100 {
			broken := bytes.Clone(packed)
			broken[at] ^= 0x5a
			if b, err := u.unpack(codec, broken, 1<<20); err == nil && len(b) > 1<<20 {
				t.Errorf("%v: %d bytes of a broken page", codec, len(b))
			}
		}
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
