package train

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"descent/data"
	"descent/internal/numtext"
	"descent/loss"
	"descent/model"
	"descent/optim"
)

// CrossValidation says how well a model predicts rows that it has not seen: the
// rows are dealt into folds, and each fold is judged by a model fitted to all
// others (Stone 1974). Encoders, fillings and scalings are learned anew for
// every fold, from the rows it is fitted to. Its JSON is the "cv" of what
// `fit --json` prints.
type CrossValidation struct {
	Folds    int          `json:"folds"`
	Mean     loss.Metrics `json:"mean"`     // over the folds; "loss" first, then what Evaluate measures
	SD       loss.Metrics `json:"sd"`       // standard deviation among the folds (divided by folds − 1)
	Baseline loss.Metrics `json:"baseline"` // mean over the folds
	PerFold  []Fold       `json:"per_fold"`
	Notes    []string     `json:"notes,omitempty"`

	early   bool // the folds stopped early, by rows set aside from those they were fitted to
	resumed int  // folds taken from a checkpoint; 0: none
	fresh   bool // it goes on, and had no checkpoint yet
}

// Fold is one part of a cross-validation.
type Fold struct {
	Rows       int          `json:"rows"`            // fitted to
	Validation int          `json:"validation_rows"` // set aside from the other folds, to stop early by
	HeldOut    int          `json:"held_out_rows"`   // judged on
	Status     optim.Status `json:"status"`
	Reason     string       `json:"reason"`
	Epochs     int          `json:"epochs"`
	Steps      int          `json:"steps"`
	Best       int          `json:"best_epoch,omitempty"`
	Train      Number       `json:"train_loss"`
	Metrics    loss.Metrics `json:"metrics"`  // of the rows held out, "loss" first
	Baseline   loss.Metrics `json:"baseline"` // the same of what a model knows that knows only the target
}

// lossMetric is the loss as one of the metrics.
const lossMetric = "loss"

// CrossValidate fits opts.Folds models, each to the rows of all folds but one,
// and judges each on the fold that it has not seen. Folds are dealt at random by
// the seed; every class is spread over them evenly, and a class with a single
// row is always learned from. Rows to stop early by are set aside from the rows
// fitted to, never from the fold held out, and only where the model stops early
// or opts.Validation asks for them. Each fit has its share of opts.Time, one
// more share being left to a fit to all rows. observe may be nil.
func CrossValidate(ctx context.Context, t *data.Table, opts Options, observe Observer) (*CrossValidation, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	first := &plan{opts: opts}
	if err := first.chooseSpec(t); err != nil {
		return nil, err
	}
	return crossValidate(ctx, first, &tableFolds{table: t}, observe)
}

// foldRows are the rows that a cross-validation deals.
type foldRows interface {
	// deal makes the folds, and counts the classes of a single row.
	deal(p *plan) (lone int, err error)
	// plan is the plan of a fit to all rows but those of a fold, from 1.
	plan(opts Options, fold int) (*plan, error)
	// judge judges the model on the fold, and what knows only the target.
	judge(p *plan, r *Result, fold int) (e, base *Evaluation, err error)
}

func crossValidate(ctx context.Context, first *plan, rows foldRows, observe Observer) (*CrossValidation, error) {
	opts := first.opts
	if opts.Folds == 0 {
		return nil, fmt.Errorf("train: a cross-validation without folds; 5 or 10 are usual")
	}
	c := &CrossValidation{Folds: opts.Folds, early: first.stopsEarly()}
	lone, err := rows.deal(first)
	if err != nil {
		return nil, err
	}
	if lone > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%s of a single row: always learned from, never judged", numtext.Count(lone, "class")))
	}
	if opts.Resume {
		if err := c.takeUp(opts.Dir); err != nil {
			return nil, err
		}
	}
	if opts.Validation == 0 && !opts.ownValidation() && !c.early {
		opts.Validation = NoValidation
	}
	opts.Time = c.share(opts)
	for i := len(c.PerFold); i < c.Folds; i++ {
		o := opts
		o.Resume = c.resumed == i && opts.Resume
		if err := c.fit(ctx, rows, o, observe); err != nil {
			return nil, fmt.Errorf("train: fold %d of %d: %w", i+1, c.Folds, err)
		}
	}
	c.summarise()
	return c, nil
}

