package data

import (
	"bytes"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// What a page may unpack to, in bytes or values: so much beyond a multiple of
// its size in the file. The library allocates what the head of a page says.
const (
	pageSlack = 16 << 20
	pageRatio = 1000
)

// checkPages walks over the heads of all pages of a Parquet file, and refuses
// one whose numbers do not fit the file.
func checkPages(content []byte, meta *format.FileMetaData) error {
	for g := range meta.RowGroups {
		for c := range meta.RowGroups[g].Columns {
			m := &meta.RowGroups[g].Columns[c].MetaData
			at := m.DataPageOffset
			if m.DictionaryPageOffset != 0 {
				at = m.DictionaryPageOffset
			}
			n, size := int64(len(content)), m.TotalCompressedSize
			if at < 4 || size < 0 || at > n || size > n-at {
				return fmt.Errorf("column %d of row group %d lies at bytes %d to %d of %d", c+1, g+1, at, at+size, n)
			}
			if err := checkChunk(content[at : at+size]); err != nil {
				return fmt.Errorf("column %d of row group %d: %w", c+1, g+1, err)
			}
		}
	}
	return nil
}

// checkChunk walks over the pages of one column of a row group.
func checkChunk(chunk []byte) error {
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
		if int64(h.UncompressedPageSize) > most || int64(values) > most {
			return fmt.Errorf("page %d of %d bytes is said to unpack to %d bytes and %d values", page, size, h.UncompressedPageSize, values)
		}
		if _, err := r.Seek(size, io.SeekCurrent); err != nil {
			return err
		}
	}
	return nil
}
