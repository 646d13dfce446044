package decimal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// number is the grammar of Scan.
var number = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?`)

// check holds Scan to the grammar and to strconv.
func check(t *testing.T, s string) {
	t.Helper()
	want := number.FindString(s)
	got, n := Scan([]byte(s))
	if n != len(want) {
		t.Fatalf("%q: read %d bytes, want %q", s, n, want)
	}
	if n == 0 {
		return
	}
	v, _ := strconv.ParseFloat(want, 64)
	if math.Float64bits(got) != math.Float64bits(v) {
		t.Fatalf("%q: got %v (%#x), want %v (%#x)", s, got, math.Float64bits(got), v, math.Float64bits(v))
	}
}

func TestScan(t *testing.T) {
	for _, s := range []string{
		"", "+", "-", ".", "-.", "e5", ".e5", "abc", "inf", "nan", "0x10", "1_000",
		"0", "-0", "+0", "00", "000000000000000000000000", "1", "-1", "12345678", "123456789", "1234567.8", "12345678.",
		".5", "5.", "-.5e1", "1e", "1e+", "1e5x", "1.5E-3,2", "1,2", "3.14\n", "1.7976931348623157e308", "1.7976931348623159e308",
		"2.2250738585072014e-308", "2.2250738585072011e-308", "4.9e-324", "2.4e-324", "2.5e-324", "1e400", "-1e400", "1e-400", "1e99999999999",
		"9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000000001", "18446744073709551615", "18446744073709551616", "9999999999999999999", "99999999999999999999",
		"0.000000000000000000000000000000000000000000000000000012345678901234567", "100000000000000000000000000000000000000000000000000000e-50",
		"8.5e22", "1e23", "5e-324", "0.1", "0.2", "0.30000000000000004", "6.02214076e23", "1.234567890123456789e+00",
		"12345678901234567890123", "1:5", "1/2", "1 2", "1;2", "1٣",
	} {
		check(t, s)
		check(t, s+",9,9,9,9,9,9,9,9,9")
		check(t, s+"\n")
	}
}

// TestRandom covers float64 by its bits, in the forms that programs write, and
// decimals whose rounding is close.
func TestRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300_000 {
		v := math.Float64frombits(rng.Uint64())
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		check(t, strconv.FormatFloat(v, 'g', -1, 64))
		check(t, strconv.FormatFloat(v, 'e', 15+rng.IntN(6), 64)+",1")
		check(t, strconv.FormatFloat(rng.NormFloat64()*1000, 'f', rng.IntN(22), 64)+"\n12345678")
		check(t, fmt.Sprintf("%de%d", rng.Uint64()>>rng.IntN(60), rng.IntN(700)-350))
	}
}

// TestHalfway tries the midpoints between neighbours, where only all digits
// decide.
func TestHalfway(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		whole := rng.Uint64()>>11 | 1<<52
		tie := whole<<1 | 1 // 54 bits
		for _, s := range []string{strconv.FormatUint(tie, 10), strconv.FormatUint(tie<<3, 10), strconv.FormatUint(tie, 10) + "e10", strconv.FormatUint(tie, 10) + "e2"} {
			check(t, s)
			check(t, s[:1]+"."+s[1:])
		}
		check(t, fmt.Sprintf("%d.5", whole))
		check(t, fmt.Sprintf("%d.50000000000000000001", whole))
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"1.5e3", "-12345678.12345678", ".5", "1e400", "0.000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}

func TestNoAllocation(t *testing.T) {
	s := []byte("-123.45678901234567e-5,")
	Scan(s)
	if n := testing.AllocsPerRun(100, func() { Scan(s) }); n != 0 {
		t.Errorf("%v allocations a number", n)
	}
}

var sum float64

func BenchmarkScan(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name   string
		format byte
		places int
	}{{"shortest", 'g', -1}, {"six places", 'f', 6}, {"two places", 'f', 2}, {"18 places, exponent", 'e', 18}} {
		var text strings.Builder
		for range 10000 {
			text.WriteString(strconv.FormatFloat(rng.NormFloat64()*10, c.format, c.places, 64) + ",")
		}
		s := []byte(text.String())
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				for i := 0; i < len(s); {
					v, n := Scan(s[i:])
					sum += v
					i += n + 1
				}
			}
		})
	}
}

func BenchmarkTable(b *testing.B) {
	for b.Loop() {
		powers = table()
	}
}
