package train

import (
	"math"

	"descent/graph"
	"descent/optim"
	"descent/param"
)

// precondition lets L-BFGS see the weights of a linear model on sparse rows in
// units in which all bend alike. Such columns cannot be scaled beforehand: to
// take the mean away would fill them, and λ belongs to the units that they have.
// A frequent column bends the loss a thousand times as much as a rare one, and
// L-BFGS alone takes several times as many steps to learn that.
//
// The curvature of weight j at the start is c·Σᵢ wᵢ·xᵢⱼ²/Σᵢ wᵢ + λ, c that of the
// intercept, which a product with the Hessian gives.
func (s *session[T]) precondition(solver optim.Solver[T], x []T) (optim.Solver[T], error) {
	p, set := s.plan, s.whole.set
	lbfgs, ok := solver.(*optim.LBFGS[T])
	if ok && !p.sparse {
		return s.rehearse(lbfgs, x)
	}
	if !ok || !p.spec.Convex() || p.opts.L1 > 0 || len(set.inputs) != 1 || set.inputs[0].sparse == nil {
		return solver, nil
	}
	blocks := s.net.Layout.Blocks()
	bias := blocks[len(blocks)-1]
	unit, out := make([]T, len(x)), make([]T, len(x))
	param.View(unit, bias)[0] = 1
	if err := s.whole.hvpAll(x, unit, out); err != nil {
		return nil, err
	}
	c := float64(param.View(out, bias)[0])
	if !(c > 0) || math.IsInf(c, 0) {
		return solver, nil // a loss without curvature here
	}
	factor := make([]T, len(x))
	for i := range factor {
		factor[i] = T(optim.PowerOfTwo(1 / math.Sqrt(c)))
	}
	squares, err := s.meanSquares()
	if err != nil {
		return nil, err
	}
	weight := param.View(factor, blocks[0])
	outputs := len(weight) / len(squares)
	for j, q := range squares {
		d := T(optim.PowerOfTwo(1 / math.Sqrt(c*q+s.penalty.lambda)))
		for k := range outputs {
			weight[j*outputs+k] = d
		}
	}
	return &optim.Scaled[T]{Solver: lbfgs, Factor: factor}, nil
}

// meanSquares are the weighted means of the squares of the columns.
func (s *session[T]) meanSquares() ([]float64, error) {
	set := s.whole.set
	sum := make([]float64, set.inputs[0].sparse.Cols)
	err := s.whole.sparseBlocks(func(m *graph.Matrix[T], _, weight []T, n int) {
		for i := range n {
			w := float64(weight[i]) / set.total
			for k := m.Start[i]; k < m.Start[i+1]; k++ {
				v := float64(m.Value[k])
				sum[m.Index[k]] += w * v * v
			}
		}
	})
	return sum, err
}
