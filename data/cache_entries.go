package data

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"slices"
	"unsafe"
)

// readPiece is how many bytes are read before others have their turn: threads that
// work together are late, and wait for each other, where one of them stands still for
// long, and what was read is summed while it is near.
const readPiece = 1 << 17

// direct says whether column j is read into its place: entries of sparse rows, which
// are most of the bytes of their cache, lie in memory as they do in the file.
func (r *CacheReader) direct(j int) bool { return littleEndian && r.c.Columns[j].Kind == Sparse }

// entries appends the sparse rows of a group to column k of the reader.
func (r *CacheReader) entries(group int, t *Table, k int) error {
	c, j := r.c, r.pick[k]
	encoding, size, sum := c.chunk(group, j)
	n, each := c.schema.Groups[group], entrySize(encoding)
	if each == 0 || int(size) < 4*n || (int(size)-4*n)%each != 0 {
		return fmt.Errorf("column %q: %d bytes of encoding %d for %d sparse rows", c.Columns[j].Name, size, encoding, n)
	}
	m, count := t.Columns[k].Entries, (int(size)-4*n)/each
	rows, before := m.Rows(), len(m.Index)
	index, value := m.room(count)
	rest := 0
	if encoding == entries32 {
		rest = 4 * count
	}
	counts := r.buffer(4*n + rest)
	counts, rest32 := counts[:4*n], counts[4*n:]
	from := summed{f: c.f, at: int64(c.offset(group, j))}
	from.read(counts)
	if count > 0 {
		from.read(unsafe.Slice((*byte)(unsafe.Pointer(&index[0])), 4*count))
	}
	if encoding == entries64 && count > 0 {
		from.read(unsafe.Slice((*byte)(unsafe.Pointer(&value[0])), 8*count))
	} else if from.read(rest32); from.err == nil {
		decodeValues(value, encoding, rest32)
	}
	if from.err != nil {
		return from.err
	}
	if from.crc != sum {
		return fmt.Errorf("column %q is damaged", c.Columns[j].Name)
	}
	if err := m.endRows(counts, before); err != nil {
		return fmt.Errorf("column %q: %w", c.Columns[j].Name, err)
	}
	return r.believe(group, j, m, rows, before)
}

// summed reads pieces of a file one after the other and sums them while they are
// near, until one fails.
type summed struct {
	f   io.ReaderAt
	at  int64
	crc uint32
	err error
}

func (s *summed) read(b []byte) {
	for len(b) > 0 && s.err == nil {
		piece := b[:min(len(b), readPiece)]
		s.err = readAt(s.f, piece, s.at)
		s.at, s.crc, b = s.at+int64(len(piece)), crc32.Update(s.crc, castagnoli, piece), b[len(piece):]
		runtime.Gosched()
	}
}

// believe checks rows from that one on, with entries from that one on, unless the bytes
// of the group were found sound before: their sum says that they are the same.
func (r *CacheReader) believe(group, j int, m *CSR[float64], row, entry int) error {
	sound := &r.c.sound[group*len(r.c.Columns)+j]
	if sound.Load() {
		return nil
	}
	if err := m.check(row, entry); err != nil {
		return fmt.Errorf("column %q: %w", r.c.Columns[j].Name, err)
	}
	sound.Store(true)
	return nil
}

// offset is where the chunk of a column of a group begins.
func (c *Cache) offset(group, column int) uint64 {
	at := c.starts[group]
	for j := range column {
		_, size, _ := c.chunk(group, j)
		at += uint64(size)
	}
	return at
}

// buffer is memory of the reader for so many bytes.
func (r *CacheReader) buffer(size int) []byte {
	if cap(r.buf) < size {
		r.buf = make([]byte, size)
	}
	return r.buf[:size]
}

// room makes room for so many entries behind those of m.
func (m *CSR[T]) room(entries int) (index []int32, value []T) {
	at, end := len(m.Index), len(m.Index)+entries
	m.Index, m.Value = slices.Grow(m.Index, entries)[:end], slices.Grow(m.Value, entries)[:end]
	return m.Index[at:], m.Value[at:]
}

// endRows makes rows of the entries from that one on, by how many each has.
func (m *CSR[T]) endRows(counts []byte, entry int) error {
	at, end := int64(entry), int64(len(m.Index))
	m.Start = slices.Grow(m.Start, len(counts)/4)
	for ; len(counts) > 0; counts = counts[4:] {
		count := int64(binary.LittleEndian.Uint32(counts))
		if count > end-at {
			return fmt.Errorf("a row of %d entries where %d are left", count, end-at)
		}
		at += count
		m.Start = append(m.Start, at)
	}
	if at < end {
		return fmt.Errorf("%d entries behind the last row", end-at)
	}
	return nil
}
