package optim

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"descent/internal/kernel"
)

// Newton is Newton's method with a trust region (Conn, Gould and Toint,
// Trust-Region Methods, 2000; Nocedal and Wright, Numerical Optimization, §4.1):
// the step v minimises the quadratic model
//
//	gᵀv + ½·vᵀ·∇²f·v   subject to   |D·v| ≤ Δ
//
// and is taken when f falls by a fair part of what the model predicts; Δ shrinks
// where the model was wrong and grows where it was right. Up to Dense variables
// the whole Hessian is computed, from HVP or differences of gradients, and the
// step is exact (Moré and Sorensen 1983), with D following the diagonal of the
// Hessian; beyond, conjugate gradients on Hessian products find it (Steihaug,
// SIAM J. Numer. Anal. 20 (1983) 626), with D = I.
//
// Both follow directions of negative curvature, and so leave saddles. Where the
// gradient vanishes at one, the verdict on the point says which way is down, and
// the run goes on from there. State.Step is the length of the step.
type Newton[T Float] struct {
	Radius float64 // first Δ; 0 means 1, or |D·x| where that is more
	Dense  int     // variables up to which the whole Hessian is used; 0 means 150

	model *eigenModel[T]
	cg    *steihaug[T]
	line  line[T]
	memo  []T
	escape[T]
}

// The entries of memo.
const (
	trustRadius = iota // Δ; 0 before the first step
	trustStale         // steps in a row within rounding noise
	trustLeast         // least |∇f| of those
	trustMemo
)

// Numbers of the method: the least part of the predicted decrease for which a
// step is taken; the parts below and above which Δ shrinks and grows; by how
// much; refusals at one point before the method gives up.
const (
	trustAccept = 1e-4
	trustPoor   = 0.25
	trustGood   = 0.75
	trustShrink = 0.25
	trustGrow   = 2.5
)

// Init refuses numbers out of range and problems with batches.
func (n *Newton[T]) Init(p *Problem[T], s *State[T]) error {
	switch {
	case p.Draw != nil:
		return fmt.Errorf("optim: newton compares values of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam")
	case n.Radius < 0 || !finite(n.Radius) || n.Dense < 0 || n.Dense > maxDense:
		return fmt.Errorf("optim: newton needs a positive radius and at most %d variables for the whole Hessian, got %g and %d", maxDense, n.Radius, n.Dense)
	}
	n.model, n.cg, n.down = nil, nil, nil
	if p.Dim <= int(orDefault(float64(n.Dense), 150)) {
		n.model = newEigenModel(p)
	} else {
		n.cg = newSteihaug(p)
	}
	n.line = line[T]{at: make([]T, p.Dim), grad: make([]T, p.Dim)}
	n.memo = make([]T, trustMemo)
	return nil
}

// Buffers yields what a later step depends on.
func (n *Newton[T]) Buffers(yield func(name string, b []T) bool) {
	if n.model == nil || yield("scale", n.model.scale) {
		yield("memo", n.memo)
	}
}

// Next takes one step.
func (n *Newton[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if n.down != nil {
		n.memo[trustStale], n.memo[trustRadius] = 0, 0
		return n.leap(p, s, &n.line)
	}
	if n.memo[trustStale] > staleSteps {
		s.Why = stalled(s)
		return nil
	}
	if n.model != nil {
		if err := n.model.at(s.X, s.G); err != nil {
			return noCurvature(s, err)
		}
	}
	if n.memo[trustRadius] == 0 {
		n.memo[trustRadius] = T(n.first(s.X))
	}
	for range backtracks {
		predicted, length, err := n.propose(s)
		if err != nil {
			return noCurvature(s, err)
		}
		if !(predicted > 0) || !finite(predicted) {
			break
		}
		taken, err := n.take(p, s, predicted, length)
		if taken || err != nil {
			return err
		}
	}
	s.Why = noDescent(s, n.line.high)
	return nil
}

// noCurvature ends a run at a point without a finite Hessian; another error is
// that of the problem.
func noCurvature[T Float](s *State[T], err error) error {
	if !errors.Is(err, errNoCurvature) {
		return err
	}
	s.Why = because(NoProgress, "%s, so a method of Newton's cannot go on; lbfgs needs gradients alone", strings.TrimPrefix(err.Error(), "optim: "))
	return nil
}

// first is the first radius.
func (n *Newton[T]) first(x []T) float64 {
	if n.Radius > 0 {
		return n.Radius
	}
	sum := 0.0
	for i, v := range x {
		d := float64(v)
		if n.model != nil {
			d *= float64(n.model.scale[i])
		}
		sum += d * d
	}
	return max(1, math.Sqrt(sum))
}

// propose stores a step within the radius at the trial point, and returns the
// decrease that the model predicts and the length of the step, both in the
// variables of the radius.
func (n *Newton[T]) propose(s *State[T]) (predicted, length float64, err error) {
	if n.model == nil {
		predicted, err = n.cg.within(s.X, s.G, float64(n.memo[trustRadius]))
		kernel.Add(n.line.at, s.X, n.cg.v)
		return predicted, kernel.Norm2(n.cg.v), err
	}
	n.model.within(float64(n.memo[trustRadius]))
	predicted = n.model.back()
	for i, v := range n.model.step {
		n.line.at[i] = T(float64(s.X[i]) + v)
	}
	return predicted, norm(n.model.z), nil
}

// take evaluates the trial, corrects the radius and moves the state where f
// falls enough. Within rounding noise a step is judged by the gradient.
func (n *Newton[T]) take(p *Problem[T], s *State[T], predicted, length float64) (bool, error) {
	f, err := p.Eval(n.line.at, n.line.grad)
	if err != nil {
		return false, err
	}
	noise := rounding[T](s.F)
	gnorm := kernel.Norm2(n.line.grad)
	ratio := (s.F - f) / predicted
	flat := math.Abs(s.F-f) <= noise && predicted <= noise && gnorm <= kernel.Norm2(s.G)
	sane := finite(f) && finite(gnorm)
	switch {
	case !sane, !flat && !(ratio >= trustPoor):
		n.memo[trustRadius] = T(trustShrink * length)
	case ratio > trustGood && length > 0.9*float64(n.memo[trustRadius]):
		n.memo[trustRadius] *= trustGrow
	}
	if !sane || !flat && !(ratio > trustAccept) {
		n.line.high = trial{alpha: length, f: f, slope: gnorm}
		return false, nil
	}
	moved := distance(n.line.at, s.X)
	stagnate(&n.memo[trustStale], &n.memo[trustLeast], s.F-f > noise, n.line.grad)
	advance(s, trial{alpha: moved, f: f}, n.line.at, n.line.grad)
	return true, nil
}
