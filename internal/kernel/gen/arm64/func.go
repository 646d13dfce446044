// Package arm64 writes functions in Go's assembly language for arm64: with
// registers without number, which are allotted at the end, and with the vector
// instructions of ARMv8.0 that Go's assembler does not know, as words.
package arm64

import (
	"fmt"
	"strings"
)

// Reg is a register of a function, a general one or one for vectors.
type Reg struct {
	vector     bool
	number     int // in the machine, once allotted
	start, end int // the first and the last instruction that holds it
}

// Asm is the name of the register, as avo's operands have.
func (r *Reg) Asm() string {
	if r.vector {
		return fmt.Sprint("V", r.number)
	}
	return fmt.Sprint("R", r.number)
}

// inst is one instruction: text with {0}, {1}, … in the places of the numbers of
// its registers, and what it does to each of these: write it, read it, or both
// (x). A word is an encoding to which the numbers are added at bits 0, 5 and 16.
type inst struct {
	text   string
	does   string
	regs   []*Reg
	word   uint32
	label  string // a label here, or the one to go to
	jumps  bool
	copies bool // moves the second register to the first
}

// Func is a function under way.
type Func struct {
	name, doc string
	frame
	insts []inst
}

// Vector is a new register for a vector, Int one for a number or an address.
func (f *Func) Vector() *Reg { return &Reg{vector: true, start: -1} }

// Int is a new general register.
func (f *Func) Int() *Reg { return &Reg{start: -1} }

// Go adds an instruction of Go's assembler.
func (f *Func) Go(text, does string, regs ...*Reg) {
	f.insts = append(f.insts, inst{text: text, does: does, regs: regs})
}

// Len is the number of instructions so far.
func (f *Func) Len() int { return len(f.insts) }

// Label marks a place, which belongs to this function alone.
func (f *Func) Label(name string) { f.insts = append(f.insts, inst{label: name}) }

// Jump goes to a label: op is a branch with its condition, or CBZ and CBNZ with
// a register.
func (f *Func) Jump(op, label string, regs ...*Reg) {
	text := op
	if len(regs) > 0 {
		text += "\tR{0},"
	}
	f.insts = append(f.insts, inst{text: text, does: strings.Repeat("r", len(regs)), regs: regs, label: label, jumps: true})
}

// Param loads a parameter: an address or a number into a general register, a
// float into the lowest lane of a vector.
func (f *Func) Param(name string) *Reg {
	p := f.param(name)
	op, r, form := "MOVD", f.Int(), "R{0}"
	switch p.kind {
	case "float32":
		op, r, form = "FMOVS", f.Vector(), "F{0}"
	case "float64":
		op, r, form = "FMOVD", f.Vector(), "F{0}"
	case "uint32":
		op = "MOVWU"
	}
	f.Go(fmt.Sprintf("%s\t%s+%d(FP), %s", op, name, p.offset, form), "w", r)
	return r
}

// Params loads several.
func (f *Func) Params(names ...string) []*Reg {
	rs := make([]*Reg, len(names))
	for i, n := range names {
		rs[i] = f.Param(n)
	}
	return rs
}

// Return stores the lowest lane of a vector as the float64 result with this name.
func (f *Func) Return(name string, r *Reg) {
	f.Go(fmt.Sprintf("FMOVD\tF{0}, %s+%d(FP)", name, f.param(name).offset), "r", r)
}

// Done ends the function.
func (f *Func) Done() {
	f.Go("RET", "")
	f.allot()
}

// Move is a copy of a vector.
func (f *Func) Move(from *Reg) *Reg {
	r := f.Vector()
	f.insts = append(f.insts, inst{text: "VMOV\tV{1}.B16, V{0}.B16", does: "wr", regs: []*Reg{r, from}, copies: true})
	return r
}

// MoveTo copies a vector to a register that is in use already.
func (f *Func) MoveTo(to, from *Reg) { f.Go("VMOV\tV{1}.B16, V{0}.B16", "wr", to, from) }

