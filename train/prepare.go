package train

import (
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/internal/numtext"
	"descent/loss"
	"descent/model"
)

// usable lists the rows that can be learned from: those with a target and every
// other value that is needed.
func (p *plan) usable(t *data.Table, training bool) ([]int, error) {
	need, err := p.needed(t)
	if err != nil {
		return nil, err
	}
	rows, dropped, err := t.Complete(need...)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("train: no row of %s has a value in %s", t.Name, allOf(need))
	}
	if dropped > 0 {
		p.note("%s of %s left out: no value in %s", numtext.Count(dropped, "row"), t.Name, anyOf(need))
	}
	if training {
		p.dropped = dropped
	}
	return rows, nil
}

func allOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("every one of %v", names)
}

func anyOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("one of %v", names)
}

// split sets validation rows aside.
func (p *plan) split(t *data.Table, rows []int) error {
	p.train = part{table: t, rows: rows}
	if v := p.opts.ValidationTable; v != nil {
		aside, err := p.usable(v, false)
		if err != nil {
			return err
		}
		p.valid = part{table: v, rows: aside}
		return nil
	}
	fraction := p.opts.Validation
	if fraction == 0 && p.spec.Kind != model.Formula && len(rows) >= minRowsToSplit {
		fraction = 0.2
	}
	if fraction <= 0 {
		return nil
	}
	strata, err := p.strata(t, rows)
	if err != nil {
		return err
	}
	kept, aside, err := data.Split(rows, fraction, p.opts.Seed, strata)
	if err != nil {
		return err
	}
	p.train.rows, p.valid = kept, part{table: t, rows: aside}
	return nil
}

// strata is the class of every row, nil where the target is a number, or where
// there are several.
func (p *plan) strata(t *data.Table, rows []int) ([]int, error) {
	if p.several() {
		return nil, nil
	}
	target, err := data.NewTarget(t, rows, p.opts.Target, p.task(t))
	if err != nil || target.Classes == nil {
		return nil, err
	}
	y := make([]float64, len(rows))
	if err := target.Encode(t, rows, y); err != nil {
		return nil, err
	}
	strata := make([]int, len(rows))
	for i, v := range y {
		strata[i] = int(v)
	}
	return strata, nil
}

// learnColumns fits target and encoder on the training rows, and settles what
// depends on the target: model and loss.
func (p *plan) learnColumns(t *data.Table) (err error) {
	learn := func(name string) (*data.Target, error) { return data.NewTarget(t, p.train.rows, name, p.task(t)) }
	if err := p.learnTargets(learn); err != nil {
		return err
	}
	if err := p.settleLoss(); err != nil {
		return err
	}
	if len(p.opts.Features) == 0 && p.spec.Kind == model.Formula {
		p.encoder = &data.Encoder{} // a formula of free parameters alone
		return nil
	}
	p.encoder, err = data.NewEncoder(t, p.train.rows, p.featureOptions())
	return err
}

// settleLoss settles what depends on the target: model and loss.
func (p *plan) settleLoss() (err error) {
	kind := model.Target{Classes: len(p.target.Classes), Columns: len(p.targets)}
	if p.spec, err = p.spec.Resolve(kind); err != nil {
		return err
	}
	if (p.loss == loss.Loss{}) {
		if p.loss, err = loss.Parse(p.spec.Loss(kind)); err != nil {
			return err
		}
	}
	return p.checkLoss(kind)
}

// checkLoss refuses a loss that does not fit the model or the target.
func (p *plan) checkLoss(t model.Target) error {
	k := p.spec.Kind
	ok := true
	switch {
	case k == model.Logistic:
		ok = p.loss.Link() == loss.Sigmoid
	case k == model.Softmax:
		ok = p.loss.Link() == loss.Softmax
	case k == model.Poisson:
		ok = p.loss.Link() == loss.Exp
	case k == model.Linear:
		ok = p.loss.Link() == loss.Identity
	case k == model.Formula:
		ok = p.loss.Link() != loss.Softmax
	}
	if !ok {
		return fmt.Errorf("train: the loss %s does not go with the model %s; leave it out for %s", p.loss, p.spec, p.spec.Loss(t))
	}
	switch {
	case p.loss.Classes() && t.Classes == 0:
		return fmt.Errorf("train: the loss %s is for classes, but target %q is a number; try mse", p.loss, p.target.Column)
	case !p.loss.Classes() && t.Classes > 0:
		return fmt.Errorf("train: the loss %s is for numbers, but target %q has classes; try %s", p.loss, p.target.Column, p.spec.Loss(t))
	case p.loss.Link() == loss.Sigmoid && t.Classes != 2:
		return fmt.Errorf("train: the %s loss is for two classes, but target %q has %d; try cross-entropy", p.loss, p.target.Column, t.Classes)
	}
	return nil
}

