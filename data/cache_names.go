package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
)

// The names of the columns of sparse rows are a dictionary of the whole file, which
// is not known before its last row is read. Until then rows are written with the
// numbers that names have in order of appearance; then the dictionary is sorted, and
// the rows are changed in their place, for sorting moves the entries of a row but
// leaves their bytes as many. The dictionary is a chunk behind those of the groups.

// nameBytes is about the memory of a name in a dictionary beside its bytes: an
// entry of a map, and the list of names.
const nameBytes = 100

// takeNames replaces the columns of a piece by those that its names have in the
// dictionary, of which it makes one where the columns were numbers so far.
func (w *sparseWriter) takeNames(p *sparsePiece) error {
	features := w.columns[w.features()]
	if p.names == nil && w.names == nil && !(p.spaced && w.spaced && p.space != features.space) {
		if p.spaced {
			w.spaced, features.space = true, p.space
		}
		return nil
	}
	if w.names == nil {
		if err := w.beginNames(features); err != nil {
			return err
		}
	}
	p.toNames()
	place := make([]int32, len(p.names.levels))
	for k, name := range p.names.levels {
		place[k] = w.code(name)
	}
	for k, j := range p.Index {
		p.Index[k] = place[j]
	}
	p.Cols, features.Entries.Cols = len(w.names.levels), len(w.names.levels)
	return w.checkNames(w.rows + p.Rows())
}

// features is the place of the sparse column, the last.
func (w *sparseWriter) features() int { return len(w.columns) - 1 }

// code is the number of a name by appearance.
func (w *sparseWriter) code(name string) int32 {
	n := len(w.names.levels)
	c := w.names.code(name)
	if len(w.names.levels) > n {
		w.named += int64(len(name)) + nameBytes
	}
	return c
}

// checkNames refuses names, of so many rows, that take more than the memory that is
// there for them.
func (w *sparseWriter) checkNames(rows int) error {
	n, most := len(w.names.levels), w.opts.Memory
	if (most <= 0 || w.named <= most) && n <= MaxSparseCols {
		return nil
	}
	return &Error{
		File: w.file,
		Msg:  fmt.Sprintf("the first %d lines have %s by name, whose dictionary takes %d MB, more than the %d MB that there are for it", rows, plural(n, "feature"), w.named/1e6, most/1e6),
		Try:  "raise --memory, or number the features instead of naming them",
	}
}

// beginNames gives up the numbers of the columns for names, in the groups that are
// written and in the rows that are not.
func (w *sparseWriter) beginNames(features *cached) error {
	w.names = newDictionary()
	space := features.space
	features.space = ""
	err := w.rewrite(1, func(m *CSR[float64]) { nameColumns(m, space, w.names) })
	nameColumns(features.Entries, space, w.names)
	for _, n := range w.names.levels {
		w.named += int64(len(n)) + nameBytes
	}
	return err
}

// settleNames sorts the names, and brings the rows that are written into their
// order.
func (w *sparseWriter) settleNames() error {
	names := w.names.levels
	w.names.index = nil // it is as large as the rest
	order := make([]int32, len(names))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(names[a], names[b]) })
	place, sorted := make([]int32, len(names)), make([]string, len(names))
	for at, i := range order {
		place[i], sorted[at] = int32(at), names[i]
	}
	features := w.columns[w.features()]
	features.EntryNames, features.Entries.Cols = sorted, len(sorted)
	return w.rewrite(w.opts.threads(), func(m *CSR[float64]) { m.rename(place, len(sorted)) })
}

// writeNames writes the dictionary, where there is one, behind the groups.
func (w *sparseWriter) writeNames() error {
	names := w.columns[w.features()].EntryNames
	if names == nil {
		return nil
	}
	for _, name := range names {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(name)))
	}
	for _, name := range names {
		w.buf = append(w.buf, name...)
	}
	if len(w.buf) > math.MaxInt32 {
		return &Error{File: w.file, Msg: fmt.Sprintf("the names of %s take more than 2 GiB", plural(len(names), "feature")), Try: "number the features instead of naming them"}
	}
	w.enter(texts)
	return w.write()
}

