package train

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/loss"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// Fit trains a model on the rows of t, and writes the run folder where the
// options name one. observe may be nil. A fit that was interrupted or ran out
// of budget has a usable Result; the error is for input that cannot be fitted
// and files that cannot be written.
func Fit(ctx context.Context, t *data.Table, opts Options, observe Observer) (*Result, error) {
	began := time.Now()
	leave, err := enter(opts)
	if err != nil {
		return nil, err
	}
	defer leave()
	threads := opts.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	defer kernel.StartThreads(threads)()
	p, err := planAcross(ctx, t, opts, observe)
	if err != nil {
		return nil, err
	}
	r, err := p.fit(ctx, observe)
	if err != nil {
		return nil, err
	}
	r.CV = p.across
	return p.keep(r, began)
}

// keep writes the run folder, where there is to be one.
func (p *plan) keep(r *Result, began time.Time) (*Result, error) {
	r.Seconds = time.Since(began).Seconds()
	if p.opts.Dir == "" {
		return r, nil
	}
	r.Run = p.opts.Dir
	if err := save(p.opts.Dir, p, r); err != nil {
		return r, err
	}
	_ = os.Remove(filepath.Join(p.opts.Dir, begunFile))
	if r.Status != optim.Interrupted && r.Status != optim.Time {
		clearCheckpoints(p.opts.Dir)
	}
	r.Notes = append(r.Notes, p.aside...)
	return r, nil
}

// fit settles what is left to choose, and trains.
func (p *plan) fit(ctx context.Context, observe Observer) (*Result, error) {
	net, err := p.layout()
	if err != nil {
		return nil, err
	}
	if err := p.chooseMethod(net.Layout.Dim()); err != nil {
		return nil, err
	}
	if err := p.refuseMemory(net.Layout.Dim()); err != nil {
		return nil, err
	}
	p.diagnoses = p.examine()
	if p.single() {
		return fit[float32](ctx, p, net, observe)
	}
	return fit[float64](ctx, p, net, observe)
}

// recipe is what it takes to build the graph of training.
func (p *plan) recipe() (recipe, error) {
	columns := make([]string, len(p.encoder.Features))
	for i, f := range p.encoder.Features {
		columns[i] = f.Column
	}
	e, err := expression(p.spec, columns, p.params)
	if err != nil {
		return recipe{}, err
	}
	return recipe{spec: p.spec, loss: p.inner, features: p.encoder.Width(), outputs: p.outputs(), targets: len(p.names), expression: e, sparse: p.sparse}, nil
}

// layout is the model's blocks and inputs, for one row.
func (p *plan) layout() (*model.Net, error) {
	r, err := p.recipe()
	if err != nil {
		return nil, err
	}
	return r.net(graph.New(), 1)
}

func fit[T kernel.Float](ctx context.Context, p *plan, net *model.Net, observe Observer) (*Result, error) {
	s, err := newSession[T](p, net, observe)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.checkStart(); err != nil {
		return nil, err
	}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s.result()
}

// checkStart names the row at which a formula has no value at its start.
func (s *session[T]) checkStart() error {
	if s.plan.spec.Kind != model.Formula {
		return nil
	}
	x := param.Start[float64](s.net.Layout, s.plan.opts.Seed)
	m := s.plan.model(s.net, x, "float64")
	if src := s.plan.train.source; src != nil {
		return src.pass(src.read, func(t *data.Table, rows []int) error { return s.checkValues(m, t, rows) })
	}
	return s.checkValues(m, s.plan.train.table, s.plan.train.rows)
}

