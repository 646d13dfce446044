package optim

import (
	"math"

	"descent/internal/kernel"
)

// compact is the quadratic model of L-BFGS-B in compact form,
//
//	B = θ·I − W·M·Wᵀ,  W = [Y θ·S],  M⁻¹ = K = [−D Lᵀ; L θ·SᵀS],
//
// with D the diagonal and L the strict lower triangle of SᵀY (Byrd, Nocedal and
// Schnabel, Math. Programming 63 (1994) 129). Pairs are counted from the oldest.
type compact[T Float] struct {
	m, n        int
	count, next int
	pairs       []T       // the rings of s and of y
	sy, ss, yy  []float64 // inner products by ring rows, m×m: sy[a*m+b] = sₐᵀy_b
	theta       float64
	k           []float64 // K, 2count×2count
	inv         []float64 // M
	work        []float64 // scratch of the same size
	w, mw       []float64 // a row of W, and M times it
	p, c        []float64 // Wᵀd and Wᵀ(xᶜ − x)
	v           []float64 // a vector of 2count numbers
}

func (q *compact[T]) alloc(m, n int) {
	*q = compact[T]{m: m, n: n, theta: 1}
	q.sy, q.ss, q.yy = make([]float64, m*m), make([]float64, m*m), make([]float64, m*m)
	q.k, q.inv, q.work = make([]float64, 4*m*m), make([]float64, 4*m*m), make([]float64, 4*m*m)
	q.w, q.mw, q.p = make([]float64, 2*m), make([]float64, 2*m), make([]float64, 2*m)
	q.c, q.v = make([]float64, 2*m), make([]float64, 2*m)
}

// load takes over stored pairs and computes their inner products.
func (q *compact[T]) load(pairs []T, count, next int) {
	q.pairs, q.count, q.next = pairs, count, next
	for a := range count {
		q.inner(q.row(a))
	}
	q.rescale()
}

// row is the ring row of pair a.
func (q *compact[T]) row(a int) int { return (q.next - q.count + a + q.m) % q.m }

func (q *compact[T]) s(row int) []T { return q.pairs[row*q.n : (row+1)*q.n] }
func (q *compact[T]) y(row int) []T { return q.pairs[(q.m+row)*q.n : (q.m+row+1)*q.n] }

// inner computes the products of one ring row with all pairs in use.
func (q *compact[T]) inner(r int) {
	m := q.m
	for a := range q.count {
		o := q.row(a)
		q.sy[r*m+o] = kernel.Dot(q.s(r), q.y(o))
		q.sy[o*m+r] = kernel.Dot(q.s(o), q.y(r))
		q.ss[r*m+o] = kernel.Dot(q.s(r), q.s(o))
		q.yy[r*m+o] = kernel.Dot(q.y(r), q.y(o))
		q.ss[o*m+r], q.yy[o*m+r] = q.ss[r*m+o], q.yy[r*m+o]
	}
}

// rescale sets θ = yᵀy/sᵀy of the newest pair.
func (q *compact[T]) rescale() {
	if q.theta = 1; q.count > 0 {
		r := q.row(q.count - 1)
		q.theta = q.yy[r*q.m+r] / q.sy[r*q.m+r]
	}
}

func (q *compact[T]) drop() { q.count, q.theta = 0, 1 }

// push stores the pair of a step over the oldest one, unless its curvature sᵀy
// is not safely positive.
func (q *compact[T]) push(x, g, at, grad []T) {
	s, y := q.s(q.next), q.y(q.next)
	for i := range s {
		s[i], y[i] = at[i]-x[i], grad[i]-g[i]
	}
	sy, yy := kernel.Dot(s, y), kernel.Dot(y, y)
	if theta := yy / sy; !(sy > epsilon[T]()*yy) || !finite(theta) || theta == 0 {
		q.count = min(q.count, q.m-1) // this row is spoilt
		q.rescale()
		return
	}
	r := q.next
	q.next, q.count = (q.next+1)%q.m, min(q.count+1, q.m)
	q.inner(r)
	q.rescale()
}

