package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// errUnsupported is the error of sound files that cannot be read rightly.
var errUnsupported = errors.New("not supported")

// plainDictionary is what old files call the encoding RLEDictionary.
const plainDictionary format.Encoding = 2

// pageCheck looks into the pages of one column before the library does: the
// library allocates what runs and lists of lengths claim to hold.
type pageCheck struct {
	codec             format.CompressionCodec
	kind              format.Type
	repeated, defined int // largest level
	zstd              *zstd.Decoder
	gzip              *gzip.Reader
	buf               []byte
	largest           int64 // bytes that a page unpacks to, with its dictionary
}

// page refuses a page whose runs or lists hold more values than its head says.
func (c *pageCheck) page(h *format.PageHeader, body []byte) error {
	switch h.Type {
	case format.DataPage:
		return c.dataPage(h, body)
	case format.DataPageV2:
		return c.dataPageV2(h, body)
	case format.DictionaryPage:
		_, err := c.unpack(body, int(h.UncompressedPageSize))
		return err
	}
	return nil
}

// dataPage checks a page whose levels are packed with its values.
func (c *pageCheck) dataPage(h *format.PageHeader, body []byte) error {
	p := &h.DataPageHeader.V
	body, err := c.unpack(body, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	for _, level := range []struct {
		most int
		code format.Encoding
	}{{c.repeated, p.RepetitionLevelEncoding}, {c.defined, p.DefinitionLevelEncoding}} {
		if level.most == 0 {
			continue
		}
		if level.code != format.RLE {
			return fmt.Errorf("the encoding %v of its levels is %w: write the file anew", level.code, errUnsupported)
		}
		runs, rest, err := prefixed(body)
		if err == nil {
			err = checkRuns(runs, bits.Len(uint(level.most)), int(p.NumValues))
		}
		if err != nil {
			return fmt.Errorf("levels: %w", err)
		}
		body = rest
	}
	return c.values(body, p.Encoding, int(p.NumValues))
}

// dataPageV2 checks a page whose levels lie before its values, and are never packed.
func (c *pageCheck) dataPageV2(h *format.PageHeader, body []byte) error {
	p := &h.DataPageHeaderV2.V
	rep, def := int(p.RepetitionLevelsByteLength), int(p.DefinitionLevelsByteLength)
	if rep < 0 || def < 0 || rep > len(body) || def > len(body)-rep || int(h.UncompressedPageSize) < rep+def {
		return fmt.Errorf("levels of %d and %d bytes in a page of %d", rep, def, len(body))
	}
	if err := checkRuns(body[:rep], bits.Len(uint(c.repeated)), int(p.NumValues)); err != nil {
		return fmt.Errorf("levels: %w", err)
	}
	if err := checkRuns(body[rep:rep+def], bits.Len(uint(c.defined)), int(p.NumValues)); err != nil {
		return fmt.Errorf("levels: %w", err)
	}
	values := body[rep+def:]
	if !p.IsCompressed.Valid || p.IsCompressed.V {
		var err error
		if values, err = c.unpack(values, int(h.UncompressedPageSize)-rep-def); err != nil {
			return err
		}
	}
	return c.values(values, p.Encoding, int(p.NumValues))
}

// unpack takes a page out of its packing; the result is read until the next
// call. It may have size bytes at most.
func (c *pageCheck) unpack(packed []byte, size int) (_ []byte, err error) {
	if len(packed) == 0 {
		return nil, nil
	}
	src := bytes.NewReader(packed)
	var r io.Reader
	switch c.codec {
	case format.Uncompressed:
		r = src
	case format.Snappy:
		n, err := s2.DecodedLen(packed)
		if err != nil || n > size {
			return nil, fmt.Errorf("it unpacks to %d bytes, and its head says %d", n, size)
		}
		c.buf, err = s2.Decode(c.buf[:cap(c.buf)], packed)
		return c.buf, err
	case format.Gzip:
		if c.gzip == nil {
			c.gzip = new(gzip.Reader)
		}
		err, r = c.gzip.Reset(src), c.gzip
	case format.Zstd:
		if c.zstd == nil {
			if c.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(1<<27)); err != nil {
				return nil, err
			}
		}
		err, r = c.zstd.Reset(src), c.zstd
	case format.Brotli:
		r = brotli.NewReader(src)
	default: // the library reads LZ4 wrongly, and without end where it is damaged
		return nil, fmt.Errorf("its packing %v is %w: write the file with snappy or zstd", c.codec, errUnsupported)
	}
	if err != nil {
		return nil, err
	}
	if cap(c.buf) < size+1 {
		c.buf = make([]byte, size+1)
	}
	n, err := io.ReadFull(r, c.buf[:size+1])
	switch err {
	case nil:
		return nil, fmt.Errorf("it unpacks to more than the %d bytes that its head says", size)
	case io.EOF, io.ErrUnexpectedEOF:
		return c.buf[:n], nil
	}
	return nil, err
}

