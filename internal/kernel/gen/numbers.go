package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Comparisons of unsigned numbers: the immediates of VPCMPU.
const (
	atMost  = U8(2)
	notLess = U8(5)
	above   = U8(6)
)

// numbersOf is what both ways to read eight fields work with.
type numbersOf struct {
	text, ends                reg.GPVirtual
	ones                      Mem // in every bit
	local                     Mem // the bits of the bytes of fields, then those of their first bytes
	zeros, nines, dots, minus reg.VecVirtual
	ten, hundred, thousand    reg.VecVirtual
	million                   reg.VecVirtual // 1e8
}

// numbers reads eight fields at a time, in sixteen bytes each, or in thirty-two
// where one of them is longer.
func numbers() {
	tens, hundreds, thousands := pairs("tens", 1, 10, 1), pairs("hundreds", 2, 100, 1), pairs("tenThousands", 2, 10000, 1)
	TEXT("numbers", NOSPLIT, "func(text *byte, ends, before *uint32, groups int, powers *uint64, values *float64, others *uint8)")
	Pragma("noescape")
	Doc("numbers reads the groups of eight fields that end at ends and begin behind before, none of them at the first byte, and no end is less than 33. It stores their values, and a bit for each that has to be read otherwise: what is no plain number of up to 19 digits in up to 32 bytes, and what is too near the middle between two float64. powers are the mantissas of 10^0 to 10^-31, then what is added to the bits of a number for each.")
	p := params("text", "ends", "before", "groups", "powers", "values", "others")
	before, groups, powers, values, others := p[2], p[3], p[4], p[5], p[6]
	o := &numbersOf{text: p[0], ends: p[1], ones: bytesMem("allOnes", math.MaxUint32), local: AllocLocal(64)}
	o.zeros, o.nines, o.dots, o.minus = constant('0', ZMM()), constant(9, ZMM()), constant('.', ZMM()), constant('-', ZMM())
	o.ten, o.hundred, o.thousand, o.million = loaded(tens), loaded(hundreds), loaded(thousands), quads("hundredMillion", 1e8)

	Label("group")
	end, length := YMM(), YMM()
	VMOVDQU64(Mem{Base: o.ends}, end)
	VPSUBD(Mem{Base: before}, end, end)
	VPADDD(o.ones, end, length)
	k, long := K(), GP32()
	VPCMPUD(above, bytesMem("sixteens", 16), length, k)
	KMOVB(k, long)
	TESTL(long, long)
	JNE(LabelRef("long"))
	v, wrong := o.short(length)
	store(v, wrong, values, others)
	Label("next")
	ADDQ(U32(32), o.ends)
	ADDQ(U32(32), before)
	ADDQ(U32(64), values)
	INCQ(others)
	DECQ(groups)
	JNE(LabelRef("group"))
	VZEROUPPER()
	RET()

	Label("long")
	v, wrong = o.long(length, powers)
	store(v, wrong, values, others)
	JMP(LabelRef("next"))
}

func store(v reg.VecVirtual, wrong reg.OpmaskVirtual, values, others reg.GPVirtual) {
	VMOVUPD(v, Mem{Base: values})
	KMOVB(wrong, Mem{Base: others})
}

func loaded(m Mem) reg.VecVirtual {
	v := ZMM()
	VMOVDQU64(m, v)
	return v
}

// quadsMem is memory of eight numbers of 64 bits, which repeat.
func quadsMem(name string, v ...uint64) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(8*i, U64(v[i%len(v)]))
	}
	return m
}

func quads(name string, v ...uint64) reg.VecVirtual { return loaded(quadsMem(name, v...)) }

// bytesMem is memory of eight numbers of 32 bits, which repeat.
func bytesMem(name string, v ...uint32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(v[i%len(v)]))
	}
	return m
}

// bits are the bytes of some fields that are digits, points, minus signs and
// wrong, a bit each.
type bits struct{ digits, points, minus, wrong reg.GPVirtual }

