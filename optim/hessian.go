package optim

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// errNoCurvature is the error of a point without a finite Hessian.
var errNoCurvature = errors.New("optim: the Hessian is not finite there")

// hessian is ∇²f(x), dense, symmetrised.
func (j *judge[T]) hessian(x []T) (*mat.SymDense, error) {
	n := j.n
	full := make([]float64, n*n)
	e, out := make([]T, n), make([]T, n)
	for k := range n {
		e[k] = 1
		if err := j.hvp(x, e, out); err != nil {
			return nil, err
		}
		e[k] = 0
		for i, v := range out {
			if !finite(float64(v)) {
				return nil, fmt.Errorf("%w: element (%d, %d) is %v", errNoCurvature, i, k, v)
			}
			full[i*n+k] = float64(v)
		}
	}
	h := mat.NewSymDense(n, nil)
	for i := range n {
		for k := i; k < n; k++ {
			h.SetSym(i, k, full[i*n+k]/2+full[k*n+i]/2)
		}
	}
	return h, nil
}

var errEigen = errors.New("optim: the eigenvalues of the Hessian did not converge")

// eigenvalues of h in increasing order.
func eigenvalues(h *mat.SymDense) ([]float64, error) {
	var e mat.EigenSym
	tamed, size := tame(h)
	if !e.Factorize(tamed, false) {
		return nil, errEigen
	}
	values := e.Values(nil)
	for i := range values {
		values[i] *= size
	}
	return values, nil
}

// tame is h with its largest entry made 1, by the factor 1/size, and entries
// that are nothing beside it made 0: LAPACK's iteration does not take blocks
// whose norms overflow or underflow when squared.
func tame(h *mat.SymDense) (tamed *mat.SymDense, size float64) {
	n := h.SymmetricDim()
	for i := range n {
		for k := i; k < n; k++ {
			size = max(size, math.Abs(h.At(i, k)))
		}
	}
	if size == 0 {
		size = 1
	}
	tamed = mat.NewSymDense(n, nil)
	for i := range n {
		for k := i; k < n; k++ {
			if v := h.At(i, k) / size; math.Abs(v) > 1e-100 {
				tamed.SetSym(i, k, v)
			}
		}
	}
	return tamed, size
}

// dropNoise clears entries that differences of gradients cannot tell from zero
// beside the largest entry: scaling would blow them up to curvature.
func dropNoise(h *mat.SymDense) {
	n, most := h.SymmetricDim(), 0.0
	for i := range n {
		for k := i; k < n; k++ {
			most = max(most, math.Abs(h.At(i, k)))
		}
	}
	for i := range n {
		for k := i; k < n; k++ {
			if math.Abs(h.At(i, k)) <= 1e-8*most {
				h.SetSym(i, k, 0)
			}
		}
	}
}

// equilibrate returns scales d such that the rows of dᵢ·hᵢₖ·dₖ have largest
// entries near 1 (Ruiz 2001, RAL-TR-2001-034). Variables of very different
// size then count alike, and by Sylvester's law of inertia the signs of the
// eigenvalues stay what they are.
func equilibrate(h *mat.SymDense) []float64 {
	n := h.SymmetricDim()
	d, most := ones(n), make([]float64, n)
	for range 8 {
		for i := range n {
			most[i] = 0
			for k := range n {
				most[i] = max(most[i], d[i]*math.Abs(h.At(i, k))*d[k])
			}
		}
		for i, m := range most {
			if m > 0 {
				d[i] /= math.Sqrt(m)
			}
		}
	}
	return d
}

// model is the quadratic model of the function at a point, in variables
// xᵢ = dᵢ·yᵢ, by the eigenvectors of its Hessian there.
type model struct {
	n       int
	scale   []float64  // d
	h       []float64  // the scaled Hessian, row-major
	values  []float64  // its eigenvalues, increasing
	vectors *mat.Dense // its eigenvectors, by columns
	cut     float64    // eigenvalues up to this size count as zero
}

