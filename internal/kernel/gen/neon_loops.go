package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/internal/kernel/gen/arm64"
)

func (v neon) loop(name, doc string, vectors, scalars int, f func(in []*arm64.Reg) *arm64.Reg) {
	sources := []string{"a", "b", "c", "d"}[:vectors]
	sig := "func(" + strings.Join(append([]string{"dst"}, sources...), ", ") + " *%s"
	for i := range scalars {
		sig += fmt.Sprintf(", s%d %%s", i)
	}
	v.kernel(name, fmt.Sprintf("map%d%d", vectors, scalars), sig+", n int)", doc)
	ptr := v.pointers(append([]string{"dst"}, sources...))
	s := v.scalars(scalars)
	many := 2
	if v.length(vectors+scalars, f) > 24 { // enough for the processor to overlap
		many = 1
	}
	v.walk(v.fn.Param("n"), ptr, []string{"dst"}, sources, many, func(in []*arm64.Reg) []*arm64.Reg {
		return []*arm64.Reg{f(append(in, s...))}
	})
	v.fn.Done()
}

// length is how many instructions f writes.
func (v neon) length(inputs int, f func(in []*arm64.Reg) *arm64.Reg) int {
	keep := v.fn
	defer func() { v.fn = keep }()
	v.fn = new(arm64.Func)
	var in []*arm64.Reg
	for range inputs {
		in = append(in, v.fn.Vector())
	}
	f(in)
	return v.fn.Len()
}

func (v neon) update(name, doc, written string, settings int, f func(in, s []*arm64.Reg) []*arm64.Reg) {
	v.kernel(name, "update", "func(y, x, grad, m, v *%s, s0, s1, s2, s3, s4, s5, s6 %s, n int)", doc)
	targets := strings.Fields(written)
	sources := targets
	if targets[0] == "y" {
		sources = append(append([]string{"x"}, targets[1:]...), "grad")
	}
	s := v.scalars(settings)
	ptr := v.pointers(append(slices.Clone(targets), sources...))
	v.walk(v.fn.Param("n"), ptr, targets, sources, 2, func(in []*arm64.Reg) []*arm64.Reg { return f(in, s) })
	v.fn.Done()
}

// pointers loads the parameters of these names, which may repeat.
func (v neon) pointers(names []string) map[string]*arm64.Reg {
	ptr := map[string]*arm64.Reg{}
	for _, p := range names {
		if ptr[p] == nil {
			ptr[p] = v.fn.Param(p)
		}
	}
	return ptr
}

// scalars spreads the parameters s0, s1, …
func (v neon) scalars(n int) (s []*arm64.Reg) {
	for i := range n {
		s = append(s, v.fn.Spreaded(v.size, v.fn.Param(fmt.Sprint("s", i)), 0))
	}
	return s
}

// walk writes f from the sources to the targets over n elements.
func (v neon) walk(n *arm64.Reg, ptr map[string]*arm64.Reg, targets, sources []string, many int, f func(in []*arm64.Reg) []*arm64.Reg) {
	var all []*arm64.Reg
	for _, p := range []string{"dst", "y", "x", "grad", "m", "v", "a", "b", "c", "d"} { // in a fixed order
		if ptr[p] != nil {
			all = append(all, ptr[p])
		}
	}
	v.steps(n, all, many, func(count, bytes int) {
		var in [][]*arm64.Reg
		for u := range count {
			var x []*arm64.Reg
			for _, p := range sources {
				x = append(x, v.fn.Load(bytes, arm64.Mem{Base: ptr[p], Off: u * bytes}))
			}
			in = append(in, x)
		}
		for u, x := range in {
			for i, y := range f(x) {
				v.fn.Store(bytes, y, arm64.Mem{Base: ptr[targets[i]], Off: u * bytes})
			}
		}
	})
}

