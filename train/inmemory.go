package train

import (
	"math"
	"slices"

	"descent/data"
	"descent/model"
)

// InMemory is about how many bytes a fit to all rows of some files takes that
// holds them in memory: the table, as its text is parsed, the words of its
// categories, the features, unless they are made from the table chunk by chunk,
// and the parameters with what the method keeps of them.
func InMemory(s *data.Sample, opts Options) int64 {
	var all rowSize
	for _, c := range s.Table.Columns {
		one := sizeOf(c, s)
		all.table += one.table
		all.words += one.words
		if c.Ignored == "" || slices.Contains(opts.Features, c.Name) {
			all.features += one.features
			all.entries += one.entries
			all.sampled += one.sampled
		}
	}
	size := 8.0
	if spec, err := model.Parse(opts.Model); err == nil && spec.Kind == model.MLP && opts.Batch != FullBatch {
		size = 4
	}
	encoded := size * max(all.features, 1)
	if data.Sparsely(int(all.features), all.entries) {
		encoded = (size + 4) * all.entries
	}
	const others = 96 // order, targets, weights, outputs
	rows, forModel := float64(s.Rows), 0.0
	if p, net := inMemoryPlan(s, opts); p != nil {
		dim := net.Layout.Dim()
		units := max(p.outputs(), slices.Max(append(p.spec.Hidden[:min(1, len(p.spec.Hidden))], 1)))
		forModel = float64(p.modelNeeds(dim + units*int(all.features-all.sampled)))
		if plain, ok := p.staysColumns(net, opts); ok {
			made := size * float64(fewNumbers) / max(rows, 1) // a small part is a matrix
			if !plain && data.Sparsely(int(all.features), all.entries) {
				made += (size + 4) * all.entries // with more levels they are sparse
			}
			encoded = min(encoded, made)
		}
	}
	return programs + dictionaries(s) + int64(all.words+forModel+max(1.3*all.table, all.table+encoded+others)*rows*5/4)
}

// inMemoryPlan is the plan of a fit in memory to as many rows as the files have,
// with the columns of the sample; nil where that cannot tell.
func inMemoryPlan(s *data.Sample, opts Options) (*plan, *model.Net) {
	opts.Memory, opts.ValidationTable, opts.ValidationCache, opts.Patience = 0, nil, nil, 0
	p, err := newPlan(s.Table, opts, nil)
	if err != nil {
		return nil, nil
	}
	net, err := p.layout()
	if err != nil {
		return nil, nil
	}
	p.train.source = &supply{rows: s.Rows}
	if p.chooseMethod(net.Layout.Dim()) != nil {
		return nil, nil
	}
	return p, net
}

// staysColumns says whether a fit in memory would make no matrix of its features
// (see columnSet), as far as the beginning of the files tells, and whether plain
// numbers are all that it reads.
func (p *plan) staysColumns(net *model.Net, opts Options) (plain, ok bool) {
	if opts.Folds > 0 || p.sparse || !p.readsColumns(net.Inputs) { // folds have rows of their own
		return false, false
	}
	return !slices.ContainsFunc(p.encoder.Features, func(f data.Feature) bool { return f.Kind != data.Number }), true
}

// rowSize is what a row takes.
type rowSize struct {
	table    float64 // bytes of it
	features float64
	entries  float64 // features that are not zero
	sampled  float64 // features as the sample has them
	words    float64 // bytes of what all rows share: levels
}

// sizeOf is the part of a column.
func sizeOf(c *data.Column, s *data.Sample) rowSize {
	rows := float64(max(1, s.Table.Rows))
	switch {
	case c.Numbers != nil:
		return rowSize{table: 8, features: 1, entries: 1, sampled: 1}
	case c.Codes != nil:
		const place = 160 // of a level in tables of the column, of blocks of text and of the encoder
		length, levels := 0, levelsOf(c, s.Rows)
		for _, level := range c.Levels {
			length += len(level)
		}
		mean := float64(length) / float64(max(1, len(c.Levels)))
		return rowSize{table: 4, features: levels + 1, entries: 1, sampled: float64(len(c.Levels) + 1), words: levels * (place + 2*mean)}
	case c.Pixels != nil: // which stay bytes until a batch is put together
		return rowSize{table: float64(c.Height * c.Width)}
	case c.Entries != nil:
		const parsed = 19 // bytes of an entry, and of its copy as the text is parsed
		entries, cols := float64(len(c.Entries.Index))/rows, float64(c.Entries.Cols)
		return rowSize{table: 8 + parsed*entries, features: cols, entries: entries, sampled: cols}
	}
	length := 0
	for _, text := range c.Texts {
		length += len(text)
	}
	mean := float64(length) / rows
	return rowSize{table: 16 + mean, features: data.TextFeatures, entries: data.WordsIn(mean), sampled: data.TextFeatures}
}

// levelsOf is about how many levels a column has in so many rows, by those of a
// sample. Where the levels of the sample come equally often, as far as one can
// tell, the rows that repeat one say how many there are (the birthday problem).
// Otherwise new ones are taken to go on as a power of the rows (Heaps 1978) with
// the exponent of the sample: the share of levels that are seen once.
func levelsOf(c *data.Column, all int) float64 {
	counts, n := make([]int, len(c.Levels)), 0.0
	for _, code := range c.Codes {
		if code >= 0 {
			counts[code]++
			n++
		}
	}
	once, often, seen := 0.0, 0, float64(len(c.Levels))
	for _, k := range counts {
		if often = max(often, k); k == 1 {
			once++
		}
	}
	if more := float64(all) / float64(max(1, len(c.Codes))); n > 0 && once > 0 && more > 1 {
		repeats := max(n-seen-2*math.Sqrt(n-seen), 1) // at least, but for chance
		even := n * n / 2 / repeats                   // where they are few; else down to where n rows have so many
		for range 60 {
			even = (n - repeats) / -math.Expm1(-n/even)
		}
		if float64(often) <= 4+4*n/even {
			return max(seen, even*-math.Expm1(-n*more/even))
		}
		return seen * math.Pow(more, once/seen)
	}
	return seen
}