// enter puts the chunk in the buffer into the index.
func (w *cacheWriter) enter(encoding byte) {
	w.index = append(w.index, encoding)
	w.index = binary.LittleEndian.AppendUint32(w.index, uint32(len(w.buf)))
	w.index = binary.LittleEndian.AppendUint32(w.index, crc32.Checksum(w.buf, castagnoli))
}

// named is how many columns have names in chunks behind the groups.
func (s *cacheSchema) named() (n int) {
	for i := range s.Columns {
		if s.Columns[i].Names {
			n++
		}
	}
	return n
}

// readNames reads the names of the columns of sparse rows, which are sorted.
func (c *Cache) readNames() error {
	at, k := c.starts[len(c.starts)-1], 0
	for i := range c.schema.Columns {
		d := &c.schema.Columns[i]
		if !d.Names {
			continue
		}
		encoding, size, sum := c.chunk(len(c.schema.Groups), k)
		k++
		if encoding != texts || uint64(size) < 4*uint64(d.Cols) {
			return fmt.Errorf("%d bytes of encoding %d for the %d names of column %q", size, encoding, d.Cols, d.Name)
		}
		chunk := make([]byte, size)
		if err := readAt(c.f, chunk, int64(at)); err != nil {
			return err
		}
		if at += uint64(size); crc32.Checksum(chunk, castagnoli) != sum {
			return fmt.Errorf("the names of column %q are damaged", d.Name)
		}
		names, err := decodeTexts(make([]string, 0, d.Cols), chunk, d.Cols)
		if err == nil && !increasing(names) {
			err = errors.New("out of order")
		}
		if err != nil {
			return fmt.Errorf("the names of column %q: %w", d.Name, err)
		}
		c.Columns[i].EntryNames = names
	}
	return nil
}

// NamesBytes is about how much memory a fit takes for the names of the columns of
// sparse rows: their bytes here and twice in what is written about the model, and for
// each its place in the lists of the cache, of the model, and of three that map one to
// the other.
func (c *Cache) NamesBytes() (n int64) {
	const lists = 16 + 16 + 3*8
	for _, col := range c.Columns {
		for _, name := range col.EntryNames {
			n += lists + 3*int64(len(name))
		}
	}
	return n
}

// sparseChunk is the chunk of the sparse column of a group.
type sparseChunk struct {
	entry    []byte // of the index
	rows     int
	at       int64
	encoding byte
	bytes    []byte
	err      error
}

// rewrite changes the sparse rows that are written, a group at a time and on so many
// threads. change must leave each row its values, in any order.
func (w *sparseWriter) rewrite(threads int, change func(*CSR[float64])) error {
	at, group := int64(cacheHeader), 0
	next := func() (c sparseChunk, err error) {
		if group == len(w.schema.Groups) {
			return c, io.EOF
		}
		entries := w.index[group*len(w.columns)*chunkEntry:]
		for i := range w.columns {
			c.entry, c.at = entries[i*chunkEntry:][:chunkEntry], at
			at += int64(binary.LittleEndian.Uint32(c.entry[1:]))
		}
		c.rows, c.encoding, c.bytes = w.schema.Groups[group], c.entry[0], make([]byte, at-c.at)
		group++
		_, err = w.cacheWriter.file.ReadAt(c.bytes, c.at)
		return c, err
	}
	changed := func(c sparseChunk) sparseChunk {
		m := NewCSR[float64](MaxSparseCols, c.rows, 0)
		if c.err = decodeUnsorted(m, c.encoding, c.bytes, c.rows); c.err != nil {
			return c
		}
		change(m)
		size := len(c.bytes)
		if c.encoding, c.bytes = appendEntries(c.bytes[:0], m, c.rows); len(c.bytes) != size {
			c.err = fmt.Errorf("data: %d bytes of sparse rows became %d", size, len(c.bytes))
		}
		return c
	}
	return ordered(next, threads, changed, func(c sparseChunk) error {
		if c.err != nil {
			return c.err
		}
		binary.LittleEndian.PutUint32(c.entry[5:], crc32.Checksum(c.bytes, castagnoli))
		if _, err := w.cacheWriter.file.WriteAt(c.bytes, c.at); err != nil {
			return fmt.Errorf("data: the cache of rows: %w", err)
		}
		return w.tell()
	})
}
