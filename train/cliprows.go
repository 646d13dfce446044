package train

import (
	"errors"
	"fmt"

	"descent/internal/kernel"
	"descent/optim"
)

// rowClip is the mean gradient of rows of which none counts longer than max
// (Abadi et al., arXiv 1607.00133, algorithm 1, without its noise). One row
// after the other goes through a program for one row, so a step costs as many
// passes over the weights as the batch has rows.
type rowClip[T kernel.Float] struct {
	one *chunked[T] // one row; its loss counts as in a batch of all training rows
	max float64     // of the length of a row's gradient, in the units of training
	g   []T
	row [1]int
}

// newRowClip is nil where rows are not clipped.
func (s *session[T]) newRowClip() (*rowClip[T], error) {
	o := &s.plan.opts
	if o.ClipRows == 0 {
		return nil, nil
	}
	set := s.whole.set
	switch {
	case set.open != nil || s.plan.sparse || set.n < 2:
		return nil, errors.New("train: the gradients of single rows are for tables in memory, not sparse, of more than one row; leave the clipping of rows out")
	case o.CheckGradient:
		return nil, errors.New("train: the mean of clipped gradients is no gradient of the loss, so it cannot be checked; leave the check or the clipping of rows out")
	}
	one, err := s.objective(set, 1, float64(set.n)/set.total, true)
	if err != nil {
		return nil, fmt.Errorf("train: the program for one row: %w", err)
	}
	return &rowClip[T]{one: one, max: o.ClipRows, g: make([]T, s.net.Layout.Dim())}, nil
}

// eval is the mean loss of the rows, or of all where there are none, and the
// mean of their clipped gradients. What drops out in a row depends on step and
// row.
func (c *rowClip[T]) eval(step int, rows []int, x, grad []T) (float64, error) {
	n := len(rows)
	if rows == nil {
		n = c.one.set.n
	}
	clear(grad)
	sum := 0.0
	for i := range n {
		c.row[0] = i
		if rows != nil {
			c.row[0] = rows[i]
		}
		c.one.pick(step*n+i, c.row[:])
		if grad == nil {
			v, err := c.one.obj.Eval(x, nil)
			if err != nil {
				return 0, err
			}
			sum += v
			continue
		}
		v, err := c.one.obj.Eval(x, c.g)
		if err != nil {
			return 0, err
		}
		sum += v
		part := 1 / float64(n)
		if length := kernel.Norm2(c.g); length > c.max {
			part *= c.max / length
		}
		kernel.Axpy(T(part), c.g, grad)
	}
	return sum / float64(n), nil
}

// clippedProblem is the training objective with the gradients of its rows
// clipped.
func (s *session[T]) clippedProblem(draw func(step int) error) optim.Problem[T] {
	p := optim.Problem[T]{Dim: s.net.Layout.Dim(), Blocks: s.net.Layout.Blocks()}
	at := 0
	if draw != nil {
		p.Draw = func(step int) error {
			at = step
			return draw(step)
		}
	}
	p.Eval = func(x, grad []T) (float64, error) {
		var rows []int
		if draw != nil {
			rows = s.drawn
		}
		v, err := s.clip.eval(at, rows, x, grad)
		return v + s.penalty.add(x, grad), err
	}
	return p
}
