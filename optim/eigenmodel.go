package optim

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// eigenModel is the quadratic model of a problem at a point,
//
//	q(x + v) − f(x) = gᵀv + ½·vᵀ·H·v,
//
// in the variables z = Vᵀ·D·v, where V·W·Vᵀ are the eigenvectors and eigenvalues
// of D⁻¹·H·D⁻¹. It is float64 whatever T is.
type eigenModel[T Float] struct {
	n     int
	hvp   func(x, v, out []T) error
	v     []float64 // the scaled Hessian, then its eigenvectors by columns
	w     []float64 // its eigenvalues, increasing
	c, z  []float64 // Vᵀ·D⁻¹·g, and the step
	step  []float64 // the step in x
	scale []T       // D
	e, he []T
	work  []float64
}

func newEigenModel[T Float](p *Problem[T]) *eigenModel[T] {
	n := p.Dim
	m := &eigenModel[T]{n: n, hvp: hessianProduct(p), v: make([]float64, n*n), w: make([]float64, n),
		c: make([]float64, n), z: make([]float64, n), step: make([]float64, n), scale: make([]T, n), e: make([]T, n), he: make([]T, n)}
	ask := make([]float64, 1)
	lapackgonum.Implementation{}.Dsyev(lapack.EVCompute, blas.Upper, n, m.v, n, m.w, ask, -1)
	m.work = make([]float64, int(ask[0]))
	return m
}

// at builds the model at x with the gradient g. D follows the square roots of
// the diagonal of H, so that the method does not depend on the units of the
// variables; an entry that shrinks is followed slowly.
func (m *eigenModel[T]) at(x, g []T) error {
	n := m.n
	for k := range n {
		m.e[k] = 1
		err := m.hvp(x, m.e, m.he)
		m.e[k] = 0
		if err != nil {
			return err
		}
		for i, v := range m.he {
			if !finite(float64(v)) {
				return errNoCurvature
			}
			m.v[k*n+i] = float64(v)
		}
	}
	most := 0.0
	for i := range n {
		most = max(most, math.Abs(m.v[i*n+i]))
	}
	for i := range n {
		root := math.Sqrt(max(math.Abs(m.v[i*n+i]), modelFloor*most))
		m.scale[i] = max(modelDecay*m.scale[i], T(root))
		if m.scale[i] == 0 {
			m.scale[i] = 1
		}
	}
	for i := range n {
		for k := range i + 1 {
			d := float64(m.scale[i]) * float64(m.scale[k])
			both := (m.v[i*n+k]/2 + m.v[k*n+i]/2) / d
			m.v[i*n+k], m.v[k*n+i] = both, both
			if !(math.Abs(both) < 1e60) {
				return errNoCurvature
			}
		}
	}
	if !(lapackgonum.Implementation{}).Dsyev(lapack.EVCompute, blas.Upper, n, m.v, n, m.w, m.work, len(m.work)) {
		return errNoCurvature
	}
	clear(m.c)
	for i, gi := range g {
		for k := range n {
			m.c[k] += m.v[i*n+k] * float64(gi) / float64(m.scale[i])
		}
	}
	return nil
}

// modelDecay is how much of an entry of D is left where the diagonal of H has
// shrunk, and modelFloor the least diagonal entry, relative to the largest, that
// counts for D.
const (
	modelDecay = 0.9
	modelFloor = 1e-16
)

// back stores the step z in x's variables, and returns its predicted decrease.
func (m *eigenModel[T]) back() (predicted float64) {
	clear(m.step)
	for k, z := range m.z {
		predicted -= z * (m.c[k] + 0.5*m.w[k]*z)
		for i := range m.step {
			m.step[i] += m.v[i*m.n+k] * z
		}
	}
	for i := range m.step {
		m.step[i] /= float64(m.scale[i])
	}
	return predicted
}

// within finds the minimiser of the model with |z| ≤ radius (Moré and Sorensen,
// SIAM J. Sci. Stat. Comput. 4 (1983) 553): z = −(W + λI)⁻¹·c, with the λ ≥
// max(0, −w₁) for which |z| is the radius, or λ = 0 where that is inside. With
// the eigenvalues at hand each trial of λ costs n divisions. In the hard case,
// where c has no part along the lowest eigenvector, as at a saddle with no
// gradient, that eigenvector takes the step to the radius.
func (m *eigenModel[T]) within(radius float64) {
	least := max(0, -m.w[0])
	if length := m.newton(least, 0); length <= radius {
		if m.w[0] <= 0 && length < radius {
			m.z[0] = math.Copysign(math.Sqrt((radius-length)*(radius+length)), m.z[0])
		}
		return
	}
	floor, ceil := 0.0, norm(m.c)/radius // of λ − least, which loses no digits
	if m.w[0] <= 0 {
		floor = math.Abs(m.c[0]) / radius
	}
	more := math.Sqrt(max(floor, 1e-16*ceil) * ceil)
	for range 100 {
		length := m.newton(least, more)
		if math.Abs(length-radius) <= 1e-3*radius || !(floor < ceil) {
			return
		}
		if length > radius {
			floor = more
		} else {
			ceil = more
		}
		slope := 0.0 // of |z|²/2
		for k, z := range m.z {
			if z != 0 {
				slope -= z * z / (m.w[k] + least + more)
			}
		}
		more -= length * length / slope * (length - radius) / radius
		if !(more > floor && more < ceil) {
			more = floor/2 + ceil/2
		}
	}
}

// newton stores −(W + λI)⁻¹·c in z, λ = least + more, and returns its length. A
// part of c that is zero asks for no step, whatever its curvature.
func (m *eigenModel[T]) newton(least, more float64) float64 {
	for k, c := range m.c {
		m.z[k] = 0
		if c != 0 {
			m.z[k] = -c / (m.w[k] + least + more)
		}
	}
	return norm(m.z)
}

// positive stores −|W|⁻¹·c in z, with eigenvalues at least a small part of the
// largest: the Newton direction where all curvature is positive, and one that
// leads away from a saddle elsewhere (Gill, Murray and Wright, Practical
// Optimization, §4.4.2).
func (m *eigenModel[T]) positive() {
	most := max(math.Abs(m.w[0]), math.Abs(m.w[m.n-1]))
	for k, c := range m.c {
		m.z[k] = 0
		if c != 0 {
			m.z[k] = -c / max(math.Abs(m.w[k]), 1e-10*most)
		}
	}
}
