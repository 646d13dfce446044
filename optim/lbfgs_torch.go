package optim

import (
	"errors"
	"fmt"
	"math"

	"descent/internal/kernel"
)

// TorchLBFGS is the limited-memory BFGS method (Nocedal and Wright, Numerical
// Optimization, algorithm 7.4) by the conventions of PyTorch's LBFGS, which are
// those of minFunc (Schmidt 2005): the first step is Rate·min(1, 1/|g|₁) times
// −g, every later one begins at, or with Fixed is, Rate times −H·g; a pair
// counts where sᵀy > 1e-10; and a step ends the run where a step promises less
// than ChangeTol. LBFGS is safer: it backs off from points that are not finite,
// and knows rounding from descent.
//
// A step takes Inner inner steps, as one call of PyTorch's step takes max_iter.
type TorchLBFGS[T Float] struct {
	Rate      float64 // first trial of a line search, or the whole step; 0 means 1
	Fixed     bool    // no line search; f may rise
	Memory    int     // pairs kept; 0 means 100
	Inner     int     // inner steps at most; 0 means 1
	Evals     int     // evaluations at most in a step, the first included; 0 means 5/4 of Inner, but at least 26
	GradTol   float64 // largest entry of a gradient that ends the run; 0 means 1e-7
	ChangeTol float64 // of x, f and the slope: less than this ends the step; 0 means 1e-9

	search    minfuncSearch[T]
	dir       []T
	last      []T // the gradient where dir was made
	step      []T // s of the pair in the making
	s, y      []T // rings of Memory pairs
	rho       []T // 1/sᵀy of each pair
	weight    []float64
	memo      []T
	evaluated int // in this step
}

// The entries of memo.
const (
	torchTaken = iota // inner steps so far
	torchPairs        // pairs that were ever kept
	torchScale        // sᵀy/yᵀy of the newest pair
	torchAlpha        // factor of the last step
	torchMemo
)

// Init refuses hyperparameters out of range, and problems that draw a batch for
// each step.
func (l *TorchLBFGS[T]) Init(p *Problem[T], _ *State[T]) error {
	n, m := p.Dim, l.memory()
	switch {
	case l.Memory < 0 || l.Inner < 0 || l.Evals < 0:
		return fmt.Errorf("optim: lbfgs-torch with %d pairs, %d inner steps and %d evaluations; none may be negative", l.Memory, l.Inner, l.Evals)
	case !(l.Rate >= 0 && l.GradTol >= 0 && l.ChangeTol >= 0):
		return fmt.Errorf("optim: lbfgs-torch with the rate %g and the tolerances %g and %g; none may be negative", l.Rate, l.GradTol, l.ChangeTol)
	case m > maxPairNumbers/max(n, 1):
		return fmt.Errorf("optim: %d pairs of %d numbers do not fit in memory; 5 to 50 pairs are usual for lbfgs", m, n)
	case p.Draw != nil:
		return errors.New("optim: lbfgs compares gradients of one function, but this problem draws a new batch for every step; use the full data, or a rule such as adam")
	}
	l.search = minfuncSearch[T]{line: line[T]{at: make([]T, n), grad: make([]T, n)}, tol: orDefault(l.ChangeTol, 1e-9)}
	l.dir, l.last, l.step = make([]T, n), make([]T, n), make([]T, n)
	l.s, l.y, l.rho = make([]T, m*n), make([]T, m*n), make([]T, m)
	l.weight, l.memo = make([]float64, m), make([]T, torchMemo)
	return nil
}

func (l *TorchLBFGS[T]) rate() float64 { return orDefault(l.Rate, 1) }

func (l *TorchLBFGS[T]) memory() int {
	if l.Memory == 0 {
		return 100
	}
	return l.Memory
}

func (l *TorchLBFGS[T]) evals() int {
	if l.Evals == 0 {
		return max(26, l.Inner*5/4)
	}
	return l.Evals
}

// Buffers yields everything that a later step depends on.
func (l *TorchLBFGS[T]) Buffers(yield func(name string, b []T) bool) {
	_ = yield("steps", l.s) && yield("changes", l.y) && yield("rho", l.rho) && yield("direction", l.dir) &&
		yield("last gradient", l.last) && yield("memo", l.memo)
}

