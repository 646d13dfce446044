package optim

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"

	"descent/internal/kernel"
	"descent/internal/stream"
)

// hessianProduct returns out = ∇²f(x)·v for p: the problem's own HVP, or else
// central differences of the gradient,
//
//	(∇f(x + h·v) − ∇f(x − h·v)) / 2h,   h = ε^⅓·(1 + |x|) / |v|,
//
// whose relative error is about ε^⅔ (4e-11 in float64, 2e-5 in float32). A
// difference that is not finite is tried again closer to x before it is an
// error.
func hessianProduct[T Float](p *Problem[T]) func(x, v, out []T) error {
	if p.HVP != nil {
		return p.HVP
	}
	at, low := make([]T, p.Dim), make([]T, p.Dim)
	return func(x, v, out []T) error {
		norm := kernel.Norm2(v)
		if norm == 0 {
			clear(out)
			return nil
		}
		h := math.Cbrt(epsilon[T]()) * (1 + kernel.Norm2(x)) / norm
		for range 4 {
			if err := centralDifference(p, x, v, T(h), at, low, out); err != nil {
				return err
			}
			if kernel.AllFinite(out) {
				return nil
			}
			h /= 100
		}
		return fmt.Errorf("%w: the gradient is not finite %.3g away from the point, so its curvature cannot be measured", errNoCurvature, h*norm*100)
	}
}

// centralDifference stores (∇f(x + h·v) − ∇f(x − h·v))/2h in out. at and low
// are scratch. Where f itself is not finite, neither is what is stored.
func centralDifference[T Float](p *Problem[T], x, v []T, h T, at, low, out []T) error {
	copy(at, x)
	kernel.Axpy(-h, v, at)
	below, err := p.Eval(at, low)
	if err != nil {
		return err
	}
	copy(at, x)
	kernel.Axpy(h, v, at)
	above, err := p.Eval(at, out)
	if err != nil {
		return err
	}
	scale := 1 / (2 * float64(h))
	if !finite(below) || !finite(above) {
		scale = math.NaN()
	}
	for i := range out {
		out[i] = T((float64(out[i]) - float64(low[i])) * scale)
	}
	return nil
}

// Lanczos says how hard Extremes works. The zero value is the default.
type Lanczos struct {
	// Tol is the residual at which an end of the spectrum counts as found,
	// relative to the largest |eigenvalue| seen. 0 means 1e-6.
	Tol float64
	// Steps bounds the number of Hessian products. 0 means min(Dim, 120).
	Steps int
}

// Spectrum holds the two ends of the Hessian's spectrum at a point.
type Spectrum struct {
	Min, Max float64
	// MinError and MaxError are residuals |H·v − λ·v| of the unit Ritz vectors
	// v: the Hessian has an eigenvalue within that distance of λ. They do not
	// contain the error of differences when the problem has no HVP of its own.
	MinError, MaxError float64
	// MinVector and MaxVector are those unit vectors, Dim numbers each.
	MinVector, MaxVector []float64
	// Products counts the Hessian products used. When it equals Dim, or the
	// residuals vanish, both ends are exact up to rounding.
	Products int
}

// Extremes finds the smallest and the largest eigenvalue of ∇²f at x by the
// Lanczos process with full reorthogonalisation (Golub and Van Loan, Matrix
// Computations, §10.3), from a start vector drawn from a fixed stream: the same
// input gives the same bits. It needs about a dozen to a hundred Hessian
// products, or two gradients for each where the problem has no HVP. It returns
// an error where the Hessian is not finite.
func Extremes[T Float](p *Problem[T], x []T, opts Lanczos) (Spectrum, error) {
	if p.Dim == 0 || len(x) != p.Dim {
		return Spectrum{}, fmt.Errorf("optim: a spectrum needs a point of the problem's %d parameters, got %d", p.Dim, len(x))
	}
	l := newLanczos[T](p.Dim, opts)
	hvp := hessianProduct(p)
	for !l.done {
		l.narrow()
		if err := hvp(x, l.v, l.hv); err != nil {
			return Spectrum{}, err
		}
		if err := l.extend(); err != nil {
			return Spectrum{}, err
		}
	}
	return l.spectrum(), nil
}

// lanczos is the state of the process: an orthonormal basis q₀ … q_k and the
// tridiagonal matrix T = QᵀHQ with diagonal alpha and off-diagonal beta.
type lanczos[T Float] struct {
	n, limit    int
	tol         float64
	basis       [][]float64
	alpha, beta []float64
	w           []float64 // the next vector before it is normalised
	v, hv       []T       // the newest basis vector and its product
	done        bool
	check       int       // the size of T at which to look again whether the ends are found
	ritz, z     []float64 // eigenvalues of T and their vectors, row-major k×k
	diag, off   []float64 // scratch of the tridiagonal eigenproblem
	work        []float64
}