// classify looks at the bytes of some fields, of which valid marks those that
// belong to them and first the first ones. ones has the lowest bit of each field.
func (o *numbersOf) classify(v reg.VecVirtual, valid, first Mem, size int) (d reg.VecVirtual, b bits, before reg.GPVirtual) {
	d = ZMM()
	VPSUBB(o.zeros, v, d)
	kd, kp, km := K(), K(), K()
	VPCMPUB(atMost, o.nines, d, kd)
	VPCMPEQB(o.dots, v, kp)
	VPCMPEQB(o.minus, v, km)
	b = bits{GP64(), GP64(), GP64(), GP64()}
	KMOVQ(kd, b.digits)
	KMOVQ(kp, b.points)
	KMOVQ(km, b.minus)
	ANDQ(valid, b.digits)
	ANDQ(valid, b.points)
	ANDQ(first, b.minus)
	MOVQ(b.digits, b.wrong)
	ORQ(b.points, b.wrong)
	ORQ(b.minus, b.wrong)
	ANDNQ(valid, b.wrong, b.wrong)

	// The lowest bit of each field that has a point, taken from the points, leaves
	// ones below the point; what two have in common is a second point.
	lowest, rest := GP64(), GP64()
	before = GP64()
	low := uint64(math.MaxUint64) / (1<<size - 1)
	most := GP64()
	MOVQ(U64(low*(1<<(size-1)-1)), most)
	MOVQ(b.points, lowest)
	ANDQ(most, lowest)
	ADDQ(most, lowest)
	ORQ(b.points, lowest)
	SHRQ(U8(size-1), lowest)
	MOVQ(U64(low), most)
	ANDQ(most, lowest)
	MOVQ(b.points, rest)
	SUBQ(lowest, rest)
	MOVQ(b.points, before)
	XORQ(rest, before)
	ANDQ(b.points, rest)
	ORQ(rest, b.wrong)
	return d, b, before
}

// fours joins the digits, of which those before the point move one place up over
// it, to numbers of four. moved are the digits one place up.
func (o *numbersOf) fours(d, moved reg.VecVirtual, digits, before reg.GPVirtual) reg.VecVirtual {
	kept, up := GP64(), GP64()
	ANDNQ(digits, before, kept)
	MOVQ(digits, up)
	ANDQ(before, up)
	ADDQ(up, up)
	k1, k2, w := K(), K(), ZMM()
	KMOVQ(kept, k1)
	KMOVQ(up, k2)
	VMOVDQU8_Z(d, k1, w)
	VMOVDQU8(moved, k2, w)
	VPMADDUBSW(o.ten, w, w)
	VPMADDWD(o.hundred, w, w)
	return w
}

// sixteens makes numbers of up to 16 digits of those of four: from a the quads 0,
// 2, 4, 6 and from b the others.
func (o *numbersOf) sixteens(a, b reg.VecVirtual) reg.VecVirtual {
	VPACKUSDW(b, a, a)
	VPMADDWD(o.thousand, a, a)
	lower := ZMM()
	VPSRLQ(U8(32), a, lower)
	VPMULUDQ(o.million, a, a)
	VPADDQ(lower, a, a)
	return a
}

// put is bits in registers of vectors, of which there are more.
type put struct{ digits, points, minus, wrong reg.VecVirtual }

func (b bits) put() put {
	p := put{XMM(), XMM(), XMM(), XMM()}
	VMOVQ(b.digits, p.digits)
	VMOVQ(b.points, p.points)
	VMOVQ(b.minus, p.minus)
	VMOVQ(b.wrong, p.wrong)
	return p
}

// interleave16 is the bits of sixteen bytes of each field in order.
func interleave16(even, odd reg.VecVirtual) reg.VecVirtual {
	VPUNPCKLWD(odd, even, even)
	return even
}

