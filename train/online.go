package train

import (
	"fmt"
	"maps"
	"math/bits"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/optim"
)

// lazyRefused are the options that learning row by row does not heed: with them,
// sparse rows go through the model in batches as dense ones do.
func (p *plan) lazyRefused() bool {
	o := &p.opts
	return o.Batch != 0 || o.Schedule != "" && o.Schedule != "constant" || o.Wrap != "" || o.Clip != 0 || o.WeightDecay != 0 ||
		o.Accumulate > 1 || o.SkipBatches > 0 || o.CheckGradient || o.ClipRows != 0 || len(o.Groups) > 0 || len(o.Freeze) > 0
}

// learnsLazily says whether sparse rows are learned one at a time, by updates
// that touch only the features that a row has: a linear model with one of the
// methods that can, under the name of a stochastic one, and no option that wants
// batches.
func (p *plan) learnsLazily(name string) bool {
	return p.sparse && p.method.Lazy() && !(p.method.Name == "gd" && name == "gd") && p.spec.Convex() &&
		onlineLosses[p.inner.Name] != nil && p.inner.Shape == 0 && !p.lazyRefused() && p.train.n() >= minOnline
}

const (
	minOnline    = 8       // fewer rows are no stream
	minSharded   = 20_000  // fewer rows are learned by one copy
	onlineShards = 2       // copies that learn at the same time
	roundEntries = 8       // a round has so many entries for each parameter
	minRound     = 1 << 10 // and so many rows
	maxRound     = 1 << 16
	leastRound   = 1 << 8 // where there is no memory for more
	onlineEpochs = 10
	cautious     = 0.1 // of the largest stable rate of sgd, whose noise never dies
)

// round is how many rows are learned between two averages of the copies: few
// enough that the copies stay close, and many enough that averaging all
// parameters costs little beside them.
func (p *plan) round() int {
	n := p.train.n()
	rows := min(max(int(roundEntries*float64(p.encoder.Width())/(1+p.encoder.Entries())), minRound), maxRound)
	if p.stream != nil {
		rows = max(min(rows, p.stream.rows(p.rowBytes(), roundShare)), leastRound)
	}
	rounds := max(2, (n+rows-1)/rows)
	return (n + rounds - 1) / rounds
}

// chooseOnline settles rounds and epochs of a fit row by row.
func (p *plan) chooseOnline() {
	p.opts.Batch = p.round()
	if p.opts.Epochs == 0 {
		p.opts.Epochs = onlineEpochs
	}
}

// Seen is the mean loss of the first rows of a stream, each before it was
// learned (progressive validation: Blum, Kalai and Langford, COLT 1999).
type Seen struct {
	Rows int    `json:"rows"`
	Loss Number `json:"loss"`
}

// online is the solver that learns sparse rows one at a time, a round a step.
type online[T kernel.Float] struct {
	session *session[T]
	model   optim.LazyModel
	batches *data.Batches // nil where rows pass by
	feed    *feed[T]      // of those
	list    []int         // of the rows of a round there
	size    int           // rows of a round
	rows    onlineRows[T]
	rate    float64
	losses  []float64
	x       []float64
	begun   bool
	// What progressive validation has found: the sums of loss and weight, then the
	// mean loss at 1, 2, 4, … rows.
	seen [2 + 64]float64
}

// onlineRows hands out the rows of a set, or of a block of it, with a feature that
// is always 1.
type onlineRows[T kernel.Float] struct {
	m              *graph.Matrix[T]
	target, weight []T
	unit           float64 // of a row's weight, so that the mean is 1
}

// Ahead implements optim.RowSource.
func (o *onlineRows[T]) Ahead(number int) {
	lo, hi := o.m.Start[number], o.m.Start[number+1]
	kernel.PrefetchOf(o.m.Index[lo:hi])
	kernel.PrefetchOf(o.m.Value[lo:hi])
}

// Fill implements optim.RowSource.
func (o *onlineRows[T]) Fill(r *optim.Example, number int) {
	m := o.m
	lo, hi := m.Start[number], m.Start[number+1]
	r.Index = append(append(r.Index[:0], m.Index[lo:hi]...), int32(m.Cols))
	r.Value = r.Value[:0]
	for _, v := range m.Value[lo:hi] {
		r.Value = append(r.Value, float64(v))
	}
	r.Value = append(r.Value, 1)
	r.Target, r.Weight = float64(o.target[number]), float64(o.weight[number])*o.unit
}

// online prepares the problem and its solver.
func (s *session[T]) online(p *optim.Problem[T]) (x []T, solver optim.Solver[T], err error) {
	plan, set := s.plan, s.whole.set
	o := &online[T]{session: s, size: plan.opts.Batch}
	o.rows = onlineRows[T]{m: set.inputs[0].sparse, target: set.target, weight: set.weight, unit: float64(set.n) / set.total}
	if err := o.open(); err != nil {
		return nil, nil, err
	}
	loss := onlineLosses[plan.inner.Name]
	settings, err := s.onlineSettings(loss.curvature())
	if err != nil {
		return nil, nil, err
	}
	rule, err := plan.method.NewLazy(settings)
	if err != nil {
		return nil, nil, err
	}
	if sgd, ok := rule.(*optim.LazySGD); ok {
		sgd.Decay = plan.lambda()
	}
	o.rate = settings["rate"]
	o.model = optim.LazyModel{
		Features: plan.encoder.Width() + 1, Outputs: plan.outputs(), L1: plan.lambda1(), L2: plan.lambda(), Rule: rule, Loss: loss,
	}
	if plan.opts.L1 > 0 {
		s.term = optim.L1(s.l1Weights()) // for the objective that is told
	}
	p.Draw = func(int) error { return nil }
	p.Eval = func(x, grad []T) (float64, error) {
		clear(grad)
		return s.whole.evalAll(x, nil)
	}
	s.byRow = o
	return make([]T, p.Dim), o, nil
}

