package optim

import (
	"math"

	"descent/internal/kernel"
)

// history holds the last pairs of steps sᵢ = xᵢ₊₁ − xᵢ and gradient changes
// yᵢ = ∇fᵢ₊₁ − ∇fᵢ, and multiplies by the inverse Hessian H that L-BFGS makes
// of them on top of γ·I, with γ = sᵀy/yᵀy of the newest pair.
//
// The product is the two-loop recursion (Nocedal, Math. Comp. 35 (1980) 773).
// All that it asks of vectors are the products of g with the pairs and those of
// the pairs among each other, and its result is a combination of g and the
// pairs (Chen, Wang and Zhou, Large-scale L-BFGS using MapReduce, NIPS 2014). So
// it runs on numbers: one pass over all pairs takes their products with a new
// gradient, of which those with the new y are differences, and another pass
// combines them.
type history[T Float] struct {
	m      int
	narrow bool            // few variables
	rows   *kernel.Rows[T] // row 2i is sᵢ, row 2i+1 is yᵢ
	gram   []T             // two symmetric matrices: sᵢᵀyⱼ where pair i is not newer than pair j, and yᵢᵀyⱼ
	memo   []T             // the numbers below, in T so that a saved state is the whole state

	known        bool      // dots and gg belong to the present gradient
	dots, before []float64 // products of rows with the present gradient and the one before
	gg           float64   // |∇f|²
	p, w         []float64 // of the recursion
	alpha        []float64
	inverse      []float64 // 1/sᵢᵀyᵢ
	coef         []T
}

// The entries of memo.
const (
	historyCount = iota // pairs in use
	historyNext         // number of the next pair
	historyGamma        // γ; 0 before the first step
	historyMemo
)

func newHistory[T Float](m, n int) *history[T] {
	h := &history[T]{m: m, rows: kernel.NewRows[T](2*m, n)}
	h.narrow = h.rows.Narrow(0) != nil
	numbers := make([]T, 2*m*m+historyMemo)
	h.gram, h.memo = numbers[:2*m*m], numbers[2*m*m:]
	work := make([]float64, 8*m)
	h.dots, h.before = work[:2*m], work[2*m:4*m]
	h.p, h.w, h.alpha, h.inverse = work[4*m:5*m], work[5*m:6*m], work[6*m:7*m], work[7*m:]
	h.coef = make([]T, 2*m+1)
	return h
}

func (h *history[T]) count() int     { return int(h.memo[historyCount]) }
func (h *history[T]) gamma() float64 { return float64(h.memo[historyGamma]) }

// setProducts keeps sᵢᵀyⱼ and yᵢᵀyⱼ of two pairs, i not newer than j.
func (h *history[T]) setProducts(i, j int, sy, yy float64) {
	h.gram[i*h.m+j], h.gram[j*h.m+i] = T(sy), T(sy)
	h.gram[(h.m+i)*h.m+j], h.gram[(h.m+j)*h.m+i] = T(yy), T(yy)
}

// curvature is sᵢᵀyᵢ.
func (h *history[T]) curvature(i int) float64 { return float64(h.gram[i*h.m+i]) }

// forget drops all pairs and sets γ.
func (h *history[T]) forget(gamma float64) {
	h.memo[historyCount], h.memo[historyNext], h.memo[historyGamma] = 0, 0, T(gamma)
	h.known = false
}

// newest is the number of the k-th newest pair, from 1 on.
func (h *history[T]) newest(k int) int {
	i := int(h.memo[historyNext]) - k
	if i < 0 {
		i += h.m
	}
	return i
}

// used is how many rows, from the first on, hold all pairs in use.
func (h *history[T]) used() int {
	if next := int(h.memo[historyNext]); next >= h.count() {
		return 2 * next
	}
	return 2 * h.m
}

// direction stores −H·g in d and returns its product with g.
func (h *history[T]) direction(d, g []T) float64 {
	if h.narrow {
		return h.plainRecursion(d, g)
	}
	if slope, ok := h.combination(d, g); ok {
		return slope
	}
	return h.recursion(d, g)
}

// recursion stores −H·g in d and returns its product with g:
//
//	d = −g
//	newest to oldest:  αᵢ = sᵢᵀd / sᵢᵀyᵢ;  d −= αᵢ·yᵢ
//	d *= γ
//	oldest to newest:  β = yᵢᵀd / sᵢᵀyᵢ;   d += (αᵢ − β)·sᵢ
func (h *history[T]) recursion(d, g []T) float64 {
	for i, v := range g {
		d[i] = -v
	}
	for k := 1; k <= h.count(); k++ {
		i := h.newest(k)
		h.alpha[i] = h.rows.Dot(2*i, d) / h.curvature(i)
		h.rows.Axpy(T(-h.alpha[i]), 2*i+1, d)
	}
	kernel.Scale(h.memo[historyGamma], d)
	for k := h.count(); k >= 1; k-- {
		i := h.newest(k)
		beta := h.rows.Dot(2*i+1, d) / h.curvature(i)
		h.rows.Axpy(T(h.alpha[i]-beta), 2*i, d)
	}
	return kernel.Dot(g, d)
}

