package arm64

import (
	"fmt"
	"strings"
)

// An arithmetic instruction on all lanes of float32 or float64: d = n ⟨op⟩ m, or
// d = ⟨op⟩ n. Go's assembler knows only those without encodings here.
type code struct {
	single, double uint32
	does           string
}

var codes = map[string]code{
	"FADD":   {0x4e20d400, 0x4e60d400, "wrr"},
	"FSUB":   {0x4ea0d400, 0x4ee0d400, "wrr"},
	"FMUL":   {0x6e20dc00, 0x6e60dc00, "wrr"},
	"FDIV":   {0x6e20fc00, 0x6e60fc00, "wrr"},
	"FMAX":   {0x4e20f400, 0x4e60f400, "wrr"},
	"FMIN":   {0x4ea0f400, 0x4ee0f400, "wrr"},
	"FADDP":  {0x6e20d400, 0x6e60d400, "wrr"},
	"FCMEQ":  {0x4e20e400, 0x4e60e400, "wrr"},
	"FCMGE":  {0x6e20e400, 0x6e60e400, "wrr"},
	"FCMGT":  {0x6ea0e400, 0x6ee0e400, "wrr"},
	"FSQRT":  {0x6ea1f800, 0x6ee1f800, "wr"},
	"FABS":   {0x4ea0f800, 0x4ee0f800, "wr"},
	"FNEG":   {0x6ea0f800, 0x6ee0f800, "wr"},
	"FRINTN": {0x4e218800, 0x4e618800, "wr"},
	"FRINTM": {0x4e219800, 0x4e619800, "wr"},
	"FRINTP": {0x4ea18800, 0x4ee18800, "wr"},
	"FCVTNS": {0x4e21a800, 0x4e61a800, "wr"},
	"SCVTF":  {0x4e21d800, 0x4e61d800, "wr"},
	"UCVTF":  {0x6e21d800, 0x6e61d800, "wr"},
	"VFMLA":  {does: "xrr"},
	"VFMLS":  {does: "xrr"},
	"VADD":   {does: "wrr"},
	"VSUB":   {does: "wrr"},
	"VAND":   {does: "wrr"},
	"VORR":   {does: "wrr"},
	"VEOR":   {does: "wrr"},
	"VBSL":   {does: "xrr"},
}

// bitwise instructions know no lanes.
var bitwise = map[string]bool{"VAND": true, "VORR": true, "VEOR": true, "VBSL": true}

// Do adds an instruction that writes d, or works on it: the regs are d, n and m
// in the order of Arm's manual.
func (f *Func) Do(op string, bytes int, regs ...*Reg) {
	c, known := codes[op]
	if !known || len(c.does) != len(regs) {
		panic("arm64: no instruction " + op)
	}
	if c.single == 0 {
		form := lanes(bytes)
		if bitwise[op] {
			form = "B16"
		}
		f.Go(fmt.Sprintf("%[1]s\tV{2}.%[2]s, V{1}.%[2]s, V{0}.%[2]s", op, form), c.does, regs...)
		return
	}
	word := c.single
	if bytes == 8 {
		word = c.double
	}
	f.word(word, op, []string{"V{0}.%s, V{1}.%s", "V{0}.%s, V{1}.%s, V{2}.%s"}[len(regs)-2], manual(bytes), c.does, regs...)
}

// New is Do into a new register.
func (f *Func) New(op string, bytes int, regs ...*Reg) *Reg {
	d := f.Vector()
	f.Do(op, bytes, append([]*Reg{d}, regs...)...)
	return d
}

// word adds an encoded instruction; in its text, for which form stands in every
// place of %s.
func (f *Func) word(word uint32, op, operands, form, does string, regs ...*Reg) {
	f.insts = append(f.insts, inst{text: op + " " + strings.ReplaceAll(operands, "%s", form), does: does, regs: regs, word: word})
}

// manual is the arrangement of lanes in the words of Arm's manual.
func manual(bytes int) string { return map[int]string{4: "4S", 8: "2D"}[bytes] }

