package optim

import (
	"errors"
	"fmt"

	"descent/internal/kernel"
)

// Accumulate is the problem whose batches are k of p's together: value and
// gradient are the means over them, one after the other, so that a step counts
// for k batches in the memory of one. Batch number n of it is made of those
// number k·n to k·n + k−1 of p.
func Accumulate[T Float](p Problem[T], k int) (Problem[T], error) {
	switch {
	case p.Draw == nil:
		return p, errors.New("optim: a full objective has no batches to accumulate")
	case k < 1:
		return p, fmt.Errorf("optim: %d batches to accumulate; there must be at least 1", k)
	case k == 1:
		return p, nil
	}
	now, part := 0, make([]T, p.Dim)
	draw, eval := p.Draw, p.Eval
	p.Draw = func(step int) error {
		now = step
		return nil
	}
	p.HVP, p.Resid = nil, nil
	p.Eval = func(x, grad []T) (float64, error) {
		sum, g := 0.0, part
		clear(grad)
		if grad == nil {
			g = nil
		}
		for i := range k {
			if err := draw(k*now + i); err != nil {
				return 0, fmt.Errorf("drawing the batch: %w", err)
			}
			f, err := eval(x, g)
			if err != nil {
				return 0, err
			}
			sum += f
			kernel.Add(grad, grad, g)
		}
		kernel.Scale(T(1/float64(k)), grad)
		return sum / float64(k), nil
	}
	return p, nil
}
