package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/internal/numtext"
	"descent/loss"
	"descent/optim"
)

// separable says that a linear model of classes has no finite optimum: the
// weights that were found put every training row on its side, so larger ones do
// so with a smaller loss. That is a proof, whatever the loss has come down to. The
// rows at hand are asked first, and then those of all, the plan of the whole fit.
func (s *session[T]) separable(r *Result, all *plan) *Diagnosis {
	p := s.plan
	log := p.loss.Name == "logistic" || p.loss.Name == "cross-entropy"
	if !log || p.several() || !p.spec.Convex() || p.penalised() || p.opts.WeightDecay > 0 || !(float64(r.Loss.Train) < math.Ln2/2) {
		return nil
	}
	on := p.train
	if !r.Model.tellsApart(on.table, on.rows, on.y, on.w) || all != p && !all.tellsAllApart(r.Model) {
		return nil
	}
	n := all.train.n()
	return &Diagnosis{
		Kind: Separable, Count: n, Share: 1,
		Message: fmt.Sprintf("a linear model tells the classes of all %d training rows apart, so the loss has no finite minimum and the weights grow without end; an --l2 of 1e-3 or so gives a definite model", n),
	}
}

// tellsApart says whether every row that counts is on the side of its class y.
func (m *Model) tellsApart(t *data.Table, rows []int, y, w []float64) bool {
	z, _, err := m.outputs(t, rows)
	if err != nil {
		return false
	}
	k := m.Recipe.Outputs
	for i, class := range y {
		if w[i] > 0 && margin(z[i*k:(i+1)*k], int(class)) <= 0 {
			return false
		}
	}
	return true
}

// errTold ends a pass early.
var errTold = errors.New("enough rows were seen")

// tellsAllApart is tellsApart for rows that pass by.
func (p *plan) tellsAllApart(m *Model) bool {
	src := p.train.source
	var y, w []float64
	return src.pass(src.read, func(t *data.Table, rows []int) error {
		y, w = slices.Grow(y[:0], len(rows))[:len(rows)], slices.Grow(w[:0], len(rows))[:len(rows)]
		if err := src.values(p, t, rows, y, w); err != nil {
			return err
		}
		if len(rows) > 0 && !m.tellsApart(t, rows, y, w) {
			return errTold
		}
		return nil
	}) == nil
}

// margin is by how much the output of class y lies above the others; one output
// is the logit of class 1 against 0.
func margin(z []float64, y int) float64 {
	if len(z) == 1 {
		if y == 0 {
			return -z[0]
		}
		return z[0]
	}
	other := math.Inf(-1)
	for c, v := range z {
		if c != y {
			other = max(other, v)
		}
	}
	return z[y] - other
}

// overconfident counts held-out rows whose class is wrong and yet held for
// certain: outputs at the end of their range.
func (s *session[T]) overconfident(r *Result) *Diagnosis {
	const sure, worth, least = 0.999, 0.05, 5
	p := s.plan
	if l := p.loss.Link(); p.several() || p.target.Classes == nil || p.loss.Margin() || l != loss.Sigmoid && l != loss.Softmax {
		return nil
	}
	on := p.train
	if p.valid.n() > 0 {
		on = p.valid
	}
	on = on.sample(leakRows)
	z, _, err := r.Model.outputs(on.table, on.rows)
	if err != nil {
		return nil
	}
	guess := r.Model.interpret(z, on.n())
	d := &Diagnosis{Kind: Overconfident}
	k := len(guess.Classes)
	for i, y := range on.y {
		if c := guess.Class[i]; c != int(y) && guess.Probability[i*k+c] > sure {
			if d.Count++; len(d.Rows) < 3 {
				d.Rows = append(d.Rows, on.number(i)+1)
			}
		}
	}
	d.Share = float64(d.Count) / float64(on.n())
	if d.Count < least || d.Share < worth {
		return nil
	}
	d.Message = fmt.Sprintf("on %d of %d rows (%s) the model is wrong and yet sure to more than 99.9 %%: its outputs are saturated; look at data row %d, then try an --l2 of 1e-2 or so, fewer epochs, or a lower rate",
		d.Count, on.n(), percent(d.Share), d.Rows[0])
	return d
}

// stalled says that the training loss stood still for at least half of a fit
// that nothing else ended.
func (s *session[T]) stalled(r *Result) *Diagnosis {
	const still, least = 1e-3, 20
	n := len(s.curve)
	if r.Status != optim.Budget || !s.plan.method.FirstOrder || n < least {
		return nil
	}
	third, _ := lossesOf(s.curve[n/2 : 3*n/4])
	last, _ := lossesOf(s.curve[3*n/4:])
	if !(math.Abs(third-last) <= still*math.Abs(last)) {
		return nil
	}
	_, hi := lossesOf(s.curve[n/2:])
	since := slices.IndexFunc(s.curve, func(e EpochLog) bool { return e.Train <= hi })
	unit := "epoch"
	if r.Epochs == r.Steps {
		unit = "step"
	}
	d := &Diagnosis{Kind: Stalled, Step: s.curve[since].Step}
	d.Message = fmt.Sprintf("the training loss stopped moving at %s %d of %d, at %s", unit, s.curve[since].Epoch, s.curve[n-1].Epoch, numtext.Short(last, 4))
	switch learned := last < 0.98*float64(r.Loss.Baseline); {
	case learned && s.plan.ownEpochs:
		return nil // nobody asked for so many
	case learned:
		d.Message += "; fewer epochs would have done, and a falling rate (--schedule cosine) may go lower"
	case s.upRate() > s.rateAt():
		d.Rate = s.upRate()
		d.Message += fmt.Sprintf(", no better than the baseline: the rate %s is too small, try --lr %s", numtext.Short(s.rateAt(), 3), numtext.Short(d.Rate, 2))
	default:
		d.Message += ", no better than the baseline: the columns say nothing about the target, or the model cannot learn it; try --model mlp:64, or other columns"
	}
	return d
}

// lossesOf are the mean and the largest of the training losses of epochs.
func lossesOf(epochs []EpochLog) (mean, most float64) {
	most = math.Inf(-1)
	for _, e := range epochs {
		mean += e.Train / float64(len(epochs))
		most = max(most, e.Train)
	}
	return mean, most
}

// upRate is a rate to try where one may be too small: half the limit of
// stability at the start, or ten times the present one.
func (s *session[T]) upRate() float64 {
	p := s.problem(nil)
	if s.order != nil && s.start != nil {
		if at, err := optim.Extremes(&p, s.start, optim.Lanczos{Tol: 1e-2, Steps: 30}); err == nil {
			if stable, ok := s.order.StableRate(at.Max); ok {
				return stable
			}
		}
	}
	return 10 * s.rateAt()
}
