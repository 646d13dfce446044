package train

import (
	"slices"

	"descent/data"
)

// open prepares the rounds: of a shuffle of the rows in memory, or of those that
// pass by in an order of their own.
func (o *online[T]) open() (err error) {
	s := o.session
	set, opts := s.whole.set, &s.plan.opts
	if set.open == nil {
		o.batches, err = data.NewBatches(set.n, o.size, opts.Seed)
		return err
	}
	o.list = make([]int, o.size)
	o.feed = set.open(o.size, o.size)
	return nil
}

// n is the number of training rows.
func (o *online[T]) n() int { return o.session.whole.set.n }

// draw lists the rows of a round.
func (o *online[T]) draw(step int) (rows []int, err error) {
	if o.feed == nil {
		return o.batches.Batch(step), nil
	}
	per := o.feed.rows / o.size
	b, err := o.feed.get(step / per)
	if err != nil {
		return nil, err
	}
	o.rows.m, o.rows.target, o.rows.weight = b.sparse.matrix, b.target, b.weight
	for i := range o.list {
		o.list[i] = step%per*o.size + i
	}
	return o.list, nil
}

// newlySeen is what progressive validation found since so many entries were told.
func (s *session[T]) newlySeen(step, told int) []Seen {
	if s.byRow == nil {
		return nil
	}
	list := s.byRow.progressive(step)
	return slices.Clone(list[min(told, len(list)):])
}
