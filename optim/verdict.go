package optim

import (
	"fmt"
	"math"
	"strings"
)

// Kind is what sort of point a run ended at.
type Kind string

const (
	Minimum  Kind = "minimum"
	Saddle   Kind = "saddle"
	Maximum  Kind = "maximum"
	Flat     Kind = "flat"     // the gradient vanishes, but so does the slope all around, or the point drifts
	Boundary Kind = "boundary" // a minimum on the edge of the region allowed
	Unknown  Kind = "unknown"  // not stationary, not smooth, or not measurable
)

// Verdict names the kind of a point with the numbers that prove it.
type Verdict struct {
	Kind Kind
	// Text is the sentence for people: "a minimum: gradient 3.1e-9, Hessian
	// eigenvalues 1 and 3".
	Text string
	// Eigenvalues of the Hessian at the point, in increasing order: all of them
	// up to DenseLimit variables, otherwise the smallest and the largest. It is
	// empty where they could not be measured.
	Eigenvalues []float64
	GradNorm    float64   // Euclidean norm of the gradient at the point, or of what bounds and terms leave of it
	Downhill    []float64 // a direction in which the value falls from a saddle or maximum
	AtBounds    []AtBound // the variables at bounds, in order
	// Err is why the point could not be measured: an error of the problem, or a
	// value that is not finite. A point with an Err is no success.
	Err error
}

// DenseLimit is the number of variables up to which Judge computes the whole
// Hessian.
const DenseLimit = 300

// Judge says what kind of point x is. gradTol is the gradient norm up to which
// a point counts as stationary; 0 means 1e-8.
//
// Where the gradient is small, the Hessian is computed (from HVP, or else by
// differences of the gradient), and a Newton step is taken on its significant
// eigenvalues. At a point of a definite kind the step is short, the next one is
// much shorter, and the curvature holds still. Where it does not, more steps
// follow: a point that keeps moving (1/x, exp(-x)) is no minimum but flat.
// What remains is a point with directions of no curvature; there the values
// decide: nearby points along those directions are probed, bent so that they
// follow the valley floor. Neighbours that are higher on all sides prove a
// minimum (x⁴), a lower one disproves it (x³), and values that do not change
// are named so. Where all curvature is positive, the values along it are asked
// as well: x·|x| curves upwards beside 0 and yet falls on its other side.
//
// Within bounds, the variables at a bound are held there and the others judged
// as above; a minimum that holds some is a Boundary, proved by their multipliers
// and, where one of them vanishes, by the values off its bound. Under an l1 term
// the same goes for the variables that are zero.
//
// A gradient above gradTol may still be all that rounding leaves of a minimum:
// it is one where the Newton step is negligible beside the point and the value
// rises on both sides of it.
func Judge[T Float](p *Problem[T], x []T, gradTol float64) Verdict {
	j := &judge[T]{p: p, n: p.Dim, tol: orDefault(gradTol, 1e-8)}
	v, err := j.verdict(x)
	if err != nil {
		return Verdict{Kind: Unknown, Err: err, GradNorm: v.GradNorm,
			Text: "no verdict on the point: " + strings.TrimPrefix(err.Error(), "optim: ")}
	}
	return v
}

// judge is one verdict in progress.
type judge[T Float] struct {
	p   *Problem[T]
	n   int
	tol float64
	hvp func(x, v, out []T) error
	v   Verdict

	inside func(x []T) bool // where values are asked; nil: everywhere
	of     string           // whose Hessian it is: " of the free variables"
}

func (j *judge[T]) verdict(x []T) (Verdict, error) {
	if len(x) != j.n || j.n == 0 {
		return j.v, fmt.Errorf("optim: the point has %d numbers, the problem %d parameters", len(x), j.n)
	}
	if j.p.Set != nil {
		return j.judgeOnSet(x)
	}
	if j.p.Bounds != nil || j.p.Term != nil {
		return j.judgeOnFace(x)
	}
	j.hvp = hessianProduct(j.p)
	at, err := j.measure(x)
	if err != nil {
		return j.v, err
	}
	j.v.GradNorm = norm(at.g)
	if j.n > DenseLimit {
		return j.large(at)
	}
	return j.dense(at)
}

// point is a point with its value and gradient.
type point[T Float] struct {
	x, g []T
	f    float64
}

