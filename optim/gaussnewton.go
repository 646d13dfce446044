package optim

import "descent/internal/kernel"

// GaussNewton solves least squares problems, f = ½·Scale·|r|², by steps along the
// minimiser of the linear model (Nocedal and Wright, Numerical Optimization,
// §10.3),
//
//	x ← x + α·d,   d = argmin |J·d + r|²,   α by the line search,
//
// which is close to Newton's step where the residuals are small. J is factored
// with column scaling and pivoting; parts of d that meet next to no effect on r
// are held back by a damping of 10⁻¹⁶. It ends by the tests of
// LevenbergMarquardt, which is the safer choice far from the solution.
type GaussNewton[T Float] struct {
	Tol    float64    // relative offset that counts as converged; 0 means 1e-9
	Search LineSearch // 0 means StrongWolfe
	C1     float64    // sufficient decrease; 0 means 1e-4
	C2     float64    // curvature of the Wolfe conditions; 0 means 0.9

	lineMethod[T]
	squares LevenbergMarquardt[T]
}

// gaussDamping keeps the linear model solvable where J has not full rank.
const gaussDamping = 1e-16

// Init refuses problems without residuals or without their derivatives.
func (n *GaussNewton[T]) Init(p *Problem[T], s *State[T]) error {
	n.squares = LevenbergMarquardt[T]{Tol: n.Tol, who: "gauss-newton"}
	if err := n.squares.Init(p, s); err != nil {
		return err
	}
	return n.prepare(p, "gauss-newton", n.Search, StrongWolfe, orDefault(n.C1, 1e-4), orDefault(n.C2, 0.9), 0)
}

func (n *GaussNewton[T]) judges() {}

// Buffers yields what a later step depends on.
func (n *GaussNewton[T]) Buffers(yield func(name string, b []T) bool) {
	n.squares.Buffers(func(name string, b []T) bool { return yield("squares "+name, b) })
	yield("search memo", n.memo)
}

// Next takes one step, or sets s.Why at a point that it cannot better.
func (n *GaussNewton[T]) Next(p *Problem[T], s *State[T]) error {
	q := &n.squares
	if err := q.start(s); err != nil {
		return err
	}
	q.factor()
	if s.Why = q.judge(s); s.Why.Status != Running {
		return nil
	}
	q.qr.damp(gaussDamping)
	q.qr.solve(q.qr.qtr, q.v)
	for j, v := range q.v {
		n.dir[j] = T(v / q.unitScale(j))
	}
	t, ok, err := n.descend(p, s, 1)
	if err == nil && !ok && kernel.Norm2(n.dir) > 0 {
		n.downhill(s.G)
		t, ok, err = n.descend(p, s, n.first(s))
	}
	if err != nil {
		return err
	}
	if !ok {
		s.Why = q.stuck(s)
		return nil
	}
	flat := s.F-t.f <= q.noise(s.X)*s.F
	n.take(s, t)
	if q.memo[lmStale]++; !flat {
		q.memo[lmStale] = 0
	}
	return nil
}
