package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// NewtonLine is Newton's method with a line search along
//
//	d = −V·|W|⁻¹·Vᵀ·∇f,   ∇²f = V·W·Vᵀ (in scaled variables),
//
// the Newton direction where all curvature is positive, and a direction of
// descent elsewhere, as no eigenvalue counts as less than a small part of the
// largest (Gill, Murray and Wright, Practical Optimization, §4.4.2). Beyond
// Dense variables conjugate gradients find d, and end where they meet negative
// curvature (Nocedal and Wright, Numerical Optimization, algorithm 7.1). It
// leaves stationary points that are no minima as Newton does.
type NewtonLine[T Float] struct {
	Search LineSearch // 0 means StrongWolfe
	C1     float64    // sufficient decrease; 0 means 1e-4
	C2     float64    // curvature of the Wolfe conditions; 0 means 0.9
	Dense  int        // variables up to which the whole Hessian is used; 0 means 150

	lineMethod[T]
	escape[T]
	model *eigenModel[T]
	cg    *steihaug[T]
}

// Init refuses numbers out of range and problems with batches.
func (n *NewtonLine[T]) Init(p *Problem[T], s *State[T]) error {
	if n.Dense < 0 || n.Dense > maxDense {
		return fmt.Errorf("optim: newton-line uses the whole Hessian of at most %d variables, not %d", maxDense, n.Dense)
	}
	n.model, n.cg, n.down = nil, nil, nil
	if p.Dim <= int(orDefault(float64(n.Dense), 150)) {
		n.model = newEigenModel(p)
	} else {
		n.cg = newSteihaug(p)
	}
	return n.prepare(p, "newton-line", n.Search, StrongWolfe, orDefault(n.C1, 1e-4), orDefault(n.C2, 0.9), 0)
}

// Buffers yields what a later step depends on.
func (n *NewtonLine[T]) Buffers(yield func(name string, b []T) bool) {
	if n.model == nil || yield("scale", n.model.scale) {
		yield("memo", n.memo)
	}
}

// Next takes one step.
func (n *NewtonLine[T]) Next(p *Problem[T], s *State[T]) error {
	if err := n.ready(p, s); err != nil || s.Why.Status != Running {
		return err
	}
	if n.down != nil {
		return n.leap(p, s, n.line)
	}
	if err := n.direct(s); err != nil {
		return noCurvature(s, err)
	}
	t, ok, err := n.descend(p, s, 1)
	if err == nil && !ok {
		n.downhill(s.G)
		t, ok, err = n.descend(p, s, n.first(s))
	}
	if err != nil {
		return err
	}
	if !ok {
		s.Why = noDescent(s, n.line.high)
		return nil
	}
	n.take(s, t)
	return nil
}

// direct stores the direction in dir.
func (n *NewtonLine[T]) direct(s *State[T]) error {
	if n.model == nil {
		_, err := n.cg.within(s.X, s.G, math.Inf(1))
		if copy(n.dir, n.cg.v); kernel.Norm2(n.dir) == 0 {
			n.downhill(s.G)
		}
		return err
	}
	if err := n.model.at(s.X, s.G); err != nil {
		return err
	}
	n.model.positive()
	n.model.back()
	for i, v := range n.model.step {
		n.dir[i] = T(v)
	}
	return nil
}
