package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/mmcloughlin/avo/operand"

	"descent/internal/kernel/gen/arm64"
)

// neon writes arithmetic on whole vectors of one element type for arm64. A vector
// has 16 bytes and there are no masks: what is left behind the last whole vector
// is taken an element at a time.
type neon struct {
	elem
	*neonFile
}

// neonFile is the file being written, the function under way, and the register
// with the address of the constants of its element type.
type neonFile struct {
	*arm64.File
	prefix string
	fn     *arm64.Func
	table  *arm64.Reg
}

// neonFiles writes all of arm64 to a folder.
func neonFiles(dir string) error {
	file := &neonFile{File: new(arm64.File), prefix: "vec"}
	var all []kernels[*arm64.Reg]
	for _, e := range []elem{f32, f64} {
		all = append(all, neon{e, file}.kernels())
	}
	vectorKernels(all)
	neonPrefetch(file)
	if err := file.Write(filepath.Join(dir, "vec_arm64"), file.prefix); err != nil {
		return err
	}
	if err := writeTable(filepath.Join(dir, "paths_arm64.go"), pathsHead("!noasm"), "NEON"); err != nil {
		return err
	}
	file = &neonFile{File: new(arm64.File), prefix: "rows"}
	for _, e := range []elem{f32, f64} {
		neon{e, file}.rows()
	}
	if err := file.Write(filepath.Join(dir, "rows_arm64"), file.prefix); err != nil {
		return err
	}
	file = &neonFile{File: new(arm64.File), prefix: "asm"}
	neonProducts(file)
	neonNarrow(file)
	if err := file.Write(filepath.Join(dir, "asm_arm64"), file.prefix); err != nil {
		return err
	}
	var families []tileSwitch
	for _, t := range neonFamilies(file) {
		families = append(families, tileSwitch{t.fn(), t.goType, t.height})
	}
	return writeTileSwitch(filepath.Join(dir, "tiles_arm64.go"), families)
}

func (v neon) formulas() formulas[*arm64.Reg] { return formulas[*arm64.Reg]{v, v.size} }

func (v neon) kernels() kernels[*arm64.Reg] { return kernels[*arm64.Reg]{v.formulas(), v} }

func (v neon) lanes() int { return 16 / v.size }

// begin begins a function; %s in its signature is the element type.
func (v neon) begin(name, signature, doc string) {
	v.fn = v.Func(name+v.name+"NEON", strings.ReplaceAll(signature, "%s", v.goType), "is "+doc)
	v.table = v.fn.Table(v.prefix, v.size)
}

// kernel is begin for a kernel that paths lists; kind names the type of its
// versions.
func (v neon) kernel(name, kind, signature, doc string) {
	if _, known := kinds[name]; !known {
		written = append(written, name)
	}
	kinds[name] = kind
	v.begin(name, signature, doc+" over n elements.")
}

// neonConstant is a constant where it lies in its table.
type neonConstant struct {
	offset int
	bits   uint64
}

// Asm makes it an operand of formulas; they are never printed.
func (c neonConstant) Asm() string { return fmt.Sprint(c.offset) }

func (v neon) bits(b uint64) Op { return neonConstant{v.Constant(v.size, b), b} }

func (v neon) num(x float64) Op {
	if v.size == 4 {
		return v.bits(uint64(math.Float32bits(float32(x))))
	}
	return v.bits(math.Float64bits(x))
}

// in is an operand in a register.
func (v neon) in(a Op) *arm64.Reg {
	c, constant := a.(neonConstant)
	if !constant {
		return a.(*arm64.Reg)
	}
	if c.bits == 0 {
		return v.fn.Zero()
	}
	return v.fn.Load(16, arm64.Mem{Base: v.table, Off: c.offset})
}

func (v neon) move(a Op) *arm64.Reg {
	if r, register := a.(*arm64.Reg); register {
		return v.fn.Move(r)
	}
	return v.in(a)
}

func (v neon) constant(x float64) *arm64.Reg { return v.in(v.num(x)) }

// do is an instruction on operands, which are brought into registers first.
func (v neon) do(op string, operands ...Op) *arm64.Reg {
	var regs []*arm64.Reg
	for _, o := range operands {
		regs = append(regs, v.in(o))
	}
	return v.fn.New(op, v.size, regs...)
}

func (v neon) add(a, b Op) *arm64.Reg   { return v.do("FADD", a, b) }
func (v neon) sub(a, b Op) *arm64.Reg   { return v.do("FSUB", a, b) }
func (v neon) times(a, b Op) *arm64.Reg { return v.do("FMUL", a, b) }
func (v neon) div(a, b Op) *arm64.Reg   { return v.do("FDIV", a, b) }
func (v neon) and(a, b Op) *arm64.Reg   { return v.do("VAND", a, b) }
func (v neon) or(a, b Op) *arm64.Reg    { return v.do("VORR", a, b) }
func (v neon) xor(a, b Op) *arm64.Reg   { return v.do("VEOR", a, b) }

func (v neon) sqrt(x *arm64.Reg) *arm64.Reg       { return v.do("FSQRT", x) }
func (v neon) larger(a, b *arm64.Reg) *arm64.Reg  { return v.do("FMAX", a, b) }
func (v neon) smaller(a, b *arm64.Reg) *arm64.Reg { return v.do("FMIN", a, b) }

