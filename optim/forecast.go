package optim

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"descent/internal/kernel"
)

// Forecast says what gradient descent or momentum with a fixed rate will need
// near a minimum, from the curvature at one point: it takes the function for
// the quadratic that it looks like there.
type Forecast struct {
	Rate      float64 // the rate that was asked about
	Least     float64 // λmin, the least curvature
	Most      float64 // λmax, the largest
	Condition float64 // λmax/λmin
	// Contraction is the factor on the gradient in a late step: |1 − ηλ| at its
	// worst for gradient descent, the largest root of z² − (1+β−η(1−d)λ)·z + β
	// for momentum. The run diverges where it is 1 or more.
	Contraction float64
	Steps       int     // until the gradient is at most the tolerance; −1: never
	BestRate    float64 // the fixed rate of the least contraction, rounded down to three digits
	BestSteps   int     // with that rate; −1: more than can be counted
	Text        string  // the sentence for people
}

// mostForecast bounds the steps that a forecast counts.
const mostForecast = 1 << 22

// modes are curvatures and the parts of the gradient along them: the nodes and
// weights of Lanczos's process begun with the gradient, so that
// |g after k steps|² = Σ weight·q(λ)², where q is what k steps make of a mode.
// On a quadratic of few dimensions this is exact; otherwise it is Gauss's
// quadrature (Golub and Meurant, Matrices, Moments and Quadrature, chapter 6).
type modes struct{ curvature, weight []float64 }

// Foresee forecasts the rule at x, where the gradient is g: how many steps it
// takes until the gradient is at most tol. It knows GD and Momentum, in
// schedules that change nothing; others are an error, and so is a point where
// the function does not curve upwards in every direction.
func Foresee[T Float](p *Problem[T], x, g []T, rule Rule[T], tol float64) (Forecast, error) {
	var f Forecast
	var beta, share float64
	switch r := bare(rule).(type) {
	case *GD[T]:
		f.Rate, share = r.rate(), 1
	case *Momentum[T]:
		f.Rate, beta, share = r.rate(), r.beta(), 1-r.Dampening
	default:
		return f, fmt.Errorf("optim: there is a forecast for gd and momentum with a fixed rate, not for %s", ruleName(rule))
	}
	ends, err := Extremes(p, x, Lanczos{})
	if err != nil {
		return f, err
	}
	if !(ends.Min > 1e-9*ends.Max) {
		return f, fmt.Errorf("optim: the function does not curve upwards in every direction (the curvature goes from %s to %s), so near here nothing can be forecast",
			num(ends.Min, 3), num(ends.Max, 3))
	}
	m, err := modesOf(p, x, g)
	if err != nil {
		return f, err
	}
	f.Least, f.Most, f.Condition = ends.Min, ends.Max, ends.Max/ends.Min
	f.Contraction = max(contraction(f.Rate*share*ends.Min, beta), contraction(f.Rate*share*ends.Max, beta))
	f.Steps = m.steps(f.Rate, beta, share, tol, f.Contraction)
	f.BestRate = threeDigits(2 * (1 + beta) / (share * (ends.Min + ends.Max)))
	f.BestSteps = m.steps(f.BestRate, beta, share, tol, contraction(f.BestRate*share*ends.Max, beta))
	f.Text = f.sentence(tol)
	return f, nil
}

// threeDigits rounds a rate down to three digits, for people to type: the best
// rate lies so close below the limit of divergence, by one part in the condition
// number, that three digits rounded up may lie above it.
func threeDigits(rate float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(rate))-2)
	down, err := strconv.ParseFloat(strconv.FormatFloat(math.Floor(rate/unit*(1+1e-12))*unit, 'g', 3, 64), 64)
	if err != nil || !(down > 0) || !finite(down) {
		return rate
	}
	return down
}

func (f Forecast) sentence(tol float64) string {
	text := fmt.Sprintf("condition number %s (curvature from %s to %s): ", num(f.Condition, 3), num(f.Least, 3), num(f.Most, 3))
	switch {
	case f.Contraction >= 1:
		text += fmt.Sprintf("the rate %s is too high, steps grow by the factor %s", num(f.Rate, 3), num(f.Contraction, 3))
	case f.Steps < 0:
		text += fmt.Sprintf("the rate %s needs more than %d steps to a gradient of %s", num(f.Rate, 3), mostForecast, num(tol, 2))
	default:
		text += fmt.Sprintf("about %s to a gradient of %s with the rate %s", steps(f.Steps), num(tol, 2), num(f.Rate, 3))
	}
	if f.BestSteps >= 0 {
		text += fmt.Sprintf("; the best fixed rate is %s, with about %s", num(f.BestRate, 3), steps(f.BestSteps))
	}
	return text
}

// contraction is the spectral radius of a step in a mode with ηλ = a: the larger
// root of z² − (1+β−a)·z + β in absolute value.
func contraction(a, beta float64) float64 {
	half := (1 + beta - a) / 2
	if d := half*half - beta; d > 0 {
		return math.Abs(half) + math.Sqrt(d)
	}
	return math.Sqrt(beta)
}

// modesOf runs Lanczos's process from the gradient.
func modesOf[T Float](p *Problem[T], x, g []T) (modes, error) {
	l := newLanczos[T](p.Dim, Lanczos{Tol: 1e-12})
	l.basis = l.basis[:0]
	for i, v := range g {
		l.w[i] = float64(v)
	}
	size := kernel.Norm2(l.w)
	if !(size > 0) || !finite(size) {
		return modes{}, errors.New("optim: the gradient is zero or not finite, so there is nothing to forecast")
	}
	l.push(size)
	hvp := hessianProduct(p)
	for !l.done {
		l.narrow()
		if err := hvp(x, l.v, l.hv); err != nil {
			return modes{}, err
		}
		if err := l.extend(); err != nil {
			return modes{}, err
		}
	}
	k := len(l.alpha)
	m := modes{curvature: make([]float64, k), weight: make([]float64, k)}
	copy(m.curvature, l.ritz)
	for i := range k {
		m.weight[i] = size * size * l.z[i] * l.z[i] // the first component of each vector
	}
	return m, nil
}

// steps counts until the gradient is at most tol: in each mode it follows
//
//	qₖ₊₁ = (1 + β − ηλ)·qₖ − β·qₖ₋₁
//
// where the first step of momentum has the whole gradient. −1 means never, or
// beyond mostForecast.
func (m modes) steps(rate, beta, share, tol, factor float64) int {
	if !(factor < 1) {
		return -1
	}
	q, before := make([]float64, len(m.weight)), make([]float64, len(m.weight))
	for i := range q {
		q[i], before[i] = 1, 1
	}
	for k := 0; k <= mostForecast; k++ {
		sum := 0.0
		for i, w := range m.weight {
			sum += w * q[i] * q[i]
		}
		if math.Sqrt(sum) <= tol {
			return k
		}
		part := share
		if k == 0 {
			part = 1
		}
		for i, lambda := range m.curvature {
			q[i], before[i] = (1-rate*part*lambda)*q[i]+beta*(q[i]-before[i]), q[i]
		}
	}
	return -1
}
