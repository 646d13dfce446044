package data

import (
	"encoding/binary"
	"fmt"
)

// runs are numbers of up to 32 bits as levels, booleans and indices into
// dictionaries are packed: runs of one number, and groups of eight of some bits
// each. They are read bit by bit of a page, and never more than are asked for.
type runs struct {
	b      []byte
	width  int
	left   int // numbers of the run
	value  int32
	packed bool   // the run is one of packed bits:
	bits   []byte // from the byte of the next on
	shift  int    // of the next
	total  int    // numbers of all runs so far
	most   int    // that there may be, but for what fills the last group
}

// newRuns reads numbers of width bits from b, which are at most so many.
func newRuns(b []byte, width, most int) (*runs, error) {
	if width < 0 || width > 32 {
		return nil, fmt.Errorf("numbers of %d bits", width)
	}
	return &runs{b: b, width: width, most: most}, nil
}

// begin reads the head of the next run.
func (r *runs) begin() error {
	const fill = 1024
	head, k := binary.Uvarint(r.b)
	if k <= 0 {
		return fmt.Errorf("a run without a length")
	}
	r.b = r.b[k:]
	count := min(head>>1, 1<<40)
	if r.packed = head&1 == 1; r.packed {
		count *= 8
	}
	if uint64(r.total)+count > uint64(r.most)+fill {
		return fmt.Errorf("runs of %d values and more in a page of %d", uint64(r.total)+count, r.most)
	}
	r.left = int(count)
	r.total += r.left
	if r.packed {
		size := min(r.left/8*r.width, len(r.b)) // the last group may be cut off
		r.bits, r.shift, r.b = r.b[:size], 0, r.b[size:]
		return nil
	}
	size := (r.width + 7) / 8
	if len(r.b) < size {
		return fmt.Errorf("a run without a value")
	}
	v := uint32(0)
	for i, c := range r.b[:size] {
		v |= uint32(c) << (8 * i)
	}
	r.value, r.b = int32(v), r.b[size:]
	return nil
}

// next fills dst.
func (r *runs) next(dst []int32) error {
	for len(dst) > 0 {
		if r.left == 0 {
			if err := r.begin(); err != nil {
				return err
			}
			continue
		}
		part := dst[:min(r.left, len(dst))]
		if r.packed {
			if err := r.unpack(part); err != nil {
				return err
			}
		} else {
			for i := range part {
				part[i] = r.value
			}
		}
		r.left -= len(part)
		dst = dst[len(part):]
	}
	return nil
}

// unpack takes packed bits.
func (r *runs) unpack(dst []int32) error {
	if need := (r.shift + len(dst)*r.width + 7) / 8; need > len(r.bits) {
		return fmt.Errorf("packed values that are cut off")
	}
	at := unpackBits(dst, r.bits, r.shift, r.width)
	r.bits, r.shift = r.bits[at/8:], at%8
	return nil
}

// unpackBits reads numbers of up to 32 bits, the lowest bit first, from bit at on,
// and returns the bit behind them. b has them all.
func unpackBits(dst []int32, b []byte, at, width int) int {
	mask := uint64(1)<<width - 1
	i := 0
	for ; i < len(dst) && at/8+8 <= len(b); i++ {
		dst[i] = int32(binary.LittleEndian.Uint64(b[at/8:]) >> (at % 8) & mask)
		at += width
	}
	for ; i < len(dst); i++ {
		var last [8]byte
		copy(last[:], b[min(at/8, len(b)):])
		dst[i] = int32(binary.LittleEndian.Uint64(last[:]) >> (at % 8) & mask)
		at += width
	}
	return at
}

// same says whether all n numbers are v, where that is seen at once: they are one
// run.
func (r *runs) same(n int, v int32) (bool, error) {
	if r.left == 0 {
		if err := r.begin(); err != nil {
			return false, err
		}
	}
	return !r.packed && r.left >= n && r.value == v, nil
}

// prefixed cuts off a run of bytes whose length stands before it.
func prefixed(b []byte) (part, rest []byte, err error) {
	if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4) {
		return nil, nil, fmt.Errorf("a length that does not fit its %d bytes", len(b))
	}
	n := binary.LittleEndian.Uint32(b)
	return b[4 : 4+n], b[4+n:], nil
}

// deltas reads a list of at most n whole numbers that are packed as differences,
// appends them to dst, and returns what is behind the list.
func deltas(dst []int64, b []byte, n int) (_ []int64, rest []byte, err error) {
	var head [3]uint64 // values in a block, parts of a block, values in all
	for i := range head {
		v, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, nil, fmt.Errorf("a list without a head")
		}
		head[i], b = v, b[k:]
	}
	value, k := binary.Varint(b)
	if k <= 0 {
		return nil, nil, fmt.Errorf("a list without a head")
	}
	b = b[k:]
	if head[0] == 0 || head[0] > 1<<16 || head[1] == 0 || head[1] > head[0] || head[0]%head[1] != 0 || head[0]/head[1]%8 != 0 || head[2] > uint64(max(n, 0)) {
		return nil, nil, fmt.Errorf("a list of %d numbers in blocks of %d in a page of %d values", head[2], head[0], n)
	}
	left, part := int(head[2]), int(head[0]/head[1])
	if left > 0 {
		dst = append(dst, value)
		left--
	}
	for left > 0 {
		least, k := binary.Varint(b)
		if k <= 0 || len(b)-k < int(head[1]) {
			return nil, nil, fmt.Errorf("a list that is cut off")
		}
		widths := b[k : k+int(head[1])]
		b = b[k+int(head[1]):]
		for _, w := range widths {
			if left == 0 {
				break
			}
			width, n := int(w), min(part, left)
			if width > 64 || len(b) < (n*width+7)/8 {
				return nil, nil, fmt.Errorf("a list that is cut off")
			}
			for i := range n {
				value += least + int64(bitsAt(b, i*width, width))
				dst = append(dst, value)
			}
			b = b[min(part*width/8, len(b)):]
			left -= n
		}
	}
	return dst, b, nil
}

// bitsAt is the number of up to 64 bits from bit at on.
func bitsAt(b []byte, at, width int) uint64 {
	if width == 0 {
		return 0
	}
	var last [16]byte
	part := b[at/8:]
	if len(part) < 9 {
		copy(last[:], part)
		part = last[:]
	}
	v := binary.LittleEndian.Uint64(part) >> (at % 8)
	if over := at%8 + width - 64; over > 0 {
		v |= uint64(part[8]) << (64 - at%8)
	}
	return v & (1<<width - 1) // all ones for 64
}