func newModel(h *mat.SymDense, scale []float64, cut float64) (*model, error) {
	n := len(scale)
	m := &model{n: n, scale: scale, cut: cut, h: make([]float64, n*n), vectors: new(mat.Dense)}
	for i := range n {
		for k := range n {
			m.h[i*n+k] = scale[i] * h.At(i, k) * scale[k]
		}
	}
	var e mat.EigenSym
	tamed, size := tame(mat.NewSymDense(n, m.h))
	if !e.Factorize(tamed, true) {
		return nil, errEigen
	}
	m.values = e.Values(nil)
	for i := range m.values {
		m.values[i] *= size
	}
	e.VectorsTo(m.vectors)
	return m, nil
}

// sign is -1, 0 or 1 for the i-th eigenvalue; 0 when it is not significant.
func (m *model) sign(i int) int {
	switch v := m.values[i]; {
	case math.Abs(v) <= m.cut:
		return 0
	case v < 0:
		return -1
	}
	return 1
}

// largest is the largest |eigenvalue|.
func (m *model) largest() float64 {
	return max(math.Abs(m.values[0]), math.Abs(m.values[m.n-1]))
}

func (m *model) signs() (negative, null, positive int) {
	for i := range m.n {
		switch m.sign(i) {
		case -1:
			negative++
		case 0:
			null++
		case 1:
			positive++
		}
	}
	return
}

func (m *model) null() int {
	_, null, _ := m.signs()
	return null
}

// newton is the step −H⁺·g on the significant eigenvalues, in x.
func (m *model) newton(g []float64) []float64 {
	step := make([]float64, m.n)
	for i := range m.n {
		if m.sign(i) == 0 {
			continue
		}
		slope := 0.0
		for k := range m.n {
			slope += m.vectors.At(k, i) * m.scale[k] * g[k]
		}
		for k := range m.n {
			step[k] -= slope / m.values[i] * m.vectors.At(k, i) * m.scale[k]
		}
	}
	return step
}

// direction is the i-th eigenvector in x, of unit length.
func (m *model) direction(i int) []float64 {
	v := make([]float64, m.n)
	for k := range v {
		v[k] = m.vectors.At(k, i) * m.scale[k]
	}
	return unit(v)
}

func ones(n int) []float64 {
	d := make([]float64, n)
	for i := range d {
		d[i] = 1
	}
	return d
}

func unit(v []float64) []float64 {
	length := norm(v)
	for i := range v {
		v[i] /= length
	}
	return v
}

func wide[T Float](v []T) []float64 {
	out := make([]float64, len(v))
	for i, e := range v {
		out[i] = float64(e)
	}
	return out
}

// holds reports whether the scaled Hessian b, at a neighbour, agrees with that
// of m: in its entries but for a small part of the largest, and along each
// significant eigenvector but for a small part of that eigenvalue.
func (m *model) holds(b []float64) bool {
	diff := mat.NewSymDense(m.n, nil)
	most, worst := 0.0, 0.0
	for i := range m.n {
		for k := i; k < m.n; k++ {
			d := b[i*m.n+k] - m.h[i*m.n+k]
			diff.SetSym(i, k, d)
			most, worst = max(most, math.Abs(m.h[i*m.n+k])), max(worst, math.Abs(d))
		}
	}
	if worst > changed*most {
		return false
	}
	for i, v := range m.values {
		e := m.vectors.ColView(i)
		if m.sign(i) != 0 && math.Abs(mat.Inner(e, diff, e)) > changed*math.Abs(v) {
			return false
		}
	}
	return true
}

// fade makes m, reached by Newton steps from where the eigenvalues were first,
// count what lost its curvature on the way as null: values decide about it.
func (m *model) fade(first []float64, largest float64) {
	for i, v := range m.values {
		if math.Abs(v) < math.Abs(first[i])/2 {
			m.cut = max(m.cut, largest/2)
		}
	}
}

func maxAbs(v []float64) float64 {
	most := 0.0
	for _, e := range v {
		most = max(most, math.Abs(e))
	}
	return most
}
