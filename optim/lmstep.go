package optim

import (
	"math"

	"descent/internal/kernel"
)

// jacobian fills jac at x and says whether it is finite.
func (l *LevenbergMarquardt[T]) jacobian(x, jac []T) (bool, error) {
	if l.resid.Jac != nil {
		err := l.resid.Jac(x, jac)
		return err == nil && kernel.AllFinite(jac), err
	}
	m := len(l.r)
	for j := range l.unit {
		l.unit[j] = 1
		err := l.resid.JVP(x, l.unit, jac[j*m:(j+1)*m])
		l.unit[j] = 0
		if err != nil {
			return false, err
		}
	}
	return kernel.AllFinite(jac), nil
}

// factor brings D up to the column norms of J and factors J·D⁻¹. A column that
// shrinks lowers its entry of D only slowly: a parameter that is losing its
// effect must not run away at once, nor be held back for ever.
func (l *LevenbergMarquardt[T]) factor() {
	m, n := len(l.r), len(l.at)
	for j := range n {
		col := l.jac[j*m : (j+1)*m]
		l.scale[j] = max(scaleDecay*l.scale[j], T(kernel.Norm2(col)))
		d := l.unitScale(j)
		if l.held[j] {
			d = math.Inf(1)
		}
		for i, v := range col {
			l.qr.a[i*n+j] = float64(v) / d
		}
	}
	for i, v := range l.r {
		l.qr.qtr[i] = float64(v)
	}
	l.qr.factor()
}

// unitScale is D's entry j, 1 for a parameter without any effect so far.
func (l *LevenbergMarquardt[T]) unitScale(j int) float64 {
	if l.scale[j] == 0 {
		return 1
	}
	return float64(l.scale[j])
}

// solve stores the damped step in v and the point it leads to in at, and
// returns the decrease of |r|² that the linear model predicts, relative to it.
func (l *LevenbergMarquardt[T]) solve(x []T) float64 {
	lambda := float64(l.memo[lmDamping])
	l.qr.damp(lambda)
	az2, z2 := l.qr.solve(l.qr.qtr, l.v)
	for j := range l.v {
		l.v[j] /= l.unitScale(j)
		l.at[j] = T(float64(x[j]) + l.v[j])
	}
	l.cut = l.confine()
	return (az2 + 2*lambda*z2) / l.sum
}

// hold finds the parameters that the gradient presses against their bounds.
func (l *LevenbergMarquardt[T]) hold(s *State[T]) {
	if l.box == nil {
		return
	}
	for j, g := range s.G {
		l.held[j] = g > 0 && s.X[j] == l.box.Lower[j] || g < 0 && s.X[j] == l.box.Upper[j] || l.box.Lower[j] == l.box.Upper[j]
	}
}

// confine projects the trial point on the box and reports whether it moved.
func (l *LevenbergMarquardt[T]) confine() (moved bool) {
	if l.box == nil {
		return false
	}
	for j, v := range l.at {
		if c := l.box.clamp(j, v); c != v {
			l.at[j], moved = c, true
		}
	}
	return moved
}

// shortened is the decrease of |r|² that the linear model predicts for the step
// to the trial point, relative to it.
func (l *LevenbergMarquardt[T]) shortened(x []T) float64 {
	m := len(l.r)
	for i, r := range l.r {
		l.second[i] = float64(r)
	}
	for j, v := range l.at {
		step := float64(v) - float64(x[j])
		for i, d := range l.jac[j*m : (j+1)*m] {
			l.second[i] += step * float64(d)
		}
	}
	return 1 - kernel.Dot(l.second, l.second)/l.sum
}

// bend moves the trial point from x + v to x + v + w/2, where w minimises
//
//	|J·w + r″|² + λ·|D·w|²,   r″ = (2/h)·((r(x + h·v) − r(x))/h − J·v),
//
// the second derivative of r along v. It refuses the step where |D·w| is more
// than bendMost times |D·v|, or r(x + h·v) is not finite.
func (l *LevenbergMarquardt[T]) bend(s *State[T]) (bool, error) {
	for j, x := range s.X {
		l.at[j] = T(float64(x) + bendAt*l.v[j])
	}
	sum, err := l.residuals(s)
	if err != nil || !finite(sum) {
		return false, err
	}
	for i := range l.second {
		l.second[i] = (float64(l.try[i]) - float64(l.r[i])) / bendAt
	}
	m, straight := len(l.r), 0.0
	for j, v := range l.v {
		for i, d := range l.jac[j*m : (j+1)*m] {
			l.second[i] -= float64(d) * v
		}
		straight += v * v * l.unitScale(j) * l.unitScale(j)
	}
	kernel.Scale(2/bendAt, l.second)
	l.qr.rotate(l.second)
	_, bent := l.qr.solve(l.second, l.w)
	if !(math.Sqrt(bent) <= bendMost*math.Sqrt(straight)) {
		return false, nil
	}
	for j, x := range s.X {
		l.at[j] = T(float64(x) + l.v[j] + 0.5*l.w[j]/l.unitScale(j))
	}
	l.confine()
	return true, nil
}

// moves reports whether the trial differs from x at all.
func (l *LevenbergMarquardt[T]) moves(x []T) bool {
	for j, v := range x {
		if l.at[j] != v {
			return true
		}
	}
	return false
}

// residuals evaluates the residuals at the trial and returns |r|², NaN where
// the trial itself is not finite.
func (l *LevenbergMarquardt[T]) residuals(s *State[T]) (float64, error) {
	if !kernel.AllFinite(l.at) {
		return math.NaN(), nil
	}
	s.Evals++
	err := l.resid.Eval(l.at, l.try)
	return sumSquares(l.try), err
}
