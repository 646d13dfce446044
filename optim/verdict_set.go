package optim

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"descent/internal/stream"
)

// judgeOnSet judges a point of a problem with a set. It is stationary where a
// projected gradient step leaves it where it is. Inside the set, and where the
// gradient vanishes at a minimum, the verdict is that without a set. At the edge
// the curvature along it counts (see alongSet), and in any case points of the set
// all around are asked for lower values.
func (j *judge[T]) judgeOnSet(x []T) (Verdict, error) {
	set, plain := j.p.Set, *j.p
	plain.Set = nil
	inner := &judge[T]{p: &plain, n: j.n, tol: j.tol, hvp: hessianProduct(&plain)}
	at, err := j.measure(x)
	if err != nil {
		return j.v, err
	}
	size, slope := set.projectedStep(at.x, at.g, 1, make([]T, j.n)), norm(at.g)
	j.v.GradNorm = size
	if away := apart(set, at.x); away > 1e-6*(1+norm(x)) {
		return j.v, fmt.Errorf("optim: the point lies outside %s, by %s", set.Name, num(away, 2))
	}
	if size > max(j.tol, 16*epsilon[T]()*(norm(x)+slope)) {
		j.v.Kind = Unknown
		j.v.Text = fmt.Sprintf("not a stationary point of %s: the projected gradient is still %s; on a set that ties variables together, rules that scale each one by itself, as adam does, may stop elsewhere than at a minimum: use spg, gd or momentum", set.Name, num(size, 2))
		return j.v, nil
	}
	t := newTangent(set, at)
	if slope <= j.tol {
		v, err := inner.verdict(x)
		if err != nil || v.Kind == Minimum || t.inside {
			v.GradNorm = size
			return v, err
		}
	}
	return j.onEdge(at, t, inner)
}

// apart is how far x is from the set.
func apart[T Float](set *Set[T], x []T) float64 {
	near := append([]T(nil), x...)
	set.Onto(near)
	for i, v := range x {
		near[i] -= v
	}
	return norm(near)
}

// onEdge is the verdict on a stationary point at the edge of the set.
func (j *judge[T]) onEdge(at point[T], t *tangent, inner *judge[T]) (Verdict, error) {
	name, held := j.p.Set.Name, fmt.Sprintf("gradient %s held by the edge", num(norm(at.g), 3))
	least, most := math.Inf(1), 0.0
	if t.dim > 0 && j.n <= DenseLimit {
		h, err := inner.hessian(at.x)
		if err != nil {
			return j.v, err
		}
		values, vectors, err := t.curvature(h)
		if err != nil {
			return j.v, err
		}
		j.v.Eigenvalues = values
		least, most = values[0], max(math.Abs(values[0]), math.Abs(values[len(values)-1]))
		if least < -1e-6*(1+most) {
			j.v.Downhill = vectors
		}
		held += ", Hessian of the Lagrangian along it with " + eigenText(values, len(values))
	}
	count, err := j.aroundSet(at, j.v.Downhill)
	facts := fmt.Sprintf("projected gradient %s, %s", num(j.v.GradNorm, 2), held)
	switch {
	case err != nil:
		return j.v, err
	case count["lower"] > 0 || j.v.Downhill != nil:
		j.v.Kind, j.v.Text = Saddle, fmt.Sprintf("not a minimum on the edge of %s: %s; values along it are lower", name, facts)
	case count["higher"] == 0 && count["equal"] > 0:
		j.v.Kind, j.v.Text = Flat, fmt.Sprintf("flat: %s; the value does not change anywhere nearby in %s", facts, name)
	case count["equal"] > 0:
		j.v.Kind, j.v.Text = Boundary, fmt.Sprintf("a minimum on the edge of %s, not the only one: %s; the value stays the same in some directions and rises in others", name, facts)
	case t.weak || j.n > DenseLimit || t.dim > 0 && least <= 1e-6*most:
		j.v.Kind, j.v.Text = Boundary, fmt.Sprintf("a minimum on the edge of %s, as far as probed: %s; all values nearby in it are higher", name, facts)
	default:
		j.v.Kind, j.v.Text = Boundary, fmt.Sprintf("a minimum on the edge of %s: %s; all values nearby in it are higher", name, facts)
	}
	return j.v, nil
}

// aroundSet asks for the values at points of the set near the point: where the
// projection leads from it along the axes, at random, and along down. A direction
// counts as equal where the value changes nowhere on it.
func (j *judge[T]) aroundSet(at point[T], down []float64) (count map[string]int, err error) {
	count = map[string]int{}
	noise, err := j.noise(at)
	if err != nil {
		return count, err
	}
	y, rng := make([]T, j.n), stream.New(1, "verdict on a set", 0)
	for k := range min(j.n, 64) + 32 {
		for _, way := range []float64{1, -1} {
			d := make([]float64, j.n)
			switch {
			case k == 0 && down != nil:
				copy(d, down)
			case k < min(j.n, 64):
				d[k] = 1
			default:
				for i := range d {
					d[i] = rng.NormFloat64()
				}
			}
			what, err := j.alongSet(at, unit(d), way, noise, y)
			if err != nil {
				return count, err
			}
			count[what]++
		}
	}
	return count, nil
}

