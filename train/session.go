package train

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"descent/data"
	"descent/internal/kernel"
	"descent/internal/numtext"
	"descent/model"
	"descent/optim"
)

// session is one fit under way, in the element type T.
type session[T kernel.Float] struct {
	plan    *plan
	net     *model.Net
	penalty penalty[T]
	train   *chunked[T] // full batches: all training rows; otherwise one batch
	whole   *chunked[T] // all training rows
	valid   *chunked[T] // all validation rows; nil without

	observe Observer
	began   time.Time
	pace    pace
	curve   []EpochLog
	saver   *saver // nil without checkpoints
	watch   watch[T]

	status    optim.Status
	reason    string
	epochs    int
	steps     int
	speed     float64                   // rows a second
	sum       float64                   // of the losses of the present epoch
	begun     int                       // step at which it began
	first     float64                   // loss of the first batch, before the first step
	rate      float64                   // of the last step
	order     *optim.FirstOrder[T]      // the solver, where it is one
	slows     *optim.ReduceOnPlateau[T] // in its rule; nil without
	checks    string                    // what the check of the gradient said
	x         []T
	start     []T            // where the fit began
	rehearsed int            // rows whose minimum that is; 0: it is another place
	clip      *rowClip[T]    // nil where rows are not clipped
	drawn     []int          // the rows of the last batch; nil where all are
	term      *optim.Term[T] // the l1 penalty; nil without
	box       *optim.Box[T]  // nil without bounds
	held      []AtBound
	byRow     *online[T]        // the solver, where it learns row by row
	rowWise   *optim.RowWise[T] // the solver, where batches touch few of the first weights
	told      int               // of its progressive losses
	feeds     []*feed[T]        // of rows that pass by

	gradNorm float64 // at the end of the run
}

// pace counts the time that training takes, without reading, encoding and
// compiling before it, and without looking at validation rows in between.
type pace struct {
	began time.Time
	aside time.Duration
	from  int // steps that were taken before, by a run that goes on
}

// rowsPerSecond is the speed of so many steps until now.
func (p *pace) rowsPerSecond(steps, batch int) float64 {
	return float64(steps-p.from) * float64(batch) / (time.Since(p.began) - p.aside).Seconds()
}

func newSession[T kernel.Float](p *plan, net *model.Net, observe Observer) (*session[T], error) {
	if err := p.checkBlocks(net); err != nil {
		return nil, err
	}
	s := &session[T]{plan: p, net: net, observe: observe, began: time.Now()}
	s.penalty = newPenalty[T](p.lambda(), net)
	s.watch = watch[T]{x: make([]T, net.Layout.Dim()), patience: p.opts.Patience}
	set, err := s.rowSet(&p.train)
	if err != nil {
		return nil, err
	}
	if s.whole, err = s.objective(set, s.chunkRows(set.n), 1/set.total, false); err != nil {
		return nil, err
	}
	s.train = s.whole
	if b := p.opts.Batch; !p.full() && !p.lazy && !p.byRows {
		if s.train, err = s.objective(set, b, float64(set.n)/(float64(b)*set.total), s.plan.spec.Dropout > 0); err != nil {
			return nil, err
		}
	}
	if s.clip, err = s.newRowClip(); err != nil || p.valid.n() == 0 {
		return s, err
	}
	aside, err := s.rowSet(&p.valid)
	if err != nil {
		return nil, err
	}
	s.valid, err = s.objective(aside, s.chunkRows(aside.n), 1/aside.total, false)
	return s, err
}

func (s *session[T]) rowSet(p *part) (*rowSet[T], error) {
	if p.source != nil {
		return s.streamSet(p), nil
	}
	target := s.plan.scaled(p.y)
	if set, err := imageSet[T](s.net.Inputs, s.plan.encoder, p, target); set != nil || err != nil {
		return set, err
	}
	if s.plan.sparse {
		return s.sparseSet(p, target)
	}
	if set, err := s.columnSet(p, target); set != nil || err != nil {
		return set, err
	}
	width := s.plan.encoder.Width()
	features := kernel.Make[T](p.n() * width)
	unseen, err := data.Encode(s.plan.encoder, p.table, p.rows, features)
	if err != nil {
		return nil, err
	}
	p.unseen = unseen
	return newRowSet(s.net.Inputs, features, width, p.n(), target, p.w), nil
}