// checkValues names the first of some rows at which the model has no value.
func (s *session[T]) checkValues(m *Model, t *data.Table, rows []int) error {
	z, _, err := m.outputs(t, rows)
	if err != nil {
		return err
	}
	bad := slices.IndexFunc(z, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if bad < 0 {
		return nil
	}
	row, where := rows[bad], ""
	for _, f := range s.plan.encoder.Features {
		if c, err := t.Column(f.Column); err == nil {
			where += fmt.Sprintf(", %s = %s", f.Column, c.Cell(row))
		}
	}
	return fmt.Errorf("train: the formula is %v at its start in data row %d (%s); start its parameters elsewhere", z[bad], row+1, starts(s.plan.params)+where)
}

func starts(params []model.Free) string {
	text := ""
	for i, p := range params {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s = %.6g", p.Name, p.Start)
	}
	return text
}

// model is the trained model with the weights x, whose last layer is already
// in the target's units.
func (p *plan) model(net *model.Net, x []float64, precision string) *Model {
	return &Model{
		Recipe: Recipe{
			Format: formatVersion, Model: p.spec, Loss: p.loss, Encoder: p.encoder, Target: p.target, More: p.targets[1:],
			Weight: p.opts.Weight, Outputs: p.outputs(), Params: p.params, Precision: precision,
			Rows: p.train.n(), Seed: p.opts.Seed,
		},
		Blocks:  net.Layout.Blocks(),
		Weights: x,
	}
}

// rawUnits gives the last layer of x the targets' own units: it is linear, so
// its weights grow by the scale and its bias moves by the shift, too.
func (s *session[T]) rawUnits(x []T) []float64 {
	p, blocks := s.plan, s.net.Layout.Blocks()
	for j := range p.names {
		shift, scale := p.outputUnits(j)
		if scale == 1 && shift == 0 {
			continue
		}
		k := len(p.names)
		w, bias := param.View(x, blocks[len(blocks)-2]), param.View(x, blocks[len(blocks)-1])
		for i := j; i < len(w); i += k {
			w[i] *= T(scale)
		}
		for i := j; i < len(bias); i += k {
			bias[i] = T(float64(bias[i])*scale + shift)
		}
	}
	return convert[float64](x)
}

// result measures what the session reached.
func (s *session[T]) result() (*Result, error) {
	p := s.plan
	train, err := s.whole.evalAll(s.x, nil)
	if err != nil {
		return nil, err
	}
	r := &Result{
		ModelName: p.spec.String(), LossName: p.loss.String(), Method: p.methodText(),
		Rows: p.train.n(), Validation: p.valid.n(), Dropped: p.dropped,
		Features: p.encoder.Width(), Parameters: len(s.x), Seed: p.opts.Seed, L2: p.opts.L2,
		Status: s.status, Reason: s.reason, Epochs: s.epochs, Steps: s.steps,
		RowsPerSecond: s.speed, Curve: s.curve, Encoder: p.encoder,
	}
	r.Loss = Losses{Train: Number(p.factor * train), Validation: Number(math.NaN())}
	r.Loss.Objective = Number(p.factor * (train + s.penalty.add(s.x, nil) + s.l1()))
	r.AtBounds = s.held
	if s.byRow != nil {
		r.Progressive = s.byRow.progressive(s.steps)
	}
	s.optimality(r)
	if p.opts.Patience > 0 {
		r.Best = s.watch.epoch
	}
	r.Model = p.model(s.net, s.rawUnits(slices.Clone(s.x)), p.precision())
	if err := r.judge(p); err != nil {
		return nil, err
	}
	if s.roseTo(train) && float64(lossOn(r)) >= float64(r.Loss.Baseline) {
		r.Status = optim.Diverged
		r.Reason = fmt.Sprintf("the training loss rose from %.3g to %.3g in %d steps", p.factor*s.first, p.factor*train, s.steps) + s.lowerRate(s.rate)
	}
	r.Diagnoses = append(slices.Clone(p.diagnoses), s.examine(r)...)
	r.Weights, r.Raw = r.Model.named(), r.Model.raw()
	r.Notes = append(slices.Clone(p.notes), s.remarks(r)...)
	r.PeakMemory = PeakMemory()
	return r, nil
}

// judge computes metrics and baseline on the validation rows, or on the
// training rows where there are none.
func (r *Result) judge(p *plan) error {
	on := p.train
	if p.valid.n() > 0 {
		on = p.valid
	}
	if on.source != nil {
		return r.judgeStream(p, on)
	}
	e, err := r.Model.compare(on.table, on.rows, on.y)
	if err != nil {
		return err
	}
	r.Metrics, r.Confusion, r.Targets = e.Metrics, e.Confusion, e.Targets
	if p.valid.n() > 0 {
		r.Loss.Validation = e.Loss
	}
	base, rule, err := p.baseline(on)
	if err != nil {
		return err
	}
	r.Baseline = Baseline{Rule: rule, Metrics: base.Metrics}
	r.Loss.Baseline = base.Loss
	for i := range r.Targets {
		r.Targets[i].Baseline = base.Targets[i].Metrics
	}
	return nil
}

// methodText says what was chosen: "adam, rate 0.001, batches of 64".
func (p *plan) methodText() string {
	text := p.opts.Method
	if p.opts.Rate > 0 {
		text += fmt.Sprintf(", rate %g", p.opts.Rate)
	}
	if p.opts.Schedule != "" {
		text += ", schedule " + p.opts.Schedule
	}
	if p.opts.Wrap != "" {
		text += ", in " + p.opts.Wrap
	}
	if p.opts.Accumulate > 1 {
		return text + fmt.Sprintf(", %d batches of %d in every step", p.opts.Accumulate, p.opts.Batch)
	}
	if p.lazy {
		return text + p.onlineText()
	}
	if p.full() {
		return text + ", all rows in every step"
	}
	text += fmt.Sprintf(", batches of %d", p.opts.Batch)
	if p.byRows {
		text += p.rowsText()
	}
	return text
}

// remarks are what is worth saying about a finished fit.
func (s *session[T]) remarks(r *Result) []string {
	notes := append(s.structureNotes(), s.around()...)
	p := s.plan
	if s.rehearsed > 0 {
		notes = append(notes, fmt.Sprintf("the fit began at the minimum of %d of its rows, so its losses are low from the first step on", s.rehearsed))
	}
	if p.valid.unseen > 0 {
		notes = noteUnseen(notes, p.valid.table, p.valid.unseen)
	}
	if p.valid.n() > 0 && p.valid.source == nil {
		notes = noteBeyond(notes, p.valid.table, p.encoder, p.encoder.Overlap(p.valid.table, p.valid.rows))
	}
	if float64(lossOn(r)) >= float64(r.Loss.Baseline) && p.loss != (loss.Loss{}) {
		note := "the model is no better than its baseline, " + r.Baseline.Rule
		if p.spec.Kind != model.Formula && p.valid.n() > 0 && 2*r.Loss.Train < r.Loss.Baseline {
			note += ", though it knows the training rows well: an l2 of 0.01 or so, or a patience of 5 epochs, keeps it from learning them by heart"
		}
		notes = append(notes, note)
	}
	if r.Status == optim.Interrupted {
		notes = append(notes, "the fit was interrupted: the model is as good as the last step it took")
	}
	return notes
}

// lossOn is the loss on the rows the metrics are of.
func lossOn(r *Result) Number {
	if !r.Loss.Validation.IsZero() {
		return r.Loss.Validation
	}
	return r.Loss.Train
}
