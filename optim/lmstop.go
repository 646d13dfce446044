package optim

import (
	"math"
	"strconv"

	"descent/internal/kernel"
	"descent/param"
)

// judge is the reason to end at the state's point, or the zero Reason.
func (l *LevenbergMarquardt[T]) judge(s *State[T]) Reason {
	if l.sum == 0 {
		return because(Converged, "every residual is zero after %s", steps(s.Iter))
	}
	tangent, floor := l.qr.tangent(), l.floor(s.X)
	l.offset = tangent / math.Sqrt(l.sum)
	switch {
	case l.offset <= l.tol:
		return l.arrived(s, "relative offset %s ≤ %s after %s: the residual is orthogonal to the tangent plane", num(l.offset, 2), num(l.tol, 2), steps(s.Iter))
	case tangent <= floor:
		return l.arrived(s, "after %s a step could remove %s from the residual, which is below the rounding of the model, %s", steps(s.Iter), num(tangent, 2), num(floor, 2))
	}
	if l.memo[lmStale] == 0 || l.offset < float64(l.memo[lmLeast]) {
		l.memo[lmLeast] = T(l.offset)
		l.memo[lmStale] = min(l.memo[lmStale], 1)
	}
	if l.memo[lmStale] > noisySteps {
		return l.stuck(s)
	}
	return Reason{}
}

// floor is what rounding the parameters alone changes in the residuals:
// 4ε·| |J|·|x| |.
func (l *LevenbergMarquardt[T]) floor(x []T) float64 {
	m := len(l.r)
	clear(l.second)
	for j, v := range x {
		for i, d := range l.jac[j*m : (j+1)*m] {
			l.second[i] += math.Abs(float64(d) * float64(v))
		}
	}
	return 4 * epsilon[T]() * kernel.Norm2(l.second)
}

// noise is the relative change of |r|² that may be rounding alone.
func (l *LevenbergMarquardt[T]) noise(x []T) float64 {
	return 64*epsilon[T]() + 2*l.floor(x)/math.Sqrt(l.sum)
}

// arrived qualifies a stationary point. Where a column of J has all but
// vanished beside what it just was, its parameter has run off to where it has
// no effect, and the point is no minimum.
func (l *LevenbergMarquardt[T]) arrived(s *State[T], format string, args ...any) Reason {
	if why := l.ranOff(s, func(j int) float64 { return 1e-8 * float64(l.scale[j]) }); why.Status != Running {
		return why
	}
	why := because(Converged, format, args...)
	free := len(s.X) - l.qr.rank
	for _, held := range l.held {
		if held {
			free-- // its column is left out
		}
	}
	if free > 0 {
		why.Text += "; the data do not determine all parameters, " + strconv.Itoa(free) + " of " + strconv.Itoa(len(s.X)) + " are free"
	}
	return why
}

// ranOff is the reason that names a parameter whose column of J is no longer
// than least, if there is one.
func (l *LevenbergMarquardt[T]) ranOff(s *State[T], least func(j int) float64) Reason {
	m := len(l.r)
	for j, x := range s.X {
		if l.scale[j] > 0 && kernel.Norm2(l.jac[j*m:(j+1)*m]) <= least(j) {
			return because(NoProgress, "%s ran off to %s, where it has no effect on the residuals; start closer to the solution, or hold it fixed", l.name(j), num(float64(x), 4))
		}
	}
	return Reason{}
}

// stuck is the reason when no damping gives a smaller residual. The whole
// Gauss–Newton step promises to lower |r|² by the square of the relative
// offset: where that is within rounding, or what it would remove from r is
// within a few roundings of the model, the point is as good as numbers get.
func (l *LevenbergMarquardt[T]) stuck(s *State[T]) Reason {
	if l.offset*l.offset <= l.noise(s.X) || l.offset*math.Sqrt(l.sum) <= 16*l.floor(s.X) {
		return l.arrived(s, "relative offset %s after %s: what a step could still remove from |r|² = %s is within its rounding", num(l.offset, 2), steps(s.Iter), num(l.sum, 6))
	}
	effect := 1e-8 * math.Sqrt(l.sum) // of a parameter that doubles, or grows by one
	if why := l.ranOff(s, func(j int) float64 { return effect / max(1, math.Abs(float64(s.X[j]))) }); why.Status != Running {
		return why
	}
	return because(NoProgress, "no damped step lowers |r|² = %s further, although the relative offset is %s: the Jacobian does not belong to these residuals, or they are not smooth here",
		num(l.sum, 6), num(l.offset, 2))
}

// nameOf is what to call element j of a flat vector: its block's name, with
// the element's number from 1 in a block of several.
func nameOf(blocks []param.Block, j int) string {
	for _, b := range blocks {
		if k := j - b.Offset; k >= 0 && k < b.Len() {
			if b.Len() == 1 {
				return b.Name
			}
			return b.Name + "[" + strconv.Itoa(k+1) + "]"
		}
	}
	return "parameter " + strconv.Itoa(j+1)
}
