package arm64

import (
	"bufio"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

// decoded is what a disassembler makes of a word, in the words of its own.
func decoded(t *testing.T, word uint32) string {
	t.Helper()
	inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, word))
	if err != nil {
		t.Fatalf("%#08x: %v", word, err)
	}
	return inst.String()
}

// everything has each encoded instruction, on registers with all bits in their
// numbers.
func everything() *Func {
	f := &Func{name: "everything"}
	high := make([]*Reg, 32)
	for i := range high {
		high[i] = &Reg{vector: true, number: i}
	}
	for _, n := range []int{0, 10, 21, 31} {
		d, n, m := high[31-n], high[n], high[(3*n+5)%32]
		for _, bytes := range []int{4, 8} {
			for op, c := range codes {
				if c.single != 0 {
					f.Do(op, bytes, []*Reg{d, n, m}[:len(c.does)]...)
				}
			}
			for lane := range 16 / bytes {
				f.AddProducts(bytes, d, n, m, lane)
				f.Products(bytes, n, m, lane)
			}
			for _, by := range []int{1, 7, 8*bytes - 1} {
				f.Shift("SSHR", bytes, by, n)
			}
		}
		f.Widened(n, false)
		f.Widened(n, true)
		f.SumOfTwo(n)
	}
	return f
}

// TestEncodings holds every encoding to the mnemonic that is written beside it.
func TestEncodings(t *testing.T) {
	f := everything()
	if len(f.insts) < 4*2*len(codes) {
		t.Fatalf("only %d instructions", len(f.insts))
	}
	for _, in := range f.insts {
		word := in.encoded()
		if got, want := decoded(t, word), numbered(in); !same(got, want) {
			t.Errorf("%#08x is %s, not %s", word, got, want)
		}
	}
}

// same compares two spellings of an instruction.
func same(a, b string) bool { return plain(a) == plain(b) }

var decimalShift = regexp.MustCompile(`#0x[0-9a-f]+`)

func plain(s string) string {
	s = decimalShift.ReplaceAllStringFunc(s, func(h string) string {
		n, _ := strconv.ParseInt(h[1:], 0, 64)
		return "#" + strconv.FormatInt(n, 10)
	})
	return strings.ToUpper(strings.ReplaceAll(s, " ", ""))
}

// TestWords holds each word in the files of package kernel to its comment.
func TestWords(t *testing.T) {
	files, err := filepath.Glob("../../*_arm64.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("no assembly found: %v", err)
	}
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		words := 0
		for s := bufio.NewScanner(file); s.Scan(); {
			hex, comment, found := strings.Cut(strings.TrimPrefix(s.Text(), "\tWORD\t$"), " // ")
			if !found || !strings.Contains(s.Text(), "WORD") {
				continue
			}
			word, err := strconv.ParseUint(hex, 0, 32)
			if err != nil {
				t.Fatal(err)
			}
			if got := decoded(t, uint32(word)); !same(got, comment) {
				t.Fatalf("%s: %s is %s, not %s", name, hex, got, comment)
			}
			words++
		}
		if words == 0 {
			t.Errorf("%s has no words", name)
		}
	}
}