// plainRecursion is recursion for a few variables, where calls would cost more
// than what they do. Each pair waits for the one before it, but not for the
// reciprocal of its curvature.
func (h *history[T]) plainRecursion(d, g []T) (slope float64) {
	for i, v := range g {
		d[i] = -v
	}
	for k := 1; k <= h.count(); k++ {
		i, a := h.newest(k), 0.0
		inverse := 1 / h.curvature(i)
		for j, v := range h.rows.Narrow(2 * i) {
			a += float64(v * d[j])
		}
		a *= inverse
		for j, v := range h.rows.Narrow(2*i + 1) {
			d[j] -= T(a) * v
		}
		h.alpha[i] = a
	}
	for i := range d {
		d[i] *= h.memo[historyGamma]
	}
	for k := h.count(); k >= 1; k-- {
		i, b := h.newest(k), 0.0
		inverse := 1 / h.curvature(i)
		for j, v := range h.rows.Narrow(2*i + 1) {
			b += float64(v * d[j])
		}
		b = h.alpha[i] - float64(b*inverse)
		for j, v := range h.rows.Narrow(2 * i) {
			d[j] += T(b) * v
		}
	}
	for i, v := range g {
		slope += float64(v * d[i])
	}
	return slope
}

// combination is direction by the products. They have lost too many digits, and
// ok is false, where the slope that they give is not that of the vector.
func (h *history[T]) combination(d, g []T) (slope float64, ok bool) {
	h.measure(g)
	k := h.used()
	c := h.coef[:k+1]
	h.coefficients(c)
	slope = h.rows.Combine(d, g, c)
	told := float64(c[k]) * h.gg
	for i, v := range h.dots[:k] {
		told += float64(c[i]) * v
	}
	return slope, math.Abs(told-slope) <= trusted*math.Abs(slope)
}

// trusted is the part of the slope that may be lost in rounding.
const trusted = 1e-3

// coefficients stores those of −H·g in the rows and, last, in g. With
// pᵢ = sᵢᵀd and wᵢ = yᵢᵀd they are the two loops of recursion. What a step does
// to numbers that are not read again, of pairs done or not in use, is no matter.
func (h *history[T]) coefficients(c []T) {
	m, k := h.m, (len(c)-1)/2
	p, w, alpha, inverse := h.p[:k], h.w[:k], h.alpha[:k], h.inverse[:k]
	for i := range p {
		p[i], w[i] = -h.dots[2*i], -h.dots[2*i+1]
		inverse[i] = 1 / float64(h.gram[i*m+i])
	}
	clear(c)
	gamma, count := h.gamma(), h.count()
	for age := 1; age <= count; age++ {
		j := h.newest(age)
		a := p[j] * inverse[j]
		sy, yy := h.gram[j*m:][:len(p)], h.gram[(m+j)*m:][:len(p)]
		for i := range p {
			p[i] -= a * float64(sy[i])
		}
		for i := range w[:len(yy)] {
			w[i] -= a * float64(yy[i])
		}
		alpha[j], c[2*j+1] = a, T(-gamma*a)
	}
	for i := range w {
		w[i] *= gamma
	}
	for age := count; age >= 1; age-- {
		i := h.newest(age)
		a := alpha[i] - w[i]*inverse[i]
		for j, v := range h.gram[i*m:][:len(w)] {
			w[j] += a * float64(v)
		}
		c[2*i] = T(a)
	}
	c[len(c)-1] = T(-gamma)
}

// measure takes the products of all pairs with g.
func (h *history[T]) measure(g []T) {
	if h.known {
		return
	}
	h.rows.Project(h.dots[:h.used()], g)
	h.gg, h.known = kernel.Dot(g, g), true
}

// remember stores the pair of the step from x0 to x1 over the oldest one, unless
// its curvature sᵀy is not safely positive, which would spoil H. Where that
// leaves no pair, γ is multiplied by the length alpha of the step. It
// overwrites scratch, a vector.
func (h *history[T]) remember(x1, x0, g1, g0 []T, alpha float64, scratch []T) {
	i := int(h.memo[historyNext])
	dot, yy := h.rows.Difference(2*i, 2*i+1, x1, x0, g1, g0)
	sy := T(dot)
	gamma, least := T(float64(sy)/yy), T(0)
	if h.count() > 0 {
		least = T(epsilon[T]()) * h.memo[historyGamma]
	}
	if !(gamma > least) || !finite(float64(gamma)) {
		h.rows.Clear(2 * i) // the pair may hold what is not finite
		h.rows.Clear(2*i + 1)
		h.memo[historyCount], h.known = min(h.memo[historyCount], T(h.m-1)), false
		if h.count() == 0 {
			h.memo[historyGamma] *= T(alpha)
		}
		return
	}
	h.memo[historyGamma], h.memo[historyNext] = gamma, T((i+1)%h.m)
	h.memo[historyCount] = min(h.memo[historyCount]+1, T(h.m))
	if h.narrow {
		h.setProducts(i, i, dot, yy)
		return
	}
	near := yy > math.Sqrt(epsilon[T]())*h.gg // differences of products keep enough digits
	h.before, h.dots, h.known = h.dots, h.before, false
	h.measure(g1)
	products := h.before[:h.used()]
	if near {
		for r, v := range h.dots[:len(products)] {
			products[r] = v - products[r]
		}
	} else {
		clear(scratch)
		h.rows.Axpy(1, 2*i+1, scratch)
		h.rows.Project(products, scratch)
	}
	for j := range len(products) / 2 {
		h.setProducts(j, i, products[2*j], products[2*j+1])
	}
	h.setProducts(i, i, dot, yy)
}
