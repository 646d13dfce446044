package graph

import (
	"math"

	"descent/internal/kernel"
)

// Values of elementwise operations that the standard library lacks.

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func signum(a float64) float64 {
	switch {
	case a > 0:
		return 1
	case a < 0:
		return -1
	}
	return a // ±0 and NaN
}

func relu(a float64) float64 { return max(a, 0) }

func minimum(a, b float64) float64 { return min(a, b) }

func maximum(a, b float64) float64 { return max(a, b) }

// lgamma is the logarithm of |Γ(a)|.
func lgamma(a float64) float64 {
	v, _ := math.Lgamma(a)
	return v
}

// mod is a - b*floor(a/b), without the rounding of the quotient.
func mod(a, b float64) float64 {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

// xlogy is x*log(y), continued by 0 to x = 0.
func xlogy(x, y float64) float64 {
	if x == 0 && y == y {
		return 0
	}
	return x * kernel.LogOf(y)
}

func choose(c, a, b float64) float64 {
	if c != 0 {
		return a
	}
	return b
}

// bernoulli holds the Bernoulli numbers B₂, B₄, ... B₂₄.
var bernoulli = [...]float64{
	1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6,
	-3617. / 510, 43867. / 798, -174611. / 330, 854513. / 138, -236364091. / 2730,
}

// digamma is the derivative of log Γ. The argument is raised by the recurrence
// ψ(x) = ψ(x+1) - 1/x, then the asymptotic series is summed; negative arguments
// are reflected (Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18).
func digamma(x float64) float64 {
	if x < 0 {
		if x == math.Floor(x) {
			return math.NaN() // a pole, with either sign
		}
		return digamma(1-x) - math.Pi/math.Tan(math.Pi*(x-math.Floor(x)))
	}
	sum := 0.0
	for x < 14 {
		sum -= 1 / x
		x++
	}
	tail, w := 0.0, 1/(x*x)
	for k := len(bernoulli) - 1; k >= 0; k-- {
		tail = (tail + bernoulli[k]/float64(2*(k+1))) * w
	}
	return sum + (math.Log(x) - 0.5/x - tail)
}

// polygamma is the n-th derivative of the digamma function at x; n must be a
// whole number from 0 to 100, otherwise the result is NaN. The argument is
// raised by the recurrence ψₙ(x) = ψₙ(x+1) - (-1)ⁿ n! x^(-n-1), then the
// asymptotic series is summed (Abramowitz and Stegun 6.4.6, 6.4.11).
func polygamma(n, x float64) float64 {
	switch {
	case n == 0:
		return digamma(x)
	case !(n > 0 && n <= 100) || n != math.Floor(n) || !(x > -1e5):
		return math.NaN()
	}
	fact := math.Gamma(n + 1)
	sum := 0.0 // of |ψₙ|, up to the common sign (-1)^(n+1)
	for x < 14+n {
		sum += fact * math.Pow(x, -n-1)
		x++
	}
	// x^(-n) times (n-1)! + n!/(2x) + Σ B₂ₖ (2k+n-1)!/(2k)! x^(-2k)
	c := fact / n
	tail := c + fact/(2*x)
	for k, b := range bernoulli {
		m := float64(2 * (k + 1))
		c *= (m + n - 2) * (m + n - 1) / ((m - 1) * m)
		tail += b * c * math.Pow(x, -m)
	}
	sum += tail * math.Pow(x, -n)
	if math.Mod(n, 2) == 0 {
		return -sum
	}
	return sum
}
