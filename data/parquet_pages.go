package data

import (
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// What a page may unpack to, in bytes or values: so much beyond a multiple of
// its size in the file.
const (
	pageSlack  = 16 << 20
	valueSlack = 1 << 20
	pageRatio  = 1000
)

// parquetChunk is a column of a group of rows, and where its reading stands.
type parquetChunk struct {
	*parquetType
	codec      format.CompressionCodec
	rows       int
	dictionary parquetPage // size 0: there is none
	pages      []parquetPage
	next       int // of the pages
	*parquetWork
}

// parquetPage is where a page lies, and what its head says.
type parquetPage struct {
	at                       int64
	size, unpacked           int32 // bytes
	values                   int32 // missing ones among them
	checksum                 uint32
	encoding                 format.Encoding
	levels                   format.Encoding
	repeatedSize, levelsSize int32 // bytes before the values, of pages of version 2
	second                   bool  // of version 2
	packed                   bool
}

// walk reads the heads of all pages, and refuses numbers that do not fit the file
// or one another.
func (r *parquetRows) walk(f *parquet.File, at io.ReaderAt) error {
	groups := f.Metadata().RowGroups
	r.starts = []int{0}
	for g := range groups {
		rows := groups[g].NumRows
		if rows < 0 || rows > f.NumRows() {
			return fmt.Errorf("row group %d is said to have %d rows, and the file %d", g+1, rows, f.NumRows())
		}
		if n, want := len(groups[g].Columns), len(f.Schema().Columns()); n != want {
			return fmt.Errorf("row group %d has %d columns, and the schema %d", g+1, n, want)
		}
		r.starts = append(r.starts, r.starts[g]+int(rows))
	}
	if int64(r.count()) != f.NumRows() {
		return fmt.Errorf("its groups have %d rows, and the file says %d", r.count(), f.NumRows())
	}
	heads := &headReader{at: at}
	for _, leaf := range r.leaves {
		if leaf.unread {
			continue
		}
		for g := range groups {
			c, err := leaf.chunk(heads, &groups[g].Columns[leaf.index].MetaData, r.size, groups[g].NumRows)
			if err != nil {
				return fmt.Errorf("column %q of row group %d: %w", leaf.name, g+1, err)
			}
			leaf.chunks = append(leaf.chunks, c)
		}
	}
	return nil
}

// chunk reads the heads of the pages of a column of a group of so many rows.
func (l *parquetLeaf) chunk(heads *headReader, m *format.ColumnMetaData, length, rows int64) (*parquetChunk, error) {
	if rows == 0 && m.NumValues == 0 { // there may be no pages, and no place for them
		return &parquetChunk{parquetType: &l.parquetType, codec: m.Codec}, nil
	}
	at := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		at = m.DictionaryPageOffset
	}
	size := m.TotalCompressedSize
	if at < 4 || size < 0 || at > length || size > length-at {
		return nil, fmt.Errorf("it lies at bytes %d to %d of %d", at, at+size, length)
	}
	if most := valueSlack + pageRatio*size; m.NumValues != rows || rows > most {
		return nil, fmt.Errorf("its %d bytes are said to hold %d values for %d rows", size, m.NumValues, rows)
	}
	if !unpacks(m.Codec) {
		return nil, fmt.Errorf("its packing %v is %w: write the file with snappy or zstd", m.Codec, errUnsupported)
	}
	c := &parquetChunk{parquetType: &l.parquetType, codec: m.Codec, rows: int(rows)}
	for end := at + size; at < end && rows > 0; {
		p, kind, err := heads.page(at, end)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", len(c.pages)+1, err)
		}
		at = p.at + int64(p.size)
		switch kind {
		case format.DictionaryPage:
			if c.dictionary.at != 0 {
				return nil, fmt.Errorf("it has two dictionaries")
			}
			c.dictionary = p
		case format.DataPage, format.DataPageV2:
			if rows -= int64(p.values); rows < 0 {
				return nil, fmt.Errorf("the pages up to %d hold more values than the column", len(c.pages)+1)
			}
			c.pages = append(c.pages, p)
			l.pages = max(l.pages, l.dictionaryCost(c.dictionary)+l.cost(p))
		}
	}
	if rows > 0 {
		return nil, fmt.Errorf("its pages hold %d values less than it has rows", rows)
	}
	c.pages = slices.Clip(c.pages)
	return c, nil
}

