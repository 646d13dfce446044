package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// appendNumbers encodes numbers, as float32 where none loses by it.
func appendNumbers(dst []byte, v []float64) (encoding byte, _ []byte) {
	if slices.ContainsFunc(v, func(x float64) bool { return float64(float32(x)) != x && !math.IsNaN(x) }) {
		dst = slices.Grow(dst, 8*len(v))
		for _, x := range v {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
		}
		return numbers64, dst
	}
	dst = slices.Grow(dst, 4*len(v))
	for _, x := range v {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(x)))
	}
	return numbers32, dst
}

// appendCodes encodes codes of so many levels.
func appendCodes(dst []byte, codes []int32, levels int) (encoding byte, _ []byte) {
	switch {
	case levels < 1<<8:
		for _, c := range codes {
			dst = append(dst, byte(c+1))
		}
		return codes8, dst
	case levels < 1<<16:
		for _, c := range codes {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(c+1))
		}
		return codes16, dst
	}
	for _, c := range codes {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(c+1))
	}
	return codes32, dst
}

// appendTexts encodes texts that lie one after the other and end at ends.
func appendTexts(dst []byte, text string, ends []int) []byte {
	start := 0
	for _, end := range ends {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(end-start))
		start = end
	}
	return append(dst, text[:start]...)
}

// decodeNumbers appends the n numbers of a chunk.
func decodeNumbers(dst []float64, encoding byte, chunk []byte, n int) ([]float64, error) {
	switch {
	case encoding == numbers64 && len(chunk) == 8*n:
		dst = slices.Grow(dst, n)
		for ; len(chunk) >= 8; chunk = chunk[8:] {
			dst = append(dst, math.Float64frombits(binary.LittleEndian.Uint64(chunk)))
		}
	case encoding == numbers32 && len(chunk) == 4*n:
		dst = slices.Grow(dst, n)
		for ; len(chunk) >= 4; chunk = chunk[4:] {
			dst = append(dst, float64(math.Float32frombits(binary.LittleEndian.Uint32(chunk))))
		}
	default:
		return dst, fmt.Errorf("%d bytes of encoding %d for %d numbers", len(chunk), encoding, n)
	}
	return dst, nil
}

// eachCode calls use with the code of each of n rows, -1 where missing. Codes
// are below levels.
func eachCode(encoding byte, chunk []byte, n, levels int, use func(code int32)) error {
	size := map[byte]int{codes8: 1, codes16: 2, codes32: 4}[encoding]
	if size == 0 || len(chunk) != size*n {
		return fmt.Errorf("%d bytes of encoding %d for %d codes", len(chunk), encoding, n)
	}
	for ; len(chunk) > 0; chunk = chunk[size:] {
		var c uint32
		switch size {
		case 1:
			c = uint32(chunk[0])
		case 2:
			c = uint32(binary.LittleEndian.Uint16(chunk))
		default:
			c = binary.LittleEndian.Uint32(chunk)
		}
		if uint64(c) > uint64(levels) {
			return fmt.Errorf("code %d of %d levels", int64(c)-1, levels)
		}
		use(int32(c) - 1)
	}
	return nil
}

// decodeTexts appends the n texts of a chunk, which share one string.
func decodeTexts(dst []string, chunk []byte, n int) ([]string, error) {
	if len(chunk) < 4*n {
		return dst, fmt.Errorf("%d bytes for %d texts", len(chunk), n)
	}
	all := string(chunk[4*n:])
	for i := range n {
		size := binary.LittleEndian.Uint32(chunk[4*i:])
		if uint64(size) > uint64(len(all)) {
			return dst, fmt.Errorf("a text of %d bytes where %d are left", size, len(all))
		}
		dst, all = append(dst, all[:size]), all[size:]
	}
	if len(all) > 0 {
		return dst, fmt.Errorf("%d bytes behind the last text", len(all))
	}
	return dst, nil
}
