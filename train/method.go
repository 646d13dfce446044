package train

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/internal/kernel"
	"descent/internal/numtext"
	"descent/model"
	"descent/optim"
)

// maxJacobian bounds the elements of the Jacobian that least squares keeps.
const maxJacobian = 1 << 25

// maxDirect bounds the elements, and maxDirectDim the columns, of ordinary least
// squares that are solved by factorisations: beyond, gradients are cheaper.
const (
	maxDirect    = 1 << 21
	maxDirectDim = 100
)

// chooseMethod settles method, batch and element type for a model with dim
// parameters.
func (p *plan) chooseMethod(dim int) (err error) {
	o := &p.opts
	name := o.Method
	if name == "" || name == "auto" {
		name = p.autoMethod(dim)
	}
	if p.method, err = optim.Find[float64](name); err != nil {
		return err
	}
	if err := o.refuseTwice(); err != nil {
		return err
	}
	o.Method = p.method.Name
	p.sparse = p.keepSparse()
	p.lazy = p.learnsLazily(name)
	if !p.method.FirstOrder {
		if err := p.refuseForSolver(); err != nil {
			return err
		}
	}
	if err := p.refuseMethod(); err != nil {
		return err
	}
	asked := o.Patience
	if p.lazy {
		p.chooseOnline()
	}
	p.chooseBatch(strings.EqualFold(name, "sgd"))
	p.byRows = p.stepsByRows()
	if err := p.refuseForTerm(); err != nil {
		return err
	}
	if err := p.refuseUnheeded(asked); err != nil {
		return err
	}
	plain := o.Rate == 0 && len(o.Settings) == 0 && o.Schedule == "" && o.Clip == 0 && o.WeightDecay == 0 && o.Wrap == "" && o.ClipRows == 0
	if o.Method == "gd" && p.full() && plain {
		p.method, err = optim.Find[float64]("gd-auto") // nobody named a rate, so let it find one
		o.Method = p.method.Name
	}
	return err
}

// autoMethod is the method that suits model and loss among those that heed what
// was asked for: an l1 penalty wants proximal steps, networks step on
// minibatches, and so does whatever shapes single steps; a formula with squared
// errors is a least squares problem, absolute errors of a linear model are a
// linear program, and everything else is smooth enough for L-BFGS.
func (p *plan) autoMethod(dim int) string {
	o := &p.opts
	small := p.train.n()*dim <= maxJacobian && p.stream == nil
	whole := small && o.GradTol == 0 && len(o.Freeze) == 0 && p.settingsOf("lm") // what works on all parameters, by tests of its own
	switch {
	case o.L1 > 0:
		return "fista"
	case p.spec.Kind == model.MLP, p.wantsRule():
		return "adam"
	case whole && (p.leastSquares() || p.linearSquares() && p.train.n()*dim <= maxDirect && dim <= maxDirectDim):
		return "lm"
	case whole && p.absolute():
		return "frisch-newton"
	case len(o.Bounds) > 0 && p.settingsOf("lbfgsb"):
		return "lbfgsb"
	case !p.settingsOf("lbfgs") && p.settingsOf("adam"):
		return "adam"
	}
	return "lbfgs"
}

// wantsRule says whether something was asked for that only rules heed.
func (p *plan) wantsRule() bool {
	o := &p.opts
	_, rate := o.Settings["rate"]
	return rate || len(o.Groups) > 0 || p.spec.Dropout > 0 || slices.ContainsFunc(p.forRules(), func(w forRules) bool { return w.set })
}

// settingsOf says whether a method has all the settings that were given.
func (p *plan) settingsOf(method string) bool {
	m, err := optim.Find[float64](method)
	for name := range p.opts.Settings {
		err = errors.Join(err, m.Has(name))
	}
	return err == nil
}

func (p *plan) leastSquares() bool {
	return p.spec.Kind == model.Formula && p.loss.Name == "mse" && !p.penalised()
}

// linearSquares says whether the fit is ordinary least squares, which lm solves
// to the last digits by one factorisation or a few.
func (p *plan) linearSquares() bool {
	return p.spec.Kind == model.Linear && p.loss.Name == "mse" && !p.penalised() && p.opts.GradTol == 0 && !p.several()
}

