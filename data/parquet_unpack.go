package data

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// errUnsupported is the error of sound files that cannot be read rightly.
var errUnsupported = errors.New("not supported")

// unpacks says whether pages that are packed so can be read.
func unpacks(codec format.CompressionCodec) bool {
	switch codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd, format.Brotli, format.Lz4Raw:
		return true
	}
	return false
}

// unpacker takes pages out of their packing.
type unpacker struct {
	body, out []byte
	zstd      *zstd.Decoder
	gzip      *gzip.Reader
	brotli    *brotli.Reader
}

// Chunks keep an unpacker while they are read; dictionaries are longer than pages,
// and those who read them share unpackers of their own.
var (
	unpackers           = sync.Pool{New: func() any { return new(unpacker) }}
	dictionaryUnpackers = sync.Pool{New: func() any { return new(unpacker) }}
)

// page reads a page. The result is the unpacker's until its next page.
func (u *unpacker) page(at io.ReaderAt, p *parquetPage, codec format.CompressionCodec) (levels, values []byte, err error) {
	u.body = slices.Grow(u.body[:0], int(p.size))[:p.size]
	if err := readAt(at, u.body, p.at); err != nil {
		return nil, nil, err
	}
	if p.checksum != 0 && crc32.ChecksumIEEE(u.body) != p.checksum {
		return nil, nil, fmt.Errorf("a page does not fit its checksum")
	}
	before := p.repeatedSize + p.levelsSize
	levels, values = u.body[p.repeatedSize:before], u.body[before:]
	if p.packed {
		values, err = u.unpack(codec, values, int(p.unpacked-before))
	}
	return levels, values, err
}

// unpack takes bytes out of their packing, which are size at most.
func (u *unpacker) unpack(codec format.CompressionCodec, packed []byte, size int) (_ []byte, err error) {
	if codec == format.Uncompressed || len(packed) == 0 {
		return packed, nil
	}
	switch codec {
	case format.Snappy:
		if n, err := s2.DecodedLen(packed); err != nil || n > size {
			return nil, fmt.Errorf("it unpacks to %d bytes, and its head says %d", n, size)
		}
		u.out, err = s2.Decode(u.out[:cap(u.out)], packed)
		return u.out, err
	case format.Lz4Raw:
		u.room(size)
		n, err := lz4.UncompressBlock(packed, u.out)
		if err != nil {
			return nil, fmt.Errorf("it does not unpack to the %d bytes that its head says: %w", size, err)
		}
		return u.out[:n], nil
	case format.Zstd:
		if u.zstd == nil {
			if u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(1<<27), zstd.WithDecodeAllCapLimit(true)); err != nil {
				return nil, err
			}
		}
		u.room(size)
		out, err := u.zstd.DecodeAll(packed, u.out[:0:size])
		if errors.Is(err, zstd.ErrDecoderSizeExceeded) {
			return nil, tooLong(size)
		}
		return out, err
	}
	r, err := u.stream(codec, packed)
	if err != nil {
		return nil, err
	}
	u.room(size + 1)
	n, err := io.ReadFull(r, u.out)
	switch err {
	case nil:
		return nil, tooLong(size)
	case io.EOF, io.ErrUnexpectedEOF:
		return u.out[:n], nil
	}
	return nil, err
}

// stream unpacks what has no size.
func (u *unpacker) stream(codec format.CompressionCodec, packed []byte) (io.Reader, error) {
	switch codec {
	case format.Gzip:
		if u.gzip == nil {
			u.gzip = new(gzip.Reader)
		}
		return u.gzip, u.gzip.Reset(bytes.NewReader(packed))
	case format.Brotli:
		if u.brotli == nil {
			u.brotli = new(brotli.Reader)
		}
		return u.brotli, u.brotli.Reset(bytes.NewReader(packed))
	}
	return nil, fmt.Errorf("its packing %v is %w", codec, errUnsupported)
}

// room makes out size bytes long.
func (u *unpacker) room(size int) {
	if cap(u.out) < size {
		u.out = make([]byte, size)
	}
	u.out = u.out[:size]
}

func tooLong(size int) error {
	return fmt.Errorf("it unpacks to more than the %d bytes that its head says", size)
}
