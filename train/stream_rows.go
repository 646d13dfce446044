package train

import (
	"fmt"
	"math"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
)

// block is some rows of a part as numbers.
type block[T kernel.Float] struct {
	index          int
	inputs         [][]T           // for each input of the model
	sparse         *sparseBlock[T] // instead of inputs; nil where these are dense
	target, weight []T
	kept           bool // it is a copy that stays
	keeps          bool // there is such a copy of it
	err            error
}

// buffers is how many blocks a feed has: one is in use while others wait or
// are being filled. Those of sparse rows are large.
const (
	buffers       = 4
	sparseBuffers = 2
)

// feed reads rows ahead of the training: one goroutine fills blocks, which go
// round between it and the training. It has memory for its blocks and for the
// rows they come from, and no more.
type feed[T kernel.Float] struct {
	plan   *plan
	source *supply
	inputs []model.Input
	rows   int // of a block
	batch  int // rows of a step; 0: the blocks are the rows in order, pass after pass
	window int // groups whose rows are shuffled together

	kept       keptBlocks[T]
	now        *block[T]
	full, free chan *block[T]
	stop, done chan struct{}
}

func newFeed[T kernel.Float](p *plan, src *supply, inputs []model.Input, rows, batch int) *feed[T] {
	f := &feed[T]{plan: p, source: src, inputs: inputs, rows: rows, batch: batch, window: p.stream.window}
	f.kept.plan(f)
	count := buffers
	if p.sparse {
		count = sparseBuffers
	}
	f.full, f.free = make(chan *block[T], count), make(chan *block[T], count)
	whole := graph.EmptyMatrix[T](0, p.encoder.Width())
	for range count {
		b := &block[T]{target: make([]T, rows*len(p.names)), weight: make([]T, rows)}
		if p.sparse {
			b.sparse = newSparseBlock(p, rows, whole)
		} else {
			for _, in := range inputs {
				b.inputs = append(b.inputs, make([]T, rows*len(in.Columns)))
			}
		}
		f.free <- b
	}
	return f
}

// start lets the goroutine fill blocks from the one of that index on.
func (f *feed[T]) start(index int) {
	f.stop, f.done = make(chan struct{}), make(chan struct{})
	go func(stop, done chan struct{}) {
		defer close(done)
		if index = f.next(index); index < 0 {
			return
		}
		w, err := f.open(index)
		for index >= 0 {
			var b *block[T]
			select {
			case b = <-f.free:
			case <-stop:
				return
			}
			if b.err = err; err == nil {
				b.err = w.fill(b, index)
			}
			if b.err == nil {
				f.keep(b)
			}
			f.full <- b // has room for all blocks
			if b.err != nil {
				return
			}
			index, err = w.advance(index)
		}
	}(f.stop, f.done)
}

// close ends the goroutine and takes all blocks back.
func (f *feed[T]) close() {
	if f.stop == nil {
		return
	}
	close(f.stop)
	<-f.done
	f.release()
	for len(f.full) > 0 {
		f.free <- <-f.full
	}
	for i, b := range f.kept.blocks {
		f.kept.known[i] = b != nil
	}
	f.stop = nil
}

// release gives the block in use back.
func (f *feed[T]) release() {
	if f.now != nil && !f.now.kept {
		f.free <- f.now
	}
	f.now = nil
}

// get waits for the block of that index, and gives the one in use back. Blocks
// that are asked for in order were read ahead.
func (f *feed[T]) get(index int) (*block[T], error) {
	if f.now != nil && f.now.index == index {
		return f.now, nil
	}
	last := -1
	if f.now != nil {
		last = f.now.index
	}
	if f.stop != nil && f.batch > 0 && index != last+1 {
		f.close()
	}
	if f.stop == nil {
		f.start(index)
	}
	for {
		if b := f.keptBlock(index); b != nil {
			return b, nil
		}
		f.release()
		b := <-f.full
		if f.now = b; b.err != nil {
			err := b.err
			f.close()
			return nil, err
		}
		if f.told(b); b.index == index {
			return b, nil
		}
	}
}

// filler makes blocks of the rows of a source.
type filler[T kernel.Float] struct {
	*feed[T]
	reader   *data.CacheReader
	table    *data.Table // some groups
	list     []int       // rows of it that are to come
	order    order
	features []T // where the inputs are single columns
	sparse   *data.SparseEncoder[T]
	y, w     []float64
	per      int // blocks of a pass, where rows come in order
}

// open prepares to fill blocks from that index on.
func (f *feed[T]) open(index int) (*filler[T], error) {
	r, err := f.source.cache.Reader(f.source.read...)
	if err != nil {
		return nil, err
	}
	w := &filler[T]{feed: f, reader: r, table: r.Table(), y: make([]float64, f.rows*len(f.plan.names)), w: make([]float64, f.rows)}
	w.per = f.per()
	if !f.plan.sparse && (len(f.inputs) != 1 || f.inputs[0].Vector) {
		w.features = make([]T, f.rows*f.plan.encoder.Width())
	}
	at := 0 // rows before the block
	if f.batch > 0 {
		at = index * f.rows
	} else if index %= w.per; index > 0 {
		at = index * f.rows
	}
	w.order = newOrder(f.source, f.window, f.batch > 0)
	return w, w.seek(at)
}

