package data

import (
	"bytes"
	"fmt"
	"io"

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
// numbers do not fit the file, or whose content does not fit its numbers.
func checkPages(content []byte, f *parquet.File) error {
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
			return fmt.Errorf("row group %d has %d columns, and the schema %d", g+1, n, len(checks))
		}
		for c := range meta.RowGroups[g].Columns {
			m := &meta.RowGroups[g].Columns[c].MetaData
			checks[c].codec = m.Codec
			at := m.DataPageOffset
			if m.DictionaryPageOffset != 0 {
				at = m.DictionaryPageOffset
			}
			n, size := int64(len(content)), m.TotalCompressedSize
			if at < 4 || size < 0 || at > n || size > n-at {
				return fmt.Errorf("column %d of row group %d lies at bytes %d to %d of %d", c+1, g+1, at, at+size, n)
			}
			if err := checks[c].chunk(content[at:at+size], m.NumValues); err != nil {
				return fmt.Errorf("column %d of row group %d: %w", c+1, g+1, err)
			}
		}
	}
	return nil
}

// chunk walks over the pages of one column of a row group, which is said to have
// so many values.
func (c *pageCheck) chunk(chunk []byte, count int64) error {
	if most := valueSlack + pageRatio*int64(len(chunk)); count < 0 || count > most {
		return fmt.Errorf("%d bytes are said to hold %d values", len(chunk), count)
	}
	r := bytes.NewReader(chunk)
	for page := 1; r.Len() > 0; page++ {
		var h format.PageHeader
		if err := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(r)).Decode(&h); err != nil {
			return fmt.Errorf("the head of page %d: %w", page, err)
		}
		size := int64(h.CompressedPageSize)
		if size < 0 || size > int64(r.Len()) {
			return fmt.Errorf("page %d is said to have %d bytes, and %d follow", page, size, r.Len())
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
		start := len(chunk) - r.Len()
		if err := c.page(&h, chunk[start:start+int(size)]); err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		if _, err := r.Seek(size, io.SeekCurrent); err != nil {
			return err
		}
	}
	return nil
}