// Copy is a copy of a general register.
func (f *Func) Copy(from *Reg) *Reg {
	r := f.Int()
	f.insts = append(f.insts, inst{text: "MOVD\tR{1}, R{0}", does: "wr", regs: []*Reg{r, from}, copies: true})
	return r
}

// CopyTo copies a general register to one that is in use already.
func (f *Func) CopyTo(to, from *Reg) { f.Go("MOVD\tR{1}, R{0}", "wr", to, from) }

// Add, Sub and Subs work on a general register and a number; Subs sets the flags
// for a branch.
func (f *Func) Add(n int, r *Reg) { f.Go(fmt.Sprintf("ADD\t$%d, R{0}, R{0}", n), "x", r) }

// Subs takes n from r and sets the flags.
func (f *Func) Subs(n int, r *Reg) { f.Go(fmt.Sprintf("SUBS\t$%d, R{0}, R{0}", n), "x", r) }

// Step adds one general register to another.
func (f *Func) Step(by, r *Reg) { f.Go("ADD\tR{1}, R{0}, R{0}", "xr", r, by) }

// Mem is a place: an address, and a distance from it in bytes or another
// register.
type Mem struct {
	Base, Index *Reg
	Off         int
}

func (m Mem) operand(base, index int) string {
	switch {
	case m.Index != nil:
		return fmt.Sprintf("(R{%d})(R{%d})", base, index)
	case m.Off != 0:
		return fmt.Sprintf("%d(R{%d})", m.Off, base)
	}
	return fmt.Sprintf("(R{%d})", base)
}

var moves = map[int]string{4: "FMOVS", 8: "FMOVD", 16: "FMOVQ"}

// Load reads the lowest bytes of a vector, 4, 8 or all 16; the others are 0.
func (f *Func) Load(bytes int, m Mem) *Reg {
	r := f.Vector()
	f.LoadTo(r, bytes, m)
	return r
}

// LoadTo is Load into a register that may be in use already.
func (f *Func) LoadTo(r *Reg, bytes int, m Mem) {
	text := moves[bytes] + "\t" + m.operand(1, 2) + ", F{0}"
	if m.Index != nil {
		f.Go(text, "wrr", r, m.Base, m.Index)
	} else {
		f.Go(text, "wr", r, m.Base)
	}
}

// LoadPair reads two whole vectors that follow one another.
func (f *Func) LoadPair(m Mem) (a, b *Reg) {
	a, b = f.Vector(), f.Vector()
	f.Go("FLDPQ\t"+m.operand(2, 3)+", (F{0}, F{1})", "wwr", a, b, m.Base)
	return a, b
}

// Store writes the lowest bytes of a vector.
func (f *Func) Store(bytes int, r *Reg, m Mem) {
	text := moves[bytes] + "\tF{0}, " + m.operand(1, 2)
	if m.Index != nil {
		f.Go(text, "rrr", r, m.Base, m.Index)
	} else {
		f.Go(text, "rr", r, m.Base)
	}
}

// Spread is a vector with the element at m, of so many bytes, in every lane.
func (f *Func) Spread(bytes int, base *Reg) *Reg {
	r := f.Vector()
	f.Go(fmt.Sprintf("VLD1R\t(R{1}), [V{0}.%s]", lanes(bytes)), "wr", r, base)
	return r
}

// LoadLane reads one element into lane 0 of r.
func (f *Func) LoadLane(r *Reg, bytes int, base *Reg) {
	f.Go(fmt.Sprintf("VLD1\t(R{1}), V{0}.%s[0]", letter(bytes)), "xr", r, base)
}

// Prefetch asks for the line at m.
func (f *Func) Prefetch(m Mem) { f.Go("PRFM\t"+m.operand(0, 1)+", PLDL1KEEP", "r", m.Base) }

// lanes are all lanes of elements of so many bytes, letter one of them, in Go's
// words.
func lanes(bytes int) string { return map[int]string{4: "S4", 8: "D2"}[bytes] }

func letter(bytes int) string { return map[int]string{4: "S", 8: "D"}[bytes] }
