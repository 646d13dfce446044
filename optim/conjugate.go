package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// CGFormula is a formula for the β of nonlinear conjugate gradients.
type CGFormula int

// The formulas, with g and g₊ the old and new gradient, y = g₊ − g and d the old
// direction.
const (
	CGHagerZhang      CGFormula = iota + 1 // (y − 2d·|y|²/dᵀy)ᵀg₊/dᵀy, at least −1/(|d|·min(0.01, |g|)) (SIAM J. Optim. 16 (2005) 170)
	CGPolakRibiere                         // max(0, g₊ᵀy/|g|²) (Rev. Fr. Inf. Rech. Oper. 16 (1969) 35; Gilbert and Nocedal 1992)
	CGFletcherReeves                       // |g₊|²/|g|² (Computer J. 7 (1964) 149)
	CGHestenesStiefel                      // g₊ᵀy/dᵀy (J. Res. NBS 49 (1952) 409)
	CGDaiYuan                              // |g₊|²/dᵀy (SIAM J. Optim. 10 (1999) 177)
)

var cgNames = []string{"hz", "pr+", "fr", "hs", "dy"}

// ConjugateGradient is the nonlinear method of conjugate gradients,
//
//	d ← −∇f + β·d,   x ← x + α·d,   α by the line search,
//
// with one of five formulas for β. It forgets d after Restart steps, where d
// is no direction of descent, and, but for Hager and Zhang's formula, where two
// gradients in a row are far from orthogonal, |g₊ᵀg| ≥ 0.2·|g₊|² (Powell, Math.
// Programming 12 (1977) 241). It keeps three vectors and no matrix.
type ConjugateGradient[T Float] struct {
	Formula CGFormula  // 0 means CGHagerZhang
	Search  LineSearch // 0 means HagerZhang
	C1      float64    // sufficient decrease; 0 means 1e-4
	C2      float64    // curvature of the Wolfe conditions; 0 means 0.1
	Restart int        // steps after which d is forgotten; 0 means 6n

	lineMethod[T]
}

// The own entries of memo.
const (
	cgBeta  = walkMemo + iota
	cgSince // steps since the last restart
	cgOwn   = 2
)

// cgOrthogonal is the cosine-like ratio above which gradients count as far from
// orthogonal.
const cgOrthogonal = 0.2

// Init refuses numbers out of range and problems with batches.
func (c *ConjugateGradient[T]) Init(p *Problem[T], s *State[T]) error {
	if c.Formula < 0 || c.Formula > CGDaiYuan || c.Restart < 0 {
		return fmt.Errorf("optim: cg has no formula number %d with a restart after %d steps", c.Formula, c.Restart)
	}
	return c.prepare(p, "cg", c.Search, HagerZhang, orDefault(c.C1, 1e-4), orDefault(c.C2, 0.1), cgOwn)
}

// Buffers yields what a later step depends on.
func (c *ConjugateGradient[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("direction", c.dir) && yield("memo", c.memo)
}

// Next takes one step.
func (c *ConjugateGradient[T]) Next(p *Problem[T], s *State[T]) error {
	if err := c.ready(p, s); err != nil || s.Why.Status != Running {
		return err
	}
	beta := c.memo[cgBeta]
	for i, g := range s.G {
		c.dir[i] = beta*c.dir[i] - g
	}
	if slope := kernel.Dot(c.dir, s.G); beta != 0 && !(slope <= -1e-10*kernel.Norm2(c.dir)*kernel.Norm2(s.G)) {
		c.restart(s)
	}
	t, ok, err := c.descend(p, s, c.first(s))
	if err == nil && !ok && c.memo[cgBeta] != 0 {
		c.restart(s)
		t, ok, err = c.descend(p, s, c.first(s))
	}
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, c.line.high)
		return nil
	}
	c.memo[cgBeta] = T(c.beta(s.G, c.line.grad))
	c.take(s, t)
	return nil
}

func (c *ConjugateGradient[T]) restart(s *State[T]) {
	c.memo[cgBeta], c.memo[cgSince] = 0, 0
	c.downhill(s.G)
}

// beta is the factor of the direction in the next one.
func (c *ConjugateGradient[T]) beta(g, next []T) float64 {
	limit := c.Restart
	if limit == 0 {
		limit = 6 * len(g)
	}
	c.memo[cgSince]++
	gg, nn, across := kernel.Dot(g, g), kernel.Dot(next, next), kernel.Dot(g, next)
	hz := c.Formula <= CGHagerZhang
	if int(c.memo[cgSince]) >= limit || !hz && math.Abs(across) >= cgOrthogonal*nn {
		c.memo[cgSince] = 0
		return 0
	}
	dy := kernel.Dot(c.dir, next) - kernel.Dot(c.dir, g)
	beta := 0.0
	switch c.Formula {
	case CGPolakRibiere:
		beta = max(0, (nn-across)/gg)
	case CGFletcherReeves:
		beta = nn / gg
	case CGHestenesStiefel:
		beta = (nn - across) / dy
	case CGDaiYuan:
		beta = nn / dy
	default:
		yy := gg + nn - 2*across
		beta = (nn - across - 2*yy*kernel.Dot(c.dir, next)/dy) / dy
		beta = max(beta, -1/(kernel.Norm2(c.dir)*min(0.01, math.Sqrt(gg))))
	}
	if !finite(beta) {
		return 0
	}
	return beta
}
