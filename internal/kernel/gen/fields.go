package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields writes the reading of numbers between separators, for package decimal.
func fields() error {
	marks()
	numbers()
	return nil
}

// everywhere is a register with the same byte in every place.
func everywhere(b reg.Register, v reg.VecVirtual) reg.VecVirtual {
	VPBROADCASTB(b, v)
	return v
}

// constant is a vector of the same byte.
func constant(b uint32, v reg.VecVirtual) reg.VecVirtual {
	r := GP32()
	MOVL(U32(b), r)
	return everywhere(r, v)
}

// marks compares 64 bytes at a time and takes the places of the bits that are set,
// eight at a time whether there are as many or not.
func marks() {
	TEXT("marks", NOSPLIT, "func(text *byte, n int, sep byte, ends, lines *uint32) (fields, rows int)")
	Pragma("noescape")
	Doc("marks stores the offsets of separators and line ends among n bytes, a multiple of 64, and at each line end how many of these there were until then. It returns how many it stored, and may write up to 8 ends more.")
	text, n := Load(Param("text"), GP64()), Load(Param("n"), GP64())
	sep := Load(Param("sep"), GP32())
	first := Load(Param("ends"), GP64())
	row := Load(Param("lines"), GP64())
	seps, lines := everywhere(sep, ZMM()), constant('\n', ZMM())
	out, base := GP64(), GP32()
	MOVQ(first, out)
	XORL(base, base)
	Label("block")
	v := ZMM()
	VMOVDQU8(Mem{Base: text}, v)
	k, k2 := K(), K()
	VPCMPEQB(seps, v, k)
	VPCMPEQB(lines, v, k2)
	KORQ(k, k2, k)
	bits, count, place, breaks := GP64(), GP64(), GP64(), GP64()
	KMOVQ(k, bits)
	KMOVQ(k2, breaks)
	POPCNTQ(bits, count)
	TESTQ(breaks, breaks)
	JEQ(LabelRef("marked"))
	done := GP64()
	MOVQ(out, done)
	SUBQ(first, done)
	SHRQ(U8(2), done)
	INCQ(done)
	Label("line")
	at, before := GP64(), GP64()
	TZCNTQ(breaks, at)
	BZHIQ(at, bits, before)
	POPCNTQ(before, before)
	ADDQ(done, before)
	MOVL(before.As32(), Mem{Base: row})
	ADDQ(U32(4), row)
	BLSRQ(breaks, breaks)
	JNE(LabelRef("line"))
	Label("marked")
	MOVQ(out, place)
	Label("eight")
	for i := range 8 {
		at := GP64()
		TZCNTQ(bits, at)
		ADDL(base, at.As32())
		MOVL(at.As32(), Mem{Base: place, Disp: 4 * i})
		BLSRQ(bits, bits)
	}
	ADDQ(U32(32), place)
	TESTQ(bits, bits)
	JNE(LabelRef("eight"))
	LEAQ(Mem{Base: out, Index: count, Scale: 4}, out)
	ADDQ(U32(64), text)
	ADDL(U32(64), base)
	SUBQ(U32(64), n)
	JG(LabelRef("block"))
	SUBQ(first, out)
	SHRQ(U8(2), out)
	Store(out, ReturnIndex(0))
	start := Load(Param("lines"), GP64())
	SUBQ(start, row)
	SHRQ(U8(2), row)
	Store(row, ReturnIndex(1))
	VZEROUPPER()
	RET()
}

// pairs is a vector of two alternating numbers of so many bytes.
func pairs(name string, size int, high, low uint64) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for at := 0; at < 64; at += 2 * size {
		switch size {
		case 1:
			DATA(at, U8(high))
			DATA(at+1, U8(low))
		case 2:
			DATA(at, U16(high))
			DATA(at+2, U16(low))
		}
	}
	return m
}