// objective is the loss of a set, by chunks of rows; in training outputs may
// drop out.
func (s *session[T]) objective(set *rowSet[T], rows int, factor float64, training bool) (*chunked[T], error) {
	r, err := s.plan.recipe()
	if err != nil {
		return nil, err
	}
	r.training = training
	return newChunked(r, set, rows, factor/s.plan.divide, s.plan.opts.Seed)
}

// chunkRows is how many rows go through a program at once: as many as keep the
// widest layer in the second-level cache, in chunks of equal size.
func (s *session[T]) chunkRows(n int) int {
	const elements = 1 << 16
	if s.plan.ownTests() {
		return n // the Jacobian is of all rows
	}
	if s.plan.sparse {
		return s.plan.sparseRows(n)
	}
	widest := max(1, s.plan.encoder.Width(), slices.Max(append(s.plan.spec.Hidden, 1)))
	rows := min(max(elements/widest, 128), 8192)
	chunks := (n + rows - 1) / rows
	return (n + chunks - 1) / chunks
}

// batches is what puts together the batch of a step, and the number of steps.
func (s *session[T]) batches() (draw func(step int) error, steps int, err error) {
	o, n := &s.plan.opts, s.plan.train.n()
	if s.train.set.open != nil {
		return s.train.draw, (o.Epochs*n + o.Batch - 1) / o.Batch, nil
	}
	b, err := data.NewBatches(n, o.Batch, o.Seed)
	if err != nil {
		return nil, 0, err
	}
	return func(step int) error {
		s.drawn = b.Batch(step)
		s.train.pick(step, s.drawn)
		return nil
	}, b.Steps(o.Epochs), nil
}

// problem is the training objective as package optim sees it; draw fixes the
// batch of a step, and is nil where every step sees all rows.
func (s *session[T]) problem(draw func(step int) error) optim.Problem[T] {
	if s.clip != nil {
		return s.clippedProblem(draw)
	}
	p := optim.Problem[T]{Dim: s.net.Layout.Dim(), Blocks: s.net.Layout.Blocks()}
	if draw != nil {
		p.Draw = draw
		p.Eval = func(x, grad []T) (float64, error) {
			v, err := s.train.obj.Eval(x, grad)
			return v + s.penalty.add(x, grad), err
		}
		p.HVP = func(x, v, out []T) error {
			err := s.train.obj.HVP(x, v, out)
			s.penalty.addHVP(v, out)
			return err
		}
		return p
	}
	p.Eval = func(x, grad []T) (float64, error) {
		v, err := s.whole.evalAll(x, grad)
		return v + s.penalty.add(x, grad), err
	}
	p.HVP = func(x, v, out []T) error {
		err := s.whole.hvpAll(x, v, out)
		s.penalty.addHVP(v, out)
		return err
	}
	return p
}

func (s *session[T]) stops(steps int) []optim.Stop[T] {
	stops := []optim.Stop[T]{optim.MaxIter[T](steps)}
	if !s.plan.full() {
		return stops
	}
	if !s.plan.ownTests() { // which has tests of its own, free of units
		tol := s.plan.opts.GradTol
		if tol == 0 {
			tol = 1e-8
		}
		if p := s.plan; p.inner.Name == "huber" && p.scale != 1 {
			tol *= min(1, p.inner.Shape) // no row is steeper, so a small gradient alone says nothing
		}
		stops = append([]optim.Stop[T]{optim.GradTol[T](tol)}, stops...)
	}
	return append(stops, optim.Stall[T](0))
}

// loop takes the steps, and looks at the validation rows after each epoch.
func (s *session[T]) loop(ctx context.Context, run *optim.Run[T], steps int) error {
	o, n := &s.plan.opts, s.plan.train.n()
	state := run.State()
	progress := Progress{Fold: s.plan.fold, Folds: o.Folds, Epochs: o.Epochs, Steps: steps, Validation: math.NaN()}
	if n := len(s.curve); n > 0 {
		progress.Validation = s.curve[n-1].Validation
	}
	var team trial
	defer kernel.Alone(false)
	for run.Next(ctx) {
		team.step()
		s.count(state)
		progress.Epoch, progress.Step = s.epochs+1, state.Iter
		progress.Train = s.plan.factor * s.sum / float64(state.Iter-s.begun)
		progress.Rate, progress.GradNorm = state.Step, state.GradNorm
		progress.EpochEnd = state.Iter*s.plan.perStep() >= (s.epochs+1)*n
		if progress.EpochEnd {
			s.epochs++
			kernel.Alone(false)
			s.endEpoch(state, &progress)
			team.apply()
			s.sum, s.begun = 0, state.Iter
		}
		if s.observe != nil {
			s.show(progress)
		}
		if progress.EpochEnd && s.watch.done() {
			s.endEarly()
			return nil
		}
		if state.Why.Status == optim.Running && s.saver.due(state.Iter) {
			if err := s.checkpoint(run); err != nil {
				return err
			}
		}
	}
	if why := state.Why.Status; s.saver != nil && (why == optim.Interrupted || why == optim.Time) {
		return s.checkpoint(run)
	}
	return nil
}