// steps writes the loops over n elements: body for many vectors at a time, for
// one, and for single elements, of which bytes tells. The pointers move along.
func (v neon) steps(n *arm64.Reg, ptrs []*arm64.Reg, many int, body func(count, bytes int)) {
	f := v.fn
	loop := func(name string, count, bytes int) {
		elements := count * bytes / v.size
		f.Subs(elements, n)
		f.Jump("BLT", name+"Done")
		f.Label(name)
		body(count, bytes)
		for _, p := range ptrs {
			f.Add(count*bytes, p)
		}
		f.Subs(elements, n)
		f.Jump("BGE", name)
		f.Label(name + "Done")
		f.Add(elements, n)
	}
	loop("many", many, 16)
	if many > 1 {
		loop("one", 1, 16)
	}
	f.Jump("CBZ", "done", n)
	f.Label("tail")
	body(1, v.size)
	for _, p := range ptrs {
		f.Add(v.size, p)
	}
	f.Subs(1, n)
	f.Jump("BNE", "tail")
	f.Label("done")
}

func (v neon) sum(name, doc string, vectors int, empty float64, f func(acc *arm64.Reg, x []*arm64.Reg)) {
	plus := func(a, b *arm64.Reg) *arm64.Reg { return v.add(a, b) }
	v.fold(name, doc, vectors, 0, empty, f, plus, v.across)
}

func (v neon) extreme(name, doc string, first float64, join func(a, b *arm64.Reg) *arm64.Reg, of func(x *arm64.Reg) *arm64.Reg) {
	v.fold(name, doc, 1, first, first, func(acc *arm64.Reg, x []*arm64.Reg) {
		v.fn.MoveTo(acc, join(acc, of(x[0])))
	}, join, func(x *arm64.Reg) *arm64.Reg { return v.everyLane(x, join) })
}

// fold is as that of AVX: four vectors of running results.
func (v neon) fold(name, doc string, vectors int, first, empty float64, f func(acc *arm64.Reg, x []*arm64.Reg), join func(a, b *arm64.Reg) *arm64.Reg, last func(*arm64.Reg) *arm64.Reg) {
	names := []string{"a", "b"}[:vectors]
	v.kernel(name, fmt.Sprint("fold", vectors), "func("+strings.Join(names, ", ")+" *%s, n int) float64", doc)
	ptr := v.fn.Params(names...)
	var acc []*arm64.Reg
	for range 4 {
		acc = append(acc, v.constant(first))
	}
	v.steps(v.fn.Param("n"), ptr, 4, func(count, bytes int) {
		for u := range count {
			var x []*arm64.Reg
			for _, p := range ptr {
				x = append(x, v.getOr(p, u*bytes, bytes, empty))
			}
			f(acc[u], x)
		}
	})
	v.fn.Return("ret", last(join(join(acc[0], acc[1]), join(acc[2], acc[3]))))
	v.fn.Done()
}

// getOr loads a vector, or one element with x in the other lanes.
func (v neon) getOr(p *arm64.Reg, off, bytes int, x float64) *arm64.Reg {
	if bytes == 16 || x == 0 {
		return v.fn.Load(bytes, arm64.Mem{Base: p, Off: off})
	}
	r := v.constant(x)
	v.fn.LoadLane(r, bytes, p)
	return r
}

// across adds the lanes of x in float64.
func (v neon) across(x *arm64.Reg) *arm64.Reg {
	if v.size == 4 {
		x = v.fn.New("FADD", 8, v.fn.Widened(x, false), v.fn.Widened(x, true))
	}
	return v.fn.SumOfTwo(x)
}

// everyLane joins the lanes of x and converts the result to float64.
func (v neon) everyLane(x *arm64.Reg, join func(a, b *arm64.Reg) *arm64.Reg) *arm64.Reg {
	x = v.spread(x, join)
	if v.size == 4 {
		x = v.fn.Widened(x, false)
	}
	return x
}

// spread joins the lanes of x and leaves the result in all of them.
func (v neon) spread(x *arm64.Reg, join func(a, b *arm64.Reg) *arm64.Reg) *arm64.Reg {
	for bytes := 8; bytes >= v.size; bytes /= 2 {
		x = join(x, v.fn.Turned(x, bytes))
	}
	return x
}

