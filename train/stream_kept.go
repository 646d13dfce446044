package train

import (
	"slices"

	"descent/data"
	"descent/internal/kernel"
)

// keptShare is the part of the memory beyond what a streamed fit needs that the rows
// take which it keeps.
const keptShare = 0.75

// keptBlocks are some blocks of every pass over sparse rows in order, which stay in
// memory as they are encoded, as many as there is memory for. They lie evenly among
// the others, so that these are read while the training is busy with those. The
// goroutine that fills blocks makes the copies in the first pass, and passes over
// these blocks in later ones.
type keptBlocks[T kernel.Float] struct {
	share  float64     // of the blocks; 0: none
	blocks []*block[T] // by the goroutine; nil where there is none
	made   int         // of these
	known  []bool      // to the training
}

// wants says whether the block of that index is one of those to keep.
func (k *keptBlocks[T]) wants(index int) bool {
	return int(float64(index+1)*k.share) > int(float64(index)*k.share)
}

// plan settles how many blocks of a pass are kept, by the memory that is left.
func (k *keptBlocks[T]) plan(f *feed[T]) {
	if f.batch > 0 || !f.plan.sparse {
		return
	}
	k.blocks, k.known = make([]*block[T], f.per()), make([]bool, f.per())
	whole := float64(f.per()) * float64(f.rows) * float64(f.plan.rowBytes())
	k.share = min(1, float64(f.plan.stream.spare.Load())/max(whole, 1))
}

// keep takes a copy of a block that was filled, if it is one to keep and there is
// memory for it.
func (f *feed[T]) keep(b *block[T]) {
	k := &f.kept
	b.keeps = false
	if k.blocks == nil || k.blocks[b.index] != nil || !k.wants(b.index) {
		return
	}
	size := int64(8)
	if f.plan.single() {
		size = 4
	}
	m := b.sparse.rows
	bytes := 8*int64(len(m.Start)) + (4+size)*int64(len(m.Index)) + size*int64(len(b.target)+len(b.weight))
	if f.plan.stream.spare.Add(-bytes) < 0 {
		f.plan.stream.spare.Add(bytes)
		return
	}
	rows := &data.CSR[T]{Cols: m.Cols, Start: slices.Clone(m.Start), Index: exactly(m.Index), Value: exactly(m.Value)}
	c := &block[T]{index: b.index, kept: true, target: slices.Clone(b.target), weight: slices.Clone(b.weight)}
	c.sparse = &sparseBlock[T]{rows: rows, matrix: b.sparse.matrix.Slice(0, 0, f.rows)}
	c.sparse.seal()
	k.blocks[b.index], b.keeps = c, true
	k.made++
}

// exactly is a copy without room for more.
func exactly[E any](v []E) []E {
	c := make([]E, len(v))
	copy(c, v)
	return c
}

// next is the first block from that index on, counted over all passes, that is not
// kept; -1 where all are.
func (f *feed[T]) next(index int) int {
	k := &f.kept
	if k.made == 0 {
		return index
	}
	if k.made == len(k.blocks) {
		return -1
	}
	for k.blocks[index%len(k.blocks)] != nil {
		index++
	}
	return index
}

// per is how many blocks a pass over the rows in order has.
func (f *feed[T]) per() int { return (f.source.rows + f.rows - 1) / f.rows }

// told notes that the training has seen a block: if a copy of it is kept, that may be
// taken in later passes.
func (f *feed[T]) told(b *block[T]) {
	if b.keeps {
		f.kept.known[b.index] = true
	}
}

// keptBlock is a block that need not be waited for; nil: it must be.
func (f *feed[T]) keptBlock(index int) *block[T] {
	if f.kept.known == nil || !f.kept.known[index] {
		return nil
	}
	f.release()
	f.now = f.kept.blocks[index]
	return f.now
}

// leaveSpare leaves the memory beyond what the fit needs to rows that are kept, where
// every step is a pass over them.
func (p *plan) leaveSpare(needs int64) {
	if p.full() {
		p.stream.spare.Store(int64(keptShare * float64(max(0, p.stream.limit-needs))))
	}
}
