package data

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// What a page may unpack to, in bytes or values: so much beyond a multiple of
// its size in the file. The library allocates what the head of a page says.
const (
	pageSlack  = 16 << 20
	valueSlack = 1 << 20
	pageRatio  = 1000
)

// checkPages walks over all pages of a Parquet file, and refuses one whose
// numbers do not fit the file, or whose content does not fit its numbers. It
// returns how many bytes the largest page of each column, with its dictionary,
// unpacks to in all.
func checkPages(content io.ReaderAt, length int64, f *parquet.File) (pages int64, err error) {
	meta := f.Metadata()
	checks := make([]pageCheck, len(f.Schema().Columns()))
	for _, path := range f.Schema().Columns() {
		if leaf, ok := f.Schema().Lookup(path...); ok {
			c := &checks[leaf.ColumnIndex]
			c.kind, c.repeated, c.defined = format.Type(leaf.Node.Type().Kind()), leaf.MaxRepetitionLevel, leaf.MaxDefinitionLevel
		}
	}
	for g := range meta.RowGroups {
		if n := len(meta.RowGroups[g].Columns); n != len(checks) {
			return 0, fmt.Errorf("row group %d has %d columns, and the schema %d", g+1, n, len(checks))
		}
		for c := range meta.RowGroups[g].Columns {
			m := &meta.RowGroups[g].Columns[c].MetaData
			checks[c].codec = m.Codec
			at := m.DataPageOffset
			if m.DictionaryPageOffset != 0 {
				at = m.DictionaryPageOffset
			}
			n, size := length, m.TotalCompressedSize
			if at < 4 || size < 0 || at > n || size > n-at {
				return 0, fmt.Errorf("column %d of row group %d lies at bytes %d to %d of %d", c+1, g+1, at, at+size, n)
			}
			if err := checks[c].chunk(io.NewSectionReader(content, at, size), m.NumValues); err != nil {
				return 0, fmt.Errorf("column %d of row group %d: %w", c+1, g+1, err)
			}
		}
	}
	for c := range checks {
		pages += checks[c].largest
	}
	return pages, nil
}

// pageReader counts what is read of a chunk.
type pageReader struct {
	*bufio.Reader
	left int64
}

func (r *pageReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.left -= int64(n)
	return n, err
}

func (r *pageReader) ReadByte() (byte, error) {
	b, err := r.Reader.ReadByte()
	if err == nil {
		r.left--
	}
	return b, err
}

// chunk walks over the pages of one column of a row group, which is said to have
// so many values.
func (c *pageCheck) chunk(chunk *io.SectionReader, count int64) error {
	if most := valueSlack + pageRatio*chunk.Size(); count < 0 || count > most {
		return fmt.Errorf("%d bytes are said to hold %d values", chunk.Size(), count)
	}
	r := &pageReader{bufio.NewReaderSize(chunk, 1<<16), chunk.Size()}
	dictionary := int64(0)
	var body []byte
	for page := 1; r.left > 0; page++ {
		var h format.PageHeader
		if err := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(r)).Decode(&h); err != nil {
			return fmt.Errorf("the head of page %d: %w", page, err)
		}
		size := int64(h.CompressedPageSize)
		if size < 0 || size > r.left {
			return fmt.Errorf("page %d is said to have %d bytes, and %d follow", page, size, r.left)
		}
		most := pageSlack + pageRatio*size
		values := max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)
		if h.UncompressedPageSize < 0 || int64(h.UncompressedPageSize) > most || values < 0 || int64(values) > most-pageSlack+valueSlack {
			return fmt.Errorf("page %d of %d bytes is said to unpack to %d bytes and %d values", page, size, h.UncompressedPageSize, values)
		}
		if h.Type != format.DictionaryPage {
			if count -= int64(values); count < 0 {
				return fmt.Errorf("the pages up to %d hold more values than the column", page)
			}
		}
		if h.Type == format.DictionaryPage {
			dictionary = int64(h.UncompressedPageSize)
		} else {
			c.largest = max(c.largest, dictionary+size+int64(h.UncompressedPageSize))
		}
		body = slices.Grow(body[:0], int(size))[:size]
		if _, err := io.ReadFull(r, body); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		if err := c.page(&h, body); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
	}
	return nil
}