// short reads fields of up to 16 bytes: the mantissa is exact where it is less
// than 2^53, and so is the power of ten, so that one division rounds (W. D.
// Clinger, PLDI 1990).
func (o *numbersOf) short(length reg.VecVirtual) (v reg.VecVirtual, wrong reg.OpmaskVirtual) {
	o.masks16(length)
	var half [2]put
	var w [2]reg.VecVirtual
	for h := range half {
		v := XMM()
		at := GP64()
		MOVL(Mem{Base: o.ends, Disp: 4 * h}, at.As32())
		VMOVDQU64(Mem{Base: o.text, Index: at, Scale: 1, Disp: -16}, v)
		for lane := 1; lane < 4; lane++ {
			at := GP64()
			MOVL(Mem{Base: o.ends, Disp: 4*h + 8*lane}, at.As32())
			insertLane(v, Mem{Base: o.text, Index: at, Scale: 1, Disp: -16}, lane)
		}
		d, b, before := o.classify(whole(v), o.local.Offset(8*h), o.local.Offset(32+8*h), 16)
		moved := ZMM()
		VPSLLDQ(U8(1), d, moved)
		half[h], w[h] = b.put(), o.fours(d, moved, b.digits, before)
	}
	man := o.sixteens(w[0], w[1])
	scale := ZMM()
	VPMOVZXWQ(interleave16(half[0].points, half[1].points), scale)
	VPLZCNTQ(scale, scale) // 48 and the digits behind the point, 64 without
	exact := make([]uint64, 16)
	for i := range exact {
		exact[i] = math.Float64bits(math.Pow10(i))
	}
	low := quads("exactPowers", exact[:8]...)
	VPERMI2PD(quadsMem("exactPowersBehind", exact[8:]...), low, scale)
	v, wrong = ZMM(), K()
	VPCMPUQ(notLess, quadsMem("exactMantissas", 1<<53), man, wrong)
	VCVTUQQ2PD(man, v)
	VDIVPD(scale, v, v)
	k := K()
	sign := interleave16(half[0].minus, half[1].minus)
	VPTESTMW(sign, sign, k)
	VPORQ(quadsMem("signs", 1<<63), v, k, v)
	bad, none := interleave16(half[0].wrong, half[1].wrong), interleave16(half[0].digits, half[1].digits)
	VPTESTMW(bad, bad, k)
	KORB(k, wrong, wrong)
	VPTESTNMW(none, none, k)
	KORB(k, wrong, wrong)
	return v, wrong
}

// insertLane puts sixteen bytes of memory into a lane of v.
func insertLane(v reg.VecVirtual, m Mem, lane int) {
	switch lane {
	case 1:
		VINSERTI32X4(U8(1), m, v.AsY(), v.AsY())
	default:
		VINSERTI32X4(U8(lane), m, v.AsZ(), v.AsZ())
	}
}

// masks16 stores, for fields 0, 2, 4, 6, 1, 3, 5, 7, which of their sixteen bytes
// are theirs, and which is the first.
func (o *numbersOf) masks16(length reg.VecVirtual) {
	shift, order, all, one := YMM(), YMM(), YMM(), YMM()
	VMOVDQU64(bytesMem("evensFirst", 0, 2, 4, 6, 1, 3, 5, 7), order)
	VMOVDQU64(bytesMem("sixteensAgain", 16), shift)
	VPSUBD(length, shift, shift)
	VPERMD(shift, order, shift)
	VMOVDQU64(o.ones, all)
	VPSLLVD(shift, all, all)
	VPMOVDW(all, o.local)
	VMOVDQU64(bytesMem("ones", 1), one)
	VPSLLVD(shift, one, one)
	VPMOVDW(one, o.local.Offset(32))
}

