package train

import (
	"context"
	"fmt"

	"descent/data"
)

// streamFolds are folds of the rows of a cache.
type streamFolds struct {
	cache *data.Cache
	dealt *deal
}

func (f *streamFolds) deal(p *plan) (lone int, err error) {
	if f.dealt, err = p.dealStream(); err != nil {
		return 0, err
	}
	return p.dealFolds(f.dealt, p.opts.Folds)
}

func (f *streamFolds) plan(opts Options, fold int) (*plan, error) {
	d, err := f.dealt.without(fold)
	if err != nil {
		return nil, err
	}
	return newStreamPlan(f.cache, opts, d)
}

func (f *streamFolds) judge(p *plan, r *Result, fold int) (e, base *Evaluation, err error) {
	train := p.train.source
	held, err := train.supplies(train.read, judged)
	if err != nil {
		return nil, nil, err
	}
	on := held[0]
	if on.rows == 0 {
		return nil, nil, fmt.Errorf("train: no row falls into fold %d; ask for fewer folds", fold)
	}
	if err := p.sumSource(on, f.cache.Name); err != nil {
		return nil, nil, err
	}
	v, err := p.judgeRows(r.Model, on)
	return v.model, v.base, err
}

// streamAcross is planAcross for rows that pass by.
func streamAcross(ctx context.Context, c *data.Cache, opts Options, observe Observer) (*plan, error) {
	if opts.Folds == 0 {
		return newStreamPlan(c, opts, nil)
	}
	first, err := beginStream(c, opts)
	if err != nil {
		return nil, err
	}
	rows := &streamFolds{cache: c}
	v, err := crossValidate(ctx, first, rows, observe)
	if err != nil {
		return nil, err
	}
	all := *rows.dealt
	all.folds = nil
	p, err := newStreamPlan(c, v.allRows(opts), &all)
	return v.behind(p, err)
}