// absolute says whether the fit is a linear quantile regression.
func (p *plan) absolute() bool {
	return p.spec.Kind == model.Linear && (p.loss.Name == "mae" || p.loss.Name == "quantile") && !p.penalised() && !p.several()
}

func (p *plan) penalised() bool { return p.opts.L1 != 0 || p.opts.L2 != 0 }

// ownTests says whether the method knows by tests of its own, free of units,
// when it is done.
func (p *plan) ownTests() bool { return p.method.Squares || p.method.Lines }

// forRules is an option that means something to rules alone.
type forRules struct {
	name string
	set  bool
}

func (p *plan) forRules() []forRules {
	o := &p.opts
	return []forRules{
		{"a learning rate", o.Rate != 0}, {"a schedule", o.Schedule != "" && o.Schedule != "constant"},
		{"weight decay", o.WeightDecay != 0}, {"clipping", o.Clip != 0}, {"a batch size", o.Batch > 0},
		{"clipping of rows", o.ClipRows != 0}, {"a wrapper", o.Wrap != ""}, {"accumulation", o.Accumulate > 1}, {"skipping batches", o.SkipBatches > 0},
	}
}

// refuseForSolver names the options that only make sense for a rule.
func (p *plan) refuseForSolver() error {
	o := &p.opts
	for _, v := range p.forRules() {
		if v.set {
			return fmt.Errorf("train: %s finds its own steps on all rows, so %s means nothing to it; leave it out, or use adam or gd", o.Method, v.name)
		}
	}
	switch {
	case p.spec.Dropout > 0:
		return fmt.Errorf("train: with dropout every step sees another network, and %s looks for the minimum of one; use adam, or leave the dropout out", o.Method)
	case p.ownTests() && p.several():
		return fmt.Errorf("train: %s fits one target at a time, and there are %d; use lbfgs", o.Method, len(p.names))
	case p.method.Squares && (p.loss.Name != "mse" || p.penalised()):
		return fmt.Errorf("train: %s minimises squared errors without penalty; use lbfgs for the loss %s with l2 %v", o.Method, p.loss, p.opts.L2)
	case p.method.Lines && !p.absolute():
		return fmt.Errorf("train: %s minimises absolute deviations or quantile losses of a linear model without penalty; use lbfgs for the loss %s of the model %s", o.Method, p.loss, p.spec)
	}
	return nil
}

// refuseForTerm refuses an l1 penalty with a method that needs a smooth loss.
func (p *plan) refuseForTerm() error {
	if p.opts.L1 == 0 || p.method.Name == "fista" || p.lazy || p.byRows {
		return nil
	}
	try := "leave the method out for fista"
	switch {
	case p.method.Lazy() && p.sparse && p.opts.Batch > 0 && !p.full():
		try = "leave the batch size out, with which sparse rows are learned one at a time and l1 is applied to each, or the method for fista"
	case p.method.Name == "ftrl" && !p.full():
		try = "leave the method out for fista, or give ftrl a penalty of its own, which weighs against the sum of the gradients of all steps: the setting l1, such as 20"
	}
	return fmt.Errorf("train: an l1 penalty is not smooth, and %s needs a smooth loss; %s", p.method.Name, try)
}

// refuseUnheeded names what nothing would come of: a tolerance that no gradient
// is held to, and patience without a validation loss to wait for.
func (p *plan) refuseUnheeded(patience int) error {
	o := &p.opts
	switch {
	case o.GradTol > 0 && p.ownTests():
		return fmt.Errorf("train: %s knows by tests of its own when it is done, so a gradient tolerance means nothing to it; leave it out, or use lbfgs", o.Method)
	case o.GradTol > 0 && !p.full():
		return fmt.Errorf("train: the gradient of one batch proves nothing, so a gradient tolerance means nothing to batches of %d; leave it out, or use full batches", o.Batch)
	case p.full() && (o.Accumulate > 1 || o.SkipBatches > 0):
		return fmt.Errorf("train: every step sees all rows, so there are no batches to accumulate or to skip; leave that out, or give a batch size")
	case patience > 0 && p.valid.n() == 0:
		return fmt.Errorf("train: a patience of %s waits for a validation loss, but no rows are set aside; leave it out, or set some aside", numtext.Count(patience, "epoch"))
	}
	return nil
}