// stopsEarly says whether a validation loss ends the fit.
func (p *plan) stopsEarly() bool {
	return p.spec.Kind == model.MLP && p.opts.Patience != NoPatience && p.opts.Validation != NoValidation || p.opts.Patience > 0
}

// share is the part of the time that each of the fits has.
func (c *CrossValidation) share(opts Options) time.Duration {
	return opts.Time / time.Duration(c.Folds+1)
}

// tableFolds are folds of the rows of a table.
type tableFolds struct {
	table *data.Table
	folds [][]int
}

func (f *tableFolds) deal(p *plan) (lone int, err error) {
	rows, err := p.usable(f.table, true)
	if err != nil {
		return 0, err
	}
	strata, err := p.strata(f.table, rows)
	if err != nil {
		return 0, err
	}
	size := map[int]int{}
	for _, s := range strata {
		size[s]++
	}
	var dealt, classes []int
	for i, row := range rows {
		if strata != nil && size[strata[i]] == 1 {
			continue
		}
		dealt = append(dealt, row)
		if strata != nil {
			classes = append(classes, strata[i])
		}
	}
	f.folds, err = data.Folds(dealt, p.opts.Folds, p.opts.Seed, classes)
	return len(rows) - len(dealt), err
}

func (f *tableFolds) plan(opts Options, fold int) (*plan, error) {
	held := f.folds[fold-1]
	without := make(map[int]bool, len(held))
	for _, row := range held {
		without[row] = true
	}
	return newPlan(f.table, opts, without)
}

func (f *tableFolds) judge(p *plan, r *Result, fold int) (e, base *Evaluation, err error) {
	on := part{table: f.table, rows: f.folds[fold-1]}
	if err := p.fillPart(&on); err != nil {
		return nil, nil, err
	}
	if e, err = r.Model.evaluate(f.table, on.rows); err != nil {
		return nil, nil, err
	}
	base, _, err = p.baseline(on)
	return e, base, err
}

// takeUp reads the folds that are done from the checkpoint of a fit that was
// ended.
func (c *CrossValidation) takeUp(dir string) error {
	from, err := readCheckpoint(dir)
	if err != nil {
		return err
	}
	c.PerFold, c.fresh = from.state.Folds, from.fresh()
	c.resumed = len(c.PerFold)
	if c.resumed > c.Folds {
		return fmt.Errorf("train: the checkpoint in %s belongs to a cross-validation with more folds than %d; use the same options, or begin the fit anew", dir, c.Folds)
	}
	return nil
}

// fit fits a model to all rows but those of the next fold, and judges it on them.
func (c *CrossValidation) fit(ctx context.Context, rows foldRows, opts Options, observe Observer) error {
	fold := len(c.PerFold) + 1
	p, err := rows.plan(opts, fold)
	if err != nil {
		return err
	}
	p.across, p.fold = c, fold
	r, err := p.fit(ctx, observe)
	if err != nil {
		return err
	}
	if r.Status == optim.Interrupted {
		return fmt.Errorf("train: interrupted, so there is no model: %w", context.Canceled)
	}
	e, base, err := rows.judge(p, r, fold)
	if err != nil {
		return err
	}
	c.PerFold = append(c.PerFold, Fold{
		Rows: r.Rows, Validation: r.Validation, HeldOut: e.Rows, Status: r.Status, Reason: r.Reason,
		Epochs: r.Epochs, Steps: r.Steps, Best: r.Best, Train: r.Loss.Train,
		Metrics: withLoss(e), Baseline: withLoss(base),
	})
	return nil
}

