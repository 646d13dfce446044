package train

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
)

// streamed is what a plan has where its rows lie in a cache.
type streamed struct {
	cache  *data.Cache
	limit  int64        // bytes that the process may take
	window int          // groups whose rows are shuffled together
	block  int          // rows that are read ahead at once
	spare  atomic.Int64 // bytes that rows may take which are kept
}

// FitStream is Fit for rows in a cache, of which only some are in memory at a
// time: opts.Memory bounds the whole process. Methods that take all rows in
// every step pass over the cache; those that take batches shuffle the groups of
// the cache anew for every epoch, and the rows of several groups together.
// The rows that are set aside, and the folds of a cross-validation, are those of
// Fit where eight bytes a row are less than a quarter of the memory; beyond, a
// hash of the seed and the number of the row decides.
func FitStream(ctx context.Context, c *data.Cache, opts Options, observe Observer) (*Result, error) {
	began := time.Now()
	threads := opts.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	defer kernel.StartThreads(threads)()
	p, err := streamAcross(ctx, c, opts, observe)
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
		if a.sparse != nil {
			if err := c.obj.BindSparse(a.name, c.gathered(b, from)); err != nil {
				return fmt.Errorf("train: %w", err)
			}
			continue
		}
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
	set := &rowSet[T]{n: p.n(), total: p.source.total, targets: len(s.plan.names)}
	for _, in := range s.net.Inputs {
		m := matrix[T]{name: in.Name, width: len(in.Columns)}
		if s.plan.sparse {
			m.width = s.plan.encoder.Width()
			m.sparse = graph.EmptyMatrix[T](0, m.width)
		}
		set.inputs = append(set.inputs, m)
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
	if v := p.opts.ValidationCache; v != nil {
		print += " " + v.Fingerprint()
	}
	return print
}
