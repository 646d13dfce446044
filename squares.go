package descent

import (
	"fmt"
	"strings"

	"descent/expr"
	"descent/graph"
	"descent/optim"
)

// maxResiduals bounds the elements of the Jacobian that a method for sums of
// squares keeps: 1 GiB.
const maxResiduals = 1 << 27

// Residuals is the formula as a sum of squares, ½·Scale·Σ rᵢ², where it is
// visibly one: even powers, products of squares and choices between them, under
// sums, means and positive factors. The error names the term that is no square.
func (f *Formula) Residuals() (*optim.Residuals[float64], error) {
	r, scale, stranger := f.graph.SumOfSquares(f.value)
	if stranger != nil {
		return nil, fmt.Errorf("descent: the formula is not visibly a sum of squares%s; what is expected is (…)^2 + … or sum(i=1..n, (…)^2), with positive factors. lbfgs takes any smooth formula", found(stranger))
	}
	if r.Len() > maxResiduals/f.Dim() {
		return nil, fmt.Errorf("descent: the %d squares of %d variables have a Jacobian of %.3g numbers, and a method for sums of squares holds it whole, at most %d; use lbfgs", r.Len(), f.Dim(), float64(r.Len())*float64(f.Dim()), maxResiduals)
	}
	s, err := graph.NewResidual[float64](f.graph, r)
	if err != nil {
		return nil, err
	}
	for name, values := range f.columns {
		if err := s.Bind(name, values); err != nil {
			return nil, err
		}
	}
	return &optim.Residuals[float64]{Len: s.Len(), Scale: scale, Eval: s.Eval, JVP: s.JVP, VJP: s.VJP, Jac: s.Jac}, nil
}

// found names a term of a sum that is no square, where it can be written
// shortly in the language of formulas.
func found(n *graph.Node) string {
	text := expr.Text(n)
	for _, word := range []string{"slice(", "gather(", "scatter(", "pad(", "transpose(", "tensor(", "stack(", "…"} {
		if strings.Contains(text, word) {
			return ": under a sum over an index there is a term that is none"
		}
	}
	if len(text) > 60 {
		return ": it has a term that is none"
	}
	return ": found " + text
}

// structured adds what the method asks of a problem beyond value and gradient.
func (f *Formula) structured(p *optim.Problem[float64], method string) error {
	if method == "" || method == "auto" {
		return nil
	}
	m, err := optim.Find[float64](method)
	if err != nil || !m.Squares {
		return err
	}
	p.Resid, err = f.Residuals()
	return err
}