// endEarly says that the validation loss ended the fit.
func (s *session[T]) endEarly() {
	s.status = optim.Converged
	s.reason = fmt.Sprintf("the validation loss has not fallen for %s; the weights of epoch %d are kept", numtext.Count(s.watch.since, "epoch"), s.watch.epoch)
}

// count keeps what is known of a step.
func (s *session[T]) count(state *optim.State[T]) {
	s.sum += state.F
	s.steps, s.rate = state.Iter, state.Step
	if state.Iter == 1 {
		s.first = state.F
	}
}

// show tells the observer how far the fit is, with the losses that are new.
func (s *session[T]) show(progress Progress) {
	progress.Seen = s.newlySeen(progress.Step, s.told)
	s.told += len(progress.Seen)
	progress.Elapsed = time.Since(s.began)
	progress.RowsPerSecond = s.pace.rowsPerSecond(progress.Step, s.plan.perStep())
	s.observe(progress)
}

// endEpoch measures the validation loss and writes the line of the log.
func (s *session[T]) endEpoch(state *optim.State[T], progress *Progress) {
	progress.Best = false
	if s.valid != nil {
		began := time.Now()
		defer func() { s.pace.aside += time.Since(began) }()
		v, err := s.valid.evalAll(state.X, nil)
		if err != nil {
			v = math.NaN()
		}
		progress.Validation = s.plan.factor * v
		progress.Best = s.watch.see(s.epochs, v, state.X)
	}
	s.tell(progress)
	s.curve = append(s.curve, EpochLog{
		Epoch: s.epochs, Step: state.Iter, Train: progress.Train, Validation: progress.Validation,
		Rate: state.Step, GradNorm: state.GradNorm,
	})
}

// finish settles status and weights.
func (s *session[T]) finish(run *optim.Run[T]) {
	r := run.Result()
	s.x, s.gradNorm = slices.Clone(r.X), r.GradNorm
	if s.rowWise != nil {
		s.rowWise.Settle(s.x)
	}
	s.noteHeld(r)
	if s.status == optim.Running {
		s.status, s.reason = r.Status, r.Text
		if r.Status == optim.Budget {
			s.reason = s.spent(r)
		}
	}
	if s.plan.opts.Patience > 0 && s.watch.epoch > 0 {
		copy(s.x, s.watch.x)
	}
	if r.Status == optim.Diverged && s.plan.method.FirstOrder {
		s.rate = run.State().Step
		s.reason += s.lowerRate(s.rateAt())
	}
}

// roseTo tells a run that ended regularly, but at a loss far above that of its
// first batch, from one that came down. Rules that bound their steps, as Adam
// does, never meet an infinity on their way up.
func (s *session[T]) roseTo(train float64) bool {
	const much = 10
	return !s.plan.full() && s.status != optim.Diverged && s.steps > 0 && !(train <= much*s.first)
}

// spent is the reason of a fit that took all its steps, in the target's units.
func (s *session[T]) spent(r optim.Result[T]) string {
	if !s.plan.full() {
		taken := numtext.Count(s.steps, "step")
		if s.epochs == 1 {
			return fmt.Sprintf("the one epoch is done (%s)", taken)
		}
		return fmt.Sprintf("all %d epochs are done (%s)", s.epochs, taken)
	}
	return fmt.Sprintf("stopped at the limit of %s: the gradient is still %.2g (of the scaled loss), the loss %.6g; allow more epochs to go on",
		numtext.Count(s.steps, "step"), r.GradNorm, s.plan.factor*r.F)
}

// lowerRate is the advice for a minibatch run that blew up.
func (s *session[T]) lowerRate(rate float64) string {
	if s.plan.full() || !(rate > 0) {
		return "" // the solver knows the curvature, and has said it
	}
	return fmt.Sprintf("; the rate was %s, try %s", numtext.Short(rate, 3), numtext.Short(s.tryRate(rate), 2))
}
