package data

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unsafe"
)

// element is how the numbers of an array are stored.
type element struct {
	size    int  // bytes
	swapped bool // the bytes of a number stand in the other order than in memory
	float64 bool // they are float64
	// deal hands the elements of rows, one row after the other, out to columns of
	// as many numbers; a column that is nil is left out.
	deal func(columns [][]float64, rows []byte)
}

// elementOf is the element of a type such as <f8; its size is 0 where that is no
// real number.
func elementOf(descr string) element {
	kind := strings.TrimLeft(descr, "<>|=")
	deal, known := map[string]func([][]float64, []byte){
		"f8": deal[float64], "f4": deal[float32],
		"i8": deal[int64], "i4": deal[int32], "i2": deal[int16], "i1": deal[int8],
		"u8": deal[uint64], "u4": deal[uint32], "u2": deal[uint16], "u1": deal[uint8],
		"b1": dealFlags,
	}[kind]
	if !known {
		return element{}
	}
	size, _ := strconv.Atoi(kind[1:])
	order := byte('<')
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		order = '>'
	}
	stored := byte('<') // where nothing is said
	if descr[0] == '>' {
		stored = '>'
	}
	return element{size: size, swapped: size > 1 && stored != order, float64: kind == "f8", deal: deal}
}

// real is what arrays hold.
type real interface {
	float64 | float32 | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16 | uint8
}

// deal is element.deal: some rows at a time, so that a line of the cache is
// read from memory once, and few enough that they do not drive each other out.
func deal[E real](columns [][]float64, rows []byte) {
	const tall = 16
	v := unsafe.Slice((*E)(unsafe.Pointer(unsafe.SliceData(rows))), len(rows)/int(unsafe.Sizeof(*new(E))))
	width := len(columns)
	n := len(v) / width
	for lo := 0; lo < n; lo += tall {
		hi := min(lo+tall, n)
		for k, to := range columns {
			if to == nil {
				continue
			}
			to, from := to[lo:hi], v[lo*width+k:]
			for i := range to {
				to[i] = float64(from[i*width])
			}
		}
	}
}

// dealFlags is element.deal for bytes that are true where they are not 0.
func dealFlags(columns [][]float64, rows []byte) {
	for i, b := range rows {
		rows[i] = byte(one(b != 0))
	}
	deal[uint8](columns, rows)
}

// swap turns the bytes of each element around.
func (e element) swap(b []byte) {
	order := binary.NativeEndian
	switch e.size {
	case 2:
		for ; len(b) >= 2; b = b[2:] {
			order.PutUint16(b, bits.ReverseBytes16(order.Uint16(b)))
		}
	case 4:
		for ; len(b) >= 4; b = b[4:] {
			order.PutUint32(b, bits.ReverseBytes32(order.Uint32(b)))
		}
	case 8:
		for ; len(b) >= 8; b = b[8:] {
			order.PutUint64(b, bits.ReverseBytes64(order.Uint64(b)))
		}
	}
}

// bytesOf is the memory of numbers.
func bytesOf(v []float64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 8*len(v))
}
