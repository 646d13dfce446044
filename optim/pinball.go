package optim

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"descent/internal/kernel"
)

// Pinball is the structure of f = Scale·Σ ρ(rᵢ(x)) with residuals r that are
// linear in x and
//
//	ρ(r) = q·max(−r, 0) + (1 − q)·max(r, 0),
//
// quantile regression where r is prediction minus target; q = ½ with Scale 2
// makes it least absolute deviations.
type Pinball[T Float] struct {
	Residuals[T]
	Q float64
}

// FrischNewton is the primal-dual interior point method for linear quantile
// regression (Portnoy and Koenker, Statistical Science 12 (1997) 279, with the
// predictor and corrector of Mehrotra, SIAM J. Optim. 2 (1992) 575). It solves
// the linear program
//
//	min q·Σu + (1−q)·Σv,  A·x + u − v = y,  u, v ≥ 0
//
// and its dual, max y·d with Aᵀd = 0 and q−1 ≤ d ≤ q, together: a step is a
// weighted least squares fit, and the distance of the two values bounds how far
// f is from its minimum. Near the end it tries the vertex whose residuals are
// closest to zero, which is the solution without rounding of the method.
//
// The run converges when the gap is at most Tol times the value. State.Step is
// the length factor of the primal step.
type FrischNewton[T Float] struct {
	Tol float64 // relative duality gap that counts as converged; 0 means 1e-11

	tol        float64
	q, scale   float64
	n, m       int       // parameters and rows
	a          []float64 // A by columns of m
	y          []float64
	u, v, d    []float64
	store      []T // u, v and d as they are saved
	known      bool
	w, rho     []float64 // weights and right side of the least squares
	du, dv, dd []float64
	cu, cv     []float64 // second-order terms of the corrector
	weighted   []float64 // a column times the weights
	normal     []float64 // AᵀWA
	dx, x      []float64
	at         []T // a trial point
	pick       *vertex
}

// Init refuses problems without the structure, or whose residuals are not
// linear.
func (l *FrischNewton[T]) Init(p *Problem[T], s *State[T]) error {
	l.tol = orDefault(l.Tol, 1e-11)
	b := p.Lines
	switch {
	case b == nil || b.Eval == nil || b.Jac == nil || b.Len < 1:
		return errors.New("optim: frisch-newton needs absolute deviations or quantile losses of a linear model; use lbfgs for other functions")
	case !(0 < b.Q && b.Q < 1) || !(b.Scale > 0):
		return fmt.Errorf("optim: a quantile must lie between 0 and 1 and its scale be positive, got %g and %g", b.Q, b.Scale)
	case p.Draw != nil:
		return errors.New("optim: frisch-newton needs the full data, but this problem draws a new batch for every step; use a rule such as adam")
	case !(l.tol > 0 && l.tol < 1):
		return fmt.Errorf("optim: frisch-newton needs 0 < tol < 1, got %g", l.tol)
	}
	l.alloc(p.Dim, b.Len)
	l.q, l.scale, l.known = b.Q, b.Scale, false
	return l.design(b, s)
}

func (l *FrischNewton[T]) alloc(n, m int) {
	l.n, l.m = n, m
	for _, v := range []*[]float64{&l.y, &l.u, &l.v, &l.d, &l.w, &l.rho, &l.du, &l.dv, &l.dd, &l.cu, &l.cv, &l.weighted} {
		*v = make([]float64, m)
	}
	l.a, l.normal, l.dx, l.x = make([]float64, m*n), make([]float64, n*n), make([]float64, n), make([]float64, n)
	l.store, l.at = make([]T, 3*m), make([]T, n)
	l.pick = newVertex(n, m)
}

// design reads A and y off the residuals A·x − y, and checks that they are
// linear.
func (l *FrischNewton[T]) design(b *Pinball[T], s *State[T]) error {
	jac, r, zero := make([]T, l.m*l.n), make([]T, l.m), make([]T, l.n)
	if err := b.Jac(s.X, jac); err != nil {
		return err
	}
	if err := b.Eval(zero, r); err != nil {
		return err
	}
	if !kernel.AllFinite(jac) || !kernel.AllFinite(r) {
		return errors.New("optim: the residuals or their Jacobian are not finite")
	}
	for i, v := range jac {
		l.a[i] = float64(v)
	}
	for i, v := range r {
		l.y[i] = -float64(v)
	}
	for j, x := range s.X { // any other point
		l.at[j] = x + 1.3 + x/4
	}
	if err := b.Eval(l.at, r); err != nil {
		return err
	}
	l.residuals(l.at, l.u)
	size, off := kernel.Norm2(l.y), 0.0
	for i, v := range r {
		size += math.Abs(float64(v))
		off = max(off, math.Abs(l.u[i]+float64(v)))
	}
	if !kernel.AllFinite(r) {
		return errors.New("optim: the residuals are not finite")
	}
	if off > math.Sqrt(epsilon[T]())*size {
		return errors.New("optim: frisch-newton needs residuals that are linear in the parameters; use lbfgs")
	}
	return nil
}

