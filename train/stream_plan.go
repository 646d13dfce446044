package train

import (
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/internal/kernel"
	"descent/internal/numtext"
	"descent/model"
)

// beginStream makes the choices that the options and the columns of a cache
// leave open, before a row is read.
func beginStream(c *data.Cache, opts Options) (*plan, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	if opts.Memory <= 0 {
		return nil, fmt.Errorf("train: a fit to rows in a file needs a bound for its memory")
	}
	asked, err := opts.asked()
	if err != nil {
		return nil, fmt.Errorf("train: the options: %w", err)
	}
	p := &plan{opts: opts, asked: asked, stream: &streamed{cache: c, limit: opts.Memory}}
	return p, p.chooseSpec(c.Table())
}

// dealStream counts the rows that can be learned from.
func (p *plan) dealStream() (*deal, error) {
	c := p.stream.cache
	need, err := p.needed(c.Table())
	if err != nil {
		return nil, err
	}
	d, err := newDeal(c, p.names, need, p.opts.Seed, p.stream.limit/4)
	if err != nil {
		return nil, err
	}
	if d.usable() == 0 {
		return nil, fmt.Errorf("train: no row of %s has a value in %s", c.Name, allOf(need))
	}
	return d, nil
}

// newStreamPlan is newPlan for the rows of a cache: those that are dealt, where
// they are, and that the deal does not hold out.
func newStreamPlan(c *data.Cache, opts Options, d *deal) (*plan, error) {
	p, err := beginStream(c, opts)
	if err != nil {
		return nil, err
	}
	if d == nil {
		if d, err = p.dealStream(); err != nil {
			return nil, err
		}
	}
	schema := c.Table()
	if err := p.splitStream(schema, d); err != nil {
		return nil, err
	}
	if err := p.learnStream(schema); err != nil {
		return nil, err
	}
	p.chooseL2()
	p.fillSamples()
	for _, s := range []*part{&p.train, &p.valid} {
		if err := p.sumPart(s); err != nil {
			return nil, err
		}
	}
	p.arrange()
	return p, p.scaleTarget()
}

// splitStream sets some rows aside, and counts those of both parts.
func (p *plan) splitStream(schema *data.Table, d *deal) error {
	if p.dropped = p.stream.cache.Rows - d.usable(); p.dropped > 0 {
		p.note("%s of %s left out: no value in %s", numtext.Count(p.dropped, "row"), schema.Name, anyOf(d.need))
	}
	read, err := p.readNames(schema, d)
	if err != nil {
		return err
	}
	share := p.opts.Validation
	if share == 0 && p.spec.Kind != model.Formula && !p.opts.ownValidation() && d.rest[len(d.rest)-1] >= minRowsToSplit {
		share = 0.2
	}
	if share > 0 {
		if err := p.setAside(d, share); err != nil {
			return err
		}
	}
	parts, err := d.supplies(read, learned, aside)
	if err != nil {
		return err
	}
	p.train = part{table: schema, source: parts[0]}
	switch {
	case parts[0].rows == 0:
		return fmt.Errorf("train: no row of %s is left to learn from; set fewer aside", schema.Name)
	case share > 0 && parts[1].rows == 0:
		return fmt.Errorf("train: no row of %s falls into the %v that are to be set aside; set more aside", schema.Name, share)
	case share > 0:
		p.valid = part{table: schema, source: parts[1]}
	case p.opts.ValidationTable != nil:
		rows, err := p.usable(p.opts.ValidationTable, false)
		if err != nil {
			return err
		}
		p.valid = part{table: p.opts.ValidationTable, rows: rows}
	case p.opts.ValidationCache != nil:
		return p.otherCache(p.opts.ValidationCache, read)
	}
	return nil
}

// otherCache takes the validation rows from a cache of their own.
func (p *plan) otherCache(c *data.Cache, read []string) error {
	schema := c.Table()
	need, err := p.needed(schema)
	if err != nil {
		return err
	}
	d, err := newDeal(c, p.names, need, p.opts.Seed, p.stream.limit/4)
	if err != nil {
		return err
	}
	if d.usable() == 0 {
		return fmt.Errorf("train: no row of %s has a value in %s", c.Name, allOf(need))
	}
	if dropped := c.Rows - d.usable(); dropped > 0 {
		p.note("%s of %s left out: no value in %s", numtext.Count(dropped, "row"), c.Name, anyOf(need))
	}
	d.split = &holdout{all: true}
	parts, err := d.supplies(read, aside)
	if err != nil {
		return err
	}
	p.valid = part{table: schema, source: parts[0]}
	return nil
}

