package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"descent/internal/kernel"
)

// appendEntries encodes the first n rows of a sparse matrix: how many entries
// each has, the columns of all, and their values, which take no bytes where all
// are 1.
func appendEntries(dst []byte, m *CSR[float64], n int) (encoding byte, _ []byte) {
	lo, hi := m.Start[0], m.Start[n]
	index, value := m.Index[lo:hi], m.Value[lo:hi]
	dst = slices.Grow(dst, 4*n+12*len(index))
	for i := range n {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(m.Start[i+1]-m.Start[i]))
	}
	for _, j := range index {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(j))
	}
	if !slices.ContainsFunc(value, func(v float64) bool { return v != 1 }) {
		return entries1, dst
	}
	if encoding, dst = appendNumbers(dst, value); encoding == numbers32 {
		return entries32, dst
	}
	return entries64, dst
}

// entrySize is how many bytes an entry takes in a chunk, 0 where the encoding is
// of something else.
func entrySize(encoding byte) int {
	switch encoding {
	case entries1:
		return 4
	case entries32:
		return 8
	case entries64:
		return 12
	}
	return 0
}

// decodeEntries appends the n rows of a chunk to m. It believes no length before
// the bytes are there, and no column that m does not have.
func decodeEntries(m *CSR[float64], encoding byte, chunk []byte, n int) error {
	rows, entries := m.Rows(), len(m.Index)
	if err := decodeUnsorted(m, encoding, chunk, n); err != nil {
		return err
	}
	return m.check(rows, entries)
}

// check refuses rows from that one on, with entries from that one on, that no writer
// makes.
func (m *CSR[T]) check(row, entry int) error {
	for i := row; i < m.Rows(); i++ {
		if err := m.checkRow(i); err != nil {
			return err
		}
	}
	if !kernel.AllFinite(m.Value[entry:]) {
		return fmt.Errorf("an entry that is not finite")
	}
	return nil
}

// decodeUnsorted is decodeEntries for rows whose columns are in any order, and for
// columns and values that are to be believed.
func decodeUnsorted(m *CSR[float64], encoding byte, chunk []byte, n int) error {
	size := entrySize(encoding)
	if size == 0 || len(chunk) < 4*n || (len(chunk)-4*n)%size != 0 {
		return fmt.Errorf("%d bytes of encoding %d for %d sparse rows", len(chunk), encoding, n)
	}
	counts, entries := chunk[:4*n], (len(chunk)-4*n)/size
	columns, values := chunk[4*n:][:4*entries], chunk[4*n+4*entries:]
	before := len(m.Index)
	index, value := m.room(entries)
	decodeColumns(index, columns)
	decodeValues(value, encoding, values)
	return m.endRows(counts, before)
}

// checkRow refuses a row whose columns do not increase, or are beyond those of m.
func (m *CSR[T]) checkRow(i int) error {
	index, _ := m.Row(i)
	last, wrong := int32(-1), int32(0)
	for _, j := range index {
		wrong |= j | (j - last - 1) // negative where j is, or is not beyond the last
		last = j
	}
	if wrong < 0 {
		return fmt.Errorf("columns that do not increase in a row of %d entries", len(index))
	}
	if int(last) >= m.Cols {
		return fmt.Errorf("column %d of %d", last, m.Cols)
	}
	return nil
}

// littleEndian says whether numbers lie in memory as they do in a cache, which makes
// reading them a copy.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// decodeColumns decodes the columns of entries.
func decodeColumns(dst []int32, columns []byte) {
	if littleEndian && len(dst) > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), 4*len(dst)), columns)
		return
	}
	for i := range dst {
		dst[i] = int32(binary.LittleEndian.Uint32(columns[4*i:]))
	}
}

// decodeValues decodes the values of entries.
func decodeValues(dst []float64, encoding byte, values []byte) {
	switch {
	case encoding == entries1:
		for i := range dst {
			dst[i] = 1
		}
	case encoding == entries32:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(values[4*i:])))
		}
	case littleEndian && len(dst) > 0:
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), 8*len(dst)), values)
	default:
		for i := range dst {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(values[8*i:]))
		}
	}
}

// drop forgets the first n rows.
func (m *CSR[T]) drop(n int) {
	from := m.Start[n]
	m.Index = m.Index[:copy(m.Index, m.Index[from:])]
	m.Value = m.Value[:copy(m.Value, m.Value[from:])]
	m.Start = m.Start[:copy(m.Start, m.Start[n:])]
	for i := range m.Start {
		m.Start[i] -= from
	}
}