// outputs is how many numbers a row the model gives.
func (p *plan) outputs() int {
	if p.loss.Link() == loss.Softmax {
		return len(p.target.Classes)
	}
	return len(p.names)
}

// fillParts encodes targets and weights of both parts.
func (p *plan) fillParts() error {
	for _, s := range []*part{&p.train, &p.valid} {
		if s.table == nil {
			continue
		}
		if err := p.fillPart(s); err != nil {
			return err
		}
	}
	return p.balance()
}

// fillPart encodes targets and weights of a part, and refuses targets that the
// loss has no value for.
func (p *plan) fillPart(s *part) error {
	s.y, s.w = make([]float64, s.n()*len(p.targets)), make([]float64, s.n())
	if err := encodeTargets(p.targets, s.table, s.rows, s.y); err != nil {
		return err
	}
	if err := p.refuseTarget(slices.Min(s.y)); err != nil {
		return err
	}
	for i := range s.w {
		s.w[i] = 1
	}
	if p.opts.Weight != "" {
		if err := s.table.Weights(p.opts.Weight, s.rows, s.w); err != nil {
			return err
		}
	}
	return nil
}

// refuseTarget refuses targets that the loss has no value for, by the least.
func (p *plan) refuseTarget(least float64) error {
	low, included := p.loss.Least()
	if least > low || included && least == low {
		return nil
	}
	needs := map[string]string{"poisson": "counts", "gamma": "positive numbers"}[p.loss.Name]
	if needs == "" {
		needs = "numbers that are not negative"
	}
	return fmt.Errorf("train: the %s loss needs %s, but target %q holds %v", p.loss, needs, p.target.Column, least)
}

// balance multiplies the training weights so that every class weighs the same
// and the mean weight stays. Validation keeps the weights of the data.
func (p *plan) balance() error {
	if p.opts.ClassWeight == "" {
		return nil
	}
	k := len(p.target.Classes)
	if k == 0 {
		return fmt.Errorf("train: class weights are for classes, but target %q is a number", p.target.Column)
	}
	share := make([]float64, k)
	var total float64
	for i, c := range p.train.y {
		share[int(c)] += p.train.w[i]
		total += p.train.w[i]
	}
	for i, c := range p.train.y {
		p.train.w[i] *= total / (float64(k) * share[int(c)])
	}
	return nil
}

// scaleTarget chooses the units of training. Linear models and networks whose
// loss has units see the target with mean 0 and deviation 1, so that rates,
// starts and tolerances mean the same for every table; the last layer takes the
// units back afterwards. A formula keeps the target as it is, and only its loss
// is divided.
func (p *plan) scaleTarget() error {
	if p.several() {
		return p.scaleTargets()
	}
	p.scale, p.divide, p.factor, p.inner = 1, 1, 1, p.loss
	sd := p.target.SD
	if p.target.Classes != nil || !(sd > 0) {
		return nil
	}
	inner, factor, ok := p.loss.Rescale(sd)
	switch {
	case !ok:
	case factor == 0 || math.IsInf(factor, 0):
		return fmt.Errorf("train: target %q has a standard deviation of %.3g, whose square no number can hold; give it in other units, or use the loss mae", p.target.Column, sd)
	case p.spec.Kind == model.Formula:
		p.divide, p.factor = factor, factor
	case p.spec.Kind == model.Linear || p.spec.Kind == model.MLP:
		p.shift, p.scale, p.factor, p.inner = p.target.Mean, sd, factor, inner
	}
	return nil
}

// scaled is the target as training sees it.
func (p *plan) scaled(y []float64) []float64 {
	out := make([]float64, len(y))
	k := len(p.targets)
	for i, v := range y {
		shift, scale := p.outputUnits(i % k)
		out[i] = (v - shift) / scale
	}
	return out
}

// lambda is the L2 penalty in the units of training. A linear model and a
// formula keep its meaning exactly: their weights shrink by the scale, their
// loss by the factor. For a network λ belongs to the scaled target.
func (p *plan) lambda() float64 {
	if p.spec.Kind == model.MLP {
		return p.opts.L2
	}
	return p.opts.L2 * p.scale * p.scale / p.factor
}
