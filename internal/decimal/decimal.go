// Package decimal reads decimal numbers from bytes, exactly and fast: the
// float64 nearest to the text, bit for bit what strconv.ParseFloat gives, at
// several bytes a cycle.
package decimal

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// maxDigits decimal digits always fit a uint64.
const maxDigits = 19

// Scan reads the longest decimal number at the start of s: an optional sign,
// digits with an optional point among or around them, an optional exponent. It
// returns the nearest float64 and the number of bytes read, 0 where s does not
// begin with a number. A number beyond float64 is ±Inf, one below it ±0.
// Words (inf, nan), hexadecimal digits and underscores are not numbers here.
func Scan(s []byte) (v float64, n int) {
	if len(s) >= window {
		if v, n = short((*[window]byte)(s)); n > 0 {
			return v, n
		}
	}
	return long(s)
}

// window is how far short looks: a sign, 7 digits, a point, 23 digits and the
// word behind them, which holds the exponent.
const window = 40

// short reads the numbers that most files are made of, with few branches: up to
// 7 digits before the point and 23 behind it. n is 0 for all others.
func short(s *[window]byte) (v float64, n int) {
	negative := one(s[0] == '-')
	i := negative | one(s[0] == '+')
	word := load(s, i)
	run := digitRun(word)
	if run == 8 {
		return 0, 0
	}
	man, count, exp := eight(word<<(64-8*run)), run, 0
	if i += run; s[i] == '.' {
		i++
		word = load(s, i)
		digits := run
		if man == 0 {
			digits = 0 // they do not fill the mantissa
		}
		run = digitRun(word)
		for exp = 0; run == 8 && exp > -16; exp -= 8 {
			man = man*1e8 + eight(word)
			i += 8
			word = load(s, i)
			run = digitRun(word)
		}
		if run == 8 {
			return 0, 0
		}
		man = man*power10[run] + eight(word<<(64-8*run))
		i, exp, count = i+run, exp-run, count+run-exp
		if digits-exp > maxDigits {
			return 0, 0
		}
	}
	if count == 0 {
		return 0, 0
	}
	if s[i]|0x20 == 'e' {
		if e, end := exponent(s[:], i+1); end > 0 {
			exp += e
			i = end
		}
	}
	// A mantissa below 2^53 and a power of ten that is exact give the answer
	// with one rounding (W. D. Clinger, PLDI 1990).
	if man < 1<<53 && exp <= 0 && exp >= -22 {
		v = float64(man) / exact[-exp]
	} else if near, ok := nearest(man, exp); ok {
		v = near
	} else {
		return 0, 0
	}
	return math.Float64frombits(math.Float64bits(v) | uint64(negative)<<63), i
}

// load is the eight bytes at s[i:], less '0' each.
func load(s *[window]byte, i int) uint64 {
	return binary.LittleEndian.Uint64(s[i:]) ^ zeros
}

// long reads any number.
func long(s []byte) (v float64, n int) {
	i := 0
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		i = 1
	}
	start := i
	man, i := digits(s, i, 0)
	count, exp := i-start, 0
	if i < len(s) && s[i] == '.' {
		point := i + 1
		man, i = digits(s, point, man)
		exp = point - i
		count += i - point
	}
	if count == 0 {
		return 0, 0
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		if e, end := exponent(s, i+1); end > 0 {
			exp += e
			i = end
		}
	}
	v, ok := nearest(man, exp)
	if !ok || count > maxDigits && significant(s[start:i]) > maxDigits {
		return slow(s[:i]), i
	}
	if s[0] == '-' {
		v = -v
	}
	return v, i
}

// one is 1 for true, without a branch.
func one(b bool) int {
	n := 0
	if b {
		n = 1
	}
	return n
}

// digitRun is how many of the eight bytes, the lowest first, are digits from
// which '0' was taken: those whose high half is 0 and stays 0 when 6 is added.
func digitRun(word uint64) int {
	x := (word | (word&^high + sixes)) & high
	return bits.TrailingZeros64(x) >> 3
}

