package decimal

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// checkFields reads all fields of a text and holds each to Scan, and to where
// separators and line ends stand.
func checkFields(t *testing.T, f *Fields, text []byte) (plain, known int) {
	t.Helper()
	f.Mark(text, ',')
	var want, lines []uint32
	first := bytes.IndexByte(text, '\n')
	crlf := first > 0 && text[first-1] == '\r'
	start, starts := 0, []int{}
	for i, b := range text {
		if b == ',' || b == '\n' {
			end := i
			if crlf && b == '\n' && i > 0 && text[i-1] == '\r' {
				end--
			}
			want, starts = append(want, uint32(end)), append(starts, start)
			start = i + 1
		}
		if b == '\n' {
			lines = append(lines, uint32(len(want)))
		}
	}
	if fmt.Sprint(f.Ends) != fmt.Sprint(want) || fmt.Sprint(f.Lines) != fmt.Sprint(lines) {
		t.Fatalf("ends %v, lines %v, want %v and %v in %q", f.Ends, f.Lines, want, lines, text)
	}
	for i, start := range starts {
		if f.Start(i) != start {
			t.Fatalf("field %d begins at %d, want %d in %q", i, f.Start(i), start, text)
		}
	}
	for lo := 0; lo < len(f.Ends); lo += 21 {
		hi := min(lo+21, len(f.Ends))
		values := f.Read(text, lo, hi)
		for i := lo; i < hi; i++ {
			field := text[f.Start(i):f.Ends[i]]
			v, n := Scan(field)
			if plainNumber.Match(field) && len(field) <= 20 {
				plain++
			}
			if f.Other(i) == i {
				continue
			}
			known++
			if n != len(field) || math.IsInf(v, 0) || math.Float64bits(v) != math.Float64bits(values[i-lo]) {
				t.Fatalf("field %q: %v, Scan gives %v and reads %d", field, values[i-lo], v, n)
			}
		}
		if f.Other(hi) != hi {
			t.Fatalf("field %d of %d is not known", f.Other(hi), hi)
		}
	}
	return plain, known
}

var plainNumber = regexp.MustCompile(`^-?([0-9]+\.?[0-9]*|\.[0-9]+)$`)

func TestFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var f Fields
	plain, known := 0, 0
	for range 300 {
		var text []byte
		for range rng.IntN(200) {
			v := rng.NormFloat64() * math.Pow10(rng.IntN(12)-6)
			switch rng.IntN(12) {
			case 0:
				text = strconv.AppendFloat(text, v, 'g', 17, 64)
			case 1:
				text = strconv.AppendFloat(text, v, 'f', 6, 64)
			case 2:
				text = strconv.AppendFloat(text, v, 'e', rng.IntN(20), 64)
			case 3:
				text = strconv.AppendInt(text, rng.Int64()>>rng.IntN(64), 10)
			case 4:
				text = append(text, []string{"", "-", "+", ".", "+.5", "-5.", "1..2", "1-2", "--1", "nan", " 1", "1 ", "\"1\"", "1\r", "-.", "18446744073709551616", "9999999999999999999", "10000000000000000000", "00000000000000000000000000000001", "000000000000000000000000000000001", "0.1234567890123456789012345678901", "-12345678901.2345678901234567890"}[rng.IntN(22)]...)
			default:
				text = strconv.AppendFloat(text, v, 'f', rng.IntN(17), 64)
			}
			text = append(text, []string{",", ",", ",", ",", "\n", ",", ",", ",", ",", "\r\n"}[rng.IntN(10)]...)
		}
		p, k := checkFields(t, &f, append(text, "unfinished"[:rng.IntN(11)]...))
		plain, known = plain+p, known+k
	}
	if float64(known) < 0.99*float64(plain) {
		t.Errorf("of %d plain numbers %d are left to Scan", plain, plain-known)
	}
}

// TestFieldsNearMiddle reads decimals beside the middle between two float64, where
// the last bit hangs on the last digit, and others at random, all of 17 to 19 digits.
func TestFieldsNearMiddle(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var text []byte
	for range 20_000 {
		v := math.Abs(rng.NormFloat64()) * math.Pow10(rng.IntN(14)-7)
		next := new(big.Float).SetFloat64(math.Nextafter(v, math.Inf(1)))
		middle := next.Add(next, big.NewFloat(v))
		middle.Quo(middle, big.NewFloat(2))
		digits := middle.Text('f', 19-max(1, int(math.Ceil(math.Log10(v)))))
		if rng.IntN(2) == 0 {
			text = append(text, '-')
		}
		text = append(append(text, digits[:min(len(digits), 24)]...), ',')
	}
	checkFields(t, new(Fields), text)
}

// TestFieldsReadMost: plain numbers are read, not left to Scan.
func TestFieldsReadMost(t *testing.T) {
	var f Fields
	row := "1,-2.5,3,0.10000000000000001,123456.789012,-0.00012345678901234567,0,-0,-.5,7.,0.0000000000000000000000000001,1234567890123456789\n"
	text := []byte(strings.Repeat(row, 3))
	f.Mark(text, ',')
	values := f.Read(text, 0, len(f.Ends))
	want := []float64{1, -2.5, 3, 0.1, 123456.789012, -0.00012345678901234567, 0, math.Copysign(0, -1), -0.5, 7, 1e-28, 1234567890123456789}
	for i, v := range values {
		if w := want[i%len(want)]; f.Other(i) == i || math.Float64bits(v) != math.Float64bits(w) {
			t.Errorf("field %d: %v, other %v; want %v", i, v, f.Other(i) == i, w)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add([]byte("1.5,-2,abc\n3e5,,\"x\"\n,0.30000000000000004,17\n"))
	f.Add([]byte("1.5,-2\r\n0.25,1234567890.123456789\r\n\r\n,\n7\r\n"))
	f.Add(bytes.Repeat([]byte("-123.456789,"), 40))
	f.Fuzz(func(t *testing.T, text []byte) { checkFields(t, new(Fields), text) })
}

func BenchmarkFields(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, digits := range []int{6, 17} {
		var text []byte
		for len(text) < 1<<18 {
			if v := rng.NormFloat64(); digits == 6 {
				text = strconv.AppendFloat(text, v, 'f', 6, 64)
			} else {
				text = strconv.AppendFloat(text, v*math.Pow10(rng.IntN(7)-3), 'g', 17, 64)
			}
			text = append(text, ',')
		}
		var f Fields
		b.Run(fmt.Sprintf("mark/%d", digits), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				f.Mark(text, ',')
			}
		})
		b.Run(fmt.Sprintf("all/%d", digits), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			sum := 0.0
			for b.Loop() {
				f.Mark(text, ',')
				for lo := 0; lo < len(f.Ends); lo += 512 {
					sum += f.Read(text, lo, min(lo+512, len(f.Ends)))[0]
				}
			}
		})
	}
}
