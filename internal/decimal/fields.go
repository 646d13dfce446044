package decimal

import (
	"math"
	"math/bits"
)

// Fields are the fields of a text between separators and line ends, and the
// numbers in them. Where each field ends is known before any is read, so the
// processor works on several numbers at once. The zero value is ready, and is
// best used again for the next text.
type Fields struct {
	Ends  []uint32 // offsets of the bytes that end fields, in order
	Lines []uint32 // of each line end, the fields up to it
	CRLF  bool     // the first line ends in CR LF; then fields at line ends do not hold the CR

	before []uint32 // offsets of the bytes before fields: where CRLF is not set, of the ends before them
	starts []uint32 // memory for it
	lo, hi int      // the fields that were read
	values []float64
	others []uint8 // a bit for each field: its value is not known
}

// Fast says whether Fields are faster than Scan on this machine.
func Fast() bool { return wide }

// over is how many places numbers and marks may use behind those that they are
// asked for.
const over = 8

// Mark finds the fields of a text of less than 2 GiB: they end at a separator, a
// line feed or, as CRLF says, the carriage return before one. What is behind the
// last end is no field.
func (f *Fields) Mark(text []byte, sep byte) {
	if cap(f.Ends) < len(text)+2*over {
		f.Ends, f.Lines = make([]uint32, len(text)+2*over), make([]uint32, len(text)+over)
	}
	ends, lines := f.Ends[:cap(f.Ends)], f.Lines[:cap(f.Lines)]
	n, rows, at := 0, 0, 0
	if whole := len(text) &^ 63; wide && whole > 0 {
		n, rows = marks(&text[0], whole, sep, &ends[0], &lines[0])
		at = whole
	}
	for ; at < len(text); at++ {
		b := text[at]
		if b == sep || b == '\n' {
			ends[n] = uint32(at)
			n++
		}
		if b == '\n' {
			lines[rows] = uint32(n)
			rows++
		}
	}
	if n > 0 {
		for i := range over { // empty fields, to be read with the last ones
			ends[n+i] = ends[n-1]
		}
	}
	f.Ends, f.Lines = ends[:n], lines[:rows]
	if f.CRLF = rows > 0 && endsCRLF(text, ends[lines[0]-1]); f.CRLF {
		f.leaveCR(text)
	}
}

// endsCRLF says whether a CR stands before a line feed.
func endsCRLF(text []byte, feed uint32) bool { return feed > 0 && text[feed-1] == '\r' }

// leaveCR takes the CR at line ends from their fields.
func (f *Fields) leaveCR(text []byte) {
	if cap(f.starts) < cap(f.Ends) {
		f.starts = make([]uint32, cap(f.Ends))
	}
	f.before = f.starts[:cap(f.Ends)]
	copy(f.before[1:], f.Ends[:min(len(f.Ends)+over, cap(f.Ends))])
	for _, fields := range f.Lines {
		if end := &f.Ends[fields-1]; endsCRLF(text, *end) {
			*end--
		}
	}
}

// Start is where field i begins.
func (f *Fields) Start(i int) int {
	switch {
	case i == 0:
		return 0
	case f.CRLF:
		return int(f.before[i]) + 1
	}
	return int(f.Ends[i-1]) + 1
}

// Read reads the numbers in the fields from lo to hi of the text that Mark saw,
// as Scan does, one for each field. Those that Other lists are not known.
func (f *Fields) Read(text []byte, lo, hi int) []float64 {
	f.lo, f.hi = lo, hi
	groups := (hi - lo + over - 1) / over
	if cap(f.values) < over*groups {
		f.values, f.others = make([]float64, over*groups), make([]uint8, groups)
	}
	values, others := f.values[:over*groups], f.others[:groups]
	g := 0
	for ; g < groups && (!wide || lo+over*g == 0 || f.Ends[lo+over*g] < reach); g++ {
		others[g] = f.group(text, lo+over*g, values[over*g:over*g+over])
	}
	if g < groups {
		at := lo + over*g
		before := &f.Ends[at-1]
		if f.CRLF {
			before = &f.before[at]
		}
		numbers(&text[0], &f.Ends[at], before, groups-g, &inverse[0], &values[over*g], &others[g])
	}
	if rest := (hi - lo) % over; rest > 0 {
		others[groups-1] &= 1<<rest - 1
	}
	f.values, f.others = values, others
	return values[:hi-lo]
}

// reach is how far before the end of a field numbers looks.
const reach = 33

// group is what numbers does for a group of fields, as far as there are any.
func (f *Fields) group(text []byte, at int, values []float64) (others uint8) {
	for k := range values {
		i := at + k
		if i >= len(f.Ends) {
			break
		}
		field := text[f.Start(i):f.Ends[i]]
		v, n := Scan(field)
		if n == 0 || n < len(field) || math.IsInf(v, 0) {
			others |= 1 << k
		}
		values[k] = v
	}
	return others
}

// Other is the first field from i on, of those that Read saw last, whose value is
// not known; where there is none, the field behind them. Such a field is no
// number, or Scan may read it: it has an exponent, a plus sign or more than 19
// digits, or its last bit is hard to tell.
func (f *Fields) Other(i int) int {
	for i < f.hi {
		at := i - f.lo
		if left := f.others[at/over] >> (at % over); left != 0 {
			return i + bits.TrailingZeros8(left)
		}
		i += over - at%over
	}
	return f.hi
}

// inverse is, for 10^0 to 10^-31, the mantissa of the power of five, then what is
// added to the exponent bits of a float64: with man·2^z ≥ 2^63, and h.… the
// product of mantissas, 53 bits of h are the number times 2^-e as in nearest, and
// a float64 is (e+1074)·2^52 + those bits.
var inverse = func() (table [64]uint64) {
	for k := range 32 {
		p := powers[-k-minPower]
		table[k] = p.mantissa
		table[32+k] = uint64(p.exponent - k + 64 + 10 + 1074)
	}
	return table
}()