// alongSet follows the projections of the points x + h·d; what comes back is
// "" where they do not leave x.
func (j *judge[T]) alongSet(at point[T], d []float64, way, noise float64, y []T) (string, error) {
	found := ""
	for h := 1e-5 * (1 + norm(at.x)); h < 0.05*(1+norm(at.x)); h *= 4 {
		for i, v := range at.x {
			y[i] = T(float64(v) + way*h*d[i])
		}
		j.p.Set.Onto(y)
		far := 0.0
		for i, v := range y {
			far = math.Hypot(far, float64(v-at.x[i]))
		}
		if far < 1e-3*h {
			continue
		}
		f, err := j.p.Eval(y, nil)
		switch gap := f - at.f; {
		case err != nil || !finite(f):
			return found, err
		case gap < -noise-2*j.v.GradNorm*far:
			return "lower", nil
		case gap > noise:
			found = "higher"
		case found == "":
			found = "equal"
		}
	}
	return found, nil
}

// tangent is how a set looks at a point: the derivative of the projection at
// z = x − s·g, which is symmetric, with eigenvalues from 0 (across the edge) to 1.
type tangent struct {
	dim    int
	basis  *mat.Dense // directions along the edge, by columns
	bend   []float64  // (1/d − 1)/s of each: what the edge adds to the curvature
	inside bool       // the projection moves nothing nearby
	weak   bool       // it has a kink at z, so that it has no derivative
}

// newTangent measures the derivative by differences. Without dim it says nothing
// where there are more than DenseLimit variables.
func newTangent[T Float](set *Set[T], at point[T]) *tangent {
	n := len(at.x)
	if n > DenseLimit {
		return &tangent{}
	}
	s := (1 + norm(at.x)) / (1 + norm(at.g))
	z, mid, up, down := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	for i, v := range at.x {
		z[i] = v - T(s)*at.g[i]
	}
	copy(mid, z)
	set.Onto(mid)
	h := math.Cbrt(epsilon[T]()) * (1 + norm(z))
	t, d := &tangent{inside: true}, mat.NewDense(n, n, nil)
	for k := range n {
		copy(up, z)
		copy(down, z)
		up[k], down[k] = up[k]+T(h), down[k]-T(h)
		set.Onto(up)
		set.Onto(down)
		for i := range n {
			a, b := float64(up[i]-mid[i])/h, float64(mid[i]-down[i])/h
			d.Set(i, k, (a+b)/2)
			t.weak = t.weak || math.Abs(a-b) > 1e-3
			whole := 0.0
			if i == k {
				whole = 1
			}
			t.inside = t.inside && math.Abs(a-whole) < 1e-3 && math.Abs(b-whole) < 1e-3
		}
	}
	t.split(d, s)
	return t
}

// split finds the directions along the edge.
func (t *tangent) split(d *mat.Dense, s float64) {
	n, _ := d.Dims()
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for k := i; k < n; k++ {
			sym.SetSym(i, k, (d.At(i, k)+d.At(k, i))/2)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(sym, true) {
		t.weak = true
		return
	}
	var all mat.Dense
	e.VectorsTo(&all)
	first := n // eigenvalues increase
	for c, v := range e.Values(nil) {
		if v > 1e-4 {
			first = min(first, c)
			t.bend = append(t.bend, (1/min(v, 1)-1)/s)
		}
	}
	if t.dim = n - first; t.dim > 0 {
		t.basis = mat.DenseCopyOf(all.Slice(0, n, first, n))
	}
}

// curvature is the Hessian of the Lagrangian along the edge: its eigenvalues in
// increasing order, and the direction of the least. For a ball |x| ≤ r it is that
// of f plus |g|/r, for a polyhedron that of f on the face.
func (t *tangent) curvature(h *mat.SymDense) (values, least []float64, err error) {
	var half, full mat.Dense
	half.Mul(h, t.basis)
	full.Mul(t.basis.T(), &half)
	k := mat.NewSymDense(t.dim, nil)
	for a := range t.dim {
		for b := a; b < t.dim; b++ {
			k.SetSym(a, b, (full.At(a, b)+full.At(b, a))/2)
		}
		k.SetSym(a, a, k.At(a, a)+t.bend[a])
	}
	var e mat.EigenSym
	if !e.Factorize(k, true) {
		return nil, nil, errEigen
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	var down mat.Dense
	down.Mul(t.basis, vectors.Slice(0, t.dim, 0, 1))
	return e.Values(nil), mat.Col(nil, 0, &down), nil
}
