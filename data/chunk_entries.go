package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
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
	size := entrySize(encoding)
	if size == 0 || len(chunk) < 4*n || (len(chunk)-4*n)%size != 0 {
		return fmt.Errorf("%d bytes of encoding %d for %d sparse rows", len(chunk), encoding, n)
	}
	counts, entries := chunk[:4*n], (len(chunk)-4*n)/size
	columns, values := chunk[4*n:][:4*entries], chunk[4*n+4*entries:]
	before := len(m.Index)
	m.Start = slices.Grow(m.Start, n)
	m.Index, m.Value = slices.Grow(m.Index, entries)[:before+entries], slices.Grow(m.Value, entries)[:before+entries]
	index := m.Index[before:]
	for ; len(counts) > 0; counts = counts[4:] {
		count := binary.LittleEndian.Uint32(counts)
		if uint64(count) > uint64(len(index)) {
			return fmt.Errorf("a row of %d entries where %d are left", count, len(index))
		}
		last := int64(-1)
		for k := range index[:count] {
			j := binary.LittleEndian.Uint32(columns[4*k:])
			if int64(j) <= last {
				return fmt.Errorf("column %d comes after column %d", j, last)
			}
			last, index[k] = int64(j), int32(j)
		}
		if last >= int64(m.Cols) {
			return fmt.Errorf("column %d of %d", last, m.Cols)
		}
		index, columns = index[count:], columns[4*count:]
		m.Start = append(m.Start, int64(len(m.Index)-len(index)))
	}
	if len(index) > 0 {
		return fmt.Errorf("%d entries behind the last row", len(index))
	}
	return decodeValues(m.Value[before:], encoding, values)
}

// decodeValues decodes the values of entries.
func decodeValues(dst []float64, encoding byte, values []byte) error {
	not := 0.0 // finite: NaN
	for i := range dst {
		v := 1.0
		switch encoding {
		case entries32:
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(values[4*i:])))
		case entries64:
			v = math.Float64frombits(binary.LittleEndian.Uint64(values[8*i:]))
		}
		dst[i] = v
		not += v - v
	}
	if not != 0 {
		return fmt.Errorf("an entry that is not finite")
	}
	return nil
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