// AddProducts is d += n·m[lane], rounded once.
func (f *Func) AddProducts(bytes int, d, n, m *Reg, lane int) {
	word := uint32(0x4f801000) | uint32(lane&1)<<21 | uint32(lane>>1)<<11
	if bytes == 8 {
		word = 0x4fc01000 | uint32(lane)<<11
	}
	f.word(word, "FMLA", fmt.Sprintf("V{0}.%%s, V{1}.%%s, V{2}.%s[%d]", letter(bytes), lane), manual(bytes), "xrr", d, n, m)
}

// Products is n·m[lane] in a new register.
func (f *Func) Products(bytes int, n, m *Reg, lane int) *Reg {
	word, d := uint32(0x4f809000)|uint32(lane&1)<<21|uint32(lane>>1)<<11, f.Vector()
	if bytes == 8 {
		word = 0x4fc09000 | uint32(lane)<<11
	}
	f.word(word, "FMUL", fmt.Sprintf("V{0}.%%s, V{1}.%%s, V{2}.%s[%d]", letter(bytes), lane), manual(bytes), "wrr", d, n, m)
	return d
}

// Widened are the lower two or the upper two float32 of n as float64.
func (f *Func) Widened(n *Reg, upper bool) *Reg {
	d := f.Vector()
	if upper {
		f.word(0x4e617800, "FCVTL2", "V{0}.2D, V{1}.4S", "", "wr", d, n)
	} else {
		f.word(0x0e617800, "FCVTL", "V{0}.2D, V{1}.2S", "", "wr", d, n)
	}
	return d
}

// SumOfTwo is the sum of the two float64 of n, in the lowest lane.
func (f *Func) SumOfTwo(n *Reg) *Reg {
	d := f.Vector()
	f.word(0x7e70d800, "FADDP", "D{0}, V{1}.2D", "", "wr", d, n)
	return d
}

// Shift moves the bits of each lane: SHL to the left, USHR to the right, and
// SSHR to the right with copies of the sign.
func (f *Func) Shift(op string, bytes, by int, n *Reg) *Reg {
	d := f.Vector()
	if op == "SSHR" {
		word := uint32(0x4f000400) | uint32(16*bytes-by)<<16
		f.word(word, op, fmt.Sprintf("V{0}.%%s, V{1}.%%s, #%d", by), manual(bytes), "wr", d, n)
		return d
	}
	f.Go(fmt.Sprintf("V%[1]s\t$%[2]d, V{1}.%[3]s, V{0}.%[3]s", op, by, lanes(bytes)), "wr", d, n)
	return d
}

// Spreaded is a vector with one lane of n in every lane.
func (f *Func) Spreaded(bytes int, n *Reg, lane int) *Reg {
	d := f.Vector()
	f.Go(fmt.Sprintf("VDUP\tV{1}.%s[%d], V{0}.%s", letter(bytes), lane, lanes(bytes)), "wr", d, n)
	return d
}

// Turned is n, so many bytes of its lower end moved to its upper end.
func (f *Func) Turned(n *Reg, bytes int) *Reg {
	d := f.Vector()
	f.Go(fmt.Sprintf("VEXT\t$%d, V{1}.B16, V{2}.B16, V{0}.B16", bytes), "wrr", d, n, n)
	return d
}

// Zipped are the lower halves of a and b, or the upper ones, their lanes in turn.
func (f *Func) Zipped(bytes int, a, b *Reg, upper bool) *Reg {
	d, op := f.Vector(), "VZIP1"
	if upper {
		op = "VZIP2"
	}
	f.Go(fmt.Sprintf("%s\tV{2}.%[2]s, V{1}.%[2]s, V{0}.%[2]s", op, lanes(bytes)), "wrr", d, a, b)
	return d
}

// Zero is a vector of zeros.
func (f *Func) Zero() *Reg {
	d := f.Vector()
	f.Go("VEOR\tV{0}.B16, V{0}.B16, V{0}.B16", "w", d)
	return d
}