// Next takes the inner steps.
func (l *TorchLBFGS[T]) Next(p *Problem[T], s *State[T]) error {
	if err := refresh(p, s); err != nil {
		return err
	}
	if v := kernel.NormInf(s.G); v <= orDefault(l.GradTol, 1e-7) {
		s.Why = because(NoProgress, "the largest entry of the gradient, %s, is within the tolerance %s that lbfgs-torch has of its own; a smaller gradtol goes on", num(v, 2), num(orDefault(l.GradTol, 1e-7), 2))
		return nil
	}
	l.evaluated = 1
	for k := 1; ; k++ {
		more, err := l.inner(p, s)
		if err != nil || s.Why.Status != Running {
			if k > 1 {
				s.Why = Reason{} // the steps before it count
			}
			return err
		}
		if !more || k >= l.Inner {
			return nil
		}
	}
}

// inner takes one inner step, and says whether the tolerances let another one
// follow.
func (l *TorchLBFGS[T]) inner(p *Problem[T], s *State[T]) (more bool, err error) {
	tol := l.search.tol
	l.direct(s.G)
	copy(l.last, s.G)
	start := trial{f: s.F, slope: kernel.Dot(s.G, l.dir)}
	alpha := l.rate()
	if l.memo[torchTaken] == 1 {
		size := 0.0
		for _, v := range s.G {
			size += math.Abs(float64(v))
		}
		alpha *= min(1, 1/size)
	}
	l.memo[torchAlpha] = T(alpha)
	if !(start.slope <= -tol) {
		s.Why = because(NoProgress, "a step promises only %s, less than the tolerance %s that lbfgs-torch has of its own; a smaller changetol goes on", num(-start.slope, 2), num(tol, 2))
		return false, nil
	}
	l.search.along(p, s.X, l.dir)
	end, err := l.find(start, alpha)
	if err != nil {
		return false, err
	}
	if end.alpha == 0 {
		s.Why = noDescent(s, trial{alpha: alpha})
		return false, nil
	}
	l.memo[torchAlpha] = T(end.alpha)
	change := math.Abs(end.f - s.F)
	advance(s, end, l.search.at, l.search.grad)
	still := kernel.NormInf(s.G) <= orDefault(l.GradTol, 1e-7) || end.alpha*kernel.NormInf(l.dir) <= tol || change < tol
	return !still && finite(s.F) && l.evaluated < l.evals(), nil
}

// find is the trial to go to: the one that the rate names, or that the line
// search ends with.
func (l *TorchLBFGS[T]) find(start trial, alpha float64) (trial, error) {
	if l.Fixed {
		l.evaluated++
		return l.search.eval(alpha)
	}
	end, used, err := l.search.search(start, alpha, l.evals()-l.evaluated)
	l.evaluated += used
	return end, err
}

// direct makes the direction −H·g, from the pairs up to the one of the step that
// led here.
func (l *TorchLBFGS[T]) direct(g []T) {
	if l.memo[torchTaken]++; l.memo[torchTaken] == 1 {
		kernel.AddScaled(l.dir, -2, g, g) // g − 2g
		return
	}
	l.remember(g)
	n, m, pairs := len(g), l.memory(), int(l.memo[torchPairs])
	oldest := max(0, pairs-m)
	kernel.AddScaled(l.dir, -2, g, g)
	for k := pairs - 1; k >= oldest; k-- {
		i := k % m
		l.weight[i] = kernel.Dot(l.s[i*n:(i+1)*n], l.dir) * float64(l.rho[i])
		kernel.AddScaled(l.dir, T(-l.weight[i]), l.y[i*n:(i+1)*n], l.dir)
	}
	if pairs > 0 {
		kernel.Scale(l.memo[torchScale], l.dir)
	}
	for k := oldest; k < pairs; k++ {
		i := k % m
		b := kernel.Dot(l.y[i*n:(i+1)*n], l.dir) * float64(l.rho[i])
		kernel.AddScaled(l.dir, T(l.weight[i]-b), l.s[i*n:(i+1)*n], l.dir)
	}
}

// remember keeps the pair of the last step, where its curvature is positive.
func (l *TorchLBFGS[T]) remember(g []T) {
	const least = 1e-10
	n := len(g)
	for i, v := range l.dir {
		l.step[i] = l.memo[torchAlpha] * v
	}
	kernel.AddScaled(l.last, -1, l.last, g) // y = g − g of before
	sy := kernel.Dot(l.last, l.step)
	if !(sy > least) {
		return
	}
	i := int(l.memo[torchPairs]) % l.memory()
	copy(l.s[i*n:(i+1)*n], l.step)
	copy(l.y[i*n:(i+1)*n], l.last)
	l.rho[i], l.memo[torchScale] = T(1/sy), T(sy/kernel.Dot(l.last, l.last))
	l.memo[torchPairs]++
}