// seek goes to the row of that number, counted over all epochs.
func (w *filler[T]) seek(at int) error {
	skip := w.order.seek(at)
	for {
		if err := w.load(); err != nil {
			return err
		}
		if skip <= len(w.list) {
			w.list = w.list[skip:]
			return nil
		}
		skip -= len(w.list)
	}
}

// advance goes to the block after the one of that index that is to be filled; -1:
// there is none.
func (w *filler[T]) advance(index int) (next int, err error) {
	if next = w.next(index + 1); next > index+1 {
		err = w.seek(next % w.per * w.rows)
	}
	return next, err
}

// load reads the next groups of the order and lists their rows.
func (w *filler[T]) load() error {
	w.table.Reset()
	groups, shuffle := w.order.next()
	w.list = w.order.list[:0]
	for _, g := range groups {
		from := w.table.Rows
		if err := w.reader.Read(g, w.table); err != nil {
			return err
		}
		var err error
		if w.list, err = w.source.pick(w.table, from, g, w.list); err != nil {
			return err
		}
	}
	w.order.list = w.list
	shuffle(w.list)
	return nil
}

// fill makes the block of that index, the next in order.
func (w *filler[T]) fill(b *block[T], index int) error {
	b.index = index
	n := w.rows // to fill
	if w.batch == 0 {
		b.index = index % w.per
		n = min(n, w.source.rows-b.index*w.rows)
	}
	for at := 0; at < n; {
		for len(w.list) == 0 {
			if err := w.load(); err != nil {
				return err
			}
		}
		some := w.list[:min(len(w.list), n-at)]
		w.list = w.list[len(some):]
		if err := w.encode(b, at, some); err != nil {
			return err
		}
		at += len(some)
	}
	w.pad(b, n)
	return nil
}

// pad repeats the last row with weight 0 where a pass ends before the block.
func (w *filler[T]) pad(b *block[T], n int) {
	if b.sparse != nil {
		b.sparse.seal()
	}
	for i := n; i < w.rows; i++ {
		for k, in := range w.inputs[:len(b.inputs)] {
			width := len(in.Columns)
			copy(b.inputs[k][i*width:(i+1)*width], b.inputs[k][(n-1)*width:n*width])
		}
		k := len(w.plan.names)
		copy(b.target[i*k:(i+1)*k], b.target[(n-1)*k:n*k])
		b.weight[i] = 0
	}
}

// encode writes rows of the table to the block, from row at on.
func (w *filler[T]) encode(b *block[T], at int, rows []int) error {
	if b.sparse != nil {
		if err := w.encodeSparse(b, at, rows); err != nil {
			return err
		}
		return w.encodeValues(b, at, rows)
	}
	p, n := w.plan, len(rows)
	width := p.encoder.Width()
	features := w.features
	if features == nil {
		features = b.inputs[0][at*width:]
	}
	if _, err := data.Encode(p.encoder, w.table, rows, features[:n*width]); err != nil {
		return err
	}
	if w.features != nil {
		for k, in := range w.inputs {
			split(b.inputs[k][at*len(in.Columns):], features, in, width, n)
		}
	}
	return w.encodeValues(b, at, rows)
}

// encodeValues writes targets and weights of rows to the block.
func (w *filler[T]) encodeValues(b *block[T], at int, rows []int) error {
	p, n := w.plan, len(rows)
	k := len(p.names)
	y, weight := w.y[:n*k], w.w[:n]
	if err := w.source.values(p, w.table, rows, y, weight); err != nil {
		return err
	}
	for i, v := range y {
		shift, scale := p.outputUnits(i % k)
		b.target[at*k+i] = T((v - shift) / scale)
	}
	for i, v := range weight {
		b.weight[at+i] = T(v)
	}
	return nil
}

// split takes the columns of an input out of rows of features.
func split[T kernel.Float](dst, features []T, in model.Input, width, n int) {
	if !in.Vector {
		copy(dst, features[:n*width])
		return
	}
	for i := range n {
		dst[i] = features[i*width+in.Columns[0]]
	}
}

// values are targets, row-major, and weights of rows of a table.
func (s *supply) values(p *plan, t *data.Table, rows []int, y, w []float64) error {
	if err := encodeTargets(p.targets, t, rows, y); err != nil {
		return err
	}
	if err := s.weights(p.opts.Weight, t, rows, w); err != nil {
		return err
	}
	if s.factor != nil {
		for i, c := range y {
			w[i] *= s.factor[int(c)]
		}
	}
	return nil
}

// weights are those of the data.
func (s *supply) weights(column string, t *data.Table, rows []int, w []float64) error {
	if column == "" {
		for i := range w {
			w[i] = 1
		}
		return nil
	}
	if err := t.Values(column, rows, w); err != nil {
		return err
	}
	for i, v := range w {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("train: weight column %q of %s holds %v in a row (%d of its group); a weight is a finite number of at least 0", column, t.Name, v, rows[i]+1)
		}
	}
	return nil
}
