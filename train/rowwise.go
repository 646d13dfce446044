package train

import (
	"fmt"
	"strings"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// stepsByRows says whether batches of sparse rows update only the weights of
// the features that they have (optim.RowWise): with a rule that can, options that
// it heeds, and rows that leave most features of the first layer alone.
func (p *plan) stepsByRows() bool {
	o := &p.opts
	switch {
	case !p.sparse || p.lazy || p.full() || !p.method.FirstOrder, o.Wrap != "", o.Accumulate > 1, o.SkipBatches > 0, o.CheckGradient, o.ClipRows != 0,
		len(o.Groups) > 0, len(o.Freeze) > 0, p.encoder.Entries()*float64(o.Batch)*p.rowCost() > float64(p.encoder.Width()):
		return false
	}
	rule, err := decaying(p.method, o.settings(), o.WeightDecay, nil)
	if err != nil {
		return false // making the solver says it
	}
	courses, err := optim.ParseCourses(o.Schedule, optim.Span{Steps: 1, Epoch: 1})
	if err != nil {
		return false
	}
	rule, decay := undecayed(rule)
	penalised := p.lambda() > 0 || o.L1 > 0
	_, adaptive := rule.(*optim.Adagrad[float64])
	return optim.RowRule(optim.Follow(rule, courses, false), penalised) && !(adaptive && decay > 0)
}

// rowCost is how much more a weight of a row that is touched costs than one of
// all that are passed over in their order: narrow rows cost most.
func (p *plan) rowCost() float64 {
	const narrow = 8
	if p.spec.Kind == model.MLP && p.spec.Hidden[0] >= narrow || p.spec.Kind != model.MLP && p.outputs() >= narrow {
		return 1
	}
	return 4
}

// undecayed takes decoupled decay off a rule.
func undecayed[T kernel.Float](r optim.Rule[T]) (rule optim.Rule[T], decay float64) {
	if w, ok := r.(*optim.WeightDecay[T]); ok {
		return w.Rule, w.Decay
	}
	return r, 0
}

// rowBatch is the batches of a fit whose steps touch few rows of the first
// weights.
type rowBatch[T kernel.Float] struct {
	session *session[T]
	batches *data.Batches // nil where rows pass by
	feed    *feed[T]      // of those
	list    []int         // of the rows of a batch there
	recipe  recipe
	factor  float64

	matrix  *graph.Matrix[T] // of the batch
	columns *kernel.Columns
	all     *graph.Matrix[T] // of all rows, or of a block of them
	from    []matrix[T]      // target and weight of these
	buffer  []matrix[T]      // of the batch
	masks   *masks[T]
	gather  gather[T]

	programs map[int]*graph.Objective[T] // by the features that they have room for
	now      *graph.Objective[T]
	room     int
}

// Room implements optim.RowBatch.
func (b *rowBatch[T]) Room() int { return b.room }

// Eval implements optim.RowBatch.
func (b *rowBatch[T]) Eval(x, grad []T) (float64, error) { return b.now.Eval(x, grad) }

// Draw implements optim.RowBatch.
func (b *rowBatch[T]) Draw(step int) ([]int32, error) {
	rows, err := b.pick(step)
	if err != nil {
		return nil, err
	}
	b.gather.run(b.from, b.buffer, rows)
	b.matrix.Gather(b.all, rows)
	list := kernel.Renumber(b.matrix, b.columns)
	b.room = roomFor(len(list), b.session.plan.encoder.Width())
	b.matrix.SetCols(b.room)
	if err := b.program(); err != nil {
		return nil, err
	}
	if b.masks != nil {
		b.masks.draw(step)
	}
	return list, nil
}

// pick lists the rows of a batch.
func (b *rowBatch[T]) pick(step int) ([]int, error) {
	if b.feed == nil {
		b.session.drawn = b.batches.Batch(step)
		return b.session.drawn, nil
	}
	size := len(b.list)
	per := b.feed.rows / size
	some, err := b.feed.get(step / per)
	if err != nil {
		return nil, err
	}
	b.all, b.from[0].v, b.from[1].v = some.sparse.matrix, some.target, some.weight
	for i := range b.list {
		b.list[i] = step%per*size + i
	}
	return b.list, nil
}

// roomFor is the least of some numbers that is not below n, which are a quarter
// apart or less, so that there are few programs.
func roomFor(n, most int) int {
	room := 64
	for room < n {
		room += max(room/8, 8) &^ 7
	}
	return max(min(room, most), 2)
}

// program finds the program with that room, or compiles it.
func (b *rowBatch[T]) program() (err error) {
	if b.now = b.programs[b.room]; b.now == nil {
		if b.now, err = b.compile(); err != nil {
			return err
		}
		b.programs[b.room] = b.now
	}
	return b.now.BindSparse(b.session.net.Inputs[0].Name, b.matrix)
}

func (b *rowBatch[T]) compile() (*graph.Objective[T], error) {
	r := b.recipe
	r.features = b.room
	g, net, f, err := r.build(b.matrix.Rows, b.factor)
	if err != nil {
		return nil, err
	}
	obj, err := graph.NewObjective[T](g, f)
	if err != nil {
		return nil, fmt.Errorf("train: compiling the model: %w", err)
	}
	for _, a := range b.buffer {
		if err := obj.Bind(a.name, a.v); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	if net.Masks != nil && b.masks == nil {
		b.masks = newMasks[T](net.Masks, b.matrix.Rows, b.session.plan.opts.Seed)
	}
	for i, m := range net.Masks {
		if err := obj.Bind(m.Name, b.masks.v[i]); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	return obj, nil
}

// newRowBatch prepares the batches.
func (s *session[T]) newRowBatch() (*rowBatch[T], error) {
	o, set := &s.plan.opts, s.whole.set
	r, err := s.plan.recipe()
	if err != nil {
		return nil, err
	}
	r.training = s.plan.spec.Dropout > 0
	b := &rowBatch[T]{session: s, recipe: r, programs: map[int]*graph.Objective[T]{}, columns: kernel.NewColumns(s.plan.encoder.Width())}
	b.factor = float64(set.n) / (float64(o.Batch) * set.total * s.plan.divide)
	rows := max(o.Batch, 2)
	b.all = set.inputs[0].sparse
	b.matrix = b.all.Slice(0, 0, rows)
	for _, a := range set.arrays()[1:] {
		b.from = append(b.from, a)
		b.buffer = append(b.buffer, matrix[T]{name: a.name, width: a.width, v: make([]T, rows*a.width)})
	}
	if set.open != nil {
		b.list, b.feed = make([]int, o.Batch), set.open(o.Batch, o.Batch)
		return b, nil
	}
	b.batches, err = data.NewBatches(set.n, o.Batch, o.Seed)
	return b, err
}

// byRows prepares the problem and the solver of a fit in batches of sparse rows.
func (s *session[T]) byRows(p *optim.Problem[T], steps int) (x []T, solver optim.Solver[T], err error) {
	plan, o := s.plan, &s.plan.opts
	batches, err := s.newRowBatch()
	if err != nil {
		return nil, nil, err
	}
	rule, decay, err := s.rowRule(steps)
	if err != nil {
		return nil, nil, err
	}
	if o.L1 > 0 {
		s.term = optim.L1(s.l1Weights()) // for the objective that is told
	}
	p.Draw = func(int) error { return nil }
	p.Eval = func(x, grad []T) (float64, error) {
		clear(grad)
		return s.whole.evalAll(x, nil)
	}
	blocks := s.net.Layout.Blocks()
	r := &optim.RowWise[T]{
		Rule: rule, Batches: batches, Rows: plan.encoder.Width(), Width: blocks[0].Len() / plan.encoder.Width(),
		L1: plan.lambda1(), L2: plan.lambda(), Decay: decay, Clip: o.Clip,
		Weights: s.weightsBehind(blocks), Settles: s.endsEpoch,
	}
	s.rowWise = r
	return param.Start[T](s.net.Layout, o.Seed), r, nil
}

// weightsBehind are the blocks behind the first that are weights.
func (s *session[T]) weightsBehind(blocks []param.Block) (list []param.Block) {
	for i, b := range blocks {
		if i > 0 && s.net.Weight[i] {
			list = append(list, b)
		}
	}
	return list
}

// rowRule is the rule without its decay, along its schedule.
func (s *session[T]) rowRule(steps int) (rule optim.Rule[T], decay float64, err error) {
	o := &s.plan.opts
	m, err := optim.Find[T](o.Method)
	if err != nil {
		return nil, 0, err
	}
	if rule, err = decaying(m, o.settings(), o.WeightDecay, nil); err != nil {
		return nil, 0, err
	}
	rule, decay = undecayed(rule)
	courses, err := optim.ParseCourses(o.Schedule, s.plan.span(steps))
	if err != nil {
		return nil, 0, fmt.Errorf("train: %w", err)
	}
	return optim.Follow(rule, courses, false), decay, nil
}

// endsEpoch says whether so many steps end an epoch or the fit.
func (s *session[T]) endsEpoch(steps int) bool {
	n, batch := s.plan.train.n(), s.plan.opts.Batch
	return steps*batch/n > (steps-1)*batch/n
}

// rowsText says that batches touch only what they have.
func (p *plan) rowsText() string {
	text := ", updating only the features of each batch"
	if p.lambda() > 0 || p.opts.L1 > 0 {
		text += ", penalties apart from the gradient"
	}
	if p.spec.Kind == model.MLP {
		return strings.Replace(text, "features", "inputs", 1)
	}
	return text
}
