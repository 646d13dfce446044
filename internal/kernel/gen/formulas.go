package main

import . "github.com/mmcloughlin/avo/operand"

// arith writes arithmetic on whole vectors of one element type in one
// instruction set, V being its registers. Every method yields a new register, so
// that a formula reads from top to bottom; where an Op is taken, that may be a
// constant.
type arith[V Op] interface {
	num(x float64) Op // a constant, rounded to the element type
	bits(b uint64) Op // a constant, by its bits
	move(a Op) V
	constant(x float64) V

	add(a, b Op) V
	sub(a, b Op) V
	times(a, b Op) V
	div(a, b Op) V
	fmadd(a, b, c Op) V        // a·b + c, rounded once
	fnmadd(a, b, c Op) V       // c − a·b
	fmsub(a, b, c Op) V        // a·b − c
	poly(x V, c ...float64) V  // c[0] + c[1]x + c[2]x² + …
	addTo(acc, x V)            // acc = acc + x
	addProduct(acc, a, b V)    // acc = acc + a·b, rounded once
	larger(a, b V) V           // NaN if either is
	smaller(a, b V) V          // NaN if either is
	atMost(x V, b float64) V   // NaN stays
	atLeast(x V, b float64) V  // NaN stays
	clip(x, low, high V) V     // NaN in x stays
	sqrt(x V) V                // √x
	round(x V) V               // the nearest whole number, ties to even
	rounded(x V, mode uint8) V // a whole number near x: 9 not above, 10 not below
	and(a, b Op) V
	or(a, b Op) V
	xor(a, b Op) V
	choose(predicate uint8, a V, b, t Op, f V) V // t where a ⟨predicate⟩ b, and f elsewhere
	keep(predicate uint8, a V, b Op, x V) V      // x where a ⟨predicate⟩ b, and 0 elsewhere

	scale(x, n V) V                               // x·2ⁿ for a whole n within twice the range of exponents
	split(x V) (m, e V)                           // x = m·2ᵉ with m in [1, 2), for finite positive x
	quadrant(n V, shift uint64) (odd, negative V) // see circular
	selectBySign(m, t, f V) V                     // t where the sign bit of m is set, and f elsewhere
}

// formulas are what is written in terms of arith, for elements of so many bytes.
type formulas[V Op] struct {
	arith[V]
	size int
}

// writer writes kernels around formulas.
type writer[V Op] interface {
	// loop: dst[i] = f(a[i], …, s…) over vectors and numbers.
	loop(name, doc string, vectors, scalars int, f func(in []V) V)
	// sum: running sums, to which f adds; lanes beyond the end count as empty.
	sum(name, doc string, vectors int, empty float64, f func(acc V, x []V))
	// extreme: the largest or smallest of(a); first is the one of none.
	extreme(name, doc string, first float64, join func(a, b V) V, of func(x V) V)
	// update: one pass of a rule, see avx_update.go.
	update(name, doc, written string, settings int, f func(in, s []V) []V)
	powInt()
	shares()
}

// kernels are the formulas and what writes them.
type kernels[V Op] struct {
	formulas[V]
	writer[V]
}

// vectorKernels writes what paths lists, a group in all versions at a time.
func vectorKernels[V Op](versions []kernels[V]) {
	for _, group := range []func(kernels[V]){mathFunctions[V], arithmetic[V], reductions[V], updates[V], trigonometry[V], kernels[V].bytes} {
		for _, v := range versions {
			group(v)
		}
	}
}

func (v kernels[V]) bytes() { v.shares() }
