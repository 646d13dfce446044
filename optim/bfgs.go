package optim

import (
	"fmt"

	"descent/internal/kernel"
)

// BFGS is the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno
// (1970; Nocedal and Wright, Numerical Optimization, algorithm 6.1): the
// direction is −H·∇f, and with s = x₊ − x, y = ∇f₊ − ∇f, ρ = 1/sᵀy
//
//	H ← (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ.
//
// H starts as sᵀy/yᵀy·I of the first step (eq. 6.20). It is a dense matrix of n²
// numbers; a step costs about 3n² products besides its evaluations.
type BFGS[T Float] struct {
	Search LineSearch // 0 means StrongWolfe
	C1     float64    // sufficient decrease; 0 means 1e-4
	C2     float64    // curvature of the Wolfe conditions; 0 means 0.9

	lineMethod[T]
	h    []T // H by rows, symmetric; meaningless before the first update
	s, y []T
	hy   []T // H·y
}

// bfgsKnown is the own entry of memo: 1 when H is known.
const bfgsKnown = walkMemo

// maxDense bounds the variables of methods that keep a dense matrix.
const maxDense = 5000

// Init refuses constants out of range, problems with batches and too many
// variables for a dense matrix.
func (b *BFGS[T]) Init(p *Problem[T], s *State[T]) error {
	if p.Dim > maxDense {
		return fmt.Errorf("optim: bfgs keeps a matrix of n² numbers, too many for n = %d variables (at most %d); lbfgs keeps a few vectors instead", p.Dim, maxDense)
	}
	n := p.Dim
	b.h, b.s, b.y, b.hy = make([]T, n*n), make([]T, n), make([]T, n), make([]T, n)
	return b.prepare(p, "bfgs", b.Search, StrongWolfe, orDefault(b.C1, 1e-4), orDefault(b.C2, 0.9), 1)
}

// Buffers yields what a later step depends on.
func (b *BFGS[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("inverse Hessian", b.h) && yield("memo", b.memo)
}

// Next takes one step.
func (b *BFGS[T]) Next(p *Problem[T], s *State[T]) error {
	if err := b.ready(p, s); err != nil || s.Why.Status != Running {
		return err
	}
	t, ok, err := b.along(p, s)
	if err == nil && !ok && b.memo[bfgsKnown] != 0 {
		b.memo[bfgsKnown], b.memo[walkAlpha] = 0, 0
		t, ok, err = b.along(p, s)
	}
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, b.line.high)
		return nil
	}
	b.update(s)
	b.take(s, t)
	return nil
}

// along searches along −H·∇f, or −∇f while H is not known.
func (b *BFGS[T]) along(p *Problem[T], s *State[T]) (trial, bool, error) {
	if b.memo[bfgsKnown] == 0 {
		b.downhill(s.G)
		return b.descend(p, s, b.first(s))
	}
	n := len(s.G)
	for i := range n {
		b.dir[i] = -T(kernel.Dot(b.h[i*n:(i+1)*n], s.G))
	}
	return b.descend(p, s, 1)
}

// update takes the accepted trial into H, unless its curvature sᵀy is not safely
// positive, which would spoil H:
//
//	H += (ρ + ρ²·yᵀHy)·s·sᵀ − ρ·(Hy·sᵀ + s·(Hy)ᵀ)
func (b *BFGS[T]) update(st *State[T]) {
	n := len(b.s)
	for i, x := range st.X {
		b.s[i], b.y[i] = b.line.at[i]-x, b.line.grad[i]-st.G[i]
	}
	sy, yy := kernel.Dot(b.s, b.y), kernel.Dot(b.y, b.y)
	if gamma := sy / yy; !(gamma > 0) || !finite(gamma) || !finite(1/sy) || sy <= epsilon[T]()*kernel.Norm2(b.s)*kernel.Norm2(b.y) {
		return
	} else if b.memo[bfgsKnown] == 0 {
		b.memo[bfgsKnown] = 1
		clear(b.h)
		for i := range n {
			b.h[i*n+i] = T(gamma)
		}
	}
	for i := range n {
		b.hy[i] = T(kernel.Dot(b.h[i*n:(i+1)*n], b.y))
	}
	rho := 1 / sy
	own := rho + rho*rho*kernel.Dot(b.y, b.hy)
	for i := range n {
		row := b.h[i*n : (i+1)*n]
		kernel.Axpy(T(own*float64(b.s[i])-rho*float64(b.hy[i])), b.s, row)
		kernel.Axpy(T(-rho*float64(b.s[i])), b.hy, row)
	}
}
