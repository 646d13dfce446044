package loss

import "descent/internal/kernel"

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
		kernel.Sigmoid(z, z)
	case Exp:
		kernel.Exp(z, z)
	case Softmax:
		z = z[:len(z)/k*k]
		kernel.SoftmaxRows(z, z, k)
	}
}
