package decimal

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// checkFields reads all fields of a text and holds each to Scan, to the twin of
// the assembly and to where separators and line ends stand.
func checkFields(t *testing.T, f *Fields, text []byte) {
	t.Helper()
	f.Mark(text, ',')
	var want []uint32
	for i, b := range text {
		if b == ',' || b == '\n' {
			want = append(want, uint32(i))
		}
	}
	if fmt.Sprint(f.Ends) != fmt.Sprint(want) {
		t.Fatalf("ends %v, want %v in %q", f.Ends, want, text)
	}
	for lo := 0; lo < len(f.Ends); lo += 7 {
		hi := min(lo+7, len(f.Ends))
		f.Read(text, lo, hi)
		for i := lo; i < hi; i++ {
			field := text[f.Start(i):f.Ends[i]]
			man, facts := plain(text, f.Start(i), int(f.Ends[i]))
			if got := f.facts[i-lo]; got&factNotOne != facts&factNotOne || got&factLine != facts&factLine ||
				facts < factNotOne && (got != facts || f.man[i-lo] != man) {
				t.Fatalf("field %q: %d, %#x; the twin says %d, %#x", field, f.man[i-lo], got, man, facts)
			}
			if f.Last(i) != (text[f.Ends[i]] == '\n') {
				t.Fatalf("field %q: line end %v", field, f.Last(i))
			}
			v, ok := f.Number(i)
			s, n := Scan(field)
			if ok && (n != len(field) || math.Float64bits(v) != math.Float64bits(s)) {
				t.Fatalf("field %q: %v, Scan gives %v and reads %d", field, v, s, n)
			}
		}
	}
}

func TestFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var f Fields
	for range 300 {
		var text []byte
		plain := 0
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
				plain++
			}
			text = append(text, ",,,,\n"[rng.IntN(5)])
		}
		checkFields(t, &f, append(text, "unfinished"[:rng.IntN(11)]...))
	}
}

// TestFieldsReadMost: plain numbers are read, not left to Scan.
func TestFieldsReadMost(t *testing.T) {
	var f Fields
	text := []byte("1,-2.5,+3,0.10000000000000001,123456.789012,-0.00012345678901234567,0,-0\n")
	f.Mark(text, ',')
	f.Read(text, 0, len(f.Ends))
	for i, want := range []float64{1, -2.5, 3, 0.1, 123456.789012, -0.00012345678901234567, 0, math.Copysign(0, -1)} {
		if v, ok := f.Number(i); !ok || math.Float64bits(v) != math.Float64bits(want) {
			t.Errorf("field %d: %v, %v; want %v", i, v, ok, want)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add([]byte("1.5,-2,abc\n3e5,,\"x\"\n,0.30000000000000004,17\n"))
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
					hi := min(lo+512, len(f.Ends))
					f.Read(text, lo, hi)
					for i := lo; i < hi; i++ {
						v, _ := f.Number(i)
						sum += v
					}
				}
			}
		})
	}
}