// residuals stores y − A·x in r.
func (l *FrischNewton[T]) residuals(x []T, r []float64) {
	copy(r, l.y)
	for j, v := range x {
		kernel.Axpy(-float64(v), l.a[j*l.m:(j+1)*l.m], r)
	}
}

func (l *FrischNewton[T]) judges() {}

// Buffers yields u, v and d.
func (l *FrischNewton[T]) Buffers(yield func(name string, b []T) bool) {
	yield("multipliers", l.store)
}

// Next takes one predictor-corrector step.
func (l *FrischNewton[T]) Next(p *Problem[T], s *State[T]) error {
	if !l.known {
		l.begin(s)
	}
	if l.gap(s) <= l.tol*math.Abs(s.F) {
		if err := l.jump(p, s); err != nil {
			return err
		}
	}
	gap := l.gap(s)
	if s.Why = l.judge(s, gap); s.Why.Status != Running {
		return nil
	}
	if !l.advance(s) {
		s.Why = because(NoProgress, "the equations of a step cannot be solved, at a duality gap of %s; drop features that depend on others, or add an l2 penalty", num(gap, 2))
		return nil
	}
	l.save()
	var err error
	s.F, err = p.Eval(s.X, s.G)
	s.Fresh = err == nil
	return err
}

// begin finds multipliers for the start point, or takes over saved ones.
func (l *FrischNewton[T]) begin(s *State[T]) {
	l.known = true
	if l.store[0] != 0 { // u is positive
		for i := range l.m {
			l.u[i], l.v[i], l.d[i] = float64(l.store[i]), float64(l.store[l.m+i]), float64(l.store[2*l.m+i])
		}
		return
	}
	l.residuals(s.X, l.rho)
	lift := 0.0
	for _, r := range l.rho {
		lift += math.Abs(r) / float64(l.m)
	}
	lift = max(lift, 1e-3*kernel.Norm2(l.y)/float64(l.m), 1e-300)
	for i, r := range l.rho {
		l.u[i], l.v[i], l.d[i] = max(r, 0)+lift, max(-r, 0)+lift, 0
	}
	l.save()
}

func (l *FrischNewton[T]) save() {
	for i := range l.m {
		l.store[i], l.store[l.m+i], l.store[2*l.m+i] = T(l.u[i]), T(l.v[i]), T(l.d[i])
	}
}

// gap is how far f may be above its minimum: f(x) − scale·y·d, for a d that
// satisfies the constraints of the dual up to rounding.
func (l *FrischNewton[T]) gap(s *State[T]) float64 {
	return s.F - l.scale*kernel.Dot(l.y, l.d)
}

func (l *FrischNewton[T]) judge(s *State[T], gap float64) Reason {
	size := max(math.Abs(s.F), l.scale*1e-300)
	switch {
	case s.F == 0:
		return because(Converged, "every residual is zero after %s", steps(s.Iter))
	case gap <= l.tol*size:
		return because(Converged, "duality gap %s of the value ≤ %s after %s: no other parameters can be better by more", num(max(gap, 0)/size, 2), num(l.tol, 2), steps(s.Iter))
	}
	return Reason{}
}