func (v neon) atMost(x *arm64.Reg, b float64) *arm64.Reg  { return v.do("FMIN", x, v.num(b)) }
func (v neon) atLeast(x *arm64.Reg, b float64) *arm64.Reg { return v.do("FMAX", x, v.num(b)) }

func (v neon) clip(x, low, high *arm64.Reg) *arm64.Reg {
	return v.smaller(v.larger(x, low), high)
}

func (v neon) round(x *arm64.Reg) *arm64.Reg { return v.do("FRINTN", x) }

func (v neon) rounded(x *arm64.Reg, mode uint8) *arm64.Reg {
	return v.do(map[uint8]string{8: "FRINTN", 9: "FRINTM", 10: "FRINTP"}[mode], x)
}

func (v neon) addTo(acc, x *arm64.Reg) { v.fn.Do("FADD", v.size, acc, acc, x) }

func (v neon) addProduct(acc, a, b *arm64.Reg) { v.fn.Do("VFMLA", v.size, acc, a, b) }

func (v neon) fmadd(a, b, c Op) *arm64.Reg { return v.onto("VFMLA", v.move(c), a, b) }

func (v neon) fnmadd(a, b, c Op) *arm64.Reg { return v.onto("VFMLS", v.move(c), a, b) }

func (v neon) fmsub(a, b, c Op) *arm64.Reg { return v.onto("VFMLA", v.do("FNEG", c), a, b) }

// onto works on r and gives it back.
func (v neon) onto(op string, r *arm64.Reg, a, b Op) *arm64.Reg {
	v.fn.Do(op, v.size, r, v.in(a), v.in(b))
	return r
}

// poly is Horner's rule: each coefficient is loaded to be added to.
func (v neon) poly(x *arm64.Reg, c ...float64) *arm64.Reg {
	p := v.constant(c[len(c)-1])
	for _, c := range slices.Backward(c[:len(c)-1]) {
		p = v.fmadd(x, p, v.num(c))
	}
	return p
}

// where has all bits of a lane set where a ⟨predicate⟩ b, or where it does not
// hold, as it says.
func (v neon) where(predicate uint8, a, b *arm64.Reg) (m *arm64.Reg, holds bool) {
	switch predicate {
	case eq:
		return v.do("FCMEQ", a, b), true
	case lt:
		return v.do("FCMGT", b, a), true
	case gt:
		return v.do("FCMGT", a, b), true
	case nlt:
		return v.do("FCMGT", b, a), false
	case nge:
		return v.do("FCMGE", a, b), false
	}
	panic("no such predicate")
}

func (v neon) choose(predicate uint8, a *arm64.Reg, b, t Op, f *arm64.Reg) *arm64.Reg {
	m, holds := v.where(predicate, a, v.in(b))
	if holds {
		return v.onto("VBSL", m, t, f)
	}
	return v.onto("VBSL", m, f, t)
}

func (v neon) keep(predicate uint8, a *arm64.Reg, b Op, x *arm64.Reg) *arm64.Reg {
	if m, holds := v.where(predicate, a, v.in(b)); holds {
		return v.and(m, x)
	} else {
		return v.onto("VBSL", m, v.num(0), x)
	}
}

// scale multiplies by two factors of half the exponent, so that neither
// overflows.
func (v neon) scale(x, n *arm64.Reg) *arm64.Reg {
	mantissa, bias := 23, v.bits(127)
	if v.size == 8 {
		mantissa, bias = 52, v.bits(1023)
	}
	whole := v.do("FCVTNS", n)
	half := v.fn.Shift("SSHR", v.size, 1, whole)
	rest := v.do("VSUB", whole, half)
	for _, h := range []*arm64.Reg{half, rest} {
		x = v.times(x, v.fn.Shift("SHL", v.size, mantissa, v.do("VADD", h, bias)))
	}
	return x
}

// split brings a subnormal into the normal range first.
func (v neon) split(x *arm64.Reg) (m, e *arm64.Reg) {
	least, up, mant, bias := 0x1p-126, 23, uint64(1<<23-1), 127
	if v.size == 8 {
		least, up, mant, bias = 0x1p-1022, 52, 1<<52-1, 1023
	}
	big := v.times(x, v.num(math.Ldexp(1, up)))
	more := v.keep(lt, x, v.num(least), v.constant(float64(up)))
	y := v.choose(lt, x, v.num(least), big, x)
	m = v.or(v.and(y, v.bits(mant)), v.bits(uint64(bias)<<up))
	e = v.do("UCVTF", v.fn.Shift("USHR", v.size, up, y))
	return m, v.sub(v.sub(e, v.num(float64(bias))), more)
}

func (v neon) quadrant(n *arm64.Reg, shift uint64) (odd, negative *arm64.Reg) {
	sum := v.do("VADD", v.do("FCVTNS", n), v.bits(shift))
	odd = v.fn.Shift("SHL", v.size, 8*v.size-1, sum)
	return odd, v.and(v.fn.Shift("SHL", v.size, 8*v.size-2, sum), v.formulas().signBit())
}

func (v neon) selectBySign(m, t, f *arm64.Reg) *arm64.Reg {
	return v.onto("VBSL", v.fn.Shift("SSHR", v.size, 8*v.size-1, m), t, f)
}
