package loss

import (
	"math"

	"descent/internal/kernel"
)

// Link maps the outputs of a model, numbers of any size, to the scale of its
// target.
type Link string

// The links. Softmax works over the outputs of one row.
const (
	Identity Link = "identity"
	Sigmoid  Link = "sigmoid"
	Exp      Link = "exp"
	Softmax  Link = "softmax"
)

// Apply maps z, rows of k outputs, in place.
func (l Link) Apply(z []float64, k int) {
	switch l {
	case Sigmoid:
		for i, v := range z {
			z[i] = kernel.SigmoidOf(v)
		}
	case Exp:
		for i, v := range z {
			z[i] = math.Exp(v)
		}
	case Softmax:
		for lo := 0; lo+k <= len(z); lo += k {
			row := z[lo : lo+k]
			s := logSumExp(row)
			for i, v := range row {
				row[i] = math.Exp(v - s)
			}
		}
	}
}

// logSumExp is log Σ exp(z) without overflow.
func logSumExp(z []float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		if v > top || math.IsNaN(v) {
			top = v
		}
	}
	if math.IsInf(top, 0) || math.IsNaN(top) {
		return top
	}
	var sum float64
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}