// onlineSettings are the settings of the rule, with the rate that was given or, of
// gradient descent without one, that which suits the longest row and the largest
// second derivative of the loss.
func (s *session[T]) onlineSettings(curvature float64) (map[string]float64, error) {
	plan := s.plan
	settings := maps.Clone(plan.opts.Settings)
	if settings == nil {
		settings = map[string]float64{}
	}
	if plan.opts.Rate > 0 {
		settings["rate"] = plan.opts.Rate
	}
	if _, given := settings["rate"]; given || plan.method.Name != "gd" {
		return settings, nil
	}
	longest, err := s.longest()
	if err != nil {
		return nil, err
	}
	settings["rate"] = cautious / (curvature * (longest + 1))
	return settings, nil
}

// longest is the largest Σ x² of a row.
func (s *session[T]) longest() (most float64, err error) {
	err = s.whole.sparseBlocks(func(m *graph.Matrix[T], _, _ []T, n int) {
		for i := range n {
			v := m.Value[m.Start[i]:m.Start[i+1]]
			most = max(most, kernel.Dot(v, v))
		}
	})
	return most, err
}

// Init implements optim.Solver.
func (o *online[T]) Init(*optim.Problem[T], *optim.State[T]) error {
	o.losses, o.x, o.begun = make([]float64, o.size), make([]float64, o.model.Features*o.model.Outputs), false
	return o.model.Init(o.session.plan.shards())
}

// Next implements optim.Solver: it learns the rows of a round. The first round is
// learned by one copy, from which all start.
func (o *online[T]) Next(_ *optim.Problem[T], s *optim.State[T]) error {
	if !o.begun {
		o.begun = true
		o.model.Resume()
	}
	batch, err := o.draw(s.Iter)
	if err != nil {
		return err
	}
	o.model.Round(o.learned(s.Iter), batch, &o.rows, s.Iter == 0, o.losses, o.x)
	for i, v := range o.x {
		s.X[i] = T(v)
	}
	var sum, weight float64
	for i, row := range batch {
		w := float64(o.rows.weight[row]) * o.rows.unit
		sum, weight = sum+w*o.losses[i], weight+w
		o.note(s.Iter*len(batch)+i+1, w, o.losses[i])
	}
	s.F, s.Step, s.Fresh = sum/max(weight, 1e-300), o.rate, false
	return nil
}

// learned is how many rows one copy has learned before a step.
func (o *online[T]) learned(step int) int {
	size := o.size
	if o.n() < minSharded || step == 0 {
		return step * size
	}
	return size + (step-1)*((size+onlineShards-1)/onlineShards)
}

// note takes the loss of row number n into the progressive validation of the
// first pass.
func (o *online[T]) note(n int, weight, loss float64) {
	if n > o.n() {
		return
	}
	o.seen[0] += weight * loss
	o.seen[1] += weight
	if n&(n-1) == 0 {
		o.seen[2+bits.TrailingZeros(uint(n))] = o.seen[0] / max(o.seen[1], 1e-300)
	}
}

// progressive lists what was found so far, in the target's units.
func (o *online[T]) progressive(step int) (list []Seen) {
	n := min(step*o.size, o.n())
	for k := 0; 1<<k <= n; k++ {
		list = append(list, Seen{1 << k, Number(o.session.plan.factor * o.seen[2+k])})
	}
	if n == o.n() && n&(n-1) != 0 {
		list = append(list, Seen{n, Number(o.session.plan.factor * o.seen[0] / max(o.seen[1], 1e-300))})
	}
	return list
}

// Buffers implements optim.Buffered.
func (o *online[T]) Buffers(yield func(name string, b []T) bool) {
	wanted := true
	o.model.Buffers(func(name string, b []float64) bool {
		wanted = yield(name, any(b).([]T))
		return wanted
	})
	if wanted {
		yield("lazy.seen", any(o.seen[:]).([]T))
	}
}

// onlineText says how the rows are learned.
func (p *plan) onlineText() string {
	text := ", one row at a time"
	if p.train.n() >= minSharded {
		text += fmt.Sprintf(" on %d copies, averaged every %d rows", onlineShards, p.opts.Batch)
	}
	return text
}

// solver completes the problem with what its method makes use of, and makes the
// method.
func (s *session[T]) solver(problem *optim.Problem[T], steps int) (x []T, solver optim.Solver[T], err error) {
	if s.plan.lazy {
		return s.online(problem)
	}
	if s.plan.byRows {
		return s.byRows(problem, steps)
	}
	if x, err = s.structure(problem); err != nil {
		return nil, nil, err
	}
	if solver, err = newSolver[T](s.plan, s.net, steps); err != nil {
		return nil, nil, err
	}
	solver, err = s.precondition(solver, x)
	return x, solver, err
}
