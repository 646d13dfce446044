package train

import (
	"math"

	"descent/optim"
)

// onlineLoss is a loss of one row for learning row by row.
type onlineLoss interface {
	optim.RowLoss
	// curvature bounds the second derivative by the output, or is a fair guess.
	curvature() float64
}

// onlineLosses are the losses that can be learned row by row, by name.
var onlineLosses = map[string]onlineLoss{
	"logistic": rowLogistic{}, "mse": rowSquared{}, "poisson": rowPoisson{}, "cross-entropy": rowEntropy{}, "hinge": rowHinge{},
}

// rowLogistic is log(1 + exp(−m)) of the margin m: z for class 1, −z for 0.
type rowLogistic struct{}

// side is the sign that turns an output into a margin.
func side(target float64) float64 {
	if target > 0 {
		return 1
	}
	return -1
}

func (rowLogistic) curvature() float64 { return 0.25 }

func (rowLogistic) Of(z []float64, target float64, slope []float64) float64 {
	sign := side(target)
	m := sign * z[0]
	e := math.Exp(-math.Abs(m))
	wrong := 1 / (1 + e)
	if m > 0 {
		wrong *= e
	}
	slope[0] = -sign * wrong
	return max(-m, 0) + math.Log1p(e)
}

// Along solves dm/dt = rate/(1 + exp(m)): m + exp(m) grows by rate·weight.
func (l rowLogistic) Along(z, target, weight, rate float64) float64 {
	const small, sure = 1e-6, 30
	sign := side(target)
	m, way := sign*z, rate*weight
	if way < small || m > sure {
		return -sign * weight / (1 + math.Exp(m))
	}
	grown := math.Exp(m)
	total := m + grown + way
	at := m + way/(1+grown) // beyond the answer: the function is convex
	if total > 1 {
		at = min(at, math.Log(total))
	}
	for range 20 {
		e := math.Exp(at)
		d := (at + e - total) / (1 + e)
		at -= d
		if math.Abs(d) <= 1e-14*(1+math.Abs(at)) {
			break
		}
	}
	return -sign * (at - m) / rate
}

// rowSquared is (z − y)².
type rowSquared struct{}

func (rowSquared) curvature() float64 { return 2 }

func (rowSquared) Of(z []float64, target float64, slope []float64) float64 {
	r := z[0] - target
	slope[0] = 2 * r
	return r * r
}

// Along solves dz/dt = −2·rate·(z − y).
func (rowSquared) Along(z, target, weight, rate float64) float64 {
	if rate == 0 {
		return 2 * weight * (z - target)
	}
	return -(z - target) * math.Expm1(-2*rate*weight) / rate
}

// rowPoisson is exp(z) − y·z.
type rowPoisson struct{}

func (rowPoisson) curvature() float64 { return 10 }

func (rowPoisson) Of(z []float64, target float64, slope []float64) float64 {
	e := math.Exp(z[0])
	slope[0] = e - target
	return e - target*z[0]
}

// Along solves dz/dt = −rate·(exp(z) − y): u = exp(−z) moves by u' = rate·(1 − y·u).
func (rowPoisson) Along(z, target, weight, rate float64) float64 {
	const small = 1e-9
	way := rate * weight
	if way*(math.Exp(z)+target) < small {
		return weight * (math.Exp(z) - target)
	}
	u := math.Exp(-z)
	if target > 0 {
		u -= (1 - target*u) / target * math.Expm1(-way*target)
	} else {
		u += way
	}
	return (z + math.Log(u)) / rate
}

// rowEntropy is the cross-entropy of a softmax.
type rowEntropy struct{}

func (rowEntropy) curvature() float64 { return 0.5 }

func (rowEntropy) Of(z []float64, target float64, slope []float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for k, v := range z {
		slope[k] = math.Exp(v - top)
		sum += slope[k]
	}
	for k := range slope {
		slope[k] /= sum
	}
	y := int(target)
	slope[y]--
	return math.Log(sum) + top - z[y]
}

// Along is for one output; a softmax has several.
func (rowEntropy) Along(_, _, _, _ float64) float64 { return 0 }

// rowHinge is max(0, 1 − m) of the margin m.
type rowHinge struct{}

func (rowHinge) curvature() float64 { return 1 }

func (rowHinge) Of(z []float64, target float64, slope []float64) float64 {
	sign := side(target)
	if slope[0] = 0; sign*z[0] < 1 {
		slope[0] = -sign
	}
	return max(0, 1-sign*z[0])
}

// Along stops where the margin is 1.
func (rowHinge) Along(z, target, weight, rate float64) float64 {
	sign := side(target)
	if rate == 0 {
		return -sign * weight
	}
	return -sign * min(weight, max(0, 1-sign*z)/rate)
}