func newLanczos[T Float](n int, opts Lanczos) *lanczos[T] {
	l := &lanczos[T]{n: n, limit: opts.Steps, tol: opts.Tol}
	if l.limit <= 0 {
		l.limit = 120
	}
	if l.tol <= 0 {
		l.tol = 1e-6
	}
	l.limit = min(l.limit, n)
	l.w, l.v, l.hv = make([]float64, n), make([]T, n), make([]T, n)
	rng := stream.New(0, "lanczos start", 0)
	for i := range l.w {
		l.w[i] = rng.NormFloat64()
	}
	l.push(kernel.Norm2(l.w))
	return l
}

// push appends w/norm to the basis.
func (l *lanczos[T]) push(norm float64) {
	q := make([]float64, l.n)
	copy(q, l.w)
	kernel.Scale(1/norm, q)
	l.basis = append(l.basis, q)
}

// narrow hands the newest basis vector to the problem in its own type.
func (l *lanczos[T]) narrow() {
	for i, q := range l.basis[len(l.basis)-1] {
		l.v[i] = T(q)
	}
}

// extend takes the product hv of the newest basis vector into the process:
//
//	αₖ = qₖ·H·qₖ;  w = H·qₖ − Q·(Qᵀ·H·qₖ), twice;  βₖ = |w|;  qₖ₊₁ = w/βₖ
func (l *lanczos[T]) extend() error {
	for i, h := range l.hv {
		l.w[i] = float64(h)
	}
	k := len(l.basis) - 1
	l.alpha = append(l.alpha, kernel.Dot(l.basis[k], l.w))
	for range 2 {
		for _, q := range l.basis {
			kernel.Axpy(-kernel.Dot(q, l.w), q, l.w)
		}
	}
	norm := kernel.Norm2(l.w)
	l.beta = append(l.beta, norm)
	scale := l.scale()
	if !finite(scale) || !finite(norm) {
		return errors.New("optim: the Hessian is not finite at this point, so it has no spectrum")
	}
	exhausted := k+1 == l.limit || norm <= 16*epsilon[T]()*scale
	if exhausted || k >= l.check {
		l.check = k + 1 + k/4 // so that all the small eigenproblems cost a few times the last
		l.solve()
		l.done = exhausted || l.residual(0) <= l.tol*scale && l.residual(k) <= l.tol*scale
	}
	if !l.done {
		l.push(norm)
	}
	return nil
}

// scale bounds the largest |eigenvalue| of T from above (Gershgorin).
func (l *lanczos[T]) scale() float64 {
	most, prev := 0.0, 0.0
	for i, a := range l.alpha {
		next := 0.0
		if i+1 < len(l.alpha) {
			next = l.beta[i]
		}
		most = max(most, math.Abs(a)+prev+next)
		prev = next
	}
	return most
}

// solve finds the eigenvalues and eigenvectors of T.
func (l *lanczos[T]) solve() {
	k := len(l.alpha)
	l.diag = append(l.diag[:0], l.alpha...)
	l.off = append(l.off[:0], l.beta[:k-1]...)
	l.z = resize(l.z, k*k)
	l.work = resize(l.work, max(1, 2*k-2))
	if !(lapackgonum.Implementation{}).Dsteqr(lapack.EVTridiag, k, l.diag, l.off, l.z, k, l.work) {
		panic("optim: the eigenvalue iteration of a finite tridiagonal matrix failed")
	}
	l.ritz = l.diag
}

// residual is |H·v − λ·v| of the i-th Ritz pair: βₖ times the last component
// of the tridiagonal eigenvector.
func (l *lanczos[T]) residual(i int) float64 {
	k := len(l.alpha)
	if k == l.n {
		return 0
	}
	return l.beta[k-1] * math.Abs(l.z[(k-1)*k+i])
}

func (l *lanczos[T]) spectrum() Spectrum {
	k := len(l.alpha)
	return Spectrum{
		Min: l.ritz[0], Max: l.ritz[k-1],
		MinError: l.residual(0), MaxError: l.residual(k - 1),
		MinVector: l.vector(0), MaxVector: l.vector(k - 1),
		Products: k,
	}
}

// vector is the i-th Ritz vector Q·zᵢ.
func (l *lanczos[T]) vector(i int) []float64 {
	k := len(l.alpha)
	v := make([]float64, l.n)
	for j := range k {
		kernel.Axpy(l.z[j*k+i], l.basis[j], v)
	}
	return v
}

// resize returns b with length n, keeping its memory where it suffices.
func resize(b []float64, n int) []float64 {
	if cap(b) < n {
		return make([]float64, n, 2*n)
	}
	return b[:n]
}
