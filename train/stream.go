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
)

// streamed is what a plan has where its rows lie in a cache.
type streamed struct {
	cache  *data.Cache
	limit  int64 // bytes that the process may take
	window int   // groups whose rows are shuffled together
	block  int   // rows that are read ahead at once
}

// FitStream is Fit for rows in a cache, of which only some are in memory at a
// time: opts.Memory bounds the whole process. Methods that take all rows in
// every step pass over the cache; those that take batches shuffle the groups of
// the cache anew for every epoch, and the rows of several groups together.
// Rows are set aside by a hash of the seed and their number.
func FitStream(ctx context.Context, c *data.Cache, opts Options, observe Observer) (*Result, error) {
	began := time.Now()
	p, err := newStreamPlan(c, opts)
	if err != nil {
		return nil, err
	}
	r, err := p.fit(ctx, observe)
	if err != nil {
		return nil, err
	}
	return p.keep(r, began)
}

// newStreamPlan makes the choices that the cache and the options leave open.
func newStreamPlan(c *data.Cache, opts Options) (*plan, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	if opts.Folds > 0 {
		return nil, fmt.Errorf("train: a cross-validation deals the rows of a table in memory; leave it out, or allow more memory")
	}
	if opts.Memory <= 0 {
		return nil, fmt.Errorf("train: a fit to rows in a file needs a bound for its memory")
	}
	asked, err := opts.asked()
	if err != nil {
		return nil, fmt.Errorf("train: the options: %w", err)
	}
	schema := c.Table()
	p := &plan{opts: opts, asked: asked, stream: &streamed{cache: c, limit: opts.Memory}}
	if err := p.chooseSpec(schema); err != nil {
		return nil, err
	}
	if p.several() {
		return nil, fmt.Errorf("train: rows that pass by from a cache have one target, not %d; fit one at a time, or allow more memory", len(p.names))
	}
	if err := p.splitStream(schema); err != nil {
		return nil, err
	}
	if err := p.learnStream(schema); err != nil {
		return nil, err
	}
	p.chooseL2()
	for _, s := range []*part{&p.train, &p.valid} {
		if err := p.sumPart(s); err != nil {
			return nil, err
		}
	}
	p.arrange()
	return p, p.scaleTarget()
}

// splitStream finds the rows that can be learned from and sets some aside.
func (p *plan) splitStream(schema *data.Table) error {
	need, err := p.needed(schema)
	if err != nil {
		return err
	}
	features, err := p.featureNames(schema)
	if err != nil {
		return err
	}
	read := slices.Clone(need)
	for _, name := range features {
		read = appendNew(read, name)
	}
	if p.opts.Weight != "" {
		read = appendNew(read, p.opts.Weight)
	}
	share := p.opts.Validation
	if share == 0 && p.spec.Kind != model.Formula && p.opts.ValidationTable == nil && p.stream.cache.Rows >= minRowsToSplit {
		share = 0.2
	}
	train, valid, dropped, err := splitCache(p.stream.cache, p.opts.Target, need, read, p.opts.Seed, max(share, 0))
	if err != nil {
		return err
	}
	if dropped > 0 {
		p.note("%s of %s left out: no value in %s", numtext.Count(dropped, "row"), schema.Name, anyOf(need))
	}
	p.dropped = dropped
	p.train = part{table: schema, source: train}
	switch {
	case train.rows == 0:
		return fmt.Errorf("train: no row of %s has a value in %s", schema.Name, allOf(need))
	case valid != nil && valid.rows == 0:
		return fmt.Errorf("train: no row of %s falls into the %v that are to be set aside; set more aside", schema.Name, share)
	case valid != nil:
		p.valid = part{table: schema, source: valid}
	case p.opts.ValidationTable != nil:
		rows, err := p.usable(p.opts.ValidationTable, false)
		if err != nil {
			return err
		}
		p.valid = part{table: p.opts.ValidationTable, rows: rows}
	}
	return nil
}

// featureNames are the columns that a model is to read.
func (p *plan) featureNames(schema *data.Table) ([]string, error) {
	if p.spec.Kind == model.Formula {
		return p.opts.Features, nil
	}
	o := p.featureOptions()
	return o.Reads(schema)
}

// learnStream is learnColumns for rows that pass by.
func (p *plan) learnStream(schema *data.Table) error {
	src := p.train.source
	names, err := p.featureNames(schema)
	if err != nil {
		return err
	}
	s, err := data.NewSurvey(schema, appendNew(names, p.opts.Target), p.opts.Target, func(visit func(*data.Table, []int) error) error {
		return src.pass(appendNew(names, p.opts.Target), visit)
	})
	if err != nil {
		return err
	}
	if p.target, err = s.Target(p.task(schema)); err != nil {
		return err
	}
	p.targets = []*data.Target{p.target}
	if err := p.settleLoss(); err != nil {
		return err
	}
	if len(p.opts.Features) == 0 && p.spec.Kind == model.Formula {
		p.encoder = &data.Encoder{}
		return nil
	}
	p.encoder, err = s.Encoder(p.featureOptions())
	return err
}