// long reads fields of up to 32 bytes and 19 digits by the upper half of the
// product with a power of five, as package decimal's nearest does; the product of
// the lower halves is left out.
func (o *numbersOf) long(length reg.VecVirtual, powers reg.GPVirtual) (reg.VecVirtual, reg.OpmaskVirtual) {
	o.masks32(length)
	var part [4]put
	var w [4]reg.VecVirtual
	for i, first := range []int{0, 1, 4, 5} {
		v, moved := YMM(), YMM()
		a, b := GP64(), GP64()
		MOVL(Mem{Base: o.ends, Disp: 4 * first}, a.As32())
		MOVL(Mem{Base: o.ends, Disp: 4 * (first + 2)}, b.As32())
		VMOVDQU64(Mem{Base: o.text, Index: a, Scale: 1, Disp: -32}, v)
		VINSERTI64X4(U8(1), Mem{Base: o.text, Index: b, Scale: 1, Disp: -32}, v.AsZ(), v.AsZ())
		VMOVDQU64(Mem{Base: o.text, Index: a, Scale: 1, Disp: -33}, moved)
		VINSERTI64X4(U8(1), Mem{Base: o.text, Index: b, Scale: 1, Disp: -33}, moved.AsZ(), moved.AsZ())
		d, bits, before := o.classify(whole(v), o.local.Offset(8*i), o.local.Offset(32+8*i), 32)
		VPSUBB(o.zeros, moved.AsZ(), moved.AsZ())
		part[i], w[i] = bits.put(), o.fours(d, whole(moved), bits.digits, before)
	}
	x, y := o.sixteens(w[0], w[1]), o.sixteens(w[2], w[3])
	high, man := ZMM(), ZMM()
	VMOVDQU64(quadsMem("highHalves", 0, 1, 4, 5, 8, 9, 12, 13), high)
	VPERMI2Q(y, x, high)
	VMOVDQU64(quadsMem("lowHalves", 2, 3, 6, 7, 10, 11, 14, 15), man)
	VPERMI2Q(y, x, man)
	wrong := K()
	VPCMPUQ(above, quadsMem("highDigits", 999), high, wrong)
	VPMULLQ(quadsMem("tenToThe16", 10_000_000_000_000_000), high, high)
	VPADDQ(high, man, man)

	index := ZMM()
	VPMOVZXDQ(interleave32(part, func(b put) reg.VecVirtual { return b.points }), index)
	VPLZCNTQ(index, index) // 32 and the digits behind the point, 64 without
	v, unsure := o.nearest(man, index, powers)
	KORB(unsure, wrong, wrong)
	k := K()
	sign := interleave32(part, func(b put) reg.VecVirtual { return b.minus })
	VPTESTMD(sign, sign, k)
	VPORQ(quadsMem("signsAgain", 1<<63), v, k, v)
	bad, none := interleave32(part, func(b put) reg.VecVirtual { return b.wrong }), interleave32(part, func(b put) reg.VecVirtual { return b.digits })
	VPTESTMD(bad, bad, k)
	KORB(k, wrong, wrong)
	VPTESTNMD(none, none, k)
	KORB(k, wrong, wrong)
	return v, wrong
}

// interleave32 is the bits of 32 bytes of each field in order.
func interleave32(part [4]put, of func(put) reg.VecVirtual) reg.Register {
	var x [4]reg.VecVirtual
	for i, b := range part {
		x[i] = of(b)
	}
	VPUNPCKLDQ(x[1], x[0], x[0])
	VPUNPCKLDQ(x[3], x[2], x[2])
	v := x[0].AsY()
	VINSERTI32X4(U8(1), x[2], v, v)
	return v
}

// masks32 is masks16 for 32 bytes, for fields 0, 2, 1, 3, 4, 6, 5, 7.
func (o *numbersOf) masks32(length reg.VecVirtual) {
	shift, order, all, one := YMM(), YMM(), YMM(), YMM()
	VMOVDQU64(bytesMem("pairsFirst", 0, 2, 1, 3, 4, 6, 5, 7), order)
	VMOVDQU64(bytesMem("thirtyTwos", 32), shift)
	VPSUBD(length, shift, shift)
	VPERMD(shift, order, shift)
	VMOVDQU64(o.ones, all)
	VPSLLVD(shift, all, all)
	VMOVDQU64(all, o.local)
	VMOVDQU64(bytesMem("onesAgain", 1), one)
	VPSLLVD(shift, one, one)
	VMOVDQU64(one, o.local.Offset(32))
}

// whole is the register that v is a part of.
func whole(v reg.VecVirtual) reg.VecVirtual { return v.AsZ().(reg.VecVirtual) }