// chooseBatch settles rows a step, epochs and patience. Plain gradient descent
// sees all rows in every step unless it was called stochastic.
func (p *plan) chooseBatch(stochastic bool) {
	o, n := &p.opts, p.train.n()
	if o.Batch == 0 && p.method.FirstOrder && (p.method.Name != "gd" || stochastic) {
		switch {
		case n < 2000:
			o.Batch = 32
		case n < 20000:
			o.Batch = 64
		default:
			o.Batch = 128
		}
	}
	if o.Batch <= 0 || o.Batch >= n {
		o.Batch = n
	}
	if o.Epochs == 0 {
		p.ownEpochs = true
		o.Epochs = p.autoEpochs()
	}
	if o.Patience == 0 && p.spec.Kind == model.MLP && p.valid.n() > 0 {
		const steps = 500 // a small table passes in a few steps, which prove nothing
		o.Patience = max(10, (steps*o.Batch+n-1)/n)
	}
	if p.valid.n() == 0 {
		o.Patience = NoPatience
	}
}

// autoEpochs gives small tables enough steps and large ones enough passes.
// Early stopping and tolerances usually end a fit before.
func (p *plan) autoEpochs() int {
	if p.full() {
		if p.method.FirstOrder {
			return 10000
		}
		return 1000
	}
	const steps = 20000
	return min(max(steps*p.opts.Batch/p.train.n(), 50), 500)
}

// plannedSteps is how many steps all the epochs take, about.
func (p *plan) plannedSteps() int {
	if p.full() {
		return p.opts.Epochs
	}
	return max(1, int(float64(p.opts.Epochs)*float64(p.train.n())/float64(p.perStep())))
}

// full says whether every step sees the same: all rows, and no dropout.
func (p *plan) full() bool { return p.opts.Batch == p.train.n() && p.spec.Dropout == 0 }

// single says whether the fit runs in float32: networks do on minibatches,
// where the noise of the batch is far above its rounding.
func (p *plan) single() bool { return p.spec.Kind == model.MLP && !p.full() }

func (p *plan) precision() string {
	if p.single() {
		return "float32"
	}
	return "float64"
}

// newSolver makes the method with its settings. Weights alone decay.
func newSolver[T kernel.Float](p *plan, net *model.Net, steps int) (optim.Solver[T], error) {
	o := &p.opts
	m, err := optim.Find[T](o.Method)
	if err != nil {
		return nil, err
	}
	set := o.settings()
	if !m.FirstOrder {
		return m.NewSolver(set)
	}
	weights := map[string]bool{}
	for i, b := range net.Layout.Blocks() {
		weights[b.Name] = net.Weight[i] && !o.frozen(b)
	}
	only := func(name string) bool { return weights[name] }
	rule, err := grouped(p, m, set, only)
	if err != nil {
		return nil, err
	}
	if o.Clip > 0 {
		rule = &optim.Clip[T]{Rule: rule, Max: o.Clip}
	}
	if len(o.Freeze) > 0 {
		rule = &optim.Frozen[T]{Rule: rule, Match: o.frozen}
	}
	span := p.span(steps)
	if rule, err = optim.Wrap(rule, o.Wrap, span); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	courses, err := optim.ParseCourses(o.Schedule, span)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return &optim.FirstOrder[T]{Rule: optim.Follow(rule, courses, false), Skip: o.SkipBatches}, nil
}

// settings are those of the method, with the rate that was asked for.
func (o *Options) settings() map[string]float64 {
	set := maps.Clone(o.Settings)
	if set == nil {
		set = map[string]float64{}
	}
	if o.Rate > 0 {
		set["rate"] = o.Rate
	}
	return set
}

// span is what schedules count by.
func (p *plan) span(steps int) optim.Span {
	return optim.Span{Steps: steps, Epoch: (p.train.n() + p.perStep() - 1) / p.perStep()}
}

// perStep is the number of rows that a step sees.
func (p *plan) perStep() int { return p.opts.Batch * max(1, p.opts.Accumulate) }