// sumPart sums targets and weights of a part, and with them the weights of its
// classes.
func (p *plan) sumPart(s *part) error {
	if s.table == nil || s.source == nil {
		if s.table != nil {
			return p.fillPart(s)
		}
		return nil
	}
	src := s.source
	share := make([]float64, len(p.target.Classes))
	least := math.Inf(1)
	var y, w []float64
	names := []string{p.opts.Target}
	if p.opts.Weight != "" {
		names = append(names, p.opts.Weight)
	}
	err := src.pass(names, func(t *data.Table, rows []int) error {
		y, w = slices.Grow(y[:0], len(rows))[:len(rows)], slices.Grow(w[:0], len(rows))[:len(rows)]
		if err := src.values(p, t, rows, y, w); err != nil {
			return err
		}
		src.total += kernel.Sum(w)
		src.mean += kernel.Dot(y, w)
		for i, v := range y {
			least = min(least, v)
			if len(share) > 0 {
				share[int(v)] += w[i]
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !(src.total > 0) || math.IsInf(src.total, 0) {
		return fmt.Errorf("train: the weights in column %q of %s sum to %v over %d rows", p.opts.Weight, s.table.Name, src.total, src.rows)
	}
	if err := p.refuseTarget(least); err != nil {
		return err
	}
	src.mean /= src.total
	src.shares = share
	if p.opts.ClassWeight == "" || src.aside {
		return nil
	}
	if len(share) == 0 {
		return fmt.Errorf("train: class weights are for classes, but target %q is a number", p.target.Column)
	}
	src.factor = make([]float64, len(share))
	for c, v := range share {
		src.factor[c] = src.total / (float64(len(share)) * v)
	}
	return nil
}

// refuseMethod refuses what needs all rows at once.
func (p *plan) refuseMethod() error {
	if p.stream == nil {
		return nil
	}
	if p.method.Squares || p.method.Lines || p.method.Parts {
		return fmt.Errorf("train: %s takes the rows of a table in memory, and these are read from a file as they are needed; use lbfgs or adam, or allow more memory", p.method.Name)
	}
	return nil
}

// pass binds the rows of a chunk, from row lo on, in order.
func (c *chunked[T]) pass(lo int) error {
	if c.feed == nil {
		c.feed = c.set.open(c.rows, 0)
	}
	b, err := c.feed.get(lo / c.rows)
	if err != nil {
		return err
	}
	return c.bindBlock(b, 0)
}

// bindBlock binds rows of a block, as many as a chunk has.
func (c *chunked[T]) bindBlock(b *block[T], from int) error {
	for k, a := range c.arrays {
		v := b.target
		switch {
		case a.name == weightName:
			v = b.weight
		case a.name != targetName:
			v = b.inputs[k]
		}
		if err := c.obj.Bind(a.name, v[from*a.width:(from+c.rows)*a.width]); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// draw binds the batch of a step, and draws what drops out in it.
func (c *chunked[T]) draw(step int) error {
	if c.masks != nil {
		c.masks.draw(step)
	}
	if c.feed == nil {
		c.feed = c.set.open(c.rows, c.rows)
	}
	per := c.feed.rows / c.rows
	b, err := c.feed.get(step / per)
	if err != nil {
		return err
	}
	return c.bindBlock(b, step%per*c.rows)
}

// streamSet is the rows of a part that pass by.
func (s *session[T]) streamSet(p *part) *rowSet[T] {
	set := &rowSet[T]{n: p.n(), total: p.source.total}
	for _, in := range s.net.Inputs {
		set.inputs = append(set.inputs, matrix[T]{name: in.Name, width: len(in.Columns)})
	}
	set.open = func(rows, batch int) *feed[T] {
		if batch > 0 {
			rows *= max(1, s.plan.stream.block/batch)
		}
		f := newFeed[T](s.plan, p.source, s.net.Inputs, rows, batch)
		s.feeds = append(s.feeds, f)
		return f
	}
	return set
}

// close ends the reading ahead.
func (s *session[T]) close() {
	for _, f := range s.feeds {
		f.close()
	}
}

// streamPrint is of all rows that a streamed fit sees.
func (p *plan) streamPrint() string {
	print := p.stream.cache.Fingerprint()
	if v := p.opts.ValidationTable; v != nil {
		print += " " + v.Fingerprint()
	}
	return print
}