// values looks at the values of a page by their encoding.
func (c *pageCheck) values(b []byte, code format.Encoding, n int) (err error) {
	switch code {
	case plainDictionary, format.RLEDictionary:
		if len(b) == 0 {
			return nil
		}
		return checkRuns(b[1:], int(b[0]), n)
	case format.RLE:
		if c.kind != format.Boolean {
			return fmt.Errorf("the encoding %v is for booleans and levels alone", code)
		}
		runs, _, err := prefixed(b)
		if err != nil {
			return err
		}
		if err := checkRuns(runs, 1, n); err != nil {
			return err
		}
		return checkBits(runs)
	case format.BitPacked:
		return fmt.Errorf("the encoding %v is for levels alone", code)
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray:
		_, err = skipDeltas(b, n)
	case format.DeltaByteArray:
		rest, err := skipDeltas(b, n)
		if err != nil {
			return err
		}
		if _, err := skipDeltas(rest, n); err != nil {
			return err
		}
		shared, err := new(delta.BinaryPackedEncoding).DecodeInt32(nil, b[:len(b)-len(rest)])
		total := int64(0)
		for _, n := range shared {
			total += int64(n)
		}
		if total > pageSlack+pageRatio*int64(len(b)) {
			return fmt.Errorf("its texts repeat %d bytes of those before", total)
		}
		return err
	}
	return err
}

// prefixed cuts off a run of bytes whose length stands before it.
func prefixed(b []byte) (part, rest []byte, err error) {
	if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4) {
		return nil, nil, fmt.Errorf("a length that does not fit its %d bytes", len(b))
	}
	n := binary.LittleEndian.Uint32(b)
	return b[4 : 4+n], b[4+n:], nil
}

// checkRuns adds up the runs of the hybrid of run lengths and packed bits: a
// page of n values holds no more of them, but for what fills the last group.
func checkRuns(b []byte, width, n int) error {
	const fill = 1024
	total := uint64(0)
	for len(b) > 0 {
		head, k := binary.Uvarint(b)
		if k <= 0 {
			return fmt.Errorf("a run without a length")
		}
		b = b[k:]
		count, size := head>>1, uint64(width+7)/8
		if head&1 == 1 {
			count, size = 8*min(count, 1<<40), min(count, 1<<40)*uint64(width)
		}
		if total += min(count, 1<<40); total > uint64(n)+fill {
			return fmt.Errorf("runs of %d values and more in a page of %d", total, n)
		}
		b = b[min(size, uint64(len(b))):]
	}
	return nil
}

// checkBits refuses runs of booleans that the library reads wrongly: those of
// true, and those that end within a byte and have others behind them.
func checkBits(b []byte) error {
	for len(b) > 0 {
		head, k := binary.Uvarint(b)
		b = b[max(k, 1):]
		if head&1 == 1 {
			b = b[min(head>>1, uint64(len(b))):]
			continue
		}
		if len(b) > 0 && b[0] != 0 || len(b) > 1 && head>>1%8 != 0 {
			return fmt.Errorf("its booleans are packed as run lengths, which is %w: write the file with pages of version 1.0, or the column as numbers", errUnsupported)
		}
		b = b[min(1, len(b)):]
	}
	return nil
}

// skipDeltas passes over a list of at most n numbers that are packed as
// differences, and returns what is behind it.
func skipDeltas(b []byte, n int) (rest []byte, err error) {
	var head [3]uint64 // values in a block, parts of a block, values in all
	for i := range head {
		v, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, fmt.Errorf("a list without a head")
		}
		head[i], b = v, b[k:]
	}
	if _, k := binary.Varint(b); k > 0 {
		b = b[k:]
	}
	if head[0] == 0 || head[0] > 1<<16 || head[1] == 0 || head[1] > head[0] || head[2] > uint64(max(n, 0)) {
		return nil, fmt.Errorf("a list of %d numbers in blocks of %d in a page of %d values", head[2], head[0], n)
	}
	part := head[0] / head[1]
	for left := int64(head[2]) - 1; left > 0 && len(b) > 0; {
		_, k := binary.Varint(b)
		if k <= 0 || len(b)-k < int(head[1]) {
			return nil, fmt.Errorf("a list that is cut off")
		}
		widths := b[k : k+int(head[1])]
		b = b[k+int(head[1]):]
		for _, w := range widths {
			if left <= 0 {
				break
			}
			b = b[min(part*uint64(w)/8, uint64(len(b))):]
			left -= int64(part)
		}
	}
	return b, nil
}
