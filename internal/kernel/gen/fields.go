package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields writes the reading of numbers between separators, for package decimal.
func fields() error {
	marks()
	mantissas()
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
	TEXT("marks", NOSPLIT, "func(text *byte, n int, sep byte, ends *uint32) int")
	Pragma("noescape")
	Doc("marks stores the offsets of separators and line ends among n bytes, a multiple of 64, and returns how many there are. It may write up to 8 places more.")
	text, n := Load(Param("text"), GP64()), Load(Param("n"), GP64())
	sep := Load(Param("sep"), GP32())
	first := Load(Param("ends"), GP64())
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
	bits, count, place := GP64(), GP64(), GP64()
	KMOVQ(k, bits)
	POPCNTQ(bits, count)
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
	VZEROUPPER()
	RET()
}

// pairs is a vector of two alternating numbers of so many bytes.
func pairs(name string, size int, high, low uint64) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for at := 0; at < 32; at += 2 * size {
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

// mantissas takes the digits of one field after the other: the 32 bytes before its
// end, those before the point moved one place up over the point, become four
// numbers of eight digits.
func mantissas() {
	tens, hundreds, thousands := pairs("tens", 1, 10, 1), pairs("hundreds", 2, 100, 1), pairs("tenThousands", 2, 10000, 1)
	TEXT("mantissas", NOSPLIT, "func(text *byte, start int, ends *uint32, n int, man *uint64, facts *uint32)")
	Pragma("noescape")
	Doc("mantissas reads n fields, of which the first begins at start; no end is less than 33. It stores their digits as a number, and as facts the digits behind the point, the sign (bit 8), a line end behind (bit 9), and whether this is no plain number of up to 19 digits (bit 16).")
	p := params("text", "start", "ends", "n", "man", "facts")
	text, start, ends, n, man, facts := p[0], p[1], p[2], p[3], p[4], p[5]
	zeros, nines, dots := constant('0', YMM()), constant(9, YMM()), constant('.', YMM())
	ten, hundred, thousand := YMM(), YMM(), YMM()
	VMOVDQU(tens, ten)
	VMOVDQU(hundreds, hundred)
	VMOVDQU(thousands, thousand)
	big := GLOBL("tenToThe16", RODATA|NOPTR)
	DATA(0, U64(10_000_000_000_000_000))

	Label("field")
	end, length, at := GP64(), GP64(), GP64()
	MOVL(Mem{Base: ends}, end.As32())
	MOVQ(end, length)
	SUBQ(start, length)
	LEAQ(Mem{Base: text, Index: end, Scale: 1}, at)
	v, d := YMM(), YMM()
	VMOVDQU(Mem{Base: at, Disp: -32}, v)
	VPSUBB(zeros, v, d)
	kd, kp := K(), K()
	VPCMPUB(U8(2), nines, d, kd)
	VPCMPEQB(dots, v, kp)
	digits, point := GP64(), GP64()
	KMOVD(kd, digits.As32())
	KMOVD(kp, point.As32())
	shift, valid := GP64(), GP64()
	MOVL(U32(32), shift.As32())
	SUBQ(length, shift)
	MOVL(U32(0xFFFFFFFF), valid.As32())
	SHLXQ(shift, valid, valid)
	ANDL(valid.As32(), digits.As32())
	ANDL(valid.As32(), point.As32())

	char, minus, sign := GP64(), GP64(), GP64()
	MOVBLZX(Mem{Base: text, Index: start, Scale: 1}, char.As32())
	XORL(minus.As32(), minus.As32())
	XORL(sign.As32(), sign.As32())
	CMPL(char.As32(), U32('+'))
	SETEQ(sign.As8())
	CMPL(char.As32(), U32('-'))
	SETEQ(minus.As8())
	ORL(minus.As32(), sign.As32())
	SHLXQ(shift, sign, sign)

	// What is no digit, no point and no sign is wrong, and so are two points, no
	// digit, and more than 32 bytes.
	wrong, flag := GP64(), GP64()
	ORL(digits.As32(), sign.As32())
	ORL(point.As32(), sign.As32())
	ANDNL(valid.As32(), sign.As32(), wrong.As32())
	BLSRL(point.As32(), flag.As32())
	ORL(flag.As32(), wrong.As32())
	XORL(flag.As32(), flag.As32())
	CMPQ(length, U32(32))
	SETHI(flag.As8())
	ORL(flag.As32(), wrong.As32())
	TESTL(digits.As32(), digits.As32())
	SETEQ(flag.As8())
	ORL(flag.As32(), wrong.As32())

	before, kept := GP64(), GP64()
	XORL(flag.As32(), flag.As32())
	BLSMSKL(point.As32(), before.As32())
	CMOVLCS(flag.As32(), before.As32())
	ANDNL(digits.As32(), before.As32(), kept.As32())
	ADDL(digits.As32(), digits.As32())
	ANDL(before.As32(), digits.As32())
	ka, kb := K(), K()
	KMOVD(kept.As32(), ka)
	KMOVD(digits.As32(), kb)
	w, moved := YMM(), YMM()
	VMOVDQU(Mem{Base: at, Disp: -33}, moved) // before w, which the next but one also reads
	VPSUBB_Z(zeros, v, ka, w)
	VPSUBB(zeros, moved, kb, w)
	VPMADDUBSW(ten, w, w)
	VPMADDWD(hundred, w, w)
	VPACKUSDW(w, w, w)
	VPMADDWD(thousand, w, w)
	upper, lower, last := GP64(), GP64(), GP64()
	VMOVQ(w.AsX(), upper)
	VEXTRACTI128(U8(1), w, w.AsX())
	VMOVQ(w.AsX(), lower)
	RORQ(U8(32), upper)
	XORL(flag.As32(), flag.As32())
	CMPQ(upper, U32(999))
	SETHI(flag.As8())
	ORL(flag.As32(), wrong.As32())
	MOVQ(lower, last)
	SHRQ(U8(32), last)
	SHLQ(U8(32), lower)
	SHRQ(U8(32), lower)
	IMULQ(big, upper)
	IMUL3Q(U32(100_000_000), lower, lower)
	ADDQ(upper, lower)
	ADDQ(last, lower)
	MOVQ(lower, Mem{Base: man})

	ORL(U32(1<<31), point.As32())
	TZCNTL(point.As32(), point.As32())
	XORL(U32(31), point.As32())
	SHLL(U8(8), minus.As32())
	ORL(minus.As32(), point.As32())
	XORL(flag.As32(), flag.As32())
	CMPB(Mem{Base: at}, U8('\n'))
	SETEQ(flag.As8())
	SHLL(U8(9), flag.As32())
	ORL(flag.As32(), point.As32())
	XORL(flag.As32(), flag.As32())
	TESTL(wrong.As32(), wrong.As32())
	SETNE(flag.As8())
	SHLL(U8(16), flag.As32())
	ORL(flag.As32(), point.As32())
	MOVL(point.As32(), Mem{Base: facts})

	LEAQ(Mem{Base: end, Disp: 1}, start)
	ADDQ(U32(4), ends)
	ADDQ(U32(8), man)
	ADDQ(U32(4), facts)
	DECQ(n)
	JNE(LabelRef("field"))
	VZEROUPPER()
	RET()
}
