package graph

import "slices"

// arena plans scratch memory: it hands out runs of elements and takes them
// back, and remembers how much was needed at most.
type arena struct {
	free []ref // by offset, not adjacent
	len  int
}

// granule keeps arrays on cache lines of their own.
const granule = 16

func rounded(n int) int { return (n + granule - 1) / granule * granule }

// alloc returns the offset of n elements: the smallest gap that fits, or new
// memory at the end.
func (a *arena) alloc(n int) int {
	n = rounded(n)
	best := -1
	for i, f := range a.free {
		if f.n >= n && (best < 0 || f.n < a.free[best].n) {
			best = i
		}
	}
	if best < 0 {
		off := a.len
		if k := len(a.free) - 1; k >= 0 && a.free[k].off+a.free[k].n == a.len {
			off = a.free[k].off
			a.free = a.free[:k]
		}
		a.len = off + n
		return off
	}
	f := &a.free[best]
	off := f.off
	f.off += n
	f.n -= n
	if f.n == 0 {
		a.free = slices.Delete(a.free, best, best+1)
	}
	return off
}

// release takes n elements at off back.
func (a *arena) release(off, n int) {
	n = rounded(n)
	i := 0
	for i < len(a.free) && a.free[i].off < off {
		i++
	}
	a.free = slices.Insert(a.free, i, ref{off: off, n: n})
	if i+1 < len(a.free) && off+n == a.free[i+1].off {
		a.free[i].n += a.free[i+1].n
		a.free = slices.Delete(a.free, i+1, i+2)
	}
	if i > 0 && a.free[i-1].off+a.free[i-1].n == off {
		a.free[i-1].n += a.free[i].n
		a.free = slices.Delete(a.free, i, i+1)
	}
}

// registers plans the register file.
type registers struct {
	free []int
	n    int
}

func (r *registers) alloc() int {
	if k := len(r.free) - 1; k >= 0 {
		reg := r.free[k]
		r.free = r.free[:k]
		return reg
	}
	r.n++
	return r.n - 1
}

func (r *registers) release(reg int) { r.free = append(r.free, reg) }
