package train

import (
	"math"
	"slices"

	"descent/data"
	"descent/optim"
)

// roundShare is what the rows of two rounds of learning row by row take of the
// memory of a streamed fit: a quarter, or less.
const roundShare = 4

// rows is how many rows of so many bytes, in two blocks, take a share of the
// memory.
func (s *streamed) rows(bytes int64, share int64) int {
	return int(s.limit / share / (sparseBuffers * bytes))
}

// rowBytes is the memory of an encoded row with its target and weight.
func (p *plan) rowBytes() int64 {
	size := int64(8)
	if p.single() {
		size = 4
	}
	if p.keepSparse() {
		return 8 + 2*size + int64(float64(size+4)*p.encoder.Entries())
	}
	return size * int64(p.encoder.Width()+2)
}

// sparseNeeds is the memory of a streamed fit to sparse rows for the chunks of
// passes over all rows and what the layers make of them, and for batches.
func (p *plan) sparseNeeds() (forRows, scratch int64) {
	rows := 0
	for _, n := range []int{p.train.n(), p.valid.n()} {
		if n > 0 {
			rows += p.sparseRows(n)
		}
	}
	widest, size := max(p.outputs(), slices.Max(append(p.spec.Hidden, 1))), 8
	if p.single() {
		size = 4
	}
	scratch = 6 * int64(rows*size*widest*(1+len(p.spec.Hidden)))
	if !p.full() {
		rows += max(p.opts.Batch, p.stream.block)
	}
	return sparseBuffers * int64(rows) * p.rowBytes(), scratch
}

// lazyNeeds is the memory of what a method keeps that learns row by row.
func (p *plan) lazyNeeds() int64 {
	rule, err := p.method.NewLazy(p.opts.Settings)
	if err != nil {
		return 0 // making the solver says it
	}
	m := optim.LazyModel{Features: p.encoder.Width() + 1, Outputs: p.outputs(), Rule: rule}
	return m.Bytes(p.shards())
}

// shards is how many copies learn row by row.
func (p *plan) shards() int {
	if p.train.n() >= minSharded {
		return onlineShards
	}
	return 1
}

// dictionaries is about the memory that the names of sparse columns take while a
// file is read as a whole. How many there are nobody knows from the first rows: words
// grow about as the root of the text (Heaps, Information Retrieval, 1978).
func dictionaries(s *data.Sample) int64 {
	const each = 2 * 100 // bytes of a name in the dictionaries of the parts of a text, and of all
	size := 0.0
	for _, c := range s.Table.Columns {
		for _, name := range c.EntryNames {
			size += each + float64(len(name))
		}
	}
	return int64(size * math.Sqrt(float64(s.Rows)/float64(max(1, s.Table.Rows))))
}
