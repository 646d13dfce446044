package optim

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// dampedQR solves the linear least squares problems of one Jacobian,
//
//	min |A·z + r|² + λ·|z|²,   A = J·D⁻¹ (m×n),
//
// for several λ: A·P = Q·R once, by Householder reflections with column
// pivoting, then for each λ the small stacked matrix [R; √λ·I]. The normal
// equations AᵀA, whose condition is the square of A's, never appear.
type dampedQR struct {
	m, n, k  int // k = min(m, n)
	a        []float64
	tau      []float64
	pivot    []int
	qtr      []float64 // Qᵀ·r, m numbers; the first k lie in the tangent plane
	rank     int
	stack    []float64 // (k+n)×n
	stackTau []float64
	rhs      []float64 // k+n numbers
	work     []float64
	permuted []float64 // the solution in pivot order
}

func newDampedQR(m, n int) *dampedQR {
	k := min(m, n)
	q := &dampedQR{
		m: m, n: n, k: k,
		a: make([]float64, m*n), tau: make([]float64, k), pivot: make([]int, n),
		qtr: make([]float64, m), stack: make([]float64, (k+n)*n), stackTau: make([]float64, n),
		rhs: make([]float64, k+n), permuted: make([]float64, n),
	}
	q.work = make([]float64, q.workspace())
	return q
}

// workspace asks LAPACK how much scratch its routines want.
func (q *dampedQR) workspace() int {
	size, ask := 1.0, make([]float64, 1)
	lapack64.Geqp3(q.matrix(), q.pivot, q.tau, ask, -1)
	size = max(size, ask[0])
	lapack64.Ormqr(blas.Left, blas.Trans, q.reflectors(), q.tau, column(q.qtr), ask, -1)
	size = max(size, ask[0])
	lapack64.Geqrf(q.stacked(), q.stackTau, ask, -1)
	size = max(size, ask[0])
	lapack64.Ormqr(blas.Left, blas.Trans, q.stacked(), q.stackTau, column(q.rhs), ask, -1)
	return int(max(size, ask[0]))
}

func (q *dampedQR) matrix() blas64.General {
	return blas64.General{Rows: q.m, Cols: q.n, Stride: q.n, Data: q.a}
}

func (q *dampedQR) reflectors() blas64.General {
	return blas64.General{Rows: q.m, Cols: q.k, Stride: q.n, Data: q.a}
}

func (q *dampedQR) stacked() blas64.General {
	return blas64.General{Rows: q.k + q.n, Cols: q.n, Stride: q.n, Data: q.stack}
}

func column(v []float64) blas64.General {
	return blas64.General{Rows: len(v), Cols: 1, Stride: 1, Data: v}
}

// factor takes the matrix in q.a, which it overwrites, and r in q.qtr, which
// becomes Qᵀ·r.
func (q *dampedQR) factor() {
	for j := range q.pivot {
		q.pivot[j] = -1
	}
	lapack64.Geqp3(q.matrix(), q.pivot, q.tau, q.work, len(q.work))
	q.rotate(q.qtr)
	least := float64(max(q.m, q.n)) * 0x1p-52 * math.Abs(q.a[0])
	q.rank = 0
	for q.rank < q.k && math.Abs(q.a[q.rank*q.n+q.rank]) > least {
		q.rank++
	}
}

// tangent is the length of the projection of r on the tangent plane, the space
// that the columns of A span: the decrease of |r| that the linear model hopes
// for is |r| − √(|r|² − tangent²).
func (q *dampedQR) tangent() float64 {
	return blas64.Nrm2(blas64.Vector{N: q.rank, Data: q.qtr, Inc: 1})
}

// damp prepares solve for this λ > 0.
func (q *dampedQR) damp(lambda float64) {
	k, n := q.k, q.n
	clear(q.stack)
	root := math.Sqrt(lambda)
	for i := range k {
		copy(q.stack[i*n+i:(i+1)*n], q.a[i*n+i:(i+1)*n])
	}
	for j := range n {
		q.stack[(k+j)*n+j] = root
	}
	lapack64.Geqrf(q.stacked(), q.stackTau, q.work, len(q.work))
}

// solve stores the minimiser z of |A·z + u|² + λ·|z|² in z, where qtu is Qᵀ·u,
// and returns |A·z|² and |z|².
func (q *dampedQR) solve(qtu, z []float64) (az2, z2 float64) {
	k, n := q.k, q.n
	clear(q.rhs)
	for i := range k {
		q.rhs[i] = -qtu[i]
	}
	lapack64.Ormqr(blas.Left, blas.Trans, q.stacked(), q.stackTau, column(q.rhs), q.work, len(q.work))
	copy(q.permuted, q.rhs[:n])
	blas64.Trsv(blas.NoTrans, blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: n, Stride: n, Data: q.stack}, blas64.Vector{N: n, Data: q.permuted, Inc: 1})
	for i := range k {
		rz := 0.0
		for j := i; j < n; j++ {
			rz += q.a[i*n+j] * q.permuted[j]
		}
		az2 += rz * rz
	}
	for i, j := range q.pivot {
		z[j] = q.permuted[i]
		z2 += z[j] * z[j]
	}
	return az2, z2
}

// rotate replaces u by Qᵀ·u.
func (q *dampedQR) rotate(u []float64) {
	lapack64.Ormqr(blas.Left, blas.Trans, q.reflectors(), q.tau, column(u), q.work, len(q.work))
}
