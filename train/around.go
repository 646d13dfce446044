package train

import (
	"fmt"
	"math"

	"descent/optim"
)

// checkGradient compares the gradient at the start with differences, where that
// is wanted, on all rows or on the first batch.
func (s *session[T]) checkGradient(p *optim.Problem[T], x []T) error {
	if !s.plan.opts.CheckGradient {
		return nil
	}
	if p.Draw != nil {
		if err := p.Draw(0); err != nil {
			return err
		}
	}
	c, err := optim.CheckGradient(p, x)
	if err != nil {
		return err
	}
	if !c.OK {
		return fmt.Errorf("train: %s", c.Text)
	}
	s.checks = c.Text
	return nil
}

// follow remembers the parts of the solver that want to be told things.
func (s *session[T]) follow(solver optim.Solver[T]) {
	switch o := solver.(type) {
	case *optim.FirstOrder[T]:
		s.order = o
		s.slows, _ = optim.Within[*optim.ReduceOnPlateau[T]](o.Rule)
	case *optim.RowWise[T]:
		s.slows, _ = optim.Within[*optim.ReduceOnPlateau[T]](o.Rule)
	}
}

// tell gives the loss of an epoch to a rate that falls on plateaus: that of the
// validation rows, or else of the training rows.
func (s *session[T]) tell(at *Progress) {
	if s.slows == nil {
		return
	}
	if !math.IsNaN(at.Validation) && !s.slows.Training {
		s.slows.See(at.Validation)
	} else {
		s.slows.See(at.Train)
	}
}

func skippedText(n int) string {
	if n == 1 {
		return "1 batch was passed over, as its loss or gradient was not finite"
	}
	return fmt.Sprintf("%d batches were passed over, as their loss or gradient was not finite", n)
}

// around are remarks on what was done around the rule.
func (s *session[T]) around() (notes []string) {
	if s.checks != "" {
		notes = append(notes, s.checks)
	}
	if s.order != nil && s.order.Skipped() > 0 {
		notes = append(notes, skippedText(s.order.Skipped()))
	}
	return notes
}
