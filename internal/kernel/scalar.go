package kernel

import "math"

// The functions of one number that package math lacks, or has with a flaw.

// LogOf is the natural logarithm. Package math is wrong by several units for
// subnormal numbers on amd64, so these are scaled first.
func LogOf(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// SigmoidOf is 1/(1+exp(−x)); the exponential never overflows.
func SigmoidOf(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// SoftplusOf is log(1+exp(x)) = max(x, 0) + log1p(exp(−|x|)).
func SoftplusOf(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}