// digits appends the decimal digits at s[i:] to man, which wraps around beyond
// 19 of them, and returns the offset behind them. Eight bytes go at a time, as
// in D. Lemire, "Number parsing at a gigabyte per second", Software: Practice
// and Experience 51 (2021), section 4.
func digits(s []byte, i int, man uint64) (uint64, int) {
	for i+8 <= len(s) {
		word := binary.LittleEndian.Uint64(s[i:]) ^ zeros
		run := digitRun(word)
		// The digits move to the high bytes, behind zeros.
		man = man*power10[run&15] + eight(word<<(64-8*run))
		if i += run; run < 8 {
			return man, i
		}
	}
	for i < len(s) && s[i]-'0' < 10 {
		man = man*10 + uint64(s[i]-'0')
		i++
	}
	return man, i
}

const (
	zeros = 0x3030303030303030
	sixes = 0x0606060606060606
	high  = 0xF0F0F0F0F0F0F0F0
)

var power10 = [16]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8} // as long as a masked index needs

// eight is the number of eight digits, the first in the lowest byte: pairs,
// then fours, then all.
func eight(word uint64) uint64 {
	word = (word*10 + word>>8) & 0x00FF00FF00FF00FF
	word = (word*100 + word>>16) & 0x0000FFFF0000FFFF
	return (word*10000 + word>>32) & 0xFFFFFFFF
}

// exponent reads a sign and digits. end is 0 where there are no digits. What
// no float64 reaches counts as a million.
func exponent(s []byte, i int) (e, end int) {
	negative := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	start := i
	for ; i < len(s) && s[i]-'0' < 10; i++ {
		e = min(e*10+int(s[i]-'0'), 1_000_000)
	}
	if i == start {
		return 0, 0
	}
	if negative {
		e = -e
	}
	return e, i
}

// significant counts the digits before the exponent from the first that is not
// 0.
func significant(s []byte) int {
	n := 0
	for _, b := range s {
		switch {
		case b == '.' || b == '0' && n == 0:
		case b-'0' < 10:
			n++
		default:
			return n
		}
	}
	return n
}

// exact powers of ten are float64 numbers without rounding.
var exact = [23]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// nearest is the float64 nearest to man·10^exp, ties to even; ok is false where
// 64 bits of the power of five do not decide it, and outside the normal range.
//
// With man·2^z ≥ 2^63 and 5^exp = (p+δ)·2^k, 0 ≤ δ < 1, the product of the two
// 64-bit numbers is too small by less than 2^64: at most by one unit of its
// upper half.
func nearest(man uint64, exp int) (v float64, ok bool) {
	if man == 0 {
		return 0, true
	}
	if exp < minPower || exp > maxPower {
		return 0, false
	}
	p := &powers[exp-minPower]
	z := bits.LeadingZeros64(man)
	hi, lo := bits.Mul64(man<<z, p.mantissa)
	e := p.exponent - z + exp + 64 // the value is hi.lo·2^e
	drop := 10 + int(hi>>63)       // bits behind the 53 of a float64
	e += drop
	rest, half := hi&(1<<drop-1), uint64(1)<<(drop-1)
	hi >>= drop
	switch whole := exp >= 0 && exp <= 27; { // 5^27 < 2^64, so δ is 0
	case rest > half || rest == half && lo > 0:
		hi++
	case rest == half && (!whole || hi&1 == 1):
		if !whole {
			return 0, false
		}
		hi++
	case rest == half-1 && !whole:
		return 0, false
	}
	if hi == 1<<53 {
		hi, e = 1<<52, e+1
	}
	if e < -1074 || e > 971 {
		return 0, false
	}
	return math.Float64frombits(uint64(e+1075)<<52 | hi&(1<<52-1)), true
}

// slow leaves the number to strconv.
func slow(s []byte) float64 {
	v, _ := strconv.ParseFloat(unsafe.String(&s[0], len(s)), 64)
	return v
}