// readNames are all columns that a fit reads.
func (p *plan) readNames(schema *data.Table, d *deal) ([]string, error) {
	features, err := p.featureNames(schema)
	if err != nil {
		return nil, err
	}
	read := slices.Clone(d.need)
	for _, name := range features {
		read = appendNew(read, name)
	}
	if p.opts.Weight != "" {
		read = appendNew(read, p.opts.Weight)
	}
	return read, nil
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
	names, err := p.featureNames(schema)
	if err != nil {
		return err
	}
	for _, name := range p.names {
		names = appendNew(names, name)
	}
	s, err := data.NewSurvey(schema, names, p.names, p.sampled(names))
	if err != nil {
		return err
	}
	err = p.learnTargets(func(name string) (*data.Target, error) { return s.Target(name, p.task(schema)) })
	if err != nil {
		return err
	}
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
	switch {
	case s.table == nil:
		return nil
	case s.source == nil:
		return p.fillPart(s)
	}
	return p.sumSource(s.source, s.table.Name)
}

// sumSource is sumPart for rows that pass by; name is where they are from.
func (p *plan) sumSource(src *supply, name string) error {
	least := math.Inf(1)
	src.sums = make([]targetSums, len(p.targets))
	for j, y := range p.targets {
		src.sums[j].shares = make([]float64, len(y.Classes))
	}
	plain := 0.0 // the sum of the weights one by one, as classes are weighed in memory
	var all kernel.Adder
	err := src.each(p, p.hand.search(src), func(y, w []float64) {
		all.Add(w)
		for i, v := range w {
			plain += v
			for j := range src.sums {
				src.sums[j].add(y[i*len(src.sums)+j], v)
			}
		}
		least = min(least, slices.Min(y))
	})
	if err != nil {
		return err
	}
	if src.total = all.Total(); !(src.total > 0) || math.IsInf(src.total, 0) {
		return fmt.Errorf("train: the weights in column %q of %s sum to %v over %d rows", p.opts.Weight, name, src.total, src.rows)
	}
	for j := range src.sums {
		src.sums[j].mean /= src.total
	}
	if err := p.refuseTarget(least); err != nil {
		return err
	}
	return p.balanceSource(src, plain)
}

// add takes the target and the weight of a row.
func (t *targetSums) add(y, w float64) {
	t.mean += w * y
	if len(t.shares) > 0 {
		t.shares[int(y)] += w
	}
}

// balanceSource is balance for rows that pass by, whose weights sum to total.
func (p *plan) balanceSource(src *supply, total float64) error {
	if p.opts.ClassWeight == "" || src.part != learned {
		return nil
	}
	share := src.sums[0].shares
	if len(share) == 0 {
		return fmt.Errorf("train: class weights are for classes, but target %q is a number", p.target.Column)
	}
	src.factor = make([]float64, len(share))
	for c, v := range share {
		src.factor[c] = total / (float64(len(share)) * v)
	}
	var all kernel.Adder
	err := src.each(p, nil, func(_, w []float64) { all.Add(w) })
	src.total = all.Total()
	return err
}

// each hands targets, row-major, and weights of all rows to visit, group after
// group, and the rows themselves to search, unless that is nil.
func (s *supply) each(p *plan, search *twinSearch, visit func(y, w []float64)) error {
	names := slices.Clone(p.names)
	if p.opts.Weight != "" {
		names = appendNew(names, p.opts.Weight)
	}
	if search != nil {
		for _, name := range search.names {
			names = appendNew(names, name)
		}
	}
	first := 0 // row of the cache
	var y, w []float64
	return s.pass(names, func(t *data.Table, rows []int) error {
		at := first
		if first += t.Rows; len(rows) == 0 {
			return nil
		}
		if search != nil {
			search.see(t, rows, at)
		}
		n := len(rows) * len(p.names)
		y, w = slices.Grow(y[:0], n)[:n], slices.Grow(w[:0], len(rows))[:len(rows)]
		if err := s.values(p, t, rows, y, w); err != nil {
			return err
		}
		visit(y, w)
		return nil
	})
}
