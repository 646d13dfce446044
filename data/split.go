package data

import (
	"fmt"
	"math/rand/v2"

	"descent/internal/stream"
)

// Split sets a fraction of the rows aside, at random but always the same for
// one seed. Where strata is not nil, strata[i] is the class of rows[i] and
// every class gives its share. Both parts are in ascending order of position
// in rows, and neither is empty.
func Split(rows []int, fraction float64, seed uint64, strata []int) (kept, aside []int, err error) {
	held := make([]bool, len(rows))
	if err := SetAside(len(rows), fraction, seed, strata, func(i int) { held[i] = true }); err != nil {
		return nil, nil, err
	}
	for i, row := range rows {
		if held[i] {
			aside = append(aside, row)
		} else {
			kept = append(kept, row)
		}
	}
	return kept, aside, nil
}

// Batches says which rows a training step uses. Every epoch visits every row
// once in a new order; the epochs follow each other without a gap, and all
// batches have the same size, so a batch may end one epoch and begin the next.
type Batches struct {
	rows, size int
	seed       uint64
	batch      []int
	epochs     [2]epoch // the permutations in use; a batch touches at most two
	pcg        rand.PCG
	rng        *rand.Rand
}

// epoch is the order of the rows in one epoch.
type epoch struct {
	number int // -1: not drawn yet
	order  []int32
}

// NewBatches prepares batches of size rows out of rows rows, numbered from 0.
// With size = rows every batch is all rows in their own order.
func NewBatches(rows, size int, seed uint64) (*Batches, error) {
	if rows < 1 || rows > 1<<31-1 {
		return nil, fmt.Errorf("data: cannot make batches of %d rows", rows)
	}
	if size < 1 || size > rows {
		return nil, fmt.Errorf("data: a batch of %d rows out of %d; choose 1 to %d", size, rows, rows)
	}
	b := &Batches{rows: rows, size: size, seed: seed, batch: make([]int, size)}
	if size == rows {
		for i := range b.batch {
			b.batch[i] = i
		}
		return b, nil
	}
	b.rng = rand.New(&b.pcg)
	for i := range b.epochs {
		b.epochs[i] = epoch{number: -1, order: make([]int32, rows)}
	}
	return b, nil
}

// Size is the number of rows of every batch.
func (b *Batches) Size() int { return b.size }

// Steps is the number of steps after which the given number of epochs is
// complete: the least s with s·size ≥ epochs·rows.
func (b *Batches) Steps(epochs int) int {
	return (epochs*b.rows + b.size - 1) / b.size
}

// Batch lists the rows of a step, counted from 0. It is a pure function of the
// seed and the step: asking out of order costs time, never another answer. It
// does not allocate; the slice is overwritten by the next call.
func (b *Batches) Batch(step int) []int {
	if b.size == b.rows {
		return b.batch
	}
	place := step * b.size
	number, at := place/b.rows, place%b.rows
	order := b.epoch(number)
	for i := range b.batch {
		if at == b.rows {
			number, at = number+1, 0
			order = b.epoch(number)
		}
		b.batch[i] = int(order[at])
		at++
	}
	return b.batch
}

// epoch returns the order of an epoch: the Fisher–Yates shuffle with the
// stream of (seed, epoch). Even and odd epochs have a place each, so that a
// batch across a border finds both.
func (b *Batches) epoch(number int) []int32 {
	e := &b.epochs[number%2]
	if e.number == number {
		return e.order
	}
	e.number = number
	for i := range e.order {
		e.order[i] = int32(i)
	}
	stream.Seed(&b.pcg, b.seed, shufflePurpose, uint64(number))
	for i := b.rows - 1; i > 0; i-- {
		j := b.rng.IntN(i + 1)
		e.order[i], e.order[j] = e.order[j], e.order[i]
	}
	return e.order
}

var shufflePurpose = stream.Purpose("data/shuffle")