// advance takes the predictor-corrector step; the new point is in s.X.
func (l *FrischNewton[T]) advance(s *State[T]) bool {
	mu, pairs := 0.0, 2*float64(l.m)
	for i := range l.m {
		t, b := l.slacks(i)
		l.w[i] = 1 / (l.u[i]/t + l.v[i]/b)
		mu += l.u[i]*t + l.v[i]*b
	}
	mu /= pairs
	if !l.factor() {
		return false
	}
	clear(l.cu)
	clear(l.cv)
	l.direction(s, 0)
	primal, dual := l.lengths()
	after := 0.0
	for i := range l.m {
		t, b := l.slacks(i)
		after += (l.u[i]+primal*l.du[i])*(t-dual*l.dd[i]) + (l.v[i]+primal*l.dv[i])*(b+dual*l.dd[i])
		l.cu[i], l.cv[i] = -l.du[i]*l.dd[i], l.dv[i]*l.dd[i]
	}
	centre := math.Pow(max(after, 0)/pairs/mu, 3)
	l.direction(s, centre*mu)
	primal, dual = l.lengths()
	primal, dual = min(1, 0.9995*primal), min(1, 0.9995*dual)
	for j, x := range s.X {
		s.X[j] = T(float64(x) + primal*l.dx[j])
	}
	for i := range l.m {
		l.u[i] += primal * l.du[i]
		l.v[i] += primal * l.dv[i]
		l.d[i] += dual * l.dd[i]
	}
	s.Step = primal
	return true
}

// slacks of the dual constraints d ≤ q and d ≥ q − 1 in row i.
func (l *FrischNewton[T]) slacks(i int) (top, bottom float64) {
	return max(l.q-l.d[i], 1e-300), max(l.d[i]+1-l.q, 1e-300)
}

// factor factors AᵀWA, with a trifle on its diagonal that grows until the
// matrix is definite: parameters that the rows do not determine stay about where
// they are, and later steps correct what the trifle did.
func (l *FrischNewton[T]) factor() bool {
	for trifle := 1e-14; trifle < 1e-4; trifle *= 100 {
		for j := range l.n {
			kernel.Mul(l.weighted, l.w, l.a[j*l.m:(j+1)*l.m])
			for k := j; k < l.n; k++ {
				l.normal[j*l.n+k] = kernel.Dot(l.weighted, l.a[k*l.m:(k+1)*l.m])
			}
		}
		for j := range l.n {
			d := &l.normal[j*l.n+j]
			if *d *= 1 + trifle; *d == 0 {
				*d = 1
			}
		}
		if _, ok := lapack64.Potrf(l.symmetric()); ok {
			return true
		}
	}
	return false
}

func (l *FrischNewton[T]) symmetric() blas64.Symmetric {
	return blas64.Symmetric{Uplo: blas.Upper, N: l.n, Stride: l.n, Data: l.normal}
}

// direction stores the Newton step towards complementary products mu in dx, du,
// dv and dd.
func (l *FrischNewton[T]) direction(s *State[T], mu float64) {
	l.residuals(s.X, l.rho)
	for i := range l.m {
		t, b := l.slacks(i)
		l.rho[i] -= l.u[i] - l.v[i] // what rounding left of feasibility
		l.du[i], l.dv[i] = (mu-l.cu[i])/t-l.u[i], (mu-l.cv[i])/b-l.v[i]
		l.rho[i] += l.dv[i] - l.du[i]
	}
	kernel.Mul(l.weighted, l.w, l.rho)
	for j := range l.n {
		col := l.a[j*l.m : (j+1)*l.m]
		l.dx[j] = kernel.Dot(col, l.weighted) + kernel.Dot(col, l.d)
	}
	lapack64.Potrs(blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: l.n, Stride: l.n, Data: l.normal}, blas64.General{Rows: l.n, Cols: 1, Stride: 1, Data: l.dx})
	for j, v := range l.dx {
		kernel.Axpy(-v, l.a[j*l.m:(j+1)*l.m], l.rho)
	}
	for i := range l.m {
		t, b := l.slacks(i)
		l.dd[i] = l.w[i] * l.rho[i]
		l.du[i] += l.u[i] / t * l.dd[i]
		l.dv[i] -= l.v[i] / b * l.dd[i]
	}
}

// lengths are the longest primal and dual steps that keep all signs.
func (l *FrischNewton[T]) lengths() (primal, dual float64) {
	primal, dual = 1e10, 1e10
	for i := range l.m {
		t, b := l.slacks(i)
		if l.du[i] < 0 {
			primal = min(primal, -l.u[i]/l.du[i])
		}
		if l.dv[i] < 0 {
			primal = min(primal, -l.v[i]/l.dv[i])
		}
		if l.dd[i] > 0 {
			dual = min(dual, t/l.dd[i])
		} else if l.dd[i] < 0 {
			dual = min(dual, -b/l.dd[i])
		}
	}
	return primal, dual
}
