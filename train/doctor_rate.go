package train

import (
	"fmt"
	"math"

	"descent/data"
	"descent/internal/kernel"
	"descent/internal/numtext"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// tooFast says where a rate that is too high blew up: the step, its rows, the
// column behind most of the gradient, and the rate to try.
func (s *session[T]) tooFast(r *Result) *Diagnosis {
	if r.Status != optim.Diverged || !s.plan.method.FirstOrder || !(s.rateAt() > 0) {
		return nil
	}
	d := &Diagnosis{Kind: RateTooHigh, Step: s.steps + 1, Rate: s.tryRate(s.rateAt())}
	on := "all rows"
	if !s.plan.full() {
		on = fmt.Sprintf("the %d rows of that step", s.plan.perStep())
	}
	d.Message = fmt.Sprintf("the rate %s is too high: the loss went out of hand on %s at step %d", numtext.Short(s.rateAt(), 3), on, d.Step)
	if at := s.rose(); at > 0 {
		d.Step = at
		d.Message = fmt.Sprintf("the rate %s is too high: by step %d the training loss was more than ten times that of the first step", numtext.Short(s.rateAt(), 3), at)
	}
	s.blame(d)
	d.Message += fmt.Sprintf("; try --lr %s", numtext.Short(d.Rate, 2))
	if s.plan.opts.Scale == data.Unscaled && s.plan.spec.Kind != model.Formula {
		d.Message += ", or leave --scale out"
	}
	return d
}

// rose is the step by which the loss of an epoch was far above the first one, 0
// where it never was.
func (s *session[T]) rose() int {
	for _, e := range s.curve {
		if e.Train > 10*s.plan.factor*s.first {
			return e.Step
		}
	}
	return 0
}

// rateAt is the rate of the last step, or the one that was asked for where the
// first step failed.
func (s *session[T]) rateAt() float64 {
	if s.rate > 0 {
		return s.rate
	}
	return s.plan.opts.Rate
}

// tryRate is a rate that should do: half the limit of stability at the start,
// where the rule has such a limit, and otherwise a tenth.
func (s *session[T]) tryRate(rate float64) float64 {
	tenth := rate / 10
	if s.order == nil || s.start == nil || s.plan.train.source != nil {
		return tenth
	}
	p := s.problem(nil)
	at, err := optim.Extremes(&p, s.start, optim.Lanczos{Tol: 1e-2, Steps: 30})
	if err != nil {
		return tenth
	}
	stable, ok := s.order.StableRate(at.Max)
	if !ok {
		return tenth
	}
	if s.plan.full() {
		return stable
	}
	return min(stable, tenth) // a batch may be steeper than all rows together
}

// blame names the column, or the parameter of a formula, that makes most of the
// gradient at the last good point, and the row with its largest value.
func (s *session[T]) blame(d *Diagnosis) {
	const most = 0.5 // of the squared gradient
	grad := make([]T, len(s.x))
	eval := s.whole.evalAll
	if s.drawn != nil && s.rowWise == nil {
		s.train.pick(s.steps, s.drawn)
		eval = s.train.obj.Eval
	}
	if _, err := eval(s.x, grad); err != nil {
		return
	}
	if s.plan.spec.Kind == model.Formula {
		if b, share := s.steepestBlock(grad); share >= most {
			d.Share = share
			d.Message += fmt.Sprintf("; %s has %s of the gradient", b.Name, percent(share))
		}
		return
	}
	feature, share := s.steepestFeature(grad)
	column := s.plan.columnOf(feature)
	if column == nil || share < most {
		return
	}
	d.Columns, d.Share = []string{column.Column}, share
	d.Message += fmt.Sprintf("; column %s has %s of the gradient", column.Column, percent(share))
	if c, err := s.plan.train.table.Column(column.Column); err == nil && c.Numbers != nil {
		d.farthest(c, s.rowsDrawn())
	}
}

// farthest names the row with the largest value of a column of numbers.
func (d *Diagnosis) farthest(c *data.Column, on part) {
	worst, size := -1, 0.0
	for i, row := range on.rows {
		if v := math.Abs(c.Numbers[row]); v > size {
			worst, size = i, v
		}
	}
	if worst < 0 {
		return
	}
	where := "there"
	if on.numbers != nil {
		where = fmt.Sprintf("in a sample of %s", numtext.Count(on.n(), "row"))
	}
	d.Rows = []int{on.number(worst) + 1}
	d.Message += fmt.Sprintf(", its largest value %s is %s in data row %d", where, numtext.Short(c.Numbers[on.rows[worst]], 6), d.Rows[0])
}

// rowsDrawn are the data rows of the last step; a sample of all where they have
// passed by.
func (s *session[T]) rowsDrawn() part {
	all := s.plan.train
	if s.drawn == nil {
		return all
	}
	drawn := part{table: all.table, rows: make([]int, len(s.drawn))}
	for i, at := range s.drawn {
		drawn.rows[i] = all.rows[at]
	}
	return drawn
}

// steepestBlock is the block with the largest share of the squared gradient.
func (s *session[T]) steepestBlock(grad []T) (block param.Block, share float64) {
	top := scaleOf(grad)
	var all, most float64
	for _, b := range s.net.Layout.Blocks() {
		sum := squares(param.View(grad, b), top)
		if all += sum; sum > most {
			block, most = b, sum
		}
	}
	return block, most / all
}

// steepestFeature is the feature whose weights in the first layer have the
// largest share of the layer's squared gradient.
func (s *session[T]) steepestFeature(grad []T) (feature int, share float64) {
	g := param.View(grad, s.net.Layout.Blocks()[0])
	units := len(g) / s.plan.encoder.Width()
	top := scaleOf(g)
	var all, most float64
	for j := range s.plan.encoder.Width() {
		sum := squares(g[j*units:(j+1)*units], top)
		if all += sum; sum > most {
			feature, most = j, sum
		}
	}
	return feature, most / all
}

// scaleOf is a size that keeps squares finite.
func scaleOf[T kernel.Float](g []T) float64 {
	return max(kernel.NormInf(g), math.SmallestNonzeroFloat64)
}

func squares[T kernel.Float](g []T, scale float64) (sum float64) {
	for _, v := range g {
		e := float64(v) / scale
		sum += e * e
	}
	return sum
}

// columnOf is the column that a feature comes from.
func (p *plan) columnOf(feature int) *data.Feature {
	for i := range p.encoder.Features {
		f := &p.encoder.Features[i]
		if feature < f.Width {
			return f
		}
		feature -= f.Width
	}
	return nil
}