func (j *judge[T]) measure(x []T) (point[T], error) {
	at := point[T]{x: append([]T(nil), x...), g: make([]T, j.n)}
	var err error
	if !finite(norm(x)) {
		return at, fmt.Errorf("optim: the point is too far out to compute with (its length is %v)", norm(x))
	}
	if at.f, err = j.p.Eval(at.x, at.g); err != nil {
		return at, err
	}
	if !finite(at.f) || !finite(norm(at.g)) {
		return at, fmt.Errorf("optim: value or gradient is not finite there (value %v, gradient norm %v)", at.f, norm(at.g))
	}
	return at, nil
}

// dense judges by the whole Hessian.
func (j *judge[T]) dense(at point[T]) (Verdict, error) {
	h, err := j.hessian(at.x)
	switch {
	case err != nil && j.v.GradNorm > j.tol:
		return j.notStationary(at)
	case err != nil:
		return j.v, err
	}
	if j.v.Eigenvalues, err = eigenvalues(h); err != nil {
		return j.v, err
	}
	if j.p.HVP == nil {
		dropNoise(h)
	}
	m, err := newModel(h, equilibrate(h), 0)
	if err != nil {
		return j.v, err
	}
	m.cut = j.significant() * m.largest()
	if j.v.GradNorm > j.tol {
		return j.rounded(at, m)
	}
	if bare, floor, err := j.floor(at, h, m); err != nil {
		return j.v, err
	} else if floor != nil {
		return j.probe(bare, floor, nullRays(floor))
	}
	end, m, moved, err := j.settle(at, m)
	if err != nil {
		return j.v, err
	}
	if moved.drifts {
		return j.drift(moved), nil
	}
	if away := distance(end.x, at.x); away > 0.1*(1+norm(at.x)) && at.f-end.f > 1e-9*math.Abs(at.f) {
		return j.named(Flat, "not there yet", fmt.Sprintf("the function is so flat that the point which Newton steps lead to is still %s away: ask for a smaller gradient, or scale the function up", num(away, 2))), nil
	}
	negative, null, positive := m.signs()
	if negative > 0 {
		j.v.Downhill = m.direction(0)
	}
	switch {
	case negative > 0 && positive > 0:
		return j.named(Saddle, "a saddle", ""), nil
	case null == 0 && negative > 0:
		return j.named(Maximum, "a maximum", ""), nil
	case null == 0:
		return j.confirm(end, curvedRays(m))
	}
	return j.probe(end, m, nullRays(m))
}

func (j *judge[T]) drift(m movement) Verdict {
	j.v.Kind = Flat
	j.v.Text = fmt.Sprintf("no minimum: the gradient is small, %s, but the point does not hold still; Newton steps lead on and on (%s far at first, %s at last), so the value may fall for ever",
		num(j.v.GradNorm, 2), num(m.first, 2), num(m.last, 2))
	return j.v
}

// named completes a verdict: what it is, gradient, eigenvalues, remark.
func (j *judge[T]) named(k Kind, what, remark string) Verdict {
	j.v.Kind = k
	j.v.Text = fmt.Sprintf("%s: gradient %s", what, num(j.v.GradNorm, 2))
	if len(j.v.Eigenvalues) > 0 {
		j.v.Text += ", Hessian" + j.of + " " + eigenText(j.v.Eigenvalues, j.n)
	}
	if remark != "" {
		j.v.Text += "; " + remark
	}
	return j.v
}

// eigenText lists eigenvalues: "eigenvalues 1 and 3", "eigenvalues from 0.2
// to 1002".
func eigenText(l []float64, n int) string {
	switch {
	case len(l) == 1:
		return "eigenvalue " + num(l[0], 4)
	case len(l) < n && num(l[0], 4) == num(l[len(l)-1], 4):
		return "eigenvalues all " + num(l[0], 4)
	case len(l) < n || n > 4:
		return fmt.Sprintf("eigenvalues from %s to %s", num(l[0], 4), num(l[len(l)-1], 4))
	}
	words := make([]string, len(l))
	for i, v := range l {
		words[i] = num(v, 4)
	}
	last := len(words) - 1
	return "eigenvalues " + strings.Join(words[:last], ", ") + " and " + words[last]
}

// Success reports whether a run that ended with this status at a point of this
// verdict did what it was asked: it converged to what may be a minimum, or
// reached its target at a point that is no saddle and no maximum. A point that
// could not be measured is no success.
func Success(s Status, v Verdict) bool {
	if v.Err != nil {
		return false
	}
	switch s {
	case Target:
		return v.Kind != Saddle && v.Kind != Maximum
	case Converged:
		return v.Kind == Minimum || v.Kind == Boundary || v.Kind == Unknown
	}
	return false
}
