package loss

import "math"

// R2 is the coefficient of determination 1 − Σw(y−p)² / Σw(y−ȳ)² of the
// predictions p for the targets y, where ȳ is the weighted mean. Weights may be
// nil for ones. It is NaN where it has no meaning: no rows, or targets that are
// all equal.
func R2(p, y, w []float64) float64 {
	mean := weightedMean(len(y), w, func(i int) float64 { return y[i] })
	variance := weightedMean(len(y), w, func(i int) float64 { return (y[i] - mean) * (y[i] - mean) })
	if !(variance > 0) {
		return math.NaN()
	}
	return 1 - meanSquared(p, y, w)/variance
}

// RMSE is the root of the weighted mean of squared errors; NaN without rows.
func RMSE(p, y, w []float64) float64 { return math.Sqrt(meanSquared(p, y, w)) }

// MAE is the weighted mean of absolute errors; NaN without rows.
func MAE(p, y, w []float64) float64 {
	return weightedMean(len(y), w, func(i int) float64 { return math.Abs(y[i] - p[i]) })
}

// PoissonDeviance is the weighted mean of 2·(y·log(y/p) − y + p), the unit
// deviance of the Poisson distribution (McCullagh and Nelder, table 2.1), with
// y·log(y) = 0 at y = 0. It is NaN without rows, for a negative target, and for
// a rate p that is not positive.
func PoissonDeviance(p, y, w []float64) float64 {
	return weightedMean(len(y), w, func(i int) float64 {
		switch {
		case y[i] < 0 || !(p[i] > 0):
			return math.NaN()
		case y[i] == 0:
			return 2 * p[i]
		}
		return 2 * (y[i]*math.Log(y[i]/p[i]) - y[i] + p[i])
	})
}

// Pinball is the weighted mean of the quantile loss q·max(y−p, 0) +
// (1−q)·max(p−y, 0) (Koenker and Bassett 1978); NaN without rows.
func Pinball(p, y, w []float64, q float64) float64 {
	return weightedMean(len(y), w, func(i int) float64 {
		r := y[i] - p[i]
		return max(q*r, (q-1)*r)
	})
}

func meanSquared(p, y, w []float64) float64 {
	return weightedMean(len(y), w, func(i int) float64 { return (y[i] - p[i]) * (y[i] - p[i]) })
}

// weightedMean is Σ w·value / Σ w over n rows, NaN where no weight is positive.
// Rows are added in blocks, so that a long sum keeps its digits.
func weightedMean(n int, w []float64, value func(i int) float64) float64 {
	const block = 1024
	var sum, total float64
	for lo := 0; lo < n; lo += block {
		var s, t float64
		for i := lo; i < min(lo+block, n); i++ {
			if w == nil {
				s, t = s+value(i), t+1
			} else if w[i] != 0 {
				s, t = s+w[i]*value(i), t+w[i]
			}
		}
		sum, total = sum+s, total+t
	}
	if !(total > 0) {
		return math.NaN()
	}
	return sum / total
}