func (v neon) powInt() {
	v.kernel("powInt", "power", "func(dst, a *%s, k, n int)", "a to the power k > 0")
	f, p := v.fn, v.fn.Params("dst", "a", "k")
	dst, a, k := p[0], p[1], p[2]
	loops := 0
	v.steps(f.Param("n"), p[:2], 4, func(count, bytes int) {
		loops++
		bit, even := fmt.Sprint("bit", loops), fmt.Sprint("even", loops)
		left := f.Int()
		f.CopyTo(left, k)
		var x, y []*arm64.Reg
		for u := range count {
			x = append(x, f.Load(bytes, arm64.Mem{Base: a, Off: u * bytes}))
			y = append(y, v.constant(1))
		}
		f.Label(bit)
		f.Go("TBZ\t$0, R{0}, "+even, "r", left)
		for u := range count {
			f.Do("FMUL", v.size, y[u], y[u], x[u])
		}
		f.Label(even)
		for u := range count {
			f.Do("FMUL", v.size, x[u], x[u], x[u])
		}
		f.Go("LSR\t$1, R{0}, R{0}", "x", left)
		f.Jump("CBNZ", bit, left)
		for u := range count {
			f.Store(bytes, y[u], arm64.Mem{Base: dst, Off: u * bytes})
		}
	})
	f.Done()
}

// shares is as that of AVX, for whole vectors.
func (v neon) shares() {
	v.kernel("shares", "shares", "func(dst *%s, src *byte, n int)", "src/255, whole vectors of them,")
	f, p := v.fn, v.fn.Params("dst", "src", "n")
	dst, src, n := p[0], p[1], p[2]
	hi := 1 / 255.0
	if v.size == 4 {
		hi = float64(float32(hi))
	}
	high, low := v.constant(hi), v.constant(math.FMA(-hi, 255, 1)/255)
	f.Subs(8, n)
	f.Jump("BLT", "few")
	f.Label("many")
	for u, x := range v.fromBytes(f.Load(8, arm64.Mem{Base: src}), 8) {
		f.Store(16, v.fmadd(x, high, v.times(x, low)), arm64.Mem{Base: dst, Off: 16 * u})
	}
	f.Add(8*v.size, dst)
	f.Add(8, src)
	f.Subs(8, n)
	f.Jump("BGE", "many")
	f.Label("few")
	f.Add(8, n)
	f.Jump("CBZ", "done", n)
	f.Label("one")
	for _, x := range v.fromBytes(v.firstBytes(src), v.lanes()) {
		f.Store(16, v.fmadd(x, high, v.times(x, low)), arm64.Mem{Base: dst})
	}
	f.Add(16, dst)
	f.Add(v.lanes(), src)
	f.Subs(v.lanes(), n)
	f.Jump("BNE", "one")
	f.Label("done")
	f.Done()
}

// firstBytes loads as many bytes as a vector has lanes.
func (v neon) firstBytes(src *arm64.Reg) *arm64.Reg {
	if v.size == 4 {
		return v.fn.Load(4, arm64.Mem{Base: src})
	}
	x := v.fn.Vector()
	v.fn.Go("VLD1\t(R{1}), V{0}.H[0]", "wr", x, src) // what else is in x is left out below
	return x
}

// fromBytes are the lowest bytes of x, so many, as vectors of numbers.
func (v neon) fromBytes(x *arm64.Reg, count int) (all []*arm64.Reg) {
	wide := func(x *arm64.Reg, from, to string, upper bool) *arm64.Reg {
		y, op := v.fn.Vector(), "VUXTL"
		if upper {
			op, from = "VUXTL2", map[string]string{"B8": "B16", "H4": "H8", "S2": "S4"}[from]
		}
		v.fn.Go(fmt.Sprintf("%s\tV{1}.%s, V{0}.%s", op, from, to), "wr", y, x)
		return y
	}
	halves := wide(x, "B8", "H8", false)
	for i := 0; i < count; i += 4 {
		words := wide(halves, "H4", "S4", i > 0)
		if v.size == 4 {
			all = append(all, v.do("UCVTF", words))
			continue
		}
		for u := 0; u < min(4, count-i); u += 2 {
			all = append(all, v.do("UCVTF", wide(words, "S2", "D2", u > 0)))
		}
	}
	return all
}

// neonPrefetch is prefetch for arm64.
func neonPrefetch(file *neonFile) {
	f := file.Func("prefetch", "func(src *byte, n int)", "asks for the cache lines of n bytes, at least one.")
	p := f.Params("src", "n")
	f.Label("more")
	f.Prefetch(arm64.Mem{Base: p[0]})
	f.Add(64, p[0])
	f.Subs(64, p[1])
	f.Jump("BGT", "more")
	f.Done()
}