// factor computes K and M. It fails where rounding made K singular.
func (q *compact[T]) factor() bool {
	n, m := q.count, q.m
	if n == 0 {
		return true
	}
	for a := range n {
		ra := q.row(a)
		for b := range n {
			rb, l, lt := q.row(b), 0.0, 0.0
			if a > b {
				l = q.sy[ra*m+rb]
			} else if b > a {
				lt = q.sy[rb*m+ra]
			}
			q.k[a*2*n+b], q.k[a*2*n+n+b] = 0, lt
			q.k[(n+a)*2*n+b], q.k[(n+a)*2*n+n+b] = l, q.theta*q.ss[ra*m+rb]
		}
		q.k[a*2*n+a] = -q.sy[ra*m+ra]
	}
	copy(q.work, q.k[:4*n*n])
	unit := q.inv[:4*n*n]
	clear(unit)
	for i := range 2 * n {
		unit[i*2*n+i] = 1
	}
	return eliminate(q.work[:4*n*n], unit, 2*n, 2*n)
}

// rowOf stores row i of W in w.
func (q *compact[T]) rowOf(i int) []float64 {
	n := q.count
	for a := range n {
		r := q.row(a)
		q.w[a], q.w[n+a] = float64(q.pairs[(q.m+r)*q.n+i]), q.theta*float64(q.pairs[r*q.n+i])
	}
	return q.w[:2*n]
}

// transposed stores Wᵀv in out.
func (q *compact[T]) transposed(v []T, out []float64) {
	n := q.count
	for a := range n {
		r := q.row(a)
		out[a], out[n+a] = kernel.Dot(q.y(r), v), q.theta*kernel.Dot(q.s(r), v)
	}
}

// add adds W·(by·v) to out.
func (q *compact[T]) add(by float64, v []float64, out []T) {
	n := q.count
	for a := range n {
		r := q.row(a)
		kernel.Axpy(T(by*v[a]), q.y(r), out)
		kernel.Axpy(T(by*q.theta*v[n+a]), q.s(r), out)
	}
}

// times stores M·v in out.
func (q *compact[T]) times(v, out []float64) {
	n := 2 * q.count
	for i := range n {
		out[i] = dot64(q.inv[i*n:(i+1)*n], v[:n])
	}
}

func dot64(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// eliminate solves A·X = B in place for the n×n matrix a and n×cols right sides
// b, row-major, by Gaussian elimination with scaled partial pivoting. It fails
// for a matrix that is singular to rounding.
func eliminate(a, b []float64, n, cols int) bool {
	for i := range n { // equilibrate the rows
		most := 0.0
		for _, v := range a[i*n : (i+1)*n] {
			most = max(most, math.Abs(v))
		}
		if !(most > 0) || !finite(most) {
			return false
		}
		kernel.Scale(1/most, a[i*n:(i+1)*n])
		kernel.Scale(1/most, b[i*cols:(i+1)*cols])
	}
	for j := range n {
		best := j
		for i := j + 1; i < n; i++ {
			if math.Abs(a[i*n+j]) > math.Abs(a[best*n+j]) {
				best = i
			}
		}
		if best != j {
			for k := range n {
				a[j*n+k], a[best*n+k] = a[best*n+k], a[j*n+k]
			}
			for k := range cols {
				b[j*cols+k], b[best*cols+k] = b[best*cols+k], b[j*cols+k]
			}
		}
		pivot := a[j*n+j]
		if pivot == 0 || !finite(1/pivot) {
			return false
		}
		for i := range n {
			f := a[i*n+j] / pivot
			if i == j || f == 0 {
				continue
			}
			kernel.Axpy(-f, a[j*n+j:(j+1)*n], a[i*n+j:(i+1)*n])
			kernel.Axpy(-f, b[j*cols:(j+1)*cols], b[i*cols:(i+1)*cols])
		}
	}
	for i := range n {
		kernel.Scale(1/a[i*n+i], b[i*cols:(i+1)*cols])
	}
	return true
}