// cost is about how many bytes a page takes while it is read.
func (l *parquetLeaf) cost(p parquetPage) int64 {
	all := int64(p.size) + int64(p.unpacked)
	if l.textual() {
		all += int64(p.unpacked) // as strings
	}
	if p.encoding == format.DeltaBinaryPacked || p.encoding == format.DeltaByteArray || p.encoding == format.DeltaLengthByteArray {
		all += 8 * int64(p.values)
	}
	return all
}

// dictionaryCost is about how many bytes the values of a dictionary take.
func (l *parquetLeaf) dictionaryCost(p parquetPage) int64 {
	if l.textual() {
		return int64(p.unpacked) + 16*int64(p.values)
	}
	return 8 * int64(p.values)
}

// headReader reads heads of pages.
type headReader struct {
	at       io.ReaderAt
	buf      []byte
	head     format.PageHeader
	protocol thrift.CompactProtocol
}

// page reads the head at a place, of a page that ends before end.
func (r *headReader) page(at, end int64) (p parquetPage, kind format.PageType, err error) {
	const some, most = 512, 16 << 20
	for window := int64(some); ; window *= 16 {
		n := min(window, end-at)
		r.buf = slices.Grow(r.buf[:0], int(n))[:n]
		if err := readAt(r.at, r.buf, at); err != nil {
			return p, 0, err
		}
		from := r.protocol.NewReaderFromBytes(r.buf)
		r.head = format.PageHeader{}
		if err = thrift.NewDecoder(from).Decode(&r.head); err == nil {
			p, err = pageOf(&r.head, at+int64(from.BytesRead()), end)
			return p, r.head.Type, err
		}
		if n < window || window >= most {
			return p, 0, fmt.Errorf("its head: %w", err)
		}
	}
}

// pageOf checks what the head of a page says.
func pageOf(h *format.PageHeader, at, end int64) (p parquetPage, err error) {
	size := int64(h.CompressedPageSize)
	if size < 0 || size > end-at {
		return p, fmt.Errorf("it is said to have %d bytes, and %d follow", size, end-at)
	}
	p = parquetPage{at: at, size: int32(size), unpacked: h.UncompressedPageSize, checksum: uint32(h.CRC), packed: true}
	switch h.Type {
	case format.DictionaryPage:
		p.values, p.encoding = h.DictionaryPageHeader.V.NumValues, format.Plain
		if code := h.DictionaryPageHeader.V.Encoding; code != format.Plain && code != plainDictionary {
			return p, fmt.Errorf("its encoding %v is not one of dictionaries", code)
		}
	case format.DataPage:
		d := &h.DataPageHeader.V
		p.values, p.encoding, p.levels = d.NumValues, d.Encoding, d.DefinitionLevelEncoding
	case format.DataPageV2:
		d := &h.DataPageHeaderV2.V
		p.values, p.encoding, p.levels, p.second = d.NumValues, d.Encoding, format.RLE, true
		p.repeatedSize, p.levelsSize = d.RepetitionLevelsByteLength, d.DefinitionLevelsByteLength
		p.packed = !d.IsCompressed.Valid || d.IsCompressed.V
		if rep, def := int64(p.repeatedSize), int64(p.levelsSize); rep < 0 || def < 0 || rep+def > size || rep+def > int64(p.unpacked) {
			return p, fmt.Errorf("levels of %d and %d bytes in a page of %d", rep, def, size)
		}
	}
	most := pageSlack + pageRatio*size
	if p.unpacked < 0 || int64(p.unpacked) > most || p.values < 0 || int64(p.values) > most-pageSlack+valueSlack {
		return p, fmt.Errorf("its %d bytes are said to unpack to %d bytes and %d values", size, p.unpacked, p.values)
	}
	return p, nil
}