// withLoss is the metrics with the loss before them, and those of each of several
// targets, as in rmse_NAME, behind them.
func withLoss(e *Evaluation) loss.Metrics {
	var list loss.Metrics
	if !e.Loss.IsZero() {
		list = loss.Metrics{{Name: lossMetric, Value: float64(e.Loss)}}
	}
	list = append(list, e.Metrics...)
	for _, t := range e.Targets {
		for _, m := range t.Metrics {
			list = append(list, loss.Metric{Name: m.Name + "_" + t.Target, Value: m.Value})
		}
	}
	return list
}

// summarise takes the mean and the deviation of every metric that each fold has.
func (c *CrossValidation) summarise() {
	metrics, baseline := make([]loss.Metrics, c.Folds), make([]loss.Metrics, c.Folds)
	for i, f := range c.PerFold {
		metrics[i], baseline[i] = f.Metrics, f.Baseline
		if f.Status == optim.Diverged {
			c.Notes = append(c.Notes, fmt.Sprintf("the fit without fold %d diverged: %s", i+1, f.Reason))
		}
	}
	c.Mean, c.SD = meanAndSD(metrics)
	c.Baseline, _ = meanAndSD(baseline)
}

// meanAndSD is the mean and the standard deviation of the metrics that are in
// every list, in the order of the first.
func meanAndSD(lists []loss.Metrics) (mean, sd loss.Metrics) {
	n := float64(len(lists))
	for _, m := range lists[0] {
		var sum, squares float64
		values := make([]float64, 0, len(lists))
		for _, l := range lists {
			if v, ok := l.Get(m.Name); ok {
				values = append(values, v)
				sum += v
			}
		}
		if len(values) < len(lists) {
			continue
		}
		for _, v := range values {
			squares += (v - sum/n) * (v - sum/n)
		}
		mean = append(mean, loss.Metric{Name: m.Name, Value: sum / n})
		sd = append(sd, loss.Metric{Name: m.Name, Value: math.Sqrt(squares / (n - 1))})
	}
	return mean, sd
}

// allRows are the options of the fit to all rows that follows. Where the folds
// set rows aside only to stop early by, this fit has as many epochs as their
// median best: all rows can then be learned from.
func (c *CrossValidation) allRows(opts Options) Options {
	opts.Resume = opts.Resume && c.resumed == c.Folds
	opts.Time = c.share(opts)
	if opts.Validation != 0 || opts.ownValidation() {
		return opts
	}
	opts.Validation = NoValidation
	if !c.early {
		return opts
	}
	opts.Patience = NoPatience
	best := make([]int, 0, c.Folds)
	for _, f := range c.PerFold {
		if f.Best > 0 {
			best = append(best, f.Best)
		}
	}
	if len(best) > 0 {
		slices.Sort(best)
		opts.Epochs = best[len(best)/2]
	}
	return opts
}

// planAcross is the plan of the fit to all rows, after a cross-validation where
// one is asked for.
func planAcross(ctx context.Context, t *data.Table, opts Options, observe Observer) (*plan, error) {
	if opts.Folds == 0 {
		return newPlan(t, opts, nil)
	}
	c, err := CrossValidate(ctx, t, opts, observe)
	if err != nil {
		return nil, err
	}
	opts = c.allRows(opts)
	p, err := newPlan(t, opts, nil)
	return c.behind(p, err)
}

// behind is the plan of the fit that follows the folds.
func (c *CrossValidation) behind(p *plan, err error) (*plan, error) {
	if err != nil {
		return nil, err
	}
	p.across = c
	if c.fresh {
		p.aside = append(p.aside, fromTheStart)
	}
	if o := &p.opts; o.Epochs > 0 && c.early && o.Validation == NoValidation {
		p.note("no rows are set aside: %s, the median of the best ones of the folds", numtext.Count(o.Epochs, "epoch"))
	}
	return p, nil
}
