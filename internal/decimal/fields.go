package decimal

import "math"

// Fields are the fields of a text between separators and line ends, and the
// numbers in them. Where each field ends is known before any is read, so the
// processor works on several numbers at once. The zero value is ready, and is
// best used again for the next text.
type Fields struct {
	Ends []uint32 // offsets of the bytes that end fields, in order

	base  int // of the fields that were read
	man   []uint64
	facts []uint32
}

// What the facts of a field say beside the digits behind the point.
const (
	pointMask  = 0xFF
	signBit    = 8
	factLine   = 1 << 9
	factNotOne = 1 << 16
)

// Fast says whether Fields are faster than Scan on this machine.
func Fast() bool { return wide }

// Mark finds the fields of a text of less than 4 GiB: they end at a separator or a
// line feed. What is behind the last end is no field.
func (f *Fields) Mark(text []byte, sep byte) {
	const over = 8 // that marks may write behind its result
	if cap(f.Ends) < len(text)+over {
		f.Ends = make([]uint32, len(text)+over)
	}
	ends, n, at := f.Ends[:cap(f.Ends)], 0, 0
	if whole := len(text) &^ 63; wide && whole > 0 {
		n, at = marks(&text[0], whole, sep, &ends[0]), whole
	}
	for ; at < len(text); at++ {
		if b := text[at]; b == sep || b == '\n' {
			ends[n] = uint32(at)
			n++
		}
	}
	f.Ends = ends[:n]
}

// Start is where field i begins.
func (f *Fields) Start(i int) int {
	if i == 0 {
		return 0
	}
	return int(f.Ends[i-1]) + 1
}

// Read reads the fields from lo to hi of the text that Mark saw: Number and Last
// are for these.
func (f *Fields) Read(text []byte, lo, hi int) {
	n := hi - lo
	if cap(f.man) < n {
		f.man, f.facts = make([]uint64, n), make([]uint32, n)
	}
	f.base, f.man, f.facts = lo, f.man[:n], f.facts[:n]
	i := lo
	for ; i < hi && (!wide || f.Ends[i] < reach); i++ {
		f.man[i-lo], f.facts[i-lo] = plain(text, f.Start(i), int(f.Ends[i]))
	}
	if i < hi {
		mantissas(&text[0], f.Start(i), &f.Ends[i], hi-i, &f.man[i-lo], &f.facts[i-lo])
	}
}

// reach is how far before the end of a field mantissas looks.
const reach = 33

// plain is what mantissas does for one field.
func plain(text []byte, start, end int) (man uint64, facts uint32) {
	if text[end] == '\n' {
		facts = factLine
	}
	field := text[start:end]
	if len(field) > 32 {
		return 0, facts | factNotOne
	}
	if len(field) > 0 && (field[0] == '-' || field[0] == '+') {
		if field[0] == '-' {
			facts |= 1 << signBit
		}
		field = field[1:]
	}
	digits, point := 0, -1
	for i, b := range field {
		switch {
		case b-'0' < 10 && man <= (1e19-1-uint64(b-'0'))/10:
			man = man*10 + uint64(b-'0')
			digits++
		case b == '.' && point < 0:
			point = i
			facts |= uint32(len(field) - 1 - i)
		default:
			return 0, facts | factNotOne
		}
	}
	if digits == 0 {
		return 0, facts | factNotOne
	}
	return man, facts
}

// Last says whether a line ends behind field i.
func (f *Fields) Last(i int) bool { return f.facts[i-f.base]&factLine != 0 }

// Number is the number in field i, as Scan reads it. ok is false where the field is
// not a plain number, without exponent, of up to 19 digits, and where its last bit
// is hard to tell: Scan knows more.
func (f *Fields) Number(i int) (v float64, ok bool) {
	i -= f.base
	facts, man := f.facts[i], f.man[i]
	if facts >= factNotOne {
		return 0, false
	}
	exp := int(facts & pointMask)
	if man < 1<<53 && exp <= 22 {
		v = float64(int64(man)) / exact[exp]
	} else if v, ok = nearest(man, -exp); !ok {
		return 0, false
	}
	return math.Float64frombits(math.Float64bits(v) | uint64(facts>>signBit&1)<<63), true
}
